"""Diagnostics as people read them, in the form that editors and terminals make clickable.

main.jsonnet:3:11: error: cannot find 'x.libsonnet' [import-not-found]
  3 | local a = import 'x.libsonnet';
    |           ^^^^^^^^^^^^^^^^^^^^
  hint: did you mean 'y.libsonnet'?
  called from main.jsonnet:10:3 in function <build>
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from armlib.diagnostics import Diagnostic, Excerpt, Frame, Place, Severity, in_line
from armlib.jsontypes import format_path

_TAB = 4
_WIDEST = 160  # columns of a source line that are shown
_BEFORE_CARET = 60  # of them, before the caret, when the line is cut
_MOST_FRAMES = 8

_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"
_COLOURS = {Severity.ERROR: "\033[1;31m", Severity.WARNING: "\033[1;33m", Severity.NOTE: "\033[1;36m"}
_CARET = "\033[1;32m"
_Paint: TypeAlias = Callable[[str, str], str]


def render_text(diagnostics: Sequence[Diagnostic], *, base: Path, colour: bool = False) -> str:
    """Return *diagnostics* as text; files below the folder *base* are named relative to it."""
    paint = _paint if colour else _unpainted
    blocks = ["".join(f"{line}\n" for line in _block(diagnostic, base, paint)) for diagnostic in diagnostics]
    return "".join(blocks) + (f"{_summary(diagnostics)}\n" if len(diagnostics) > 1 else "")


def show_file(file: str, base: Path) -> str:
    """Return the name *file* is shown by: relative when it lies below the folder *base*."""
    path = Path(file)
    return str(path.relative_to(base)) if path.is_absolute() and path.is_relative_to(base) else file


def show_place(place: Place, base: Path) -> str:
    """Return *place* as ``file:line:column``, as far as it is known."""
    text = in_line(show_file(place.file, base))
    if place.line:
        text += f":{place.line}"
        if place.column:
            text += f":{place.column}"
    return printable(text)


def counted(number: int, noun: str) -> str:
    """Return *number* with its *noun*, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """Return *text* with its control characters spelled out, so that no input can drive the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else _spelled(char) for char in text)


def _spelled(char: str) -> str:
    if char == "\t":
        return " " * _TAB
    if unicodedata.category(char) in ("Zs", "Co"):  # wide spaces and private characters do no harm
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"


def _paint(text: str, code: str) -> str:
    return f"{code}{text}{_PLAIN}"


def _unpainted(text: str, _code: str) -> str:
    return text


def _block(diagnostic: Diagnostic, base: Path, paint: _Paint) -> Iterable[str]:
    head, *rest = printable(_with_file_in_line(diagnostic, base)).split("\n")
    where = show_place(diagnostic.place, base) if diagnostic.place else printable(format_path(diagnostic.path))
    located = diagnostic.place is not None or bool(diagnostic.path)
    severity = paint(f"{diagnostic.severity.value}:", _COLOURS[diagnostic.severity])
    yield (
        f"{paint(f'{where}:', _BOLD)} " if located else ""
    ) + f"{severity} {head} {paint(f'[{diagnostic.code}]', _DIM)}"
    yield from (f"  {line}" for line in rest)
    if diagnostic.excerpt is not None:
        yield from _source(diagnostic.excerpt, diagnostic.place.line if diagnostic.place else 0, paint)
    if diagnostic.place is not None and diagnostic.path:
        yield f"  {paint('in', _DIM)} {printable(format_path(diagnostic.path))}"
    if diagnostic.hint:
        first, *more = printable(diagnostic.hint).split("\n")
        yield f"  {paint('hint:', _BOLD)} {first}"
        yield from (f"        {line}" for line in more)
    frames = diagnostic.frames
    if frames and diagnostic.place and _is_same_start(frames[0].place, diagnostic.place):
        frames = frames[1:]  # it says where the error is, which has been said
    yield from _frames(frames, base, paint)


def _with_file_in_line(diagnostic: Diagnostic, base: Path) -> str:
    """Return the message, whose lines are kept, with the name of the file that it is about in one line."""
    if diagnostic.place is None:
        return diagnostic.message
    file = show_file(diagnostic.place.file, base)
    return diagnostic.message.replace(file, in_line(file))


def _is_same_start(one: Place, other: Place) -> bool:
    return (one.file, one.line, one.column) == (other.file, other.line, other.column)


def render_excerpt(excerpt: Excerpt, line: int) -> list[str]:
    """Return the lines that show *excerpt*, of line number *line* of its file, 0 when it is of none."""
    return list(_source(excerpt, line, _unpainted))


def _source(excerpt: Excerpt, line: int, paint: _Paint) -> Iterable[str]:
    """Yield the source line and the line with the caret; both count in terminal cells."""
    number = str(line) if line else ""
    text, before, marked = _windowed(excerpt)
    caret = paint("^" * max(1, marked), _CARET)
    yield f"  {paint(f'{number} |', _DIM)} {text}"
    yield f"  {paint(' ' * len(number) + ' |', _DIM)} {' ' * before}{caret}"


def _windowed(excerpt: Excerpt) -> tuple[str, int, int]:
    """Return the part of the line that is shown, the cells before the caret, and the cells that are marked."""
    line = excerpt.text.rstrip("\r\n")
    start = min(max(excerpt.column - 1, 0), len(line))
    first = 0 if len(line) <= _WIDEST else max(0, start - _BEFORE_CARET)
    last = min(len(line), first + _WIDEST)
    lead, tail = "…" if first else "", "…" if last < len(line) else ""
    before = _cells_shown(line[first:start])
    marked = _cells_shown(line[start : min(start + excerpt.length, last)])
    shown = _cells_shown(line[first:last])
    return lead + shown + tail, _width(lead + before), _width(marked)


def _cells_shown(text: str) -> str:
    return printable(text).replace("\n", " ")


def _width(text: str) -> int:
    """Return how many terminal cells *text* takes."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _frames(frames: Sequence[Frame], base: Path, paint: _Paint) -> Iterable[str]:
    """Yield the user's frames, and how many of the library's there are."""
    user = [frame for frame in frames if not frame.library]
    for frame in user[:_MOST_FRAMES]:
        name = f" in {printable(frame.name)}" if frame.name else ""
        yield f"  {paint('called from', _DIM)} {show_place(frame.place, base)}{name}"
    if len(user) > _MOST_FRAMES:
        yield paint(f"  … and {counted(len(user) - _MOST_FRAMES, 'more frame')}", _DIM)
    if len(user) < len(frames):
        yield paint(f"  ({counted(len(frames) - len(user), 'frame')} inside armlib's library)", _DIM)


def _summary(diagnostics: Sequence[Diagnostic]) -> str:
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    return ", ".join(counted(counts[severity], severity.value) for severity in Severity if counts[severity])
