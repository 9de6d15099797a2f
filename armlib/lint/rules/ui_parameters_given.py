"""Parameters that the form gives."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.form import declared, outputs
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import key_of, member


def check(subject: FormSubject) -> Iterator[Finding]:
    given = {name.lower() for name in outputs(subject)}
    for name, each in declared(subject).items():
        if key_of(each, "defaultValue") is None and name not in given and member(each, "nullable") is not True:
            yield Finding(
                path=("parameters", "outputs"),
                message=f"the template asks for the parameter '{name}', and the form does not give it",
                hint="add an output, or a default",
            )


RULE = Rule(
    code="ui-parameters-given",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="every parameter of the template without a default is an output of the form",
    why="The deployment is refused because a parameter is missing.",
    bad='{ "parameters": { "outputs": {} } }',
    good='{ "parameters": { "outputs": { "a": "b" } } }',
    check=check,
    covers=("Parameters-Without-Default-Must-Exist-In-CreateUIDefinition",),
)
