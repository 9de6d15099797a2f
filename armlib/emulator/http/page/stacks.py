"""Deployment stacks: the page of one, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armlib.deployment.scopes import scope_and_name
from armlib.deployment.target import is_final
from armlib.emulator.engine import Engine
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.page.deployments import value_table
from armlib.emulator.http.page.json_view import json_view
from armlib.emulator.http.page.layout import Rows, folded, heading, page, pill, section, table
from armlib.emulator.http.page.links import link
from armlib.emulator.http.page.values import capital, duration, error_view, properties_of
from armlib.emulator.store import STACKS
from armlib.jsontypes import JsonObject
from armlib.report.markup import Html, Node, tag


def recent_stacks(engine: Engine, most: int) -> list[JsonObject]:
    """Return the newest stacks of all scopes, *most* of them."""
    return [each.body for each in engine.store.documents(STACKS, newest_first=True, limit=most)]


def stacks_of(engine: Engine, scope: str) -> list[JsonObject]:
    """Return the stacks of a scope."""
    return list(engine.stacks.list(scope))


def stack_table(stacks: Sequence[JsonObject], *, with_scope: bool = False) -> Html | None:
    """Return *stacks* as a table; None when there are none."""
    if not stacks:
        return None
    rows: Rows = []
    for each in stacks:
        properties = properties_of(each)
        scope = scope_and_name(str(each["id"]))[0]
        where: list[Node] = [link(scope, scope.rpartition("/")[2])] if with_scope else []
        rows.append(
            [
                link(str(each["id"]), str(each["name"])),
                *where,
                pill(capital(str(properties.get("provisioningState", "")))),
                str(len(properties.get("resources") or ())),
                str((properties.get("denySettings") or {}).get("mode", "none")),
            ]
        )
    columns = ["Name", *(["Scope"] if with_scope else []), "State", "Resources", "Deny settings"]
    return section("Deployment stacks", table(columns, rows, tight=range(1, len(columns))), count=len(rows))


def stack_page(call: Call, scope: str, name: str) -> Answer:
    """Answer with the page of the stack *name*."""
    found = call.engine.stacks.get(scope, name)
    properties = properties_of(found)
    state = capital(str(properties.get("provisioningState", "")))
    lists = (
        ("Resources", "resources"),
        ("Detached", "detachedResources"),
        ("Deleted", "deletedResources"),
        ("Failed", "failedResources"),
    )
    deployment = properties.get("deploymentId")
    return page(
        f"{name}: {state}",
        heading(
            name,
            ["Deployment stack", tag("br"), tag("span", str(found["id"]), class_="id")],
            [("Start", ""), (scope.rpartition("/")[2] or "tenant", scope)],
            state,
        ),
        section("Result", error_view(properties["error"]), is_flush=False) if properties.get("error") else None,
        section("Outcome", _stack_facts(properties, deployment), is_flush=False),
        [_managed(title, properties.get(key) or ()) for title, key in lists],
        value_table("Outputs", properties.get("outputs")),
        folded("The stack as JSON", json_view(found)),
        running=not is_final(state),
    )


def _stack_facts(properties: Mapping[str, Any], deployment: str | None) -> Html:
    unmanage = properties.get("actionOnUnmanage") or {}
    facts = [
        ("State", pill(capital(str(properties.get("provisioningState", ""))))),
        ("Deployment", link(deployment, deployment.rpartition("/")[2]) if deployment else None),
        ("What leaves the template", ", ".join(f"{name}: {action}" for name, action in unmanage.items())),
        ("Deny settings", (properties.get("denySettings") or {}).get("mode")),
        ("Duration", duration(str(properties.get("duration", "")))),
    ]
    return tag("dl", [[tag("dt", name), tag("dd", value)] for name, value in facts if value])


def _managed(title: str, resources: Sequence[Mapping[str, Any]]) -> Html | None:
    if not resources:
        return None
    rows: Rows = []
    for each in resources:
        id_ = str(each.get("id", ""))
        error = each.get("error")
        note: Node = error_view(error) if error else str(each.get("status", ""))
        rows.append([link(id_, id_.rpartition("/")[2]), tag("span", id_, class_="id"), note])
    return section(title, table(("Name", "Id", "Status"), rows, tight=(0,)), count=len(rows))
