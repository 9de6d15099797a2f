"""Outputs that repeat what a resource would say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import literal, member, nodes, values

_ADDRESS: Final = re.compile(
    r"(?<![\w.-])\.?(?:[a-z]+\.)*(?:core\.windows\.net|azurewebsites\.net|database\.windows\.net|vault\.azure\.net|"
    r"documents\.azure\.com|servicebus\.windows\.net|redis\.cache\.windows\.net|azurecr\.io|search\.windows\.net|"
    r"cloudapp\.azure\.com|azureedge\.net|azurefd\.net|cognitiveservices\.azure\.com)|/subscriptions/[0-9a-f-]{36}",
    re.IGNORECASE,
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    parsed = {use.path: use.node for level in subject.levels for use in level.uses if use.section == "outputs"}
    for level in subject.levels:
        for name, output in level.outputs.items():
            for path, value in values(member(output, "value"), level.at("outputs", name, "value")):
                if not isinstance(value, str):
                    continue
                node = parsed.get(path)
                texts = [value] if node is None else [literal(each) or "" for each in nodes(node)]
                if any(_ADDRESS.search(text) for text in texts):
                    yield Finding(
                        path=path,
                        message=f"the output '{name}' spells an address or id that the resource itself would give",
                        hint="use reference(…) and the property that holds it, or resourceId(…)",
                    )


RULE = Rule(
    code="hardcoded-output",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="outputs take addresses and ids from the resources",
    why="An address that is put together in the template is a guess; other clouds, zones and settings have other ones.",
    bad=(
        '{ "outputs": { "url": { "type": "string", "value": "[concat(\'https://\', \'shop\', '
        "'.azurewebsites.net')]\" } } }"
    ),
    good='{ "outputs": { "url": { "type": "string",\n'
    "  \"value\": \"[reference(resourceId('Microsoft.Web/sites', 'shop')).defaultHostName]\" } } }",
    check=check,
)
