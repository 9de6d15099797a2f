"""Whose names the expressions of a nested template are: its own, or those of the template around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_new(template: Mapping[str, Any]) -> bool:
    """Return whether *template* has language version 2.0, in which nested templates have a scope of their own."""
    return str(template.get("languageVersion", "1.0")) >= "2"


def evaluation_scope(properties: object) -> str:
    """Return what the *properties* of a deployment say, ``inner`` or ``outer``; "" when they say neither."""
    options = properties.get("expressionEvaluationOptions") if isinstance(properties, Mapping) else None
    scope = options.get("scope") if isinstance(options, Mapping) else None
    return scope.lower() if isinstance(scope, str) else ""


def has_own_scope(properties: object, around: Mapping[str, Any]) -> bool:
    """Return whether the template in the *properties* of a deployment has, where the template *around* it says so, too.

    Source: "Understand the structure and syntax of ARM templates", languageVersion 2.0.
    """
    scope = evaluation_scope(properties)
    return scope == "inner" or (scope != "outer" and is_new(around))
