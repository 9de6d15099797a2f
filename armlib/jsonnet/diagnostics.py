"""The engine's error texts made diagnostics: what, where, with the source line, the frames and the nearest name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from armlib.diagnostics import Diagnostic, Excerpt, Frame, Place, Severity
from armlib.jsonnet.errortext import EngineError, EngineFrame, Range, parse_error, parse_static
from armlib.jsonnet.explanations import Problem, explain_runtime, explain_static
from armlib.jsonnet.port import Program, Read
from armlib.jsonnet.sources import ProgramSources, is_generated
from armlib.jsontypes import JsonPath

PAYLOAD = "armlib-diagnostics: "  # a line of an error's text, before the JSON array of its diagnostics
_MOST_FRAMES = 20  # of the user's, and as many of libraries
_DEEPEST_PATH = 40  # steps; a value that holds itself has hundreds, and
_SHOWN_OF_DEEPER = 4  # of them say enough
_LONGEST_EXCERPT = 160  # characters


def translate(text: str, program: Program, fault: Sequence[str], reads: Iterable[Read]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics, one or more, for an error of the engine.

    Args:
        text: The engine's error.
        program: What was evaluated.
        fault: Code, message and hint when an import was at fault; else empty.
        reads: What the program read; its files give the source lines.
    """
    sources = ProgramSources(program, reads)
    found = sources.located(parse_error(text))
    if fault:
        code, message, advice = fault
        return (_located(Problem(code, message, advice or None), _import_frames(found, sources), found.path, sources),)
    payload = _payload(found.message)
    if payload:
        return tuple(
            replace(_located(problem, found.frames, (), sources), path=path, severity=severity)
            for problem, path, severity in payload
        )
    imported = _static_in_import(found, sources)
    if imported is not None:
        found = imported
    if found.range is not None:
        frames = (EngineFrame(range=found.range, name=""), *found.frames)
        return (_located(explain_static(found.message, found.range, sources), frames, (), sources),)
    path = found.path if len(found.path) < _DEEPEST_PATH else found.path[:_SHOWN_OF_DEEPER]
    return (_located(explain_runtime(found, sources), found.frames, path, sources),)


def crashed(program: Program, *, overflowed: bool) -> Diagnostic:
    """Return the diagnostic for a program that the engine did not survive."""
    place = Place(file=shown(program.file, program))
    if overflowed:
        return Diagnostic(
            code="stack-overflow",
            severity=Severity.ERROR,
            message="the program is nested too deeply, or recurses too deeply",
            hint="look for brackets nested by the thousand, or a function that calls itself",
            place=place,
        )
    return Diagnostic(
        code="evaluator-crashed",
        severity=Severity.ERROR,
        message="the evaluator crashed on this program",
        hint="please report this, with the program",
        place=place,
    )


