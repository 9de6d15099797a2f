"""The activity log, and what goes on while its caller waits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.caller import Caller
from armlib.emulator.engine import Engine
from tests.unit.emulator.conftest import RG, SUB, VERSION, settings
from tests.unit.emulator.refusal import refused

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"


def test_changes_are_in_the_log_newest_first(engine: Engine) -> None:
    caller = Caller(correlation_id="11111111-1111-4111-8111-111111111111", name="me")
    engine.resources.put(SHOP, VERSION, {"location": "westeurope"}, caller=caller)
    engine.resources.act(SHOP, "restart", VERSION)
    engine.resources.delete(SHOP)
    events = engine.events.list(RG)
    operations = [event["operationName"] for event in events]
    assert [operation["value"] for operation in operations if isinstance(operation, dict)] == [
        "Contoso.Shop/shops/delete",
        "Contoso.Shop/shops/restart/action",
        "Contoso.Shop/shops/write",
        "Microsoft.Resources/resourceGroups/write",
    ]
    assert [event["resourceId"] for event in engine.events.list(correlation_id=caller.correlation_id)] == [SHOP]
    assert events[2]["caller"] == "me"
    assert engine.events.list(RG, since=datetime(2025, 1, 1, tzinfo=UTC)) == []
    assert len(engine.events.list(SUB, until=datetime(2025, 1, 1, tzinfo=UTC), top=2)) == 2


def test_an_operation_ends_with_its_result(engine: Engine) -> None:
    go = threading.Event()

    def work() -> str:
        go.wait(10)
        return "done"

    name = engine.operations.start("test", RG, work)
    assert engine.operations.get(name)["status"] == "Running"
    assert engine.operations.is_running(name)
    assert refused(engine.operations.result, name) == (409, "OperationNotCompleted")
    go.set()
    assert engine.operations.wait(name, 10) == "done"
    shown = engine.operations.get(name)
    assert (shown["status"], shown["percentComplete"]) == ("Succeeded", 100)
    assert "endTime" in shown


def test_an_operation_ends_with_its_fault(engine: Engine) -> None:
    def work() -> None:
        raise Fault(409, "Conflict", "no", target=RG, details=[Fault(400, "Inner", "inner")])

    name = engine.operations.start("test", RG, work)
    with pytest.raises(Fault) as caught:
        engine.operations.wait(name, 10)
    assert (caught.value.status, caught.value.code, caught.value.details[0].code) == (409, "Conflict", "Inner")
    assert engine.operations.get(name)["error"] == caught.value.content
    assert refused(engine.operations.get, "nothing") == (404, "OperationNotFound")


def test_what_a_dead_process_was_doing_has_failed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Engine.open(path, settings(tmp_path)) as engine:
        name = engine.operations.note("test", RG)
        body = engine.store.document("operations", name)
        assert body is not None
        engine.store.keep("operations", name, {**body, "owner": "999999999 1"})
        alive = engine.operations.note("test", RG)
    with Engine.open(path, settings(tmp_path)) as engine:
        assert refused(engine.operations.result, name) == (500, "OperationInterrupted")
        assert engine.operations.is_running(alive)
