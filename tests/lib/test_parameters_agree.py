"""The rules of parameters stand in three places; random metadata and values hold them together.

The base library (``lib/arm/parameters.libsonnet``) and ``armlib.compiler.parameters_check`` must say the same words in
the same order. jsonschema, given the schema that ``armlib describe`` prints, must come to the same verdict for each
parameter.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.compiler.bind import bind
from armlib.compiler.parameters_check import canonical_type, type_names
from armlib.compiler.parameters_metadata import parse_metadata
from armlib.compiler.request import Argument
from armlib.compiler.schema import to_json_schema
from armlib.expressions.parser import is_expression
from armlib.jsonnet import natives
from armlib.jsonnet.formats import FORMATS

LIBRARY = Path(__file__).parents[2] / "lib" / "arm" / "parameters.libsonnet"
DEFINITIONS: dict[str, Any] = {
    "short": {"type": "string", "maxLength": 3},
    "maybe": {"type": ["INT", "string"], "nullable": True, "maxValue": 2},
    "tree": {
        "type": "object",
        "properties": {"size": {"type": "int"}, "children": {"type": "array", "items": {"$ref": "#/definitions/tree"}}},
        "required": ["size"],
        "additionalProperties": False,
    },
    "secret": {"type": "securestring", "minLength": 2},
    "network": {"type": "resourceId"},
}
TYPES = (
    *("string", "int", "integer", "number", "bool", "Boolean", "array", "object", "null", "any"),
    *("secureString", "SECUREOBJECT", "resourceId", "resourceid"),
)
NAMES = ["name", "Name", "names", "sku", "size", "id", "children", "a b", "it's"]
PATTERNS = ["^[a-z]+$", "a", "^/", r"\d{2}", "^$"]
TEXTS = [
    "",
    "a",
    "ab",
    "ABC",
    "abc",
    "é😀",
    "12",
    "/x",
    "/subscriptions/1",
    "[x()]",
    "[[x]",
    "[]",
    "10.0.0.0/8",
    "1.2.3.4",
]

FORMAT_NAMES = ["cidr", "ipv4", "uuid"]
NUMBERS = [-3, -2, -1, 0, 1, 2, 3, 4, 1.0, 0.5, -2.5, 2.5, 3.5, 2.0, -0.0, 1e15, 2**53, -(2**53), 1e300]


class Maker:
    """Makes metadata and arguments at random.

    Hypothesis gives the seed and no more: what it draws piece by piece is mostly small and alike, and leaves half of
    the rules untried. A failure needs little shrinking, since a case is one parameter or two.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def case(self) -> dict[str, Any]:
        names = self._some(NAMES, 1, 2)
        metadata = {name: self._parameter() for name in names}
        given_names = [name for name in names if self._chance(0.9)] + self._some(NAMES, 1, 1) * self._chance(0.1)
        return {"metadata": metadata, "arguments": {name: self._aimed(metadata.get(name, {})) for name in given_names}}

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _some(self, choices: list[Any], least: int, most: int) -> list[Any]:
        return self._random.sample(choices, self._random.randint(least, min(most, len(choices))))

    def _parameter(self) -> dict[str, Any]:
        spec = self._specification(0)
        if self._chance(0.2):
            spec["defaultValue"] = None if self._chance(0.5) else self._value(0)
        if self._chance(0.1):
            spec["deployTime"] = self._chance(0.5)
        return spec

    def _specification(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any]
        kind = self._random.choice(["leaf", "leaf", "leaf", "array", "object", "reference"] if depth < 3 else ["leaf"])
        if kind == "array":
            types = ["array", "Array", ["array", "string"]]
            made = {"type": self._random.choice(types), "items": self._specification(depth + 1)}
        elif kind == "object":
            made = self._object(depth)
        elif kind == "reference":
            references: list[Any] = [f"#/definitions/{name}" for name in DEFINITIONS]
            made = {"$ref": self._random.choice([*references, self._specification(depth + 1)])}
        else:
            made = {"type": self._type()} if self._chance(0.9) else {}
        fitting = self._fitting(made)
        for keyword in self._some(fitting, 0, 2):
            made[keyword] = self._keyword(keyword, made)
        return made

    def _object(self, depth: int) -> dict[str, Any]:
        types = ["object", "object", "secureObject", ["object", "resourceId"], ["null", "object"]]
        made: dict[str, Any] = {"type": self._random.choice(types)}
        if self._chance(0.8):
            made["properties"] = {name: self._specification(depth + 1) for name in self._some(NAMES, 0, 3)}
        if self._chance(0.5):
            made["required"] = self._some([*made.get("properties", {}), "name"], 0, 2)
        if self._chance(0.5):
            made["additionalProperties"] = self._random.choice([True, False, False, self._specification(depth + 1)])
        return made

    def _type(self) -> str | list[str]:
        if self._chance(0.75):
            return self._random.choice(TYPES)
        return self._some(list(TYPES), 1, 3)

    def _fitting(self, spec: dict[str, Any]) -> list[str]:
        """The keywords that say something of the values that *spec* takes, and at times any."""
        types = [canonical_type(name) for name in type_names(spec)]
        found = ["allowedValues", "nullable"]
        if not types or self._chance(0.1):
            types = ["string", "array", "number"]
        if "string" in types:
            found += ["minLength", "maxLength", "pattern", "format"]
        if "array" in types:
            found += ["minLength", "maxLength"]
        if "number" in types or "integer" in types:
            found += ["minValue", "maxValue"]
        return list(dict.fromkeys(found))

    def _keyword(self, name: str, spec: dict[str, Any]) -> Any:
        if name in ("minLength", "maxLength"):
            return self._random.choice([0, 1, 2] if name == "minLength" else [2, 3, 3.0, None])
        if name in ("minValue", "maxValue"):
            return self._random.choice([-2, 0, 1] if name == "minValue" else [1, 2.5, 3])
        if name == "nullable":
            return self._chance(0.8)
        if name == "allowedValues":
            return [self._aimed({**spec, "allowedValues": []}) for _ in range(self._random.randint(1, 4))]
        return self._random.choice(PATTERNS if name == "pattern" else FORMAT_NAMES)

    def _aimed(self, spec: dict[str, Any], depth: int = 0) -> Any:
        """A value that is nearly right by *spec* more often than chance would have it."""
        if depth > 4 or self._chance(0.1):
            return self._value(depth)
        reference = spec.get("$ref")
        if reference is not None:
            target = DEFINITIONS[reference.rpartition("/")[2]] if isinstance(reference, str) else reference
            return self._aimed(target, depth + 1)
        if spec.get("allowedValues") and self._chance(0.6):
            chosen = [self._random.choice(spec["allowedValues"]) for _ in range(3)]
            return chosen[0] if self._chance(0.6) else chosen[: self._random.randint(0, 3)]
        if "items" in spec:
            return [self._aimed(spec["items"], depth + 1) for _ in range(self._random.randint(0, 3))]
        if "properties" in spec:
            inner = spec["properties"]
            names = [name for name in [*inner, *spec.get("required", [])] if self._chance(0.85)]
            names += self._some(NAMES, 0, 1) * self._chance(0.3)
            return {name: self._aimed(inner.get(name, {}), depth + 1) for name in names}
        types = [canonical_type(name) for name in type_names(spec)]
        return self._of_type(self._random.choice(types or ["any"]) or "any", depth)

    def _of_type(self, name: str, depth: int) -> Any:
        count = self._random.randint(0, 4)
        if name == "string":
            return self._random.choice(TEXTS) if self._chance(0.6) else "".join(self._random.choices("ab/[]é", k=count))
        if name in ("integer", "number"):
            return self._random.choice(NUMBERS)
        if name == "boolean":
            return self._chance(0.5)
        if name == "null":
            return None
        if name == "array":
            return [self._value(depth + 1) for _ in range(count)]
        if name == "object":
            return {key: self._value(depth + 1) for key in self._some(NAMES, 0, 3)}
        if name == "resourceId":
            return self._random.choice(["/x", "[x()]", "x", {"id": "/x"}, {"id": "[x()]"}, {"id": 5}, {"id": None}, {}])
        return self._value(depth)

    def _value(self, depth: int) -> Any:
        names = ["string", "string", "number", "number", "boolean", "null", *(["array", "object"] * (depth < 3))]
        return self._of_type(self._random.choice(names), depth)


