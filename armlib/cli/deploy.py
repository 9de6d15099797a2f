"""``armlib deploy``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
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
    from armlib.deploying import Delivery, How
    from armlib.deployment.fault import Fault
    from armlib.deployment.target import Progress, Target
    from armlib.deployment.whatif.model import WhatIf

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
@click.option("--yes", "-y", is_flag=True, help="Do not ask; deploy.")
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
    if not yes and not sys.stdin.isatty():
        raise UsageError("nobody can be asked whether to go on", hint="add --yes; 'armlib what-if' shows the changes")
    if plan is not None:
        from armlib.cli.plan import deploy_plan

        return deploy_plan(app, plan, source, where, limits, report, yes=yes, verbose=verbose)
    assert entry is not None
    settings = settings_for(app, entry, source, limits, report, where)
    found, name = read_entry(app, entry, source, settings)
    from armlib.deploying import deliver, preview

    with opened(settings, where) as target:
        delivery = deliver(found, target, where.place, how, name)
        app.report(delivery.expansion.diagnostics)
        if not yes:
            agree(app, delivery, preview(delivery, target, settings.types))
        return carry_out(app, delivery, target, where, verbose=verbose)


def agree(app: App, delivery: Delivery, changes: WhatIf) -> None:
    """Show *changes* and ask whether to go on.

    Raises:
        click.Abort: The answer is no.
    """
    from armlib.cli.app import has_colour
    from armlib.report.whatif.text import as_text

    write_err(as_text(changes, colour=has_colour(sys.stderr, app.environ)))
    if delivery.new_group is not None:
        write_err(f"\nThe resource group {delivery.group_id} is made first.\n")
    write_err("\n")
    click.confirm(f"Deploy {delivery.submission.name} to {delivery.submission.scope or '/'}?", abort=True, err=True)


def carry_out(app: App, delivery: Delivery, target: Target, where: TargetOptions, *, verbose: bool) -> ExitCode:
    """Deploy *delivery*, show how it goes, and report how it ended."""
    from armlib.azure.clouds import find_cloud
    from armlib.cli.watch import watch_for
    from armlib.deploying import make_group, refusals
    from armlib.deployment.fault import Fault
    from armlib.deployment.role_assignments import without_existing
    from armlib.deployment.run import Patience, follow, run

    near = where.local or (where.endpoint is not None and find_cloud(endpoint=where.endpoint).is_local)
    patience = Patience(interval=0.05 if near else 2.0, pause=0.2 if near else 10.0, sleep=time.sleep)
    submission = delivery.submission
    wanted = {one.id: one.type for one in delivery.expansion.resources if isinstance(one.id, str)}
    watch = watch_for(app, sys.stderr, submission.name, wanted)
    started = time.monotonic()
    try:
        make_group(delivery, target)
        ended = run(
            target,
            submission,
            patience,
            watch,
            _told_again,
            lambda tried, fault: without_existing(tried, fault, delivery.expansion.resources),
        )
    except KeyboardInterrupt:
        watch.close()
        if not _is_to_be_cancelled(local=where.local):
            return _left_running(app, delivery)
        target.cancel(submission)
        ended = follow(target, submission, patience, watch)
    except Fault as fault:
        watch.close()
        return _refused(app, delivery, fault, verbose=verbose)
    watch.close()
    seconds = time.monotonic() - started
    found = refusals(ended.fault, delivery) if ended.fault is not None else ()
    if verbose and ended.fault is not None:
        _show_whole(ended.fault)
    app.finish(_as_json(delivery, ended, seconds), _as_text(delivery, ended, seconds), found)
    if ended.state.casefold() == "succeeded":
        return ExitCode.FINE
    return ExitCode.STOPPED if ended.state.casefold() == "canceled" else ExitCode.REFUSED


def _told_again(fault: Fault, seconds: float) -> None:
    cause = next(iter(fault.causes()))
    write_err(f"{cause.code}: {cause.message}\nthis passes by itself; trying again in {seconds:g} s\n")


def _is_to_be_cancelled(*, local: bool) -> bool:
    """Ask what is to become of a deployment that runs; without a terminal it is left alone."""
    if not sys.stdin.isatty():
        return local  # one in this process ends with it
    question = "\nThe deployment is running. Cancel it (what has begun is finished), or leave it running?"
    answer = click.prompt(question, type=click.Choice(["cancel", "leave"]), default="leave", err=True)
    return str(answer) == "cancel"


def _left_running(app: App, delivery: Delivery) -> ExitCode:
    from armlib.diagnostics import warning

    message = f"the deployment {delivery.submission.id} was left running"
    hint = "deploy it again to see how it ends; that is safe"
    app.finish(
        {"deployment": {"id": delivery.submission.id, "state": "Running"}},
        b"",
        [warning("left-running", message, hint=hint)],
    )
    return ExitCode.STOPPED


def _refused(app: App, delivery: Delivery, fault: Fault, *, verbose: bool) -> ExitCode:
    from armlib.deploying import refusals

    if verbose:
        _show_whole(fault)
    app.finish({"deployment": None}, b"", refusals(fault, delivery))
    return fault.exit_code


def _show_whole(fault: Fault) -> None:
    from armlib.template.canonical import json_bytes

    write_err(json_bytes(fault.body()).decode())


def _as_json(delivery: Delivery, ended: Progress, seconds: float) -> Any:
    from armlib.deploying import shown_outputs

    steps = [
        {"id": step.id, "type": step.type, "operation": step.operation, "state": step.state, "seconds": step.seconds}
        for step in ended.steps
        if step.id
    ]
    return {
        "deployment": {
            "id": delivery.submission.id,
            "state": ended.state,
            "seconds": round(seconds, 3),
            "resources": list(ended.resources),
            "operations": steps,
            "outputs": shown_outputs(ended.outputs),
        }
    }


def _as_text(delivery: Delivery, ended: Progress, seconds: float) -> bytes:
    from armlib.deploying import shown_outputs

    state = ended.state.casefold()
    lines = [f"{delivery.submission.name}: {state} after {seconds:.1f} s, {len(ended.resources)} resources"]
    write_err("".join(f"{line}\n" for line in lines))
    return _output_lines(list(shown_outputs(ended.outputs).items()))


def _output_lines(outputs: Sequence[tuple[str, Any]]) -> bytes:
    import json

    texts = [
        f"{name} = {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}\n"
        for name, value in outputs
    ]
    return "".join(texts).encode(errors="replace")
