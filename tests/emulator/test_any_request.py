"""Whatever is sent, the service answers: with a result, or with a refusal in the service's form; never with a bug."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armlib.emulator.engine import Engine
from armlib.emulator.http.call import Call
from armlib.emulator.http.service import Service
from armlib.emulator.http.table import routes

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000002"
GROUP = f"{SUBSCRIPTION}/resourceGroups/any"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
SCOPES = (
    "",
    SUBSCRIPTION,
    GROUP,
    f"{GROUP}x",
    "/providers/Microsoft.Management/managementGroups/m",
    f"{GROUP}/providers/M.X/k/n",
)
TAILS = (
    "",
    "/resources",
    "/resourceGroups",
    "/providers",
    "/providers/Microsoft.Network",
    "/providers/Microsoft.Network/register",
    "/exportTemplate",
    "/moveResources",
    "/validateMoveResources",
    "/tagNames",
    "/tagNames/a",
    "/tagNames/a/tagValues/b",
    "/locations",
    "/operationresults/x",
    "/providers/Microsoft.Resources/tags/default",
    "/providers/Microsoft.Resources/deployments",
    "/providers/Microsoft.Resources/deployments/d",
    "/providers/Microsoft.Resources/deployments/d/validate",
    "/providers/Microsoft.Resources/deployments/d/whatIf",
    "/providers/Microsoft.Resources/deployments/d/cancel",
    "/providers/Microsoft.Resources/deployments/d/operations",
    "/providers/Microsoft.Resources/deployments/d/operationStatuses/x",
    "/providers/Microsoft.Resources/deployments/d/exportTemplate",
    "/providers/Microsoft.Resources/deploymentStacks",
    "/providers/Microsoft.Resources/deploymentStacks/s",
    "/providers/Microsoft.Resources/deploymentStacks/s/validate",
    "/providers/Microsoft.Resources/deploymentStacks/s/exportTemplate",
    "/providers/Microsoft.Resources/calculateTemplateHash",
    "/providers/Microsoft.Authorization/locks/l",
    "/providers/Microsoft.Authorization/roleAssignments/r",
    "/providers/Microsoft.Storage/storageAccounts/stany",
    "/providers/Microsoft.Storage/storageAccounts/stany/listKeys",
    "/providers/Microsoft.Network/virtualNetworks/v",
    "/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
    "/providers/Microsoft.KeyVault/vaults/v",
    "/providers/Microsoft.Compute/virtualMachines/v",
    "/providers/Microsoft.Web/sites/s",
    "/providers/Microsoft.Insights/eventtypes/management/values",
    "/providers/Microsoft.Management/managementGroups",
)
SMALL: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, "", "x", "[nonsense(", "[resourceGroup().id]", [], {}, [{}], {"a": None}]
)
NAMES = [
    "properties",
    "location",
    "tags",
    "sku",
    "kind",
    "identity",
    "template",
    "templateLink",
    "parameters",
    "mode",
    "resources",
    "outputs",
    "type",
    "apiVersion",
    "name",
    "value",
    "operation",
    "targetResourceGroup",
    "actionOnUnmanage",
    "denySettings",
    "addressSpace",
    "addressPrefix",
    "level",
    "whatIfSettings",
    "onErrorDeployment",
    "validationLevel",
    "$schema",
    "contentVersion",
    "dependsOn",
    "copy",
    "condition",
    "scope",
]
VALUES = st.recursive(
    SMALL,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)
TEMPLATE = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []}
BODIES = VALUES | st.builds(
    lambda more, inside: {
        "location": "westeurope",
        "properties": {"mode": "Incremental", "template": TEMPLATE | inside} | more,
    },
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)
QUERIES = st.dictionaries(
    st.sampled_from(["$top", "$filter", "$expand", "$skiptoken", "unmanageaction.resources", "id", "view"]),
    st.sampled_from(
        ["", "1", "x", "name eq 'a'", "provisioningState eq 'Failed'", "createdTime", "delete", GROUP, "events"]
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Engine.open(None) as engine:
        engine.scopes.put_group(GROUP, "westeurope")
        found = Service(engine, routes())
        yield found
        found.background.wait(30)


@settings(
    deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"]),
    st.sampled_from(SCOPES),
    st.sampled_from(TAILS),
    BODIES,
    QUERIES,
    st.sampled_from([{}, {"if-match": "*"}, {"if-none-match": "*"}, {"accept": "text/html"}]),
)
def test_any_request_is_answered(
    service: Service, method: str, scope: str, tail: str, body: Any, query: dict[str, str], headers: dict[str, str]
) -> None:
    call = Call(
        service=service,
        method=method,
        base="http://localhost",
        path="",
        query=query | {"api-version": "2024-03-01"},
        headers=headers,
        content=json.dumps(body).encode(),
    )
    answer = service.answer(call, (scope + tail).encode())
    assert 200 <= answer.status < 500
    if answer.status >= 400 and answer.text is None and method != "HEAD":
        error: Any = answer.json
        assert isinstance(error["error"]["code"], str)
        assert error["error"]["message"]
