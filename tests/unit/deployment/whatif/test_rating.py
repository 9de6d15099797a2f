"""How grave changes are told to be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import armlib.deployment.whatif.rules as rules_module
from armlib.deployment.whatif.rules import kept_by_complete_mode, rules_for
from tests.unit.deployment.whatif.samples import ACCOUNTS, NETWORKS, compared

MACHINES = "Microsoft.Compute/virtualMachines"
CLUSTERS = "Microsoft.ContainerService/managedClusters"
VAULTS = "Microsoft.KeyVault/vaults"
SETTINGS = "Microsoft.Web/sites/config"


def properties(**values: Any) -> dict[str, Any]:
    return {"properties": values}


# Type and name, wanted, there, ratings by path.
CASES: dict[str, tuple[str, str, Any, Any, list[tuple[str, str]]]] = {
    "a region": (
        ACCOUNTS,
        "st",
        {"location": "northeurope"},
        {"location": "westeurope"},
        [("location", "dataLoss"), ("location", "replace")],
    ),
    "a kind of account": (
        ACCOUNTS,
        "st",
        {"kind": "BlobStorage"},
        {"kind": "StorageV2"},
        [("kind", "dataLoss"), ("kind", "replace")],
    ),
    "what is off by default": (ACCOUNTS, "st", properties(isHnsEnabled=False), properties(), []),
    "what cannot be switched on": (
        ACCOUNTS,
        "st",
        properties(isHnsEnabled=True),
        properties(),
        [("properties.isHnsEnabled", "dataLoss"), ("properties.isHnsEnabled", "replace")],
    ),
    "a harmless change": (ACCOUNTS, "st", {"tags": {"a": "1"}}, {"tags": {"a": "2"}}, []),
    "the size of a machine": (
        MACHINES,
        "vm",
        properties(hardwareProfile={"vmSize": "Standard_D4s_v5"}),
        properties(hardwareProfile={"vmSize": "Standard_D2s_v5"}),
        [("properties.hardwareProfile.vmSize", "downtime")],
    ),
    "the disk of a machine": (
        MACHINES,
        "vm",
        properties(storageProfile={"osDisk": {"osType": "Linux"}}),
        properties(storageProfile={"osDisk": {"osType": "Windows"}}),
        [
            ("properties.storageProfile.osDisk.osType", "dataLoss"),
            ("properties.storageProfile.osDisk.osType", "replace"),
        ],
    ),
    "inside an object that is changed as a whole": (
        MACHINES,
        "vm",
        properties(hardwareProfile={"vmSize": "Standard_D4s_v5"}),
        properties(hardwareProfile="none"),
        [("properties.hardwareProfile", "downtime")],
    ),
    "the version of a cluster": (
        CLUSTERS,
        "aks",
        properties(kubernetesVersion="1.30.1"),
        properties(kubernetesVersion="1.29.4"),
        [("properties.kubernetesVersion", "downtime")],
    ),
    "the pool of a cluster": (
        CLUSTERS,
        "aks",
        properties(agentPoolProfiles=[{"name": "a", "vmSize": "Standard_D4s_v5"}]),
        properties(agentPoolProfiles=[{"name": "a", "vmSize": "Standard_D2s_v5"}]),
        [
            ("properties.agentPoolProfiles[0].vmSize", "dataLoss"),
            ("properties.agentPoolProfiles[0].vmSize", "replace"),
        ],
    ),
    "a subnet that is not listed": (
        NETWORKS,
        "v",
        properties(subnets=[{"name": "a"}]),
        properties(subnets=[{"name": "a"}, {"name": "b"}]),
        [("properties.subnets", "listReplaced")],
    ),
    "no list of subnets": (NETWORKS, "v", properties(), properties(subnets=[{"name": "a"}]), []),
    "no list of rules": (
        "Microsoft.Network/networkSecurityGroups",
        "nsg",
        properties(),
        properties(securityRules=[{"name": "a"}]),
        [("properties.securityRules", "listReplaced")],
    ),
    "an access policy that is not listed": (
        VAULTS,
        "kv",
        properties(accessPolicies=[]),
        properties(accessPolicies=[{"objectId": "1"}]),
        [("properties.accessPolicies", "listReplaced")],
    ),
    "a setting that is not listed": (
        SETTINGS,
        "site/appsettings",
        properties(A="1"),
        properties(A="1", B="2"),
        [("properties.B", "listReplaced"), ("properties.B", "downtime")],
    ),
    "another configuration of the same type": (SETTINGS, "site/logs", properties(a="1"), properties(a="1", b="2"), []),
}


@pytest.mark.parametrize("case", CASES)
def test_ratings(case: str) -> None:
    type_, name, wanted, there, ratings = CASES[case]
    change = compared(wanted, there, type_=type_, name=name)
    assert [(path, rating.risk.value) for path, rating in change.rated()] == ratings
    assert all(rating.reason for _, rating in change.rated())


def test_types_of_rules_are_found_in_any_case() -> None:
    assert rules_for(ACCOUNTS.upper()).stateful == rules_for(ACCOUNTS).stateful is not None
    assert rules_for("Contoso.Shop/shops").stateful is None


def test_complete_mode_keeps_most_children() -> None:
    assert kept_by_complete_mode(ACCOUNTS) is None
    assert kept_by_complete_mode("Microsoft.Compute/virtualMachines/EXTENSIONS") is None
    assert kept_by_complete_mode(f"{NETWORKS}/subnets") is not None
    assert kept_by_complete_mode("microsoft.authorization/roleassignments") is not None
    assert kept_by_complete_mode("Microsoft.Sql/servers/databases", "master") is not None
    assert kept_by_complete_mode("Microsoft.Sql/servers/databases", "mine") is None


def test_the_table_has_no_key_that_nothing_reads() -> None:
    table = json.loads(Path(rules_module.__file__).with_name("rules.json").read_text(encoding="utf-8"))
    assert set(table) == {"any", "types", "ordered", "keptByCompleteMode", "deletedByCompleteMode"}
    known = {"immutable", "downtime", "stateful", "owned", "replaced", "merged", "hidden", "readOnly"}
    for type_, rules in [("any", table["any"]), *table["types"].items()]:
        assert set(rules) <= known, type_
    names = [name.partition(":")[0] for name in (*table["types"], *table["keptByCompleteMode"])]
    assert all(re.fullmatch(r"[\w.]+(/\w+)+", name) for name in [*names, *table["deletedByCompleteMode"]])
    assert all(name.count("/") > 1 for name in table["deletedByCompleteMode"])
