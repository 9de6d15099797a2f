"""``armlib deploy``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armlib.cli.app import App
from armlib.cli.asking import require_someone, yes_option
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

EXAMPLES = """\b
Examples:
  armlib deploy main.jsonnet --local
  armlib deploy main.jsonnet -P prod.yaml --scope /subscriptions/S/resourceGroups/G
  armlib deploy main.jsonnet --scope /subscriptions/S --location westeurope --yes
  armlib deploy main.jsonnet --scope /subscriptions/S/resourceGroups/G --mode stack --name app
  armlib what-if main.jsonnet --scope /subscriptions/S/resourceGroups/G --plan plan.json
  armlib deploy --plan plan.json
"""


@click.command("deploy", short_help="Deploy ENTRY to Azure, or to the local ARM.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY, required=False)
@source_options
@target_options
@how_options
@yes_option
@click.option("--plan", metavar="FILE", type=FILE, help="Deploy what 'what-if --plan FILE' saved, and nothing else.")
@click.option("--verbose", "-v", is_flag=True, help="Show the whole of an error that the service gives.")
@limit_options
@report_options
@click.pass_obj
def deploy_command(
    app: App,
    /,
    entry: str | None,
    source: SourceOptions,
    where: TargetOptions,
    how: How,
    limits: Limits,
    report: ReportOptions,
    yes: bool,
    plan: Path | None,
    verbose: bool,
) -> ExitCode:
    """Deploy ENTRY, a Jsonnet module, an ARM template in JSON or a package: show what will change, ask, and do it."""
    if (entry is None) == (plan is None):
        raise UsageError("name what to deploy: either ENTRY or --plan FILE")
    if not yes:
        require_someone(hint="add --yes; 'armlib what-if' shows the changes")
    if plan is not None:
        from armlib.cli.plan import deploy_plan

        return deploy_plan(app, plan, source, where, limits, report, yes=yes, verbose=verbose)
    assert entry is not None
    settings = settings_for(app, entry, source, limits, report, where)
    found, name = read_entry(app, entry, source, settings)
    from armlib.cli.run_deployment import agree, carry_out
    from armlib.deploying import deliver, preview

    with opened(settings, where) as target:
        delivery = deliver(found, target, where.place, how, name)
        app.report(delivery.expansion.diagnostics)
        if not yes:
            agree(app, delivery, preview(delivery, target, settings.types))
        return carry_out(app, delivery, target, where, verbose=verbose)
