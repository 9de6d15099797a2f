"""The outputs and asserts of a template."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from armlib.deployment.names import output_type
from armlib.deployment.problems import TemplateFault, located, told_of
from armlib.deployment.types import conform, resolve, where
from armlib.deployment.walk import loop_count, walk
from armlib.errors import InputError
from armlib.expressions.environment import Environment, Site
from armlib.expressions.simplify import reveal
from armlib.expressions.syntax import Call, Literal, Member
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import JsonObject, JsonPath
from armlib.template.limits import MAX_OUTPUTS

if TYPE_CHECKING:
    from armlib.deployment.frame import Frame


def output_values(frame: Frame) -> dict[str, Value]:
    """Return the outputs of the template of *frame* that its conditions leave, ``{name: {type, value}}``.

    Raises:
        TemplateFault: Some output has no value; all of those are told first.
    """
    path = (*frame.path, "outputs")
    declared = frame.template.get("outputs") or {}
    if not isinstance(declared, dict):
        raise TemplateFault("The outputs of a template must be an object.", path)
    if len(declared) > MAX_OUTPUTS:
        message = f"The number of template outputs limit exceeded. Limit: {MAX_OUTPUTS} and actual: {len(declared)}."
        frame.engine.problems.report(TemplateFault(message, path, code="template-limit"))
    environment = replace(frame.environment, site=Site.OUTPUT)
    values: dict[str, Value] = {}
    first: TemplateFault | None = None
    for name, output in declared.items():
        try:
            found = _output(frame, name, output, environment, (*path, name))
        except InputError as fault:
            told = _told(fault, name, (*path, name))
            frame.engine.problems.report(told)
            first = first or told
            continue
        if found is not None:
            values[name] = found
    if first is not None and frame.parent is not None:
        raise first
    return values


def _told(fault: InputError, name: str, path: JsonPath) -> TemplateFault:
    about = f"The template output '{name}'"
    if not isinstance(fault, TemplateFault):
        return located(fault, path, about)
    if fault.path[: len(path)] != path or fault.message.startswith(about):
        return fault
    return told_of(about, fault)


def _output(
    frame: Frame, name: str, output: object, environment: Environment, path: JsonPath
) -> dict[str, Value] | None:
    if not isinstance(output, dict):
        raise TemplateFault("an output must be an object", path)
    schema = resolve(output, frame.template) if "$ref" in output else output
    condition = reveal(walk(output.get("condition", True), environment, (*path, "condition")))
    if condition is False:
        return None
    if condition is not True and not isinstance(condition, Unknown):
        raise TemplateFault("the condition of an output must be a boolean", (*path, "condition"), code="condition")
    value = _value(output, name, environment, path)
    checked, mismatches = conform(value, schema, frame.template)
    for mismatch in mismatches:
        raise TemplateFault(
            f"Template output JToken type is not valid{where(mismatch.path)}. {mismatch.message} Please see "
            "https://aka.ms/arm-template/#outputs for usage details.",
            path,
            code=mismatch.code,
            hint=mismatch.hint,
        )
    entry: dict[str, Value] = {"type": output_type(schema), "value": checked}
    return entry


def _value(output: JsonObject, name: str, environment: Environment, path: JsonPath) -> Value:
    copy = output.get("copy")
    if copy is None:
        return walk(output.get("value"), environment, (*path, "value"))
    if not isinstance(copy, dict) or "input" not in copy:
        raise TemplateFault(
            "the copy of an output must be an object with count and input", (*path, "copy"), code="copy"
        )
    count = loop_count(copy.get("count"), name, environment, (*path, "copy", "count"))
    if isinstance(count, Unknown):
        call = Member(Member(Call("reference", (Literal("deployment"),)), "outputs"), name)
        return Unknown(call, "array")
    environment.budget.step(count * 10)
    place = (*path, "copy", "input")
    loops = environment.loops
    return [
        walk(copy["input"], replace(environment, index=index, loops={**loops, name.lower(): index}), place)
        for index in range(count)
    ]


def assert_values(frame: Frame) -> dict[str, Value]:
    """Return the results of the template's ``asserts``: booleans, or unknown; what has none is told and left out."""
    path = (*frame.path, "asserts")
    declared = frame.template.get("asserts")
    environment = replace(frame.environment, site=Site.ASSERT)
    results: dict[str, Value] = {}
    for name, text in declared.items() if isinstance(declared, dict) else ():
        place = (*path, name)
        try:
            found = walk(text, environment, place)
            plain = found.value if isinstance(found, Secret) else found
            if not isinstance(plain, (bool, Unknown)):
                raise TemplateFault(f"The assert '{name}' must be a boolean.", place, code="assert")
            results[name] = found
        except TemplateFault as fault:
            frame.engine.problems.report(fault)
    return results
