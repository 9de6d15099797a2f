"""What modules import from packages, and what packages may read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armlib.build.compilation import compile_target
from armlib.config import Settings, Target
from armlib.jsonnet.process import WorkerEvaluator
from armlib.packages.locked import tree_folder
from armlib.packages.restore import require_locked, restore, write_lock
from tests.unit.packages.conftest import Publish, package_folder, write

MakeSettings = Callable[..., Settings]


def compiled(settings: Settings, source: str = "main.jsonnet") -> tuple[Any, list[str]]:
    """Return the template of the project's module, and its diagnostics."""
    with WorkerEvaluator() as evaluator:
        target = Target(name="x", entries=((None, settings.project / source),))
        result = compile_target(target, settings, evaluator, {}).compilation
    return result.template, [f"{found.code}: {found.message}" for found in result.diagnostics]


def project_with(settings: Settings, text: str) -> Settings:
    write(settings.project, {"main.jsonnet": text})
    write_lock(settings.project, restore(settings).lock)
    return settings


def outputs(expression: str) -> str:
    return f"{{ resources: [], outputs: {{ x: {{ type: 'object', value: {expression} }} }} }}"


def test_imports_by_name_reach_locked_packages_and_theirs(publish: Publish, settings: MakeSettings) -> None:
    publish("net", "1.0.0", {"lib/a.libsonnet": "{ said: 'net 1' }"})
    publish("net", "2.0.0", {"lib/a.libsonnet": "{ said: 'net 2' }"})
    publish(
        "area/web",
        "1.0.0",
        {"main.jsonnet": "(import 'net/lib/a.libsonnet') + { own: importstr './t.txt' }", "t.txt": "t"},
        {"net": "1"},
    )
    made = project_with(
        settings('"area/web" = "1"\nnet = "2"'),
        outputs("{ web: import 'area/web/main.jsonnet', net: import 'net/lib/a.libsonnet' }"),
    )
    template, found = compiled(made)
    assert found == []
    assert template["outputs"]["x"]["value"] == {"web": {"said": "net 1", "own": "t"}, "net": {"said": "net 2"}}


