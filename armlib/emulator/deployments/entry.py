"""One deployment of a run: the one that was asked for, or a nested one, with its own place in a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armlib.deployment.context import Context
from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import scope_of_id
from armlib.deployment.template_hash import template_hash
from armlib.emulator.caller import Caller
from armlib.emulator.deployments.operation import RUNNING, SUCCEEDED, duration
from armlib.emulator.deployments.planning import Plan
from armlib.emulator.deployments.schedule import Task
from armlib.emulator.deployments.shape import shown_dependencies, shown_parameters, shown_providers
from armlib.emulator.settings import timestamp
from armlib.expressions.environment import Environment
from armlib.expressions.values import Value
from armlib.jsontypes import JsonObject

_ECHOED = ("templateLink", "parametersLink", "debugSetting", "onErrorDeployment", "validationLevel")


@dataclass(slots=True, eq=False, kw_only=True)
class Entry:
    """A deployment while it runs.

    Attributes:
        body: It, as GET answers.
        template: Its template.
        outputs: Its outputs, as far as they were known before it ran, ``{type, value}`` each.
        environment: What its outputs are evaluated in.
        caller: Who writes its resources.
        details: What its operations show of requests and answers.
        task: The resource that it is, of the deployment *parent*; None for the one that was asked for.
        open: How many of its resources are not over yet.
        faults: Why some of them failed.
        made: The ids of what it deployed, nested deployments' included.
        reads: The ids of what its expressions read and it did not make.
    """

    body: dict[str, Any]
    template: JsonObject
    outputs: Mapping[str, Value]
    environment: Environment | None
    context: Context
    caller: Caller
    details: frozenset[str] = frozenset()
    task: Task | None = None
    parent: Entry | None = None
    open: int = 0
    started: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The id of the deployment."""
        return str(self.body["id"])

    @property
    def scope(self) -> str:
        """The id of what it deploys to; "" for the tenant."""
        return scope_of_id(self.id)

    @property
    def properties(self) -> dict[str, Any]:
        """The properties of the deployment."""
        found: dict[str, Any] = self.body["properties"]
        return found

    def note(self, state: str, moment: Any, seconds: float | None = None, fault: Fault | None = None) -> None:
        """Note the *state* that the deployment is in now."""
        self.properties["provisioningState"] = state
        self.properties["timestamp"] = timestamp(moment)
        if seconds is not None:
            self.properties["duration"] = duration(seconds)
        if state == SUCCEEDED:
            ids = dict.fromkeys(self.made)
            self.properties["outputResources"] = [{"id": id_} for id_ in ids]
        if fault is not None:
            self.properties["error"] = fault.content
        elif state != RUNNING:
            self.properties.pop("error", None)


def body_of(plan: Plan, *, state: str, moment: Any, correlation: str) -> dict[str, Any]:
    """Return the deployment that *plan* begins, as GET answers it."""
    request = plan.request
    properties: dict[str, Any] = {
        "templateHash": plan.expansion.template_hash,
        "parameters": shown_parameters(request.template, plan.parameters),
        "mode": request.mode,
        "provisioningState": state,
        "timestamp": timestamp(moment),
        "duration": duration(0.0),
        "correlationId": correlation,
        "providers": shown_providers(plan.own),
        "dependencies": shown_dependencies(plan.own),
    }
    properties |= {name: request.properties[name] for name in _ECHOED if name in request.properties}
    tags = request.body.get("tags")
    return _body(request.id, request.name, request.location, tags, properties)


def nested_body(
    id_: str,
    name: str,
    template: JsonObject,
    resources: Sequence[ExpandedResource],
    *,
    parameters: Mapping[str, Value],
    location: str | None,
    tags: Any,
    moment: Any,
    correlation: str,
    echoed: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a nested deployment that begins, as GET answers it."""
    properties: dict[str, Any] = {
        "templateHash": template_hash(template),
        "parameters": shown_parameters(template, parameters),
        "mode": "Incremental",
        "provisioningState": RUNNING,
        "timestamp": timestamp(moment),
        "duration": duration(0.0),
        "correlationId": correlation,
        "providers": shown_providers(resources),
        "dependencies": shown_dependencies(resources),
    }
    properties |= {name: echoed[name] for name in _ECHOED if name in echoed}
    return _body(id_, name, location, tags, properties)


def _body(id_: str, name: str, location: str | None, tags: Any, properties: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"id": id_, "name": name, "type": "Microsoft.Resources/deployments"}
    if location is not None:
        body["location"] = location
    if isinstance(tags, dict) and tags:
        body["tags"] = tags
    return {**body, "properties": properties}
