"""What a server must withstand: the refusals are the service's own."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.emulator.conftest import Local

V = "?api-version=2024-03-01"


@pytest.fixture(scope="module")
def group(local: Local) -> Iterator[str]:
    id_ = f"/subscriptions/{local.subscription}/resourceGroups/bad-input"
    local.engine.scopes.put_group(id_, "westeurope")
    yield id_


def refused(answer: requests.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"]


def send(local: Local, method: str, path: str, **options: Any) -> requests.Response:
    return requests.request(method, local.url + path, timeout=30, **options)


def raw(local: Local, request: bytes) -> bytes:
    """Return what the server answers to bytes as they are."""
    host, _, port = local.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


# Bodies


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"location": }', b"{" * 50_000, b'{"a":' * 50_000]
)
def test_a_body_that_is_no_object(local: Local, group: str, content: bytes) -> None:
    assert refused(send(local, "PUT", group + V, data=content)) == (400, "InvalidRequestContent")


def test_a_body_of_30_mb_is_too_large(local: Local, group: str) -> None:
    content = b'{"location": "' + b"x" * (30 << 20) + b'"}'
    answer = send(local, "PUT", group + V, data=content)
    assert refused(answer) == (413, "RequestContentTooLarge")
    assert answer.json()["error"]["message"] == "The request content size exceeds the maximum size of 4 MB."


def test_a_body_of_30_mb_in_pieces_is_too_large(local: Local, group: str) -> None:
    answer = send(local, "PUT", group + V, data=(b" " * 65536 for _ in range(480)))
    assert refused(answer) == (413, "RequestContentTooLarge")


def test_a_body_that_claims_to_be_huge_is_not_waited_for(local: Local, group: str) -> None:
    connection = http.client.HTTPConnection(local.url.removeprefix("http://"), timeout=10)
    connection.putrequest("PUT", group + V)
    connection.putheader("Content-Length", str(10 << 30))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    connection.close()


# Versions


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("?api-version=", "MissingApiVersionParameter"),
        ("?api-version=latest", "InvalidApiVersionParameter"),
        ("?api-version=2024-3-1", "InvalidApiVersionParameter"),
        ("?api-version=2024-03-01-", "InvalidApiVersionParameter"),
        ("?api-version=2024-03-01-a%20b", "InvalidApiVersionParameter"),
    ],
)
def test_a_version_that_is_missing_or_wrong(local: Local, group: str, query: str, code: str) -> None:
    assert refused(send(local, "GET", group + query)) == (400, code)


def test_the_name_of_the_parameter_is_compared_without_regard_to_case(local: Local, group: str) -> None:
    assert send(local, "GET", group + "?API-Version=2024-03-01").status_code == 200


# Paths and methods


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/subscriptions/s/nowhere",
        "/subscriptions/s/resourceGroups/g/nowhere/x",
        "/metadata",
        "/msi",
        "/favicon.ico",
    ],
)
def test_a_path_that_is_nothing(local: Local, path: str) -> None:
    assert refused(send(local, "GET", path + V)) == (404, "NotFound")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/subscriptions"),
        ("DELETE", "/tenants"),
        ("PUT", "/subscriptions/s/resourceGroups"),
        ("POST", "/subscriptions/s/resourceGroups/g"),
        ("PUT", "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/kinds"),
        ("POST", "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/kinds/n"),
        ("OPTIONS", "/subscriptions"),
        ("TRACE", "/subscriptions"),
        ("PATCH", "/metadata/endpoints"),
    ],
)
def test_a_method_that_a_path_does_not_have(local: Local, method: str, path: str) -> None:
    assert refused(send(local, method, path + V, json={})) == (405, "MethodNotAllowed")


def test_which_methods_a_path_has_is_told(local: Local, group: str) -> None:
    answer = send(local, "POST", group + V, json={})
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    "name",
    [b"..", b"%2e%2e", b"a%2fb", b"..%2f..%2fetc%2fpasswd", b"a%5c..%5cb", b"a%00", b"%0d%0aSet-Cookie:x", b"%ff"],
)
def test_names_that_lead_elsewhere(local: Local, name: bytes) -> None:
    request = (
        b"GET /subscriptions/s/resourceGroups/"
        + name
        + b"?api-version=2024-03-01 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    head, _, body = raw(local, request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"Set-Cookie" not in head
    assert json.loads(body)["error"]["code"] == "InvalidRequestUri"


@pytest.mark.parametrize("name", ["a%252fb", "x" * 91, "ends.", "%3Cscript%3E", "a%20b"])
def test_names_that_no_group_can_have(local: Local, name: str) -> None:
    path = f"/subscriptions/{local.subscription}/resourceGroups/{name}"
    assert refused(send(local, "PUT", path + V, json={"location": "westeurope"})) == (400, "InvalidResourceGroup")


@pytest.mark.parametrize("name", ["a%3Cb", "x" * 300, "a%3Fb", "a%26b"])
def test_names_that_no_resource_can_have(local: Local, group: str, name: str) -> None:
    path = f"{group}/providers/Microsoft.Example/kinds/{name}"
    assert refused(send(local, "PUT", path + V, json={"location": "westeurope"})) == (400, "InvalidResourceName")


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request(local: Local, request_: bytes) -> None:
    assert raw(local, request_).startswith(b"HTTP/1.1 4")


def test_a_path_of_a_megabyte(local: Local) -> None:
    answer = raw(local, b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 414")


def test_what_is_not_there_yet_says_so(local: Local, group: str) -> None:
    path = f"{group}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/w"
    assert refused(send(local, "PUT", path + V, json={"properties": {}})) == (501, "NotImplemented")
    assert send(local, "GET", path + V).status_code == 501


# Writers of one resource


def test_the_second_of_two_writers_is_told(local: Local, group: str) -> None:
    path = f"{group}/providers/Microsoft.Network/virtualNetworks/net{V}"
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    first = send(local, "PUT", path, json=body)
    assert first.status_code == 201
    tag = first.headers["ETag"]
    second = send(local, "PUT", path, json=body | {"tags": {"by": "second"}}, headers={"If-Match": tag})
    assert second.status_code == 200
    assert second.headers["ETag"] != tag
    third = send(local, "PUT", path, json=body | {"tags": {"by": "third"}}, headers={"If-Match": tag})
    assert refused(third) == (412, "PreconditionFailed")
    assert refused(send(local, "PUT", path, json=body, headers={"If-None-Match": "*"})) == (412, "PreconditionFailed")
    assert refused(send(local, "DELETE", path, headers={"If-Match": tag})) == (412, "PreconditionFailed")
    assert send(local, "GET", path).json()["tags"] == {"by": "second"}


def test_of_many_writers_with_one_etag_one_wins(local: Local, group: str) -> None:
    path = f"{group}/providers/Microsoft.Network/virtualNetworks/contended{V}"
    body = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    tag = send(local, "PUT", path, json=body).headers["ETag"]

    def write(number: int) -> int:
        return send(
            local, "PUT", path, json=body | {"tags": {"by": str(number)}}, headers={"If-Match": tag}
        ).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(write, range(8))) == [200] + [412] * 7


def test_a_location_cannot_change(local: Local, group: str) -> None:
    assert refused(send(local, "PUT", group + V, json={"location": "northeurope"})) == (
        409,
        "InvalidResourceGroupLocation",
    )


# What is not there


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/resourceGroups/none", "ResourceGroupNotFound"),
        ("/resourceGroups/none/resources", "ResourceGroupNotFound"),
        ("/resourceGroups/none/providers/Microsoft.Storage/storageAccounts/a", "ResourceGroupNotFound"),
        ("/resourceGroups/bad-input/providers/Microsoft.Storage/storageAccounts/a", "ResourceNotFound"),
        ("/operationresults/none", "OperationNotFound"),
    ],
)
def test_what_is_not_there(local: Local, group: str, path: str, code: str) -> None:
    version = "?api-version=2023-05-01"
    assert refused(send(local, "GET", f"/subscriptions/{local.subscription}{path}{version}")) == (404, code)


@pytest.mark.parametrize("top", ["0", "-1", "x", "1e3", "99999999999"])
def test_a_number_of_elements_that_is_none(local: Local, group: str, top: str) -> None:
    assert refused(send(local, "GET", f"{group}/resources{V}&$top={top}")) == (400, "InvalidTopQueryParameter")


@pytest.mark.parametrize("text", ["nonsense", "name eq", "name eq 'a' or", "(" * 3000, "secret eq 'a'"])
def test_a_filter_that_is_none(local: Local, group: str, text: str) -> None:
    answer = send(local, "GET", f"{group}/resources{V}", params={"$filter": text})
    assert answer.status_code == 400
    assert refused(answer)[1]
