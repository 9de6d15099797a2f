"""The outputs of a template: types that are not given, the anchor's output, and the outputs of several modules."""

from __future__ import annotations

from collections.abc import Mapping

from armlib.compiler.function_table import find_signature
from armlib.diagnostics import Diagnostic, error, warning
from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.jsontypes import Json, JsonObject

ANCHOR = "id"  # the output that a module's anchor becomes


def with_anchor(outputs: JsonObject, anchor: Json) -> JsonObject:
    """Return *outputs* with the module's anchor as the output ``id``, unless the module declares one."""
    if not isinstance(anchor, str) or any(name.casefold() == ANCHOR for name in outputs):
        return outputs
    return {**outputs, ANCHOR: {"type": "string", "value": anchor}}


def with_types(outputs: JsonObject, parameters: Mapping[str, Json]) -> tuple[JsonObject, list[Diagnostic]]:
    """Return *outputs* with a type for each that has none, worked out from its value.

    *parameters* are the template's, for a value that is one of them. An expression whose type its text does not tell is
    taken for a string, the usual result of a reference, with a warning.
    """
    typed: JsonObject = {}
    found: list[Diagnostic] = []
    for name, output in outputs.items():
        typed[name] = output
        if not isinstance(output, dict) or "type" in output or "$ref" in output:
            continue
        if "value" not in output and "copy" not in output:
            continue  # the check tells
        type_ = "array" if "copy" in output else type_of(output["value"], parameters)
        if type_ is None:
            found.append(_untold(name, output["value"]))
            type_ = "string"
        typed[name] = {"type": type_, **output}
    return typed, found


def type_of(value: Json, parameters: Mapping[str, Json]) -> str | None:
    """Return the ARM type of *value*, None when it cannot be told."""
    if isinstance(value, str):
        if not is_expression(value):
            return "string"
        try:
            return _type_of_node(parse(value), parameters)
        except ExpressionSyntaxError:
            return "string"  # the check tells
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else None


def _type_of_node(node: Node, parameters: Mapping[str, Json]) -> str | None:
    if isinstance(node, Literal):
        return "int" if isinstance(node.value, int) else "string"
    if isinstance(node, Member):
        return "string" if node.name.lower() in ("id", "name", "location", "type") else None
    if isinstance(node, Index):
        return None
    name = node.name.lower()
    if name == "parameters":
        return _parameter_type(node, parameters)
    if name == "if" and len(node.arguments) == 3:
        types = {_type_of_node(argument, parameters) for argument in node.arguments[1:]}
        return types.pop() if len(types) == 1 else None
    return _result_type(node, parameters)


def _parameter_type(node: Call, parameters: Mapping[str, Json]) -> str | None:
    name = node.arguments[0] if node.arguments else None
    if not isinstance(name, Literal):
        return None
    for declared, parameter in parameters.items():
        if declared.casefold() == str(name.value).casefold() and isinstance(parameter, dict):
            type_ = parameter.get("type")
            return type_ if isinstance(type_, str) else None
    return None


def _result_type(node: Call, parameters: Mapping[str, Json]) -> str | None:
    name = node.name.lower()
    if name.startswith("list"):
        return "secureobject"  # keys and tokens
    if name in ("concat", "take", "skip", "union", "intersection", "coalesce") and node.arguments:
        return _type_of_node(node.arguments[0], parameters)
    signature = find_signature(name)
    return signature.result if signature is not None else None


def _untold(name: str, value: Json) -> Diagnostic:
    if value is None:
        message = f"output '{name}' is null and has no type"
        return error("output-type", message, hint="give it a type, or leave it out", path=("outputs", name))
    if isinstance(value, float):
        message = f"output '{name}' is the number {value}, and ARM has no type for numbers with a fraction"
        return error("output-type", message, hint="give it as a text", path=("outputs", name, "value"))
    return warning(
        "output-type",
        f"the type of output '{name}' cannot be told from its expression; it is taken for a string",
        hint="give the output a type",
        path=("outputs", name),
    )


def grouped(modules: Mapping[str, JsonObject]) -> tuple[JsonObject, list[Diagnostic]]:
    """Return one output for each module, by alias, an object of the values of its outputs; none for one without.

    The group is a ``secureobject`` when one of its outputs is secure. An output with a condition is null when that is
    false; one with ``copy`` has no form inside an object and is an error.
    """
    outputs: JsonObject = {}
    found: list[Diagnostic] = []
    for alias, members in modules.items():
        values: JsonObject = {}
        is_secure = False
        for name, output in members.items():
            if not isinstance(output, dict):
                continue
            if "copy" in output:
                found.append(_loop_in_group(alias, name))
                continue
            values[name] = _conditional(output)
            is_secure |= str(output.get("type", "")).casefold().startswith("secure")
        if values:
            outputs[alias] = {"type": "secureobject" if is_secure else "object", "value": values}
    return outputs, found


def _conditional(output: JsonObject) -> Json:
    condition, value = output.get("condition", True), output.get("value")
    if condition is True:
        return value
    if condition is False:
        return None
    if not isinstance(condition, str) or not is_expression(condition):
        return value
    from armlib.compiler.nodes import to_source

    return f"[if({condition[1:-1]}, {to_source(value)}, null())]"


def _loop_in_group(alias: str, name: str) -> Diagnostic:
    return error(
        "output-loop",
        f"output '{name}' of '{alias}' is a loop, which cannot stand beside the outputs of other modules",
        hint="compile the module alone, or give the output a value made with map()",
        path=("outputs", alias, name),
    )
