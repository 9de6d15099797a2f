"""The values that evaluating an expression gives: known, unknown and secret.

A known value is plain JSON (``None``, ``bool``, ``int``, ``float``, ``str``, ``list``, ``dict``). An :class:`Unknown`
carries the expression that is left, simplified as far as it goes. A :class:`Secret` wraps a value, known or not, that
must never be shown. Lists and objects may hold unknown and secret values at any depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from armlib.expressions.syntax import Node


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the deployment will know.

    *type* is ``string``, ``int``, ``bool``, ``array``, ``object`` or None when even that is open. *known* holds the
    members, or the leading elements, that are known already, when the deployment may add others: the properties of a
    resource of the template, of which its provider will know more.
    """

    expression: Node
    type: str | None = None
    known: dict[str, Value] | list[Value] | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that came from a secure parameter or a secret-bearing call; shown as ``***`` wherever it flows."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(***)"


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Unknown | Secret | None"
