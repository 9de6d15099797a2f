"""What the installed resource types say, as findings of rules; without types, nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding
from armlib.lint.subject import TemplateSubject


def told(*codes: str) -> Callable[[TemplateSubject], Iterator[Finding]]:
    """Return a check that passes on what the types say under *codes*, each with its own weight."""

    def check(subject: TemplateSubject) -> Iterator[Finding]:
        for problem in subject.problems:
            if problem.code in codes:
                severity = None if problem.severity is Severity.ERROR else problem.severity
                yield Finding(path=problem.path, message=problem.message, hint=problem.hint, severity=severity)

    return check
