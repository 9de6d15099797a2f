"""A local server for the tests of a module, every answer of which is held against the description of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from armlib.emulator.engine import Engine
from armlib.emulator.http.app import Application
from armlib.emulator.http.guard import LOOPBACK
from armlib.emulator.http.server import serving
from armlib.emulator.http.service import Service
from armlib.emulator.http.table import routes
from armlib.emulator.settings import Settings
from tests.emulator.description import Description, is_there


@dataclass
class Checked:
    """An application whose answers are checked; what is wrong with them is collected in *faults*."""

    inner: ASGIApp
    description: Description | None
    faults: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, content = 0, b""

        async def watch(message: Message) -> None:
            nonlocal status, content
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                content += message.get("body", b"")
                if not message.get("more_body") and self.description is not None:
                    # before the client has the answer: what is wrong is known when the client goes on
                    for fault in self.description.faults(scope["method"], scope["path"], status, content):
                        self.faults.append(f"{scope['method']} {scope['path']} {status}: {fault}")
            await send(message)

        await self.inner(scope, receive, watch)


@dataclass
class Local:
    """A running server: where it is, and the engine behind it."""

    url: str
    engine: Engine
    checked: Checked
    service: Service

    @property
    def subscription(self) -> str:
        return self.engine.settings.subscription_id


@contextmanager
def running(description: Description | None, settings: Settings | None = None, **options: Any) -> Iterator[Local]:
    """Serve an engine of its own; *options* are those of the service."""
    with Engine.open(None, settings or Settings()) as engine:
        service = Service(engine, routes(), **{"hosts": LOOPBACK, **options})
        complaints: list[str] = []
        checked = Checked(Application(service, complain=complaints.append), description, complaints=complaints)
        with serving(checked) as endpoint:
            yield Local(endpoint.url, engine, checked, service)
            service.background.wait(10)
        assert checked.faults == []
        assert complaints == []


@pytest.fixture(scope="session")
def description() -> Description | None:
    return Description() if is_there() else None


@pytest.fixture(scope="module")
def local(description: Description | None) -> Iterator[Local]:
    with running(description) as found:
        yield found
