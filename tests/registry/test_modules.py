"""Each module of the collection: its examples, its cases, its page, its manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from armlib.build.module_page import EXAMPLES, module_page
from armlib.packages.versions import parse_range, parse_version
from tests.registry.collection import COLLECTION, MODULES, NAMES, Workbench, example_files, module_named, told
from tests.registry.conftest import types_in
from tests.registry.plain import differences
from tests.registry.twice import changes_of_a_second_deployment

FILES = example_files()
IDS = [f"{file.relative_to(COLLECTION).parts[0]}/{file.relative_to(COLLECTION).parts[1]}-{file.stem}" for file in FILES]


def test_neither_lint_nor_types_find_anything_in_an_example(bench: Workbench, types_path: Path) -> None:
    found = {name: told(bench.linted(file, types_path)) for name, file in zip(IDS, FILES, strict=True)}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_an_example_can_be_evaluated(file: Path, bench: Workbench) -> None:
    expansion = bench.evaluated(file)
    assert told(expansion.diagnostics) == []
    assert len(expansion.resources) >= 1


# The C++ engine works the value of a field out each time, so it takes seconds for some: here are a few that are unlike
# each other, and `python -m tests.registry.plain` has all.
IN_CPP = ("storage/account", "network/private-dns-zone", "managed-identity/user-assigned", "insights/action-group")


@pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet], ids=["go", "c++"])
def test_plain_jsonnet_gives_the_same_resources_and_outputs(engine: Any, bench: Workbench) -> None:
    files = {
        name: file
        for name, file in zip(IDS, FILES, strict=True)
        if engine is _gojsonnet or name.removesuffix("-minimal") in IN_CPP
    }
    assert differences(files, engine, bench) == []


def test_nothing_in_a_template_changes_from_one_deployment_to_the_next(bench: Workbench) -> None:
    random = re.compile(r"\b(newGuid|utcNow)\(", re.IGNORECASE)
    found = {name: random.findall(json.dumps(bench.template(file))) for name, file in zip(IDS, FILES, strict=True)}
    assert {name: each for name, each in found.items() if each} == {}


def test_a_second_deployment_of_an_example_changes_nothing(bench: Workbench, types_path: Path) -> None:
    found = {
        name: changes_of_a_second_deployment(bench.template(file), types_path)
        for name, file in zip(IDS, FILES, strict=True)
    }
    assert {name: changes for name, changes in found.items() if changes} == {}


def test_what_signs_in_as_an_identity_waits_for_the_roles_of_it(bench: Workbench) -> None:
    early = []
    for name, file in zip(IDS, FILES, strict=True):
        resources: Any = bench.template(file)["resources"]
        for role in [each for each in resources if each["type"] == "Microsoft.Authorization/roleAssignments"]:
            whose = re.search(r"resourceId\('Microsoft.ManagedIdentity/[^)]*\)", role["properties"]["principalId"])
            users = [each for each in resources if whose and f"[{whose[0]}]" in _identities_of(each)]
            early += [
                f"{name}: {each['name']}" for each in users if role["name"].strip("[]") not in str(each["dependsOn"])
            ]
    assert early == []


def _identities_of(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the user-assigned identities of a resource, by id."""
    found: dict[str, Any] = resource.get("identity", {}).get("userAssignedIdentities", {})
    return found


# What is said of the modules


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_a_module_is_current(name: str, bench: Workbench) -> None:
    folder = module_named(name)
    assert (folder.path / "README.md").read_text(encoding="utf-8") == module_page(folder, bench.evaluator), (
        "run make docs"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_of_a_module_is_described_and_changes_something(name: str) -> None:
    text = (module_named(name).path / "README.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `") and line.count(" | ") == 4]
    assert len(rows) >= 3
    assert [row[0] for row in rows if not row[3].strip() or not row[4].strip(" |")] == []


