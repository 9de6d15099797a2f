"""The folder of a generated library: its files, what is kept and what is refused; and the published types in one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from armlib.azuretypes.generate import Library, generate
from armlib.azuretypes.generate.folder import FolderError
from armlib.azuretypes.generate.jsonnet import MARK, field, string
from armlib.azuretypes.install import install
from armlib.azuretypes.show import UnknownTypeError
from armlib.azuretypes.store import Store
from armlib.azuretypes.template import check_template
from armlib.cli.app import run
from tests.unit.azuretypes.definitions import TypesFile, envelope, write_folder
from tests.unit.azuretypes.studio import NAME, OLD
from tools.jsonnetfmt import Formatter

LIB = Path(__file__).parents[3] / "lib"
PUBLISHED = Path(__file__).parents[4] / "shared" / "azure-types"


def texts(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return dict(sorted(found.items()))


def make(store: Path, folder: Path, *requests: str, only: bool = False) -> Library:
    opened = Store.open(store)
    try:
        types = [each for each in requests if "/" in each]
        return generate(opened, folder, types, [each for each in requests if "/" not in each], only=only)
    finally:
        opened.close()


# files


def test_the_layout(shop_path: Path, tmp_path: Path) -> None:
    done = make(shop_path, tmp_path, "Contoso.Shop/shops")
    assert done.types == (
        "Contoso.Shop/shops@2024-01-01",
        *(f"Contoso.Shop/shops/{each}@2024-01-01" for each in ("config", "shelves")),
    )
    assert done.files == len(texts(tmp_path))
    names = [name for name in texts(tmp_path) if "_objects" not in name]
    folder = "gen/contoso_shop/2024-01-01"
    assert names == [
        "custom/main.libsonnet",
        "gen/base.libsonnet",
        f"{folder}/main.libsonnet",
        f"{folder}/shops.json",
        f"{folder}/shops.libsonnet",
        f"{folder}/shops/config.json",
        f"{folder}/shops/config.libsonnet",
        f"{folder}/shops/shelves.json",
        f"{folder}/shops/shelves.libsonnet",
        "gen/contoso_shop/main.libsonnet",
        "gen/main.libsonnet",
        "gen/manifest.json",
        "main.libsonnet",
    ]


def test_generated_files_say_so_on_line_one_and_are_formatted(studio_path: Path, tmp_path: Path) -> None:
    make(studio_path, tmp_path, f"{NAME}/films@{OLD}", NAME)
    formatter = Formatter()
    for path in tmp_path.rglob("*.*"):
        if "custom" not in path.parts:
            assert MARK in path.read_text().split("\n")[0], path
        if path.suffix == ".libsonnet":
            assert formatter.formatted(path) == path.read_bytes(), path
        else:
            json.loads(path.read_text())


@pytest.mark.parametrize(
    "text", ["", "a b", "it's", 'say "x"', "both ' and \"", "back\\slash", "\x00\x1f\x85", "naïve ☂", "local", "9a"]
)
def test_any_text_is_a_field_and_a_value(text: str) -> None:
    source = f"{{ {field(text)}: {string(text)} }}"
    for binding in (_gojsonnet, _jsonnet):
        if "\0" not in text or binding is _gojsonnet:
            assert json.loads(binding.evaluate_snippet("x", source)) == {text: text}


def test_the_same_types_are_the_same_bytes(studio_path: Path, tmp_path: Path) -> None:
    films, jobs = f"{NAME}/films@{OLD}", f"{NAME}/jobs"
    make(studio_path, tmp_path / "once", films, jobs)
    make(studio_path, tmp_path / "by turns", jobs)
    make(studio_path, tmp_path / "by turns", films)
    make(studio_path, tmp_path / "again", jobs, films, jobs)
    make(studio_path, tmp_path / "again")
    wanted = texts(tmp_path / "once")
    assert texts(tmp_path / "by turns") == wanted
    assert texts(tmp_path / "again") == wanted


def test_what_else_is_installed_makes_no_difference(published_path: Path, tmp_path: Path) -> None:
    alone = install(str(PUBLISHED), ["Microsoft.KeyVault"], path=tmp_path / "alone.sqlite3").path
    make(alone, tmp_path / "alone", "Microsoft.KeyVault/vaults")
    make(published_path, tmp_path / "beside", "Microsoft.KeyVault/vaults")
    assert texts(tmp_path / "alone") == texts(tmp_path / "beside")


def test_types_are_added_until_only_some_are_wanted(shop_path: Path, tmp_path: Path) -> None:
    make(shop_path, tmp_path, "Contoso.Shop/chains")
    both = make(shop_path, tmp_path, "Contoso.Farm/farms")
    assert both.types == ("Contoso.Farm/farms@2024-01-01", "Contoso.Shop/chains@2024-01-01")
    (tmp_path / "gen" / "contoso_shop" / "notes.txt").write_text("mine")
    only = make(shop_path, tmp_path, "Contoso.Farm/farms", only=True)
    assert only.types == ("Contoso.Farm/farms@2024-01-01",)
    left = [name for name in texts(tmp_path) if "shop" in name]
    assert left == ["gen/contoso_shop/notes.txt"]


def test_files_that_are_not_generated_are_not_written_over(shop_path: Path, tmp_path: Path) -> None:
    (tmp_path / "main.libsonnet").write_text("{ mine: true }")
    with pytest.raises(FolderError, match=r"main\.libsonnet was not generated"):
        make(shop_path, tmp_path, "Contoso.Shop/chains")
    assert texts(tmp_path) == {"main.libsonnet": b"{ mine: true }"}


def test_a_damaged_manifest_is_told(shop_path: Path, tmp_path: Path) -> None:
    make(shop_path, tmp_path, "Contoso.Shop/chains")
    for text in ("{", "[]", '{"types": 3}', '{"types": [1]}', "\xff"):
        (tmp_path / "gen" / "manifest.json").write_text(text, encoding="latin-1")
        with pytest.raises(FolderError, match=r"cannot read .*manifest"):
            make(shop_path, tmp_path, "Contoso.Farm/farms")


def test_what_does_not_exist_is_told(shop_path: Path, tmp_path: Path) -> None:
    for request, likely in (("Contoso.Shop/shop", "Contoso.Shop/shops"), ("contoso.shopp", "contoso.shop")):
        with pytest.raises(UnknownTypeError) as raised:
            make(shop_path, tmp_path / "new", request)
        assert f"'{likely}'" in str(raised.value.hint)
    with pytest.raises(FolderError, match="nothing to generate"):
        make(shop_path, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_names_from_definitions_stay_in_the_folder(tmp_path: Path) -> None:
    file = TypesFile()
    name = "Contoso.Evil/../../../outside"
    inner = file.object("../../../object", {"x": file.string()})
    body = file.object(name, {**envelope(file, name, "2024-01-01"), "name": (file.string(), 9), "properties": inner})
    file.resource(f"{name}@2024-01-01", body)
    folder = write_folder(tmp_path / "generated", {"evil/contoso.evil/2024-01-01": file})
    store = install(str(folder), path=tmp_path / "types.sqlite3").path
    make(store, tmp_path / "deep" / "er" / "library", "Contoso.Evil")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["er"]
    assert [path.name for path in (tmp_path / "deep" / "er").iterdir()] == ["library"]


# the command


def test_the_command(
    shop_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARMLIB_TYPES", str(shop_path))
    monkeypatch.chdir(tmp_path)
    assert run(["types", "generate", "Contoso.Shop/shops@2024-01-01", "--provider", "Contoso.Farm", "-o", "az"]) == 0
    assert capsys.readouterr().out == f"4 types in {len(texts(tmp_path / 'az'))} files are in az\n"
    assert run(["types", "generate", "Contoso.Farm/farms", "--only", "-o", "az", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["generated"]
    assert (found["folder"], found["types"]) == ("az", ["Contoso.Farm/farms@2024-01-01"])
    assert run(["types", "generate", "Contoso.Farm/farm"]) == 1
    assert "did you mean" in capsys.readouterr().err


def test_a_module_is_compiled_with_the_library(
    shop_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARMLIB_TYPES", str(shop_path))
    monkeypatch.chdir(tmp_path)
    assert run(["types", "generate", "Contoso.Shop/shops"]) == 0
    (tmp_path / "main.jsonnet").write_text(
        """
        local arm = import 'arm.libsonnet';
        local shops = (import 'azure/main.libsonnet').contoso_shop.shops;
        arm.Module {
          shop:: shops.new('corner', 'here', shops.properties.owner.new('a@b.c')) + shops.properties.withColour('Red'),
          shelf:: shops.shelves.new($.shop, 'top'),
        }
        """
    )
    capsys.readouterr()
    assert run(["compile", "main.jsonnet"]) == 0
    shop, shelf = sorted(json.loads(capsys.readouterr().out)["resources"], key=lambda each: len(each["type"]))
    assert shop["properties"] == {"owner": {"mail": "a@b.c"}, "colour": "Red"}
    assert (shelf["name"], shelf["dependsOn"]) == ("corner/top", ["[resourceId('Contoso.Shop/shops', 'corner')]"])


CALLS = """
local arm = import 'arm.libsonnet';
local shops = (import 'azure/main.libsonnet').contoso_shop.shops;
local local_shop(name) =
  shops.new(name, 'here', shops.properties.owner.new('x'))
  + shops.properties.withCode('ten');
