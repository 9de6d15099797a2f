"""Names of administrators without a default."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.form import controls
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member


def check(subject: FormSubject) -> Iterator[Finding]:
    for control in controls(subject):
        if control.kind == "usernametextbox" and member(control.body, "defaultValue"):
            yield Finding(
                path=(*control.path, "defaultValue"),
                message=f"the user name '{control.name}' has a default",
                hint="leave it out, and say what is asked for in the toolTip",
            )


RULE = Rule(
    code="ui-username-default",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="the name of an administrator has no default in a form",
    why="Most users keep the default, and guessing gets easier.",
    bad=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Compute.UserNameTextBox", '
        '"defaultValue": "root" } ], "outputs": {} } }'
    ),
    good=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Compute.UserNameTextBox" } ], '
        '"outputs": {} } }'
    ),
    check=check,
    covers=("Usernames-Should-Not-Have-A-Default",),
)
