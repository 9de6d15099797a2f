"""Running a deployment: asking whether to, showing how it goes, and reporting how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App, has_colour, write_err
from armlib.errors import ExitCode
from armlib.report.text import counted

if TYPE_CHECKING:
    from armlib.cli.target import TargetOptions
    from armlib.deploying import Delivery
    from armlib.deployment.fault import Fault
    from armlib.deployment.target import Progress, Target
    from armlib.deployment.whatif.model import WhatIf


def agree(app: App, delivery: Delivery, changes: WhatIf) -> None:
    """Show *changes* and ask whether to go on.

    Raises:
        click.Abort: The answer is no.
    """
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
    app.fail(refusals(fault, delivery))
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
    lines = [f"{delivery.submission.name}: {state} after {seconds:.1f} s, {counted(len(ended.resources), 'resource')}"]
    write_err("".join(f"{line}\n" for line in lines))
    return _output_lines(list(shown_outputs(ended.outputs).items()))


def _output_lines(outputs: Sequence[tuple[str, Any]]) -> bytes:
    import json

    texts = [
        f"{name} = {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}\n"
        for name, value in outputs
    ]
    return "".join(texts).encode(errors="replace")
