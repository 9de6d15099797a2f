"""Modules of Bicep's registries in Jsonnet, and modules of ours for Bicep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.build.compilation import compile_target
from armlib.config import Settings, Target
from armlib.errors import ArmlibError
from armlib.jsonnet.process import WorkerEvaluator
from armlib.packages import bicep
from armlib.packages.add import add
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.lookup import find, inspect, opened_at, verify
from armlib.packages.manifest import read_manifest
from armlib.packages.oci import MANIFEST, descriptor_of, manifest_bytes, parse_manifest
from armlib.packages.origin import Origin, parse_reference
from armlib.packages.package import push
from armlib.packages.restore import require_locked, restore, write_lock
from tests.unit.packages.conftest import package_folder, write
from tests.unit.packages.registry_server import Server, docker_registry
from tests.unit.packages.test_publish import Person

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "templates"
REAL = (
    "avm-res-storage-storage-account",
    "avm-res-network-nat-gateway",
    "avm-res-event-hub-namespace",
    "avm-res-search-search-service",
)
SMALL = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}},
    "resources": [{"type": "A.B/c", "apiVersion": "2024-01-01", "name": "[parameters('name')]"}],
    "outputs": {"id": {"type": "string", "value": "[resourceId('A.B/c', parameters('name'))]"}},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def person(tmp_path: Path, server: Server) -> Person:
    return Person(tmp_path / "person", f"oci://{server.host}/{tmp_path.name.replace('_', '-').lower()}")


def publish_as_bicep_does(person: Person, name: str, tag: str, template: bytes, *, old: bool = False) -> str:
    """Store *template* as ``bicep publish`` does, an *old* one without an artifact type, and return its reference."""
    with opened_at(person.settings(), person.folder) as (sources, _):
        repository = sources.repository(Origin(person.registry, name))
        repository.put_blob(b"{}")
        repository.put_blob(template)
        layer = descriptor_of(template, bicep.LAYER)
        data = manifest_bytes(bicep.ARTIFACT, descriptor_of(b"{}", bicep.CONFIG), [layer], {})
        if old:
            data = json.dumps({key: one for key, one in json.loads(data).items() if key != "artifactType"}).encode()
        repository.put_manifest(data, MANIFEST, tag)
    return f"br:{person.registry.removeprefix('oci://')}/{name}:{tag}"


def compiled(settings: Settings, text: str) -> tuple[Any, list[str]]:
    write(settings.project, {"main.jsonnet": text})
    with WorkerEvaluator() as evaluator:
        target = Target(name="x", entries=((None, settings.project / "main.jsonnet"),))
        result = compile_target(target, settings, evaluator, {}).compilation
    return result.template, [f"{found.code}: {found.message}" for found in result.diagnostics]


@pytest.mark.parametrize("old", [False, True])
def test_a_module_of_bicep_is_a_module_here(person: Person, old: bool) -> None:
    reference = publish_as_bicep_does(person, "res/thing", "1.0.0", json.dumps(SMALL).encode(), old=old)
    settings = person.settings()
    add(settings, [reference], "thing", person.folder)
    settings = person.settings(f'[dependencies]\nthing = "{reference}"')
    write_lock(person.folder, restore(settings).lock)
    template, found = compiled(settings, "(import 'thing/main.jsonnet') { parameters:: { name: 'n' } }")
    assert found == []
    (deployment,) = template["resources"]
    assert deployment["properties"]["template"] == SMALL
    assert deployment["properties"]["parameters"] == {"name": {"value": "n"}}
    assert template["outputs"]["id"]["type"] == "string"
    template, found = compiled(settings, "(import 'thing/main.jsonnet') { parameters:: { nam: 1 } }")
    assert template is None
    assert [one.partition(":")[0] for one in found] == ["missing-parameter", "unknown-parameter"] or len(found) == 2


def test_what_a_module_of_bicep_takes_is_shown(person: Person) -> None:
    reference = publish_as_bicep_does(person, "web", "1.0.0", json.dumps(SMALL).encode())
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        package: Any = inspect(find(reference, sources, manifest), sources)
    assert list(package["descriptor"]["parameters"]["properties"]) == ["name"]
    assert list(package["descriptor"]["outputs"]) == ["id"]


def test_a_reference_as_bicep_has_it_is_not_to_a_folder(tmp_path: Path) -> None:
    known = {"lay": "layout:modules", "net": "oci://registry.example.com/m"}
    assert (
        str(parse_reference("br/net:web:v1.0.0", tmp_path, known, "local:").origin)
        == "oci://registry.example.com/m/web"
    )
    with pytest.raises(PackageError) as caught:
        parse_reference("br/lay:web:v1.0.0", tmp_path, known, "local:")
    assert "'lay' is layout:modules" in caught.value.message
    hint = (caught.value.hint or "").removeprefix("a module in it is '").removesuffix("'")
    assert str(parse_reference(hint, tmp_path, known, "local:").origin) == "layout:modules#web"


@pytest.mark.parametrize("tag", ["v1.0.0", "prod"])
def test_tags_of_others_are_taken_as_they_are(person: Person, tag: str) -> None:
    reference = publish_as_bicep_does(person, "thing", tag, json.dumps(SMALL).encode())
    settings = person.settings(f'[dependencies]\nthing = "{reference}"')
    lock = restore(settings).lock
    write_lock(person.folder, lock)
    assert [locked.version for locked in lock.packages.values()] == ["1.0.0" if tag == "v1.0.0" else "0.0.0"]
    assert compiled(settings, "(import 'thing/main.jsonnet') { parameters:: { name: 'n' } }")[1] == []


@pytest.mark.parametrize("name", REAL)
def test_real_modules_of_bicep_compile(person: Person, name: str) -> None:
    if not CORPUS.is_dir():
        pytest.skip("needs the corpus beside the checkout")
    data = (CORPUS / f"{name}.json").read_bytes()
    reference = publish_as_bicep_does(person, name, "0.9.0", data)
    settings = person.settings(f'[dependencies]\nreal = "{reference}"')
    write_lock(person.folder, restore(settings).lock)
    parameters = json.loads(data).get("parameters", {})
    required = [key for key, one in parameters.items() if "defaultValue" not in one and not one.get("nullable")]
    given = ", ".join(f"{key}: '[guid(\\'{key}\\')]'" for key in required if key != "name")
    own = "name: 'stexample'," if "name" in required else ""
    template, found = compiled(settings, f"(import 'real/main.jsonnet') {{ parameters:: {{ {own} {given} }} }}")
    assert [one for one in found if not one.startswith("redundant")] == []
    (deployment,) = template["resources"]
    assert deployment["properties"]["template"] == json.loads(data)
    assert set(deployment["properties"].get("parameters", {})) == set(required)


MODULE = """local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, description: 'Its name' },
    count: { type: 'int', defaultValue: 2, maxValue: 5 },
    kind: { type: 'string', allowedValues: ['a', 'b'] },
    password: { type: 'secureString' },
    label: { type: 'string', defaultValue: $.arguments.name + '!' },
  },
  thing:: arm.Resource('A.B/c', '2024-01-01') {
    name: $.arguments.name,
    properties: {
      count: $.arguments.count,
      secret: $.arguments.password,
      isA:
        if $.arguments.kind == 'a' then 'yes' else if $.arguments.kind == 'b' then 'no' else error 'kind must be known',
    },
  },
  outputs: { id: arm.output($.thing.id) },
}
"""


def test_a_module_of_ours_is_published_for_bicep_and_comes_back_the_same(person: Person) -> None:
    folder = package_folder(person.folder / "src" / "web", "web", "1.0.0", {"main.jsonnet": MODULE})
    manifest, settings = read_manifest(folder), person.settings()
    with WorkerEvaluator() as evaluator, opened_at(settings, person.folder) as (sources, project):
        with pytest.raises(ArmlibError, match="kind must be known"):
            bicep.compile_for_bicep(manifest, settings, evaluator, ())
        template = bicep.compile_for_bicep(manifest, settings, evaluator, ("kind=a",))
        push(bicep.build_bicep(manifest, template), sources.repository(Origin(person.registry, "web")), "1.0.0")
        found = find("web", sources, project)
        assert verify(found, sources, {})[0] == 2
    assert sorted(path.name for path in folder.iterdir()) == ["main.jsonnet", "module.json"]
    said = json.loads(template)
    assert said["parameters"] == {
        "count": {"type": "int", "defaultValue": 2, "maxValue": 5},
        "name": {"type": "string", "minLength": 3, "metadata": {"description": "Its name"}},
        "password": {"type": "securestring"},
    }
    assert said["resources"][0]["properties"]["isA"] == "yes"
    stored = parse_manifest(found.stored, "x")
    assert (stored.artifact_type, stored.config.media_type, stored.config.size) == (bicep.ARTIFACT, bicep.CONFIG, 2)
    assert [layer.media_type for layer in stored.layers] == [bicep.LAYER]
    used = person.settings(f'[dependencies]\nweb = "br:{person.registry.removeprefix("oci://")}/web:1.0.0"')
    write_lock(person.folder, restore(used).lock)
    template_of_user, wrong = compiled(
        used, "(import 'web/main.jsonnet') { parameters:: { name: 'nnn', password: 'x' } }"
    )
    assert wrong == []
    assert template_of_user["resources"][0]["properties"]["template"] == said
    assert require_locked(used).packages


@pytest.mark.parametrize("template", [b"{", b"[]", b'{"resources": []}', b"<html>", b"[" * 100_000])
def test_what_is_no_template_is_refused(person: Person, template: bytes) -> None:
    reference = publish_as_bicep_does(person, "thing", "1.0.0", template)
    with pytest.raises(DamagedError) as caught:
        restore(person.settings(f'[dependencies]\nthing = "{reference}"'))
    assert caught.value.code == "bad-package"


def test_an_artifact_of_another_kind_is_told(person: Person) -> None:
    with opened_at(person.settings(), person.folder) as (sources, _):
        repository = sources.repository(Origin(person.registry, "image"))
        repository.put_blob(b"{}")
        data = manifest_bytes("application/x", descriptor_of(b"{}", "application/x"), [], {})
        repository.put_manifest(data, MANIFEST, "1.0.0")
    with pytest.raises(ArmlibError) as caught:
        restore(person.settings('[dependencies]\nimage = "1.0.0"'))
    assert caught.value.code == "bad-package"
