"""The start page, and the pages that it leads to; in a real browser, where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.emulator.conftest import Local, running

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
EVIL = "<script>alert('\"x')</script>"
THINGS = [
    {
        "type": "Microsoft.Example/things",
        "apiVersion": "2024-01-01",
        "name": f"thing{number}",
        "location": "westeurope",
        "tags": {"evil": EVIL},
        "dependsOn": [f"[resourceId('Microsoft.Example/things', 'thing{number - 1}')]"] if number else [],
    }
    for number in range(12)
]
TEMPLATE = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "parameters": {"evil": {"type": "string"}, "secret": {"type": "secureString"}},
    "resources": THINGS,
    "outputs": {
        "evil": {"type": "string", "value": "[parameters('evil')]"},
        "secret": {"type": "secureString", "value": "[parameters('secret')]"},
    },
}
FAILING = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Network/virtualNetworks/subnets",
            "apiVersion": "2024-05-01",
            "name": "none/web",
            "properties": {"addressPrefix": "10.0.0.0/24"},
        }
    ],
}


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    with running(None) as found:
        engine = found.engine
        group = f"/subscriptions/{found.subscription}/resourceGroups/shop"
        engine.scopes.put_group(group, "westeurope", {"evil": EVIL})
        values = {"evil": {"value": EVIL}, "secret": {"value": "pa55word"}}
        for name, template, given in (("good", TEMPLATE, values), ("bad", FAILING, {})):
            properties = {"mode": "Incremental", "template": template, "parameters": given}
            engine.deployments.create(group, name, {"properties": properties})  # type: ignore[dict-item]
            engine.deployments.wait(group, name, 30)
        stack = {"template": FAILING | {"resources": THINGS[:1]}, "denySettings": {"mode": "none"}}
        unmanage = {"actionOnUnmanage": {"resources": "delete"}}
        engine.stacks.create(group, "base", {"properties": stack | unmanage})  # type: ignore[dict-item]
        engine.stacks.wait(group, "base", 30)
        yield found


class Page(HTMLParser):
    """What is on a page: its text, its tags, where its links lead."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def get(local: Local, path: str = "/", **query: str) -> requests.Response:
    return requests.get(local.url + path, params=query, headers={"Accept": "text/html"}, timeout=20)


def group_of(local: Local) -> str:
    return f"/subscriptions/{local.subscription}/resourceGroups/shop"


def test_every_page_that_can_be_reached_is_there_and_safe(local: Local) -> None:
    todo: list[str] = ["/"]
    seen: set[str] = set()
    while todo and len(seen) < 80:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = get(local, path)
        is_of_what_failed = "missing" in path or "none" in path
        assert answer.status_code == 200 or (is_of_what_failed and answer.status_code == 404), path
        found = Page(answer)
        assert found.tags.count("script") == 1, path
        assert "pa55word" not in answer.text
        assert not re.search(r"""(?:src|href)=["'](?!/|#|data:)""", answer.text), path
        todo += [link for link in found.links if link.startswith("/")]
    ids = [parse_qs(urlsplit(path).query).get("id", [""])[0] for path in seen]
    for end in ("/shop", "/deployments/good", "/deployments/bad", "/deploymentStacks/base", "/things/thing3"):
        assert any(id_.endswith(end) for id_ in ids), end


def test_the_policy_lets_nothing_in_but_what_the_page_holds(local: Local) -> None:
    answer = get(local)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_deployment_shows_its_graph_its_operations_and_no_secret(local: Local) -> None:
    found = Page(get(local, id=f"{group_of(local)}/providers/Microsoft.Resources/deployments/good"))
    assert found.tags.count("rect") == 24
    assert "not kept: it is secure" in found.text
    assert "EvaluateDeploymentOutput" in found.text
    assert EVIL in found.text


def test_a_failed_deployment_says_why(local: Local) -> None:
    found = Page(get(local, id=f"{group_of(local)}/providers/Microsoft.Resources/deployments/bad"))
    assert "ParentResourceNotFound" in found.text


@pytest.mark.parametrize("id_", ["/nonsense", "/subscriptions/s/resourceGroups/none", EVIL, "/providers/x", "/" * 5000])
def test_an_id_of_nothing_says_so(local: Local, id_: str) -> None:
    answer = get(local, id=id_)
    assert answer.status_code in (200, 400, 404)
    assert Page(answer).tags.count("script") == 1


def test_programs_get_no_page(local: Local) -> None:
    answer = requests.get(local.url, headers={"Accept": "application/json"}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MissingApiVersionParameter")


def test_people_show_the_secret_of_a_server_as_a_password() -> None:
    with running(None, token="s3cret", hosts=None) as local:
        refused = get(local)
        assert (refused.status_code, refused.headers["WWW-Authenticate"][:5]) == (401, "Basic")
        html = {"Accept": "text/html"}
        assert requests.get(local.url, auth=("me", "s3cret"), headers=html, timeout=10).status_code == 200


# In a browser

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium to look at the page with")
def test_a_browser_runs_the_script_and_refuses_nothing(local: Local, tmp_path: Path) -> None:
    url = f"{local.url}/?id={group_of(local)}/providers/Microsoft.Resources/deployments/good"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--window-size=1200,900", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0
    assert 'aria-label="Filter Operations"' in done.stdout  # the script made it
    assert "CONSOLE" not in done.stderr, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
