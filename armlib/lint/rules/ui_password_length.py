"""Passwords of a form have a least length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.lint.form import controls
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member

_LENGTH: Final = re.compile(r"\{\d+(?:,\d*)?\}")


def check(subject: FormSubject) -> Iterator[Finding]:
    for control in controls(subject):
        if control.kind != "passwordbox":
            continue
        rules = member(control.constraints, "validations")
        expressions = [member(control.constraints, "regex")]
        expressions += [member(each, "regex") for each in rules] if isinstance(rules, list) else []
        given = [each for each in expressions if isinstance(each, str)]
        if not any(is_expression(each) or _LENGTH.search(each) for each in given):
            yield Finding(
                path=(*control.path, "constraints"),
                message=f"the password of '{control.name}' may be of any length",
                hint="ask for a length in constraints.regex, such as {12,}",
            )


RULE = Rule(
    code="ui-password-length",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="the regular expression of a password box asks for a length",
    why="A password of one letter is taken.",
    bad=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.PasswordBox", '
        '"constraints": { "regex": "[a-z]+" } } ], "outputs": {} } }'
    ),
    good=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.PasswordBox", '
        '"constraints": { "regex": "[a-z]{12,}" } } ], "outputs": {} } }'
    ),
    check=check,
    covers=("PasswordBoxes-Must-Have-Min-Length",),
)
