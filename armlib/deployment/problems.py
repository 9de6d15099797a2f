"""Problems of a template in the service's words, collected so that one run shows all of them."""

from __future__ import annotations

from armlib.diagnostics import Diagnostic, Excerpt, Severity
from armlib.errors import InputError
from armlib.expressions.faults import EvaluationFault
from armlib.jsontypes import JsonPath

INVALID_TEMPLATE = "InvalidTemplate"
MAX_PROBLEMS = 200  # of one evaluation; a loop that fails 800 times says so once


class TemplateFault(EvaluationFault):
    """A fault that knows where in the template it is; *service* is the service's code of the error."""

    code = "invalid-template"

    def __init__(
        self,
        message: str,
        path: JsonPath,
        *,
        code: str | None = None,
        hint: str | None = None,
        service: str = INVALID_TEMPLATE,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.path = path
        self.service = service
        self.shown: Excerpt | None = None  # of an error that has no node, such as one of syntax

    @property
    def diagnostic(self) -> Diagnostic:
        """The fault as one diagnostic."""
        return Diagnostic(
            code=self.code,
            severity=Severity.ERROR,
            message=f"{self.service}: {self.message}",
            hint=self.hint,
            path=self.path,
            excerpt=self.excerpt or self.shown,
        )

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The fault as diagnostics."""
        return (self.diagnostic,)


def located(fault: InputError, path: JsonPath, subject: str = "") -> TemplateFault:
    """Return *fault* as one that knows its *path*, told of *subject* (``The template variable 'a'``) when given.

    A fault that knows its place already is returned as it is: the first place is where it comes from.
    """
    if isinstance(fault, TemplateFault):
        return fault
    found = TemplateFault(fault.message, path, code=fault.code, hint=fault.hint)
    if isinstance(fault, EvaluationFault):
        found.function, found.node, found.text = fault.function, fault.node, fault.text
    found.shown = fault.diagnostics[0].excerpt
    return told_of(subject, found) if subject else found


def told_of(subject: str, fault: TemplateFault, more: str = "") -> TemplateFault:
    """Return *fault* with a message that says what it is about, and *more* at its end."""
    message = f"{subject} is not valid: {fault.message.rstrip('.')}.{' ' + more if more else ''}"
    told = TemplateFault(message, fault.path, code=fault.code, hint=fault.hint, service=fault.service)
    told.function, told.node, told.text, told.shown = fault.function, fault.node, fault.text, fault.shown
    return told


class Problems:
    """The diagnostics of one evaluation; the same problem is told once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, JsonPath], Diagnostic] = {}
        self._faults: dict[int, TemplateFault] = {}  # also keeps them alive, so that ids stay theirs
        self._untold = 0

    def report(self, fault: TemplateFault) -> None:
        """Add *fault*, once however often it comes up."""
        if id(fault) not in self._faults:
            self._faults[id(fault)] = fault
            self.add(fault.diagnostic)

    def add(self, diagnostic: Diagnostic) -> None:
        """Add *diagnostic* unless it is there."""
        key = (diagnostic.code, diagnostic.message, diagnostic.path)
        if len(self._found) < MAX_PROBLEMS:
            self._found.setdefault(key, diagnostic)
        elif key not in self._found:
            self._untold += 1

    def note(self, message: str, path: JsonPath, *, code: str, hint: str | None = None) -> None:
        """Add a warning."""
        self.add(Diagnostic(code=code, severity=Severity.WARNING, message=message, path=path, hint=hint))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of them, errors first, in the order they were found."""
        found = sorted(self._found.values(), key=lambda diagnostic: diagnostic.severity is not Severity.ERROR)
        if self._untold:
            message = f"{self._untold} more problems are not shown"
            found.append(Diagnostic(code="more-problems", severity=Severity.NOTE, message=message))
        return tuple(found)
