"""The port to a Jsonnet evaluator: what the compiler asks of it, whichever engine answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Protocol

from armlib.config import Package
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic
from armlib.errors import DiagnosticsError
from armlib.jsonnet.packages import PackageRoot
from armlib.jsontypes import JsonPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """The folders that an import may reach; nothing outside them is ever read.

    An import is looked for beside the importing file, then in *project*, then in each of *library* in order, then among
    the *packages* that *imports* names, then in *packaged*: armlib's own ``lib/``, and after it ``registry/``, whose
    modules are as any others. A file of a package reaches only that package, those that it imports, and ``lib/``.
    """

    project: Path
    library: tuple[Path, ...] = ()
    packaged: tuple[Path, ...] = ()
    packages: tuple[Package, ...] = ()
    imports: tuple[tuple[str, int], ...] = ()
    instead: tuple[tuple[str, str], ...] = ()  # paths of files, and texts that are taken in place of their own

    def package_roots(self) -> list[PackageRoot]:
        """Return the packages as the importer takes them."""
        return [
            PackageRoot(
                label=package.label,
                folder=str(package.folder),
                listing=str(package.listing or ""),
                digest=package.digest,
                exports=package.exports,
                imports=dict(package.imports),
            )
            for package in self.packages
        ]

    @property
    def base_library(self) -> tuple[Path, ...]:
        """The folder of the base library, whose files are not the user's; none when there is none."""
        return self.packaged[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One evaluation: the text of the root snippet, the name that errors call it by, and what it may use.

    When it *is_traced*, objects tell where they were written (:mod:`armlib.jsonnet.instrument`); what the program comes
    to is the same, the places and texts of errors are not. *time_limit* (seconds) is kept to when it is the
    shorter one.
    """

    source: str
    file: str
    roots: Roots
    ext_str: Mapping[str, str] = field(default_factory=dict)
    ext_code: Mapping[str, str] = field(default_factory=dict)
    tla_str: Mapping[str, str] = field(default_factory=dict)
    tla_code: Mapping[str, str] = field(default_factory=dict)
    is_traced: bool = False
    time_limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Something that an evaluation looked up, so that a cache can tell whether it would read the same again.

    *digest* is the sha256 of the file's bytes, of the sorted listing for a glob, and ``""`` for a path that was looked
    for and absent (a file that appears there later would win).
    """

    path: str
    digest: str
    kind: str = "file"  # "file", "glob" or "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The JSON text that a program came to, and everything it read."""

    text: str
    reads: tuple[Read, ...] = ()
    traces: tuple[str, ...] = ()  # the lines of std.trace


class EvaluationError(DiagnosticsError):
    """The program failed; the diagnostics say where, with source line and frames.

    *traces* are the lines of std.trace until then, *path* leads to the part of the result that was being made.
    """

    code = "evaluation"

    def __init__(
        self,
        diagnostics: tuple[Diagnostic, ...],
        reads: tuple[Read, ...] = (),
        traces: tuple[str, ...] = (),
        path: JsonPath = (),
    ) -> None:
        super().__init__(diagnostics)
        self.path = path
        self.reads = reads
        self.traces = traces

    def outside(self, file: str) -> tuple[Diagnostic, ...]:
        """Return the diagnostics without the places of the program, which is called *file*."""
        return tuple(_outside(found, file) for found in self.diagnostics)


def _outside(found: Diagnostic, file: str) -> Diagnostic:
    frames = tuple(frame for frame in found.frames if not frame.place.file.endswith(file))
    if found.place is not None and found.place.file.endswith(file):
        return replace(found, frames=frames, place=frames[0].place if frames else None, excerpt=None)
    return replace(found, frames=frames)


class Evaluator(Protocol):
    """Evaluates Jsonnet.

    Raises:
        EvaluationError: The program is wrong.
        StoppedError: A limit of time or memory was reached, or the user interrupted (code ``time-limit``,
            ``memory-limit``, ``interrupted``).
    """

    def evaluate(self, program: Program) -> Evaluated:
        """Return what *program* comes to."""
        ...