arm.Module {
  first:: local_shop('corner'),
  second:: shops.new('market', 'here', shops.properties.owner.new('a@b.c'))
    + shops.properties.withColour('Red')
    + shops.properties.withColour('Rad'),
  third:: shops.new('mall', 'there', shops.properties.owner.new('a@b.c') { mial: 'x' }),
}
"""


def test_what_is_wrong_is_told_where_the_library_is_called(
    shop_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARMLIB_TYPES", str(shop_path))
    monkeypatch.chdir(tmp_path)
    assert run(["types", "generate", "Contoso.Shop/shops"]) == 0
    (tmp_path / "main.jsonnet").write_text(CALLS)
    capsys.readouterr()
    run(["compile", "main.jsonnet", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    lines = CALLS.splitlines()
    told = {(each["path"], lines[each["line"] - 1][each["column"] - 1 :]) for each in found}
    assert {each["file"] for each in found} == {"main.jsonnet"}
    assert told == {
        ("resources[0].properties.code", "'ten');"),
        ("resources[1].properties.colour", "'Rad'),"),
        ("resources[2].properties.owner.mial", "mial: 'x' }),"),
    }


# the published types

WALK = """
local az = import 'main.libsonnet';
local pieces(o, path, depth) = std.flatMap(
  function(name)
    if name[0] == '#' || name[0] == '$' then []
    else if std.isFunction(o[name]) then
      if !std.startsWith(name, 'with') || std.endsWith(name, 'Mixin') then []
      else [{ path: path, piece: o[name]('[x]') }]
    else if depth > 0 && std.isObject(o[name]) && !('$arm' in o[name]) then pieces(o[name], path + [name], depth - 1)
    else [],
  std.objectFieldsAll(o),
);
"""


def evaluated(folder: Path, source: str) -> Any:
    return json.loads(_gojsonnet.evaluate_snippet("walk", WALK + source, jpathdir=[str(LIB), str(folder)]))


def constructions(library: Path) -> Iterator[str]:
    """Yield a call of each ``new`` of a resource type, with an expression for each argument that must be given."""
    for path in sorted((library / "gen").rglob("*.json")):
        functions = {} if "_objects" in path.parts else json.loads(path.read_text()).get("functions", {})
        for name, (_, arguments, _) in functions.items():
            if name.split(".")[-1] == "new":
                variant = f"[{string(name.removesuffix('.new'))}]" if "." in name else ""
                given = ", ".join("'[x]'" for _, _, _, default in arguments if default is None)
                yield f"(import {string(str(path.with_suffix('.libsonnet')))}){variant}.new({given})"


@pytest.fixture(scope="session")
def published_library(published_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All types of the published providers of the store."""
    folder = tmp_path_factory.mktemp("published-library")
    store = Store.open(published_path)
    generate(store, folder, [], store.namespaces())
    store.close()
    return folder


