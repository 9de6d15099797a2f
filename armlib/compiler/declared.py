"""What a module declares, from one that fails when it is asked with arguments that stand for unknown values.

Such a module looks at its arguments before it says what they are: most often an ``assert`` does, of the module or of
the whole file. So it is asked again without its assertions, then with the arguments themselves. The latter not when any
of its sources speaks of something secure: a secret's value never enters Jsonnet.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from armlib.jsonnet.lexer import imports, tokens
from armlib.jsonnet.port import Evaluated, EvaluationError, Evaluator, Program, Read, Roots
from armlib.jsontypes import Json

_SECURE = re.compile("secure", re.IGNORECASE)
_ASSERT = re.compile(r"\bassert\b")
_MOST_FILES = 500


def without_assertions(program: Program, evaluator: Evaluator, reads: Iterable[Read]) -> Evaluated | None:
    """Return what *program*, which has read *reads* and failed, comes to without assertions; None when it fails still.

    What it read is told of the files as they are.
    """
    texts = dict(program.roots.instead)
    known = list(reads)
    while True:
        found = {
            path: _unasserted(text)
            for path, text in _sources(known, program.roots)
            if path not in texts and _ASSERT.search(text)
        }
        if not found:
            return None
        texts |= found
        asked = replace(program, roots=replace(program.roots, instead=tuple(texts.items())))
        try:
            answer = evaluator.evaluate(asked)
        except EvaluationError as fault:
            known = list(fault.reads)
        else:
            return replace(answer, reads=tuple(read for read in answer.reads if read.path not in texts))


def speaks_of_secrets(program: Program, reads: Iterable[Read]) -> bool:
    """Return whether a source that *program*, which has read *reads*, may read can declare something secure."""
    if any(_SECURE.search(code) for code in (*program.ext_code.values(), *program.tla_code.values())):
        return True
    waiting = dict(_sources(reads, program.roots))
    seen: set[str] = set()
    while waiting:
        path, text = waiting.popitem()
        seen.add(path)
        if _SECURE.search(text) or len(seen) > _MOST_FILES:
            return True
        for found in imports(text):
            imported = _resolved(found.name, path, program.roots)
            if imported is None:
                return True  # not to be told
            if imported not in seen and not _is_packaged(imported, program.roots):
                waiting |= dict(_read(imported))
    return False


def guesses(values: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """Yield *values* with the texts read as what they look like, and as they are when that is something else."""
    read = {name: _looks_like(value) for name, value in values.items()}
    yield read
    if read != values:
        yield dict(values)


def _looks_like(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        read: Json = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return read


def _unasserted(text: str) -> str:
    """Return *text* with assertions that hold, on the same lines."""
    ends = [token.start + len(token.text) for token in tokens(text) if token.kind == "word" and token.text == "assert"]
    pieces = (text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True))
    return " true ||".join(pieces)


def _sources(reads: Iterable[Read], roots: Roots) -> Iterator[tuple[str, str]]:
    for read in reads:
        if read.kind == "file" and not _is_packaged(read.path, roots):
            yield from _read(read.path)


def _read(path: str) -> Iterator[tuple[str, str]]:
    try:
        yield path, Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return


def _resolved(name: str, importing: str, roots: Roots) -> str | None:
    """Return the path of what the file *importing* imports as *name*; None when that cannot be told from names."""
    folders = (Path(importing).parent, roots.project, *roots.library, *roots.packaged)
    paths = (os.path.normpath(folder / name) for folder in folders)
    return next((path for path in paths if Path(path).is_file()), None)


def _is_packaged(path: str, roots: Roots) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in roots.base_library)
