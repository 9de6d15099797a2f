"""Members that must be there, and the JSON types that they must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from armlib.compiler.evaluate import MODULE_TYPE
from armlib.compiler.link import Linked
from armlib.compiler.sections import kind_of, section_problems
from armlib.compiler.structure import DEPLOYMENTS, Level, Resource
from armlib.diagnostics import Diagnostic, error, nearest
from armlib.expressions.parser import is_expression
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.nesting import evaluation_scope, is_new

Kinds: TypeAlias = Mapping[str, tuple[str, ...]]

# An expression may stand for anything but a text that must be one; those are marked by a text alone.
_RESOURCE: Kinds = {
    "type": ("a text",),
    "apiVersion": ("a text",),
    "name": ("a text",),
    "comments": ("a text",),
    "condition": ("true", "false"),
    "copy": ("an object",),
    "dependsOn": ("an array",),
    "existing": ("true", "false"),
    "identity": ("an object",),
    "kind": ("a text",),
    "location": ("a text",),
    "plan": ("an object",),
    "properties": ("an object",),
    "resourceGroup": ("a text",),
    "resources": ("an array", "an object"),
    "scope": ("a text",),
    "sku": ("an object",),
    "subscriptionId": ("a text",),
    "tags": ("an object",),
    "zones": ("an array",),
}
_PARAMETER: Kinds = {
    "type": ("a text",),
    "allowedValues": ("an array",),
    "minLength": ("a number",),
    "maxLength": ("a number",),
    "minValue": ("a number",),
    "maxValue": ("a number",),
    "nullable": ("true", "false"),
    "metadata": ("an object",),
}
_OUTPUT: Kinds = {
    "type": ("a text",),
    "condition": ("true", "false"),
    "copy": ("an object",),
    "nullable": ("true", "false"),
    "metadata": ("an object",),
}
_COPY: Kinds = {"name": ("a text",), "count": ("a number",), "mode": ("a text",), "batchSize": ("a number",)}
_CLASSES: Mapping[type, str] = {str: "a text", list: "an array", dict: "an object"}
_JOINED = "take it out; in Jsonnet, join lists: [always] + (if CONDITION then [sometimes] else [])"
_NAMED = "take it out; in Jsonnet, name it by condition: { [if CONDITION then 'name']: … }"
_TYPES = ("string", "securestring", "int", "bool", "object", "secureobject", "array")


def shape(linked: Linked) -> Iterator[Diagnostic]:
    """Yield an error for each member that is missing or of the wrong JSON type, at every level."""
    for level in linked.root.levels():
        yield from _sections(level)
        for resource in level.resources:
            if resource.type.lower() != MODULE_TYPE:  # one that is left is of a module that failed
                yield from _resource(resource)


def _sections(level: Level) -> Iterator[Diagnostic]:
    template = level.template
    if level.owner is not None:
        yield from (problem for _, problem in section_problems(template, level.path))
        if "resources" not in template:
            message = f"the nested template '{level.owner.label}' has no resources"
            yield error("no-resources", message, path=level.path)
    yield from _not_objects(level)
    for section, kinds, what in (("parameters", _PARAMETER, "parameter"), ("outputs", _OUTPUT, "output")):
        yield from _members(template, section, level.path, kinds, what)
    yield from _values(template, level.path)


def _not_objects(level: Level) -> Iterator[Diagnostic]:
    """Yield an error for each resource that is none."""
    yield from _no_resources(level.template.get("resources"), level.path)
    for resource in level.resources:
        if "resources" in resource.body:
            yield from _no_resources(resource.body["resources"], resource.path)


def _no_resources(resources: Json, path: JsonPath) -> Iterator[Diagnostic]:
    items: Iterator[tuple[str | int, Json]] = iter(
        resources.items()
        if isinstance(resources, dict)
        else enumerate(resources if isinstance(resources, list) else ())
    )
    for key, value in items:
        if not isinstance(value, dict):
            message = f"a resource must be an object, not {kind_of(value)}"
            hint = None if value is not None else _NAMED if isinstance(key, str) else _JOINED
            yield error("wrong-type", message, hint=hint, path=(*path, "resources", key))


def _members(template: JsonObject, section: str, path: JsonPath, kinds: Kinds, what: str) -> Iterator[Diagnostic]:
    """Yield what is wrong with the parameters or the outputs of a template."""
    members = template.get(section)
    for name, member in members.items() if isinstance(members, dict) else ():
        place = (*path, section, name)
        if not isinstance(member, dict):
            hint = "write { type: 'string', value: … }" if what == "output" else "write { type: 'string' }"
            if member is None:
                hint = _NAMED
            message = f"the {what} '{name}' must be an object, not {kind_of(member)}"
            yield error("wrong-type", message, hint=hint, path=place)
            continue
        yield from _kinds(member, kinds, place)
        if "type" in member or "languageVersion" not in template:  # from version 2.0 on, no type is any type
            yield from _type(member, name, what, place)


def _type(member: JsonObject, name: str, what: str, path: JsonPath) -> Iterator[Diagnostic]:
    type_ = member.get("type")
    if what == "output" and "value" not in member and "copy" not in member:
        return  # the missing value is told of; with it there would be a type
    if type_ is None and "$ref" not in member:
        hint = f"the types are {', '.join(_TYPES)}"
        near = nearest("type", member)
        if near is not None:
            hint = f"did you mean it by '{near}'?"
        yield error("missing-member", f"the {what} '{name}' has no type", hint=hint, path=path)
    elif isinstance(type_, str) and type_.casefold() not in _TYPES:
        near = nearest(type_, _TYPES)
        hint = f"did you mean '{near}'?" if near else f"the types are {', '.join(_TYPES)}"
        message = f"the {what} '{name}' has the type '{type_}', which there is not"
        yield error("unknown-type", message, hint=hint, path=(*path, "type"))


def _values(template: JsonObject, path: JsonPath) -> Iterator[Diagnostic]:
    """Yield an error for each output without a value."""
    outputs = template.get("outputs")
    for name, output in outputs.items() if isinstance(outputs, dict) else ():
        if isinstance(output, dict) and "value" not in output and "copy" not in output:
            near = nearest("value", output)
            hint = f"did you mean it by '{near}'?" if near else None
            yield error("missing-member", f"the output '{name}' has no value", hint=hint, path=(*path, "outputs", name))


def _resource(resource: Resource) -> Iterator[Diagnostic]:
    body = resource.body
    yield from _missing(resource)
    yield from _kinds(body, _RESOURCE, resource.path)
    yield from _segments(resource)
    entries = body.get("dependsOn")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, str):
            message = f"an entry of dependsOn must be a text, not {kind_of(entry)}"
            hint = _JOINED if entry is None else None
            yield error("wrong-type", message, hint=hint, path=(*resource.path, "dependsOn", number))
    copy = body.get("copy")
    if isinstance(copy, dict):
        yield from _copy(copy, (*resource.path, "copy"))
    if resource.type.lower() == DEPLOYMENTS:
        yield from _deployment(resource)


def _missing(resource: Resource) -> Iterator[Diagnostic]:
    body = resource.body
    if body.get("type") and body.get("name") and body.get("apiVersion"):
        return
    present = {name.lower() for name, value in body.items() if value not in (None, "")}
    needed = ["type", "name"]
    if "apiProfile" not in resource.level.template and not present & {"import", "extension"}:
        needed.append("apiVersion")
    if "extension" in present or "import" in present:
        needed.remove("name")
    for name in needed:
        if name.lower() in present:
            continue
        near = nearest(name, [member for member in body if member not in _RESOURCE])
        hint = f"did you mean it by '{near}'?" if near else None
        what = f"the resource '{resource.label}'" if resource.label else "a resource"
        yield error("missing-member", f"{what} has no {name}", hint=hint, path=resource.path)


def _segments(resource: Resource) -> Iterator[Diagnostic]:
    """Yield an error when a name has not one segment for each of the type's after the namespace."""
    type_, name = resource.type, resource.name
    if not isinstance(resource.body.get("type"), str) or "extension" in resource.body or "import" in resource.body:
        return
    if not is_expression(type_) and "/" not in type_:
        message = f"'{type_}' is not a resource type"
        hint = "a type has a namespace and a name, like Microsoft.Storage/storageAccounts"
        yield error("resource-type", message, hint=hint, path=(*resource.path, "type"))
        return
    if not name or name.startswith("[") or type_.startswith("["):
        return
    needed, given = type_.count("/"), name.count("/") + 1
    if needed != given:
        yield error(
            "name-segments",
            f"the name '{name}' has {given} segment{'s' * (given > 1)}, and {type_} needs {needed}",
            hint="a child's name starts with its parents' names: 'parent/child'" if given < needed else None,
            path=(*resource.path, "name"),
        )


