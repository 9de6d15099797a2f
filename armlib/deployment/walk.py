"""JSON of a template to a value: expressions evaluated, escapes undone, property loops expanded, at any depth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from armlib.deployment.problems import TemplateFault, located
from armlib.deployment.types import HIDDEN
from armlib.errors import InputError
from armlib.expressions.environment import Environment, Site
from armlib.expressions.evaluate import evaluate
from armlib.expressions.parser import is_expression, unescape
from armlib.expressions.simplify import reveal
from armlib.expressions.syntax import Call, Literal
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject, JsonPath

MAX_COPIES = 800  # of any loop
_STEPS = 150  # of the budget, for one step of a loop
_LOOP_MEMBERS = frozenset({"name", "count", "input"})


def walk(value: Json, environment: Environment, path: JsonPath) -> Value:
    """Return *value*, found at *path*, evaluated.

    Raises:
        TemplateFault: An expression in it cannot be read or has no value, or a loop in it is not valid.
    """
    kind = type(value)
    if kind is str:
        return _text(value, environment, path)  # type: ignore[arg-type]
    if kind is dict:
        return _members(value, environment, path)  # type: ignore[arg-type]
    if kind is list:
        return [walk(item, environment, (*path, index)) for index, item in enumerate(value)]  # type: ignore[arg-type]
    return value  # type: ignore[return-value]


def _text(text: str, environment: Environment, path: JsonPath) -> Value:
    if text[:1] != "[":
        return text
    if not is_expression(text):
        return unescape(text)
    try:
        return evaluate(text, environment)
    except InputError as fault:
        raise located(fault, path) from None


def _members(value: JsonObject, environment: Environment, path: JsonPath) -> dict[str, Value]:
    members: dict[str, Value] = {}
    for name, item in value.items():
        if name[:1] == "[":
            name = _computed_name(name, environment, path)
        elif name == "copy" and is_loops(item):
            members |= loops(item, environment, (*path, name))
            continue
        members[name] = walk(item, environment, (*path, name))
    return members


def _computed_name(name: str, environment: Environment, path: JsonPath) -> str:
    found = _text(name, environment, (*path, name))
    if isinstance(found, str):
        return found
    if isinstance(found, Secret):
        return HIDDEN
    if isinstance(found, Unknown):
        return name
    raise TemplateFault("A property name must be a string.", (*path, name))


def is_loops(value: Json) -> bool:
    """Return whether *value*, the member ``copy`` of an object, holds loops that make members."""
    return isinstance(value, list) and all(isinstance(loop, dict) and loop.keys() >= _LOOP_MEMBERS for loop in value)


def loops(value: Any, environment: Environment, path: JsonPath) -> dict[str, Value]:
    """Return the members that the loops *value* make; a loop of an unknown count stays a loop.

    Raises:
        TemplateFault: A loop is not valid, or an expression in it.
    """
    members: dict[str, Value] = {}
    left: list[Value] = []
    for number, loop in enumerate(value):
        place = (*path, number)
        name = loop_name(loop, environment, place)
        count = loop_count(loop["count"], name, environment, (*place, "count"))
        if isinstance(count, int):
            members[name] = repeated(loop["input"], name, count, environment, (*place, "input"))
            continue
        index = Unknown(Call("copyIndex", (Literal(name),)), "int")
        inner = _in_loop(environment, name, index)
        body = walk(loop["input"], inner, (*place, "input"))
        left.append({"name": name, "count": count, "input": body})
    return {**members, "copy": left} if left else members


def loop_name(loop: JsonObject, environment: Environment, path: JsonPath) -> str:
    """Return the name of *loop*.

    Raises:
        TemplateFault: It has none, or one that is no text.
    """
    name = walk(loop.get("name"), environment, (*path, "name"))
    if isinstance(name, Secret):
        return HIDDEN
    if not isinstance(name, str) or not name:
        raise TemplateFault("The copy loop has no name.", (*path, "name"), code="copy-name")
    return name


def loop_count(count: Json, name: str, environment: Environment, path: JsonPath) -> int | Unknown:
    """Return how often the loop *name* runs.

    Raises:
        TemplateFault: The count is not an integer from 0 to 800.
    """
    given = walk(count, replace(environment, site=Site.LOOP_COUNT), path)
    found = reveal(given)
    if isinstance(found, Unknown):
        return found
    if not isinstance(found, int) or isinstance(found, bool):
        message = f"The copy count of loop '{name}' must be an integer."
        raise TemplateFault(message, path, code="copy-count")
    if not 0 <= found <= MAX_COPIES:
        shown = HIDDEN if isinstance(given, Secret) else found
        message = f"The copy count '{shown}' of loop '{name}' is not valid: it must be between 0 and {MAX_COPIES}."
        raise TemplateFault(message, path, code="copy-count")
    return found


def repeated(value: Json, name: str, count: int, environment: Environment, path: JsonPath) -> list[Value]:
    """Return *value* evaluated *count* times as the body of the property or variable loop *name*.

    Raises:
        TemplateFault: An expression in it has no value.
    """
    budget = environment.budget
    budget.steps -= count * _STEPS  # of the total alone: an expression may be the first to ask for a whole resource
    try:
        budget.step(0)
    except InputError as fault:
        raise located(fault, path) from None
    return [walk(value, _in_loop(environment, name, index), path) for index in range(count)]


def _in_loop(environment: Environment, name: str, index: Value) -> Environment:
    return replace(environment, loops={**environment.loops, name.lower(): index})
