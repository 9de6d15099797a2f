"""Every template of the corpus, evaluated at its own scope with its parameter file or with made-up arguments.

A template ends in resources, or in a diagnostic that is right: ``WRONG`` lists those with what is wrong with them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from armlib.deployment.context import read_context
from armlib.deployment.expand import Expansion, expand
from armlib.deployment.loader import FileLoader
from armlib.deployment.show import show_expansion
from armlib.deployment.template_hash import template_hash
from armlib.diagnostics import Severity
from armlib.errors import InputError
from armlib.expressions.parser import is_expression, parse
from armlib.expressions.syntax import Call, Index, Member, Node
from armlib.template.jsonc import parse_json
from tests.corpus.arguments import GUID, made_arguments

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "templates"
FOLDER = Path(os.environ.get("ARMLIB_CORPUS", SHARED))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the corpus is not at {FOLDER}")

CONTEXT = {
    "subscriptionId": GUID,
    "tenantId": GUID,
    "managementGroupId": GUID,
    "resourceGroup": {"name": "rg", "location": "eastus"},
    "location": "eastus",
    "utcNow": "2024-02-29T12:34:56Z",
}

# What the types alone do not say: members of untyped objects, and parameters that need each other.
GIVEN: dict[str, dict[str, Any]] = {
    "avm-res-azure-stack-hci-cluster.json": {
        "deploymentUser": "deployer",
        "deploymentUserPassword": "x",
        "localAdminUser": "admin",
        "localAdminPassword": "x",
        "servicePrincipalId": GUID,
        "servicePrincipalSecret": "x",
    },
    "bicep-sample-sql-database-with-management.json": {
        "resourceGroup": {"name": "sql", "location": "eastus", "sqlLogicalServers": [], "tags": {}},
    },
    "bicep-sample-sql-database-with-management-modules-sql-database-symbolicnames.json": {
        "sqlDatabase": {
            "name": "db",
            "skuName": "S0",
            "tier": "Standard",
            "dataMaxSize": 1,
            "minimumCores": 1,
            "autoPauseDelay": 60,
            "readReplicas": 0,
            "zoneRedundant": False,
            "hybridBenefit": False,
            "collation": "SQL_Latin1_General_CP1_CI_AS",
            "dataEncryption": "Enabled",
            "shortTermBackupRetention": 7,
            "longTermBackup": {"enabled": False},
            "azureDefender": {
                "enabled": False,
                "emailAddresses": [],
                "disabledRules": [],
                "emailAccountAdmins": False,
                "vulnerabilityAssessments": {
                    "recurringScans": False,
                    "emails": [],
                    "emailSubscriptionAdmins": False,
                    "storageAccount": {"name": "", "resourceGroupName": "", "containerName": ""},
                },
            },
            "diagnosticLogsAndMetrics": {
                "name": "",
                "resourceGroupName": "",
                "subscriptionId": "",
                "logs": [],
                "metrics": [],
                "auditLogs": False,
            },
            "auditActionsAndGroups": [],
        }
    },
}

# Templates that Azure would refuse as well, and a part of the reason.
WRONG = {
    "bicep-baseline-loopsindexed-symbolic.json": "is defined multiple times",
    "bicep-baseline-modules.json": "is defined multiple times",
    "bicep-baseline-nestedresources.json": "is defined multiple times",
    "bicep-baseline-newlinesensitivity.json": "concat",
    "bicep-baseline-outputs-symbolic.json": "JToken type is not valid",
    "bicep-baseline-variables.json": "overflowed",
    "bicep-sample-api-management-create-all-resources-symbolic.json": "incorrect segment lengths",
    "bicep-sample-sqlmi-new-vnet-symbolic.json": "incorrect segment lengths",
    "decompiler-conditional.json": "apiVersion is missing",
    "decompiler-copyloop.json": "copyIndex",
    "decompiler-resourceids.json": "is not defined in the template",
    "editor-test-arm-template-language-samples-variable-use.json": "resourceGroup",
    "editor-test-inputs-deep-nested-full-scope.json": "is not found",
    "editor-test-scopes-resourcegroupdeployment2019-04-01.json": "incorrect segment lengths",
}

# What only the deployment can answer; anything else could have been computed.
RUN_TIME = frozenset(
    {
        "reference",
        "references",
        "providers",
        "pickzones",
        "tologicalzone",
        "tologicalzones",
        "tophysicalzone",
        "tophysicalzones",
        "roledefinitions",
        "externalinput",
        "externalinputs",
        "extensions",
    }
)
OPEN = {  # scope functions of which a member is not known offline
    "deployment": "templateLink",
    "deployer": "objectId",
    "subscription": "displayName",
    "managementgroup": "properties",
    "tenant": "displayName",
}


@cache
def entries() -> dict[str, dict[str, Any]]:
    if not FOLDER.is_dir():
        return {}
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return {entry["file"]: entry for entry in manifest["templates"]}


def read(name: str) -> Any:
    return parse_json((FOLDER / name).read_bytes(), name)


@cache
def evaluated(name: str) -> Expansion:
    """The template with its parameter file when that fits, else with made-up arguments."""
    text, file = read(name), entries()[name].get("parametersFile")
    made = {**made_arguments(text), **GIVEN.get(name, {})}
    if file:
        given = {key: entry.get("value") for key, entry in read(file)["parameters"].items()}
        expansion = run(name, text, {**made, **given})
        if expansion.succeeded:
            return expansion
    return run(name, text, made)


def run(name: str, text: Any, arguments: dict[str, Any], **context: Any) -> Expansion:
    context = {**CONTEXT, **context}
    return expand(text, arguments, read_context(context), FileLoader(FOLDER), address=str(FOLDER / name))


@pytest.mark.parametrize("name", list(entries()))
def test_a_template_ends_in_resources_or_in_what_is_wrong_with_it(name: str) -> None:
    expansion = evaluated(name)
    messages = [found.message for found in expansion.diagnostics if found.severity is Severity.ERROR]
    if name in WRONG:
        assert any(WRONG[name] in message for message in messages), messages
    else:
        assert not messages
    json.dumps(show_expansion(expansion))


def test_nearly_all_templates_end_in_resources() -> None:
    good = [name for name in entries() if evaluated(name).succeeded]
    assert len(good) >= 0.95 * len(entries())


@pytest.mark.parametrize("name", [name for name in entries() if name not in WRONG])
def test_nothing_is_left_that_could_have_been_computed(name: str) -> None:
    shown = show_expansion(evaluated(name))
    literal = {text[1:] for text in texts(read(name)) if text.startswith("[[")} | MADE
    left = [text for text in texts([shown["resources"], shown["outputs"]]) if is_expression(text)]
    assert [text for text in left if text not in literal and is_computable(text)] == []


MADE = {"[concat(parameters('resourceName'), '-DipAvailability')]"}
"""Expressions of inner templates that an expression puts together as text."""


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def is_computable(text: str) -> bool:
    """Whether *text* is an expression in which nothing asks for what only the deployment knows."""
    try:
        return not asks(parse(text))
    except InputError:
        return False  # text of another language, such as a workflow's


def asks(node: Node) -> bool:
    if isinstance(node, Call):
        name = node.name.lower()
        return name in RUN_TIME or name in OPEN or name.startswith("list") or any(map(asks, node.arguments))
    if isinstance(node, Member):
        return asks(node.target)
    return isinstance(node, Index) and (asks(node.target) or asks(node.index))


@pytest.mark.parametrize("name", [name for name in entries() if "parametersFile" in entries()[name]])
def test_the_result_is_the_same_each_time(name: str) -> None:
    expansion = evaluated(name)
    text, arguments = read(name), {**made_arguments(read(name)), **GIVEN.get(name, {})}
    again = run(name, text, arguments)
    assert show_expansion(run(name, text, arguments)) == show_expansion(again)
    assert expansion.template_hash == again.template_hash


def test_hashes_are_those_that_the_compiler_wrote_where_the_order_of_members_is_known() -> None:
    compared = 0
    for name in entries():
        text = read(name)
        metadata = text.get("metadata") if isinstance(text.get("metadata"), dict) else {}
        written = metadata.get("_generator", {}).get("templateHash")
        declared = [*text.get("parameters", {}).values(), *text.get("outputs", {}).values()] if written else []
        if not written or name in OTHER_HASH or {"definitions", "functions", "extensions"} & set(text):
            continue
        if not any("$ref" in entry or "properties" in entry for entry in declared):
            assert template_hash(text) == written, name
            compared += 1
    assert compared >= 70


OTHER_HASH = {  # written before the template got its final form, or with members whose place is not known
    "avm-ptn-authorization-policy-assignment.json",
    "avm-ptn-authorization-role-assignment.json",
    "bicep-baseline-modules.json",
    "bicep-sample-sql-database-with-management-modules-sql-database-symbolicnames.json",
    "decompiler-issue12197.json",
}
