"""Names that are the same in each deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.expressions.syntax import Node
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import DEPLOYMENTS, Level, Resource, TemplateSubject
from armlib.lint.walk import calls, literal, member

_CHANGING: Final = ("newguid", "utcnow")
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ASSIGNMENTS: Final = ("microsoft.authorization/roleassignments",)
_TRANSIENT: Final = (DEPLOYMENTS, "microsoft.resources/deploymentscripts")


def check(subject: TemplateSubject) -> Iterator[Finding]:
    names = {each.path: each for each in subject.resources}
    for use in subject.uses:
        resource = use.resource
        if resource is None or resource.path not in names or use.path != resource.place("name"):
            continue
        if resource.lower_type in _TRANSIENT or use.node is None:
            continue
        found = _changing(use.node, use.level, 0)
        if found:
            yield Finding(
                path=use.path,
                message=f"the name of '{resource.type}' changes with each deployment: it comes from {found}()",
                hint="derive it with guid() or uniqueString() from what stays the same",
            )
    if not subject.from_module:
        for resource in subject.resources:
            yield from _fixed(resource)


def _changing(node: Node, level: Level, depth: int) -> str | None:
    if depth > 8:
        return None
    for call in calls(node):
        name = call.name.lower()
        if name in _CHANGING:
            return call.name
        held = literal(call.arguments[0]) if len(call.arguments) == 1 else None
        if held is None or name not in ("parameters", "variables"):
            continue
        text = member(level.parameter(held), "defaultValue") if name == "parameters" else level.variable(held)
        if isinstance(text, str) and is_expression(text):
            inner = next((use.node for use in level.names.uses if use.text == text), None)
            found = _changing(inner, level.names, depth + 1) if inner is not None else None
            if found:
                return found
    return None


def _fixed(resource: Resource) -> Iterator[Finding]:
    if resource.lower_type in _ASSIGNMENTS and _GUID.fullmatch(resource.name):
        yield Finding(
            path=resource.place("name"),
            message="the name of the role assignment is a fixed GUID, and one scope can hold it only once",
            hint="use guid(scope, principal, role), which is another one for each assignment and stays the same",
        )


RULE = Rule(
    code="stable-id",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="names of resources stay the same from one deployment to the next",
    why=(
        "A name from newGuid() or utcNow() makes another resource each time, and the old one stays. The "
        "fixed GUID of a role assignment collides where the template is deployed twice."
    ),
    bad='{ "parameters": { "id": { "type": "string", "defaultValue": "[newGuid()]" } },\n'
    '  "resources": [ { "type": "Contoso.Shop/shops", "name": "[parameters(\'id\')]" } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "[uniqueString(resourceGroup().id)]" } ] }',
    check=check,
)
