"""``armlib validate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App
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
from armlib.errors import ExitCode

if TYPE_CHECKING:
    from armlib.deploying import Delivery, How

EXAMPLES = """\b
Examples:
  armlib validate main.jsonnet --local
  armlib validate azuredeploy.json -P azuredeploy.parameters.json --scope /subscriptions/S/resourceGroups/G
"""


@click.command("validate", short_help="Ask Azure, or the local ARM, whether it would take ENTRY.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@source_options
@target_options
@how_options
@limit_options
@report_options
@click.pass_obj
def validate_command(
    app: App,
    /,
    entry: str,
    source: SourceOptions,
    where: TargetOptions,
    how: How,
    limits: Limits,
    report: ReportOptions,
) -> ExitCode:
    """Ask whether ENTRY, a Jsonnet module, an ARM template in JSON or a package, would be taken; nothing is changed."""
    from armlib.deploying import deliver, refusals
    from armlib.deployment.fault import Fault

    settings = settings_for(app, entry, source, limits, report, where)
    app.result = "validation"
    found, name = read_entry(app, entry, source, settings)
    with opened(settings, where) as target:
        delivery = deliver(found, target, where.place, how, name)
        if delivery.new_group is not None:
            return _only_the_template(app, delivery)
        try:
            answer = target.validate(delivery.submission)
        except Fault as fault:
            app.fail((*delivery.expansion.diagnostics, *refusals(fault, delivery)))
            return fault.exit_code
    properties: Any = answer.get("properties") or {}
    resources = [str(one.get("id")) for one in properties.get("validatedResources") or ()]
    text = "".join(f"{id_}\n" for id_ in resources).encode(errors="replace")
    result: Any = {"validation": {"valid": True, "resources": resources}}
    app.finish(result, text, delivery.expansion.diagnostics)
    return ExitCode.FINE


def _only_the_template(app: App, delivery: Delivery) -> ExitCode:
    """Report what can be said of a deployment to a resource group that is not there yet."""
    from armlib.diagnostics import warning

    message = f"the resource group {delivery.group_id} is not there, so only the template was checked"
    hint = "deploying makes the group; make it before to have the resources checked"
    found = warning("group-not-there", message, hint=hint)
    app.finish({"validation": {"valid": True, "resources": []}}, b"", (*delivery.expansion.diagnostics, found))
    return ExitCode.FINE
