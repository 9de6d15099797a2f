"""Imports go down, never up: the floors of docs/architecture.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "armlib"
FLOORS = (
    ("cli",),
    ("controlplane", "host", "testing"),
    ("deploying",),
    ("compilation", "evaluation"),
    ("build", "report", "skeleton", "packages", "emulator", "azure"),
    ("deployment", "lint", "compiler"),
    ("azuretypes", "jsonnet", "expressions"),
    ("template",),
    (
        "errors",
        "diagnostics",
        "jsontypes",
        "config",
        "settings_file",
        "files",
        "resources",
        "dataclass",
        "user_folders",
        "sdk",
    ),
)
LEVELS = {name: level for level, names in enumerate(reversed(FLOORS)) for name in names}
# What stands for the whole package: it starts the command, or offers what the others have.
FRONT = ("__init__", "__main__")
MODULES = sorted(PACKAGE.rglob("*.py"))


def part(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(module: Path) -> Iterator[str]:
    """Yield the parts of armlib that *module* imports, anywhere in it: lazily, and for types alone."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides where it goes"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            words = name.split(".")
            if words[0] == "armlib" and len(words) > 1 and words[1] != "__version__":
                yield words[1]


def test_every_part_has_a_floor() -> None:
    assert {part(module) for module in MODULES} - set(FRONT) <= set(LEVELS)


@pytest.mark.parametrize("module", MODULES, ids=[str(module.relative_to(PACKAGE)) for module in MODULES])
def test_no_import_goes_up(module: Path) -> None:
    if part(module) in FRONT:
        return
    up = {name for name in imports(module) if LEVELS.get(name, 99) > LEVELS[part(module)]}
    assert up == set(), f"{part(module)} is below {', '.join(sorted(up))}"


def test_lazy_imports_are_seen(tmp_path: Path) -> None:
    module = tmp_path / "x.py"
    module.write_text("def f():\n    from armlib.cli import main\n    import armlib.build.run\n")
    assert list(imports(module)) == ["cli", "build"]
