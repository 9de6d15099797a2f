"""Outputs of a form that the template takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity, nearest
from armlib.lint.form import declared, outputs
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject

_OF_THE_PORTAL: Final = ("applicationresourcename", "jitaccesspolicy", "managedresourcegroupid", "managedidentity")


def check(subject: FormSubject) -> Iterator[Finding]:
    if subject.template is None:
        return
    known = declared(subject)
    for name in outputs(subject):
        if name.lower() not in known and name.lower() not in _OF_THE_PORTAL:
            close = nearest(name, known)
            yield Finding(
                path=("parameters", "outputs", name),
                message=f"the template has no parameter '{name}'",
                hint=f"did you mean '{close}'?" if close else None,
            )


RULE = Rule(
    code="ui-outputs-declared",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="every output of a form is a parameter of the template",
    why="The deployment is refused because of a parameter that it does not know.",
    bad='{ "parameters": { "outputs": { "z": "b" } } }',
    good='{ "parameters": { "outputs": {} } }',
    check=check,
    covers=("Outputs-Must-Be-Present-In-Template-Parameters",),
)
