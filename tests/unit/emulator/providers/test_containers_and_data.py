"""Registries, apps, clusters, databases, zones, queues, workspaces: what each fills in and refuses."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from armlib.emulator.resources import Resources
from tests.unit.emulator.conftest import RG, SUB, VERSION
from tests.unit.emulator.refusal import refused

AT: dict[str, Any] = {"location": "westeurope"}


def at(type_: str, name: str = "example") -> str:
    namespace, *kinds = type_.split("/")
    return "/".join([RG, "providers", namespace, *(part for kind in kinds for part in (kind, name))])


def put(resources: Resources, type_: str, body: dict[str, Any] | None = None, name: str = "example") -> Any:
    return resources.put(at(type_, name), VERSION, {**AT, **(body or {})}).body


@pytest.mark.parametrize(
    ("type_", "refusal"),
    [
        ("Microsoft.ContainerRegistry/registries", (409, "AlreadyInUse")),
        ("Microsoft.Sql/servers", (409, "NameAlreadyExists")),
        ("Microsoft.DocumentDB/databaseAccounts", (400, "BadRequest")),
        ("Microsoft.DBforPostgreSQL/flexibleServers", (409, "ServerNameAlreadyExists")),
        ("Microsoft.ServiceBus/namespaces", (400, "NamespaceUnavailable")),
    ],
)
def test_some_names_are_the_worlds(resources: Resources, type_: str, refusal: tuple[int, str]) -> None:
    resources.put(f"{SUB}/resourceGroups/other", VERSION, AT)
    put(resources, type_)
    taken = at(type_).replace("/rg/", "/other/").replace("/example", "/EXAMPLE".lower())
    assert refused(resources.put, taken, VERSION, AT) == refusal
    assert not resources.put(at(type_), VERSION, AT).created


def test_a_registry_has_an_admin_when_it_is_told_to(resources: Resources) -> None:
    shown = put(resources, "Microsoft.ContainerRegistry/registries", {"sku": {"name": "Basic"}}, "Registry1")
    assert shown["properties"]["loginServer"] == "registry1.azurecr.io"
    id_ = shown["id"]
    assert refused(resources.act, id_, "listCredentials", VERSION) == (400, "UnAuthorizedForCredentialOperations")
    put(resources, "Microsoft.ContainerRegistry/registries", {"properties": {"adminUserEnabled": True}}, "Registry1")
    listed: Any = resources.act(id_, "listCredentials", VERSION)
    assert listed["username"] == "Registry1"
    assert len(listed["passwords"]) == 2
    assert refused(resources.put, at("Microsoft.ContainerRegistry/registries", "a-b"), VERSION, AT)[0] == 400


def test_an_app_is_reached_below_its_environment(resources: Resources) -> None:
    environment = put(resources, "Microsoft.App/managedEnvironments")
    domain = environment["properties"]["defaultDomain"]
    configuration = {
        "ingress": {"external": True, "targetPort": 80},
        "secrets": [{"name": "s", "value": "hunter2"}],
    }
    properties = {"managedEnvironmentId": environment["id"], "configuration": configuration}
    shown = put(resources, "Microsoft.App/containerApps", {"properties": properties})
    assert shown["properties"]["configuration"]["ingress"]["fqdn"] == f"example.{domain}"
    assert shown["properties"]["latestRevisionName"].startswith("example--")
    assert resources.act(shown["id"], "listSecrets", VERSION) == {"value": [{"name": "s"}]}
    missing = {**AT, "properties": {"managedEnvironmentId": environment["id"] + "2"}}
    refusal = refused(resources.put, at("Microsoft.App/containerApps", "x"), VERSION, missing)
    assert refusal == (404, "ManagedEnvironmentNotFound")


def test_a_container_group_has_an_address(resources: Resources) -> None:
    properties = {"ipAddress": {"type": "Public", "dnsNameLabel": "Shop", "ports": []}}
    shown = put(resources, "Microsoft.ContainerInstance/containerGroups", {"properties": properties})
    assert shown["properties"]["ipAddress"]["fqdn"] == "shop.westeurope.azurecontainer.io"
    assert shown["properties"]["ipAddress"]["ip"].startswith("198.1")


def test_a_cluster_has_hosts_and_an_identity_of_its_nodes(resources: Resources) -> None:
    properties = {
        "dnsPrefix": "shop",
        "oidcIssuerProfile": {"enabled": True},
        "addonProfiles": {"omsagent": {"enabled": True}, "other": {"enabled": False}},
        "agentPoolProfiles": [{"name": "pool", "count": 1}],
    }
    shown = put(resources, "Microsoft.ContainerService/managedClusters", {"properties": properties})
    known = shown["properties"]
    assert known["fqdn"].startswith("shop-")
    assert known["nodeResourceGroup"] == "MC_rg_example_westeurope"
    assert len(known["identityProfile"]["kubeletidentity"]["objectId"]) == 36
    assert known["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.")
    assert "identity" in known["addonProfiles"]["omsagent"]
    assert "identity" not in known["addonProfiles"]["other"]
    listed: Any = resources.act(shown["id"], "listClusterAdminCredential", VERSION)
    text = base64.b64decode(listed["kubeconfigs"][0]["value"]).decode()
    assert known["fqdn"] in text


def test_databases_have_hosts(resources: Resources) -> None:
    server = put(resources, "Microsoft.Sql/servers", {"properties": {"administratorLoginPassword": "hunter2"}})
    assert server["properties"]["fullyQualifiedDomainName"] == "example.database.windows.net"
    assert "administratorLoginPassword" not in server["properties"]
    master = resources.get(f"{server['id']}/databases/master")
    assert master["sku"] == {"name": "System", "tier": "System"}
    database = put(resources, "Microsoft.Sql/servers/databases", {"sku": {"name": "S0"}})
    assert (database["properties"]["status"], database["properties"]["currentServiceObjectiveName"]) == ("Online", "S0")
    postgres = put(resources, "Microsoft.DBforPostgreSQL/flexibleServers")
    assert postgres["properties"]["fullyQualifiedDomainName"] == "example.postgres.database.azure.com"
    redis = put(resources, "Microsoft.Cache/redis")
    assert redis["properties"]["hostName"] == "example.redis.cache.windows.net"
    keys: Any = resources.act(redis["id"], "listKeys", VERSION)
    assert set(keys) == {"primaryKey", "secondaryKey"}
    assert refused(resources.put, at("Microsoft.Sql/servers", "Bad_Name"), VERSION, AT) == (400, "InvalidServerName")


def test_a_cosmos_account_has_regions_and_keys(resources: Resources) -> None:
    locations = [
        {"locationName": "West Europe", "failoverPriority": 0},
        {"locationName": "North Europe", "failoverPriority": 1},
    ]
    shown = put(resources, "Microsoft.DocumentDB/databaseAccounts", {"properties": {"locations": locations}})
    known = shown["properties"]
    assert known["documentEndpoint"] == "https://example.documents.azure.com:443/"
    assert [len(known[name]) for name in ("readLocations", "writeLocations", "failoverPolicies")] == [2, 1, 2]
    keys: Any = resources.act(shown["id"], "listKeys", VERSION)
    assert len(keys) == 4
    connections: Any = resources.act(shown["id"], "listConnectionStrings", VERSION)
    assert len(connections["connectionStrings"]) == 4


def test_a_zone_has_servers_and_records_at_its_top(resources: Resources) -> None:
    zone = put(resources, "Microsoft.Network/dnsZones", {"location": "global"}, "shop.example")
    assert len(zone["properties"]["nameServers"]) == 4
    assert zone["properties"]["numberOfRecordSets"] == 2
    record: Any = resources.put(f"{zone['id']}/A/www", VERSION, {"properties": {"TTL": 60, "ARecords": []}}).body
    assert record["properties"]["fqdn"] == "www.shop.example."
    assert resources.get(zone["id"])["properties"]["numberOfRecordSets"] == 3  # type: ignore[index,call-overload]
    assert refused(resources.delete, f"{zone['id']}/SOA/@") == (400, "BadRequest")
    assert refused(resources.put, f"{zone['id']}/CNAME/@", VERSION, {"properties": {}}) == (400, "BadRequest")
    assert resources.delete(zone["id"])


def test_a_private_zone_has_links(resources: Resources) -> None:
    zone = put(resources, "Microsoft.Network/privateDnsZones", {"location": "global"}, "shop.example")
    network = f"{RG}/providers/Microsoft.Network/virtualNetworks/net"
    link = {"location": "global", "properties": {"virtualNetwork": {"id": network}}}
    links = f"{zone['id']}/virtualNetworkLinks"
    assert refused(resources.put, f"{links}/one", VERSION, link) == (400, "BadRequest")
    resources.put(network, VERSION, {**AT, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}})
    shown: Any = resources.put(f"{links}/one", VERSION, link).body
    assert shown["properties"]["virtualNetworkLinkState"] == "Completed"
    assert refused(resources.put, f"{links}/two", VERSION, link) == (409, "Conflict")
    known: Any = resources.get(zone["id"])
    assert known["properties"]["numberOfVirtualNetworkLinks"] == 1


def test_queues_are_opened_by_rules(resources: Resources) -> None:
    bus = put(resources, "Microsoft.ServiceBus/namespaces", {"sku": {"name": "Standard"}})
    assert bus["properties"]["serviceBusEndpoint"] == "https://example.servicebus.windows.net:443/"
    rule = f"{bus['id']}/AuthorizationRules/RootManageSharedAccessKey"
    keys: Any = resources.act(rule, "listKeys", VERSION)
    assert keys["primaryConnectionString"].startswith("Endpoint=sb://example.servicebus.windows.net/;")
    put(resources, "Microsoft.ServiceBus/namespaces/queues")
    rights = {"properties": {"rights": ["Send"]}}
    resources.put(f"{bus['id']}/queues/example/authorizationRules/send", VERSION, rights)
    keys = resources.act(f"{bus['id']}/queues/example/authorizationRules/send", "listKeys", VERSION)
    assert keys["primaryConnectionString"].endswith(";EntityPath=example")


def test_workspaces_and_components_have_ids(resources: Resources) -> None:
    workspace = put(resources, "Microsoft.OperationalInsights/workspaces")
    assert len(workspace["properties"]["customerId"]) == 36
    for action in ("sharedKeys", "listKeys"):
        keys: Any = resources.act(workspace["id"], action, VERSION)
        assert set(keys) == {"primarySharedKey", "secondarySharedKey"}
    component = put(resources, "Microsoft.Insights/components", {"kind": "web"})
    assert component["properties"]["InstrumentationKey"] in component["properties"]["ConnectionString"]


def test_services_of_intelligence_have_endpoints(resources: Resources) -> None:
    properties = {"customSubDomainName": "shop"}
    account = put(resources, "Microsoft.CognitiveServices/accounts", {"kind": "OpenAI", "properties": properties})
    assert account["properties"]["endpoint"] == "https://shop.openai.azure.com/"
    keys: Any = resources.act(account["id"], "listKeys", VERSION)
    assert set(keys) == {"key1", "key2"}
    search = put(resources, "Microsoft.Search/searchServices")
    assert search["properties"]["endpoint"] == "https://example.search.windows.net"
    assert set(resources.act(search["id"], "listAdminKeys", VERSION) or {}) == {"primaryKey", "secondaryKey"}  # type: ignore[arg-type]
    synapse = put(resources, "Microsoft.Synapse/workspaces")
    assert synapse["properties"]["connectivityEndpoints"]["sql"] == "example.sql.azuresynapse.net"
