"""Resource ids come from the functions that make them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.expressions.syntax import Call, Member, Node
from armlib.jsontypes import JsonPath
from armlib.lint.foreign import own_values
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Resource, TemplateSubject, Use
from armlib.lint.walk import calls, is_list_call, literal, nodes, parsed

_MAKERS: Final = (
    "resourceid",
    "subscriptionresourceid",
    "tenantresourceid",
    "extensionresourceid",
    "managementgroupresourceid",
)
_TEXT: Final = ("concat", "format", "join")
# What a member called xxxId refers to when it is a resource of Azure.
_KINDS: Final = frozenset(
    [
        "resource",
        "subnet",
        "network",
        "vnet",
        "workspace",
        "account",
        "vault",
        "farm",
        "server",
        "plan",
        "gateway",
        "group",
        "nsg",
        "address",
        "disk",
        "image",
        "cluster",
        "definition",
        "namespace",
        "hub",
        "topic",
        "pool",
        "probe",
        "listener",
        "zone",
        "identity",
        "database",
        "certificate",
        "scope",
    ]
)
# Members called id that are no resource ids: by the name of what is around them, or by type.
_LOCAL: Final = frozenset({"resource", "detector", "correlation", "connectoruiconfig", "lens", "parts", "apps"})
_LOCAL_TYPES: Final = frozenset(
    {"microsoft.apimanagement/service/backends", "microsoft.insights/webtests", "microsoft.portal/dashboards"}
)
# Members whose names end in id and say something else.
_OTHER: Final = frozenset(
    {"accountid", "groupid", "databaseid", "certificateid", "identityid", "networkid", "targetworkersizeid", "hubid"}
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.resources:
        if resource.lower_type not in _LOCAL_TYPES:
            yield from _members(resource)
    for use in subject.uses:
        yield from _calls(use)


def _members(resource: Resource) -> Iterator[Finding]:
    for path, key, value in own_values(resource):
        if path[-1] != key or not isinstance(value, str) or len(path) == len(resource.path) + 1:
            continue
        if not key.lower().endswith("id") or _is_excepted(resource, path):
            continue
        problem = _problem(key, value)
        if problem:
            message, severity = problem
            yield Finding(
                path=path,
                message=f"'{key}' of '{resource.label}' {message}",
                hint="use resourceId(TYPE, NAME) or its like",
                severity=severity,
            )


def _is_excepted(resource: Resource, path: JsonPath) -> bool:
    around = [str(step).lower() for step in path[len(resource.path) : -1]]
    named = next((step for step in reversed(around) if not step.isdecimal()), "")
    return named in _LOCAL or "tags" in around or _is_settings(resource, around)


def _is_settings(resource: Resource, around: list[str]) -> bool:
    """Return whether the member is a setting of an app, whose names are the app's own."""
    is_config = resource.lower_type.startswith("microsoft.web/sites") and resource.lower_type.count("/") > 1
    return is_config or "appsettings" in around or "metadata" in around or "parameters" in around


def _problem(key: str, value: str) -> tuple[str, Severity | None] | None:
    is_id = key.lower() == "id" or key.lower().endswith("resourceid")
    if not is_expression(value):
        if value.startswith(("/subscriptions/", "/providers/")):
            return "is a fixed resource id", None
        if is_id:
            return ("is empty" if not value.strip() else f"is '{value}', which no function has made"), Severity.NOTE
        return None
    node = parsed(value)
    if not isinstance(node, Call) or node.name.lower() not in _TEXT:
        return None
    if not (is_id or _names_a_resource(key) or _spells_an_id(node)):
        return None
    if node.name.lower() == "format" and _makes_an_id(node):
        return None
    return f"is put together with {node.name}()", Severity.NOTE


def _names_a_resource(key: str) -> bool:
    folded = key.lower()
    return folded not in _OTHER and any(folded.endswith(kind + "id") for kind in _KINDS)


def _spells_an_id(node: Node) -> bool:
    return any("/providers/" in text or "/subscriptions/" in text for each in nodes(node) if (text := literal(each)))


def _makes_an_id(node: Node) -> bool:
    return any(True for _ in calls(node, *_MAKERS, "reference", "subscription", "resourcegroup", "parameters"))


def _calls(use: Use) -> Iterator[Finding]:
    if use.node is None or use.level.is_generated or use.level.names.is_generated:
        return
    for call in calls(use.node):
        name = call.name.lower()
        problem = None
        if name in _MAKERS and name != "extensionresourceid":
            problem = _default_argument(call)
        elif (name == "reference" or is_list_call(call)) and call.arguments and _is_text_call(call.arguments[0]):
            problem = f"the resource of {call.name}() is put together with {_name(call.arguments[0])}()"
        if problem:
            yield Finding(
                path=use.path,
                message=problem,
                hint="give the type and the names to resourceId() and leave out what it takes by itself",
                severity=Severity.NOTE,
            )
            return


def _default_argument(call: Call) -> str | None:
    """Return what is wrong with the arguments before the names: what is taken by default, or a type made of parts."""
    for argument in call.arguments:
        if "/" in (literal(argument) or ""):
            return None
        for node in nodes(argument):
            if isinstance(node, Member) and isinstance(node.target, Call) and _is_default(node.target, node.name):
                return f"{call.name}() is given {node.target.name}().{node.name}, which it takes by itself"
        if argument is call.arguments[0] and _is_text_call(argument) and _starts_with_type(argument):
            return f"the type of {call.name}() is put together with {_name(argument)}()"
    return None


def _is_default(call: Call, member: str) -> bool:
    return (call.name.lower(), member.lower()) in (
        ("resourcegroup", "name"),
        ("subscription", "subscriptionid"),
        ("subscription", "id"),
    )


def _is_text_call(node: Node) -> bool:
    return isinstance(node, Call) and node.name.lower() in _TEXT


def _starts_with_type(node: Any) -> bool:
    first = literal(node.arguments[0]) if node.arguments else None
    return first is not None and "." in first


def _name(node: Any) -> str:
    return str(node.name)


RULE = Rule(
    code="id-by-function",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="resource ids come from resourceId() and its like, which are given no more than they need",
    why="An id that is written down belongs to one subscription, and one that is put together of texts is checked by "
    "nobody: a wrong segment is told by the deployment, if at all.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a",\n'
    '  "properties": { "subnet": { "id": "/subscriptions/s/resourceGroups/g/providers/Contoso.Net/nets/n" } } } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a",\n'
    '  "properties": { "subnet": { "id": "[resourceId(\'Contoso.Net/nets\', \'n\')]" } } } ] }',
    check=check,
    covers=("IDs-Should-Be-Derived-From-ResourceIDs", "ResourceIds-should-not-contain"),
)
