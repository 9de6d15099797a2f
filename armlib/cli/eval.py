"""``armlib eval``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App
from armlib.cli.options import (
    ENTRY,
    FILE,
    Limits,
    ReportOptions,
    SourceOptions,
    blame_option,
    flags,
    limit_options,
    opened_entries,
    report_options,
    source_options,
    target_of,
)
from armlib.cli.target import deployment_name
from armlib.errors import ExitCode, InputError
from armlib.jsontypes import JsonPath

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.deployment.expand import Expansion

EXAMPLES = """\b
Examples:
  armlib eval main.jsonnet -p name=web
  armlib eval azuredeploy.json -P azuredeploy.parameters.json --format json
  armlib eval main.json --scope /subscriptions/S/resourceGroups/G --location westeurope
  armlib eval main.json --expression "[uniqueString(resourceGroup().id)]"

\b
A context is a JSON file; every member may be absent:
  {"subscriptionId": …, "tenantId": …, "managementGroupId": …, "resourceGroup": {"name": …, "location": …},
   "deploymentName": …, "location": …, "templateLink": {"uri": …}, "deployer": {…}, "utcNow": …,
   "mocks": {"reference": {ID: {"properties": {…}}}, "list": {"listKeys ID": {…}}, "providers": […],
             "linkedTemplates": {ADDRESS: TEMPLATE}, "roleDefinitions": {NAME: GUID},
             "zones": {TYPE: {REGION: […]}}, "physicalZones": {REGION: {ZONE: NAME}}}}
"""


@click.command("eval", short_help="Show what ENTRY deploys, every expression evaluated.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@source_options
@click.option("--scope", metavar="SCOPE", help="Id of what is deployed to; '/' is the tenant.  [default: by $schema]")
@click.option("--location", metavar="REGION", help="Where the deployment, or its resource group, is.")
@click.option("--tenant", metavar="ID", help="Id of the tenant.")
@click.option("--name", metavar="NAME", help="Name of the deployment.  [default: the name of the file]")
@click.option(
    "--context", metavar="FILE", type=FILE, help="What surrounds the deployment, and what Azure would answer."
)
@click.option("--expression", metavar="TEXT", help="Evaluate one expression in the template instead.")
@blame_option
@click.option("--allow-missing", is_flag=True, help="Take required parameters without a value as unknown.")
@click.option("--network", is_flag=True, help="Fetch linked templates that are not among the files.")
@limit_options
@report_options
@click.pass_obj
def eval_command(
    app: App,
    /,
    entry: str,
    source: SourceOptions,
    limits: Limits,
    report: ReportOptions,
    context: Path | None,
    expression: str | None,
    blame: JsonPath | None,
    **where: Any,
) -> ExitCode:
    """Show the deployment that ENTRY, a Jsonnet module, an ARM template in JSON or a package, would be.

    Every expression is evaluated offline; what only Azure knows stays as the expression that is left, and what is
    secret is shown as ***.
    """
    from armlib.deployment.show import NOTHING
    from armlib.evaluation import deployable, surroundings
    from armlib.files import read_file
    from armlib.template.jsonc import parse_json

    settings = app.settings(Path(entry), flags(source, limits, report), result="value" if expression else "resources")
    given = parse_json(read_file(context), str(context)) if context is not None else {}
    with opened_entries(app, (entry,), settings) as files:
        if where["name"] is None and not (isinstance(given, dict) and given.get("deploymentName")):
            where["name"] = deployment_name(entry, files)
        place = surroundings(given, **where)
        target = target_of("eval", files, (), source)
        try:
            evaluated = deployable(
                target,
                settings,
                app.evaluator(settings),
                app.environ,
                network=place.network,
                provenance=blame is not None,
            )
        except InputError as fault:
            app.finish({"value": None} if expression else NOTHING, b"", fault.diagnostics)
            return fault.exit_code
    if blame is not None:
        return _blame(app, evaluated, blame)
    return _value(app, evaluated, place, expression) if expression else _deployment(app, evaluated, place, settings)


def _blame(app: App, evaluated: Any, path: JsonPath) -> ExitCode:
    from armlib.cli.blame import blamed, blamed_in_json

    if evaluated.provenance is None:
        chain, text = blamed_in_json(app, evaluated.template, evaluated.file, path)
    else:
        chain, text = blamed(app, evaluated.provenance, path)
    app.finish({"blame": chain}, text, evaluated.diagnostics)
    return ExitCode.FINE


def _deployment(app: App, evaluated: Any, place: Any, settings: Settings) -> ExitCode:
    from armlib.deployment.show import show_expansion
    from armlib.deployment.tree import as_tree
    from armlib.evaluation import evaluate_deployable

    expansion = _with_types(evaluate_deployable(evaluated, place), settings)
    text = as_tree(expansion).encode(errors="replace") if app.format == "text" else b""
    app.finish(show_expansion(expansion) if app.format == "json" else {}, text, expansion.diagnostics)
    return ExitCode.FINE if expansion.succeeded else ExitCode.WRONG_INPUT


def _with_types(expansion: Expansion, settings: Settings) -> Expansion:
    """Return *expansion* with what the installed resource types say against its resources."""
    from armlib.azuretypes.location import store_path

    if not settings.types.check or not store_path(settings.types.store).is_file():
        return expansion
    from armlib.azuretypes.check import TypeCheck

    found = TypeCheck(store=settings.types.store, corrections=settings.types.corrections).expanded(expansion.resources)
    return replace(expansion, diagnostics=(*expansion.diagnostics, *found))


def _value(app: App, evaluated: Any, place: Any, expression: str) -> ExitCode:
    from armlib.deployment.show import show
    from armlib.diagnostics import has_errors
    from armlib.evaluation import evaluate_in
    from armlib.template.canonical import json_bytes

    value, diagnostics = evaluate_in(evaluated, place, expression)
    failed = has_errors(diagnostics)
    shown = show(value)
    text = f"{shown}\n".encode(errors="replace") if isinstance(shown, str) else json_bytes(shown)
    app.finish({"value": shown}, b"" if failed else text, diagnostics)
    return ExitCode.WRONG_INPUT if failed else ExitCode.FINE
