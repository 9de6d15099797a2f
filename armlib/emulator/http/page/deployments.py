"""Deployments: the page of one, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armlib.deployment.scopes import scope_and_name
from armlib.deployment.target import is_final
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.page.json_view import json_view
from armlib.emulator.http.page.layout import Rows, folded, heading, nothing, page, pill, section, table
from armlib.emulator.http.page.links import address, link
from armlib.emulator.http.page.values import duration, error_view, properties_of, time_view
from armlib.jsontypes import JsonObject
from armlib.report.graph.drawing import Box, draw
from armlib.report.markup import Html, Node, join, tag

_MOST_BOXES = 400  # in a graph


def deployment_page(call: Call, scope: str, name: str) -> Answer:
    """Answer with the page of the deployment *name*."""
    deployments = call.engine.deployments
    found = deployments.get(scope, name)
    properties = properties_of(found)
    operations = deployments.operations(scope, name)
    trail = [("Start", "")]
    if scope:
        trail.append((scope.rpartition("/")[2], scope))
    state = str(properties.get("provisioningState", ""))
    return page(
        f"{name}: {state}",
        heading(
            str(found["name"]), ["Deployment", tag("br"), tag("span", str(found["id"]), class_="id")], trail, state
        ),
        section("Result", error_view(properties["error"]), is_flush=False) if properties.get("error") else None,
        section("Outcome", _facts(properties), is_flush=False),
        _graph(properties, operations),
        _operation_table(operations),
        value_table("Outputs", properties.get("outputs")),
        value_table("Parameters", properties.get("parameters")),
        folded("The template", json_view(deployments.export(scope, name)["template"])),
        folded("The deployment as JSON", json_view(found)),
        running=is_running(found),
    )


def _facts(properties: Mapping[str, Any]) -> Html:
    facts = [
        ("State", pill(str(properties.get("provisioningState", "")))),
        ("Mode", properties.get("mode")),
        ("Changed last", properties.get("timestamp") and time_view(str(properties["timestamp"]))),
        ("Duration", properties.get("duration") and duration(str(properties["duration"]))),
        ("Template hash", properties.get("templateHash")),
        ("Correlation id", properties.get("correlationId")),
        ("Rolled back to", (properties.get("onErrorDeployment") or {}).get("deploymentName")),
    ]
    return tag("dl", [[tag("dt", name), tag("dd", value)] for name, value in facts if value])


def _graph(properties: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> Html | None:
    """Return the dependency graph of a deployment, None when it has nothing to draw."""
    boxes = _boxes(properties, operations)
    if not boxes:
        return None
    if len(boxes) > _MOST_BOXES:
        return nothing("Dependencies", f"{len(boxes)} resources are too many to draw.")
    return section("Dependencies", tag("div", draw(boxes), class_="canvas", tabindex="0"), count=len(boxes))


def _boxes(properties: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> list[Box]:
    needs: dict[str, list[str]] = {}
    known: dict[str, tuple[str, str, str]] = {}
    states: dict[str, str] = {}
    for dependency in properties.get("dependencies") or ():
        for each in (dependency, *dependency.get("dependsOn", ())):
            key = str(each["id"]).casefold()
            known.setdefault(key, (each["id"], str(each.get("resourceName", "")), str(each.get("resourceType", ""))))
        needs[str(dependency["id"]).casefold()] = [str(each["id"]) for each in dependency.get("dependsOn", ())]
    for operation in operations:
        step = properties_of(operation)
        target = step.get("targetResource")
        if target and target.get("id") and step.get("provisioningOperation") == "Create":
            key = str(target["id"]).casefold()
            known[key] = (target["id"], str(target.get("resourceName", "")), str(target.get("resourceType", "")))
            states[key] = str(step.get("provisioningState", ""))
    return [
        Box(id=id_, name=name, type=type_, state=states.get(key, ""), needs=needs.get(key, ()), href=address(id_))
        for key, (id_, name, type_) in known.items()
    ]


def _operation_table(operations: Sequence[Mapping[str, Any]]) -> Html:
    rows: Rows = []
    for operation in operations:
        step = properties_of(operation)
        target = step.get("targetResource") or {}
        error = (step.get("statusMessage") or {}).get("error") if isinstance(step.get("statusMessage"), dict) else None
        name: Node = link(str(target["id"]), str(target.get("resourceName", target["id"]))) if target.get("id") else ""
        rows.append(
            [
                str(step.get("provisioningOperation", "")),
                [name, error_view(error) if error else None],
                str(target.get("resourceType", "")),
                pill(str(step.get("provisioningState", ""))),
                duration(str(step.get("duration", ""))),
            ]
        )
    if not rows:
        return nothing("Operations", "There is none yet.")
    columns = ("Operation", "Resource", "Type", "State", "Duration")
    return section("Operations", table(columns, rows, tight=(0, 3, 4)), count=len(rows))


def value_table(title: str, values: Mapping[str, Any] | None) -> Html | None:
    """Return parameters or outputs as a table; a secure one has no value."""
    if not values:
        return None
    rows: Rows = [
        [name, str(entry.get("type", "")), _value(entry) if isinstance(entry, dict) else ""]
        for name, entry in values.items()
        if isinstance(entry, dict)
    ]
    return section(title, table(("Name", "Type", "Value"), rows, tight=(1,)), count=len(rows))


def _value(entry: Mapping[str, Any]) -> Node:
    if "value" not in entry:
        is_secure = str(entry.get("type", "")).casefold().startswith("secure")
        return tag(
            "span", "not kept: it is secure" if is_secure or "reference" not in entry else "by reference", class_="soft"
        )
    value = entry["value"]
    if isinstance(value, str):
        looks_like_id = value.startswith(("/subscriptions/", "/providers/"))
        return link(value, value, class_="small") if looks_like_id else value
    return json_view(value)


def deployment_table(title: str, deployments: Sequence[JsonObject], *, with_scope: bool = False) -> Html:
    """Return *deployments* as a table, or that there is none."""
    if not deployments:
        return nothing(title, "There is none.")
    rows: Rows = []
    for each in deployments:
        properties = properties_of(each)
        scope = scope_and_name(str(each["id"]))[0]
        where: list[Node] = [link(scope, scope.rpartition("/")[2] or "tenant")] if with_scope else []
        rows.append(
            [
                link(str(each["id"]), str(each["name"])),
                *where,
                pill(str(properties.get("provisioningState", ""))),
                str(properties.get("mode", "")),
                time_view(str(properties.get("timestamp", ""))),
                duration(str(properties.get("duration", ""))),
            ]
        )
    columns = ["Name", *(["Scope"] if with_scope else []), "State", "Mode", "Changed last (UTC)", "Duration"]
    return section(title, table(columns, rows, tight=range(1 + with_scope, len(columns))), count=len(rows))


def state_link(deployment: JsonObject) -> Html:
    """Return a link to *deployment* with its state."""
    state = str(properties_of(deployment).get("provisioningState", ""))
    return join([link(str(deployment["id"]), str(deployment["name"])), " ", pill(state)])


def is_running(deployment: JsonObject) -> bool:
    """Return whether *deployment* has not ended."""
    return not is_final(str(properties_of(deployment).get("provisioningState", "")))
