"""Outputs, loops, and the shorthands for metadata."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("'text'", "string"),
        ("''", "string"),
        ("'[[literal]'", "string"),
        ("7", "int"),
        ("true", "bool"),
        ("[1]", "array"),
        ("{ a: 1 }", "object"),
        ("fn.concat(['a', 'b'])", "string"),
        ("fn.length('abc')", "int"),
        ("fn.equals(1, 2)", "bool"),
        ("fn.split('a,b', ',')", "array"),
        ("fn.resourceGroup()", "object"),
        ("fn.prop(fn.resourceGroup(), 'location')", "string"),
        ("fn.reference('x')", "object"),
        ("arm.prop(fn.reference('x'), 'a')", "string"),
        ("fn.string(fn.createArray(['(', ')']))", "string"),
        ("'[createArray(\\'a\\')[0]]'", "string"),
        ("'[CREATEARRAY(\\'a\\')]'", "array"),
        ("'[add(1, length(createArray(\\')\\', \\'it\\'\\'s (\\')))]'", "int"),
        ("fn.listKeys('x', '1')", "secureobject"),
        ("arm.prop(fn.listKeys('x', '1'), 'keys[0].value')", "securestring"),
        ("fn.concat(['a=', arm.prop(fn.listKeys('x', '1'), 'key')])", "securestring"),
        ("fn.toLower('list of listKeys(')", "string"),
    ],
)
def test_the_type_of_an_output_is_worked_out(jsonnet: Any, value: str, type_: str) -> None:
    assert jsonnet(f"arm.output({value}).type") == type_


def test_outputs_take_handles_loops_and_given_types(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "arm.output(thing)": {"type": "string", "value": "[resourceId('a/b', 'n')]"},
            "arm.output(arm.Module { id:: thing.id })": {"type": "string", "value": "[resourceId('a/b', 'n')]"},
            "arm.output(fn.parameters('x'), 'secureString')": {"type": "securestring", "value": "[parameters('x')]"},
            "arm.output(fn.parameters('x'), type='Integer')": {"type": "int", "value": "[parameters('x')]"},
            "arm.output(null, 'string')": {"type": "string", "value": None},
            "arm.output(arm.copy('ids', 3, function(i) fn.concat(['n', i])))": {
                "type": "array",
                "copy": {"count": 3, "input": "[concat('n', copyIndex())]"},
            },
        },
        "local thing = arm.Resource('a/b', '1') { name: 'n' };",
    )


def test_loops_are_added_to_resources_and_objects(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "{ name: 'n' } + arm.copy('nics', 3)": {"name": "n", "copy": {"name": "nics", "count": 3}},
            "arm.copy('nics', fn.length(fn.parameters('a')))": {
                "copy": {"name": "nics", "count": "[length(parameters('a'))]"}
            },
            "arm.copy('nics', ['a', 'b'], mode='serial')": {"copy": {"name": "nics", "count": 2, "mode": "serial"}},
            "arm.copy('nics', 9, batchSize=3)": {
                "copy": {"name": "nics", "count": 9, "mode": "serial", "batchSize": 3}
            },
            "{ a: 1 } + arm.copy('disks', 2, { lun: fn.copyIndex('disks') }) + arm.copy('others', 1, 'x')": {
                "a": 1,
                "copy": [
                    {"name": "disks", "count": 2, "input": {"lun": "[copyIndex('disks')]"}},
                    {"name": "others", "count": 1, "input": "x"},
                ],
            },
            "arm.copy('disks', 2, function(i) { lun: i })": {
                "copy": [{"name": "disks", "count": 2, "input": {"lun": "[copyIndex('disks')]"}}]
            },
        }
    )


def test_metadata_has_shorthands(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "arm.param.string('Name', minLength=3)": {"type": "string", "description": "Name", "minLength": 3},
            "arm.param.string()": {"type": "string"},
            "arm.param.string(defaultValue=null)": {"type": "string", "defaultValue": None},
            "arm.param.int('N', 1, maxValue=9)": {"type": "int", "description": "N", "defaultValue": 1, "maxValue": 9},
            "arm.param.secureString('P', minLength=8)": {"type": "secureString", "description": "P", "minLength": 8},
            "arm.param.array(items=arm.type.port).items.maxValue": 65535,
            "arm.param.optional(arm.param.int())": {"type": "int", "nullable": True, "defaultValue": None},
            "arm.param.deployTime(arm.param.bool('B'))": {"type": "bool", "description": "B", "deployTime": True},
            "arm.param.oneOf(['a', 'b'])": {"type": "string", "allowedValues": ["a", "b"]},
            "arm.param.location().defaultValue": "[resourceGroup().location]",
        }
    )


def test_shorthands_and_shared_types_are_understood_by_modules(jsonnet: Any) -> None:
    module = """
      arm.Module {
        parameterMetadata:: {
          [name]: { '$ref': arm.type[name], nullable: true, defaultValue: null }
          for name in std.objectFieldsAll(arm.type) if name[:1] != '#'
        } + { location: arm.param.location(), when: arm.param.optional(arm.param.int()), tags: arm.param.tags() },
        outputs: { port: arm.output($.arguments.port, 'int'), location: arm.output($.arguments.location) },
      }
    """
    assert jsonnet(module, {"port": 443})["outputs"]["port"]["value"] == 443
    assert "70000 is more than the maximum" in jsonnet.error(module, {"port": 70000})
    assert "parameter 'zones[0]'" in jsonnet.error(module, {"zones": ["9"]})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("arm.output(null)", "the value is null, so its type must be given"),
        ("arm.output(1.5)", "ARM has no type for the number 1.5"),
        ("arm.output(function(x) x)", "the value is a function"),
        ("arm.output('x', 'text')", "the type is one of string, int, bool, array, object"),
        ("arm.copy('x', 1, mode='parallel', batchSize=2)", "batchSize goes with the mode serial"),
    ],
)
def test_wrong_outputs_and_loops_are_explained(jsonnet: Any, source: str, message: str) -> None:
    assert message in jsonnet.error(source)
