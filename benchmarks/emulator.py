"""The local ARM: how soon it is ready, and a deployment of 800 resources in process and through Azure's client."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from armlib.emulator.engine import Engine
from armlib.emulator.http.app import Application
from armlib.emulator.http.guard import LOOPBACK
from armlib.emulator.http.server import serving
from armlib.emulator.http.service import Service
from armlib.emulator.http.table import routes
from benchmarks.measure import Timing, in_turn, ratio
from benchmarks.table import Row

RESOURCES = 800
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_names = itertools.count()


def start(folder: Path, repeat: int) -> list[Row]:
    """Return how long the engine takes to open, and the server's command to say that it is ready."""
    opened = in_turn({"open": _open}, repeat)["open"]
    command = [sys.executable, "-m", "armlib", "local", "serve", "--port", "0", "--memory"]
    _ready(command)
    ready = Timing(tuple(_ready(command) for _ in range(repeat)))
    return [
        Row("local: engine opens, in process", f"{opened.median * 1000:.1f} ms", "in memory"),
        Row("local: server is ready, process start included", f"{ready.median * 1000:.0f} ms", "", "under 400 ms"),
    ]


def deployment(folder: Path, repeat: int) -> list[Row]:
    """Return the time of a deployment of 800 resources, submitted until it has succeeded, and of a what-if of it."""
    with _engine() as (engine, group), _client(engine) as client:
        subjects: dict[str, Callable[[], object]] = {
            "in process": partial(_in_process, engine, group),
            "over http": partial(_over_http, client, group.rpartition("/")[2]),
            "what-if": partial(_what_if, engine, group),
        }
        found = in_turn(subjects, repeat)
    slower = ratio(found["over http"], found["in process"])
    size = f"{RESOURCES} resources"
    return [
        Row(f"local: deploys {size}, in process", f"{found['in process'].median:.2f} s", "file-backed", "under 1 s"),
        Row(
            f"local: deploys {size}, SDK over http",
            f"{found['over http'].median:.2f} s",
            f"{slower:.2f} x",
            "under 2 x",
        ),
        Row(f"local: what-if of {size}, no change", f"{found['what-if'].median:.2f} s", "in process", "under 1 s"),
    ]


def template() -> dict[str, Any]:
    """Return a template of 800 resources, a tenth of which needs another one."""
    things = [
        {
            "type": "Microsoft.Example/things",
            "apiVersion": "2024-01-01",
            "name": f"thing{number}",
            "location": "[resourceGroup().location]",
            "tags": {"number": f"[string({number})]"},
            "properties": {"value": f"[concat('v', {number})]", "nested": {"list": [1, 2, 3]}},
            "dependsOn": [f"[resourceId('Microsoft.Example/things', 'thing{number - 1}')]"] if number % 10 == 9 else [],
        }
        for number in range(RESOURCES)
    ]
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": things}


def _open() -> None:
    Engine.open(None).close()


def _ready(command: list[str]) -> float:
    """Return the seconds until the server says that it answers."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        took = time.perf_counter() - began
        server.terminate()
    if "is ready" not in line or server.returncode != 0:
        raise RuntimeError(f"the server did not start and end well: {line!r}, {server.returncode}")
    return took


@contextmanager
def _engine() -> Iterator[tuple[Engine, str]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Engine.open(Path(folder) / "state.sqlite3") as engine:
        group = f"/subscriptions/{engine.settings.subscription_id}/resourceGroups/bench"
        engine.scopes.put_group(group, "westeurope")
        yield engine, group


@contextmanager
def _client(engine: Engine) -> Iterator[Any]:
    from azure.core.credentials import AccessToken
    from azure.core.pipeline.policies import SansIOHTTPPolicy
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

    class Local:
        def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
            return AccessToken("local", int(time.time()) + 3600)

    class PlainHttp(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: Any) -> None:
            request.context.options.setdefault("enforce_https", False)

    with serving(Application(Service(engine, routes(), hosts=LOOPBACK))) as endpoint:
        options: dict[str, Any] = {"base_url": endpoint.url, "credential_scopes": [f"{endpoint.url}/.default"]}
        client = DeploymentsMgmtClient(
            Local(), engine.settings.subscription_id, per_call_policies=[PlainHttp()], **options
        )
        with client:
            yield client


def _body() -> dict[str, Any]:
    return {"properties": {"mode": "Incremental", "template": template()}}


def _in_process(engine: Engine, group: str) -> None:
    name = f"in-process-{next(_names)}"
    engine.deployments.create(group, name, _body())
    _check(engine.deployments.wait(group, name, 120)["properties"]["provisioningState"])  # type: ignore[index,call-overload]


def _over_http(client: Any, group: str) -> None:
    poller = client.deployments.begin_create_or_update(group, f"over-http-{next(_names)}", _body())
    _check(poller.result().properties.provisioning_state)


def _what_if(engine: Engine, group: str) -> None:
    found: Any = engine.deployments.what_if(group, "what-if", _body())
    kinds = {change["changeType"] for change in found["properties"]["changes"]}
    if kinds != {"NoChange"}:
        raise RuntimeError(f"what-if says {kinds}")


def _check(state: object) -> None:
    if state != "Succeeded":
        raise RuntimeError(f"the deployment has {state}")
