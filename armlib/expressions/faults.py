"""What goes wrong while an expression is evaluated, in the service's words."""

from __future__ import annotations

from collections.abc import Iterable

from armlib.diagnostics import Diagnostic, Excerpt, Severity, nearest
from armlib.errors import InputError
from armlib.expressions.parser import excerpt
from armlib.expressions.syntax import Node


class EvaluationFault(InputError):  # noqa: N818 - the service calls it a fault of the template, not an error of ours
    """An expression that has no value.

    The message never holds a secret. *function* is the template function at fault, *node* the part of the expression
    and *text* the whole of it; the evaluator fills in what the place that raises does not know.
    """

    code = "expression-evaluation"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        function: str | None = None,
        node: Node | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.function = function
        self.node = node
        self.text: str | None = None

    @property
    def position(self) -> int | None:
        """The offset of the part at fault in the whole string of the template; None when it is not known."""
        return self.node.start if self.node is not None else None

    @property
    def excerpt(self) -> Excerpt | None:
        """The expression on one line and the part at fault; None when they are not known."""
        if self.text is None or self.node is None or self.node.end > len(self.text):
            return None
        return excerpt(self.text, self.node.start, self.node.end - self.node.start)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The fault as a diagnostic."""
        return (
            Diagnostic(
                code=self.code, severity=Severity.ERROR, message=self.message, hint=self.hint, excerpt=self.excerpt
            ),
        )


class UnknownNameFault(EvaluationFault):
    """A parameter, variable, function or loop that is not declared; the hint names the nearest that is."""

    code = "expression-unknown-name"

    def __init__(self, message: str, name: str, known: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.name = name
        self._known = tuple(known)

    @property
    def hint(self) -> str | None:
        """The nearest name; looked for only when it is shown, since most faults of unlikely branches never are."""
        found = nearest(self.name, self._known)
        return f"did you mean '{found}'?" if found else None

    @hint.setter
    def hint(self, value: str | None) -> None:
        """Ignored: the base class sets it."""


class LimitFault(EvaluationFault):
    """A value or an evaluation that grows beyond what is sane: a bomb, or a mistake."""

    code = "expression-limit"


def parameter_not_found(name: str, known: Iterable[str] = ()) -> UnknownNameFault:
    """Return the fault of ``parameters('name')`` for a parameter that is not declared."""
    return UnknownNameFault(
        f"The template parameter '{name}' is not found. Please see https://aka.ms/arm-syntax-parameters for usage "
        "details.",
        name,
        known,
    )


def variable_not_found(name: str, known: Iterable[str] = ()) -> UnknownNameFault:
    """Return the fault of ``variables('name')`` for a variable that is not declared."""
    return UnknownNameFault(
        f"The template variable '{name}' is not found. Please see https://aka.ms/arm-syntax-variables for usage "
        "details.",
        name,
        known,
    )
