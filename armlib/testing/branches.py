"""Evaluations that tell which branches of the sources under test they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from armlib.jsonnet.branches import read_as_text, telling, told
from armlib.jsonnet.port import Evaluated, EvaluationError, Evaluator, Program, Read
from armlib.testing.discovery import is_tested


class CoveringEvaluator:
    """Evaluates as *inner* does, and notes the branches that are taken in the files of *folders*.

    What a program reads there is read so that it tells its branches. One that fails is evaluated again as it is, so
    that the error has the places of the user's text.
    """

    def __init__(self, inner: Evaluator, folders: Sequence[Path]) -> None:
        self.inner = inner
        self._folders = folders
        self._files: list[str] = []  # by their numbers
        self._texts: dict[str, str] = {}  # what is read instead
        self._seen: set[str] = set()
        self._taken: dict[str, set[int]] = {}

    def take(self) -> dict[str, frozenset[int]]:
        """Return the numbers of the branches that were taken since the last call, by file; also of files without."""
        taken, self._taken = self._taken, {}
        return {path: frozenset(numbers) for path, numbers in taken.items()}

    def evaluate(self, program: Program) -> Evaluated:
        """Return what *program* comes to."""
        if not self._folders or program.is_traced:
            return self.inner.evaluate(program)
        evaluated, failed = None, None
        while True:
            instead = (*self._texts.items(), *program.roots.instead)
            try:
                evaluated = self.inner.evaluate(replace(program, roots=replace(program.roots, instead=instead)))
                reads, traces = evaluated.reads, evaluated.traces
            except EvaluationError as error:
                reads, traces, failed = error.reads, error.traces, error
            if not self._learns(reads):
                break
        self._note(reads, traces)
        return self.inner.evaluate(program) if failed or evaluated is None else evaluated

    def _learns(self, reads: Iterable[Read]) -> bool:
        """Return whether there were files among *reads* that could have told their branches, and did not."""
        found = [read.path for read in reads if read.kind == "file" and read.path not in self._seen]
        self._seen.update(found)
        texts = {path: source(path) for path in found if any(is_tested(path, folder) for folder in self._folders)}
        as_they_are = {Path(name).name for text in texts.values() for name in read_as_text(text)}
        known = len(self._texts)
        for path, text in texts.items():
            if Path(path).suffix in (".jsonnet", ".libsonnet") and Path(path).name not in as_they_are:
                self._texts[path] = telling(text, len(self._files))
                self._files.append(path)
        return len(self._texts) > known

    def _note(self, reads: Iterable[Read], traces: Iterable[str]) -> None:
        for read in reads:
            if read.path in self._texts:
                self._taken.setdefault(read.path, set())
        for file, branch in filter(None, map(told, traces)):
            self._taken.setdefault(self._files[file], set()).add(branch)


def source(path: str) -> str:
    """Return the text of a source; none where it cannot be read, which the engine tells."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
