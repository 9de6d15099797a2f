"""Entries of dependsOn are ids or names, not conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject, Use


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        if not any(str(step).lower() == "dependson" for step in use.path):
            continue
        function = use.node.name.lower() if isinstance(use.node, Call) else _first_name(use)
        if function == "if":
            yield Finding(
                path=use.path,
                message="an entry of dependsOn is chosen with if()",
                hint="name the resource: Azure does not wait for one whose condition is false",
            )
        elif function == "concat":
            yield Finding(
                path=use.path,
                message="an entry of dependsOn is put together with concat()",
                hint="use resourceId(TYPE, NAME), which tells a wrong type or name",
                severity=Severity.NOTE,
            )


def _first_name(use: Use) -> str:
    """Return the function that an expression which cannot be read starts with."""
    found = re.match(r"\[\s*(\w+)\s*\(", use.text) if use.node is None else None
    return found[1].lower() if found else ""


RULE = Rule(
    code="depends-if",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="an entry of dependsOn is resourceId(…) or a name, and starts with neither if() nor concat()",
    why=(
        "Azure takes a resource that is not deployed out of dependsOn by itself. An if() around the "
        "entry says the same again, and is wrong when it says something else; an id from concat() is "
        "checked by nobody."
    ),
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "b",\n'
    "  \"dependsOn\": [ \"[if(equals(1, 1), resourceId('Contoso.Shop/shops', 'a'), 'c')]\" ] } ] }",
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "b",\n'
    "  \"dependsOn\": [ \"[resourceId('Contoso.Shop/shops', 'a')]\" ] } ] }",
    check=check,
    covers=("DependsOn-Best-Practices",),
)
