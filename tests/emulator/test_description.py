"""The check against the description: the examples that are published with it keep to it, and what is wrong is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.description import FOLDER, Description, is_there

pytestmark = pytest.mark.skipif(not is_there(), reason="the description of the API is not beside the checkout")

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/g"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/d"


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


def test_what_is_right_is_let_through(description: Description) -> None:
    body = json.dumps(
        {"id": GROUP, "name": "g", "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
    )
    assert description.faults("PUT", GROUP, 201, body.encode()) == []
    assert description.faults("DELETE", GROUP, 202, b"") == []
    assert description.faults("GET", GROUP, 404, b'{"error": {"code": "A", "message": "b"}}') == []


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "words"),
    [
        ("PUT", GROUP, 202, {}, "status 202 is none of"),
        ("DELETE", DEPLOYMENT, 200, None, "status 200 is none of"),
        ("DELETE", GROUP, 202, {"a": 1}, "has no body"),
        ("GET", GROUP, 200, None, "there is none"),
        ("GET", GROUP, 200, {"name": "g"}, "'location' is a required property"),
        ("GET", GROUP, 200, {"location": 3}, "3 is not of type 'string'"),
        ("GET", DEPLOYMENT, 200, {"properties": {"mode": "Odd"}}, "'Odd' is not one of"),
        ("GET", DEPLOYMENT, 200, {"properties": {"timestamp": "today"}}, "is not a 'date-time'"),
        ("GET", DEPLOYMENT, 200, {"properties": {"template": {}}}, "'template' was unexpected"),
        (
            "GET",
            f"{GROUP}/providers/Microsoft.Resources/deployments",
            200,
            {"value": [{"propertie": {}}]},
            "unexpected",
        ),
        ("GET", GROUP, 404, {"code": "A", "message": "b"}, "is no error"),
        ("GET", "/not/described", 404, {"error": {"code": "A"}}, "is no error"),
    ],
)
def test_what_is_wrong_is_found(
    description: Description, method: str, path: str, status: int, body: object, words: str
) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    found = description.faults(method, path, status, content)
    assert words in "; ".join(found)


def published() -> Iterator[tuple[Path, str, str, int, bytes]]:
    """Yield the answers in the published examples whose operation can be told from the name of the file's folder."""
    for file in sorted(FOLDER.rglob("examples/PutDeployment*.json")):
        parameters = json.loads(file.read_text())["parameters"]
        scope = GROUP
        if "groupId" in parameters:
            scope = f"/providers/Microsoft.Management/managementGroups/{parameters['groupId']}"
        elif "resourceGroupName" not in parameters:
            continue
        path = f"{scope}/providers/Microsoft.Resources/deployments/{parameters['deploymentName']}"
        for status, response in json.loads(file.read_text())["responses"].items():
            yield file, "PUT", path, int(status), json.dumps(response["body"]).encode()


def test_the_published_examples_keep_to_it(description: Description) -> None:
    found = {
        f"{file.name} {status}": faults
        for file, method, path, status, content in published()
        if (faults := description.faults(method, path, status, content))
    }
    assert found == {}
