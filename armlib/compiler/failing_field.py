"""Which field of a module fails, where only the library that looks for resources in its fields knows.

A child that lacks arguments, or a resource without a name, is found out when the library looks at it: no line of the
user's is among the frames of the error. So the module is asked once more, field by field.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from armlib.compiler.origins import Source
from armlib.diagnostics import Diagnostic, Place
from armlib.jsonnet.literals import Literal
from armlib.jsonnet.port import EvaluationError, Evaluator, Program, Read
from armlib.jsontypes import JsonPath


def in_field(
    failures: tuple[Diagnostic, ...], entry: str, by_field: Program, evaluator: Evaluator
) -> tuple[Diagnostic, ...]:
    """Return *failures* of the module in the file *entry*, those that have no line of the user's with their field.

    *by_field* is the program that gives what is found in each field, by its name, unless the module's own arguments are
    wrong.

    Raises:
        StoppedError: A limit of time or memory was reached, or the user interrupted.
    """
    if not any(map(_is_of_library, failures)):
        return failures
    try:
        evaluator.evaluate(by_field)
    except EvaluationError as fault:
        if not (fault.path and isinstance(fault.path[0], str)):
            return failures
        name = fault.path[0]
        place = _place_of(name, entry, fault.reads) or Place(file=entry)
        return tuple(
            replace(each, place=place, path=_inside(name, each.path), excerpt=None) if _is_of_library(each) else each
            for each in failures
        )
    return failures


def _is_of_library(failure: Diagnostic) -> bool:
    return all(frame.library for frame in failure.frames) and (failure.place is None or failure.frames != ())


def _inside(name: str, path: JsonPath) -> JsonPath:
    """Return *path*, which leads from the field or to the resources of the whole module, from the module on."""
    return (name,) if path[:1] == ("resources",) else (name, *path)


def _place_of(name: str, file: str, reads: Iterable[Read]) -> Place | None:
    """Return where the outermost field *name* in *file* is written; None when there are several, or none."""
    digest = next((read.digest for read in reads if read.path == file and read.kind == "file"), "")
    source = Source(file, digest, is_library=False)
    fields = [
        (_depth(literal, source.literals), field)
        for literal in source.literals
        for field in literal.fields
        if field.name == name
    ]
    least = min((depth for depth, _ in fields), default=0)
    outermost = [field for depth, field in fields if depth == least]
    return source.place(outermost[0].start, outermost[0].end) if len(outermost) == 1 else None


def _depth(literal: Literal, literals: Iterable[Literal]) -> int:
    return sum(each.start < literal.start and literal.end < each.end for each in literals)