def test_a_parameter_of_one_name_has_one_type_in_all_modules() -> None:
    types: dict[str, dict[str, list[str]]] = {}
    for module in MODULES:
        text = (
            (module.path / "README.md").read_text(encoding="utf-8").partition("## Parameters")[2].partition("\n## ")[0]
        )
        for name, type_ in re.findall(r"^\| `(\w+)` \| ([^|]+?) (?:or null )?\|", text, re.MULTILINE):
            types.setdefault(name, {}).setdefault(type_, []).append(module.name)
    assert len(types) > 80
    # The image of a container is a text everywhere, the one of a machine has four parts.
    assert {name: found for name, found in types.items() if len(found) > 1 and name != "image"} == {}


def test_names_of_parameters_say_units_in_one_way() -> None:
    """Words of Azure's properties, each another one for the same: a parameter has the word of the collection."""
    names = {
        name
        for module in MODULES
        for name in re.findall(
            r"^(?:\| |- )`(\w+)`", (module.path / "README.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert len(names) > 100
    assert [
        name for name in sorted(names) if re.search(r"In(Days|Hours|Minutes|GB|Gb)$|Replicas$|^objectId$", name)
    ] == []


def test_every_folder_of_the_collection_is_a_whole_module() -> None:
    folders = [path for area in COLLECTION.iterdir() if area.is_dir() for path in area.iterdir()]
    assert {f"{path.parent.name}/{path.name}" for path in folders} - set(NAMES) == {
        "common/interfaces",
        "common/machine",
    }
    wanted = ["README.md", "CHANGELOG.md", *(f"examples/{name}.jsonnet" for name in EXAMPLES)]
    assert [
        f"{module.name}: {name}" for module in MODULES for name in wanted if not (module.path / name).is_file()
    ] == []


def test_a_manifest_says_what_the_module_is_and_needs() -> None:
    for file in COLLECTION.glob("*/*/module.json"):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        folder = file.parent
        assert manifest["name"] == f"{folder.parent.name}/{folder.name}"
        assert set(manifest) <= {"name", "version", "description", "main", "dependencies", "devDependencies"}
        assert f"## {manifest['version']}\n" in (folder / "CHANGELOG.md").read_text(encoding="utf-8")
        for needed, wanted in {**manifest.get("dependencies", {}), **manifest.get("devDependencies", {})}.items():
            there = json.loads((COLLECTION / needed / "module.json").read_text(encoding="utf-8"))["version"]
            assert parse_range(wanted).allows(parse_version(there)), (
                f"{manifest['name']} needs {needed} {wanted}, and there is {there}"
            )
        own = _imported([*folder.glob("*.jsonnet"), *folder.glob("*.libsonnet")]) - {manifest["name"]}
        others = _imported([*folder.glob("examples/*"), *folder.glob("tests/*")]) - own - {manifest["name"]}
        assert set(manifest.get("dependencies", {})) == own, manifest["name"]
        assert set(manifest.get("devDependencies", {})) == others, manifest["name"]


def _imported(files: list[Path]) -> set[str]:
    """Return the modules of the collection that files import by their names."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return set(re.findall(r"import '([a-z-]+/[a-z-]+)/main\.(?:jsonnet|libsonnet)'", text))


def test_no_module_needs_itself_through_others() -> None:
    needs = {module.name: set(module.dependencies) for module in MODULES}

    def reached(name: str) -> set[str]:
        return {name}.union(*(reached(other) for other in needs.get(name, ())))

    assert [name for name in needs if any(name in reached(other) for other in needs[name])] == []


def test_api_versions_are_published_releases_of_the_last_two_years(
    bench: Workbench, published_index: dict[str, str]
) -> None:
    known: dict[str, list[str]] = {}
    for name in published_index:
        type_, _, version = name.casefold().partition("@")
        known.setdefault(type_, []).append(version)
    old = []
    for pair in sorted({pair for file in FILES for pair in types_in(bench.template(file))}):
        type_, _, version = pair.partition("@")
        releases = [each for each in known[type_] if not each.endswith("preview")] or known[type_]
        newest = max(releases)
        if version not in known[type_] or (version != newest and int(newest[:4]) - int(version[:4]) > 1):
            old.append(f"{pair}, newest {newest}")
    assert old == []
