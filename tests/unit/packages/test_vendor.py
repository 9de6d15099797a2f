"""The vendor folder: what it holds, that plain Jsonnet gives the same with it, and what it does not touch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from armlib.config import Settings
from armlib.errors import ArmlibError, DiagnosticsError
from armlib.files import WriteError
from armlib.packages import bicep, vendor
from armlib.packages.errors import PackageError
from armlib.packages.layout import Layout
from armlib.packages.oci import MANIFEST, descriptor_of, manifest_bytes
from armlib.packages.restore import restore, write_lock
from armlib.packages.vendored import Content, vendored
from tests.unit.packages.conftest import Publish, package_folder, write
from tests.unit.packages.test_imports import compiled, outputs

MakeSettings = Callable[..., Settings]
ENGINES = pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet], ids=["go", "c++"])


def locked(settings: Settings, text: str = "{}") -> Settings:
    write(settings.project, {"main.jsonnet": text})
    write_lock(settings.project, restore(settings).lock)
    return settings


def written(settings: Settings, *, force: bool = False) -> vendor.Comparison:
    return vendor.write(settings.project / "vendor", vendor.for_project(settings), force=force)


def plain(engine: Any, project: Path) -> Any:
    return json.loads(
        engine.evaluate_file(
            str(project / "main.jsonnet"), jpathdir=[str(project / "vendor")], ext_vars={"parameters": "{}"}
        )
    )


def same_in_plain_jsonnet(settings: Settings, engine: Any) -> Any:
    """Return the value of the output ``x``, which armlib and plain Jsonnet must agree on."""
    template, found = compiled(settings)
    assert found == []
    written(settings)
    value = plain(engine, settings.project)["outputs"]["x"]["value"]
    assert value == template["outputs"]["x"]["value"]
    return value


@ENGINES
def test_three_levels_of_packages_are_the_same_in_plain_jsonnet(
    engine: Any, publish: Publish, settings: MakeSettings
) -> None:
    publish("base/net", "1.2.0", {"main.jsonnet": "{ net: import 'arm.libsonnet' }.net.native.md5('x')"})
    publish("mid", "1.0.0", {"lib/a.libsonnet": "[(import 'n/main.jsonnet'), importstr '../t.txt']", "t.txt": "t"})
    publish("top", "1.0.0", {"main.jsonnet": "{ top: import 'mid/lib/a.libsonnet' }"}, {"mid": "1"})
    publish("mid", "1.1.0", {"lib/a.libsonnet": "[import 'base/net/main.jsonnet']"}, {"base/net": "^1"})
    made = locked(settings('alias = { package = "top", version = "1" }'), outputs("import 'alias/main.jsonnet'"))
    assert same_in_plain_jsonnet(made, engine) == {"top": ["9dd4e461268c8034f5c8564e155c67a6"]}
    folder = made.project / "vendor"
    assert (folder / "alias" / "main.jsonnet").is_file()
    assert (folder / "base" / "net" / "main.jsonnet").is_file()
    assert (folder / "arm.libsonnet").is_file() and (folder / "arm" / "native.libsonnet").is_file()
    assert not (folder / "top").exists()


@ENGINES
def test_imports_that_plain_jsonnet_takes_elsewhere_are_written_relative(
    engine: Any, publish: Publish, settings: MakeSettings
) -> None:
    publish("lib", "1.0.0", {"a.libsonnet": "'of the other'"})
    publish(
        "web",
        "1.0.0",
        {
            "main.jsonnet": "import 'deep/er.libsonnet'",
            "deep/er.libsonnet": "[import 'lib/a.libsonnet', /* ö */ importstr @'up.txt', import \"lib/b.libsonnet\"]",
            "lib/a.libsonnet": "'its own'",
            "lib/b.libsonnet": "'b'",
            "up.txt": "up",
        },
    )
    made = locked(settings('web = "1"\nlib = "1"'), outputs("[import 'web/main.jsonnet', import 'lib/a.libsonnet']"))
    assert same_in_plain_jsonnet(made, engine) == [["its own", "up", "b"], "of the other"]
    text = (made.project / "vendor" / "web" / "deep" / "er.libsonnet").read_text()
    assert text == '[import "../lib/a.libsonnet", /* ö */ importstr "../up.txt", import "../lib/b.libsonnet"]'


@ENGINES
def test_a_package_may_import_itself_by_its_own_name(engine: Any, publish: Publish, settings: MakeSettings) -> None:
    publish("area/web", "1.0.0", {"main.jsonnet": "import 'area/web/x.libsonnet'", "x.libsonnet": "'x'"})
    made = locked(settings('w = { package = "area/web", version = "1" }'), outputs("import 'w/main.jsonnet'"))
    assert same_in_plain_jsonnet(made, engine) == "x"
    assert (made.project / "vendor" / "area" / "web" / "x.libsonnet").is_file()


@ENGINES
def test_packages_that_are_worked_on_are_copied(engine: Any, settings: MakeSettings, tmp_path: Path) -> None:
    files = {"main.jsonnet": "'here'", "tests/x.jsonnet": "1", ".secret": "no"}
    package_folder(tmp_path / "shared", "shared", "0.1.0", files)
    made = locked(settings('s = { path = "../shared" }'), outputs("import 's/main.jsonnet'"))
    assert same_in_plain_jsonnet(made, engine) == "here"
    assert sorted(path.name for path in (made.project / "vendor" / "s").iterdir()) == ["main.jsonnet", "module.json"]
    write(tmp_path / "shared", {"main.jsonnet": "'there'"})
    found = vendor.compare(made.project / "vendor", vendor.for_project(made))
    assert [change.folder for change in found.changes] == ["s"]


@pytest.mark.parametrize(
    ("engine", "dependency"),
    [
        (_gojsonnet, ""),
        (_gojsonnet, '"network/private-dns-zone" = { registry = "armlib:" }'),
        (_jsonnet, ""),
    ],
    ids=["go", "go, a dependency", "c++"],
)
def test_modules_that_come_with_armlib(engine: Any, dependency: str, settings: MakeSettings) -> None:
    module = "(import 'network/private-dns-zone/main.jsonnet') { parameters:: { name: 'example.com' } }"
    made = locked(settings(dependency), module)
    template, found = compiled(made)
    assert found == []
    written(made)
    assert plain(engine, made.project)["resources"] == template["resources"]


def test_modules_that_come_with_armlib_go_when_nothing_of_the_project_imports_them(settings: MakeSettings) -> None:
    made = locked(settings(), "import 'web/site/main.jsonnet'")
    folder = made.project / "deps"
    vendor.write(folder, vendor.for_project(made))
    assert (folder / "web" / "site" / "main.jsonnet").is_file()
    write(made.project, {"main.jsonnet": "{}"})
    vendor.write(folder, vendor.for_project(made))
    assert sorted(path.name for path in folder.iterdir()) == [".armlib.json", "arm", "arm.libsonnet"]


@ENGINES
def test_imports_from_the_top_of_the_project_want_it_among_the_folders(
    engine: Any, publish: Publish, settings: MakeSettings
) -> None:
    publish("lib", "1.0.0", {"x.libsonnet": "'of the package'", "y.libsonnet": "'y'"})
    made = settings('lib = "1"')
    write(made.project, {"sub/a.libsonnet": "[import 'lib/x.libsonnet', import 'lib/y.libsonnet']"})
    write(made.project, {"lib/x.libsonnet": "'of the project'"})
    template, found = compiled(locked(made, outputs("import 'sub/a.libsonnet'")))
    assert found == []
    written(made)
    file, folders = str(made.project / "main.jsonnet"), [str(made.project / "vendor"), str(made.project)]
    given = json.loads(engine.evaluate_file(file, jpathdir=folders))["outputs"]["x"]["value"]
    assert given == template["outputs"]["x"]["value"] == ["of the project", "y"]


BICEP = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}},
    "resources": [{"type": "A.B/c", "apiVersion": "2024-01-01", "name": "[parameters('name')]"}],
    "outputs": {"id": {"type": "string", "value": "[resourceId('A.B/c', parameters('name'))]"}},
}


@ENGINES
def test_modules_of_bicep(engine: Any, layout: Layout, settings: MakeSettings) -> None:
    repository = layout.repository("res/thing")
    template = json.dumps(BICEP).encode()
    for blob in (b"{}", template):
        repository.put_blob(blob)
    layers = [descriptor_of(template, bicep.LAYER)]
    data = manifest_bytes(bicep.ARTIFACT, descriptor_of(b"{}", bicep.CONFIG), layers, {})
    repository.put_manifest(data, MANIFEST, "1.0.0")
    made = locked(
        settings('thing = { package = "res/thing", version = "1" }'),
        "(import 'thing/main.jsonnet') { parameters:: { name: 'n' } }",
    )
    ours, found = compiled(made)
    assert found == []
    written(made)
    given = plain(engine, made.project)
    assert given["resources"] == ours["resources"]
    assert given["outputs"] == ours["outputs"]


def test_two_meanings_of_a_name_are_refused(publish: Publish, settings: MakeSettings) -> None:
    publish("net", "1.0.0")
    publish("net", "2.0.0")
    for name, wanted in (("a", "1"), ("b", "2")):
        publish(name, "1.0.0", {"main.jsonnet": "import 'net/main.jsonnet'"}, {"net": wanted})
    made = locked(settings('a = "1"\nb = "1"\nn = { package = "net", version = "2" }'))
    with pytest.raises(DiagnosticsError) as refused:
        written(made)
    (found,) = refused.value.diagnostics
    assert found.code == "vendor-conflict"
    assert all(text in found.message for text in ("'net'", "net 1.0.0 for a 1.0.0", "net 2.0.0 for b 1.0.0"))
    assert "armlib list --tree" in (found.hint or "")
    assert not (made.project / "vendor").exists()


@ENGINES
def test_two_lines_by_two_names_live_side_by_side(engine: Any, publish: Publish, settings: MakeSettings) -> None:
    publish("net", "1.0.0")
    publish("net", "2.0.0")
    made = locked(
        settings('one = { package = "net", version = "1" }\ntwo = { package = "net", version = "2" }'),
        outputs("[import 'one/main.jsonnet', import 'two/main.jsonnet']"),
    )
    assert same_in_plain_jsonnet(made, engine) == [{"said": "net 1.0.0"}, {"said": "net 2.0.0"}]


@pytest.mark.parametrize("inner", ["b/main.jsonnet", "b"])
def test_a_path_of_two_packages_is_refused(inner: str, publish: Publish, settings: MakeSettings) -> None:
    publish("a", "1.0.0", {inner: "1", "x.jsonnet": "1"})
    publish("a/b", "1.0.0", {"main.jsonnet": "2"})
    with pytest.raises(DiagnosticsError, match=r"would be of two packages: a 1\.0\.0 and a/b 1\.0\.0"):
        written(locked(settings('a = "1"\n"a/b" = "1"')))


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside", "."])
def test_no_name_leads_out_of_the_folder(name: str, settings: MakeSettings) -> None:
    made = settings()
    content = Content(label="x 1.0.0", name="x", version="1.0.0", source="", files={"main.jsonnet": b"1"})
    with pytest.raises(PackageError) as refused:
        vendor.write(made.project / "vendor", vendored({name: "x"}, {"x": content}, {}))
    assert refused.value.code == "package-contents"
    assert not (made.project / "vendor").exists()


@ENGINES
def test_a_package_within_the_folder_of_another(engine: Any, publish: Publish, settings: MakeSettings) -> None:
    publish("a", "1.0.0", {"main.jsonnet": "'a'"})
    publish("a/b", "1.0.0", {"main.jsonnet": "'a/b'"})
    text = outputs("[import 'a/main.jsonnet', import 'a/b/main.jsonnet']")
    assert same_in_plain_jsonnet(locked(settings('a = "1"\n"a/b" = "1"'), text), engine) == ["a", "a/b"]


def test_a_glob_import_of_a_package_is_told(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": "{\n  all: import 'glob:*.json',\n}", "a.json": "1"})
    (found,) = vendor.for_project(locked(settings('web = "1"'))).diagnostics
    assert found.place is not None
    assert (found.code, found.place.file, found.place.line, found.place.column) == (
        "vendor-glob",
        "web/main.jsonnet",
        2,
        8,
    )


def test_running_again_brings_up_to_date_and_removes(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": "1", "old.jsonnet": "1"})
    publish("net", "1.0.0")
    first = written(locked(settings('web = "1.0"\nnet = "1"')))
    assert [(one.mark, one.folder) for one in first.changes] == [("+", "arm.libsonnet"), ("+", "net"), ("+", "web")]
    publish("web", "1.1.0", {"main.jsonnet": "2"})
    made = locked(settings('web = "1.1"'))
    folder = made.project / "vendor"
    inode = folder.stat().st_ino
    second = written(made)
    assert [(one.mark, one.folder, one.before, one.now) for one in second.changes] == [
        ("-", "net", "1.0.0", ""),
        ("~", "web", "1.0.0", "1.1.0"),
    ]
    assert not (folder / "net").exists() and not (folder / "web" / "old.jsonnet").exists()
    assert (folder / "web" / "main.jsonnet").read_text() == "2"
    assert folder.stat().st_ino != inode
    inode = folder.stat().st_ino
    assert written(made).is_same
    assert folder.stat().st_ino == inode
    assert [path.name for path in made.project.iterdir() if path.name.startswith(".")] == []


def test_what_is_gone_from_the_folder_is_written_again(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = locked(settings('web = "1"'))
    written(made)
    (made.project / "vendor" / "web" / "main.jsonnet").unlink()
    found = written(made)
    assert (found.changes, dict(found.files)) == ((), {"web/main.jsonnet": "+"})
    assert (made.project / "vendor" / "web" / "main.jsonnet").is_file()


@pytest.mark.parametrize("path", ["mine.jsonnet", "web/main.jsonnet", "link"])
def test_files_of_the_user_stay(path: str, publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = locked(settings('web = "1"'))
    written(made)
    file = made.project / "vendor" / path
    if path == "link":
        file.symlink_to("arm")
    else:
        file.write_text("mine")
    publish("web", "1.0.1")
    made = locked(settings('web = "1.0.1"'))
    with pytest.raises(PackageError, match=path) as refused:
        written(made)
    assert refused.value.code == "vendor-changed"
    assert file.is_symlink() or file.read_text() == "mine"
    assert vendor.compare(made.project / "vendor", vendor.for_project(made)).strange == (path,)
    written(made, force=True)
    assert not vendor.compare(made.project / "vendor", vendor.for_project(made)).files


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("files", [{"x.txt": "x"}, {".armlib.json": "{}"}, {".armlib.json": "not JSON"}])
def test_a_folder_of_others_is_never_taken(files: dict[str, str], force: bool, settings: MakeSettings) -> None:
    made = locked(settings())
    write(made.project / "vendor", files)
    with pytest.raises(PackageError) as refused:
        written(made, force=force)
    assert refused.value.code == "vendor-not-ours"
    assert {path.name: path.read_text() for path in (made.project / "vendor").iterdir()} == files


def test_an_empty_folder_and_one_behind_a_link_are_taken(settings: MakeSettings, tmp_path: Path) -> None:
    made = locked(settings())
    (tmp_path / "elsewhere").mkdir()
    (made.project / "vendor").symlink_to("../elsewhere")
    written(made)
    assert (made.project / "vendor").is_symlink()
    assert (tmp_path / "elsewhere" / "arm.libsonnet").is_file()


def test_a_file_in_its_place_is_refused(settings: MakeSettings) -> None:
    made = locked(settings())
    (made.project / "vendor").write_text("mine")
    with pytest.raises(PackageError, match="is not a folder"):
        written(made)


def test_a_folder_that_cannot_be_written_stays_as_it_was(
    publish: Publish, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("web", "1.0.0")
    made = locked(settings('web = "1"'))
    written(made)
    before = {path: path.read_bytes() for path in (made.project / "vendor").rglob("*") if path.is_file()}
    publish("web", "1.0.1", {"a.jsonnet": "1"})
    made = locked(settings('web = "1.0.1"'))

    def full(made: Path, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vendor, "_put", full)
    with pytest.raises(WriteError, match="No space left"):
        written(made)
    assert {path: path.read_bytes() for path in (made.project / "vendor").rglob("*") if path.is_file()} == before
    assert [path.name for path in made.project.iterdir() if path.name.startswith(".")] == []


def test_where_folders_cannot_change_places_at_once_it_takes_two_steps(
    publish: Publish, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("web", "1.0.0")
    written(locked(settings('web = "1"')))
    monkeypatch.setattr(vendor, "_exchange", lambda made, folder: False)
    made = locked(settings())
    written(made)
    assert not (made.project / "vendor" / "web").exists()
    assert [path.name for path in made.project.iterdir() if path.name.startswith(".")] == []


def test_packages_are_restored_first_or_told(publish: Publish, settings: MakeSettings, tmp_path: Path) -> None:
    publish("web", "1.0.0")
    made = locked(settings('web = "1"'))
    shutil.rmtree(tmp_path / "cache")
    written(made)
    assert (made.project / "vendor" / "web" / "main.jsonnet").is_file()
    settings('web = "^1"')
    from armlib.config import Flags, load_settings

    with pytest.raises(ArmlibError) as refused:
        written(load_settings(made.project, Flags(), {}))
    assert refused.value.code == "lock-stale"


def test_armlib_reads_no_vendor_folder_unless_it_is_told(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = locked(settings('web = "1"'), outputs("import 'web/main.jsonnet'"))
    written(made)
    write(made.project / "vendor", {"web/main.jsonnet": "'changed'", "arm.libsonnet": "error 'changed'"})
    template, _ = compiled(made)
    assert template["outputs"]["x"]["value"] == {"said": "web 1.0.0"}
