"""A local ARM to deploy to, and short ways to do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from armlib.emulator.engine import Engine
from tests.unit.deployment.samples import SCHEMAS
from tests.unit.emulator.conftest import RG, settings

WIDGETS = "Contoso.Things/widgets"


def template(kind: str = "group", **members: Any) -> dict[str, Any]:
    return {"$schema": SCHEMAS[kind], "contentVersion": "1.0.0.0", "resources": [], **members}


def widget(name: str, *after: str, **members: Any) -> dict[str, Any]:
    found = {"type": WIDGETS, "apiVersion": "2020-01-01", "name": name, "location": "westeurope", **members}
    return {**found, "dependsOn": [f"[resourceId('{WIDGETS}', '{each}')]" for each in after]} if after else found


def nested(name: str, inner: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    properties = {"mode": "Incremental", "template": dict(inner), **members.pop("properties", {})}
    found = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": name}
    return {**found, **members, "properties": properties}


def inner_scope(name: str, inner: Mapping[str, Any], parameters: Mapping[str, Any] = {}, **members: Any) -> Any:
    properties = {"expressionEvaluationOptions": {"scope": "inner"}, "parameters": dict(parameters)}
    return nested(name, inner, properties=properties, **members)


def request(text: Mapping[str, Any], parameters: Mapping[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    location = properties.pop("location", None)
    values = {name: {"value": value} for name, value in (parameters or {}).items()}
    body: dict[str, Any] = {"properties": {"mode": "Incremental", "template": text, "parameters": values, **properties}}
    return body if location is None else {"location": location, **body}


@dataclass(frozen=True)
class Local:
    """An engine, and its deployments in short."""

    engine: Engine

    def deploy(self, text: Mapping[str, Any], name: str = "d", scope: str = RG, **more: Any) -> Any:
        parameters = more.pop("parameters", None)
        self.engine.deployments.create(scope, name, request(text, parameters, **more))
        return self.engine.deployments.wait(scope, name, timeout=30)

    def properties(self, text: Mapping[str, Any], name: str = "d", scope: str = RG, **more: Any) -> dict[str, Any]:
        found = self.deploy(text, name, scope, **more)["properties"]
        assert found["provisioningState"] == "Succeeded", found.get("error")
        return found  # type: ignore[no-any-return]

    def operations(self, name: str = "d", scope: str = RG) -> list[dict[str, Any]]:
        return [each["properties"] for each in self.engine.deployments.operations(scope, name)]  # type: ignore[misc]

    def names(self, scope: str = RG) -> set[str]:
        return {str(each["name"]) for each in self.engine.resources.list(scope).items}


@pytest.fixture
def local(tmp_path: Any) -> Iterator[Local]:
    with Engine.open(None, settings(tmp_path)) as engine:
        engine.scopes.put_group(RG, "westeurope")
        yield Local(engine)
