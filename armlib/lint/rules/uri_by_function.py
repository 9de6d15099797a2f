"""Addresses that are put together."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.lint.foreign import is_foreign
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        key = use.path[-1]
        if not isinstance(key, str) or not key.lower().endswith(("uri", "url")) or not isinstance(use.node, Call):
            continue
        if use.level.is_generated or use.level.names.is_generated or is_foreign(use.resource, use.path):
            continue
        if use.node.name.lower() in ("concat", "format"):
            yield Finding(
                path=use.path,
                message=f"'{key}' is put together with {use.node.name}()",
                hint="use uri(BASE, PATH), and uriComponent() for what is put into it",
            )


RULE = Rule(
    code="uri-by-function",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="addresses are put together with uri(), not with concat() or format()",
    why="uri() gets the slashes between the parts right, however the parts end.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a",\n'
    '  "properties": { "scriptUri": "[concat(parameters(\'base\'), \'/a.sh\')]" } } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a",\n'
    '  "properties": { "scriptUri": "[uri(parameters(\'base\'), \'a.sh\')]" } } ] }',
    check=check,
    covers=("URIs-Should-Be-Properly-Constructed",),
)
