"""``armlib local serve``: starting, telling where it is, and ending."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

VERSION = "?api-version=2022-12-01"
SERVE = [sys.executable, "-m", "armlib", "local", "serve", "--port", "0"]


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start a server with its state in *folder*; give the process and what its ready file says."""
    ready = folder / "ready.json"
    environment = os.environ | {"ARMLIB_STATE": str(folder / "state.sqlite3")}
    process = subprocess.Popen(
        [*SERVE, "--ready-file", str(ready), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("The local Azure Resource Manager is ready at http"), process.communicate()
        yield process, json.loads(ready.read_text())
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=20)


def test_it_answers_as_soon_as_it_says_so_and_ends_well(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with serving(tmp_path) as (process, ready):
            assert requests.get(f"{ready['url']}/subscriptions{VERSION}", timeout=10).status_code == 200
            assert ready["pid"] == process.pid
            assert ready["environment"]["IDENTITY_ENDPOINT"] == f"{ready['url']}/msi/token"
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
            assert process.returncode == 0
            assert "IDENTITY_ENDPOINT" in errors
            assert f"To look at    {ready['url']}/" in errors
            assert not (tmp_path / "ready.json").exists()


def test_what_was_made_is_there_the_next_time(tmp_path: Path) -> None:
    for status in (201, 200):
        with serving(tmp_path) as (_, ready):
            group = f"{ready['url']}/subscriptions/{ready['subscriptionId']}/resourcegroups/g{VERSION}"
            assert requests.put(group, json={"location": "westeurope"}, timeout=10).status_code == status
    assert (tmp_path / "state.sqlite3").is_file()


def test_a_state_in_memory_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, "--memory") as (_, ready):
        assert ready["state"] is None
    assert list(tmp_path.iterdir()) == []


def test_https_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    with serving(tmp_path, "--https", "--memory") as (_, ready):
        assert ready["url"].startswith("https://")
        url = f"https://localhost:{ready['port']}"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{url}/subscriptions{VERSION}", timeout=10)
        certificate = ready["environment"]["REQUESTS_CA_BUNDLE"]
        assert requests.get(f"{url}/subscriptions{VERSION}", timeout=10, verify=certificate).status_code == 200
        cloud = requests.get(f"{url}/metadata/endpoints?api-version=2022-09-01", timeout=10, verify=certificate).json()
        assert cloud["resourceManager"] == f"{url}/"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["local-key.pem", "local.pem"]


def test_beyond_the_loopback_it_wants_its_token(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--memory") as (process, ready):
        url = f"http://127.0.0.1:{ready['port']}/subscriptions{VERSION}"
        file = Path(ready["tokenFile"])
        token = file.read_text().strip()
        assert len(token) > 40
        assert file.stat().st_mode & 0o777 == 0o600
        assert requests.get(url, timeout=10).status_code == 401
        assert requests.get(url, timeout=10, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        process.terminate()
        output, errors = process.communicate(timeout=20)
        assert token not in output + errors
        assert "IDENTITY_HEADER" not in ready["environment"]
        assert f'IDENTITY_HEADER="$(cat {file})"' in errors


def test_rules_make_it_fail_and_wait(tmp_path: Path) -> None:
    with serving(tmp_path, "--memory", "--fault", "Microsoft.Resources/resourceGroups:429:1:1") as (_, ready):
        group = f"{ready['url']}/subscriptions/{ready['subscriptionId']}/resourcegroups/g{VERSION}"
        answers = [requests.put(group, json={"location": "westeurope"}, timeout=10) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [429, 201]
        assert answers[0].headers["Retry-After"] == "1"
    wrong = [*SERVE, "--memory", "--latency", "nonsense"]
    done = subprocess.run(wrong, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "local-rule" in done.stderr


def test_the_status_knows_the_server(tmp_path: Path) -> None:
    status = [sys.executable, "-m", "armlib", "local", "status", "--state", str(tmp_path / "state.sqlite3")]
    with serving(tmp_path) as (_, ready):
        assert f"server     {ready['url']}" in subprocess.check_output(status, text=True)
    assert "server     none" in subprocess.check_output(status, text=True)


def test_a_killed_server_goes_on_with_a_deployment_at_the_next_start(tmp_path: Path) -> None:
    things = [
        {
            "type": "Microsoft.Example/slow",
            "apiVersion": "2024-01-01",
            "name": f"s{number}",
            "location": "westeurope",
            "dependsOn": [f"[resourceId('Microsoft.Example/slow', 's{number - 1}')]"] if number else [],
        }
        for number in range(6)
    ]
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    template = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": things}
    version = "?api-version=2024-03-01"
    with serving(tmp_path, "--latency", "Microsoft.Example/slow:500ms") as (process, ready):
        group = f"/subscriptions/{ready['subscriptionId']}/resourcegroups/g"
        requests.put(f"{ready['url']}{group}{version}", json={"location": "westeurope"}, timeout=10)
        deployment = f"{group}/providers/Microsoft.Resources/deployments/d{version}"
        body = {"properties": {"mode": "Incremental", "template": template}}
        answer = requests.put(ready["url"] + deployment, json=body, timeout=60)
        assert answer.status_code == 201
        process.kill()
        process.communicate(timeout=20)
    with serving(tmp_path) as (_, ready):
        for _ in range(300):
            found = requests.get(ready["url"] + deployment, timeout=10).json()["properties"]
            if found["provisioningState"] in ("Succeeded", "Failed"):
                break
            time.sleep(0.1)
        assert found["provisioningState"] == "Succeeded"
        assert len(found["outputResources"]) == 6


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*SERVE[:-1], str(taken.getsockname()[1]), "--memory"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "cannot-listen" in done.stderr
    assert "--port 0" in done.stderr
