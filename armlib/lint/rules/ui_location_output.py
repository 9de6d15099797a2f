"""The location of a form."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.form import outputs
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject


def check(subject: FormSubject) -> Iterator[Finding]:
    found = outputs(subject)
    if not any("location()" in str(value).replace(" ", "").lower() for value in found.values()):
        yield Finding(
            path=("parameters", "outputs"),
            message="no output of the form gives the location",
            hint='add "location": "[location()]"',
        )


RULE = Rule(
    code="ui-location-output",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="a form gives the location that was chosen",
    why="The resources go to the default location, and not where the user has said.",
    bad='{ "parameters": { "outputs": {} } }',
    good='{ "parameters": { "outputs": { "location": "[location()]" } } }',
    check=check,
    covers=("Location-Should-Be-In-Outputs",),
)
