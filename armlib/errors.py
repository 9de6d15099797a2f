"""The errors that armlib raises, and the exit codes they end a command with.

    ArmlibError
      InputError              exit 1: input that cannot be worked with
        DiagnosticsError      the same, as a list of diagnostics
      UsageError              exit 2: the command was called wrongly
      RefusedError            exit 3: the service said no
      StoppedError            exit 5: timed out or interrupted

Wrong input that allows to go on is a :class:`~armlib.diagnostics.Diagnostic`, a value; an error is for what cannot.
Errors of other libraries are translated where they enter, ``raise ... from error``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from armlib.diagnostics import Diagnostic, Place, Severity


class ExitCode(IntEnum):
    """What a command ends with; scripts rely on these."""

    FINE = 0
    WRONG_INPUT = 1
    USAGE = 2
    REFUSED = 3
    DIFFERENCES = 4
    STOPPED = 5
    BUG = 70


class ArmlibError(Exception):
    """The root of armlib's own errors.

    Args:
        message: What is wrong, in one line.
        code: The diagnostic code that it is reported under.
        hint: How to mend it.
        place: Where in a source file.
    """

    exit_code = ExitCode.WRONG_INPUT
    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str | None = None, place: Place | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint
        self.place = place

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The error as diagnostics, for the one renderer."""
        return (
            Diagnostic(code=self.code, severity=Severity.ERROR, message=self.message, hint=self.hint, place=self.place),
        )


class InputError(ArmlibError):
    """Input that cannot be worked with: a file that is not there, text that is not JSON."""

    code = "input"


class DiagnosticsError(InputError):
    """An operation ended with errors that are listed as diagnostics."""

    code = "diagnostics"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(diagnostics[0].message if diagnostics else "wrong input")
        self._diagnostics = tuple(diagnostics)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All the diagnostics, in order."""
        return self._diagnostics


class UsageError(ArmlibError):
    """The command or function was called wrongly."""

    exit_code = ExitCode.USAGE
    code = "usage"


class RefusedError(ArmlibError):
    """The service refused the request."""

    exit_code = ExitCode.REFUSED
    code = "refused"


class StoppedError(ArmlibError):
    """A limit of time was reached, or the user interrupted."""

    exit_code = ExitCode.STOPPED
    code = "stopped"
