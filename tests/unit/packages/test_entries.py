"""Packages as entries, by reference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import armlib
from armlib.build.compilation import Entries, compile_target, find_entries
from armlib.build.entries import with_packages, with_pinned_entries
from armlib.config import Package, Settings, Target
from armlib.errors import ArmlibError
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsontypes import JsonObject
from armlib.packages.client import RegistryRepository
from armlib.packages.errors import PackageError, RegistryError
from armlib.packages.http import Transport
from armlib.packages.layout import Layout
from armlib.packages.lock import read_lock
from armlib.packages.restore import restore, write_lock
from tests.unit.packages.conftest import MakeSettings, Publish, package_folder, write
from tests.unit.packages.git_repository import needs_git, new_repository
from tests.unit.packages.registry_server import docker_registry

MODULE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string' } },
  thing:: arm.Resource('A.B/c', '2024-01-01') { name: $.arguments.name, properties: { from: '%s' } },
}
"""


def compiled(found: Entries, settings: Settings, **more: Any) -> Any:
    """Return the compilation of *found*, called with a name."""
    entries = tuple(zip(found.aliases, found.paths, strict=True))
    target = Target(name="x", entries=entries, packages=found.packages, values={"name": "n"}, **more)
    return compile_target(target, settings, InProcessEvaluator(), {}).compilation


def origin_of(template: JsonObject | None) -> Any:
    assert template is not None
    resources: Any = template["resources"]
    return resources[0]["properties"]["from"]


def find(text: str, settings: Settings) -> Entries:
    return find_entries([text], settings, settings.project)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("area/web", "1.2.0"),
        ("area/web@1.1", "1.1.0"),
        ("area/web@^1", "1.2.0"),
        ("team:area/web@1.0.0", "1.0.0"),
        ("layout:../layout#area/web", "1.2.0"),
    ],
)
def test_a_reference_is_the_main_module_of_the_version_it_asks_for(
    text: str, version: str, publish: Publish, settings: MakeSettings
) -> None:
    for one in ("1.0.0", "1.1.0", "1.2.0"):
        publish("area/web", one, {"main.jsonnet": MODULE % one})
    told = settings("", '[registries]\ndefault = "layout:../layout"\nteam = "layout:../layout"\n')
    found = find(text, told)
    assert found.aliases == ("web",)
    assert origin_of(compiled(found, told).template) == version
    assert found.names[str(found.paths[0])] == f"area/web@{version}/main.jsonnet"
    assert not (told.project / "armlib.lock").exists()


def test_by_digest_and_without_a_project(publish: Publish, settings: MakeSettings, tmp_path: Path) -> None:
    digest = publish("web", "1.0.0", {"main.jsonnet": MODULE % "digest"})
    publish("web", "1.1.0", {"main.jsonnet": MODULE % "newer"})
    (tmp_path / "elsewhere").mkdir()
    told = replace(settings(), file=None, project=tmp_path / "elsewhere")
    found = find_entries([f"layout:{tmp_path / 'layout'}#web@{digest}"], told, told.project)
    assert origin_of(compiled(found, told).template) == "digest"


def test_what_exists_is_a_file_even_when_it_is_called_like_a_package(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    told = settings()
    write(told.project, {"web": "{ resources: [] }"})
    assert find("web", told) == Entries(paths=(Path("web"),), aliases=(None,))


def test_the_lock_wins_where_it_can(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "old"})
    told = settings('web = "^1"')
    write_lock(told.project, restore(told).lock)
    publish("web", "1.1.0", {"main.jsonnet": MODULE % "new"})
    before = read_lock(told.project / "armlib.lock")
    assert origin_of(compiled(find("web", told), told).template) == "old"
    assert origin_of(compiled(find("web@1", told), told).template) == "old"
    assert origin_of(compiled(find("web@1.1", told), told).template) == "new"
    assert read_lock(told.project / "armlib.lock") == before


