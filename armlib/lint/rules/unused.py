"""Parameters that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Level, TemplateSubject, names_used


def check(subject: TemplateSubject) -> Iterator[Finding]:
    used, open_ended = used_names(subject)
    for level in subject.levels:
        if not level.is_inner:
            continue
        if (id(level), "parameters") not in open_ended:
            yield from _parameters(level, used)


def used_names(subject: TemplateSubject) -> tuple[set[tuple[int, str, str]], set[tuple[int, str]]]:
    """Return the names that are referred to, and the levels where any may be: the name is known at run time only."""
    used: set[tuple[int, str, str]] = set()
    open_ended: set[tuple[int, str]] = set()
    for use in subject.uses:  # those that cannot be read count, too: what looks like a reference is one
        level = id(use.level.names)
        for kind, name in names_used(use):
            if name is None:
                open_ended.add((level, kind))
            elif not _is_in_itself(use.path, use.level, kind, name):
                used.add((level, kind, name.lower()))
    return used, open_ended


def _is_in_itself(path: tuple[Any, ...], level: Level, kind: str, name: str) -> bool:
    start = len(level.path)
    return len(path) > start + 1 and (str(path[start]).lower(), str(path[start + 1]).lower()) == (kind, name.lower())


def _parameters(level: Level, used: set[tuple[int, str, str]]) -> Iterator[Finding]:
    for name in level.parameters:
        if (id(level), "parameters", name.lower()) not in used and not name.startswith("__"):
            yield Finding(
                path=level.at("parameters", name),
                message=f"the parameter '{name}' is not used",
                hint="remove it, and what callers give for it",
            )


RULE = Rule(
    code="unused",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="every parameter is used",
    why=(
        "What nothing refers to misleads readers, and callers give values that have no effect. Names "
        "that start with two underscores are left alone."
    ),
    bad='{ "parameters": { "size": { "type": "int" } }, "resources": [] }',
    good=(
        '{ "parameters": { "size": { "type": "int" } },\n'
        '  "outputs": { "size": { "type": "int", "value": "[parameters(\'size\')]" } } }'
    ),
    check=check,
    covers=("Parameters-Must-Be-Referenced",),
)
