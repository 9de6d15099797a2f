"""What wrong input gets: all of it at once, where, why and how to mend it; and never a traceback or a secret."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
ARMLIB = Path(sys.executable).parent / "armlib"


def _load_cases() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wrong_input_cases", HERE / "cases.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CASES = _load_cases().CASES


@pytest.mark.parametrize("name", CASES)
def test_wrong_input_gets_its_golden_text(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case = CASES[name]
    _write(case.files, tmp_path)
    done = _compile(case.arguments, tmp_path, {**case.environment, "ARMLIB_CACHE": str(tmp_path / "cache")})
    said = done.stderr.decode()
    golden = HERE / "golden" / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said, encoding="utf-8")
    assert done.returncode == case.exit_code, said
    assert done.stdout == b""
    assert "Traceback" not in said
    assert said == golden.read_text(encoding="utf-8")
    for secret in case.secrets:
        assert secret not in said
        _assert_nowhere(secret.encode(), tmp_path / "cache")


def test_nothing_is_written_over_when_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{ resources: [}", encoding="utf-8")
    (tmp_path / "out.json").write_text("kept", encoding="utf-8")
    done = _compile(("main.jsonnet", "-o", "out.json", "--parameters-out", "p.json", "--deps", "d"), tmp_path, {})
    assert done.returncode == 1
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.jsonnet", "out.json"]


def test_every_golden_text_has_a_case() -> None:
    assert {path.stem for path in (HERE / "golden").iterdir()} == set(CASES)
    assert len(CASES) >= 60


def _write(files: dict[str, str | bytes], folder: Path) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def _compile(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [ARMLIB, "compile", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


def _assert_nowhere(secret: bytes, folder: Path) -> None:
    for path in folder.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path
