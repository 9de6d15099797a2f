"""``armlib compile``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App
from armlib.cli.blame import blamed
from armlib.cli.options import (
    ENTRY,
    FILE,
    Limits,
    ReportOptions,
    SourceOptions,
    blame_option,
    flags,
    limit_options,
    lint_option,
    opened_entries,
    report_options,
    require_aliases,
    source_options,
    target_of,
)
from armlib.config import SCOPE_KINDS, Target, absolute
from armlib.errors import ExitCode
from armlib.jsontypes import JsonPath

if TYPE_CHECKING:
    from armlib.build.compilation import Result

EXAMPLES = """\b
Examples:
  armlib compile main.jsonnet -p name=web
  armlib compile main.jsonnet -P common.yaml -P production.yaml -o out/main.json
  armlib compile armlib:storage/account -p name=stexample
  armlib compile oci://registry.example.com/modules/web:1.2.0 -P web.yaml
  armlib compile hub.jsonnet spoke.jsonnet --as hub --as spoke
  echo '{ resources: [] }' | armlib compile -
"""


@click.command("compile", short_help="Compile ENTRY to an ARM template.", epilog=EXAMPLES)
@click.argument("entries", metavar="ENTRY...", type=ENTRY, nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", type=FILE, help="Where the template goes, whole or not at all.")
@click.option("--as", "aliases", metavar="NAME", multiple=True, help="What a module is called, once for each ENTRY.")
@source_options
@click.option("--scope-kind", type=click.Choice(SCOPE_KINDS), help="What the template is deployed to.")
@click.option("--minify", is_flag=True, help="Write compact JSON, without descriptions.")
@click.option("--symbolic", is_flag=True, help="Write language version 2.0, with symbolic names.")
@click.option(
    "--parameters-out",
    metavar="FILE",
    type=FILE,
    help="Where an ARM parameters file goes, with the values of deploy-time parameters that are not secret.",
)
@click.option(
    "--linked-out",
    metavar="DIR",
    type=FILE,
    help="Where linked templates go.  [default: the folder of the output]",
)
@click.option(
    "--deps",
    metavar="FILE",
    type=FILE,
    help="Where the list of the files that were read goes: a rule for make with -o, else one path a line.",
)
@click.option(
    "--source-map",
    metavar="FILE",
    type=FILE,
    help="Where a map goes that tells the file, line and column of each property of the template.",
)
@blame_option
@lint_option
@limit_options
@report_options
@click.pass_obj
def compile_command(
    app: App,
    /,
    entries: tuple[str, ...],
    aliases: tuple[str, ...],
    source: SourceOptions,
    limits: Limits,
    report: ReportOptions,
    deps: Path | None,
    source_map: Path | None,
    blame: JsonPath | None,
    lint: bool | None,
    **how: Any,
) -> ExitCode:
    """Compile ENTRY to an ARM template on stdout: a Jsonnet module, an ARM template in JSON, or a package by reference.

    Several ENTRYs are merged into one template. With '-' as ENTRY the module is read from stdin. Nothing is written
    when there is an error.
    """
    from armlib.build.compilation import compile_target

    require_aliases(aliases, entries)
    said = replace(flags(source, limits, report), lint=lint)
    settings = app.settings(Path(entries[0]), said, result="template")
    with opened_entries(app, entries, settings) as files:
        target = _with_outputs(target_of("compile", files, aliases, source), how)
        provenance = source_map is not None or blame is not None
        evaluator = app.evaluator(settings)
        result = compile_target(target, settings, evaluator, app.environ, provenance=provenance, begin=evaluator.begin)
        if not result.compilation.succeeded:
            app.fail(result.compilation.diagnostics)
            return ExitCode.WRONG_INPUT
        _write(app, target, result, deps, source_map, blame)
    return ExitCode.FINE


def _with_outputs(target: Target, how: dict[str, Any]) -> Target:
    how["output"] = None if how["output"] == Path("-") else how["output"]
    for name in ("output", "parameters_out", "linked_out"):
        how[name] = how[name] and _place(how[name])
    return replace(target, **how)


def _place(path: Path) -> Path:
    """Return where *path* is written to; ``-`` is stdout."""
    return Path("/dev/stdout") if path == Path("-") else absolute(path, Path.cwd())


def _write(
    app: App,
    target: Target,
    result: Result,
    deps: Path | None,
    source_map: Path | None = None,
    blame: JsonPath | None = None,
) -> None:
    from armlib.build.outputs import dependency_list, files_of, keep_sources, template_bytes
    from armlib.files import write_files

    compilation = result.compilation
    files, notes = files_of(target, result)
    if deps is not None:
        files[_place(deps)] = dependency_list(target.output, compilation.reads)
    provenance = compilation.provenance
    if source_map is not None and provenance is not None:
        from armlib.build.outputs import source_map_bytes

        files[_place(source_map)] = source_map_bytes(provenance, app.shown_as)
    keep_sources(files, compilation.reads)
    chain = None if blame is None or provenance is None else blamed(app, provenance, blame)
    write_files(files)
    if chain is not None:
        app.finish({"template": compilation.template, "blame": chain[0]}, chain[1], (*compilation.diagnostics, *notes))
        return
    shown = template_bytes(target, compilation) if target.output is None and app.format == "text" else b""
    app.finish({"template": compilation.template}, shown, (*compilation.diagnostics, *notes))
