"""A child waits for its parent."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.dependencies import reaches, waiting
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    if subject.from_module:  # the compiler adds these
        return
    graph = waiting(subject)
    for resource, found in graph.items():
        parent = found.parent
        if parent is None or parent.is_existing or resource.is_existing or resource.parent is parent:
            continue
        is_child = resource.type.lower().startswith(parent.type.lower() + "/")
        if not is_child or not parent.is_certain or not resource.is_certain or reaches(resource, parent, graph):
            continue
        yield Finding(
            path=resource.path,
            message=f"'{resource.label}' is a child of '{parent.label}' and does not wait for it",
            hint=f"add \"[resourceId('{parent.type}', …)]\" to its dependsOn",
        )


RULE = Rule(
    code="parent-link",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="a child resource depends on its parent when the template deploys both",
    why="Azure deploys what does not depend on each other at the same time; a child that comes first fails with "
    "ParentResourceNotFound, on some days only.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a" },\n'
    '  { "type": "Contoso.Shop/shops/shelves", "name": "a/b" } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a" },\n'
    '  { "type": "Contoso.Shop/shops/shelves", "name": "a/b",\n'
    "    \"dependsOn\": [ \"[resourceId('Contoso.Shop/shops', 'a')]\" ] } ] }",
    check=check,
)
