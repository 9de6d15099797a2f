"""Target -> compilation: turns what was asked for into a request and runs the pipeline on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.config import Settings, Target, project_root
from armlib.errors import InputError, UsageError
from armlib.jsonnet.port import Evaluator, Roots
from armlib.resources import library_folder
from armlib.template.scope import ScopeKind

_STDIN = ".stdin-"
_GENERAL_STEMS = frozenset({"main", "index", "module", "azuredeploy", "maintemplate"})


def compile_target(target: Target, settings: Settings, evaluator: Evaluator, environ: Mapping[str, str]) -> Compilation:
    """Compile *target*; nothing is written."""
    from armlib.compiler.pipeline import compile_template

    return compile_template(request_of(target, settings, evaluator, environ), evaluator)


def request_of(target: Target, settings: Settings, evaluator: Evaluator, environ: Mapping[str, str]) -> CompileRequest:
    """Return the request to compile *target*; the parameter files are read, with *evaluator* those in Jsonnet."""
    roots = roots_of(target, settings)
    return CompileRequest(
        entries=entries_of(target.entries),
        roots=roots,
        arguments=_arguments(target, roots, evaluator, environ),
        parameters_as_code=target.parameters_as_code,
        ext_str=target.ext_str,
        ext_code=target.ext_code,
        tla_str=target.tla_str,
        tla_code=target.tla_code,
        scope_kind=ScopeKind(target.scope_kind) if target.scope_kind else None,
        symbolic=target.symbolic,
        minify=target.minify,
    )


def roots_of(target: Target, settings: Settings) -> Roots:
    """Return the folders that the imports of *target* may reach; its project is that of its first module."""
    return Roots(
        project=project_root(target.entries[0][1]),
        library=tuple(dict.fromkeys((*target.library, *settings.library))),
        packaged=(library_folder(),),
    )


def entries_of(entries: Sequence[tuple[str | None, Path]]) -> tuple[Entry, ...]:
    """Return the modules, each with the alias given or one taken from its path.

    That is the name of the file without its suffix; of the folder when the file has a name that says nothing, such as
    ``main``, or when several files have the same.
    """
    stems = Counter(path.stem.casefold() for alias, path in entries if alias is None)
    return tuple(Entry(path=path, alias=alias or _alias(path, stems)) for alias, path in entries)


def _alias(path: Path, stems: Counter[str]) -> str:
    says_nothing = path.stem.casefold() in _GENERAL_STEMS or stems[path.stem.casefold()] > 1
    return (path.parent.name if says_nothing else path.stem) or path.stem


def _arguments(target: Target, roots: Roots, evaluator: Evaluator, environ: Mapping[str, str]) -> dict[str, Argument]:
    return {}


@contextmanager
def standard_input(paths: Sequence[Path], stream: BinaryIO) -> Iterator[tuple[Path, ...]]:
    """Give *paths* with a file in place of ``-``, that holds what *stream* holds and is gone afterwards.

    It lies in the current folder, so that the module's relative imports work.

    Raises:
        UsageError: There is more than one ``-``.
        InputError: The file cannot be made.
    """
    count = sum(str(path) == "-" for path in paths)
    if count > 1:
        raise UsageError("stdin can be read only once", hint="name one module '-', the others by their files")
    if not count:
        yield tuple(paths)
        return
    temporary = _save(stream.read())
    try:
        yield tuple(temporary if str(path) == "-" else path for path in paths)
    finally:
        temporary.unlink(missing_ok=True)


def stdin_names(paths: Sequence[Path]) -> dict[str, str]:
    """Return what the file that :func:`standard_input` made, if it is among *paths*, is to be called."""
    return {str(path): "<stdin>" for path in paths if path.name.startswith(_STDIN)}


def _save(data: bytes) -> Path:
    import os

    suffix = "json" if b'"$schema"' in data and _is_json(data) else "jsonnet"
    path = Path.cwd() / f"{_STDIN}{os.urandom(4).hex()}.{suffix}"
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise InputError(
            f"stdin cannot be kept in {path.parent}: {error.strerror}",
            code="cannot-write",
            hint="a module from stdin is put into a file in the current folder while it is compiled",
        ) from error
    return path


def _is_json(data: bytes) -> bool:
    from armlib.errors import ArmlibError
    from armlib.template.jsonc import parse_json

    try:
        return isinstance(parse_json(data, "-"), dict)
    except ArmlibError:
        return False
