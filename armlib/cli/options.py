"""Options that several commands share, packed into frozen values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from armlib.config import FORMATS, Flags, Target, absolute, parse_duration, parse_size
from armlib.dataclass import dataclass
from armlib.errors import UsageError

if TYPE_CHECKING:
    from armlib.build.compilation import Entries
    from armlib.cli.app import App
    from armlib.config import Settings

    _ParamType = click.ParamType[Any]
else:  # it is not generic in every release
    _ParamType = click.ParamType

_Command = TypeVar("_Command", bound=Callable[..., Any])
_VARIABLES = ("ext_str", "ext_code", "tla_str", "tla_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """How a module is called: its arguments, its variables, and where its imports are looked for.

    *library* is in the order of search. *assignments* are the texts of ``-p``, *parameter_files* those of ``-P``, each
    in the order given; a later one wins, and ``-p`` wins over ``-P``.
    """

    library: tuple[Path, ...] = ()
    assignments: tuple[str, ...] = ()
    parameter_files: tuple[Path, ...] = ()
    parameters_as_code: bool = False
    ext_str: Mapping[str, str] = field(default_factory=dict)
    ext_code: Mapping[str, str] = field(default_factory=dict)
    tla_str: Mapping[str, str] = field(default_factory=dict)
    tla_code: Mapping[str, str] = field(default_factory=dict)
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one evaluation may take; None is what the command line does not say."""

    timeout: float | None = None  # seconds
    max_memory: int | None = None  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """How the result and the diagnostics are shown; None is what the command line does not say."""

    format: str | None = None


def flags(source: SourceOptions | None, limits: Limits | None, report: ReportOptions) -> Flags:
    """Return what the command line says about settings."""
    return Flags(
        library=source.library if source else (),
        format=report.format,
        timeout=limits.timeout if limits else None,
        max_memory=limits.max_memory if limits else None,
        offline=source.offline if source else False,
    )


def target_of(name: str, entries: Entries, aliases: Sequence[str], source: SourceOptions) -> Target:
    """Return the target *name* that compiles *entries*, called *aliases* when there are some, as *source* says."""
    current = Path.cwd()
    return Target(
        name=name,
        entries=tuple(
            (alias, absolute(path, current))
            for alias, path in zip(aliases or entries.aliases, entries.paths, strict=True)
        ),
        packages=entries.packages,
        parameters=tuple(absolute(path, current) for path in source.parameter_files),
        assignments=source.assignments,
        parameters_as_code=source.parameters_as_code,
        ext_str=source.ext_str,
        ext_code=source.ext_code,
        tla_str=source.tla_str,
        tla_code=source.tla_code,
    )


@contextmanager
def opened_entries(app: App, texts: Sequence[str], settings: Settings) -> Iterator[Entries]:
    """Give the files that *texts* name, as long as the block lasts; *app* tells of them as the user did."""
    from armlib.build.compilation import find_entries, standard_input, stdin_names

    found = find_entries(texts, settings, app.folder)
    with standard_input(found.paths, sys.stdin.buffer) as files:
        app.shown_as = {**found.names, **stdin_names(files)}
        yield replace(found, paths=files)


def require_aliases(aliases: Sequence[str], entries: Sequence[str]) -> None:
    """Hold *aliases* to one for each of *entries*, or none at all.

    Raises:
        UsageError: There are others.
    """
    if aliases and len(aliases) != len(entries):
        hint = "say --as NAME once for each ENTRY, in the same order"
        raise UsageError(f"modules: {len(entries)}, names given with --as: {len(aliases)}", hint=hint)


