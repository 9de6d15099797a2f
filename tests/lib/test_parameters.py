"""The base library's parameters, where it differs from Python: functions, laziness, ids of resources, the root."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from armlib.diagnostics import nearest

FOLDER = Path(__file__).parents[2] / "lib" / "arm"
pytestmark = pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet], ids=["go", "c++"])


def evaluate(engine: Any, expression: str) -> Any:
    source = f"local parameters = import '{FOLDER}/parameters.libsonnet';\n{expression}"
    return json.loads(engine.evaluate_snippet("test.jsonnet", source))


def failure(engine: Any, expression: str) -> tuple[str, list[dict[str, Any]]]:
    """The text of the error that *expression* ends with, and the diagnostics in it."""
    with pytest.raises(RuntimeError) as raised:
        evaluate(engine, expression)
    text = str(raised.value)
    (line,) = [line for line in text.splitlines() if line.startswith("armlib-diagnostics: ")]
    return text, json.loads(line.removeprefix("armlib-diagnostics: "))


def test_arguments_are_the_given_values_else_the_defaults(engine: Any) -> None:
    bound = evaluate(
        engine,
        """
        {
          metadata:: {
            name: { type: 'string' },
            size: { type: 'int', defaultValue: 3 },
            twice: { type: 'int', defaultValue: 2 * $.arguments.size },
            note: { type: 'string', nullable: true },
          },
          arguments: parameters.bind(self.metadata, { name: 'a', size: 4 }),
        }.arguments
        """,
    )
    assert bound == {"name": "a", "size": 4, "twice": 8, "note": None}


def test_arguments_may_be_a_json_text(engine: Any) -> None:
    assert evaluate(engine, """parameters.bind({ a: { type: 'int' } }, '{"a": 1}')""") == {"a": 1}


def test_arguments_that_are_no_object_are_an_error(engine: Any) -> None:
    with pytest.raises(RuntimeError, match="the parameters must be an object, not array"):
        evaluate(engine, "parameters.bind({}, '[]')")


def test_all_problems_are_one_error_with_a_line_for_armlib(engine: Any) -> None:
    text, found = failure(
        engine,
        """
        local metadata = { name: { type: 'string', minLength: 3 }, size: { type: 'int' } };
        parameters.bind(metadata, { nam: 1, name: 'ab' }).name
        """,
    )
    assert [(one["code"], one["path"]) for one in found] == [
        ("unknown-parameter", ["parameters", "nam"]),
        ("too-short", ["parameters", "name"]),
        ("missing-parameter", ["parameters", "size"]),
    ]
    assert "there is no parameter 'nam' (did you mean 'name'?)" in text
    assert found[2]["hint"] == "an integer"


def test_default_is_not_forced_before_it_is_used(engine: Any) -> None:
    metadata = "{ a: { type: 'int' }, b: { type: 'int', defaultValue: error 'forced' } }"
    assert evaluate(engine, f"parameters.bind({metadata}, {{ a: 1 }}).a") == 1
    assert evaluate(engine, f"parameters.binding({metadata}, {{ a: 1 }}).checked") is True


def test_argument_is_checked_when_it_is_used_and_all_when_asked(engine: Any) -> None:
    call = "({ a: { type: 'int' }, b: { type: 'int' } }, { a: 1, b: 'x' })"
    assert evaluate(engine, f"parameters.bind{call}.a") == 1
    _, found = failure(engine, f"parameters.binding{call}.checked")
    assert [one["code"] for one in found] == ["wrong-type"]


def test_modules_may_take_the_ids_of_each_other(engine: Any) -> None:
    said = evaluate(
        engine,
        """
        local module = {
          parameters:: {},
          parameterMetadata:: { name: { type: 'string' }, peer: { type: 'resourceId' } },
          binding:: parameters.binding(self.parameterMetadata, self.parameters),
          arguments:: self.binding.arguments,
          id:: '/' + self.arguments.name,
          peer: if self.binding.checked then self.arguments.peer,
        };
        {
          hub: module { parameters:: { name: 'hub', peer: $.spoke } },
          spoke: module { parameters:: { name: 'spoke', peer: $.hub } },
        }
        """,
    )
    assert said == {"hub": {"peer": "/spoke"}, "spoke": {"peer": "/hub"}}


def test_id_takes_the_place_of_a_resource_at_any_depth(engine: Any) -> None:
    said = evaluate(
        engine,
        """
        local resource = { name: 'r', id:: '/r' };
        parameters.bind(
          {
            one: { type: ['resourceId', 'null'] },
            many: { type: 'array', items: { type: 'resourceId' } },
            named: { type: 'object', additionalProperties: { type: 'resourceId' } },
            deep: { properties: { subnet: { '$ref': '#/definitions/subnet' }, other: { type: 'object' } } },
            kept: { type: 'object' },
          },
          {
            one: resource,
            many: [resource, '/x', '[y()]'],
            named: { a: resource },
            deep: { subnet: { of: resource }, other: resource, more: self.subnet.of },
            kept: resource,
          },
          definitions={ subnet: { type: 'object', properties: { of: { type: 'resourceId' } } } },
        )
        """,
    )
    assert said == {
        "one": "/r",
        "many": ["/r", "/x", "[y()]"],
        "named": {"a": "/r"},
        "deep": {"subnet": {"of": "/r"}, "other": {"name": "r"}, "more": "/r"},
        "kept": {"name": "r"},
    }


def test_resource_without_a_proper_id_is_an_error_where_it_is_used(engine: Any) -> None:
    _, found = failure(engine, "parameters.bind({ a: { type: 'resourceId' } }, { a: { id:: null } }).a")
    assert [(one["code"], one["path"]) for one in found] == [("wrong-type", ["parameters", "a", "id"])]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("'good'", None),
        ("'bad'", "parameter 'a': must not be bad"),
        ("'worse'", "parameter 'a': \"worse\" is not valid"),
        ("'[expression()]'", None),
        ("null", None),
    ],
)
def test_validator_is_asked_for_known_values(engine: Any, value: str, message: str | None) -> None:
    validate = "function(v) if v == 'bad' then 'must not be bad' else v == 'good'"
    found = evaluate(
        engine, f"parameters.problems({{ a: {{ type: ['string', 'null'], validate: {validate} }} }}, {{ a: {value} }})"
    )
    assert [one["message"] for one in found] == ([] if message is None else [message])


def test_validator_is_asked_at_depth_and_only_when_all_else_is_right(engine: Any) -> None:
    metadata = """{
      a: { type: 'array', items: { type: 'string', validate: function(v) std.startsWith(v, 'x') } },
      b: { type: 'string', validate: function(v) error 'asked' },
      c: { type: 'object', validate: function(v) error 'asked' },
    }"""
    found = evaluate(engine, f"parameters.problems({metadata}, {{ a: ['x', 'y'], b: 5, c: {{ d: ['[e()]'] }} }})")
    assert [(one["code"], one["path"]) for one in found] == [
        ("failed-validator", ["parameters", "a", 1]),
        ("wrong-type", ["parameters", "b"]),
    ]


SECRET = "hunter2-Hunter2"


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ("{ type: 'secureString', maxLength: 3 }", f"'{SECRET}'"),
        ("{ type: 'secureString', allowedValues: ['x'] }", f"'{SECRET}'"),
        ("{ type: 'secureObject' }", f"'{SECRET}'"),
        ("{ type: 'secureString' }", f"['{SECRET}']"),
        ("{ type: 'secureObject', properties: { a: { type: 'int' } } }", f"{{ a: '{SECRET}' }}"),
        ("{ type: 'secureString', validate: function(v) v + ' is too simple' }", f"'{SECRET}'"),
        ("{ type: 'secureString', validate: function(v) std.asciiUpper(v) }", f"'{SECRET}'"),
        ("{ type: 'secureObject', validate: function(v) v.a }", f"{{ a: '{SECRET}' }}"),
        ("{ '$ref': '#/definitions/secret' }", f"'{SECRET}'"),
        ("{ type: ['secureString', 'null'], minLength: 99 }", f"'{SECRET}'"),
        ("{ type: 'object', properties: { p: { type: 'secureString', maxLength: 1 } } }", f"{{ p: '{SECRET}' }}"),
    ],
)
def test_secret_stands_in_no_error(engine: Any, spec: str, value: str) -> None:
    definitions = "{ secret: { type: 'SECURESTRING', maxLength: 1 } }"
    text, found = failure(engine, f"parameters.bind({{ a: {spec} }}, {{ a: {value} }}, false, {definitions}).a")
    assert found
    assert SECRET.lower() not in text.lower()


def test_value_of_an_unknown_parameter_is_not_told(engine: Any) -> None:
    text, _ = failure(engine, f"parameters.bind({{ password: {{}} }}, {{ pasword: '{SECRET}' }})")
    assert SECRET not in text


def test_root_leaves_secure_and_deploy_time_parameters_to_the_template(engine: Any) -> None:
    metadata = (
        "{ p: { type: 'SecureString' }, \"it's\": { deployTime: true }, r: { '$ref': '#/definitions/s' }, o: {} }"
    )
    given = f"{{ p: '{SECRET}', o: 1 }}"
    said = evaluate(engine, f"parameters.bind({metadata}, {given}, true, {{ s: {{ type: 'secureObject' }} }})")
    assert said == {"p": "[parameters('p')]", "it's": "[parameters('it''s')]", "r": "[parameters('r')]", "o": 1}


def test_child_takes_a_secret_as_it_is(engine: Any) -> None:
    said = evaluate(engine, "parameters.bind({ p: { type: 'secureString' } }, { p: \"[parameters('p')]\" })")
    assert said == {"p": "[parameters('p')]"}


def test_null_for_a_default_of_null_is_taken(engine: Any) -> None:
    assert evaluate(engine, "parameters.bind({ a: { type: 'int', defaultValue: null } }, { a: null })") == {"a": None}


def test_nothing_that_matters_is_checked_by_regular_expressions_when_there_are_none(engine: Any) -> None:
    assert (
        evaluate(engine, "parameters.problems({ a: { type: 'string', pattern: '^x', format: 'uuid' } }, { a: 'b' })")
        == []
    )


def test_definition_that_is_only_itself_comes_to_an_end(engine: Any) -> None:
    definitions = "{ a: { '$ref': '#/definitions/b' }, b: { '$ref': '#/definitions/a' } }"
    found = evaluate(
        engine, f"parameters.problems({{ x: {{ '$ref': '#/definitions/a' }} }}, {{ x: 1 }}, false, {definitions})"
    )
    assert [one["code"] for one in found] == ["unknown-definition"]


def test_nearest_name_is_the_one_that_python_finds(engine: Any) -> None:
    known = ["virtualNetwork", "subnet", "subnets", "Name", "name", "sku", "location", "tags", "zones"]
    names = ["virtualNetwrok", "subnetz", "NAME", "nmae", "locaton", "tgas", "x", "", "zone", "skuu", "vnet"]
    source = f"[(import '{FOLDER}/nearest.libsonnet').nearest(name, {known}) for name in {names}]"
    assert json.loads(engine.evaluate_snippet("test.jsonnet", source)) == [nearest(name, known) for name in names]
