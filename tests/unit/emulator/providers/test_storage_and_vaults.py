"""Storage accounts and key vaults."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG, SUB
from tests.unit.emulator.refusal import refused

ACCOUNT = f"{RG}/providers/Microsoft.Storage/storageAccounts/stexample"
VERSION = "2023-05-01"
BODY: dict[str, Any] = {"location": "westeurope", "sku": {"name": "Standard_RAGRS"}, "kind": "StorageV2"}
VAULT = f"{RG}/providers/Microsoft.KeyVault/vaults/kv-example"
VAULT_BODY: dict[str, Any] = {
    "location": "westeurope",
    "properties": {"tenantId": "0" * 36, "sku": {"family": "A", "name": "standard"}},
}


def test_an_account_has_endpoints_and_services(resources: Resources) -> None:
    shown: Any = resources.put(ACCOUNT, VERSION, BODY).body
    properties = shown["properties"]
    assert properties["primaryEndpoints"]["blob"] == "https://stexample.blob.core.windows.net/"
    assert properties["secondaryEndpoints"]["table"] == "https://stexample-secondary.table.core.windows.net/"
    assert (properties["primaryLocation"], properties["secondaryLocation"]) == ("westeurope", "northeurope")
    assert shown["sku"] == {"name": "Standard_RAGRS", "tier": "Standard"}
    for service in ("blob", "file", "table"):
        assert resources.get(f"{ACCOUNT}/{service}services/DEFAULT")["id"] == f"{ACCOUNT}/{service}Services/default"
    (listed,) = resources.children(ACCOUNT, "microsoft.storage/storageaccounts/queueservices")
    assert listed["id"] == f"{ACCOUNT}/queueServices/default"
    assert resources.find(f"{ACCOUNT}/blobServices/none") is None
    assert refused(resources.put, f"{ACCOUNT}/blobServices/other", VERSION, {}) == (400, "InvalidResourceName")
    again: Any = resources.put(ACCOUNT, VERSION, BODY).body
    assert again["properties"]["creationTime"] == properties["creationTime"]
    files: Any = resources.put(f"{ACCOUNT}2", VERSION, {**BODY, "kind": "FileStorage"}).body
    assert list(files["properties"]["primaryEndpoints"]) == ["file"]


def test_a_service_stays_as_it_was_set_when_the_account_is_put_again(resources: Resources) -> None:
    resources.put(ACCOUNT, VERSION, BODY)
    resources.put(f"{ACCOUNT}/blobServices/default", VERSION, {"properties": {"isVersioningEnabled": True}})
    resources.put(ACCOUNT, VERSION, BODY)
    service: Any = resources.get(f"{ACCOUNT}/blobServices/default")
    assert service["properties"]["isVersioningEnabled"] is True


def test_names_of_accounts_are_the_worlds(resources: Resources) -> None:
    assert refused(resources.put, f"{ACCOUNT}-x", VERSION, BODY) == (400, "AccountNameInvalid")
    assert refused(resources.check, f"{ACCOUNT}-x", VERSION, BODY) == (400, "AccountNameInvalid")
    resources.put(ACCOUNT, VERSION, BODY)
    other = f"{SUB}/resourceGroups/other"
    resources.put(other, VERSION, {"location": "westeurope"})
    taken = ACCOUNT.replace("/rg/", "/other/")
    assert refused(resources.put, taken, VERSION, BODY) == (409, "StorageAccountAlreadyTaken")
    assert refused(resources.check, taken, VERSION, BODY) == (409, "StorageAccountAlreadyTaken")
    resources.delete(ACCOUNT)
    assert resources.put(taken, VERSION, BODY).created


def test_keys_have_the_form_of_their_version(resources: Resources) -> None:
    resources.put(ACCOUNT, VERSION, BODY)
    keys: Any = resources.act(ACCOUNT, "listKeys", VERSION)
    flat: Any = resources.act(ACCOUNT, "listKeys", "2015-05-01-preview")
    assert flat == {each["keyName"]: each["value"] for each in keys["keys"]}


def test_keys_are_the_same_each_time_and_nowhere_kept(engine: Engine) -> None:
    engine.resources.put(ACCOUNT, VERSION, BODY)
    keys: Any = engine.resources.act(ACCOUNT, "listKeys", VERSION)
    assert [key["keyName"] for key in keys["keys"]] == ["key1", "key2"]
    assert keys == engine.resources.act(
        ACCOUNT.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), "listkeys", VERSION
    )
    assert len(keys["keys"][0]["value"]) == 88
    assert keys["keys"][0]["value"] not in str(engine.snapshot())
    signature: Any = engine.resources.act(ACCOUNT, "listAccountSas", VERSION, {"signedServices": "b"})
    assert "sig=" in signature["accountSasToken"]


@pytest.mark.parametrize("name", ["Upper", "a", "two--hyphens", "-x"])
def test_containers_have_names_of_hosts(resources: Resources, name: str) -> None:
    resources.put(ACCOUNT, VERSION, BODY)
    containers = f"{ACCOUNT}/blobServices/default/containers"
    assert refused(resources.put, f"{containers}/{name}", VERSION, {}) == (400, "ContainerOperationFailure")
    shown: Any = resources.put(f"{containers}/logs", VERSION, {}).body
    assert shown["properties"]["publicAccess"] == "None"


def test_a_vault_has_an_address_and_a_name_of_its_own(resources: Resources) -> None:
    shown: Any = resources.put(VAULT, VERSION, VAULT_BODY).body
    assert shown["properties"]["vaultUri"] == "https://kv-example.vault.azure.net/"
    assert shown["properties"]["enableSoftDelete"] is True
    assert refused(resources.put, f"{VAULT}_x", VERSION, VAULT_BODY) == (400, "VaultNameNotValid")
    resources.put(f"{SUB}/resourceGroups/other", VERSION, {"location": "westeurope"})
    taken = VAULT.replace("/rg/", "/other/")
    assert refused(resources.put, taken, VERSION, VAULT_BODY) == (409, "VaultAlreadyExists")


def test_access_policies_change_the_vault(resources: Resources) -> None:
    def policies(*who: str) -> dict[str, Any]:
        each = [{"tenantId": "0" * 36, "objectId": one, "permissions": {"secrets": ["get"]}} for one in who]
        return {"properties": {"accessPolicies": each}}

    def who() -> list[str]:
        shown: Any = resources.get(VAULT)
        return [policy["objectId"] for policy in shown["properties"]["accessPolicies"]]

    resources.put(VAULT, VERSION, VAULT_BODY)
    resources.put(f"{VAULT}/accessPolicies/add", VERSION, policies("a", "b"))
    resources.put(f"{VAULT}/accessPolicies/add", VERSION, policies("b", "c"))
    assert who() == ["a", "b", "c"]
    resources.put(f"{VAULT}/accessPolicies/remove", VERSION, policies("a"))
    assert who() == ["b", "c"]
    resources.put(f"{VAULT}/accessPolicies/replace", VERSION, policies("d"))
    assert who() == ["d"]
    assert refused(resources.put, f"{VAULT}/accessPolicies/other", VERSION, policies("d")) == (400, "BadRequest")


def test_secrets_have_addresses_and_no_value(engine: Engine) -> None:
    engine.resources.put(VAULT, VERSION, VAULT_BODY)
    secret = f"{VAULT}/secrets/db"
    shown: Any = engine.resources.put(secret, VERSION, {"properties": {"value": "hunter2", "contentType": "text"}}).body
    assert shown["properties"]["secretUri"] == "https://kv-example.vault.azure.net/secrets/db"
    assert shown["properties"]["secretUriWithVersion"].startswith(shown["properties"]["secretUri"] + "/")
    assert shown["properties"]["contentType"] == "text"
    assert "hunter2" not in str(engine.snapshot())
    key: Any = engine.resources.put(f"{VAULT}/keys/k", VERSION, {"properties": {"kty": "RSA"}}).body
    assert key["properties"]["keyUri"] == "https://kv-example.vault.azure.net/keys/k"
