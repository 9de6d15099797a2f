"""Linked -> diagnostics: runs the rules, which change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from armlib.compiler.link import Linked
from armlib.compiler.rules.duplicates import duplicate_resources
from armlib.compiler.rules.expressions import expressions
from armlib.compiler.rules.joined_text import joined_texts
from armlib.compiler.rules.limits import limits as within_limits
from armlib.compiler.rules.scopes import scopes
from armlib.compiler.rules.shape import shape
from armlib.diagnostics import Diagnostic

Rule: TypeAlias = Callable[[Linked], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = (shape, duplicate_resources, expressions, joined_texts, scopes)
"""What every template is held to, beside the limits."""


def check(linked: Linked, rules: Iterable[Rule] = (), *, limits: bool = True) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the template by :data:`RULES`, the limits and *rules*, such as those of types."""
    applied = (*RULES, *((within_limits,) if limits else ()), *rules)
    return tuple(diagnostic for rule in applied for diagnostic in rule(linked))
