"""What the published definitions refuse, fill and keep out."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.engine import Engine
from armlib.emulator.settings import TENANT
from tests.unit.emulator.conftest import RG, SUB

ACCOUNT = f"{RG}/providers/Microsoft.Storage/storageAccounts/stexample"
GOOD: dict[str, Any] = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
VERSION = "2023-05-01"


def refused(engine: Engine, id_: str, version: str, body: dict[str, Any]) -> Fault:
    with pytest.raises(Fault) as caught:
        engine.resources.put(id_, version, body)
    with pytest.raises(Fault) as checked:
        engine.resources.check(id_, version, body)
    assert checked.value.content == caught.value.content
    return caught.value


def test_types_and_versions_must_exist(typed: Engine) -> None:
    found = refused(typed, ACCOUNT, "1999-01-01", GOOD)
    assert (found.status, found.code) == (400, "NoRegisteredProviderFound")
    assert "for location 'westeurope' and API version '1999-01-01' for type 'storageAccounts'" in found.message
    assert "2023-05-01" in found.message
    found = refused(typed, f"{RG}/providers/Microsoft.Storage/storageAcounts/x", VERSION, GOOD)
    assert (found.status, found.code) == (404, "InvalidResourceType")
    assert "The resource type 'storageAcounts' could not be found in the namespace 'Microsoft.Storage'" in found.message
    # a part of the definitions says nothing of other namespaces
    assert typed.resources.put(f"{RG}/providers/Contoso.Shop/shops/s", VERSION, {}).created


def test_regions_and_scopes_must_be_right(typed: Engine) -> None:
    found = refused(typed, ACCOUNT, VERSION, {**GOOD, "location": "moon"})
    assert (found.status, found.code) == (400, "LocationNotAvailableForResourceType")
    assert "northeurope" in found.message
    wrong = f"{SUB}/providers/Microsoft.Storage/storageAccounts/stexample"
    found = refused(typed, wrong, VERSION, GOOD)
    assert (found.status, found.code) == (404, "InvalidResourceType")
    assert f"at the scope '{SUB}'" in found.message
    assert typed.resources.put(ACCOUNT, VERSION, {**GOOD, "location": "West Europe"}).created


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"location": None}, "LocationRequired", "location"),
        ({"sku": None}, "InvalidValuesForRequestParameters", "'sku' is required"),
        ({"properties": {"networkAcls": {"defaultAction": "Maybe"}}}, "InvalidValuesForRequestParameters", "'Maybe'"),
        ({"properties": {"accessTier": ["Hot"]}}, "InvalidValuesForRequestParameters", "properties.accessTier"),
    ],
)
def test_bodies_must_fit(typed: Engine, change: dict[str, Any], code: str, told: str) -> None:
    body = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    found = refused(typed, ACCOUNT, VERSION, body)
    assert (found.status, found.code) == (400, code)
    assert told in found.message


def test_what_only_the_service_writes_is_left_out(typed: Engine) -> None:
    written = {"provisioningState": "Creating", "primaryLocation": "moon", "minimumTlsVersion": "TLS1_2"}
    body = typed.resources.put(ACCOUNT.lower(), VERSION, {**GOOD, "properties": written}).body
    properties = body["properties"]
    assert isinstance(properties, dict)
    assert properties["provisioningState"] == "Succeeded"
    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert properties.get("primaryLocation") != "moon"
    assert body["type"] == "Microsoft.Storage/storageAccounts"
    assert typed.resources.baseline(ACCOUNT) == {**GOOD, "properties": {"minimumTlsVersion": "TLS1_2"}}


def test_sensitive_values_are_left_out(typed: Engine) -> None:
    vault = f"{RG}/providers/Microsoft.KeyVault/vaults/kv-example"
    body = {"location": "westeurope", "properties": {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}}}
    typed.resources.put(vault, "2023-07-01", {**body, "properties": {**body["properties"], "accessPolicies": []}})  # type: ignore[dict-item]
    typed.resources.put(f"{vault}/secrets/s", "2023-07-01", {"properties": {"value": "hunter2", "contentType": "text"}})
    rows = typed.store.rows("select body, baseline from resources")
    assert b"hunter2" not in b"".join(bytes(cell) for row in rows for cell in row if cell)


def test_the_service_under_an_account_is_there_without_being_made(typed: Engine) -> None:
    typed.resources.put(ACCOUNT, VERSION, GOOD)
    container = f"{ACCOUNT}/blobServices/default/containers/logs"
    assert typed.resources.put(container, VERSION, {}).created
    assert typed.resources.find(f"{ACCOUNT}/blobServices/default") is not None
