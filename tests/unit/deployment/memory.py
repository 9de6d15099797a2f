"""A target that is a dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.live import not_found
from armlib.deployment.show import show


class Memory:
    """Bodies by folded id; it gives each resource an endpoint, and a key that is made of its name."""

    def __init__(self) -> None:
        self.bodies: dict[str, dict[str, Any]] = {}

    def get(self, id_: str, api_version: str | None = None) -> Any:
        return self.bodies.get(id_.casefold())

    def list(self, scope: str) -> Iterable[Any]:
        return [body for id_, body in self.bodies.items() if id_.startswith(f"{scope.casefold()}/")]

    def act(self, id_: str, action: str, api_version: str, body: Any = None) -> Any:
        if action == "listSecretValue":
            return f"value of {id_.rpartition('/')[2]}"
        if id_.casefold() not in self.bodies:
            raise not_found(id_)
        return {"keys": [{"value": f"key of {id_.rpartition('/')[2]}"}], "asked": body}

    def baseline(self, id_: str) -> Any:
        return None

    def provider(self, namespace: str) -> Any:
        return {"namespace": namespace, "resourceTypes": [{"resourceType": "a", "apiVersions": ["2020-01-01"]}]}

    def put(self, one: ExpandedResource) -> None:
        assert isinstance(one.id, str)
        body: dict[str, Any] = {name: show(value) for name, value in one.body.items()}
        endpoint = {"endpoint": f"https://{one.name}.exam"}
        self.bodies[one.id.casefold()] = {
            "id": one.id,
            "name": one.name,
            **body,
            "properties": {**(body.get("properties") or {}), **endpoint},
        }
