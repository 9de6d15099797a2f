"""Bounds of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        for name, declared in level.parameters.items():
            bounds = {each: member(declared, each) for each in ("minValue", "maxValue")}
            given = {each: value for each, value in bounds.items() if value is not None}
            for each, value in given.items():
                if isinstance(value, bool) or not isinstance(value, int):
                    yield Finding(
                        path=level.at("parameters", name, each),
                        message=f"{each} of the parameter '{name}' is no whole number",
                    )
            if len(given) == 1 and not level.is_generated:
                (alone,) = given
                missing = "minValue" if alone == "maxValue" else "maxValue"
                yield Finding(
                    path=level.at("parameters", name, alone),
                    message=f"the parameter '{name}' has {alone} and no {missing}",
                    severity=Severity.NOTE,
                )
            if len(given) == 2 and _is_reversed(given["minValue"], given["maxValue"]):
                yield Finding(
                    path=level.at("parameters", name, "minValue"),
                    message=f"no value of the parameter '{name}' can be right: minValue is above maxValue",
                )


def _is_reversed(least: Any, most: Any) -> bool:
    return isinstance(least, int) and isinstance(most, int) and least > most


RULE = Rule(
    code="param-bounds",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="minValue and maxValue of a parameter are numbers, and come as a pair",
    why="A bound that is no number is refused; one that stands alone was mostly forgotten.",
    bad='{ "parameters": { "size": { "type": "int", "minValue": "1", "maxValue": 9 } } }',
    good='{ "parameters": { "size": { "type": "int", "minValue": 1, "maxValue": 9 } } }',
    check=check,
    covers=("Min-And-Max-Value-Are-Numbers",),
)
