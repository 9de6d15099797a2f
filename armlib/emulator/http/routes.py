"""Which request goes to what answers it.

A pattern is a path with parts in braces: ``{scope}`` and ``{rest}`` are any number of segments, every other part is one
segment. Words are compared without regard to case. The first pattern that fits a path is the one.

Source: the operations of Microsoft.Resources 2024-07-01, of its deployment stacks 2024-03-01 and of its subscriptions
2022-12-01.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from armlib.deployment.fault import Fault
from armlib.emulator.http.call import Answer, Call

_MANY = ("scope", "rest")

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """What answers the paths that *pattern* fits, by method.

    *is_versioned* says whether requests must tell their version, *is_guarded* whether a server with a secret wants it.
    """

    pattern: re.Pattern[str]
    handlers: Mapping[str, Handler]
    is_versioned: bool = True
    is_guarded: bool = True

    @classmethod
    def of(cls, pattern: str, *, is_versioned: bool = True, is_guarded: bool = True, **handlers: Handler) -> Route:
        """Return the route of *pattern*; *handlers* are by method."""
        parts = re.split(r"\{(\w+)\}", pattern)
        for at in range(0, len(parts), 2):
            parts[at] = re.escape(parts[at])
        for at in range(1, len(parts), 2):
            some = "(?:/[^/]+)*" if parts[at] in _MANY else "[^/]+"
            parts[at] = f"(?P<{parts[at]}>{some})"
        return cls(re.compile("".join(parts), re.IGNORECASE), handlers, is_versioned, is_guarded)


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a request, what answers it, and what the names in the pattern stand for."""

    route: Route
    handler: Handler
    names: Mapping[str, str]


def find(table: tuple[Route, ...], method: str, path: str) -> Found:
    """Return the route of a request.

    Raises:
        Fault: 404: no pattern fits *path*. 405: one does, but not for *method*.
    """
    for route in table:
        match = route.pattern.fullmatch(path)
        if match is None:
            continue
        handler = route.handlers.get(method)
        if handler is None:
            raise MethodNotAllowed(method, tuple(route.handlers))
        return Found(route, handler, match.groupdict())
    raise Fault(404, "NotFound", f"No HTTP resource was found that matches the request URI '{path[:200]}'.")


class MethodNotAllowed(Fault):
    """A method that a path does not have; *allowed* are those it has."""

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        message = f"The requested resource does not support http method '{method[:20]}'."
        super().__init__(405, "MethodNotAllowed", message)
        self.allowed = allowed
