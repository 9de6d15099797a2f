"""Sizes of machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.form import Control, by_place, control_at, declared, outputs, referred
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member


def check(subject: FormSubject) -> Iterator[Finding]:
    if subject.template is None:
        return
    known, parameters = by_place(subject), declared(subject)
    for name, value in outputs(subject).items():
        for names in referred(value):
            control = control_at(names, known)
            if control is None or control.kind != "sizeselector":
                continue
            problem = _problem(control, parameters.get(name.lower()), name)
            if problem:
                yield Finding(path=("parameters", "outputs", name), message=problem)


def _problem(control: Control, each: dict[str, Any] | None, name: str) -> str | None:
    if each is None:
        return f"the size goes nowhere: the template has no parameter '{name}'"
    sizes = member(control.constraints, "allowedSizes")
    allowed = member(each, "allowedValues")
    if isinstance(allowed, list):
        missing = [size for size in sizes if size not in allowed] if isinstance(sizes, list) else None
        if missing is None:
            return f"the template allows some sizes for '{name}' only, and the form offers all"
        return f"the form offers '{missing[0]}', which the template does not allow" if missing else None
    default = member(each, "defaultValue")
    if isinstance(sizes, list) and isinstance(default, str) and not default.startswith("[") and default not in sizes:
        return f"the default '{default}' of '{name}' is not among the sizes of the form"
    return None


RULE = Rule(
    code="ui-vm-sizes",
    severity=Severity.WARNING,
    stage=Stage.FORM,
    summary="the sizes of machines that a form offers are those that the template allows",
    why="The deployment is refused with a size that the form has offered.",
    bad='{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Compute.SizeSelector" } ],\n'
    '  "outputs": { "size": "[basics(\'a\')]" } } }',
    good='{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Compute.SizeSelector" } ],\n'
    '  "outputs": {} } }',
    check=check,
    covers=("VMSizes-Must-Match-Template",),
)