def test_published_types_are_formatted(published_library: Path) -> None:
    formatter = Formatter()
    wrong = [path for path in published_library.rglob("*.libsonnet") if formatter.formatted(path) != path.read_bytes()]
    assert wrong == []


def test_a_new_resource_of_any_published_type_is_valid(published_library: Path, published: Store) -> None:
    """With an expression for every argument, the definitions have nothing to say against it."""
    resources = evaluated(published_library, f"[{', '.join(constructions(published_library))}]")
    assert len({(each["type"], each["apiVersion"]) for each in resources}) > 130
    wrong = {
        "required-missing",
        "unknown-property",
        "readonly-write",
        "not-deployable",
        "wrong-type",
        "unknown-api-version",
    }
    for each in resources:
        found = [one for one in check_template({"resources": [each]}, published) if one.code in wrong]
        assert found == [], each


@pytest.mark.parametrize(
    ("place", "least"), [("storage.storageAccounts", 100), ("web.sites", 150), ("keyvault.vaults", 20)]
)
def test_what_can_be_set_is_what_the_definitions_have(
    published_library: Path, published: Store, place: str, least: int
) -> None:
    found = evaluated(published_library, f"pieces(az.{place}, [], 5)")
    (call,) = (each for each in constructions(published_library) if f"/{place.partition('.')[2]}.libsonnet" in each)
    base = evaluated(published_library, call)
    whole = [each["piece"] for each in found if _stands_at(each["piece"], each["path"])]
    assert len(whole) > least
    for piece in whole:
        resource = _merged(base, piece)
        wrong = [one for one in check_template({"resources": [resource]}, published) if one.code == "unknown-property"]
        assert wrong == [], piece


