"""Entries of dependsOn that say nothing new."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.compiler.structure import Resource
from armlib.diagnostics import Severity
from armlib.lint.dependencies import Waiting, reaches, waiting
from armlib.lint.rule import Finding, Remove, Rule, Stage
from armlib.lint.subject import TemplateSubject

_MOST = 400  # entries of one resource that are looked at for ways around; more are generated


def check(subject: TemplateSubject) -> Iterator[Finding]:
    if subject.root.is_generated or subject.from_module:  # a compiler's work, and not the author's
        return
    graph = waiting(subject)
    for found in graph.values():
        yield from _of_one(found, graph)


def _of_one(found: Waiting, graph: dict[Resource, Waiting]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, text, named in found.entries:
        spelled = "".join(text.split()).lower()
        reason = None
        if spelled in seen:
            reason = "is listed twice"
        elif named == (found.resource,):
            reason = "is the resource itself"
        elif len(found.entries) <= _MOST:
            reason = _why(named, found, graph)
        seen.add(spelled)
        if reason:
            yield Finding(
                path=path,
                message=f"the dependency {_shown(named, text)} {reason}",
                hint="leave it out",
                edits=(Remove(path=path),) if "twice" in reason else (),
            )


def _why(named: tuple[Resource, ...], found: Waiting, graph: dict[Resource, Waiting]) -> str | None:
    if not named or any(one not in graph for one in named):
        return None
    if all(one in found.awaits for one in named):
        return "is there already: reference() waits for it"
    for other in found.all:
        if other in named or other not in graph or not other.is_certain or other is found.resource:
            continue
        if all(reaches(other, one, graph) for one in named) and not reaches(named[0], other, graph):
            return f"is there already: '{other.label}' waits for it"
    return None


def _shown(named: tuple[Resource, ...], text: str) -> str:
    return f"on '{named[0].label}'" if named else f"'{text}'"


RULE = Rule(
    code="redundant-depends",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="dependsOn lists a resource once, and none that is waited for anyhow",
    why="Entries that are not needed make it harder to see why a resource waits, and outlive their reason.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a" },\n'
    '  { "type": "Contoso.Shop/shops", "name": "b", "dependsOn": [ "a", "a" ] } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "name": "a" },\n'
    '  { "type": "Contoso.Shop/shops", "name": "b", "dependsOn": [ "a" ] } ] }',
    check=check,
    fix="removes entries that are listed twice",
)
