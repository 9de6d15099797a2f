"""Values that the template allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.form import Control, by_place, control_at, declared, form, outputs, referred
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member

_PLAIN: Final = re.compile(r"\[\s*(?:basics|steps)\s*\(\s*'[^']*'\s*\)[\s.\w]*\]", re.IGNORECASE)


def check(subject: FormSubject) -> Iterator[Finding]:
    if subject.template is None:
        return
    known, parameters = by_place(subject), declared(subject)
    yield from _locations(subject, parameters)
    for name, value in outputs(subject).items():
        offered = _offered(value, known)
        if not offered:
            continue
        each = parameters.get(name.lower())
        problem = _problem(offered, each, name)
        if problem:
            yield Finding(path=("parameters", "outputs", name), message=problem)


def _offered(value: Any, known: dict[tuple[str, ...], Control]) -> list[Any]:
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        return []
    for names in referred(value):
        control = control_at(names, known)
        if control is not None:
            return control.allowed()
    return []


def _problem(offered: list[Any], each: dict[str, Any] | None, name: str) -> str | None:
    if each is None:
        return f"the values offered for '{name}' go nowhere: the template has no such parameter"
    allowed = member(each, "allowedValues")
    if isinstance(allowed, list):
        wrong = [item for item in offered if not _among(item, allowed)]
        if wrong:
            return f"the form offers {wrong[0]!r} for '{name}', and the template does not allow it"
    default = member(each, "defaultValue")
    given = default if isinstance(default, list) else [default]
    missing = [item for item in given if isinstance(item, (str, int)) and not str(item).startswith("[")]
    wrong = [item for item in missing if item != "" and not _among(item, offered)]
    return f"the default {wrong[0]!r} of '{name}' is not among the values of the form" if wrong else None


def _among(item: Any, allowed: list[Any]) -> bool:
    return any(str(item).lower() == str(other).lower() for other in allowed)


def _locations(subject: FormSubject, parameters: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    basics = member(member(form(subject), "config"), "basics")
    offered = member(member(basics, "location"), "allowedValues")
    allowed = member(parameters.get("location"), "allowedValues")
    if isinstance(offered, list) and isinstance(allowed, list):
        wrong = [item for item in offered if not _among(item, allowed)]
        if wrong:
            yield Finding(
                path=("parameters", "config", "basics", "location"),
                message=f"the form offers the location '{wrong[0]}', and the template does not allow it",
            )


RULE = Rule(
    code="ui-allowed-values",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="the values that a form offers are those that the template allows",
    why="The deployment is refused with a value that the form has offered.",
    bad='{ "parameters": { "basics": [ { "name": "a", "constraints": { "allowedValues": [ { "value": 1 } ] } } ],\n'
    '  "outputs": { "other": "[basics(\'a\')]" } } }',
    good='{ "parameters": { "basics": [ { "name": "a", "constraints": { "allowedValues": [ { "value": 1 } ] } } ],\n'
    '  "outputs": {} } }',
    check=check,
    covers=("Allowed-Values-Should-Actually-Be-Allowed",),
)