def _stands_at(piece: Any, path: list[str]) -> bool:
    """Whether a piece is one of the resource: those of items stand by themselves."""
    for step in path:
        if not isinstance(piece, dict) or step not in piece:
            return False
        piece = piece[step]
    return True


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _merged(one.get(key), value) for key, value in other.items()}}
    return other


def test_recursive_types_of_the_network(tmp_path: Path) -> None:
    if not PUBLISHED.exists():
        pytest.skip("the published definitions are not beside the checkout")
    store = install(str(PUBLISHED), ["Microsoft.Network"], path=tmp_path / "types.sqlite3").path
    make(store, tmp_path / "az", "Microsoft.Network")
    source = """
        local nics = az.network.networkInterfaces;
        local subnet = nics.properties.ipConfigurations.properties.subnet;
        local groups = az.network.virtualNetworks.properties.subnets.properties.networkSecurityGroup;
        local rules = groups.properties.securityRules;
        [subnet.properties.routeTable.withId('x'), rules.new('a', 'Allow', 'Inbound', 1, 'Tcp')]
    """
    piece, rule = evaluated(tmp_path / "az", source)
    assert piece == {"properties": {"subnet": {"properties": {"routeTable": {"id": "x"}}}}}
    assert rule == {
        "name": "a",
        "properties": {"access": "Allow", "direction": "Inbound", "priority": 1, "protocol": "Tcp"},
    }


def test_the_example_of_the_page(
    published_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "types-library.md").read_text(encoding="utf-8")
    module, custom = re.findall(r"^```libsonnet\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMLIB_TYPES", str(published_path))
    (tmp_path / "main.jsonnet").write_text(module)
    assert run(["types", "generate", "Microsoft.Storage/storageAccounts@2023-05-01"]) == 0
    (tmp_path / "azure" / "custom" / "main.libsonnet").write_text(custom)
    capsys.readouterr()
    assert run(["types", "check", "main.jsonnet", "-p", "name=x123"]) == 0
    assert run(["compile", "main.jsonnet", "-p", "name=x123"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert [each["type"].rpartition("/")[2] for each in json.loads(shown.out)["resources"]] == [
        "storageAccounts",
        "blobServices",
        "containers",
    ]
    options = {"jpathdir": [str(LIB)], "ext_vars": {"parameters": '{"name": "x123"}'}}
    go, cpp = (json.loads(binding.evaluate_file("main.jsonnet", **options)) for binding in (_gojsonnet, _jsonnet))
    assert go == cpp
    made = evaluated(tmp_path / "azure", "az.storage.storageAccounts.newPrivate('x', 'here')")
    assert made["properties"] == {"publicNetworkAccess": "Disabled"}
