"""What is told to the user about wrong input: values, collected so that one run shows all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from armlib.dataclass import dataclass
from armlib.jsontypes import JsonPath


class Severity(StrEnum):
    """How much a diagnostic weighs; only an error stops the command."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A range in a source file.

    Lines and columns count from 1; columns count characters. The end is exclusive; 0 means unknown. A place with line 0
    means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A line of text with a caret under it: a source line, or an ARM expression.

    *column* counts from 1, *length* is at least 1; both count characters of *text*.
    """

    text: str
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One step of the way from the entry to the error; *library* frames belong to armlib's own Jsonnet files."""

    place: Place
    name: str = ""
    library: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem: what is wrong, where, and how to mend it."""

    code: str  # kebab-case and stable: users silence it by this name
    severity: Severity
    message: str  # what is wrong, with the offending value (never a secret's)
    hint: str | None = None  # what to do about it
    path: JsonPath = ()  # where in the template or the arguments, ("resources", 0, "properties")
    place: Place | None = None  # where in the source
    excerpt: Excerpt | None = None
    frames: tuple[Frame, ...] = ()  # user frames first, innermost first


def in_line(name: str) -> str:
    """Return the *name* of a file in one line, its control characters escaped: a name may have any of them."""
    return "".join(char if char.isprintable() or ord(char) > 127 else ascii(char)[1:-1] for char in name)


def error(
    code: str,
    message: str,
    *,
    hint: str | None = None,
    path: JsonPath = (),
    place: Place | None = None,
    excerpt: Excerpt | None = None,
) -> Diagnostic:
    """Return an error; a shorthand for the most frequent kind."""
    return Diagnostic(
        code=code, severity=Severity.ERROR, message=message, hint=hint, path=path, place=place, excerpt=excerpt
    )


def warning(
    code: str,
    message: str,
    *,
    hint: str | None = None,
    path: JsonPath = (),
    place: Place | None = None,
    excerpt: Excerpt | None = None,
) -> Diagnostic:
    """Return a warning; a shorthand."""
    return Diagnostic(
        code=code, severity=Severity.WARNING, message=message, hint=hint, path=path, place=place, excerpt=excerpt
    )


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of *diagnostics* is an error."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def folded(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *diagnostics* with one for all that have one place in a source and say the same of several resources.

    A function or a loop of a module makes many resources from one line, and that is where the problem is mended.
    """
    kept: dict[object, Diagnostic] = {}
    times: dict[object, int] = {}
    counts: dict[object, int] = {}
    for each in diagnostics:
        inside = _inside_resource(each.path)
        number = counts[each.code, each.path] = counts.get((each.code, each.path), 0) + 1
        is_shared = inside is not None and each.place is not None and each.place.line
        key = (each.code, each.severity, each.place, inside, number) if is_shared else each
        kept.setdefault(key, each)
        times[key] = times.get(key, 0) + 1
    return tuple(
        each if times[key] == 1 or key is each else _for_all(each, times[key] - 1) for key, each in kept.items()
    )


def _for_all(diagnostic: Diagnostic, more: int) -> Diagnostic:
    others = f"{more} more resources" if more > 1 else "one more resource"
    return replace(diagnostic, message=f"{diagnostic.message} (so in {others} made here)")


def _inside_resource(path: JsonPath) -> JsonPath | None:
    """Return the part of *path* that lies inside the innermost resource; None when it leads into none."""
    for at in range(len(path) - 2, -1, -1):
        if path[at] == "resources" and isinstance(path[at + 1], int):
            return path[at + 2 :]
    return None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name of *known* that *name* is most likely a misspelling of, or None.

    Case is ignored; a swap, a missing and a wrong letter are forgiven.
    """
    import difflib

    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None
