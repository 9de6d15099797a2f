"""Rules that make the local ARM fail or wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.engine import Engine
from armlib.emulator.rules import RuleError, parse_rule
from tests.unit.emulator.conftest import RG, VERSION, settings
from tests.unit.emulator.refusal import refused


def put(engine: Engine, name: str) -> str:
    try:
        engine.resources.put(f"{RG}/providers/Contoso.Shop/shops/{name}", VERSION, {"location": "westeurope"})
    except Fault as fault:
        return fault.code
    return "fine"


def test_the_same_requests_meet_the_same_faults(tmp_path: Path) -> None:
    outcomes = []
    for order in (range(100), reversed(range(100))):
        with Engine.open(None, settings(tmp_path, rules=("Contoso.Shop/*:429:0.3",))) as engine:
            engine.scopes.put_group(RG, "westeurope")
            outcomes.append({number: put(engine, str(number)) for number in order})
    assert outcomes[0] == outcomes[1]
    assert 15 < sum(code == "TooManyRequests" for code in outcomes[0].values()) < 45


def test_a_rule_can_strike_a_number_of_times(tmp_path: Path) -> None:
    with Engine.open(None, settings(tmp_path, rules=("contoso.shop/shops@write:503:1:2",))) as engine:
        engine.scopes.put_group(RG, "westeurope")
        assert [put(engine, "a") for _ in range(4)] == ["ServerBusy", "ServerBusy", "fine", "fine"]
        assert put(engine, "b") == "ServerBusy"
        assert engine.resources.delete(f"{RG}/providers/Contoso.Shop/shops/a")


def test_rules_wait_outside_of_the_transaction(tmp_path: Path) -> None:
    waited: list[tuple[float, bool]] = []
    with Engine.open(None, settings(tmp_path)) as engine:
        slow = settings(tmp_path, sleep=lambda seconds: waited.append((seconds, engine.store.in_transaction)))
    with Engine.open(None, slow) as engine:
        engine.scopes.put_group(RG, "westeurope")
        engine.rules.add("*/shops:200ms")
        assert put(engine, "a") == "fine"
        engine.rules.add(f"{RG}/*/b:1.5s")
        assert put(engine, "b") == "fine"
        assert waited == [(0.2, False), (0.2, False), (1.5, False)]
        assert engine.rules.texts == ("*/shops:200ms", f"{RG}/*/b:1.5s")
        engine.rules.clear()
        assert put(engine, "c") == "fine"
        assert len(waited) == 3


def test_actions_and_deletions_meet_rules(tmp_path: Path) -> None:
    with Engine.open(None, settings(tmp_path, rules=("*/shops@action:500", "*/shops@delete:409"))) as engine:
        engine.scopes.put_group(RG, "westeurope")
        assert put(engine, "a") == "fine"
        id_ = f"{RG}/providers/Contoso.Shop/shops/a"
        assert refused(engine.resources.act, id_, "restart", VERSION) == (500, "InternalServerError")
        assert refused(engine.resources.delete, id_) == (409, "AnotherOperationInProgress")


@pytest.mark.parametrize(
    "text", ["", "x", "x:200", "x:429:2", "x:429:-1", "x@read:429", "x:5000s", "x:1h", "x:429:1:y"]
)
def test_what_is_no_rule_is_told(text: str) -> None:
    with pytest.raises(RuleError):
        parse_rule(text)
