"""Variables that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Remove, Rule, Stage
from armlib.lint.rules.unused import used_names
from armlib.lint.subject import Level, TemplateSubject
from armlib.lint.walk import member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    used, open_ended = used_names(subject)
    for level in subject.levels:
        if level.is_inner and (id(level), "variables") not in open_ended:
            yield from _variables(level, used)


def _variables(level: Level, used: set[tuple[int, str, str]]) -> Iterator[Finding]:
    loops = member(member(level.body, "variables"), "copy")
    looped = [
        (name, (*level.at("variables", "copy"), number))
        for number, loop in enumerate(loops if isinstance(loops, list) else ())
        if isinstance(name := member(loop, "name"), str)
    ]
    plain = [(name, level.at("variables", name)) for name in level.variables]
    for name, path in [*plain, *looped]:
        if (id(level), "variables", name.lower()) not in used and not name.startswith("__"):
            yield Finding(
                path=path,
                message=f"the variable '{name}' is not used",
                hint="remove it",
                edits=(Remove(path=path),),
            )


RULE = Rule(
    code="unused-variable",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="every variable is used",
    why="What nothing refers to misleads readers. Names that start with two underscores are left alone.",
    bad='{ "variables": { "size": 3 }, "resources": [] }',
    good='{ "variables": { "size": 3 }, "outputs": { "size": { "type": "int", "value": "[variables(\'size\')]" } } }',
    check=check,
    fix="removes the variable",
    covers=("Variables-Must-Be-Referenced",),
)
