"""What is filled in for types that are not special, off their definitions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.install import install
from armlib.emulator.engine import Engine
from tests.unit.azuretypes.definitions import TypesFile, envelope, write_folder
from tests.unit.emulator.conftest import RG, settings
from tests.unit.emulator.refusal import refused

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"
VERSION = "2024-01-01"
READ_ONLY = 2
WRITE_ONLY = 4


def definitions() -> TypesFile:
    file = TypesFile()
    name = "Contoso.Shop/shops"
    text = file.string()
    hosts = file.object("Hosts", {"front": text, "frontEndpoint": text, "backHostName": text})
    properties = file.object(
        "ShopProperties",
        {
            "size": (file.integer(), 0),
            "endpoint": (text, READ_ONLY),
            "shopId": (text, READ_ONLY),
            "parentResourceId": (text, READ_ONLY),
            "accessKey": (text, READ_ONLY),
            "createdOn": (text, READ_ONLY),
            "lastChangedTime": (text, READ_ONLY),
            "state": (file.enum("Broken", "Running"), READ_ONLY),
            "provisioningState": (text, READ_ONLY),
            "hosts": (hosts, READ_ONLY),
            "outboundIpAddresses": (file.array(text), READ_ONLY),
            "token": (file.string(sensitive=True), 0),
            "hint": (text, WRITE_ONLY),
        },
    )
    body = file.object(name, {**envelope(file, name, VERSION), "location": text, "properties": properties})
    file.resource(f"{name}@{VERSION}", body)
    key = file.object("Key", {"keyName": text, "primaryKey": file.string(sensitive=True), "count": file.integer()})
    file.add(
        "ResourceFunctionType",
        name="listKeys",
        resourceType=name,
        apiVersion=VERSION,
        output=file.object("Keys", {"keys": file.array(key), "endpoint": text}),
    )
    return file


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Engine]:
    folder = write_folder(tmp_path / "generated", {"shop/contoso.shop/2024-01-01": definitions()})
    path = install(str(folder), path=tmp_path / "types.sqlite3").path
    with Engine.open(None, settings(tmp_path, definitions=path)) as engine:
        engine.scopes.put_group(RG, "westeurope")
        yield engine


def test_properties_of_the_service_are_made_up(shop: Engine) -> None:
    body: dict[str, Any] = {"location": "westeurope", "properties": {"size": 1, "endpoint": "mine", "hosts": {}}}
    first: Any = shop.resources.put(SHOP, VERSION, body).body
    made = first["properties"]
    assert made["size"] == 1
    assert made["endpoint"] == "https://one.shops.shop.example/"
    assert len(made["shopId"]) == 36
    assert made["state"] == "Running"
    assert made["provisioningState"] == "Succeeded"
    assert made["hosts"] == {
        "frontEndpoint": "https://one.shops.shop.example/",
        "backHostName": "one.shops.shop.example",
    }
    assert len(made["outboundIpAddresses"]) == 1
    assert {"accessKey", "parentResourceId"} & set(made) == set()
    second: Any = shop.resources.put(SHOP, VERSION, body).body
    assert second["properties"]["createdOn"] == made["createdOn"]
    assert second["properties"]["lastChangedTime"] > made["lastChangedTime"]
    assert shop.resources.baseline(SHOP) == {"location": "westeurope", "properties": {"size": 1}}


def test_what_only_goes_in_is_in_the_baseline_and_secrets_are_nowhere(shop: Engine) -> None:
    body = {"location": "westeurope", "properties": {"token": "hunter2", "hint": "x"}}
    shown: Any = shop.resources.put(SHOP, VERSION, body).body
    assert {"token", "hint"} & set(shown["properties"]) == set()
    assert shop.resources.baseline(SHOP) == {"location": "westeurope", "properties": {"hint": "x"}}
    assert "hunter2" not in str(shop.snapshot())


def test_lists_answer_as_they_are_defined(shop: Engine) -> None:
    shop.resources.put(SHOP, VERSION, {"location": "westeurope"})
    answer: Any = shop.resources.act(SHOP, "listKeys", VERSION)
    (key,) = answer["keys"]
    assert key["keyName"] == "one"
    assert len(key["primaryKey"]) == 88
    assert answer["endpoint"] == "https://one.shops.shop.example/"
    assert shop.resources.act(SHOP, "listkeys", VERSION) == answer
    assert refused(shop.resources.act, SHOP, "listOthers", VERSION) == (404, "InvalidResourceType")
    assert shop.resources.act(SHOP, "restart", VERSION) is None
