"""The service's refusals of deployments, in its words.

Source: "Troubleshoot common Azure deployment errors", and messages quoted in public issues.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from armlib.deployment.fault import Fault
from armlib.deployment.problems import INVALID_TEMPLATE
from armlib.diagnostics import Diagnostic
from armlib.jsontypes import Json, JsonObject, JsonPath, format_path
from armlib.template.canonical import json_bytes

_SERVICE_CODE = re.compile(r"(?P<code>[A-Z][A-Za-z]+): ")
_OPERATIONS_HELP = "Please see https://aka.ms/arm-deployment-operations for usage details."


def invalid_content(message: str) -> Fault:
    """Return what is said of a body that cannot be used."""
    told = f"The request content was invalid and could not be deserialized: {message}"
    return Fault(400, "InvalidRequestContent", told)


def not_found(name: str) -> Fault:
    """Return what is said when there is no such deployment."""
    return Fault(404, "DeploymentNotFound", f"Deployment '{name}' could not be found.")


def operation_not_found(name: str, operation: str) -> Fault:
    """Return what is said when a deployment has no such operation."""
    message = f"Deployment operation '{operation}' of '{name}' could not be found."
    return Fault(404, "DeploymentOperationNotFound", message)


def active(name: str, since: str) -> Fault:
    """Return what is said when a deployment of that name still runs."""
    return Fault(
        409,
        "DeploymentActive",
        f"Unable to edit or replace deployment '{name}': previous deployment from '{since}' is still active. Please "
        "see https://aka.ms/arm-deploy for usage details.",
        hint="wait for it, cancel it, or use another name",
    )


def not_cancellable(name: str, state: str) -> Fault:
    """Return what is said when a deployment has ended."""
    message = f"The deployment '{name}' cannot be cancelled because its provisioning state is '{state}'."
    return Fault(409, "DeploymentCannotBeCancelled", message)


def no_rollback(why: str) -> Fault:
    """Return what is said when nothing can be run again on failure."""
    return Fault(400, "InvalidOnErrorDeployment", f"The property 'onErrorDeployment' cannot be used: {why}.")


def being_used(name: str) -> Fault:
    """Return what is said when a running deployment is to be deleted from the history."""
    message = f"The deployment '{name}' cannot be deleted because it is still running."
    return Fault(409, "DeploymentActiveAndUneditable", message, hint="cancel it first")


def location_moved(name: str, was: str, wanted: str) -> Fault:
    """Return what is said when a deployment above resource groups gets another location."""
    return Fault(
        409,
        "InvalidDeploymentLocation",
        f"Invalid deployment location '{wanted}'. The deployment '{name}' already exists in location '{was}'.",
        hint="use the same location, or another name",
    )


def history_full(scope: str, most: int) -> Fault:
    """Return what is said when a scope has no room for another deployment."""
    return Fault(
        409,
        "DeploymentQuotaExceeded",
        f"Creating the deployment at '{scope or '/'}' would exceed the quota of '{most}' deployments. Please delete "
        "deployments from the history before trying again.",
    )


def deployment_failed(id_: str, details: Sequence[Fault]) -> Fault:
    """Return what a failed deployment says."""
    return Fault(
        409,
        "DeploymentFailed",
        "At least one resource deployment operation failed. Please list deployment operations for details. "
        f"{_OPERATIONS_HELP}",
        target=id_,
        details=details,
    )


def cleanup_failed(id_: str, details: Sequence[Fault]) -> Fault:
    """Return what a deployment in complete mode says when it could not delete something."""
    return Fault(
        409,
        "DeploymentFailedCleanUp",
        "Unable to delete all resources that are not in the template. "
        + "; ".join(dict.fromkeys(detail.message for detail in details)),
        target=id_,
        details=details,
    )


def interrupted(id_: str, secure: Sequence[str]) -> Fault:
    """Return what a deployment says that was interrupted and cannot go on by itself."""
    named = ", ".join(f"'{name}'" for name in secure)
    return Fault(
        409,
        "DeploymentInterrupted",
        f"The deployment was interrupted, and the values of its secure parameters {named} are not kept. Run it again: "
        "what it has made already is left as it is.",
        target=id_,
        hint="run it again",
    )


def preflight_failed(name: str, tracking: str, details: Sequence[Fault]) -> Fault:
    """Return what is said when the providers would refuse."""
    return Fault(
        400,
        "InvalidTemplateDeployment",
        f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is "
        f"'{tracking}'. See inner errors for details.",
        details=details,
    )


def invalid_template(diagnostics: Sequence[Diagnostic], body: JsonObject) -> Fault:
    """Return what the errors *diagnostics* of a template are said as; *body* is the whole of the request.

    One error is the fault itself; of several, the first leads and all are its details.
    """
    faults = [_violation(found, body) for found in diagnostics]
    if len(faults) == 1:
        return faults[0]
    first = faults[0]
    return Fault(400, first.code, first.message, additional_info=first.additional_info, details=faults, hint=first.hint)


def template_problem(message: str, path: JsonPath, body: JsonObject, hint: str | None = None) -> Fault:
    """Return what is said of a mistake at *path* of the template."""
    line, position = place_in(body, ("properties", "template", *path))
    return Fault(
        400,
        INVALID_TEMPLATE,
        f"Deployment template validation failed: '{message}'.",
        additional_info=[_template_violation(path, line, position)],
        hint=hint,
    )


def _violation(found: Diagnostic, body: JsonObject) -> Fault:
    matched = _SERVICE_CODE.match(found.message)
    code = matched["code"] if matched else INVALID_TEMPLATE
    message = found.message[matched.end() :] if matched else found.message
    line, position = place_in(body, ("properties", "template", *found.path))
    if code == INVALID_TEMPLATE:
        message = f"Deployment template validation failed: '{message}'."
    return Fault(
        400,
        code,
        message,
        additional_info=[_template_violation(found.path, line, position)],
        hint=found.hint,
    )


def _template_violation(path: JsonPath, line: int, position: int) -> JsonObject:
    place = format_path(("properties", "template", *path))
    return {"type": "TemplateViolation", "info": {"lineNumber": line, "linePosition": position, "path": place}}


def place_in(body: JsonObject, path: JsonPath) -> tuple[int, int]:
    """Return line and position of what is at *path* in the request, which the service writes again on one line.

    A path that leads to nothing ends at what it leads to at last.
    """
    position, value = 0, body
    for step in path:
        if isinstance(value, dict) and step in value:
            before = dict(_until(value, step))
            position += len(json_bytes(before, compact=True)) - 1 + (1 if before else 0)
            position += len(json_bytes(str(step), compact=True)) + 1
            value = value[step]  # type: ignore[assignment]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            position += len(json_bytes(value[:step], compact=True)) - 1 + (1 if step else 0)
            value = value[step]
        else:
            break
    return 1, position + 1


def _until(members: JsonObject, last: str | int) -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = []
    for name, value in members.items():
        if name == last:
            break
        found.append((name, value))
    return found
