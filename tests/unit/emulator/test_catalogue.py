"""Providers, their types, and who may use them."""

from __future__ import annotations

from typing import Any

from armlib.emulator.engine import Engine
from armlib.emulator.regions import is_region, locations, paired_region
from tests.unit.emulator.conftest import RG, SUB, VERSION
from tests.unit.emulator.refusal import refused

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"


def test_what_was_used_is_known(engine: Engine) -> None:
    assert engine.catalogue.provider("contoso.shop") is None
    engine.resources.put(SHOP, VERSION, {"location": "westeurope"})
    engine.resources.put(f"{SHOP}2", "2022-01-01", {"location": "westeurope"})
    provider: Any = engine.catalogue.provider("contoso.shop", SUB)
    assert (provider["id"], provider["namespace"]) == (f"{SUB}/providers/Contoso.Shop", "Contoso.Shop")
    assert provider["registrationState"] == "Registered"
    (shops,) = provider["resourceTypes"]
    assert (shops["resourceType"], shops["apiVersions"]) == ("shops", [VERSION, "2022-01-01"])
    assert "West Europe" in shops["locations"]


def test_definitions_are_known(typed: Engine) -> None:
    provider: Any = typed.catalogue.provider("MICROSOFT.STORAGE")
    kinds = {kind["resourceType"]: kind for kind in provider["resourceTypes"]}
    assert provider["namespace"] == "Microsoft.Storage"
    assert "2023-05-01" in kinds["storageAccounts"]["apiVersions"]
    assert "preview" not in kinds["storageAccounts"]["defaultApiVersion"]
    assert "registrationState" not in provider
    assert {"Microsoft.Storage", "Microsoft.KeyVault"} <= {each["namespace"] for each in typed.catalogue.providers(SUB)}


def test_a_namespace_can_be_unregistered(engine: Engine) -> None:
    engine.resources.put(SHOP, VERSION, {"location": "westeurope"})
    in_use = (409, "CannotUnregisterInUseResourceProvider")
    assert refused(engine.catalogue.unregister, SUB, "Contoso.Shop") == in_use
    engine.resources.put(f"{SUB}/providers/Contoso.Farm/farms/f", VERSION, {})
    engine.resources.delete(f"{SUB}/providers/Contoso.Farm/farms/f")
    assert refused(engine.catalogue.unregister, SUB, "Contoso.Farm") == (404, "InvalidResourceNamespace")
    assert refused(engine.catalogue.unregister, SUB, "Microsoft.Resources")[0] == 409
    assert engine.catalogue.unregister(SUB, "Microsoft.KeyVault")["registrationState"] == "Unregistered"
    vault = f"{RG}/providers/Microsoft.KeyVault/vaults/kv-one"
    missing = (409, "MissingSubscriptionRegistration")
    assert refused(engine.resources.put, vault, VERSION, {"location": "westeurope"}) == missing
    assert engine.catalogue.register(SUB, "microsoft.keyvault")["registrationState"] == "Registered"


def test_regions_are_listed() -> None:
    listed: Any = locations(SUB)
    names = [location["name"] for location in listed]
    assert len(set(names)) == len(names)
    assert len(names) > 50
    pairs = {pair for name in names if (pair := paired_region(name)) is not None}
    assert pairs <= set(names)
    assert is_region("West Europe")
    assert is_region("global")
    assert not is_region("moon")
