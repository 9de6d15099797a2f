"""What differs between versions, the step it takes, and the gate of publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.compiler.parameters_metadata import ParameterMetadata
from armlib.compiler.schema import to_json_schema
from armlib.packages.compare import Interface, Step, compare, least_version, step_of
from armlib.packages.errors import PackageError
from armlib.packages.versions import parse_version, sort_key
from tests.unit.packages.test_publish import Person

TEXT: dict[str, Any] = {"type": "string"}


def interface(properties: dict[str, Any], required: tuple[str, ...] = (), **more: Any) -> Interface:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }
    defs = more.pop("defs", {"text": TEXT})
    return Interface(descriptor={"parameters": {**schema, "$defs": defs}, **more.pop("rest", {})}, **more)


def described(**specification: Any) -> dict[str, Any]:
    """The schema of a parameter by its metadata, as ``armlib describe`` has it."""
    parameter = ParameterMetadata(name="p", specification=specification, definitions={"text": TEXT})
    found: Any = to_json_schema({"p": parameter})
    schema: dict[str, Any] = found["properties"]["p"]
    return schema


OF_TYPE: dict[str, Any] = {"$ref": "#/definitions/text"}


PARAMETERS: dict[str, tuple[Any, Any, Step]] = {
    "nothing": (TEXT, TEXT, Step.NONE),
    "another description": (TEXT, {**TEXT, "description": "x"}, Step.PATCH),
    "another type": (TEXT, {"type": "integer"}, Step.MAJOR),
    "a further type": (TEXT, {"type": ["string", "null"]}, Step.MINOR),
    "a type less": ({"type": ["string", "null"]}, TEXT, Step.MAJOR),
    "a number for an integer": ({"type": "integer"}, {"type": "number"}, Step.MINOR),
    "an integer for a number": ({"type": "number"}, {"type": "integer"}, Step.MAJOR),
    "anything": (TEXT, {}, Step.MINOR),
    "a further value": ({"enum": ["a"]}, {"enum": ["a", "b"]}, Step.MINOR),
    "a value less": ({"enum": ["a", "b"]}, {"enum": ["a"]}, Step.MAJOR),
    "values where there were none": (TEXT, {**TEXT, "enum": ["a"]}, Step.MAJOR),
    "no values where there were some": ({**TEXT, "enum": ["a"]}, TEXT, Step.MINOR),
    "a higher minimum": ({"minimum": 1}, {"minimum": 2}, Step.MAJOR),
    "a lower minimum": ({"minimum": 2}, {"minimum": 1}, Step.MINOR),
    "a minimum": ({}, {"minimum": 1}, Step.MAJOR),
    "no minimum": ({"minimum": 1}, {}, Step.MINOR),
    "a lower maximum": ({"maxLength": 9}, {"maxLength": 8}, Step.MAJOR),
    "a higher maximum": ({"maxLength": 8}, {"maxLength": 9}, Step.MINOR),
    "a pattern": (TEXT, {**TEXT, "pattern": "x"}, Step.MAJOR),
    "another pattern": ({"pattern": "y"}, {"pattern": "x"}, Step.MAJOR),
    "no pattern": ({"pattern": "y"}, {}, Step.MINOR),
    "another default": ({"default": 1}, {"default": 2}, Step.MAJOR),
    "no default": ({"default": 1}, {}, Step.MAJOR),
    "a default": ({}, {"default": 1}, Step.MINOR),
    "a default that is worked out": ({"default": 1}, {"x-armlib-computed-default": True}, Step.MAJOR),
    "a secret": (TEXT, {**TEXT, "x-armlib-secret": True}, Step.MAJOR),
    "another item": ({"items": TEXT}, {"items": {"type": "integer"}}, Step.MAJOR),
    "a required property": ({"properties": {}}, {"properties": {"a": TEXT}, "required": ["a"]}, Step.MAJOR),
    "a further property": ({"properties": {}}, {"properties": {"a": TEXT}}, Step.MINOR),
    "a closed object": ({"properties": {}}, {"properties": {}, "additionalProperties": False}, Step.MAJOR),
    "other properties": ({"additionalProperties": False}, {}, Step.MINOR),
    "other properties of another kind": (
        {"additionalProperties": TEXT},
        {"additionalProperties": {"type": "integer"}},
        Step.MAJOR,
    ),
    "other properties of a further kind": ({"additionalProperties": TEXT}, {}, Step.MINOR),
    "other properties of one kind": ({}, {"additionalProperties": TEXT}, Step.MAJOR),
    "a name inside of other properties": (
        {"additionalProperties": {"properties": {"probePath": TEXT}, "additionalProperties": False}},
        {"additionalProperties": {"properties": {"healthPath": TEXT}, "additionalProperties": False}},
        Step.MAJOR,
    ),
    "a property that becomes one of the others": (
        {"properties": {"a": TEXT}, "additionalProperties": TEXT},
        {"properties": {}, "additionalProperties": TEXT},
        Step.MINOR,
    ),
    "a property that becomes another kind than the others": (
        {"additionalProperties": TEXT},
        {"properties": {"a": {"type": "integer"}}, "additionalProperties": TEXT},
        Step.MAJOR,
    ),
    "null": (described(**OF_TYPE), described(**OF_TYPE, nullable=True), Step.MINOR),
    "no null": (described(**OF_TYPE, nullable=True), described(**OF_TYPE), Step.MAJOR),
    "a limit beside null": (
        described(**OF_TYPE, nullable=True),
        described(**OF_TYPE, nullable=True, maxLength=9),
        Step.MAJOR,
    ),
    "a limit of a type that is written out": (
        described(**{"$ref": {"type": "string"}}),
        described(**{"$ref": {"type": "string", "maxLength": 9}}),
        Step.MAJOR,
    ),
    "a value less of a selection": (
        described(type="array", allowedValues=["a", "b"]),
        described(type="array", allowedValues=["a"]),
        Step.MAJOR,
    ),
    "a further value of a selection": (
        described(type="array", allowedValues=["a"]),
        described(type="array", allowedValues=["a", "b"]),
        Step.MINOR,
    ),
    "ids alone": (described(type=["string", "resourceId"]), described(type="resourceId"), Step.MAJOR),
    "more than ids": (described(type="resourceId"), described(type=["string", "resourceId"]), Step.MINOR),
    "a property that closed objects lose": (
        {"properties": {"a": TEXT}, "additionalProperties": False},
        {"properties": {}, "additionalProperties": False},
        Step.MAJOR,
    ),
}


@pytest.mark.parametrize("what", PARAMETERS)
def test_a_parameter_that_differs(what: str) -> None:
    old, new, step = PARAMETERS[what]
    assert step_of(compare(interface({"p": old}), interface({"p": new}))) is step


def test_parameters_that_come_and_go() -> None:
    one, none = interface({"p": TEXT}), interface({})
    assert [(change.step, change.path) for change in compare(one, none)] == [(Step.MAJOR, "parameters.p")]
    assert step_of(compare(none, one)) is Step.MINOR
    assert step_of(compare(none, interface({"p": TEXT}, ("p",)))) is Step.MAJOR
    assert step_of(compare(one, interface({"p": TEXT}, ("p",)))) is Step.MAJOR
    assert step_of(compare(interface({"p": TEXT}, ("p",)), one)) is Step.MINOR


@pytest.mark.parametrize("end", [{}, {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]}], ids=["endless", "null"])
def test_shared_types_are_followed_even_in_circles(end: dict[str, Any]) -> None:
    def of(kind: str) -> Interface:
        following = end or {"$ref": "#/$defs/node"}
        node = {"type": "object", "properties": {"next": following, "value": {"type": kind}}}
        return interface({"p": {"$ref": "#/$defs/node"}}, defs={"node": node})

    assert step_of(compare(of("string"), of("string"))) is Step.NONE
    (change,) = compare(of("string"), of("integer"))
    assert (change.step, change.path) == (Step.MAJOR, "parameters.p.value")


def template(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resources": [{"type": "A.B/c", "apiVersion": "1", **resource} for resource in resources]}


def test_resources_of_examples_and_outputs_that_differ() -> None:
    def of(*resources: dict[str, Any], **outputs: str) -> Interface:
        said = {"outputs": {name: {"type": kind} for name, kind in outputs.items()}}
        return interface({}, rest=said, examples={"minimal": template(*resources)})

    base = of({"name": "a", "properties": {"x": 1}}, id="string")
    assert compare(base, base) == []
    assert step_of(compare(base, of({"name": "a", "properties": {"x": 2}}, id="string"))) is Step.MINOR
    assert step_of(compare(base, of({"name": "b", "properties": {"x": 1}}, id="string"))) is Step.MAJOR
    more = of({"name": "a", "properties": {"x": 1}}, {"name": "b"}, id="string")
    assert [change.message for change in compare(base, more)] == ["deploys A.B/c 'b', too"]
    assert step_of(compare(base, of({"name": "a", "properties": {"x": 1}}))) is Step.MAJOR
    assert step_of(compare(base, of({"name": "a", "properties": {"x": 1}}, id="int"))) is Step.MAJOR
    assert step_of(compare(base, of({"name": "a", "properties": {"x": 1}}, id="string", b="int"))) is Step.MINOR


def test_other_sources_alone_are_a_patch() -> None:
    changes = compare(interface({}, files={"a": "1"}), interface({}, files={"a": "2", "b": "1"}))
    assert [(change.step, change.message) for change in changes] == [(Step.PATCH, "changed: a, b")]


@pytest.mark.parametrize(
    ("old", "step", "least"),
    [
        ("1.2.3", Step.MAJOR, "2.0.0"),
        ("1.2.3", Step.MINOR, "1.3.0"),
        ("1.2.3", Step.PATCH, "1.2.4"),
        ("1.2.3", Step.NONE, "1.2.3"),
        ("0.2.3", Step.MAJOR, "0.3.0"),
        ("0.2.3", Step.MINOR, "0.2.4"),
        ("2.0.0-rc.1", Step.MAJOR, "2.0.0"),
    ],
)
def test_the_smallest_honest_version(old: str, step: Step, least: str) -> None:
    assert str(least_version(parse_version(old), step)) == least


SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", ["string", "null"]]),
        "enum": st.lists(st.sampled_from("abc"), unique=True, min_size=1),
        "minLength": st.integers(0, 3),
        "maximum": st.integers(0, 3),
        "default": st.sampled_from(["a", 1, None]),
        "description": st.sampled_from(["x", "y"]),
    },
)
INTERFACES = st.builds(
    lambda properties, needed: interface(properties, tuple(name for name in properties if name in needed)),
    st.dictionaries(st.sampled_from("pqr"), SCHEMAS),
    st.sets(st.sampled_from("pqr")),
)


@settings(deadline=None)
@given(INTERFACES, INTERFACES)
def test_what_differs_one_way_differs_the_other_way_and_only_what_differs(old: Interface, new: Interface) -> None:
    assert compare(old, old) == []
    assert bool(compare(old, new)) == bool(compare(new, old))
    paths = {change.path for change in compare(old, new)}
    assert paths == {change.path for change in compare(new, old)}


@settings(deadline=None)
@given(st.sampled_from(["1.2.3", "0.2.3", "3.0.0"]), st.sampled_from(list(Step)))
def test_a_larger_step_never_gives_a_smaller_version(old: str, step: Step) -> None:
    version = parse_version(old)
    for smaller in Step:
        if smaller <= step:
            assert sort_key(least_version(version, smaller)) <= sort_key(least_version(version, step))


# The gate

MODULE = """local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: { name: { type: 'string', maxLength: LENGTH } },
  thing:: arm.Resource('A.B/c', '2024-01-01') { name: $.arguments.name, properties: { size: SIZE } },
}
"""
EXAMPLE = "(import '../main.jsonnet') { parameters:: { name: 'n' } }"


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path / "person", f"layout:{tmp_path}/registry")


def publish(person: Person, version: str, length: int = 10, size: int = 1, files: dict[str, str] | None = None) -> None:
    module = MODULE.replace("LENGTH", str(length)).replace("SIZE", str(size))
    person.publish("web", version, files={"main.jsonnet": module, "examples/minimal.jsonnet": EXAMPLE, **(files or {})})


def test_a_version_that_hides_what_differs_is_refused(person: Person) -> None:
    publish(person, "1.0.0")
    for version, length, size, least in (("1.0.1", 10, 2, "1.1.0"), ("1.1.0", 9, 1, "2.0.0"), ("1.9.0", 9, 1, "2.0.0")):
        with pytest.raises(PackageError) as caught:
            publish(person, version, length, size)
        assert caught.value.code == "version-too-small"
        assert caught.value.hint == f"the smallest honest version is {least}"
    publish(person, "1.1.0", size=2)
    publish(person, "1.1.1", size=2, files={"README.md": "# web"})
    publish(person, "2.0.0", length=9, size=2)
    publish(person, "1.2.0", length=11, size=2)


def test_a_pre_release_promises_nothing(person: Person) -> None:
    publish(person, "1.0.0")
    publish(person, "1.0.1-rc.1", length=5)
