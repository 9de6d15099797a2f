"""API versions that nobody chose."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call, Member
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import nodes


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        nodes_of = nodes(use.node) if use.node is not None else ()
        for node in nodes_of:
            if not isinstance(node, Member) or node.name.lower() != "apiversions":
                continue
            if isinstance(node.target, Call) and node.target.name.lower() == "providers":
                yield Finding(
                    path=use.path,
                    message="the API version is whatever Azure has today",
                    hint="write the version that the template was tested with",
                )


RULE = Rule(
    code="version-by-providers",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="no API version is taken from providers()",
    why="The template changes its meaning when Azure adds a version, without anybody touching it.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a",\n'
    "  \"apiVersion\": \"[providers('Contoso.Shop', 'shops').apiVersions[0]]\" } ] }",
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a", "apiVersion": "2099-01-01" } ] }',
    check=check,
    covers=("providers_apiVersions-Is-Not-Permitted",),
)
