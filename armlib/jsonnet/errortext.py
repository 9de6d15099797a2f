r"""Reads the texts of gojsonnet's errors.

A static error is ``FILE:LINE:COLUMN-COLUMN MESSAGE`` and the source. A runtime error is ``RUNTIME ERROR: MESSAGE``,
then one line a frame, ``\tFILE:LINE:COLUMN-COLUMN\tNAME``, and the way through the result, ``\tField "x"``, from the
inside out. A static error of an imported file is the message of a runtime error. Columns count bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from armlib.jsontypes import JsonPath

_RANGE = (
    r"(?P<file>[^\n]+?):(?:(?P<line>\d+):(?P<column>\d+)(?:-(?P<end>\d+))?"
    r"|\((?P<line1>\d+):(?P<column1>\d+)\)-\((?P<line2>\d+):(?P<column2>\d+)\))"
)
_STATIC = re.compile(_RANGE + r" (?P<message>[^\n]*)")
_FRAME = re.compile(r"\t" + _RANGE + r"\t(?P<name>.*)")
_STEP = re.compile(r'\t(?:Field (?P<field>".*")|Array element (?P<index>\d+))\t?')
_RUNTIME = "RUNTIME ERROR: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of a file as the engine tells it: from 1, columns in bytes, the end exclusive and 0 when not told."""

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFrame:
    """A line of a stack trace; *name* is what the engine calls it, ``function <f>``."""

    range: Range
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineError:
    """An error text taken apart.

    *range* is set for a static error; *frames* are the engine's, innermost first; *path* leads to the part of the
    result that was being made.
    """

    message: str
    range: Range | None = None
    frames: tuple[EngineFrame, ...] = ()
    path: JsonPath = ()


def parse_error(text: str) -> EngineError:
    """Return what the engine's error *text* says."""
    if not text.startswith(_RUNTIME):
        return parse_static(text) or EngineError(message=text.strip())
    lines = text.removeprefix(_RUNTIME).removesuffix("\n").split("\n")
    end = len(lines)
    while end > 1 and lines[end - 1].startswith("\t"):
        end -= 1
    trace = lines[end:]
    frames = tuple(
        EngineFrame(range=_range(found), name=found["name"].strip())
        for line in trace
        if (found := _FRAME.fullmatch(line))
    )
    steps = [_step(found) for line in trace if (found := _STEP.fullmatch(line))]
    return EngineError(message="\n".join(lines[:end]), frames=frames, path=tuple(reversed(steps)))


def parse_static(text: str) -> EngineError | None:
    """Return what the static error *text* says, or None when it is not one."""
    found = _STATIC.match(text)
    if found is None:
        return None
    message = found["message"]
    again = _STATIC.fullmatch(message)  # the engine puts the place of a wrong escape twice
    return EngineError(message=again["message"] if again else message, range=_range(found))


def _range(found: re.Match[str]) -> Range:
    if found["line"] is None:
        line, column, end_line, end_column = (int(found[name]) for name in ("line1", "column1", "line2", "column2"))
        return Range(file=found["file"], line=line, column=column, end_line=end_line, end_column=end_column)
    line, column, end_column = int(found["line"]), int(found["column"]), int(found["end"] or 0)
    return Range(
        file=found["file"], line=line, column=column, end_line=line if end_column else 0, end_column=end_column
    )


def _step(found: re.Match[str]) -> str | int:
    if found["index"] is not None:
        return int(found["index"])
    try:
        return str(json.loads(found["field"]))
    except ValueError:  # Go escapes a few letters in its own way
        return found["field"][1:-1]
