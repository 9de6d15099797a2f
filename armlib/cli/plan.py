"""Saving what a what-if showed, and deploying exactly that."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from armlib.cli.app import App, write_err
from armlib.cli.options import Limits, ReportOptions, SourceOptions
from armlib.cli.target import TargetOptions, opened, settings_for
from armlib.errors import ExitCode, InputError

if TYPE_CHECKING:
    from armlib.deploying import Delivery
    from armlib.deployment.plan import Plan
    from armlib.deployment.whatif.model import WhatIf
    from armlib.evaluation import Deployable
    from armlib.jsontypes import Json


def save_plan(file: Path, delivery: Delivery, where: TargetOptions, changes: WhatIf) -> None:
    """Write the plan of *delivery*, for which *changes* were shown, to *file*, readable by the user alone."""
    from armlib.deploying import secure_parameters
    from armlib.deployment.plan import Plan, states_of, write_plan
    from armlib.files import write_file
    from armlib.report.whatif.machine import as_json
    from armlib.template.canonical import json_bytes

    submission = delivery.submission
    secure = {name.casefold() for name in secure_parameters(submission.template)}
    parameters = submission.parameters
    plan = Plan(
        where={"local": where.local, "cloud": where.cloud, "endpoint": where.endpoint},
        scope=submission.scope,
        name=submission.name,
        template=submission.template,
        parameters={name: value for name, value in parameters.items() if name.casefold() not in secure},
        secrets=tuple(name for name in parameters if name.casefold() in secure),
        how={
            "location": submission.location,
            "mode": submission.mode,
            "rollback": submission.rollback,
            "stack": submission.stack,
            "tags": dict(submission.tags),
            "newGroup": delivery.new_group,
        },
        states=states_of(changes),
        changes=cast("Any", as_json(changes)),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_file(file, json_bytes(write_plan(plan)), private=True)
    write_err(f"saved {file}; 'armlib deploy --plan {file}' makes exactly this\n")


def deploy_plan(
    app: App,
    file: Path,
    source: SourceOptions,
    where: TargetOptions,
    limits: Limits,
    report: ReportOptions,
    *,
    yes: bool,
    verbose: bool,
) -> ExitCode:
    """Deploy what the plan in *file* says, or refuse because the state has moved."""
    from armlib.cli.run_deployment import agree, carry_out
    from armlib.deploying import preview
    from armlib.deployment.plan import PlanError, moved, read_plan
    from armlib.files import read_file
    from armlib.template.jsonc import parse_json

    settings = settings_for(app, file, source, limits, report, where)
    plan = read_plan(parse_json(read_file(file), str(file)), str(file))
    place = _where(plan, where)
    entry = _with_secrets(_entry(plan), plan, source, app)
    with opened(settings_for(app, file, source, limits, report, place), place) as target:
        delivery = _delivery(plan, entry, target, place)
        changes = preview(delivery, target, settings.types)
        others = moved(plan, changes)
        if others:
            raise PlanError(
                f"the state has moved since the plan was made: {', '.join(others[:5])}"
                + (f" and {len(others) - 5} more" if len(others) > 5 else ""),
                code="plan-moved",
                hint="look at the changes again with 'armlib what-if', and make a new plan",
            )
        if not yes:
            agree(app, delivery, changes)
        return carry_out(app, delivery, target, place, verbose=verbose)


def _where(plan: Plan, where: TargetOptions) -> TargetOptions:
    """Return where *plan* is for; the state file of the local ARM is the caller's."""
    said: Any = plan.where
    return TargetOptions(
        scope=plan.scope or "/",
        local=bool(said.get("local")),
        state=where.state,
        location=cast("Any", plan.how.get("location")),
        cloud=said.get("cloud"),
        endpoint=said.get("endpoint"),
    )


def _entry(plan: Plan) -> Deployable:
    from armlib.deployment.loader import FileLoader
    from armlib.deployment.names import key_vault_secret
    from armlib.evaluation import Deployable

    given: dict[str, Any] = dict(plan.parameters)
    references = {name: entry["reference"] for name, entry in given.items() if "reference" in entry}
    values = {name: entry.get("value") for name, entry in given.items() if name not in references}
    values |= {name: key_vault_secret(name, reference) for name, reference in references.items()}
    return Deployable(template=plan.template, parameters=values, references=references, loader=FileLoader())


def _with_secrets(entry: Deployable, plan: Plan, source: SourceOptions, app: App) -> Deployable:
    """Return *entry* with the secrets that the plan has the names of: from -p, -P, the environment, or asked for."""
    from armlib.compiler.parameters import gather
    from armlib.deploying import with_secrets

    if not plan.secrets:
        return entry
    gathered = gather(
        files=source.parameter_files,
        environment=app.environ,
        assignments=source.assignments,
    )
    given = {name.casefold(): argument for name, argument in gathered.arguments.items()}
    values: dict[str, Json] = {}
    for name in plan.secrets:
        argument = given.get(name.casefold())
        if argument is not None:
            values[name] = argument.text if argument.text is not None else argument.value
        elif sys.stdin.isatty():
            values[name] = str(click.prompt(f"{name} (secret)", hide_input=True, err=True))
        else:
            raise InputError(
                f"the plan needs the value of the secret '{name}'",
                code="parameter-missing",
                hint=f"secrets are in no plan; give it with -p {name}=@FILE or ARMLIB_PARAM_{name}",
            )
    return with_secrets(entry, values)


def _delivery(plan: Plan, entry: Deployable, target: Any, place: TargetOptions) -> Delivery:
    from dataclasses import replace

    from armlib.deploying import How, deliver

    how: Any = plan.how
    delivery = deliver(entry, target, place.place, How(name=plan.name), plan.name)
    submission = replace(
        delivery.submission,
        mode=how["mode"],
        rollback=how.get("rollback"),
        stack=how.get("stack"),
        tags=how.get("tags") or {},
        location=how.get("location"),
    )
    return replace(delivery, submission=submission)
