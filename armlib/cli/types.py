"""``armlib types``: the definitions of Azure's resource types."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App, write_err
from armlib.cli.options import (
    ENTRY,
    FILE,
    Limits,
    ReportOptions,
    SourceOptions,
    flags,
    limit_options,
    opened_entries,
    report_options,
    source_options,
    target_of,
)
from armlib.errors import ExitCode, InputError, UsageError
from armlib.jsontypes import JsonObject
from armlib.report.text import counted

if TYPE_CHECKING:
    from armlib.azuretypes.install import Installed
    from armlib.azuretypes.store import Store
    from armlib.build.compilation import Entries
    from armlib.config import Settings
    from armlib.diagnostics import Diagnostic

INSTALL_EXAMPLES = """\b
Examples:
  armlib types install
  armlib types install --from ./bicep-types-az.zip
  armlib types install --from ./azure-types Microsoft.Storage Microsoft.Network
"""
LIST_EXAMPLES = """\b
Examples:
  armlib types list
  armlib types list Microsoft.Storage
"""
CHECK_EXAMPLES = """\b
Examples:
  armlib types check azuredeploy.json
  armlib types check main.jsonnet -p name=web
  armlib types check armlib:storage/account -p name=stexample
"""
SHOW_EXAMPLES = """\b
Examples:
  armlib types show Microsoft.Storage/storageAccounts
  armlib types show Microsoft.Storage/storageAccounts@2023-05-01 --path properties.encryption
  armlib types show Microsoft.Storage/storageAccounts --diff 2022-09-01 2023-05-01
"""
GENERATE_EXAMPLES = """\b
Examples:
  armlib types generate Microsoft.Storage/storageAccounts@2023-05-01 Microsoft.KeyVault/vaults
  armlib types generate --provider Microsoft.Network -o lib/azure
  armlib types generate -o lib/azure    # what is there, again
"""


@click.group("types", short_help="Azure's resource types: install, list, show, check, generate.")
def types_command() -> None:
    """Azure's resource types: install their definitions, look at them, check templates, make a library of them."""


@types_command.command("install", short_help="Install definitions.", epilog=INSTALL_EXAMPLES)
@click.argument("providers", metavar="[PROVIDER]...", nargs=-1)
@click.option(
    "--from",
    "origin",
    metavar="FOLDER|ARCHIVE|URL",
    help="Where the definitions are.  [default: the archive of github.com/Azure/bicep-types-az, over the network]",
)
@click.option("--sha256", metavar="HEX", help="What the archive must hash to.")
@report_options
@click.pass_obj
def install_command(
    app: App, providers: tuple[str, ...], origin: str | None, sha256: str | None, report: ReportOptions
) -> None:
    """Install the definitions of the PROVIDERs, such as Microsoft.Storage, or of all.

    Those of named providers take the place of what is installed of them; without a name, everything is replaced. When
    something is wrong with the definitions, what is installed stays as it is.
    """
    from armlib.azuretypes.install import install
    from armlib.azuretypes.location import store_path

    settings = _settings(app, report, "installed")
    progress = _Progress(sys.stderr.isatty() and app.format == "text")
    path = store_path(settings.types.store)
    try:
        done = install(origin, providers, path=path, sha256=sha256, progress=progress.show)
    finally:
        progress.clear()
    app.finish({"installed": _as_json(done)}, _as_line(done).encode(), ())


@types_command.command("list", short_help="List types.", epilog=LIST_EXAMPLES)
@click.argument("pattern", required=False)
@click.option("--versions", is_flag=True, help="Show all versions, not only the newest and how many there are.")
@report_options
@click.pass_obj
def list_command(app: App, pattern: str | None, versions: bool, report: ReportOptions) -> None:
    """List the installed types whose name holds PATTERN, or matches it when it has a '*'; case is ignored."""
    from armlib.azuretypes.show import select

    with closing(_store(_settings(app, report, "types"))) as store:
        found = select(store, pattern)
    if not found:
        raise InputError(f"no installed type matches '{pattern}'", code="unknown-type")
    told = " ".join if versions else _newest
    lines = [f"{name}  {told(known)}\n" for name, known in found]
    result: JsonObject = {"types": [{"type": name, "apiVersions": list(known)} for name, known in found]}
    app.finish(result, "".join(lines).encode(), ())


@types_command.command("show", short_help="Show a type.", epilog=SHOW_EXAMPLES)
@click.argument("type_", metavar="TYPE[@VERSION]")
@click.option("--path", "below", metavar="PROPERTY", default="", help="Show what is below a property only.")
@click.option("--depth", type=click.IntRange(min=1), help="How many levels of properties.  [default: all]")
@click.option("--diff", nargs=2, metavar="VERSION VERSION", help="Show what has changed between two versions.")
@report_options
@click.pass_obj
def show_command(
    app: App, type_: str, below: str, depth: int | None, diff: tuple[str, str] | None, report: ReportOptions
) -> None:
    """Show the properties of TYPE as a tree; without a version, of the newest that is no preview."""
    from armlib.azuretypes import show

    if diff and (below or depth or "@" in type_):
        raise UsageError("--diff takes a TYPE without a version, and neither --path nor --depth")
    with closing(_store(_settings(app, report, "type"))) as store:
        if diff:
            app.result = "difference"
            old, new = (show.find(store, f"{type_}@{version}") for version in diff)
            found = show.compare(store, old, new)
            app.finish({"difference": found.as_json()}, show.difference_as_text(found).encode(), ())
        else:
            shown = show.describe(store, show.find(store, type_), depth=depth, path=below)
            app.finish({"type": shown.as_json()}, show.as_text(shown).encode(), ())


