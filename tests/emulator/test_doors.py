"""What clients ask for first: the description of the cloud, tokens, subscriptions."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import requests

from tests.emulator.conftest import Local, running


def get(local: Local, path: str, **options: Any) -> requests.Response:
    return requests.get(local.url + path, timeout=10, **options)


@pytest.mark.parametrize(
    ("version", "kind"), [("2022-09-01", dict), ("2019-05-01", list), ("2015-01-01", dict), ("", list)]
)
def test_the_cloud_is_described_in_the_shape_of_the_version(local: Local, version: str, kind: type) -> None:
    found: Any = get(local, f"/metadata/endpoints?api-version={version}").json()
    assert isinstance(found, kind)
    cloud: Any = found[0] if isinstance(found, list) else found
    assert cloud["authentication"]["audiences"][0].startswith(local.url)
    assert cloud["authentication"]["loginEndpoint"].startswith(local.url)


def test_addresses_are_those_that_the_client_used(local: Local) -> None:
    port = local.url.rpartition(":")[2]
    found = get(local, "/metadata/endpoints?api-version=2022-09-01", headers={"Host": f"arm.localhost:{port}"}).json()
    assert found["resourceManager"] == f"http://arm.localhost:{port}/"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fx%2F", {"X-IDENTITY-HEADER": "local"}),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fx%2F", {"Metadata": "true"}),
    ],
)
def test_a_token_is_given(local: Local, path: str, headers: dict[str, str]) -> None:
    answer = get(local, path, headers=headers)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["token_type"], found["resource"]) == ("Bearer", "https://x/")
    claims = json.loads(base64.urlsafe_b64decode(found["access_token"].split(".")[1] + "=="))
    assert claims["tid"] == local.engine.settings.tenant_id
    assert str(claims["exp"]) == found["expires_on"]
    assert get(local, path).status_code in (400, 401)


def test_subscriptions_tenants_and_locations(local: Local) -> None:
    version = "?api-version=2022-12-01"
    (subscription,) = get(local, f"/subscriptions{version}").json()["value"]
    assert (subscription["subscriptionId"], subscription["state"]) == (local.subscription, "Enabled")
    assert get(local, f"/subscriptions/{local.subscription}{version}").json() == subscription
    (tenant,) = get(local, f"/tenants{version}").json()["value"]
    assert tenant["tenantId"] == subscription["tenantId"]
    locations = get(local, f"/subscriptions/{local.subscription}/locations{version}").json()["value"]
    assert "westeurope" in [location["name"] for location in locations]


def test_every_answer_says_which_it_is(local: Local) -> None:
    correlation = "a3a9bbd6-4a9e-4d58-93e9-d9e7f4e57a1a"
    headers = {
        "x-ms-correlation-request-id": correlation,
        "x-ms-client-request-id": "mine",
        "x-ms-return-client-request-id": "true",
    }
    answer = get(local, "/subscriptions?api-version=2022-12-01", headers=headers)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["x-ms-correlation-request-id"] == correlation
    assert answer.headers["x-ms-client-request-id"] == "mine"
    assert len(answer.headers["x-ms-request-id"]) == 36
    assert "Date" in answer.headers
    assert "Server" not in answer.headers


# A server that others can reach wants its secret


def test_a_server_with_a_secret_wants_it() -> None:
    with running(None, token="s3cret", hosts=None) as local:
        path = "/subscriptions?api-version=2022-12-01"
        refused = get(local, path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "AuthenticationFailed")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert get(local, path, headers={"Authorization": "Bearer other"}).status_code == 401
        assert get(local, path, headers={"Authorization": "Bearer s3cret"}).status_code == 200

        token = "/msi/token?api-version=2019-08-01&resource=x"
        assert get(local, token, headers={"X-IDENTITY-HEADER": "other"}).status_code == 401
        given = get(local, token, headers={"X-IDENTITY-HEADER": "s3cret"}).json()["access_token"]
        assert get(local, path, headers={"Authorization": f"Bearer {given}"}).status_code == 200
        of_machine = "/metadata/identity/oauth2/token?resource=x"
        assert get(local, of_machine, headers={"Metadata": "true"}).status_code == 403
        assert get(local, "/metadata/endpoints?api-version=2022-09-01").status_code == 200


def test_a_name_that_leads_here_is_refused(local: Local) -> None:
    answer = get(local, "/subscriptions?api-version=2022-12-01", headers={"Host": "evil.test"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "HostNotAllowed")


def test_a_page_of_another_site_changes_nothing(local: Local) -> None:
    url = f"{local.url}/subscriptions/{local.subscription}/resourcegroups/csrf?api-version=2024-03-01"
    answer = requests.put(url, json={"location": "westeurope"}, headers={"Origin": "http://evil.test"}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "OriginNotAllowed")
    assert requests.get(url, timeout=10).status_code == 404