def jsonnet_says(engine: Any, cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    program = f"""
        local library = import '{LIBRARY}';
        local cases = std.parseJson(std.extVar('cases'));
        local definitions = std.parseJson(std.extVar('definitions'));
        [library.problems(case.metadata, case.arguments, true, definitions) for case in cases]
    """
    callbacks, _ = natives.callbacks()
    variables = {"cases": json.dumps(cases), "definitions": json.dumps(DEFINITIONS)}
    text = engine.evaluate_snippet("cases.jsonnet", program, ext_vars=variables, native_callbacks=callbacks)
    answer: list[list[dict[str, Any]]] = json.loads(text)
    return answer


def python_says(case: dict[str, Any]) -> list[dict[str, Any]]:
    parsed = parse_metadata(case["metadata"], DEFINITIONS)
    arguments = {name: Argument(value=value) for name, value in case["arguments"].items()}
    return [
        {"code": one.code, "message": one.message, "path": list(one.path), "hint": one.hint}
        for one in bind(arguments, parsed.parameters).diagnostics
    ]


def format_checker() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, has_format in FORMATS.items():
        checker.checks(name)(lambda value, has=has_format: not isinstance(value, str) or has(value))
    return checker


def schema_says(case: dict[str, Any]) -> list[jsonschema.ValidationError]:
    """The errors of jsonschema that do not come from an expression, whose value is not known."""
    schema = to_json_schema(parse_metadata(case["metadata"], DEFINITIONS).parameters)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=format_checker())
    return [fault for fault in validator.iter_errors(case["arguments"]) if is_about_known_values(fault)]