def test_what_the_lock_names_is_fetched_when_it_is_not_there(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "locked"})
    told = settings('web = "^1"')
    write_lock(told.project, restore(told).lock)
    empty = replace(told, packages=replace(told.packages, cache=told.project.parent / "empty"))
    assert origin_of(compiled(find("web", empty), empty).template) == "locked"


def test_a_project_that_is_not_locked_says_so(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    with pytest.raises(PackageError) as caught:
        find("web", settings('web = "1"'))
    assert caught.value.code == "not-locked"


def test_a_package_has_its_own_dependencies_and_nothing_of_the_project(
    publish: Publish, settings: MakeSettings
) -> None:
    publish("base", "1.0.0", {"main.libsonnet": "'base 1'"})
    publish("base", "2.0.0", {"main.libsonnet": "'base 2'"})
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "' + (import 'base/main.libsonnet') + '"}, {"base": "^1"})
    publish("thief", "1.0.0", {"main.jsonnet": "import 'secret.libsonnet'"})
    publish("guest", "1.0.0", {"main.jsonnet": "import 'base/main.libsonnet'"})
    told = settings('base = "^2"')
    write_lock(told.project, restore(told).lock)
    write(told.project, {"secret.libsonnet": "{ resources: [] }", "base/main.libsonnet": "'project'"})
    assert origin_of(compiled(find("web", told), told).template) == "base 1"
    for name in ("thief", "guest"):
        stolen = compiled(find(name, told), told, library=(told.project,))
        assert [one.code for one in stolen.diagnostics] == ["import-not-found"], name
        assert stolen.diagnostics[0].place.file == f"{name}@1.0.0/main.jsonnet"


def test_parameters_files_are_the_callers(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "x"})
    told = settings()
    write(told.project, {"p.jsonnet": "{ name: import 'name.libsonnet' }", "name.libsonnet": "'mine'"})
    found = find("web", told)
    target = Target(
        name="x",
        entries=((None, found.paths[0]),),
        packages=found.packages,
        parameters=(told.project / "p.jsonnet",),
    )
    template: Any = compile_target(target, told, InProcessEvaluator(), {}).compilation.template
    assert template["resources"][0]["name"] == "mine"


def test_a_package_and_a_file_are_merged(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "package"})
    told = settings()
    write(told.project, {"own.jsonnet": (MODULE % "file").replace("A.B/c", "A.B/d")})
    found = find_entries(["web", "own.jsonnet"], told, told.project)
    found = replace(found, paths=tuple(told.project / path for path in found.paths))
    template: Any = compiled(found, told).template
    assert sorted(one["properties"]["from"] for one in template["resources"]) == ["file", "package"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("area/wbe", "entry-not-found", "area/wbe: there is no such file, and there is no package layout:"),
        ("area/web@9", "version-not-found", "area/web@9: there is no such file, and layout:../layout#area/web has no"),
        ("area/web@nine", "version-not-found", "'nine'"),
        ("tema:area/web", "package", "tema:area/web: there is no such file, and there is no registry 'tema'"),
        ("oci://host", "package", "'oci://host'"),
        ("armlib:storage/acount", "package-not-found", "armlib comes with no module 'storage/acount'"),
        ("armlib:storage/account@9", "version-not-found", "armlib comes with version"),
        ("storage/account", "entry-not-found", "storage/account: there is no such file"),
        ("only/library", "entry-not-found", "only/library@1.0.0 has no main module"),
    ],
)
def test_what_is_neither_file_nor_package_is_told(
    text: str, code: str, said: str, publish: Publish, settings: MakeSettings
) -> None:
    publish("area/web", "1.0.0")
    publish("only/library", "1.0.0", {"lib.libsonnet": "{}"})
    with pytest.raises(ArmlibError) as caught:
        find(text, settings())
    assert caught.value.code == code
    assert said in caught.value.message
    if text == "storage/account":
        assert caught.value.hint == "armlib comes with one: 'armlib:storage/account'"


