"""Locations come from a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.expressions.syntax import Call, Member
from armlib.lint.rule import Finding, Replace, Rule, Stage
from armlib.lint.subject import DEPLOYMENTS, Level, Resource, TemplateSubject, Use
from armlib.lint.walk import key_of, member, nodes

_PLACES: Final = ("resourcegroup", "deployment")
_OWN_LOCATIONS: Final = frozenset({"microsoft.azureactivedirectory/b2cdirectories"})  # "Europe", not a region


def check(subject: TemplateSubject) -> Iterator[Finding]:
    if subject.from_module:  # a module settles locations with its own arguments
        return
    for level in subject.levels:
        yield from _parameter(level)
    for resource in subject.resources:
        yield from _literal(resource)
    for use in subject.uses:
        yield from _asked_elsewhere(use)


def _parameter(level: Level) -> Iterator[Finding]:
    for name, declared in level.parameters.items():
        key = key_of(declared, "defaultValue")
        if name.lower() != "location" or key is None:
            continue
        default = declared[key]
        path = level.at("parameters", name, key)
        is_text = isinstance(default, str) and not is_expression(default)
        if isinstance(default, str) and default.lower() != "global" and (is_text or "location" not in default.lower()):
            yield Finding(
                path=path,
                message=f"the parameter '{name}' is '{default}' when nothing is said",
                hint="make it [resourceGroup().location], so that resources lie where their group does",
            )
        elif level.owner is not None and level.is_inner and not level.is_generated:
            yield Finding(
                path=path,
                message=f"the parameter '{name}' of the nested template '{level.owner.label}' has a default",
                hint="pass the location of the template around it",
                severity=Severity.NOTE,
            )


def _literal(resource: Resource) -> Iterator[Finding]:
    key = key_of(resource.body, "location")
    location = resource.body[key] if key is not None else None
    if not isinstance(location, str) or is_expression(location) or location.lower() == "global":
        return
    if resource.lower_type in _OWN_LOCATIONS:
        return
    has_parameter = str(member(resource.level.parameter("location"), "type")).lower() == "string"
    yield Finding(
        path=resource.place("location"),
        message=f"the location of '{resource.label}' is fixed: '{location}'",
        hint="use a parameter 'location' with the default [resourceGroup().location]",
        edits=(Replace(path=resource.place("location"), value="[parameters('location')]"),) if has_parameter else (),
    )


def _asked_elsewhere(use: Use) -> Iterator[Finding]:
    if use.section == "parameters" or use.node is None:
        return
    is_own = use.resource is not None and use.resource.lower_type == DEPLOYMENTS and use.path[-1] == "location"
    for node in nodes(use.node):
        if not isinstance(node, Member) or node.name.lower() != "location" or not isinstance(node.target, Call):
            continue
        function, is_whole = node.target.name.lower(), node is use.node
        if function == "deployment" and (is_own or not is_whole):  # the names of deployments often hold it
            continue
        if function in _PLACES and (is_whole or not use.level.names.is_generated):
            yield Finding(
                path=use.path,
                message=f"{node.target.name}().location is asked for outside of a parameter's default",
                hint="use a parameter 'location' with this default, so that it can be said otherwise",
                severity=Severity.NOTE,
            )
            return


RULE = Rule(
    code="location-param",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="locations come from a parameter that defaults to the location of the group, or are global",
    why="A fixed location deploys to the wrong place, or not at all, in a subscription or cloud that does not have it.",
    bad='{ "resources": [ { "type": "Microsoft.Network/publicIPAddresses", "name": "ip", "location": "westus" } ] }',
    good='{ "parameters": { "location": { "type": "string", "defaultValue": "[resourceGroup().location]" } },\n'
    '  "resources": [ { "type": "Microsoft.Network/publicIPAddresses", "name": "ip",\n'
    '    "location": "[parameters(\'location\')]" } ] }',
    check=check,
    fix="uses the parameter 'location' when the template has one",
    covers=("Location-Should-Not-Be-Hardcoded", "Resources-Should-Have-Location"),
)
