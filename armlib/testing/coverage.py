"""What of a module no test touches: its parameters, and the branches of its sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armlib.jsonnet.branches import Branch, branches
from armlib.jsontypes import JsonObject
from armlib.testing.branches import source
from armlib.testing.report import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A file: all its branches, and the numbers of those that were taken."""

    file: Path
    branches: tuple[Branch, ...]
    taken: frozenset[int]

    @property
    def missed(self) -> tuple[Branch, ...]:
        """The branches that were not taken, in the order of the text."""
        untaken = (branch for number, branch in enumerate(self.branches) if number not in self.taken)
        return tuple(sorted(untaken, key=lambda branch: (branch.line, branch.column)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What no case touches of the *parameters*, by module, and the *files* whose branches are counted."""

    parameters: Mapping[str, Sequence[str]]
    files: tuple[Covered, ...]


def untouched(schema: JsonObject, given: Sequence[JsonObject]) -> Iterator[str]:
    """Yield what none of the arguments in *given* touches of a module whose arguments have *schema*.

    That are parameters that are never given, defaults that never hold because the parameter always is, and allowed
    values that are neither given nor the default that holds.
    """
    properties: Any = schema["properties"]
    for name, spec in properties.items():
        values = [arguments[name] for arguments in given if name in arguments]
        defaults = [spec["default"]] if "default" in spec and len(values) < len(given) else []
        if not values:
            yield f"parameter '{name}' is never given"
        elif len(values) == len(given) and ("default" in spec or "x-armlib-computed-default" in spec):
            yield f"the default of '{name}' never holds"
        if values:
            items = [item for value in values for item in (value if isinstance(value, list) else [value])]
            for allowed in spec.get("enum", ()):
                if allowed is not None and allowed not in [*items, *defaults]:
                    yield f"'{name}' is never {json.dumps(allowed, ensure_ascii=False)}"


def covered(taken: Iterable[Mapping[str, frozenset[int]]]) -> tuple[Covered, ...]:
    """Return the files that have branches, sorted, from what each of the tests has *taken*, by file."""
    by_file: dict[str, frozenset[int]] = {}
    for one in taken:
        for path, numbers in one.items():
            by_file[path] = by_file.get(path, frozenset()) | numbers
    files = (
        Covered(file=Path(path), branches=branches(source(path)).found, taken=by_file[path]) for path in sorted(by_file)
    )
    return tuple(file for file in files if file.branches)


def lines(coverage: Coverage, base: Path) -> Iterator[str]:
    """Yield a line for all that no test touches, and one that counts the branches."""
    for module, found in coverage.parameters.items():
        yield from (f"{module}: {line}" for line in found)
    for file in coverage.files:
        yield from (f"{shown(file.file, base)}:{one.line}:{one.column}: {one.what}" for one in file.missed)
    every = sum(len(file.branches) for file in coverage.files)
    if every:
        yield f"{every - sum(len(file.missed) for file in coverage.files)} of {every} branches taken"


def branches_json(files: Iterable[Covered], base: Path) -> JsonObject:
    """Return ``{file: {branches, taken, missed: [{line, column, message}]}}``."""
    return {
        shown(file.file, base): {
            "branches": len(file.branches),
            "taken": len(file.branches) - len(file.missed),
            "missed": [{"line": one.line, "column": one.column, "message": one.what} for one in file.missed],
        }
        for file in files
    }


def as_lcov(files: Iterable[Covered], base: Path) -> bytes:
    """Return the tracefile that editors and coverage services read; a line is hit when a branch on it is taken.

    Source: geninfo(1) of LCOV, "FILES".
    """
    return "".join(f"{line}\n" for file in files for line in _record(file, shown(file.file, base))).encode()


def _record(file: Covered, name: str) -> Iterator[str]:
    yield from ("TN:", f"SF:{name}")
    hits: dict[int, int] = {}
    for number, branch in enumerate(file.branches):
        hit = int(number in file.taken)
        hits[branch.line] = max(hits.get(branch.line, 0), hit)
        yield f"BRDA:{branch.line},0,{number},{hit}"
    yield from (f"BRF:{len(file.branches)}", f"BRH:{len(file.branches) - len(file.missed)}")
    yield from (f"DA:{line},{hit}" for line, hit in sorted(hits.items()))
    yield from (f"LF:{len(hits)}", f"LH:{sum(hits.values())}", "end_of_record")