@types_command.command("check", short_help="Check a template or module against the types.", epilog=CHECK_EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@source_options
@limit_options
@report_options
@click.pass_obj
def check_command(app: App, entry: str, source: SourceOptions, limits: Limits, report: ReportOptions) -> ExitCode:
    """Check ENTRY, a Jsonnet module, an ARM template in JSON or a package, against the installed types."""
    from armlib.azuretypes.template import check_template
    from armlib.diagnostics import has_errors

    settings = app.settings(Path(entry), flags(source, limits, report), result="checked")
    with closing(_store(settings)) as store, opened_entries(app, (entry,), settings) as files:
        template, found = _template(app, files, source, settings)
        if template is not None:
            problems = check_template(template, store, corrections=_corrections(settings))
            found += _with_places(files.paths[0], problems)
    app.finish({"checked": template is not None}, b"", found)
    return ExitCode.WRONG_INPUT if template is None or has_errors(found) else ExitCode.FINE


@types_command.command("generate", short_help="Write a Jsonnet library of types.", epilog=GENERATE_EXAMPLES)
@click.argument("types", metavar="[TYPE[@VERSION]]...", nargs=-1)
@click.option(
    "--provider", "providers", metavar="NAMESPACE", multiple=True, help="All types of a provider, newest version."
)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=FILE,
    default=Path("azure"),
    show_default=True,
    help="Where to write it.",
)
@click.option("--only", is_flag=True, help="Take away the types that DIR has and that are not named now.")
@report_options
@click.pass_obj
def generate_command(
    app: App, types: tuple[str, ...], providers: tuple[str, ...], folder: Path, only: bool, report: ReportOptions
) -> None:
    """Write Jsonnet functions for each TYPE and its children; without a version, of the newest that is no preview.

    Types that DIR has already are generated again, unless --only is given. DIR/custom is never written over.
    """
    from armlib.azuretypes.generate import generate

    with closing(_store(_settings(app, report, "generated"))) as store:
        done = generate(store, folder, types, providers, only=only)
    result: JsonObject = {"folder": str(done.folder), "types": list(done.types), "files": done.files}
    line = f"{counted(len(done.types), 'type')} in {counted(done.files, 'file')} are in {done.folder}\n"
    app.finish({"generated": result}, line.encode(), ())


def _template(
    app: App, files: Entries, source: SourceOptions, settings: Settings
) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    """Return the template that the one of *files* is or compiles to, and what was found on the way."""
    from armlib.files import read_file
    from armlib.template.jsonc import parse_json

    (file,) = files.paths
    if _is_json(file):
        value = parse_json(read_file(file), str(file))
        if not isinstance(value, dict):
            raise InputError(f"{file} is no ARM template: it holds no object")
        return value, []
    from armlib.build.compilation import compile_target

    unchecked = replace(settings, types=replace(settings.types, check=False))
    target = target_of("check", files, (), source)
    compilation = compile_target(target, unchecked, app.evaluator(settings), app.environ).compilation
    return compilation.template if compilation.succeeded else None, list(compilation.diagnostics)


def _with_places(file: Path, found: list[Diagnostic]) -> list[Diagnostic]:
    """Return *found* with lines and columns, when *file* is the template itself."""
    if not found or not _is_json(file):
        return found
    from armlib.template.positions import locate

    places = locate(file.read_text(encoding="utf-8-sig", errors="replace"), str(file), {each.path for each in found})
    return [replace(each, place=places[each.path]) for each in found]


def _is_json(file: Path) -> bool:
    return file.suffix.lower() in (".json", ".jsonc")


def _corrections(settings: Settings) -> Any:
    from armlib.azuretypes.corrections import packaged

    file = settings.types.corrections
    return packaged() if file is None else packaged().with_file(file)


def _settings(app: App, report: ReportOptions, result: str) -> Settings:
    return app.settings(app.folder, flags(None, None, report), result=result)


def _store(settings: Settings) -> Store:
    from armlib.azuretypes.location import store_path
    from armlib.azuretypes.store import Store

    return Store.open(store_path(settings.types.store))


def _newest(versions: Sequence[str]) -> str:
    return f"{versions[-1]} ({counted(len(versions), 'version')})"


def _as_json(done: Installed) -> JsonObject:
    return {
        "path": str(done.path),
        "providers": done.providers,
        "types": done.types,
        "versions": done.versions,
        "bytes": done.size,
    }


def _as_line(done: Installed) -> str:
    return (
        f"{counted(done.types, 'type')} of {counted(done.providers, 'provider')} in "
        f"{counted(done.versions, 'version')} are installed, "
        f"{done.size / 1e6:.1f} MB in {done.path}\n"
    )


class _Progress:
    """One line on a terminal that is written over; nothing elsewhere."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown

    def show(self, text: str) -> None:
        """Show *text* in place of what was shown before."""
        if self._shown:
            write_err(f"\r\x1b[K{text}")

    def clear(self) -> None:
        """Leave the line empty."""
        if self._shown:
            write_err("\r\x1b[K")
