"""``armlib what-if``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App, has_colour, write_err
from armlib.cli.options import (
    ENTRY,
    FILE,
    Limits,
    ReportOptions,
    SourceOptions,
    limit_options,
    report_options,
    source_options,
)
from armlib.cli.target import (
    TargetOptions,
    how_options,
    opened,
    read_entry,
    settings_for,
    target_options,
)
from armlib.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from armlib.deploying import How
    from armlib.deployment.whatif.model import ChangeType, WhatIf

EXAMPLES = """\b
Examples:
  armlib what-if main.jsonnet --local
  armlib what-if main.jsonnet -P prod.yaml --scope /subscriptions/S/resourceGroups/G --explain
  armlib what-if main.jsonnet --scope /subscriptions/S/resourceGroups/G --markdown > comment.md
  armlib what-if main.jsonnet --scope /subscriptions/S/resourceGroups/G --exit-code
  armlib what-if main.jsonnet --scope /subscriptions/S/resourceGroups/G --plan plan.json
"""


@click.command("what-if", short_help="Show what deploying ENTRY would change.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@source_options
@target_options
@how_options
@click.option("--exit-code", is_flag=True, help="End with 4 when something would change.")
@click.option("--explain", is_flag=True, help="List the differences that are no changes, each with its reason.")
@click.option("--markdown", is_flag=True, help="Write Markdown, for a pull request.")
@click.option("--exclude-change-types", metavar="TYPE", multiple=True, help="Leave out changes of this kind: NoChange.")
@click.option("--plan", metavar="FILE", type=FILE, help="Save what is shown, for 'deploy --plan FILE'.")
@limit_options
@report_options
@click.pass_obj
def what_if_command(
    app: App,
    /,
    entry: str,
    source: SourceOptions,
    where: TargetOptions,
    how: How,
    limits: Limits,
    report: ReportOptions,
    exit_code: bool,
    explain: bool,
    markdown: bool,
    exclude_change_types: tuple[str, ...],
    plan: Path | None,
) -> ExitCode:
    """Show what deploying ENTRY, a module, an ARM template in JSON or a package, would change; nothing is changed."""
    from armlib.deploying import deliver, preview
    from armlib.deployment.whatif.filters import apply_filters
    from armlib.report.whatif.machine import as_json

    excluded = _kinds(exclude_change_types)
    settings = settings_for(app, entry, source, limits, report, where)
    app.result = "changes"
    found, name = read_entry(app, entry, source, settings)
    with opened(settings, where) as target:
        delivery = deliver(found, target, where.place, how, name)
        changes = preview(delivery, target, settings.types)
    if plan is not None:
        from armlib.cli.plan import save_plan

        save_plan(plan, delivery, where, changes)
    shown = apply_filters(changes, excluded)
    text = b"" if app.format != "text" else _text(app, shown, explain=explain, markdown=markdown)
    result: Any = as_json(shown)
    app.finish(result, text, delivery.expansion.diagnostics)
    if delivery.new_group is not None and app.format == "text":
        write_err(f"The resource group {delivery.group_id} is not there; deploying makes it.\n")
    return ExitCode.DIFFERENCES if exit_code and changes.has_changes else ExitCode.FINE


def _kinds(names: tuple[str, ...]) -> frozenset[ChangeType]:
    from armlib.deployment.whatif.filters import change_types

    try:
        return change_types(name for text in names for name in text.replace(",", " ").split())
    except ValueError as error:
        raise UsageError(str(error)) from error


def _text(app: App, changes: WhatIf, *, explain: bool, markdown: bool) -> bytes:
    from armlib.report.whatif.markdown import as_markdown
    from armlib.report.whatif.text import as_text

    if markdown:
        return as_markdown(changes, explain=explain).encode(errors="replace")
    return as_text(changes, explain=explain, colour=has_colour(sys.stdout, app.environ)).encode(errors="replace")
