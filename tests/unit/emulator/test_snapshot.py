"""The whole state as one JSON file, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.snapshot import SnapshotError, load_file, save_file
from armlib.errors import InputError
from tests.unit.emulator.conftest import RG, VERSION, settings

SHOP = f"{RG}/providers/Contoso.Shop/shops/One"


def filled(engine: Engine) -> None:
    engine.resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"password": "hunter2", "x": None}})
    engine.resources.put(f"{SHOP}/shelves/s", VERSION, {"properties": {"of": SHOP}})
    engine.store.keep("mine", "key", {"a": 1}, scope=SHOP.casefold())


def test_what_is_saved_comes_back(engine: Engine, tmp_path: Path) -> None:
    filled(engine)
    before = engine.snapshot()
    save_file(engine.store, tmp_path / "state.json")
    assert "hunter2" not in (tmp_path / "state.json").read_text()
    with Engine.open(tmp_path / "other", settings(tmp_path)) as other:
        other.resources.put(f"{other.scopes.subscription}/resourceGroups/gone", VERSION, {"location": "eastus"})
        load_file(other.store, tmp_path / "state.json")
        assert other.snapshot() == before
        assert other.resources.inside("") == engine.resources.inside("")
        assert other.resources.baseline(SHOP) == engine.resources.baseline(SHOP)
        assert list(other.resources.referrers(SHOP)) == [f"{SHOP}/shelves/s"]
        assert other.check() == []


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        {"kind": "armlib local state", "format": 99},
        {"kind": "armlib local state", "format": 1},
        {"kind": "armlib local state", "format": 1, "resources": [{"id": "nonsense"}], "documents": [], "events": []},
    ],
)
def test_what_is_no_snapshot_changes_nothing(engine: Engine, wrong: Any) -> None:
    filled(engine)
    before = engine.snapshot()
    with pytest.raises(SnapshotError):
        engine.restore(wrong)
    assert engine.snapshot() == before


def test_a_snapshot_with_a_hole_is_refused(engine: Engine) -> None:
    filled(engine)
    state = json.loads(json.dumps(engine.snapshot()))
    state["resources"] = [saved for saved in state["resources"] if saved["id"] != SHOP]
    with pytest.raises(SnapshotError, match="is not there"):
        engine.restore(state)


def test_files_that_cannot_be_read_are_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.json: No such file"):
        load_file(engine.store, tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(SnapshotError, match="is no JSON"):
        load_file(engine.store, tmp_path / "broken.json")