def _copy(copy: JsonObject, path: JsonPath) -> Iterator[Diagnostic]:
    yield from _kinds(copy, _COPY, path)
    for name in ("name", "count"):
        if name not in copy:
            yield error("missing-member", f"the loop has no {name}", path=path)


def _deployment(resource: Resource) -> Iterator[Diagnostic]:
    properties = resource.body.get("properties")
    if resource.is_existing or (properties is not None and not isinstance(properties, dict)):
        return
    members = properties or {}
    if "template" not in members and "templateLink" not in members:
        message = f"the deployment '{resource.label}' has no template"
        yield error("missing-member", message, hint="give it a template or a templateLink", path=resource.path)
    elif "template" in members and "templateLink" in members:
        message = f"the deployment '{resource.label}' has both a template and a templateLink"
        yield error("two-templates", message, path=resource.path)
    if "template" in members and evaluation_scope(properties) == "outer" and is_new(resource.level.template):
        message = f"the template of the deployment '{resource.label}' is evaluated in the scope of the one around it"
        hint = (
            "language version 2.0 refuses that: say expressionEvaluationOptions: { scope: 'inner' } and pass it what "
            "it needs as parameters, as arm.nested does"
        )
        yield error("outer-scope", message, hint=hint, path=resource.path)


def _kinds(value: JsonObject, kinds: Kinds, path: JsonPath) -> Iterator[Diagnostic]:
    """Yield an error for each member of *value* that is not what *kinds* say; null and expressions are anything."""
    for name, member in value.items():
        expected = kinds.get(name)
        if expected is None or member is None or _CLASSES.get(type(member), "") in expected:
            continue
        if member.__class__ is str and _may_be(member, expected):
            continue
        if kind_of(member) not in expected:
            wanted = " or ".join(expected)
            yield error("wrong-type", f"'{name}' must be {wanted}, not {kind_of(member)}", path=(*path, name))


def _may_be(text: Json, expected: tuple[str, ...]) -> bool:
    assert isinstance(text, str)
    return expected == ("a text",) or is_expression(text)
