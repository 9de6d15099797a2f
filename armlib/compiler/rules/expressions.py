"""Expressions: their syntax, the functions they call, and the names they refer to.

Each text is looked at once for a template, however often it occurs; where it stands is worked out only for a text that
is wrong. Names known at run time only (``parameters(concat(…))``) are left to the deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from armlib.compiler.function_table import find_signature, function_names
from armlib.compiler.identity import LITERAL_ID, texts_in
from armlib.compiler.link import Linked
from armlib.compiler.places import places_of
from armlib.compiler.structure import Level
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, Excerpt, error, nearest
from armlib.expressions.parser import ExpressionSyntaxError, excerpt, is_expression, parse
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.jsontypes import Json, JsonObject, JsonPath

_REFERENCES = {"parameters": "parameter", "variables": "variable"}


class Fault(NamedTuple):
    """What is wrong with a text, wherever it stands."""

    code: str
    message: str
    hint: str | None
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What expressions may refer to: names in lower case, to the spelling they were declared with.

    *functions* are the user functions with their namespace, with the number of parameters of each.
    """

    parameters: Mapping[str, str]
    variables: Mapping[str, str]
    functions: Mapping[str, int]
    allows_runtime: bool = True


def expressions(linked: Linked) -> Iterator[Diagnostic]:
    """Yield an error for each thing that is wrong with an expression of the template."""
    known: dict[int, Names] = {}
    for level in linked.root.levels():
        names = _names(level, known)
        known[id(level)] = names
        yield from _in_level(level, names)


def _names(level: Level, known: Mapping[int, Names]) -> Names:
    """Return the names that the expressions of a level may use: those around it when it is evaluated there."""
    if level.is_outer and level.owner is not None:
        return known[id(level.owner.level)]
    template = level.template
    variables = {name.lower(): name for name in _object(template, "variables") if name.lower() != "copy"}
    for loop in _loops(template):
        name = loop.get("name")
        if isinstance(name, str):
            variables[name.lower()] = name
    return Names(
        parameters={name.lower(): name for name in _object(template, "parameters")},
        variables=variables,
        functions=_user_functions(template),
    )


def _loops(template: JsonObject) -> Iterator[JsonObject]:
    loops = next((value for name, value in _object(template, "variables").items() if name.lower() == "copy"), None)
    for loop in loops if isinstance(loops, list) else ():
        if isinstance(loop, dict):
            yield loop


def _user_functions(template: JsonObject) -> dict[str, int]:
    namespaces = template.get("functions")
    found: dict[str, int] = {}
    for namespace in namespaces if isinstance(namespaces, list) else ():
        if isinstance(namespace, dict):
            for name, function in _object(namespace, "members").items():
                parameters = function.get("parameters") if isinstance(function, dict) else None
                count = len(parameters) if isinstance(parameters, list) else 0
                found[f"{namespace.get('namespace')}.{name}".lower()] = count
    return found


def _in_level(level: Level, names: Names) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for resource in level.resources:
        for text in (*resource.texts, *resource.depends_on):
            if text not in seen and text[:1] == "[":
                seen.add(text)
                if LITERAL_ID.match(text) is None or not _has_all_names(text):
                    yield from _told(text, names, partial(without_template, resource.body), resource.path)
    template, path = level.template, level.path
    early = Names(
        parameters=names.parameters, variables=names.variables, functions=names.functions, allows_runtime=False
    )
    for section, allowed in (("parameters", early), ("variables", early), ("outputs", names), ("asserts", names)):
        if section in ("parameters", "variables") and level.is_outer:
            continue
        value = template.get(section)
        for text in dict.fromkeys(texts_in(_defaults(value) if section == "parameters" else value)):
            yield from _told(text, allowed, partial(_same, value), (*path, section))
    if not level.is_outer:
        yield from _in_functions(level, early)


def _defaults(parameters: Json) -> Json:
    """Return what of the parameters is evaluated: their defaults."""
    if not isinstance(parameters, dict):
        return None
    return [each.get("defaultValue") for each in parameters.values() if isinstance(each, dict)]


def without_template(body: JsonObject) -> Json:
    """Return a resource without what is told of elsewhere: its children and the template that it deploys."""
    rest = {name: value for name, value in body.items() if name != "resources"}
    properties = rest.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get("template"), dict):
        rest["properties"] = {name: value for name, value in properties.items() if name != "template"}
    return rest


def _in_functions(level: Level, names: Names) -> Iterator[Diagnostic]:
    """Yield what is wrong in user functions, whose parameters are their own."""
    namespaces = level.template.get("functions")
    for number, namespace in enumerate(namespaces if isinstance(namespaces, list) else ()):
        members = _object(namespace, "members") if isinstance(namespace, dict) else {}
        for name, function in members.items():
            if not isinstance(function, dict):
                continue
            declared = function.get("parameters")
            parameters = (
                [each.get("name") for each in declared if isinstance(each, dict)] if isinstance(declared, list) else []
            )
            own = Names(
                parameters={str(each).lower(): str(each) for each in parameters},
                variables=names.variables,
                functions=names.functions,
                allows_runtime=False,
            )
            output = function.get("output")
            place = (*level.path, "functions", number, "members", name, "output")
            for text in dict.fromkeys(texts_in(output)):
                yield from _told(text, own, partial(_same, output), place)


