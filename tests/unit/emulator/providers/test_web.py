"""Plans, sites, and their settings."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG, SUB
from tests.unit.emulator.refusal import refused

PLAN = f"{RG}/providers/Microsoft.Web/serverfarms/plan"
SITE = f"{RG}/providers/Microsoft.Web/sites/Shop-Site"
VERSION = "2023-12-01"


def site(**settings: Any) -> dict[str, Any]:
    return {"location": "westeurope", "properties": {"serverFarmId": PLAN, "siteConfig": settings}}


@pytest.fixture
def planned(resources: Resources) -> Resources:
    resources.put(PLAN, VERSION, {"location": "westeurope", "sku": {"name": "P1v3"}})
    return resources


def test_a_plan_has_a_tier_and_stays_while_it_has_sites(planned: Resources) -> None:
    plan: Any = planned.get(PLAN)
    assert plan["sku"] == {"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 1}
    planned.put(SITE, VERSION, site())
    plan = planned.get(PLAN)
    assert plan["properties"]["numberOfSites"] == 1
    assert refused(planned.delete, PLAN) == (409, "Conflict")
    planned.delete(SITE)
    assert planned.delete(PLAN)


def test_a_site_has_a_host_and_a_configuration(planned: Resources) -> None:
    shown: Any = planned.put(SITE, VERSION, site(alwaysOn=True)).body
    assert shown["properties"]["defaultHostName"] == "shop-site.azurewebsites.net"
    assert shown["properties"]["state"] == "Running"
    config: Any = planned.get(f"{SITE}/config/web")
    assert config["properties"] == {"alwaysOn": True}
    slot: Any = planned.put(f"{SITE}/slots/blue", VERSION, site()).body
    assert slot["properties"]["defaultHostName"] == "shop-site-blue.azurewebsites.net"


def test_settings_are_shown_by_their_list_alone(engine: Engine, planned: Resources) -> None:
    settings = [
        {"name": "MODE", "value": "fast"},
        {"name": "DB_PASSWORD", "value": "hunter2"},
        {"name": "Storage", "value": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2"},
        {"name": "Vault", "value": "@Microsoft.KeyVault(SecretUri=https://x/)"},
    ]
    shown: Any = planned.put(SITE, VERSION, site(appSettings=settings)).body
    assert "appSettings" not in shown["properties"]["siteConfig"]
    assert "properties" not in planned.get(f"{SITE}/config/appsettings")
    listed: Any = planned.act(f"{SITE}/config/appsettings", "list", VERSION)
    assert listed["properties"] == {"MODE": "fast", "Vault": "@Microsoft.KeyVault(SecretUri=https://x/)"}
    assert "hunter2" not in str(engine.snapshot())
    planned.put(f"{SITE}/config/appsettings", VERSION, {"properties": {"MODE": "slow"}})
    listed = planned.act(f"{SITE}/config/appsettings", "list", VERSION)
    assert listed["properties"] == {"MODE": "slow"}


def test_what_lies_below_a_site_answers_though_it_is_no_resource(planned: Resources) -> None:
    planned.put(SITE, VERSION, site())
    assert planned.act(f"{SITE}/config/connectionstrings", "list", VERSION) == {
        "id": f"{SITE}/config/connectionstrings",
        "name": "connectionstrings",
        "type": "Microsoft.Web/sites/config",
        "properties": {},
    }
    credentials: Any = planned.act(f"{SITE}/config/publishingcredentials", "list", VERSION)
    assert credentials["properties"]["publishingUserName"] == "$Shop-Site"
    keys: Any = planned.act(f"{SITE}/host/default", "listKeys", VERSION)
    assert keys["masterKey"]
    assert refused(planned.act, f"{SITE}/host/other", "listKeys", VERSION) == (404, "ResourceNotFound")
    assert refused(planned.act, f"{SITE}2/host/default", "listKeys", VERSION) == (404, "ResourceNotFound")


def test_sites_want_a_plan_and_a_name_of_their_own(planned: Resources) -> None:
    body = {"location": "westeurope", "properties": {"serverFarmId": f"{PLAN}2"}}
    assert refused(planned.put, SITE, VERSION, body) == (404, "NotFound")
    assert refused(planned.put, f"{SITE}_x", VERSION, site()) == (400, "BadRequest")
    planned.put(SITE, VERSION, site())
    planned.put(f"{SUB}/resourceGroups/other", VERSION, {"location": "westeurope"})
    assert refused(planned.put, SITE.replace("/rg/", "/other/"), VERSION, site()) == (409, "Conflict")


def test_static_sites_have_hosts(resources: Resources) -> None:
    shown: Any = resources.put(f"{RG}/providers/Microsoft.Web/staticSites/s", VERSION, {"location": "westeurope"}).body
    assert shown["properties"]["defaultHostname"].endswith(".azurestaticapps.net")
