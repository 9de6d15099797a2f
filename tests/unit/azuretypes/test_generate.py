"""A generated library: what its functions give, in both Jsonnet bindings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from armlib.azuretypes.generate import generate
from armlib.azuretypes.store import Store
from tests.unit.azuretypes.studio import NAME, NEW, OLD

LIB = Path(__file__).parents[3] / "lib"
PRELUDE = (
    "local arm = import 'arm.libsonnet'; local az = import 'main.libsonnet'; local films = az.contoso_studio.films;\n"
)
FILM = "films.new('alien', 'here', films.sku.new('big'), 'north', 'Short', '1')"
MADE: dict[str, Any] = {
    "type": f"{NAME}/films",
    "apiVersion": NEW,
    "name": "alien",
    "location": "here",
    "sku": {"name": "big", "tier": "One"},
    "properties": {"location": "north", "type": "Short", "version": "1", "fixed": "always"},
}


@pytest.fixture(scope="session")
def library(studio_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    store = Store.open(studio_path)
    generate(store, folder, [f"{NAME}/films@{OLD}"], [NAME])
    store.close()
    return folder


class Bindings:
    """The Go and the C++ binding as one evaluator, which fails when they do not agree."""

    def __init__(self, folder: Path) -> None:
        self._options: dict[str, Any] = {"jpathdir": [str(LIB), str(folder)], "ext_vars": {"parameters": "{}"}}

    def __call__(self, source: str) -> Any:
        go = json.loads(_gojsonnet.evaluate_snippet("main.jsonnet", PRELUDE + source, **self._options))
        assert go == json.loads(_jsonnet.evaluate_snippet("main.jsonnet", PRELUDE + source, **self._options))
        return go

    def check(self, table: Mapping[str, Any]) -> None:
        fields = ", ".join(f"{json.dumps(source)}: {source}" for source in table)
        assert self(f"{{ {fields} }}") == dict(table)

    def error(self, source: str) -> str:
        messages = []
        for binding in (_gojsonnet, _jsonnet):
            with pytest.raises(RuntimeError) as raised:
                binding.evaluate_snippet("main.jsonnet", PRELUDE + source, **self._options)
            messages.append(str(raised.value).partition("\n")[0])
        assert messages[0] == messages[1]
        return messages[0]


@pytest.fixture(scope="session")
def evaluate(library: Path) -> Bindings:
    return Bindings(library)


# resources


def test_new_takes_what_is_required_and_gives_a_resource(evaluate: Bindings) -> None:
    evaluate.check(
        {
            FILM: MADE,
            f"{FILM}.id": f"[resourceId('{NAME}/films', 'alien')]",
            f"{FILM}.ref('state')": f"[reference(resourceId('{NAME}/films', 'alien'), '{NEW}').state]",
            f"{FILM}.dependingOn(films.existing('x')).dependsOn": [],
            f"{FILM}.when(false).condition": False,
            f"{FILM}.child('scenes', 'one').name": "alien/one",
        }
    )


def test_pieces_replace_and_add_down_the_tree(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.withTags({ a: 1 })": {"tags": {"a": 1}},
            "films.withTags({ a: 1 }) + films.withTagsMixin({ b: 2 })": {"tags": {"a": 1, "b": 2}},
            "films.properties.withLocal()": {"properties": {"local": True}},
            "films.properties.lead.boss.withName('x')": {"properties": {"lead": {"boss": {"name": "x"}}}},
            "films.properties.withPayloadMixin({ a: 1 })": {"properties": {"payload": {"a": 1}}},
            f"({FILM} + films.properties.withVersion('2')).properties": {**MADE["properties"], "version": "2"},
            f"({FILM} + films.sku.withName('small')).sku": {"name": "small", "tier": "One"},
            f"({FILM} + films.withTags({{}})).id": f"[resourceId('{NAME}/films', 'alien')]",
        }
    )


def test_what_takes_a_list_takes_one_item_and_an_expression(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.properties.withGrades('A+').properties": {"grades": ["A+"]},
            "films.properties.withGrades(['A+', 'B']).properties": {"grades": ["A+", "B"]},
            "films.properties.withGrades(\"[parameters('x')]\").properties": {"grades": "[parameters('x')]"},
            "films.properties.withGrades('[[x]').properties": {"grades": ["[[x]"]},
            "(films.properties.withGrades('a') + films.properties.withGradesMixin('b')).properties": {
                "grades": ["a", "b"]
            },
        }
    )


def test_items_of_lists_and_maps_are_made_by_themselves(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.properties.cast.new('x')": {"name": "x"},
            "films.properties.cast.new('x') + films.properties.cast.boss.withName('y')": {
                "name": "x",
                "boss": {"name": "y"},
            },
            "films.properties.script.new({}, 'hm') + films.properties.script.withLoud()": {
                "speaker": {},
                "text": "hm",
                "loud": True,
            },
            "films.properties.lines.withColour('Red')": {"colour": "Red"},
            "films.properties.withLinesMixin({ one: films.properties.lines.new() })": {
                "properties": {"lines": {"one": {}}}
            },
        }
    )


def test_objects_that_hold_themselves_have_no_end(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.properties.lead.boss.boss.boss.boss.withName('x')": {
                "properties": {"lead": {"boss": {"boss": {"boss": {"boss": {"name": "x"}}}}}}
            },
            "films.properties.lead.friends.friends.new('x')": {"name": "x"},
            "films.properties.withTree({ a: { b: {} } })": {"properties": {"tree": {"a": {"b": {}}}}},
        }
    )


def test_enumerations_are_values(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.properties.type.Long": "Long",
            "films.properties.lines.colour.Blue": "Blue",
            "films.properties.grades['A+']": "A+",
            "std.sort(std.objectFields(films.properties.grades))": sorted(
                ["A+", "B 'n' C", 'say "hi"', "both ' and \"", "tab\t"]
            ),
        }
    )


def test_odd_names_are_quoted_and_names_that_clash_get_an_underscore(evaluate: Bindings) -> None:
    pieces: dict[str, Any] = {
        "withRdbBackup('x')": {"rdb-backup": "x"},
        "withOdataType('x')": {"@odata.type": "x"},
        "withItS('x')": {"it's": "x"},
        "withNew({})": {"new": {}},
        "new_.withError('x')": {"new": {"error": "x"}},
        "new_.withSelf(1)": {"new": {"self": 1}},
        "withTag('x')": {"Tag": "x"},
        "withTag_({})": {"tag": {}},
        "withTagMixin({})": {"tagMixin": {}},
        "withTag_Mixin({})": {"tag": {}},
        "withTagMixinMixin({})": {"tagMixin": {}},
        "tag.withText('x')": {"tag": {"text": "x"}},
    }
    evaluate.check({f"films.properties.{call}": {"properties": made} for call, made in pieces.items()})
    evaluate.check({"films.properties.new_.new()": {}, "films.properties.withTag__.A": "A"})


def test_what_only_the_service_sets_is_left_out(evaluate: Bindings) -> None:
    names = evaluate("std.objectFieldsAll(films.properties) + std.objectFieldsAll(films)")
    assert "withVersion" in names
    assert not {"withState", "withAnswer", "answer", "withId", "withApiVersion"} & set(names)


# parents, handles


def test_children_are_made_with_their_parent_or_its_name(evaluate: Bindings) -> None:
    evaluate.check(
        {
            f"films.scenes_.new({FILM}, 'one')": {
                "type": f"{NAME}/films/scenes",
                "apiVersion": NEW,
                "name": "alien/one",
            },
            "films.scenes_.takes.new('alien/one', '2').name": "alien/one/2",
            "films.scenes_.takes.new(films.scenes_.new(films.existing('f'), \"[parameters('s')]\"), '2').id": (
                f"[resourceId('{NAME}/films/scenes/takes', 'f', parameters('s'), '2')]"
            ),
            "films.poster.new('alien').name": "alien/default",
            f"films.scenes_.new({FILM}, 'one') + films.scenes_.properties.withLength(3)": {
                "type": f"{NAME}/films/scenes",
                "apiVersion": NEW,
                "name": "alien/one",
                "properties": {"length": 3},
            },
        }
    )


def test_a_parent_of_another_type_is_refused(evaluate: Bindings) -> None:
    message = evaluate.error(f"films.scenes_.takes.new({FILM}, 'x')")
    wanted = f"the parent must be a resource of type {NAME}/films/scenes, or the name of one; got {NAME}/films"
    assert message == f"RUNTIME ERROR: {wanted}"
    assert evaluate.error("films.scenes_.new(3, 'x')").endswith("got number")


def test_a_type_below_one_without_definition_is_there(evaluate: Bindings) -> None:
    evaluate.check({"az.contoso_studio.places.prices.rates.new('here/gold', 'x').name": "here/gold/x"})


def test_ids_and_handles(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.resourceId('a')": f"[resourceId('{NAME}/films', 'a')]",
            "films.scenes_.takes.resourceId('a', \"[parameters('b')]\", 'c')": (
                f"[resourceId('{NAME}/films/scenes/takes', 'a', parameters('b'), 'c')]"
            ),
            "films.resourceId('a', scope='group')": films_id_in_group(),
            "films.existing('a').id": f"[resourceId('{NAME}/films', 'a')]",
            "films.existing('a', 'group').id": films_id_in_group(),
            "films.scenes_.existing(films.existing('a'), 'b').id": f"[resourceId('{NAME}/films/scenes', 'a', 'b')]",
            "(arm.Module { a:: films.existing('a'), b:: films.scenes_.existing('a', 'b') }).resources": [],
        }
    )


def films_id_in_group() -> str:
    group = "format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, 'group')"
    return f"[extensionResourceId({group}, '{NAME}/films', 'a')]"


def test_a_type_that_is_only_read_has_handles_alone(evaluate: Bindings) -> None:
    reviews = "az.contoso_studio.reviews"
    names = evaluate(f"[name for name in std.objectFieldsAll({reviews}) if name[:1] != '#' && name[:1] != '$']")
    assert sorted(names) == ["existing", "resourceId"]
    evaluate.check(
        {f"{reviews}.existing('r').ref('text')": f"[reference(resourceId('{NAME}/reviews', 'r'), '{NEW}').text]"}
    )


def test_an_extension_takes_what_it_extends(evaluate: Bindings) -> None:
    awards = "az.contoso_studio.awards"
    evaluate.check(
        {
            f"{awards}.new('a', 'acting', scope={FILM}).scope": f"[resourceId('{NAME}/films', 'alien')]",
            f"{awards}.new('a', 'acting')": {
                "type": f"{NAME}/awards",
                "apiVersion": NEW,
                "name": "a",
                "properties": {"for": "acting"},
            },
        }
    )


# tagged unions


def test_bodies_that_differ_by_kind_have_a_new_each(evaluate: Bindings) -> None:
    jobs = "az.contoso_studio.jobs"
    evaluate.check(
        {
            f"{jobs}.Cut.new('c', 'here', 3)": {
                "type": f"{NAME}/jobs",
                "apiVersion": NEW,
                "name": "c",
                "location": "here",
                "kind": "Cut",
                "properties": {"at": 3},
            },
            f"{jobs}.Fade.properties.withSlow()": {"kind": "Fade", "properties": {"slow": True}},
            f"{jobs}.withLocation('x')": {"location": "x"},
            f"std.objectHasAll({jobs}, 'new')": False,
        }
    )


def test_bodies_that_differ_by_name_have_that_name(evaluate: Bindings) -> None:
    evaluate.check(
        {
            "films.config.web.new('alien', 3)": {
                "type": f"{NAME}/films/config",
                "apiVersion": NEW,
                "name": "alien/web",
                "properties": {"webLevel": 3},
            },
            "films.config.log.properties.withLogLevel(1)": {"properties": {"logLevel": 1}},
            "films.config.existing('alien', 'web').name": "alien/web",
        }
    )


def test_variants_of_a_property_set_their_tag(evaluate: Bindings) -> None:
    pay = "az.contoso_studio.jobs.Cut.properties.pay"
    evaluate.check(
        {
            f"{pay}.Cash.withCoins()": {"kind": "Cut", "properties": {"pay": {"how": "Cash", "coins": True}}},
            f"{pay}['by-card'].new('1')": {"how": "by-card", "number": "1"},
            f"{pay}.withNote('x')": {"kind": "Cut", "properties": {"pay": {"note": "x"}}},
        }
    )


# the library as a whole


def test_versions_and_the_newest_of_each_type(evaluate: Bindings) -> None:
    studio = "az.contoso_studio"
    evaluate.check(
        {
            f"{studio}.v2023_01_01.films.new('a', 'b', {{}}, 'd', 'e', 'f').apiVersion": OLD,
            f"{studio}.films.new('a', 'b', {{}}, 'd', 'e', 'f').apiVersion": NEW,
            f"{studio}.films.reels.new('a', 'b').apiVersion": OLD,
            f"std.objectHasAll({studio}.v2024_02_02.films, 'reels')": False,
        }
    )


def test_a_module_may_hold_the_library_in_a_field(evaluate: Bindings) -> None:
    evaluate.check({f"(arm.Module {{ az:: az, films:: films, film:: {FILM} }}).resources": [MADE]})


def test_documentation_has_the_form_of_the_base_library(evaluate: Bindings) -> None:
    ours = evaluate("[films['#new'], films['#withTags'], films['#withTagsMixin'], films['#properties'], films['#']]")
    theirs = evaluate("[arm['#Resource'], arm['#scope']]")
    new, setter, mixin, below, about = ours
    assert [set(each) for each in (new, setter, mixin)] == [set(theirs[0])] * 3
    assert [set(each) for each in (below, about)] == [set(theirs[1])] * 2
    assert [each["name"] for each in new["args"]] == [
        "name",
        "location",
        "sku",
        "propertiesLocation",
        "type",
        "version",
    ]
    assert new["source"] == f"{NAME}/films, {NEW}"
    assert mixin["args"][0] == {**setter["args"][0], "description": "is added to what was there"}
    number = evaluate("az.contoso_studio.jobs.Cut.properties.pay['by-card']['#withNumber']")
    assert number["description"] == "The number. A secret. Written only: it is not read back."
    assert number["args"][0]["type"] == "string"


def test_every_function_is_documented(library: Path, evaluate: Bindings) -> None:
    undocumented = """
        local missing(o, depth) =
          local names = std.objectFieldsAll(o);
          [name for name in names if std.isFunction(o[name]) && std.type(o['#' + name]) != 'object'] +
          (if depth == 0 then [] else std.flattenArrays([missing(o[name], depth - 1)
            for name in names if name[:1] != '#' && std.isObject(o[name])]));
        missing(az.contoso_studio, 6)
    """
    assert evaluate(undocumented) == []


def test_only_what_is_used_is_read(library: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(library, tmp_path / "copy")
    for path in copied.rglob("*"):
        unused = path.suffix == ".json" or path.stem in ("jobs", "scenes", "Person", "Line") or OLD in path.parts
        if unused and path.is_file():
            path.write_text("this is not Jsonnet")
    Bindings(copied).check({FILM: MADE})


def test_a_custom_layer_is_merged_over(studio_path: Path, tmp_path: Path) -> None:
    store = Store.open(studio_path)
    generate(store, tmp_path, [f"{NAME}/films"])
    custom = tmp_path / "custom" / "main.libsonnet"
    text = (
        "{ contoso_studio+:: { v2024_02_02+:: { films+:: {"
        " short(name):: self.new(name, 'here', { name: 's', tier: 'One' }, 'l', 'Short', '1'),"
        " withTags(value):: { tags: 'ours' } } } } }"
    )
    custom.write_text(text)
    generate(store, tmp_path, [f"{NAME}/awards"])
    store.close()
    assert custom.read_text() == text
    Bindings(tmp_path).check({"films.short('x').name": "x", "films.withTags(1)": {"tags": "ours"}})
