"""Text boxes that check what is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.lint.form import controls
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member


def check(subject: FormSubject) -> Iterator[Finding]:
    for control in controls(subject):
        if control.kind == "textbox":
            problem = _problem(control.constraints)
            if problem:
                yield Finding(path=(*control.path, "constraints"), message=f"the text box '{control.name}' {problem}")


def _problem(constraints: Any) -> str | None:
    rules = member(constraints, "validations")
    checks = [each for each in rules if isinstance(each, dict)] if isinstance(rules, list) else []
    expression = member(constraints, "regex")
    if expression is None and not checks:
        return "takes any text: it has neither constraints.regex nor constraints.validations"
    if expression is not None and not member(constraints, "validationMessage"):
        return "has a regex and no validationMessage"
    for each in (expression, *(member(check, "regex") for check in checks)):
        if isinstance(each, str) and not is_expression(each) and not _is_readable(each):
            return f"has a regex that cannot be read: {each}"
    return None


def _is_readable(expression: str) -> bool:
    if "\\p" in expression or "(?<" in expression:  # JavaScript knows these, Python spells them otherwise
        return True
    try:
        re.compile(expression)
    except re.error:
        return False
    return True


RULE = Rule(
    code="ui-textbox",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="a text box has a regular expression that can be read, and a message for what does not match",
    why="Wrong values are found by the deployment only, minutes later.",
    bad=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.TextBox", "constraints": '
        '{ "required": true } } ], "outputs": {} } }'
    ),
    good='{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.TextBox", \n'
    '  "constraints": { "regex": "^[a-z]+$", "validationMessage": "letters" } } ], "outputs": {} } }',
    check=check,
    covers=("Textboxes-Are-Well-Formed",),
)
