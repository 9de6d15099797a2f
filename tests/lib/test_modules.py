"""Modules: arguments, the resources found in their fields, and how they are put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"
LIBRARY = Path(__file__).parents[2] / "lib"
SETUP = """
local thing(name) = arm.Resource('A.B/c', '1') { name: name };
local names(module) = [resource.name for resource in module.resources];
"""


def test_the_storage_account_gives_its_template(jsonnet: Any, update_golden: bool) -> None:
    found = jsonnet((GOLDEN / "storage.jsonnet").read_text("utf-8"), {"name": "data"})
    if update_golden:
        (GOLDEN / "storage.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    assert found == json.loads((GOLDEN / "storage.json").read_text("utf-8"))


@pytest.mark.parametrize("as_code", [False, True])
def test_parameters_come_as_text_or_as_an_object(jsonnet: Any, as_code: bool) -> None:
    source = "arm.Module { parameterMetadata:: { a: { type: 'int' } }, outputs: { a: arm.output($.arguments.a) } }"
    assert jsonnet(source, {"a": 7}, as_code=as_code)["outputs"] == {"a": {"type": "int", "value": 7}}


def test_a_module_is_given_arguments_in_jsonnet(jsonnet: Any) -> None:
    module = """
      local module = arm.Module {
        parameterMetadata:: { a: { type: 'int' }, b: { type: 'int', defaultValue: $.arguments.a + 1 } },
        outputs: { sum: arm.output($.arguments.a + $.arguments.b) },
      };
    """
    jsonnet.check(
        {
            "module { parameters:: { a: 1 } }.outputs.sum.value": 3,
            "module { parameters:: { a: 1, b: 5 } }.outputs.sum.value": 6,
            "module { parameters:: '{\"a\": 1}' }.outputs.sum.value": 3,
        },
        module,
    )
    assert jsonnet(f"{module} module {{ parameters+:: {{ b: 10 }} }}", {"a": 1})["outputs"]["sum"]["value"] == 11


def test_a_secret_of_the_root_is_a_parameter_of_the_template(jsonnet: Any) -> None:
    module = """
      arm.Module {
        parameterMetadata:: { key: { type: 'secureString' } },
        thing:: arm.Resource('A.B/c', '1') { name: 'n', key: $.arguments.key },
      }
    """
    for given in ({"key": "hunter2"}, {}):
        assert jsonnet(module, given)["resources"][0]["key"] == "[parameters('key')]"
    assert jsonnet(f"{module} {{ parameters+:: {{}} }}")["resources"][0]["key"] == "[parameters('key')]"


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("one:: thing('a'), two: thing('b')", ["a", "b"]),
        ("b:: thing('1'), a:: thing('2')", ["2", "1"]),
        ("list:: [thing('z'), thing('a')]", ["z", "a"]),
        ("list:: [[thing('z')], [[thing('a')], null]]", ["z", "a"]),
        ("map:: { y: thing('1'), x:: thing('2') }", ["2", "1"]),
        ("map:: { y: { z: [{ w: thing('1') }] } }", ["1"]),
        ("map:: { id: thing('1'), outputs: thing('2') }", ["1", "2"]),
        ("gone:: null, kept:: if false then thing('x'), [if false then 'never']:: thing('y')", []),
        ("number: 1, text: 'x', truth: true, make(name):: thing(name)", []),
        ("existing:: arm.existing('A.B/c', '1', 'n'), scope:: arm.scope.tenant()", []),
        ("plain:: { type: 'A.B/c', apiVersion: '1', name: 'n' }", ["n"]),
        ("notOne:: { type: 'string', defaultValue: 1 }", []),
        ("child:: arm.Module { a:: thing('1'), b:: thing('2') }, z:: thing('3')", ["1", "2", "3"]),
        ("child:: { resources: [thing('1')], outputs: {} }", ["1"]),
        ("child:: { resources: [if false then thing('1'), thing('2')] }", ["2"]),
        ("children:: [arm.Module { a:: thing('1') }, { x: arm.Module { a:: thing('2') } }]", ["1", "2"]),
        ("template:: { '$schema': 's', contentVersion: '1', parameters: {}, resources: [thing('1')] }", ["1"]),
        ("own:: thing('1'), resources+: [thing('extra')]", ["1", "extra"]),
        ("made:: thing('1') { withTags(tags):: self { tags: tags } }.withTags({ a: 'b' })", ["1"]),
        ("'#own':: thing('doc'), '$own':: thing('mark'), '':: thing('1')", ["1"]),
        ("id:: thing('1'), variables: { a: thing('2') }, definitions: {}, asserts: {}, metadata: {}, actions:: {}", []),
    ],
)
def test_resources_are_found_in_fields(jsonnet: Any, fields: str, names: list[str]) -> None:
    assert jsonnet(f"{SETUP} names(arm.Module {{ {fields} }})") == names


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("account:: thing('a'), root:: $.account", ["a"]),
        ("a:: thing('1'), all:: [$.a, thing('2')], by:: { x: $.a, y: $.all[1] }", ["1", "2"]),
        ("a:: thing('1'), twice:: [$.a, $.a]", ["1"]),
        ("child:: arm.Module { a:: thing('1') }, same:: $.child", ["1"]),
        # Not the same resource: for the compiler to report.
        ("a:: thing('1'), b:: thing('1') { location: 'x' }", ["1", "1"]),
        ("a:: thing('1'), b:: thing('1') { type: 'A.B/d' }", ["1", "1"]),
        ("a:: thing('1'), b:: thing('1') { scope: '/' }", ["1", "1"]),
        ("a:: thing('1'), b:: thing('1') { location: 'x' }, c:: $.a, d:: thing('2')", ["1", "1", "2"]),
    ],
)
def test_a_resource_that_is_reached_twice_is_listed_once(jsonnet: Any, fields: str, names: list[str]) -> None:
    assert jsonnet(f"{SETUP} names(arm.Module {{ {fields} }})") == names


def test_a_consumer_may_bend_any_field(jsonnet: Any) -> None:
    setup = """
      local module = arm.Module {
        parameterMetadata:: { name: { type: 'string' } },
        vnet:: arm.Resource('A.B/c', '1') { name: $.arguments.name, tags: { own: 'x' }, properties: { a: 1 } },
        subnet:: $.vnet.child('subnets', 'default'),
        id:: $.vnet.id,
      };
      local bent = module {
        parameters:: { name: 'v' },
        vnet+: { name: 'w', tags+: { a: 'b' } },
        extra:: self.vnet.child('x', 'y'),
      };
    """
    jsonnet.check(
        {
            "bent.resources[0].name": "w/y",
            "bent.resources[1].name": "w/default",
            "bent.resources[2]": {
                "type": "A.B/c",
                "apiVersion": "1",
                "name": "w",
                "tags": {"own": "x", "a": "b"},
                "properties": {"a": 1},
            },
            "bent.id": "[resourceId('A.B/c', 'w')]",
            "[r.name for r in (bent { subnet:: null }).resources]": ["w/y", "w"],
        },
        setup,
    )


def test_a_resource_or_a_module_is_an_argument_where_an_id_is_wanted(jsonnet: Any) -> None:
    setup = """
      local thing = arm.Resource('A.B/c', '1') { name: 'n' };
      local child = arm.Module {
        parameterMetadata:: { target: { type: 'resourceId' } },
        outputs: { target: arm.output($.arguments.target) },
      };
    """
    expected = {"type": "string", "value": "[resourceId('A.B/c', 'n')]"}
    jsonnet.check(
        {
            "child { parameters:: { target: thing } }.outputs.target": expected,
            "child { parameters:: { target: arm.Module { id:: thing.id } } }.outputs.target": expected,
            "child { parameters:: { target: thing.id } }.outputs.target": expected,
            "child { parameters:: { target: arm.existing('A.B/c', '1', 'n') } }.outputs.target": expected,
        },
        setup,
    )


def test_modules_by_others_are_children_too(jsonnet: Any) -> None:
    setup = """
      local made(name) = {
        type: 'A.B/c', apiVersion: '1', name: name, id:: "[resourceId('A.B/c', '" + name + "')]",
        tags: {}, dependsOn: [], withTags(tags):: self { tags: tags },
      };
      local theirs = {
        parameters:: { name: 'n' }, arguments:: self.parameters,
        parameterMetadata:: { name: { type: 'string' } },
        thing:: made(self.arguments.name).withTags({ a: 'b' }),
        resources: [self.thing], outputs: {}, id:: self.thing.id,
      };
      local parent = arm.Module {
        child:: theirs { parameters:: { name: 'm' } },
        mine:: arm.Resource('A.B/d', '1') { name: 'x', properties: { id: arm.id($.child) } }.dependingOn($.child),
      };
    """
    jsonnet.check(
        {
            "[r.name for r in parent.resources]": ["m", "x"],
            "parent.resources[1].dependsOn": ["[resourceId('A.B/c', 'm')]"],
            "parent.resources[1].properties.id": "[resourceId('A.B/c', 'm')]",
            "fn.string(made('q'))": "[string(resourceId('A.B/c', 'q'))]",
        },
        setup,
    )


@pytest.mark.parametrize(
    ("source", "parameters", "message"),
    [
        ("arm.Module {}", [], "the external variable 'parameters' must hold a JSON object"),
        ("arm.Module {}", {"nmae": 1}, "there is no parameter 'nmae'"),
        ("arm.Module { parameterMetadata:: { name: { type: 'string' } } }", {}, "parameter 'name'"),
        ("arm.Module { parameterMetadata:: { name: { type: 'string' } } }", {"nmae": "x"}, "did you mean 'name'?"),
        ("arm.Module { parameterMetadata:: { a: { type: 'int' } }, outputs: {} }", {"a": "x"}, "is not an integer"),
        ("arm.Module { parameterMetadata:: null }", {}, "parameterMetadata must be an object"),
        ("arm.Module { bare:: { type: 'A.B/c', apiVersion: '1' } }", {}, "a resource of type A.B/c has no name"),
        (
            "arm.Module { child:: { '$schema': 's', parameters: { a: {} }, resources: [] } }",
            {},
            "a template with parameters of its own is placed with arm.nested",
        ),
        (
            "arm.Module { child:: { '$schema': 's', languageVersion: '2.0', resources: { a: {} } } }",
            {},
            "a template with symbolic names is placed with arm.nested",
        ),
    ],
)
def test_wrong_modules_are_explained(jsonnet: Any, source: str, parameters: object, message: str) -> None:
    assert message in jsonnet.error(source, parameters)


def test_a_child_that_lacks_arguments_says_which(jsonnet: Any) -> None:
    child = "arm.Module { parameterMetadata:: { size: { type: 'int' } }, a:: arm.Resource('A.B/c', '1') { name: 'n' } }"
    assert "parameter 'size': it is missing" in jsonnet.error(f"arm.Module {{ child:: {child} }}")
    assert "parameter 'size': it is missing" in jsonnet.error(
        f"arm.Module {{ child:: {child} {{ parameters:: {{}} }} }}"
    )
    unread = f"{child} {{ parameters:: {{ size: 1, colour: 2 }} }}"
    assert "there is no parameter 'colour'" in jsonnet.error(f"arm.Module {{ child:: {unread} }}")
