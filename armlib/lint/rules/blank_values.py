"""Empty values that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.jsontypes import JsonPath
from armlib.lint.foreign import own_values
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.sites import CONFIGS
from armlib.lint.subject import DEPLOYMENTS, TemplateSubject
from armlib.lint.walk import member, values

# Members for which empty is a value: sections of a template, what callers fill, and what replaces a list as a whole.
_MAY_BE_EMPTY: Final = frozenset(
    [
        "resources",
        "outputs",
        "variables",
        "parameters",
        "functions",
        "properties",
        "template",
        "defaultvalue",
        "value",
        "accesspolicies",
        "inputs",
        "promotioncode",
        "notequals",
        "equals",
        "clientid",
        "allowedcalleripaddresses",
        "dependson",
        "metadata",
        "securityrules",
        "routes",
        "subnets",
        "dnsservers",
        "rules",
        "destinationaddressprefix",
        "sourceaddressprefix",
        "actions",
        "notactions",
        "dataactions",
        "notdataactions",
        "appsettings",
        "settings",
        "protectedsettings",
        "addressprefixes",
        "ipsecpolicies",
        "exclusions",
        "tags",
        "body",
        "args",
        "iprules",
        "virtualnetworkrules",
        "resourceaccessrules",
        "exemptedmembers",
    ]
)
_KEEPS: Final = frozenset({"userassignedidentities", "identities", "metadata", "policyrule", "definition"})


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        for section in ("variables", "outputs"):
            start = level.at(section)
            for path, value in values(member(level.body, section), start):
                if path != start and _is_blank(value):
                    yield from _told(path, start)
    for resource in subject.resources:
        if resource.lower_type == DEPLOYMENTS:
            continue
        settings = (*resource.path, "properties") if resource.lower_type in CONFIGS else None
        for path, _, value in own_values(resource):
            if _is_blank(value) and path[:-1] != settings:  # an app may want a setting that is empty
                yield from _told(path, resource.path)


def _is_blank(value: Any) -> bool:
    return value is None or (
        isinstance(value, (str, list, dict)) and not (value.strip() if isinstance(value, str) else value)
    )


def _told(path: JsonPath, start: JsonPath) -> Iterator[Finding]:
    steps = [str(step).lower() for step in path[len(start) :]]
    named = next((step for step in reversed(steps) if not step.isdecimal()), "")
    if named in _MAY_BE_EMPTY or any(step in _KEEPS for step in steps):
        return
    yield Finding(
        path=path,
        message=f"'{path[-1]}' is empty",
        hint="leave it out, or write [json('[]')], [json('{}')] or [json('null')] where the service asks for it",
    )


RULE = Rule(
    code="blank-values",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="no member is an empty text, array or object, or null, where that says nothing",
    why="It is not clear whether an empty value was meant or forgotten, and services treat it in different ways.",
    bad='{ "variables": { "sizes": [] }, "resources": [] }',
    good='{ "variables": { "sizes": [ 1 ] }, "resources": [] }',
    check=check,
    covers=("Template-Should-Not-Contain-Blanks",),
)