class _Quantity(_ParamType):
    """A number with a unit."""

    def __init__(self, name: str, parse: Callable[[str], float]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Variable(_ParamType):
    """``NAME=VALUE``, or ``NAME`` for the value of the environment variable of that name, as in jsonnet."""

    name = "NAME[=VALUE]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, given, text = value.partition("=")
        if not name:
            self.fail(f"'{value}' has no name before the '='", param, ctx)
        if not given:
            found = _environ(ctx).get(name)
            if found is None:
                self.fail(f"environment variable {name} is not set; say {name}=VALUE", param, ctx)
            text = found
        return name, text


class _TemplatePath(_ParamType):
    """A path into a template, ``resources[0].name``."""

    name = "PATH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        from armlib.jsontypes import parse_path

        try:
            return parse_path(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _File(_ParamType):
    """A path that may or may not exist; whoever reads it says what is wrong with it."""

    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if not isinstance(value, Path) and "\0" in value:
            self.fail("a path cannot hold a NUL character", param, ctx)
        return Path(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class _Entry(_File):
    """What is compiled, as it was written: a file, ``-``, or a reference to a package."""

    name = "ENTRY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        super().convert(value, param, ctx)
        return value


FILE = _File()
ENTRY = _Entry()


def _environ(ctx: click.Context | None) -> Mapping[str, str]:
    import os

    return ctx.obj.environ if ctx is not None and ctx.obj is not None else os.environ


def source_options(command: _Command) -> _Command:
    """Add the options of :class:`SourceOptions` to *command*, which gets them as ``source``."""
    return packed(
        command,
        "source",
        _source,
        click.option(
            "-p",
            "assignments",
            metavar="NAME=VALUE",
            multiple=True,
            help="A parameter: NAME=VALUE is read by its declared type, NAME:=JSON is JSON, NAME=@FILE a file's text.",
        ),
        click.option(
            "-P",
            "parameter_files",
            metavar="FILE",
            type=FILE,
            multiple=True,
            help="Parameters from a JSON, YAML, Jsonnet or ARM parameters file; a later one wins, objects merge.",
        ),
        click.option(
            "--parameters-as",
            type=click.Choice(["str", "code"]),
            default="str",
            help="Give 'parameters' to the module as JSON text (the default) or as an object, as older modules expect.",
        ),
        click.option(
            "-J",
            "--jpath",
            "jpath",
            metavar="DIR",
            type=FILE,
            multiple=True,
            help="A folder to look for imports in, before those of ARMLIB_PATH; as in jsonnet, the last one wins.",
        ),
        *(
            click.option(
                f"--{name.replace('_', '-')}",
                name,
                type=Variable(),
                multiple=True,
                help=f"{_VARIABLE_HELP[name]}; without =VALUE, that of the environment variable.",
            )
            for name in _VARIABLES
        ),
        click.option(
            "--offline",
            is_flag=True,
            help="Ask no registry for a package that ENTRY names: only the cache, folders and layouts.",
        ),
    )


_VARIABLE_HELP = {
    "ext_str": "An external variable, a text",
    "ext_code": "An external variable, Jsonnet",
    "tla_str": "A top-level argument, a text",
    "tla_code": "A top-level argument, Jsonnet",
}


def blame_option(command: _Command) -> _Command:
    """Add ``--blame`` to *command*, which gets it as ``blame``, the path of a template or None."""
    return click.option(
        "--blame",
        metavar="PATH",
        type=_TemplatePath(),
        help="Show where a part of the template was written, such as resources[0].sku.name, and what it replaced.",
    )(command)


def project_option(command: _Command) -> _Command:
    """Add ``--project`` to *command*, which gets it as ``project``, a folder."""
    return click.option(
        "--project", metavar="DIR", type=FILE, default=Path(), help="Where armlib.toml is.  [default: here or above]"
    )(command)


def jobs_option(command: _Command) -> _Command:
    """Add ``--jobs`` to *command*, which gets it as ``jobs``; None is what the command line does not say."""
    return click.option(
        "--jobs", "-j", metavar="N", type=click.IntRange(min=1), help="Processes to use.  [default: one a core]"
    )(command)


def lint_option(command: _Command) -> _Command:
    """Add ``--lint/--no-lint`` to *command*, which gets it as ``lint``; None is what the command line does not say."""
    return click.option(
        "--lint/--no-lint",
        default=None,
        help="Run the lint rules, too.  [default: when armlib.toml has a table [lint]]",
    )(command)


def limit_options(command: _Command) -> _Command:
    """Add the options of :class:`Limits` to *command*, which gets them as ``limits``."""
    return packed(
        command,
        "limits",
        lambda given: Limits(**given),
        click.option(
            "--timeout",
            metavar="DURATION",
            type=_Quantity("DURATION", parse_duration),
            help="The longest an evaluation may take, such as 30s or 2m; 0 for no limit.  [default: 60s]",
        ),
        click.option(
            "--max-memory",
            metavar="SIZE",
            type=_Quantity("SIZE", parse_size),
            help="The most memory an evaluation may take, such as 512MiB; 0 for no limit.  [default: 2GiB]",
        ),
    )


def report_options(command: _Command) -> _Command:
    """Add ``--format`` to *command*, which gets it as ``report``."""
    return packed(
        command,
        "report",
        lambda given: ReportOptions(**given),
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            help="How the result and the diagnostics are shown.  [default: text]",
        ),
    )


def _source(given: Mapping[str, Any]) -> SourceOptions:
    return SourceOptions(
        library=tuple(reversed(given["jpath"])),
        assignments=tuple(given["assignments"]),
        parameter_files=tuple(given["parameter_files"]),
        parameters_as_code=given["parameters_as"] == "code",
        offline=given["offline"],
        **{name: dict(given[name]) for name in _VARIABLES},
    )


def packed(
    command: _Command, name: str, pack: Callable[[dict[str, Any]], object], *options: Callable[[Any], Any]
) -> _Command:
    """Return *command* with *options*; their values are packed into the one argument *name*."""
    import functools

    bare: Any = lambda: None  # noqa: E731 - only there to have the options attached, to learn their names
    for option in options:
        option(bare)
    names: Sequence[str] = [parameter.name for parameter in bare.__click_params__]

    @functools.wraps(command)
    def with_options(*arguments: Any, **values: Any) -> Any:
        values[name] = pack({option: values.pop(option) for option in names})
        return command(*arguments, **values)

    result: Any = with_options
    for option in reversed(options):
        result = option(result)
    return result  # type: ignore[no-any-return]