def is_about_known_values(fault: jsonschema.ValidationError) -> bool:
    allowed: Any = fault.validator_value if fault.validator == "enum" else []
    if holds_expression(fault.instance, deep=any(type(one) is type(fault.instance) for one in allowed)):
        return False
    branches: dict[Any, list[jsonschema.ValidationError]] = {}
    for inner in fault.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return all(any(map(is_about_known_values, branch)) for branch in branches.values())


def holds_expression(value: Any, deep: bool) -> bool:
    if isinstance(value, str):
        return is_expression(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return deep and any(holds_expression(item, deep) for item in inner)


SEEDS = st.integers(0, 2**64)


@settings(max_examples=16, deadline=None)
@given(SEEDS)
def test_the_base_library_and_python_say_the_same(seed: int) -> None:
    maker = Maker(seed)
    cases = [maker.case() for _ in range(50)]
    for case, said in zip(cases, jsonnet_says(_gojsonnet, cases), strict=True):
        assert said == python_says(case), case


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_both_engines_say_the_same(seed: int) -> None:
    maker = Maker(seed)
    cases = [maker.case() for _ in range(12)]
    assert jsonnet_says(_jsonnet, cases) == jsonnet_says(_gojsonnet, cases)


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_the_derived_schema_comes_to_the_same_verdict(seed: int) -> None:
    case = Maker(seed).case()
    said = [one for one in python_says(case) if one["code"] != "nested-secret"]  # a rule that no schema can hold
    faults = schema_says(case)
    deep = {fault.absolute_path[0] for fault in faults if fault.absolute_path}
    shallow = sorted(str(fault.validator) for fault in faults if not fault.absolute_path)
    assert deep == {one["path"][1] for one in said if one["code"] not in ("unknown-parameter", "missing-parameter")}, (
        case
    )
    assert shallow.count("required") == sum(one["code"] == "missing-parameter" for one in said), case
    assert ("additionalProperties" in shallow) == any(one["code"] == "unknown-parameter" for one in said), case


def test_the_cases_try_every_rule() -> None:
    codes = [one["code"] for seed in range(1500) for one in python_says(Maker(seed).case())]
    rules = "unknown-parameter missing-parameter wrong-type not-allowed too-short too-long out-of-range wrong-pattern"
    for rule in [*rules.split(), "wrong-format", "missing-property", "unknown-property", "nested-secret"]:
        assert codes.count(rule) >= 10, rule


# Cases that were once told apart, or that chance finds too seldom.
@pytest.mark.parametrize(
    ("spec", "value", "codes"),
    [
        ({"type": "int"}, 1.0, []),
        ({"type": "int"}, True, ["wrong-type"]),
        ({"type": "bool"}, 1, ["wrong-type"]),
        ({"allowedValues": [1]}, True, ["not-allowed"]),
        ({"allowedValues": [[1, {"a": 1}]]}, [1.0, {"a": 1}], []),
        ({"allowedValues": [[True]]}, [1], ["not-allowed"]),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["b", "b"], []),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["c", "a", "d"], ["not-allowed", "not-allowed"]),
        ({"type": "string", "maxLength": 1}, "😀", []),
        ({"type": "string", "maxLength": 1}, "e\u0301", ["too-long"]),
        ({"type": "number", "maxValue": 1e15}, 1e15, []),
        ({"type": "string", "minLength": 40}, "[concat('a', 'b')]", []),
        ({"type": "string", "minLength": 40}, "[[not an expression]", ["too-short"]),
        ({"type": "int"}, "[parameters('x')]", []),
        ({"type": "object", "allowedValues": [{"a": 1}]}, {"a": "[x()]"}, []),
        ({"type": ["string", "null"]}, None, []),
        ({"type": "string", "nullable": True}, None, []),
        ({"type": "string", "defaultValue": None}, None, []),
        ({"type": "string", "defaultValue": "a"}, None, ["wrong-type"]),
        ({"type": "resourceId"}, {"id": "/x", "name": "y"}, []),
        ({"type": "resourceId"}, {"id": 5}, ["wrong-type"]),
        ({"type": "resourceId"}, "x", ["wrong-type"]),
        ({"type": "object", "additionalProperties": {"type": "int"}}, {"a": 1, "b": "x"}, ["wrong-type"]),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, {"A": 1}, ["unknown-property"]),
        ({"type": "object", "properties": {"p": {"type": "secureString"}}}, {"p": "hunter2"}, ["nested-secret"]),
        ({"type": "object", "properties": {"p": {"type": "secureString"}}}, {"p": "[parameters('p')]"}, []),
        ({"$ref": "#/definitions/tree"}, {"size": 1, "children": [{"size": "x", "children": []}]}, ["wrong-type"]),
        ({"$ref": "#/definitions/maybe"}, None, []),
        ({"type": "STRING"}, "a", []),
        ({"minLength": None, "type": "string"}, "", []),
    ],
)
@pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet])
def test_edges(engine: Any, spec: dict[str, Any], value: Any, codes: list[str]) -> None:
    case = {"metadata": {"x": spec}, "arguments": {"x": value}}
    said = python_says(case)
    assert [one["code"] for one in said] == codes
    assert jsonnet_says(engine, [case]) == [said]
    assert bool(schema_says(case)) == bool([code for code in codes if code != "nested-secret"])
