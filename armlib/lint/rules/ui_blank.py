"""Empty values of a form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import values

_MAY_BE_EMPTY: Final = frozenset(
    [
        "basics",
        "steps",
        "elements",
        "outputs",
        "defaultvalue",
        "value",
        "resourcetypes",
        "filter",
        "placeholder",
        "options",
        "constraints",
        "tooltip",
        "sublabel",
    ]
)


def check(subject: FormSubject) -> Iterator[Finding]:
    for path, value in values(subject.value):
        blank = value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})
        named = next((str(step).lower() for step in reversed(path) if isinstance(step, str)), "")
        if blank and path and named not in _MAY_BE_EMPTY and "outputs" not in path:
            yield Finding(path=path, message=f"'{path[-1]}' is empty", hint="leave it out, or fill it in")


RULE = Rule(
    code="ui-blank",
    severity=Severity.NOTE,
    stage=Stage.FORM,
    summary="no member of a form is empty",
    why="An empty label or name is shown as a hole, or breaks the form.",
    bad='{ "parameters": { "basics": [ { "name": " " } ] } }',
    good='{ "parameters": { "basics": [ { "name": "a" } ] } }',
    check=check,
    covers=("CreateUIDefinition-Must-Not-Have-Blanks",),
)
