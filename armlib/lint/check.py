"""Subject and rules -> diagnostics: severities by the settings, suppressions applied, places looked up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from armlib.config import Lint
from armlib.diagnostics import Diagnostic, Excerpt, Place, Severity, nearest
from armlib.errors import InputError
from armlib.jsontypes import JsonPath
from armlib.lint.document import Document
from armlib.lint.registry import RULES, SUPPRESSION
from armlib.lint.rule import Edit, Finding, Rule, Stage
from armlib.lint.suppression import Line, Suppression

_WEIGHTS: Final = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


class UnknownRuleError(InputError):
    """The settings or the command line name a rule that there is not."""

    code = "lint-unknown-rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What lint has found in one file: diagnostics in the order of the text, and the fixes of those that have one."""

    diagnostics: tuple[Diagnostic, ...] = ()
    fixes: tuple[tuple[Edit, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """The rules that apply, and what each of them weighs.

    Attributes:
        rules: All rules, those of the project among them, by code.
        severities: What the settings say: a severity, or None for a rule that is off.
        only: The codes to run; None for all.
        dated: Whether rules run that go by the day.
    """

    rules: Mapping[str, Rule] = field(default_factory=lambda: dict(RULES))
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    only: frozenset[str] | None = None
    dated: bool = True

    def applied(self, *stages: Stage) -> list[Rule]:
        """Return the rules that run at *stages*."""
        found = [each for each in self.rules.values() if each.stage in stages and self.runs(each.code)]
        return [each for each in found if self.dated or not each.is_dated]

    def runs(self, code: str) -> bool:
        """Return whether a rule is on."""
        return self.severities.get(code, Severity.NOTE) is not None and (self.only is None or code in self.only)

    def severity(self, rule: Rule, finding: Finding) -> Severity:
        """Return what a finding weighs: what the settings say, else what it says itself, else what its rule does."""
        said = self.severities.get(rule.code)
        return said or finding.severity or rule.severity


def checker(
    lint: Lint,
    more: Iterable[Rule] = (),
    *,
    only: Iterable[str] = (),
    settings: Path | None = None,
    dated: bool = True,
) -> Checker:
    """Return the checker for the settings *lint*, with the rules *more* of the project.

    Raises:
        UnknownRuleError: A rule is named that there is not.
    """
    rules = {**RULES, **{rule.code: rule for rule in more}}
    place = Place(file=str(settings)) if settings else None
    for code in (*lint.rules, *only):
        if code not in rules:
            raise unknown_rule(code, rules, place if code in lint.rules else None)
    severities = {code: None if said == "off" else Severity(said) for code, said in lint.rules.items()}
    for code in only:  # who names a rule wants it, whatever the settings say
        if severities.get(code, Severity.NOTE) is None:
            del severities[code]
    return Checker(rules=rules, severities=severities, only=frozenset(only) or None, dated=dated)


def unknown_rule(code: str, known: Iterable[str] = RULES, place: Place | None = None) -> UnknownRuleError:
    """Return the error for a rule that there is not."""
    near = nearest(code, known)
    hint = f"did you mean '{near}'?" if near else "'armlib lint --list' lists the rules"
    return UnknownRuleError(f"there is no lint rule '{code}'", hint=hint, place=place)


def check(
    subject: Any,
    stages: Sequence[Stage],
    using: Checker,
    *,
    document: Document | None,
    suppressions: Sequence[Suppression] = (),
    file: str = "",
    lines: Callable[[JsonPath], Collection[Line]] | None = None,
) -> Result:
    """Return what the rules of *stages* find in *subject*.

    Args:
        subject: What the rules take.
        stages: Whose rules run.
        using: Which rules, and what they weigh.
        document: The text that the paths and offsets of findings lead into; None for a compiled template.
        suppressions: What is left out; those that cover something are marked.
        file: What the diagnostics name, for a compiled template.
        lines: The lines of Jsonnet sources that what is at a path of a compiled template was written on.
    """
    applied = using.applied(*stages)
    kept: list[tuple[Rule, Finding]] = []
    for rule in applied:
        own = [each for each in suppressions if each.rule == rule.code]
        for finding in rule.check(subject):
            stands = _lines(finding, document, lines) if own else ()
            covering = [each for each in own if each.covers(finding, stands)]
            for each in covering:
                each.used = True
            if not covering:
                kept.append((rule, finding))
    return _result(kept, using, document, file)


def check_suppressions(
    suppressions: Iterable[Suppression],
    stages: Sequence[Stage],
    using: Checker,
    *,
    document: Document | None,
    file: str = "",
) -> Result:
    """Return what is wrong with *suppressions* after the rules of *stages* have run."""
    if not using.runs(SUPPRESSION.code):
        return Result()
    checked = {rule.code for rule in using.applied(*stages)}
    problems = (each.problem(checked, using.rules) for each in suppressions)
    return _result([(SUPPRESSION, each) for each in problems if each is not None], using, document, file)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *diagnostics* by file, place and weight, each once."""

    def key(found: Diagnostic) -> tuple[str, int, int, int]:
        place = found.place or Place(file="")
        return place.file, place.line, place.column, _WEIGHTS.index(found.severity)

    return tuple(sorted(dict.fromkeys(diagnostics), key=key))


def _result(kept: Sequence[tuple[Rule, Finding]], using: Checker, document: Document | None, file: str) -> Result:
    diagnostics = [
        Diagnostic(
            code=rule.code,
            severity=using.severity(rule, finding),
            message=finding.message,
            hint=finding.hint,
            path=finding.path,
            place=_place(finding, document, file),
            excerpt=_excerpt(finding, document),
        )
        for rule, finding in kept
    ]
    fixes = tuple(dict.fromkeys(finding.edits for _, finding in kept if finding.edits))
    return Result(diagnostics=in_order(diagnostics), fixes=fixes)


def _lines(
    finding: Finding, document: Document | None, lines: Callable[[JsonPath], Collection[Line]] | None
) -> Collection[Line]:
    """Return the lines of Jsonnet sources that *finding* stands on, and 0 for a file as a whole."""
    if document is None:
        return lines(finding.path) if lines is not None else ()
    line = 0 if finding.offset is None else document.position(finding.offset)[0]
    return (document.file, line), (document.file, 0)


def _place(finding: Finding, document: Document | None, file: str) -> Place | None:
    if document is None:
        return Place(file=file) if file else None
    if finding.offset is None:
        return document.place(finding.path)
    line, column = document.position(finding.offset)
    last, after = document.position(min(finding.offset + finding.length, len(document.text)))
    return Place(file=document.file, line=line, column=column, end_line=last, end_column=after)


def _excerpt(finding: Finding, document: Document | None) -> Excerpt | None:
    if document is None:
        return None
    if finding.offset is None:
        return document.excerpt(finding.path)
    line, column = document.position(finding.offset)
    text = document.line(line)
    return Excerpt(text=text, column=column, length=max(1, min(finding.length, len(text) - column + 1)))
