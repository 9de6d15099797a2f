"""Secure parameters have no default value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject, is_secure
from armlib.lint.walk import key_of

_EMPTY: tuple[Any, ...] = ("", None, {}, [])


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        for name, declared in level.parameters.items():
            key = key_of(declared, "defaultValue")
            if key is None or not is_secure(declared, level.body) or _is_harmless(declared[key]):
                continue
            yield Finding(
                path=level.at("parameters", name, key),
                message=f"the secure parameter '{name}' has a default value",
                hint="leave it out, so that every deployment is given its own secret; '' or newGuid() is fine",
            )


def _is_harmless(default: Any) -> bool:
    if default in _EMPTY:
        return True
    return isinstance(default, str) and is_expression(default) and "newguid(" in default.lower().replace(" ", "")


RULE = Rule(
    code="secure-default",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a secure parameter has no default, but '' or an expression with newGuid()",
    why="A default is in the template for everybody to read, and a deployment that forgets the parameter goes out with "
    "a secret that is public.",
    bad='{ "parameters": { "key": { "type": "securestring", "defaultValue": "Pa55w0rd" } } }',
    good='{ "parameters": { "key": { "type": "securestring" } } }',
    check=check,
    covers=("Secure-String-Parameters-Cannot-Have-Default",),
)
