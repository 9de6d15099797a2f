"""Modules of the collection are imported by their names, from anywhere, and reach no more than other modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from armlib.config import Package
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import EvaluationError, Program, Roots
from armlib.resources import packaged_folders

ARMLIB = Path(sys.executable).parent / "armlib"
MODULE = "(import 'storage/account/main.jsonnet') { parameters:: { name: 'st1' } }"


def armlib(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ARMLIB")}
    command = [str(ARMLIB), *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)


def compiled(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "main.jsonnet").write_text(text, encoding="utf-8")
    return armlib(folder, "compile", "main.jsonnet")


def test_a_module_is_found_by_its_name_from_any_folder(tmp_path: Path) -> None:
    done = compiled(tmp_path, MODULE)
    assert done.returncode == 0, done.stderr
    assert [resource["name"] for resource in json.loads(done.stdout)["resources"]] == ["st1", "st1/default"]


def test_a_file_of_the_project_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "storage" / "account" / "main.jsonnet"
    own.parent.mkdir(parents=True)
    own.write_text("{ resources: [] }")
    assert json.loads(compiled(tmp_path, MODULE).stdout)["resources"] == []


@pytest.mark.parametrize("name", ["../armlib/__init__.py", "storage/../../pyproject.toml", "/etc/passwd"])
def test_nothing_beside_the_collection_can_be_read(name: str, tmp_path: Path) -> None:
    done = compiled(tmp_path, f"{{ resources: [], outputs: {{ x: {{ type: 'string', value: importstr '{name}' }} }} }}")
    assert done.returncode == 1
    assert "import-refused" in done.stderr


def test_a_misspelt_name_is_told(tmp_path: Path) -> None:
    done = compiled(tmp_path, "import 'storage/acount/main.jsonnet'")
    assert 'did you mean "storage/account/main.jsonnet"?' in done.stderr


def test_properties_are_told_from_where_the_module_wrote_them(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(MODULE, encoding="utf-8")
    done = armlib(tmp_path, "compile", "main.jsonnet", "--blame", "resources[0].properties.minimumTlsVersion")
    assert done.returncode == 0, done.stderr
    assert "storage/account/main.jsonnet:" in done.stdout


def test_a_wrong_argument_is_told_in_the_words_of_the_parameter(tmp_path: Path) -> None:
    done = compiled(tmp_path, MODULE.replace("'st1'", "'ST'"))
    assert done.returncode == 1
    assert "parameter 'name'" in done.stderr
    assert "<armlib>" not in done.stderr


def test_a_package_says_that_it_needs_a_module_of_the_collection(tmp_path: Path) -> None:
    """What it is given without a word depends on the version of armlib."""
    roles = "std.length((import 'common/interfaces/main.libsonnet').roles)"
    for folder in ("package", "other", "project"):
        (tmp_path / folder).mkdir()
    (tmp_path / "package" / "main.libsonnet").write_text(f"{{ arm: import 'arm.libsonnet', roles: {roles} }}")
    (tmp_path / "other" / "main.libsonnet").write_text("{ roles: { one: 1 } }")

    def evaluated(imports: tuple[tuple[str, int], ...], of_project: tuple[tuple[str, int], ...] = ()) -> str:
        package = Package(label="package@1.0.0", folder=tmp_path / "package", imports=imports)
        other = Package(label="other@1.0.0", folder=tmp_path / "other")
        roots = Roots(
            project=tmp_path / "project",
            packages=(package, other),
            imports=(("package", 0), *of_project),
            packaged=packaged_folders(),
        )
        source = f"[(import 'package/main.libsonnet').roles, {roles}]"
        program = Program(source=source, file=str(tmp_path / "project" / "main.jsonnet"), roots=roots)
        return InProcessEvaluator().evaluate(program).text

    with pytest.raises(EvaluationError) as raised:
        evaluated(())
    assert "common/interfaces/main.libsonnet" in str(raised.value)
    in_package, in_project = json.loads(evaluated((("common/interfaces", 1),)))
    assert (in_package, in_project > 50) == (1, True)
    assert json.loads(evaluated((("common/interfaces", 1),), (("common/interfaces", 1),))) == [1, 1]
