"""The schema of a form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member

_KNOWN: Final = re.compile(
    r"https://schema\.management\.azure\.com/schemas/[\w.-]+/(CreateUIDefinition\.MultiVm|uiFormDefinition\.schema)\.json#?",
    re.IGNORECASE,
)


def check(subject: FormSubject) -> Iterator[Finding]:
    schema = member(subject.value, "$schema")
    if not isinstance(schema, str) or not _KNOWN.fullmatch(schema):
        yield Finding(
            path=("$schema",),
            message=f"'{schema}' is no schema of a form" if schema else "the form names no schema",
            hint="use https://schema.management.azure.com/schemas/0.1.2-preview/CreateUIDefinition.MultiVm.json#",
        )


RULE = Rule(
    code="ui-schema",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="a form names the schema of forms",
    why="The portal reads the form by its schema.",
    bad='{ "$schema": "https://contoso.com/form.json", "parameters": {} }',
    good='{ "$schema": "https://schema.management.azure.com/schemas/0.1.2-preview/CreateUIDefinition.MultiVm.json#",\n'
    '  "parameters": {} }',
    check=check,
    covers=("CreateUIDefinition-Should-Have-Schema",),
)