REFUSED = {
    "a file of the project": "import '../../../../project/secret.libsonnet'",
    "a file by its absolute path": "import '/etc/passwd'",
    "a file of the project by its name": "import 'secret.libsonnet'",
    "a package that it does not declare": "import 'net/main.jsonnet'",
    "a package out of its folder": "import 'web/../../x'",
    "a file that it does not have": "import './other.libsonnet'",
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_package_cannot_read(what: str, publish: Publish, settings: MakeSettings) -> None:
    publish("net", "1.0.0")
    publish("web", "1.0.0", {"main.jsonnet": REFUSED[what]})
    made = settings('web = "1"\nnet = "1"')
    write(made.project, {"secret.libsonnet": "'secret'"})
    template, found = compiled(project_with(made, outputs("import 'web/main.jsonnet'")))
    assert template is None
    assert any(one.startswith(("import-refused", "import-not-found")) for one in found), found


def test_globs_in_a_package_see_only_what_it_lists(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": "import 'glob:*.json'", "a.json": "1", "b.json": "2"})
    made = project_with(settings('web = "1"'), outputs("import 'web/main.jsonnet'"))
    assert made.packages.cache is not None
    folder = tree_folder(made.packages.cache, require_locked(made).packages["web 1.0.0"].tree)
    (folder / "c.json").write_text("3")
    template, found = compiled(made)
    assert found == []
    assert {"a.json", "b.json"} <= set(template["outputs"]["x"]["value"])
    assert "c.json" not in template["outputs"]["x"]["value"]


def test_only_exports_can_be_imported(publish: Publish, settings: MakeSettings) -> None:
    files = {"main.jsonnet": "import 'inner/a.libsonnet'", "inner/a.libsonnet": "{ a: 1 }"}
    publish("web", "1.0.0", files, exports=("main.jsonnet", "lib/*"))
    made = project_with(settings('web = "1"'), outputs("import 'web/main.jsonnet'"))
    assert compiled(made)[0]["outputs"]["x"]["value"] == {"a": 1}
    write(made.project, {"main.jsonnet": outputs("import 'web/inner/a.libsonnet'")})
    (found,) = compiled(made)[1]
    assert found.startswith("import-refused")
    assert "is not among its exports" in found


def test_a_changed_file_in_the_cache_is_refused(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": "{ a: 1 }"})
    made = project_with(settings('web = "1"'), outputs("import 'web/main.jsonnet'"))
    assert made.packages.cache is not None
    tree = require_locked(made).packages["web 1.0.0"].tree
    for path in (
        tree_folder(made.packages.cache, tree) / "main.jsonnet",
        tree_folder(made.packages.cache, tree).with_suffix(".txt"),
    ):
        whole = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(whole.replace(b"1", b"3"))
        (found,) = compiled(made)[1]
        assert found.startswith("package-damaged"), path
        path.write_bytes(whole)
    assert compiled(made)[1] == []


def test_a_misspelt_file_of_a_package_is_told_with_the_nearest(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = project_with(settings('web = "1"'), outputs("import 'web/main.jsonet'"))
    with WorkerEvaluator() as evaluator:
        target = Target(name="x", entries=((None, made.project / "main.jsonnet"),))
        (found,) = compile_target(target, made, evaluator, {}).compilation.diagnostics
    assert (found.code, found.hint) == ("import-not-found", 'did you mean "web/main.jsonnet"?')
    assert "web@1.0.0 has no file main.jsonet" in found.message


def test_an_error_inside_a_package_names_the_package(publish: Publish, settings: MakeSettings) -> None:
    publish("area/web", "1.0.0", {"main.jsonnet": "{ a: 1 + }"})
    made = project_with(settings('"area/web" = "1"'), outputs("import 'area/web/main.jsonnet'"))
    with WorkerEvaluator() as evaluator:
        target = Target(name="x", entries=((None, made.project / "main.jsonnet"),))
        (found,) = compile_target(target, made, evaluator, {}).compilation.diagnostics
    assert found.place is not None
    assert found.place.file == "area/web@1.0.0/main.jsonnet"


def test_a_package_that_is_worked_on_follows_its_files(tmp_path: Path, settings: MakeSettings) -> None:
    folder = package_folder(tmp_path / "shared", "shared", "0.1.0", {"main.jsonnet": "{ a: 1 }"})
    made = project_with(settings('shared = { path = "../shared" }'), outputs("import 'shared/main.jsonnet'"))
    assert compiled(made)[0]["outputs"]["x"]["value"] == {"a": 1}
    write(folder, {"main.jsonnet": "{ a: 2 }"})
    assert compiled(made)[0]["outputs"]["x"]["value"] == {"a": 2}
    write(folder, {"main.jsonnet": "import '../project/main.jsonnet'"})
    assert compiled(made)[1][0].startswith("import-refused")


def test_a_json_template_names_modules_of_packages(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": "{ resources: [{ type: 'A.B/c', apiVersion: '2024-01-01', name: 'n' }] }"})
    made = settings('web = "1"')
    template = """{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      "contentVersion": "1.0.0.0", "resources": [{ "type": "armlib/modules", "apiVersion": "1.0", "name": "w",
      "properties": { "module": "web/main.jsonnet" } }] }"""
    write(made.project, {"main.json": template})
    write_lock(made.project, restore(made).lock)
    result, found = compiled(made, "main.json")
    assert found == []
    assert [resource["type"] for resource in result["resources"]] == ["A.B/c"]


def test_what_is_not_locked_or_restored_is_told(publish: Publish, settings: MakeSettings) -> None:
    from armlib.packages.errors import PackageError

    publish("web", "1.0.0")
    made = settings('web = "1"')
    write(made.project, {"main.jsonnet": "{ resources: [] }"})

    def code(settings: Settings) -> str:
        with pytest.raises(PackageError) as caught:
            compiled(settings)
        return caught.value.code

    assert code(made) == "not-locked"
    write_lock(made.project, restore(made).lock)
    assert code(settings('web = "1"', cache="empty")) == "not-restored"
    assert code(settings('web = "^1"')) == "lock-stale"


def test_places_in_packages_are_told_by_source_maps(publish: Publish, settings: MakeSettings) -> None:
    publish(
        "web", "1.0.0", {"main.jsonnet": "{\n  resources: [{ type: 'A.B/c', apiVersion: '2024-01-01', name: 'n' }],\n}"}
    )
    made = project_with(settings('web = "1"'), "import 'web/main.jsonnet'")
    with WorkerEvaluator() as evaluator:
        target = Target(name="x", entries=((None, made.project / "main.jsonnet"),))
        compilation = compile_target(target, made, evaluator, {}, provenance=True).compilation
    assert compilation.succeeded
    assert compilation.provenance is not None
