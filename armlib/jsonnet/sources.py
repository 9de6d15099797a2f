"""The source texts that a program used, by the names that the engine calls them by."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from armlib.jsonnet.errortext import EngineError, Range
from armlib.jsonnet.importer import Boundary
from armlib.jsonnet.packages import Packages
from armlib.jsonnet.port import Program, Read

_LONGEST_QUOTE = 60  # characters
_LARGEST_SEARCHED = 256 * 1024  # bytes of a file that is searched for names


class ProgramSources:
    """The source texts of *program*, which made *reads*; a file is read again when its text is asked for."""

    def __init__(self, program: Program, reads: Iterable[Read]) -> None:
        self.program = program
        self.files = tuple(dict.fromkeys(read.path for read in reads if read.kind == "file"))
        self._given = {program.file: program.source}
        self._given |= {f"<extvar:{name}>": code for name, code in program.ext_code.items()}
        self._given |= {f"<top-level-arg:{name}>": code for name, code in program.tla_code.items()}
        self._libraries = tuple(f"{folder.absolute()}{os.sep}" for folder in program.roots.base_library)
        self._texts: dict[str, str | None] = {}
        boundary = _boundary(program)
        self._paths = {boundary.called(path): path for path in (program.file, *self.files)}

    def located(self, found: EngineError) -> EngineError:
        """Return *found* with the paths of its files in place of what the engine calls them."""
        frames = tuple(replace(frame, range=self._located(frame.range)) for frame in found.frames)
        return replace(found, range=found.range and self._located(found.range), frames=frames)

    def _located(self, range_: Range) -> Range:
        return replace(range_, file=self._paths.get(range_.file, range_.file))

    def text(self, file: str) -> str | None:
        """Return the text of *file*, or None when it is not one that the program used."""
        if file in self._given:
            return self._given[file]
        if file not in self._texts:
            self._texts[file] = _read(file) if file in self.files else None
        return self._texts[file]

    def knows(self, file: str) -> bool:
        """Return whether the program may have used *file*."""
        return file in self._given or file in self.files or is_generated(file)

    def is_library(self, file: str) -> bool:
        """Return whether *file* is not the user's: the engine's, the compiler's or armlib's own."""
        return is_generated(file) or file.startswith(self._libraries)

    def quote(self, range_: Range) -> str:
        """Return the source text of a range, or "" when it is not known, long, or on several lines."""
        text = self.source(range_)
        return text if len(text) <= _LONGEST_QUOTE and "\n" not in text else ""

    def source(self, range_: Range) -> str:
        """Return the source text of a range, or "" when it is not known."""
        text = self.text(range_.file)
        if text is None or not range_.end_line:
            return ""
        lines = [line.encode() for line in text.split("\n")[range_.line - 1 : range_.end_line]]
        if len(lines) <= range_.end_line - range_.line:
            return ""
        lines[-1] = lines[-1][: range_.end_column - 1]
        lines[0] = lines[0][range_.column - 1 :]
        return b"\n".join(lines).decode("utf-8", "replace").strip()

    def start(self, range_: Range) -> str:
        """Return the source from where a range starts to the end of that line."""
        line = self.line(range_)
        return "" if line is None else line.encode()[range_.column - 1 :].decode("utf-8", "replace")

    def line(self, range_: Range) -> str | None:
        """Return the line that a range starts on."""
        text = self.text(range_.file)
        lines = text.split("\n") if text is not None else []
        return lines[range_.line - 1].rstrip("\r") if 0 < range_.line <= len(lines) else None

    def searched(self, first: str, *, with_libraries: bool = True) -> Iterator[str]:
        """Return the texts to look for names in: the file *first*, then the user's, then those of libraries."""
        for file in sorted({*self._given, *self.files}, key=lambda file: (file != first, self.is_library(file), file)):
            text = self.text(file) if file in self._given or _size(file) <= _LARGEST_SEARCHED else None
            is_wanted = with_libraries or not self.is_library(file)
            if text is not None and is_wanted and not is_generated(file):
                yield text


def _boundary(program: Program) -> Boundary:
    roots = program.roots
    packages = Packages(roots.package_roots(), dict(roots.imports))
    library, packaged = (list(map(str, folders)) for folders in (roots.library, roots.packaged))
    return Boundary(str(roots.project), library, packaged, packages)


def is_generated(file: str) -> bool:
    """Return whether *file* is a program made by the compiler or the importer, such as ``<armlib>``."""
    return Path(file).name.startswith("<") and not file.startswith(("<extvar:", "<top-level-arg:"))


def _read(file: str) -> str | None:
    try:
        return Path(file).read_text("utf-8", "replace")
    except OSError:
        return None


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0
