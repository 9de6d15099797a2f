"""Deployments at every scope, and their operations.

A deployment that runs is told through ``Azure-AsyncOperation``: it is the only way that clients tell its errors well.
"""

from __future__ import annotations

from typing import Any

from armlib.deployment.fault import Fault
from armlib.deployment.template_hash import minified_template, template_hash
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.lro import begin, status_answer, watched

_PATIENCE = 20.0  # seconds in which a validation or a what-if is answered at once


def put(call: Call) -> Answer:
    """Answer PUT of a deployment: it is accepted, and runs."""
    was_there = call.engine.deployments.exists(call.scope, call.name)
    found: Any = call.engine.deployments.create(call.scope, call.name, call.body, caller=call.caller)
    operation = found["properties"]["correlationId"]
    url = call.url(f"{found['id']}/operationStatuses/{operation}")
    return watched(Answer(status=200 if was_there else 201, json=found), url)


def get(call: Call) -> Answer:
    """Answer GET of a deployment."""
    return Answer(json=call.engine.deployments.get(call.scope, call.name))


def head(call: Call) -> Answer:
    """Answer HEAD of a deployment: 204, or 404."""
    return Answer(status=204 if call.engine.deployments.exists(call.scope, call.name) else 404)


def delete(call: Call) -> Answer:
    """Answer DELETE of a deployment from the history: 202, later 204."""
    deployments = call.engine.deployments
    if not deployments.exists(call.scope, call.name):
        return Answer(status=204)

    deployments.check_delete(call.scope, call.name)

    def work() -> int:
        deployments.delete(call.scope, call.name)
        return 204

    return begin(call, "deleteDeployment", call.path, work)


def list_(call: Call) -> Answer:
    """Answer GET of the deployments of a scope, the newest first."""
    page = call.engine.deployments.list(
        call.scope, filter_=call.query.get("$filter"), top=call.top, after=call.query.get("$skiptoken")
    )
    return call.page(page.items, page.next)


def status(call: Call) -> Answer:
    """Answer how far a deployment is, ``{status, error}``.

    Raises:
        Fault: 404: another deployment of the same name has taken the place of the one that is asked for.
    """
    found: dict[str, Any] = call.engine.deployments.get(call.scope, call.name)
    properties = found["properties"]
    operation = call.names["operation"]
    if operation.casefold() != str(properties["correlationId"]).casefold():
        message = f"The operation '{operation}' of the deployment '{call.name}' could not be found."
        raise Fault(404, "OperationNotFound", message)
    return status_answer(call.path, operation, properties["provisioningState"], properties.get("error"))


def validate(call: Call) -> Answer:
    """Answer POST of a validation; what is wrong is an error with status 400."""
    body = call.body

    def work() -> Answer:
        return Answer(json=call.engine.deployments.validate(call.scope, call.name, body))

    return call.service.background.run(call, work, patience=_PATIENCE)


def what_if(call: Call) -> Answer:
    """Answer POST of a what-if; a template that is wrong is a result, ``{status: Failed, error}``."""
    body = call.body

    def work() -> Answer:
        try:
            return Answer(json=call.engine.deployments.what_if(call.scope, call.name, body))
        except Fault as fault:
            if fault.status != 400 or fault.code.startswith("InvalidRequest"):
                raise
            return Answer(json={"status": "Failed", **fault.body()})

    return call.service.background.run(call, work, patience=_PATIENCE)


def cancel(call: Call) -> Answer:
    """Answer POST of cancel."""
    call.engine.deployments.cancel(call.scope, call.name)
    return Answer(status=204)


def export(call: Call) -> Answer:
    """Answer POST of exportTemplate, ``{template}``."""
    return Answer(json=call.engine.deployments.export(call.scope, call.name))


def operations(call: Call) -> Answer:
    """Answer GET of the operations of a deployment."""
    return call.slice(call.engine.deployments.operations(call.scope, call.name))


def operation(call: Call) -> Answer:
    """Answer GET of one operation of a deployment."""
    return Answer(json=call.engine.deployments.operation(call.scope, call.name, call.names["operation"]))


def calculate_template_hash(call: Call) -> Answer:
    """Answer POST of calculateTemplateHash, ``{minifiedTemplate, templateHash}``."""
    template = call.body
    return Answer(json={"minifiedTemplate": minified_template(template), "templateHash": template_hash(template)})
