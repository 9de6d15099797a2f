"""``armlib destroy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App, write_err
from armlib.cli.asking import ask, yes_option
from armlib.cli.options import (
    ENTRY,
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
from armlib.diagnostics import warning
from armlib.errors import ExitCode
from armlib.report.text import counted

if TYPE_CHECKING:
    from armlib.deploying import How
    from armlib.deployment.destroy import Doomed, Removal
    from armlib.deployment.fault import Fault

EXAMPLES = """\b
Examples:
  armlib destroy main.jsonnet --local --yes
  armlib destroy main.jsonnet -P prod.yaml --scope /subscriptions/S/resourceGroups/G
  armlib destroy main.jsonnet --scope /subscriptions/S/resourceGroups/G --mode stack --name app
"""


@click.command("destroy", short_help="Delete the resources that ENTRY deploys.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@source_options
@target_options
@how_options
@yes_option
@limit_options
@report_options
@click.pass_obj
def destroy_command(
    app: App,
    /,
    entry: str,
    source: SourceOptions,
    where: TargetOptions,
    how: How,
    limits: Limits,
    report: ReportOptions,
    yes: bool,
) -> ExitCode:
    """Delete the resources that ENTRY deploys, the last one first: a module, an ARM template in JSON or a package.

    What exists beside it stays, but for what lies inside a resource that is deleted; that is shown before. With --mode
    stack the deployment stack is deleted, with all that it manages.
    """
    from armlib.deploying import deliver, refusals
    from armlib.deployment.destroy import destroy, removal

    settings = settings_for(app, entry, source, limits, report, where)
    app.result = "deleted"
    found, name = read_entry(app, entry, source, settings)
    with opened(settings, where) as target:
        delivery = deliver(found, target, where.place, how, name)
        if how.mode == "stack":
            return _destroy_stack(app, delivery.submission.id, target, how, yes=yes)
        plan = removal(delivery.expansion.resources, target)
        if plan.doomed and not yes:
            _agree(plan)
        deleted: list[str] = []
        failed = destroy(target, plan.doomed, lambda one, fault: _told(app, one, fault, deleted))
        diagnostics = [
            warning("unknown-id", f"{label} has an id that only the deployment knows; it is left alone")
            for label in plan.unknown
        ]
        for _, fault in failed:
            diagnostics += refusals(fault, delivery)
    text = b"" if plan.doomed else b"nothing of it is there\n"
    app.finish({"deleted": list(deleted)}, text, diagnostics)
    return ExitCode.REFUSED if failed else ExitCode.FINE


def _destroy_stack(app: App, id_: str, target: Any, how: How, *, yes: bool) -> ExitCode:
    if target.get(id_, "2024-03-01") is None:
        app.finish({"deleted": []}, b"nothing of it is there\n", [])
        return ExitCode.FINE
    if not yes:
        ask(f"Delete the stack {id_}, and {how.unmanage} what it manages?")
    target.delete_stack(id_, how.unmanage)
    app.finish({"deleted": [id_]}, f"deleted {id_}\n".encode(), [])
    return ExitCode.FINE


def _agree(plan: Removal) -> None:
    """Show what will be deleted, and ask."""
    write_err("This will be deleted, the first line first:\n")
    for one in plan.doomed:
        write_err(f"  - {one.id}\n")
        for id_ in one.inside:
            write_err(f"      with {id_}, which is not in the template\n")
    ask(f"Delete {counted(len(plan.doomed), 'resource')}?")


def _told(app: App, one: Doomed, fault: Fault | None, deleted: list[str]) -> None:
    if fault is None:
        deleted.append(one.id)
    if app.format == "text":
        write_err(f"{'deleted' if fault is None else 'failed '}  {one.id}\n")