def _told(text: str, names: Names, inside: Callable[[], Json], path: JsonPath) -> Iterator[Diagnostic]:
    faults = faults_of(text, names)
    if faults:
        place = next(places_of(inside(), path, text), path)
        for fault in faults:
            yield error(fault.code, fault.message, hint=fault.hint, path=place, excerpt=fault.excerpt)


def _same(value: Json) -> Json:
    return value


def _has_all_names(text: str) -> bool:
    """Return whether a literal ``resourceId`` has a name for each segment of its type."""
    type_, *names = text.split("'")[1::2]
    return type_.strip("/").count("/") == len(names)


def faults_of(text: str, names: Names) -> list[Fault]:
    """Return what is wrong with *text*, which is an expression or not."""
    if not is_expression(text):
        return []
    read = _read(text)
    if isinstance(read, Fault):
        return [read]
    return [fault for call in read for fault in _call_faults(call, text, names)]


@lru_cache(maxsize=4_096)
def _read(text: str) -> tuple[Call, ...] | Fault:
    """Return the calls in an expression, or what is wrong with its syntax."""
    try:
        return tuple(_calls(parse(text)))
    except ExpressionSyntaxError as fault:
        return Fault(fault.code, fault.message, fault.hint, fault.excerpt)


def _calls(node: Node) -> Iterator[Call]:
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, Call):
            yield item
            pending += reversed(item.arguments)
        elif isinstance(item, Member):
            pending.append(item.target)
        elif isinstance(item, Index):
            pending += (item.index, item.target)


def _call_faults(call: Call, text: str, names: Names) -> Iterator[Fault]:
    if "." in call.name:
        yield from _user_function_faults(call, text, names)
        return
    signature = find_signature(call.name)
    if signature is None:
        near = nearest(call.name, (*function_names(), *names.functions))
        hint = f"did you mean '{near}'?" if near else None
        yield _fault("unknown-function", f"there is no function '{call.name}'", hint, call, text)
        return
    count = len(call.arguments)
    if count < signature.minimum or (signature.maximum is not None and count > signature.maximum):
        expected = _expected(signature.minimum, signature.maximum)
        message = f"{call.name} takes {expected}, not {count}"
        yield _fault("argument-count", message, None, call, text)
        return
    if signature.is_runtime and not names.allows_runtime:
        message = f"{call.name} asks for the state of a resource, which is not there yet when this is evaluated"
        hint = "only resources, outputs and asserts can use it"
        yield _fault("function-not-allowed", message, hint, call, text)
    name = call.name.lower()
    if name in _REFERENCES:
        yield from _reference_faults(call, name, text, names)
    elif name == "resourceid" or name.endswith("resourceid"):
        yield from _id_faults(call, text)


def _user_function_faults(call: Call, text: str, names: Names) -> Iterator[Fault]:
    count = names.functions.get(call.name.lower())
    if count is None:
        near = nearest(call.name, names.functions)
        hint = f"did you mean '{near}'?" if near else "user functions are declared in the template's functions"
        yield _fault("unknown-function", f"there is no function '{call.name}'", hint, call, text)
    elif count != len(call.arguments):
        message = f"{call.name} takes {_expected(count, count)}, not {len(call.arguments)}"
        yield _fault("argument-count", message, None, call, text)


def _reference_faults(call: Call, name: str, text: str, names: Names) -> Iterator[Fault]:
    """Yield a fault when the parameter or variable is not declared."""
    argument = call.arguments[0]
    declared = names.parameters if name == "parameters" else names.variables
    if not isinstance(argument, Literal) or str(argument.value).lower() in declared:
        return
    what = _REFERENCES[name]
    near = nearest(str(argument.value), declared.values())
    hint = f"did you mean '{near}'?" if near else f"the template declares no {what} of that name"
    yield _fault(f"unknown-{what}", f"there is no {what} '{argument.value}'", hint, argument, text)


def _id_faults(call: Call, text: str) -> Iterator[Fault]:
    """Yield a fault when a type written out has more or fewer segments than there are names after it."""
    arguments = call.arguments[1:] if call.name.lower() == "extensionresourceid" else call.arguments
    types = [number for number, argument in enumerate(arguments) if _is_type(argument)]
    if not types:
        return
    type_ = str(_literal(arguments[types[0]])).strip("/")
    needed, given = type_.count("/"), len(arguments) - types[0] - 1
    if needed != given:
        plural = "s" * (needed != 1)
        message = f"the type '{type_}' needs {needed} name{plural}, and {call.name} is given {given}"
        yield _fault("resource-id-names", message, "give one name for each segment of the type", call, text)


def _is_type(node: Node) -> bool:
    return "/" in str(_literal(node)).strip("/")


def _literal(node: Node) -> str | int:
    return node.value if isinstance(node, Literal) else ""


def _fault(code: str, message: str, hint: str | None, node: Node, text: str) -> Fault:
    return Fault(code, message, hint, excerpt(text, node.start, max(1, node.end - node.start)))


def _expected(minimum: int, maximum: int | None) -> str:
    if maximum is None:
        return f"at least {minimum} argument{'s' * (minimum != 1)}"
    if minimum == maximum:
        return f"{minimum} argument{'s' * (minimum != 1)}" if minimum else "no arguments"
    return f"{minimum} to {maximum} arguments"


def _object(owner: Mapping[str, Json], name: str) -> JsonObject:
    value = owner.get(name)
    return value if isinstance(value, dict) else {}
