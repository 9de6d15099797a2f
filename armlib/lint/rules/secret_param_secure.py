"""Parameters named like secrets have a secure type."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.names import names_a_password, names_a_secret
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        for name, declared in level.parameters.items():
            type_ = member(declared, "type")
            folded = type_.lower() if isinstance(type_, str) else ""
            if folded not in ("string", "object") or member(declared, "allowedValues"):
                continue
            if names_a_secret(name):
                secure = "securestring" if folded == "string" else "secureobject"
                yield Finding(
                    path=level.at("parameters", name, "type"),
                    message=f"the parameter '{name}' looks like a secret and has the type '{type_}'",
                    hint=f"give it the type '{secure}'; its value is then kept out of the deployment history",
                    severity=None if names_a_password(name) else Severity.WARNING,
                )


RULE = Rule(
    code="secret-param-secure",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a parameter named like a password, key or token is secure",
    why="Values of plain parameters are kept in the deployment history, where everybody who may read the resource "
    "group can read them. Those of secure parameters are not.",
    bad='{ "parameters": { "adminPassword": { "type": "string" } } }',
    good='{ "parameters": { "adminPassword": { "type": "securestring" } } }',
    check=check,
    covers=("Password-params-must-be-secure",),
)
