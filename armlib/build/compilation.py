"""Target -> compilation: turns what was asked for into a request and runs the pipeline on it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.config import Package, Settings, Target, absolute, project_root
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, nearest, warning
from armlib.errors import DiagnosticsError, ExitCode, InputError, UsageError
from armlib.jsonnet.digest import sha256_hex
from armlib.jsonnet.port import EvaluationError, Evaluator, Program, Read, Roots
from armlib.jsontypes import Json
from armlib.resources import packaged_folders
from armlib.template.scope import ScopeKind

if TYPE_CHECKING:
    from armlib.compiler.check import Rule

_STDIN = ".stdin-"
_GENERAL_STEMS = frozenset({"main", "index", "module", "azuredeploy", "maintemplate"})


class AssignmentError(DiagnosticsError):
    """What follows ``-p`` is no assignment: the command was called wrongly."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a target, and the arguments that it was given, secrets among them."""

    compilation: Compilation
    arguments: Mapping[str, Argument]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Files to compile, in order, and what each is called when nothing else is said (None: by its path).

    *packages* are those whose main modules are among the files, and what these depend on. *names* are what their files
    are told by.
    """

    paths: tuple[Path, ...]
    aliases: tuple[str | None, ...]
    packages: tuple[Package, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def files_alone(paths: Sequence[Path]) -> Entries:
    """Return *paths* as entries."""
    return Entries(paths=tuple(paths), aliases=(None,) * len(paths))


def find_entries(texts: Sequence[str], settings: Settings, folder: Path) -> Entries:
    """Return the files that *texts* name; packages among them are fetched, and all that they depend on.

    Args:
        texts: Files, and references as :func:`~armlib.packages.origin.parse_reference` reads them; what exists is a
            file.
        settings: Those of the project whose lock and registries count.
        folder: Where relative paths start.

    Raises:
        PackageError: A reference leads to no package, or to one that may not be used.
        RegistryError: A registry cannot be asked.
    """
    if all(text == "-" or absolute(text, folder).exists() for text in texts):
        return files_alone([Path(text) for text in texts])
    from armlib.build.entries import find_packages

    return find_packages(texts, settings, folder)


def compile_target(
    target: Target,
    settings: Settings,
    evaluator: Evaluator,
    environ: Mapping[str, str],
    *,
    provenance: bool = False,
    instead: Mapping[str, str] | None = None,
    begin: Callable[[Program], None] | None = None,
) -> Result:
    """Compile *target*; nothing is written. The files of parameters are among what the compilation read.

    With *provenance* the compilation tells where the properties of the template were written. *begin* is given the
    first program that *evaluator* will be asked for, so that it may be evaluated while the compiler is imported. When
    the settings want lint while compiling, what it finds is among the diagnostics. *instead* has texts by path that
    are taken in place of the content of files.
    """
    lints = settings.lint.on_compile != "off"
    roots = replace(roots_of(target, settings), instead=tuple((instead or {}).items()))
    arguments, reads = gather_arguments(target, settings, evaluator, environ)
    request = replace(_request(target, roots, arguments), provenance=provenance or lints)
    if begin is not None:
        _begin(request, begin)
    from armlib.compiler.pipeline import compile_template

    rules = () if lints else type_rules(settings)  # the rules of lint ask the types themselves
    compilation = compile_template(request, evaluator, rules)
    none = [folder for folder in roots.library if not folder.is_dir()]
    absent = [Read(path=str(folder), digest="", kind="absent") for folder in none if not folder.exists()]
    compilation = replace(
        compilation,
        reads=(*reads, *compilation.reads, *absent),
        diagnostics=(*map(_no_library, none), *compilation.diagnostics),
    )
    if lints and compilation.template is not None:
        compilation = _linted(compilation, request, settings, evaluator)
    return Result(compilation=compilation, arguments=arguments)


def _no_library(folder: Path) -> Diagnostic:
    if folder.exists():
        return warning("library-not-found", f"the library {folder} is a file, not a folder", hint="name its folder")
    try:
        near = nearest(folder.name, [each.name for each in folder.parent.iterdir() if each.is_dir()])
    except OSError:
        near = None
    starts = "those of -J and ARMLIB_PATH start from the current folder, those of armlib.toml from its own"
    hint = f"did you mean {folder.parent / near}?" if near else starts
    return warning("library-not-found", f"the library folder {folder} does not exist", hint=hint)


def _linted(compilation: Compilation, request: CompileRequest, settings: Settings, evaluator: Evaluator) -> Compilation:
    """Return *compilation* with what lint finds in it, and with the files that its rules have read."""
    from armlib.build.linting import lint_while_compiling

    found, reads = lint_while_compiling(compilation, request, settings, evaluator)
    return replace(
        compilation,
        diagnostics=(*compilation.diagnostics, *found),
        reads=tuple(dict.fromkeys((*compilation.reads, *reads))),
    )


def _begin(request: CompileRequest, begin: Callable[[Program], None]) -> None:
    from armlib.compiler.resolve import is_template
    from armlib.compiler.wrapper import first_program

    program = None if any(is_template(entry.path) for entry in request.entries) else first_program(request)
    if program is not None:
        begin(program)


def type_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the check of resource types, when it is wanted and there is something installed to check with."""
    from armlib.azuretypes.location import store_path

    if not settings.types.check or not store_path(settings.types.store).is_file():
        return ()
    from armlib.azuretypes.check import TypeCheck
    from armlib.compiler.rules.resource_types import resource_types

    return (resource_types(TypeCheck(store=settings.types.store, corrections=settings.types.corrections)),)


