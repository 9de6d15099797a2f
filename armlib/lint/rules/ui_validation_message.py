"""Validations that say what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.form import controls
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member


def check(subject: FormSubject) -> Iterator[Finding]:
    for control in controls(subject):
        rules = member(control.constraints, "validations")
        for number, each in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(each, dict) and not member(each, "message"):
                yield Finding(
                    path=(*control.path, "constraints", "validations", number),
                    message=f"a validation of '{control.name}' has no message",
                )


RULE = Rule(
    code="ui-validation-message",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="each validation of a control has a message",
    why="Users are told that something is wrong, and not what.",
    bad=(
        '{ "parameters": { "basics": [ { "name": "a", "constraints": { "validations": [ { "regex": "^a$" '
        '} ] } } ], "outputs": {} } }'
    ),
    good=(
        '{ "parameters": { "basics": [ { "name": "a", "constraints": { "validations": [ { "regex": '
        '"^a$", "message": "an a" } ] } } ], "outputs": {} } }'
    ),
    check=check,
    covers=("Validations-Must-Have-Message",),
)
