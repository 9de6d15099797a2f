"""Paths as clients spell them, and what no client of Azure's is tried with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.emulator.conftest import Local

V = "?api-version=2024-03-01"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
DEPLOYMENTS = "providers/Microsoft.Resources/deployments"
# As the Azure CLI sends a template file with comments.
SPLICED = f"""{{"properties": {{"mode": "Incremental", "parameters": {{}}, template:{{
  // nothing, but an output
  "$schema": "{SCHEMA}", "contentVersion": "1.0.0.0", "resources": [],
  "outputs": {{"o": {{"type": "string", "value": "one
two"}},}},
}}}}}}"""


@pytest.fixture(scope="module")
def group(local: Local) -> Iterator[str]:
    id_ = f"/subscriptions/{local.subscription}/resourceGroups/Routes"
    local.engine.scopes.put_group(id_, "westeurope")
    local.engine.resources.put(
        f"{id_}/providers/Microsoft.Storage/storageAccounts/stroutes",
        "2023-05-01",
        {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"},
    )
    yield id_


def send(local: Local, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(method, local.url + path, timeout=30, **options)


def finished(local: Local, answer: requests.Response) -> requests.Response:
    """Return what the operation that *answer* began came to."""
    for _ in range(400):
        if answer.status_code != 202:
            return answer
        assert answer.content == b""
        answer = requests.get(answer.headers["Location"], timeout=30)
    raise AssertionError("the operation does not end")


def test_a_deployment_is_followed_by_the_urls_that_are_handed_out(local: Local, group: str) -> None:
    path = f"{group}/{DEPLOYMENTS}/spliced"
    made = send(local, "PUT", path + V, data=SPLICED)
    assert (made.status_code, made.json()["properties"]["provisioningState"]) == (201, "Accepted")
    assert "Retry-After" not in made.headers
    assert made.headers["x-ms-retry-after-ms"] == "50"
    url = made.headers["Azure-AsyncOperation"]
    assert url.startswith(local.url)
    local.engine.deployments.wait(group, "spliced", 30)
    assert requests.get(url, timeout=10).json()["status"] == "Succeeded"
    found = send(local, "GET", path + V).json()
    assert found["properties"]["outputs"]["o"]["value"] == "one\ntwo"
    again = send(local, "PUT", path + V, data=SPLICED)
    assert again.status_code == 200
    local.engine.deployments.wait(group, "spliced", 30)
    assert requests.get(url, timeout=10).status_code == 404  # it was another deployment's


@pytest.mark.parametrize(
    "path",
    [
        "{g}/providers/Microsoft.Resources/deployments/spelt",
        "{g}/PROVIDERS/microsoft.resources/Deployments/SPELT",
        "{g}//providers//Microsoft.Resources/deployments/spelt/",
        "{l}/providers/Microsoft.Resources/deployments/spelt",
        "{l}/deployments/spelt",  # the short form
        "{l}/deployments/spelt/operations",
        "{g}/providers/Microsoft.Resources/deployments/spelt/operations/",
        "{g}/providers/Microsoft.Resources/deployments/",
    ],
)
def test_paths_are_taken_as_clients_spell_them(local: Local, group: str, path: str) -> None:
    if not local.engine.deployments.exists(group, "spelt"):
        assert send(local, "PUT", f"{group}/{DEPLOYMENTS}/spelt{V}", data=SPLICED).status_code == 201
        local.engine.deployments.wait(group, "spelt", 30)
    lower = group.replace("resourceGroups", "resourcegroups")
    answer = send(local, "GET", path.format(g=group, l=lower) + V)
    assert answer.status_code == 200
    assert "nextLink" not in answer.json()


def test_what_if_in_lower_case_and_a_hash(local: Local, group: str) -> None:
    answer = send(local, "POST", f"{group}/{DEPLOYMENTS}/w/whatif{V}", data=SPLICED)
    assert (answer.status_code, answer.json()["status"]) == (200, "Succeeded")
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": []}
    found = send(local, "POST", f"/providers/Microsoft.Resources/calculateTemplateHash{V}", json=template).json()
    assert found["minifiedTemplate"].startswith('{"$SCHEMA":"HTTPS://')


def test_resources_of_a_type_in_a_scope(local: Local, group: str) -> None:
    kinds = "providers/Microsoft.Storage/storageAccounts"
    for scope in (group, f"/subscriptions/{local.subscription}"):
        found = send(local, "GET", f"{scope}/{kinds}{V}").json()["value"]
        assert [one["name"] for one in found] == ["stroutes"]
    assert send(local, "GET", f"{group}/{kinds}/stroutes/blobServices?api-version=2023-05-01").status_code == 200
    assert send(local, "GET", f"{group}x/{kinds}{V}").status_code == 404


def test_actions_of_resources(local: Local, group: str) -> None:
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/stroutes"
    keys = send(local, "POST", f"{account}/listKeys?api-version=2023-05-01").json()["keys"]
    assert [key["keyName"] for key in keys] == ["key1", "key2"]
    assert send(local, "POST", f"{account}x/listKeys?api-version=2023-05-01").status_code == 404


def test_what_is_locked_is_not_deleted(local: Local) -> None:
    path = f"/subscriptions/{local.subscription}/resourceGroups/locked"
    assert send(local, "PUT", path + V, json={"location": "westeurope"}).status_code == 201
    lock = f"{path}/providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01"
    assert send(local, "PUT", lock, json={"properties": {"level": "CanNotDelete"}}).status_code == 201
    listed = send(local, "GET", f"{path}/providers/Microsoft.Authorization/locks?api-version=2020-05-01").json()
    assert [one["name"] for one in listed["value"]] == ["keep"]
    refused = send(local, "DELETE", path + V)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ScopeLocked")
    assert send(local, "DELETE", lock).status_code == 200
    assert finished(local, send(local, "DELETE", path + V)).status_code == 200
    assert send(local, "HEAD", path + V).status_code == 404


def test_the_activity_log(local: Local, group: str) -> None:
    log = f"/subscriptions/{local.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    of_group = {"$filter": "eventTimestamp ge '2020-01-01T00:00:00Z' and resourceGroupName eq 'routes'"}
    found = send(local, "GET", f"{log}?api-version=2015-04-01", params=of_group).json()["value"]
    assert "Microsoft.Storage/storageAccounts/write" in [event["operationName"]["value"] for event in found]
    wrong = send(local, "GET", f"{log}?api-version=2015-04-01", params={"$filter": "nonsense"})
    assert wrong.status_code == 400


def test_management_groups(local: Local) -> None:
    base = "/providers/Microsoft.Management/managementGroups"
    root = local.engine.settings.tenant_id
    body = {"properties": {"displayName": "Team", "details": {"parent": {"id": f"{base}/{root}"}}}}
    assert send(local, "PUT", f"{base}/team?api-version=2023-04-01", json=body).status_code in (200, 201)
    names = [one["name"] for one in send(local, "GET", f"{base}?api-version=2023-04-01").json()["value"]]
    assert {"team", root} <= set(names)
    assert send(local, "DELETE", f"{base}/team?api-version=2023-04-01").status_code in (200, 202, 204)


def test_a_page_of_a_list_leads_to_the_next(local: Local, group: str) -> None:
    for number in range(5):
        local.engine.resources.put(
            f"{group}/providers/Microsoft.Example/paged/p{number}", "2024-01-01", {"location": "x"}
        )
    url = f"{local.url}{group}/resources{V}&$top=2&$filter=resourceType eq 'Microsoft.Example/paged'"
    names: list[str] = []
    while url:
        found = requests.get(url, timeout=10).json()
        names += [one["name"] for one in found["value"]]
        url = found.get("nextLink", "")
        assert not url or url.startswith(local.url)
    assert names == [f"p{number}" for number in range(5)]
