"""Templates that are made to take long or to break the check: it ends soon, with or without findings."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.azuretypes.store import Store
from armlib.azuretypes.template import check_template

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def shop(**facts: Any) -> dict[str, Any]:
    properties = {"owner": {"mail": "m"}, **facts.pop("properties", {})}
    base = {"type": "Contoso.Shop/shops", "apiVersion": "2024-01-01", "name": "corner", "location": "l"}
    return {**base, "properties": properties, **facts}


def laughs(function: str, fan: int) -> dict[str, Any]:
    """Variables each of which names the next one many times."""
    count = 40
    calls = {number: ", ".join(["'{0}'", *[f"variables('v{number + 1}')"] * fan]) for number in range(count)}
    return {**{f"v{number}": f"[{function}({arguments})]" for number, arguments in calls.items()}, f"v{count}": "text"}


def deployment(inner: dict[str, Any]) -> dict[str, Any]:
    template = {"$schema": SCHEMA, "resources": [inner]}
    base = {"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n"}
    return {**base, "properties": {"mode": "Incremental", "template": template}}


def nested(depth: int) -> dict[str, Any]:
    resource = shop()
    for _ in range(depth):
        resource = deployment(resource)
    return resource


def inline(depth: int) -> dict[str, Any]:
    resource = shop()
    for _ in range(depth):
        resource = {**shop(), "resources": [resource]}
    return resource


def lists(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("resource", "variables"),
    [
        (shop(name="[variables('v0')]"), laughs("concat", 10)),
        (shop(name="[variables('v0')]"), laughs("format", 10)),
        (shop(name="[variables('v0')]"), {"v0": "[variables('v0')]"}),
        (shop(name="[variables('a')]"), {"a": "[concat(variables('b'))]", "b": "[concat(variables('a'))]"}),
        (shop(properties={"password": "[variables('v0')]"}), laughs("concat", 10)),
        (shop(properties={"password": "[variables('v0')]"}), {"v0": "[variables('v0')]"}),
        (shop(apiVersion="[variables('v0')]"), laughs("concat", 10)),
        (nested(400), {}),
        (inline(400), {}),
        (shop(properties={"items": lists(900)}), {}),
        (shop(properties={f"x{number}": number for number in range(2000)}), {}),
        (shop(name="[format('{99999999999999999999}{0}', 'x')]"), {}),
        (shop(properties={"code": "a" * 1_000_000}), {}),
        (shop(properties={"floor": int("9" * 4000)}), {}),
        (shop(properties={"floor": "9" * 100_000}), {}),
        (shop(properties={"floor": 1e308, "open": float("inf")}), {}),
    ],
)
def test_the_check_ends(store: Store, resource: dict[str, Any], variables: dict[str, Any]) -> None:
    found = check_template({"$schema": SCHEMA, "variables": variables, "resources": [resource]}, store)
    assert all(len(each.message) < 500 for each in found)