def _payload(message: str) -> list[tuple[Problem, JsonPath, Severity]]:
    """Return the diagnostics that an armlib library put into the text of its error; none when there are none."""
    line = next((line for line in message.split("\n") if line.startswith(PAYLOAD)), None)
    if line is None:
        return []
    try:
        items = json.loads(line.removeprefix(PAYLOAD))
    except ValueError:
        return []
    return [_payload_item(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _payload_item(item: dict[str, object]) -> tuple[Problem, JsonPath, Severity]:
    path = item.get("path")
    steps = (
        tuple(step if isinstance(step, str) else int(step) for step in path if isinstance(step, str | int | float))
        if isinstance(path, list)
        else ()
    )
    hint = item.get("hint")
    severity = str(item.get("severity", ""))
    problem = Problem(
        str(item.get("code", "runtime-error")), str(item.get("message", "")), None if hint is None else str(hint)
    )
    return problem, steps, Severity(severity) if severity in set(Severity) else Severity.ERROR


def _static_in_import(found: EngineError, sources: ProgramSources) -> EngineError | None:
    """Return the static error that importing a file raised, if *found* is one."""
    told = parse_static(found.message) if found.range is None and found.frames else None
    static = None if told is None else sources.located(told)
    if static is None or static.range is None or static.range.file not in sources.files:
        return None
    frame = found.frames[0].range
    if not (is_generated(frame.file) or sources.start(frame).startswith("import")):
        return None
    return replace(static, frames=found.frames)


def _import_frames(found: EngineError, sources: ProgramSources) -> tuple[EngineFrame, ...]:
    """Return the frames of a failed import; stray bytes before them may look like further ones."""
    frames = [frame for frame in found.frames if sources.knows(frame.range.file)]
    first = (index for index, frame in enumerate(frames) if sources.start(frame.range).startswith("import"))
    return tuple(frames[next(first, 0) :])


def _located(problem: Problem, frames: Sequence[EngineFrame], path: JsonPath, sources: ProgramSources) -> Diagnostic:
    """Return *problem* at the innermost frame that is the user's."""
    distinct = list({frame.range: frame for frame in frames if frame.range.file != "<std>"}.values())
    users = [frame for frame in distinct if not sources.is_library(frame.range.file)]
    libraries = [frame for frame in distinct if sources.is_library(frame.range.file)]
    first = next(iter(users or libraries), None)
    return Diagnostic(
        code=problem.code,
        severity=Severity.ERROR,
        message=_harmless(problem.message),
        hint=None if problem.hint is None else _harmless(problem.hint),
        path=path,
        place=_place(first.range, sources) if first else _whole_file(sources),
        excerpt=_excerpt(first.range, sources) if first else None,
        frames=tuple(_frame(frame, sources) for frame in (*users[:_MOST_FRAMES], *libraries[:_MOST_FRAMES])),
    )


def _whole_file(sources: ProgramSources) -> Place | None:
    file = sources.program.file
    return None if is_generated(file) else Place(file=shown(file, sources.program))


def _frame(frame: EngineFrame, sources: ProgramSources) -> Frame:
    return Frame(place=_place(frame.range, sources), name=frame.name, library=sources.is_library(frame.range.file))


def _place(range_: Range, sources: ProgramSources) -> Place:
    """Return the place of a range, its columns in characters."""
    end = replace(range_, line=range_.end_line, column=range_.end_column)
    return Place(
        file=shown(range_.file, sources.program),
        line=range_.line,
        column=_column(range_, sources),
        end_line=range_.end_line,
        end_column=_column(end, sources) if range_.end_line else 0,
    )


def _column(range_: Range, sources: ProgramSources) -> int:
    line = sources.line(range_)
    return range_.column if line is None else len(line.encode()[: range_.column - 1].decode("utf-8", "replace")) + 1


def _excerpt(range_: Range, sources: ProgramSources) -> Excerpt | None:
    """Return the line of a range with its columns; of a long line the part around it."""
    line = sources.line(range_)
    if line is None:
        return None
    place = _place(range_, sources)
    last = place.end_column if place.end_line == place.line else len(line) + 1 if place.end_line else 0
    length = max(last - place.column, 1)
    if len(line) <= _LONGEST_EXCERPT:
        return Excerpt(text=_printable(line), column=place.column, length=length)
    start = max(min(place.column - 1 - _LONGEST_EXCERPT // 4, len(line) - _LONGEST_EXCERPT), 0)
    text = _printable(line[start : start + _LONGEST_EXCERPT])
    before, after = "…" if start else "", "…" if start + _LONGEST_EXCERPT < len(line) else ""
    column = place.column - start + len(before)
    return Excerpt(
        text=f"{before}{text}{after}", column=column, length=max(min(length, len(before) + len(text) - column + 1), 1)
    )


def _harmless(text: str) -> str:
    """Return *text* with the letters escaped that would act on a terminal."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text)


def _printable(text: str) -> str:
    """Return *text*, equally long, with nothing that would move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def shown(file: str, program: Program) -> str:
    """Return how *file* is told to the user: from the current folder, else from the project, else in full.

    A file of a package is told by the package, unless that is one of the project's folders.
    """
    path = Path(file)
    package = next((one for one in program.roots.packages if path.is_relative_to(one.folder)), None)
    if package is None or package.listing is None:
        for folder in (Path.cwd(), program.roots.project.absolute()):
            if path.is_relative_to(folder):
                return str(path.relative_to(folder))
    return file if package is None else f"{package.label}/{path.relative_to(package.folder)}"
