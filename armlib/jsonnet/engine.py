"""One evaluation with gojsonnet, in whichever process this runs.

The engine is silent about the imports it makes and careless with the texts of errors in callbacks, so the importer
keeps both. Nothing here is imported that would slow the start of the evaluator process.
"""

from __future__ import annotations

import os

import _gojsonnet

from armlib.jsonnet.importer import Boundary, FailedImportError, Importer
from armlib.jsonnet.natives import callbacks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from armlib.jsonnet.instrument import Instrumenter
    from armlib.jsonnet.packages import Packages

MOST_FRAMES = 1000  # of an evaluation; the engine's own default is 500, this leaves room for the base library
MOST_TRACE_LINES = 200


class Request:
    """A program, as plain values."""

    __slots__ = (
        *("ext_code", "ext_str", "file", "is_traced", "library", "packaged", "packages", "project", "source"),
        *("instead", "tla_code", "tla_str"),
    )

    def __init__(
        self,
        *,
        source: str,
        file: str,
        project: str,
        library: list[str],
        packaged: list[str],
        ext_str: dict[str, str],
        ext_code: dict[str, str],
        tla_str: dict[str, str],
        tla_code: dict[str, str],
        packages: Packages | None = None,
        instead: dict[str, str] | None = None,
        is_traced: bool = False,
    ) -> None:
        self.instead = instead or {}
        self.is_traced = is_traced
        self.packages = packages
        self.source = source
        self.file = file
        self.project = project
        self.library = library
        self.packaged = packaged
        self.ext_str = ext_str
        self.ext_code = ext_code
        self.tla_str = tla_str
        self.tla_code = tla_code


class Outcome:
    """What came of a program: *text*, or *error* as the engine wrote it and perhaps the *fault* that made it.

    *reads* are (path, digest, kind); *leaked* is how many bytes the engine lost in native calls.
    """

    __slots__ = ("error", "fault", "leaked", "reads", "text")

    def __init__(
        self,
        text: str | None,
        error: str,
        fault: FailedImportError | None,
        reads: list[tuple[str, str, str]],
        leaked: int,
    ) -> None:
        self.text = text
        self.error = error
        self.fault = fault
        self.reads = reads
        self.leaked = leaked


def run(request: Request) -> Outcome:
    """Return what came of *request*."""
    return _run_traced(request) if request.is_traced else _run(request, None)[0]


def _run_traced(request: Request) -> Outcome:
    """Return what came of *request* with the places of objects; files that are also read as text are left out."""
    from armlib.jsonnet.instrument import TRACE, VARIABLE, Instrumenter

    skipped: set[str] = set()
    while True:
        instrumenter = Instrumenter(request.packaged[:1], skipped)
        traced = Request(
            source=instrumenter.code(request.source),
            file=request.file,
            project=request.project,
            library=request.library,
            packaged=request.packaged,
            packages=request.packages,
            instead=request.instead,
            ext_str=request.ext_str,
            ext_code={**request.ext_code, VARIABLE: TRACE},
            tla_str=request.tla_str,
            tla_code=request.tla_code,
        )
        outcome, importer = _run(traced, instrumenter)
        misread = instrumenter.misread(importer.resolved) - skipped
        if not misread:
            return outcome
        skipped |= misread


def _run(request: Request, instrumenter: Instrumenter | None) -> tuple[Outcome, Importer]:
    boundary = Boundary(request.project, request.library, request.packaged, request.packages)
    importer = Importer(boundary, _sources(request), instrumenter, request.instead)
    natives, leak = callbacks()
    text, failure = None, ""
    try:
        text = _gojsonnet.evaluate_snippet(
            importer.called(request.file) if os.path.isabs(request.file) else request.file,
            _with_globs(request.source),
            max_stack=MOST_FRAMES,
            max_trace=MOST_TRACE_LINES,
            ext_vars=request.ext_str,
            ext_codes={name: _with_globs(code) for name, code in request.ext_code.items()},
            tla_vars=request.tla_str,
            tla_codes={name: _with_globs(code) for name, code in request.tla_code.items()},
            import_callback=importer,
            native_callbacks=natives,
        )
    except UnicodeDecodeError as error:  # the text of an exception in a callback, with stray bytes after it
        failure = bytes(error.object).decode("utf-8", "replace")
    except RuntimeError as error:
        failure = str(error)
    if importer.fault is not None and not isinstance(importer.fault, FailedImportError):
        raise importer.fault
    return Outcome(text, failure, importer.fault, importer.reads, leak.size), importer


def _sources(request: Request) -> dict[str, str]:
    """Return the texts that may import, by the names that the engine calls them by."""
    codes = {f"<extvar:{name}>": code for name, code in request.ext_code.items()}
    codes |= {f"<top-level-arg:{name}>": code for name, code in request.tla_code.items()}
    return {request.file: request.source, **codes}


def _with_globs(source: str) -> str:
    if "glob:" not in source:
        return source
    from armlib.jsonnet.lexer import with_glob_imports

    return with_glob_imports(source)