def test_a_file_without_its_ending_is_the_hint(settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    told = settings()
    write(told.project, {"network/hub.jsonnet": MODULE % "file"})
    monkeypatch.chdir(told.project)
    with pytest.raises(ArmlibError) as caught:
        find("network/hub", told)
    assert caught.value.hint == "did you mean network/hub.jsonnet?"


@pytest.mark.parametrize("text", ["main.jsonet", "./web", "../web", "web.json", "x.jsonnet", "-", "Web App"])
def test_what_looks_like_a_file_is_looked_up_nowhere(text: str, settings: MakeSettings) -> None:
    told = settings("", '[registries]\ndefault = "oci://127.0.0.1:1/nowhere"\n')
    if text == "main.jsonet":  # a name that packages may have, too: then the error says both
        offline = replace(told, packages=replace(told.packages, offline=True))
        with pytest.raises(
            RegistryError, match=r"there is no such file, and oci://127\.0\.0\.1:1/nowhere/main\.jsonet"
        ):
            find(text, offline)
        return
    assert find(text, told).packages == ()


def test_trust_is_asked_for(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    trust = '[trust]\nkeys = { release = "r.pub" }\nrequire = { "*" = ["release"] }\n'
    told = settings("", trust)
    write_public_key(told.project / "r.pub")
    with pytest.raises(PackageError) as caught:
        find("web", told)
    assert caught.value.code == "signature-missing"
    assert find("armlib:storage/account", told).packages, "what comes with armlib is armlib itself"


def write_public_key(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.generate().public_key()
    path.write_bytes(public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


def test_a_damaged_cache_is_healed(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "whole"})
    told = settings()
    path = find("web", told).paths[0]
    path.chmod(0o644)
    path.write_text("{ resources: [] }")
    assert origin_of(compiled(find("web", told), told).template) == "whole"


def test_a_bicep_module_is_an_entry(layout: Layout, settings: MakeSettings) -> None:
    from armlib.packages.bicep import build_bicep
    from armlib.packages.manifest import Manifest
    from armlib.packages.package import push

    template = (
        b'{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",'
        b' "contentVersion": "1.0.0.0", "parameters": {"name": {"type": "string"}}, "resources": []}'
    )
    push(build_bicep(Manifest(folder=Path(), name="bicep/web"), template), layout.repository("bicep/web"), "1.0.0")
    told = settings()
    compilation = compiled(find("bicep/web@1.0.0", told), told)
    assert compilation.template["resources"][0]["type"] == "Microsoft.Resources/deployments"


def test_a_module_that_a_template_names_stays_in_the_package(publish: Publish, settings: MakeSettings) -> None:
    main = "{ resources: [{ type: 'armlib/modules', name: 'x', properties: { module: '%s' } }] }"
    inner = "{ resources: [{ type: 'A.B/c', apiVersion: '2024-01-01', name: 'n' }] }"
    publish("web", "1.0.0", {"main.jsonnet": main % "inner.jsonnet", "inner.jsonnet": inner})
    publish("thief", "1.0.0", {"main.jsonnet": main % "secret.jsonnet"})
    told = settings()
    write(told.project, {"secret.jsonnet": inner})
    kept, stolen = (compiled(find(name, told), told) for name in ("web", "thief"))
    assert kept.template is not None
    assert "A.B/c" in str(kept.template)
    assert [one.message for one in stolen.diagnostics] == ["thief@1.0.0 has no module 'secret.jsonnet'"]


# Targets of armlib.toml


def test_a_target_names_a_dependency_or_what_comes_with_armlib(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0", {"main.jsonnet": MODULE % "pinned"})
    told = settings(
        'web = "^1"',
        '[targets.a]\nentry = "web"\n[targets.b]\nentries = { site = "web@1", account = "armlib:storage/account" }\n',
    )
    write_lock(told.project, restore(told).lock)
    one = with_pinned_entries(told.targets["a"], told)
    assert [alias for alias, _ in one.entries] == ["web"]
    both = with_pinned_entries(told.targets["b"], told)
    assert [alias for alias, _ in both.entries] == ["site", "account"]
    assert {package.label for package in both.packages} >= {"web@1.0.0", "armlib:storage/account"}


def test_a_target_that_names_what_is_not_pinned_is_refused(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    told = settings("", '[targets.a]\nentry = "web@1.0.0"\n')
    with pytest.raises(PackageError) as caught:
        with_pinned_entries(told.targets["a"], told)
    assert (caught.value.code, caught.value.hint and "armlib add" in caught.value.hint) == ("entry-not-found", True)


def test_packages_are_numbered_anew() -> None:
    def package(name: str, *imports: int) -> Package:
        return Package(label=name, folder=Path("/c") / name, imports=tuple((f"x{one}", one) for one in imports))

    base, more = (package("a", 1), package("b")), (package("c", 1, 2), package("b"), package("d", 0))
    joined = with_packages(base, more)
    assert [(one.label, one.imports) for one in joined] == [
        ("a", (("x1", 1),)),
        ("b", ()),
        ("c", (("x1", 1), ("x2", 3))),
        ("d", (("x0", 2),)),
    ]


def test_the_folder_of_a_package_that_is_worked_on_is_an_entry(settings: MakeSettings) -> None:
    told = settings()
    package_folder(told.project.parent / "shared", "web", "1.0.0", {"main.jsonnet": MODULE % "folder"})
    found = find("path:../shared", told)
    assert found.names == {}
    assert origin_of(compiled(found, told).template) == "folder"


@needs_git
def test_a_branch_is_the_commit_that_the_project_has_locked(settings: MakeSettings, tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "repository")
    repository.commit({"main.jsonnet": MODULE % "locked"})
    told = settings(f'web = {{ git = "{repository.address}", revision = "main" }}')
    write_lock(told.project, restore(told).lock)
    repository.commit({"main.jsonnet": MODULE % "later"})
    reference = f"git+{repository.address}@main"
    assert origin_of(compiled(find(reference, told), told).template) == "locked"
    (told.project / "armlib.lock").unlink()
    assert origin_of(compiled(find(reference, settings()), told).template) == "later"


def test_offline_finds_what_was_fetched_once(publish: Publish, settings: MakeSettings, tmp_path: Path) -> None:
    with docker_registry(tmp_path) as server:
        told = settings("", f'[registries]\ndefault = "oci://{server.host}/modules"\n')
        transport = Transport(server.host, lambda: None)
        publish(
            "web", "1.0.0", {"main.jsonnet": MODULE % "kept"}, repository=RegistryRepository(transport, "modules/web")
        )
        assert origin_of(compiled(find("web@1", told), told).template) == "kept"
    offline = replace(told, packages=replace(told.packages, offline=True))
    assert origin_of(compiled(find("web@1", offline), offline).template) == "kept"
    with pytest.raises(RegistryError) as caught:
        find("web@^1.1", offline)
    assert caught.value.code == "offline"


def test_programs_name_packages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARMLIB_PACKAGES", str(tmp_path / "cache"))
    monkeypatch.setenv("ARMLIB_LOCAL_REGISTRY", str(tmp_path / "local"))
    monkeypatch.chdir(tmp_path)
    made: Any = armlib.compile("armlib:storage/account", {"name": "stx"})
    assert made["diagnostics"] == []
    assert made["template"]["resources"][0]["name"] == "stx"
    evaluated: Any = armlib.evaluate("armlib:storage/account", {"name": "stx"})
    assert evaluated["resources"][0]["name"] == "stx"
    for answer in (armlib.compile("nothing/here"), armlib.evaluate("nothing/here")):
        found: Any = answer["diagnostics"]
        assert [one["code"] for one in found] == ["entry-not-found"]
    package_folder(tmp_path / "own", "web", "1.0.0", {"main.jsonnet": "{ resources: [], x: error 'x' } + 1"})
    Layout(tmp_path / "layout").prepare()
    wrong: Any = armlib.compile("folder:.#own")
    assert wrong["template"] is None
