"""Outputs of controls that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.form import Control, by_place, control_at, outputs, referred
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member

_SCOPE: Final = "resourcescope"  # which the portal itself puts into the basics


def check(subject: FormSubject) -> Iterator[Finding]:
    known = by_place(subject)
    for name, value in outputs(subject).items():
        for names in referred(value):
            control = control_at(names, known)
            stops_short = control is not None and len(names) > len(control.where) and _holds(control)
            if names[0] != _SCOPE and (control is None or stops_short):
                yield Finding(
                    path=("parameters", "outputs", name),
                    message=f"the output '{name}' refers to '{'.'.join(names)}', which the form does not have",
                )


def _holds(control: Control) -> bool:
    return isinstance(member(control.body, "elements"), list)


RULE = Rule(
    code="ui-controls-exist",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="outputs of a form refer to controls that it has",
    why="The value is empty, and the deployment fails.",
    bad='{ "parameters": { "basics": [], "outputs": { "a": "[basics(\'a\')]" } } }',
    good='{ "parameters": { "basics": [ { "name": "a" } ], "outputs": { "a": "[basics(\'a\')]" } } }',
    check=check,
    covers=("Controls-In-Outputs-Must-Exist",),
)
