"""``armlib describe``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import (
    ENTRY,
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
from armlib.diagnostics import has_errors
from armlib.errors import ExitCode

EXAMPLES = """\b
Examples:
  armlib describe main.jsonnet
  armlib describe armlib:storage/account
  armlib describe main.jsonnet --format json | jq .parameters > parameters.schema.json
"""


@click.command("describe", short_help="Show the parameters and outputs of ENTRY.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@source_options
@limit_options
@report_options
@click.pass_obj
def describe_command(app: App, /, entry: str, source: SourceOptions, limits: Limits, report: ReportOptions) -> ExitCode:
    """Show what ENTRY takes and gives: parameters, outputs, dependencies and actions.

    With --format json, the parameters are a JSON Schema, which editors can check files of parameters against.
    """
    from armlib.build.description import describe_target
    from armlib.compiler.describe import describe_json, describe_text

    settings = app.settings(Path(entry), flags(source, limits, report), result="parameters")
    with opened_entries(app, (entry,), settings) as files:
        module = describe_target(target_of("describe", files, (), source), settings, app.evaluator(settings))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 100
    app.finish(describe_json(module), describe_text(module, max(width, 60)).encode(), module.diagnostics)
    return ExitCode.WRONG_INPUT if has_errors(module.diagnostics) else ExitCode.FINE
