"""A template is deployed to a local ARM twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from armlib.emulator.engine import Engine
from armlib.emulator.settings import SUBSCRIPTION, Settings
from armlib.jsontypes import JsonObject

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
UNCHANGED = ("NoChange", "NoEffect", "Ignore")


def changes_of_a_second_deployment(template: JsonObject, types: Path) -> list[Any]:
    """Deploy *template* twice to an ARM that knows *types*; return what goes wrong, or would change the second time."""
    with Engine.open(None, Settings(definitions=types)) as engine:
        return list(_changes(engine, template))


def _changes(engine: Engine, template: JsonObject) -> list[Any]:
    """Deploy a template twice; return what went wrong, or would have been changed the second time."""
    engine.resources.put(GROUP, "2025-04-01", {"location": "westeurope"})
    is_for_group = "subscriptionDeployment" not in str(template["$schema"])
    scope = GROUP if is_for_group else GROUP.partition("/resourceGroups/")[0]
    request = _request(template) if is_for_group else {**_request(template), "location": "westeurope"}
    first = _deployed(engine, scope, "first", request)
    if first is not None:
        return [first]
    changes: Any = engine.deployments.what_if(scope, "preview", request)["properties"]
    changed = [each for each in changes["changes"] if each["changeType"] not in UNCHANGED]
    second = _deployed(engine, scope, "second", request)
    return changed if second is None else [*changed, second]


def _request(template: JsonObject) -> JsonObject:
    declared: Any = template.get("parameters", {})
    values: dict[str, Any] = {
        name: {"value": "Sup3r-Secret-Value"} for name, each in declared.items() if "defaultValue" not in each
    }
    return {"properties": {"mode": "Incremental", "template": template, "parameters": values}}


def _deployed(engine: Engine, scope: str, name: str, request: JsonObject) -> Any:
    """Deploy; return the error, or None."""
    engine.deployments.create(scope, name, request)
    properties: Any = engine.deployments.wait(scope, name, timeout=60)["properties"]
    return None if properties["provisioningState"] == "Succeeded" else properties.get("error", properties)