def request_of(target: Target, settings: Settings, evaluator: Evaluator, environ: Mapping[str, str]) -> CompileRequest:
    """Return the request to compile *target*; the parameter files are read, with *evaluator* those in Jsonnet.

    Raises:
        DiagnosticsError: Arguments cannot be read.
    """
    arguments, _ = gather_arguments(target, settings, evaluator, environ)
    return _request(target, roots_of(target, settings), arguments)


def _request(target: Target, roots: Roots, arguments: Mapping[str, Argument]) -> CompileRequest:
    return CompileRequest(
        entries=entries_of(target.entries),
        roots=roots,
        arguments=arguments,
        parameters_as_code=target.parameters_as_code,
        ext_str=target.ext_str,
        ext_code=target.ext_code,
        tla_str=target.tla_str,
        tla_code=target.tla_code,
        scope_kind=ScopeKind(target.scope_kind) if target.scope_kind else None,
        symbolic=target.symbolic,
        minify=target.minify,
    )


def roots_of(target: Target, settings: Settings, project: Path | None = None) -> Roots:
    """Return the folders that the imports of *target* may reach; its *project* is that of its first module.

    A target whose modules are packages reaches these and what they depend on alone.

    Raises:
        PackageError: Its dependencies are not locked or not restored.
    """
    own = [path for _, path in target.entries if target.package_of(path) is None]
    if target.packages and not own:
        return Roots(project=settings.project, packaged=packaged_folders(), packages=target.packages)
    roots = _roots_of_project(target, settings, project or project_root(own[0]))
    if not target.packages:
        return roots
    from armlib.build.entries import with_packages

    return replace(roots, packages=with_packages(roots.packages, target.packages))


def _roots_of_project(target: Target, settings: Settings, project: Path) -> Roots:
    roots = Roots(
        project=project,
        library=tuple(dict.fromkeys((*target.library, *settings.library))),
        packaged=packaged_folders(),
    )
    if not settings.packages.asked and not (project / "armlib.lock").exists():
        return roots
    from armlib.packages.locked import locked_packages

    packages, imports = locked_packages(project, settings)
    return replace(roots, packages=packages, imports=imports)


def entries_of(entries: Sequence[tuple[str | None, Path]]) -> tuple[Entry, ...]:
    """Return the modules, each with the alias given or one taken from its path.

    That is the name of the file without its suffix; of the folder when the file has a name that says nothing, such as
    ``main``, or when several files have the same.
    """
    stems = Counter(path.stem.casefold() for alias, path in entries if alias is None)
    return tuple(Entry(path=path, alias=alias or _alias(path, stems)) for alias, path in entries)


def _alias(path: Path, stems: Counter[str]) -> str:
    if path.name.startswith(_STDIN):
        return "stdin"
    says_nothing = path.stem.casefold() in _GENERAL_STEMS or stems[path.stem.casefold()] > 1
    return (path.parent.name if says_nothing else path.stem) or path.stem


_PARAMETERS_FILE = "<parameters>"  # the name of the program that reads such a file
_NOT_A_FUNCTION = """\
if std.isFunction(file) then error 'armlib-diagnostics: ' + std.manifestJsonMinified([{
  code: 'not-an-object',
  message: %s + ': parameters must be an object, {name: value}, not a function',
  hint: 'call it in a file of its own',
}]) else file"""


def gather_arguments(
    target: Target, settings: Settings, evaluator: Evaluator, environ: Mapping[str, str]
) -> tuple[Mapping[str, Argument], tuple[Read, ...]]:
    """Return the arguments of *target*, and the files that were read for them.

    A later one wins: the environment, the files of parameters, the values of ``armlib.toml``, assignments.

    Raises:
        DiagnosticsError: Some cannot be read; all problems are told.
    """
    if not (target.parameters or target.values or target.assignments) and not any(map(_is_parameter, environ)):
        return {}, ()
    from armlib.compiler.parameters import gather, layered

    reads: list[Read] = []

    def evaluate(path: Path) -> Json:
        project = settings.project if target.packages else None  # the files are the caller's, whatever he compiles
        roots = replace(roots_of(replace(target, packages=()), settings, project), project=project_root(path))
        source = f"local file = import {json.dumps('./' + path.name)};\n{_NOT_A_FUNCTION % json.dumps(str(path))}"
        program = Program(source=source, file=str(path.parent / _PARAMETERS_FILE), roots=roots)
        try:
            evaluated = evaluator.evaluate(program)
        except EvaluationError as fault:
            raise EvaluationError(fault.outside(_PARAMETERS_FILE), fault.reads) from fault
        reads.extend(evaluated.reads)
        value: Json = json.loads(evaluated.text)
        return value

    below = gather(files=target.parameters, environment=environ, evaluate=evaluate)
    above = gather(assignments=target.assignments)
    values = {name: Argument(value=value, source=target.values_from) for name, value in target.values.items()}
    diagnostics = (*below.diagnostics, *above.diagnostics)
    if any(found.code == "bad-assignment" for found in diagnostics):
        raise AssignmentError(diagnostics)
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    reads += [_read(path) for path in (*below.files, *above.files)]
    return layered([below.arguments, values, above.arguments]), tuple(reads)


def _is_parameter(variable: str) -> bool:
    return variable.startswith("ARMLIB_PARAM")


def _read(path: Path) -> Read:
    try:
        return Read(path=str(absolute(path, Path.cwd())), digest=sha256_hex(path.read_bytes()))
    except OSError:  # a pipe, or it went away since it was read: never the same again
        return Read(path=str(path), digest="gone")


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
    made = [path for path in paths if path.name.startswith(_STDIN)]
    return {name: "<stdin>" for path in made for name in (str(path), path.name)}


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
