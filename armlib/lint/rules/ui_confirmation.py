"""Passwords that are typed twice."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.form import controls
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member


def check(subject: FormSubject) -> Iterator[Finding]:
    for control in controls(subject):
        hidden = member(member(control.body, "options"), "hideConfirmation")
        if control.kind in ("passwordbox", "credentialscombo") and hidden is True:
            yield Finding(
                path=(*control.path, "options", "hideConfirmation"),
                message=f"the password of '{control.name}' is not confirmed",
                hint="set hideConfirmation to false",
            )


RULE = Rule(
    code="ui-confirmation",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="a form lets passwords be confirmed",
    why="A password that is mistyped once is not known to anybody.",
    bad=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.PasswordBox", "options": '
        '{ "hideConfirmation": true } } ], "outputs": {} } }'
    ),
    good=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.PasswordBox", "options": '
        '{ "hideConfirmation": false } } ], "outputs": {} } }'
    ),
    check=check,
    covers=("Credential-Confirmation-Should-Not-Be-Hidden",),
)
