"""``armlib local status | show | reset | save | load``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from armlib.emulator.engine import Engine
from tests.e2e.conftest import Run

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000002"
GROUP = f"{SUBSCRIPTION}/resourceGroups/g"
THING = f"{GROUP}/providers/Microsoft.Example/things/t"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state.sqlite3"
    with Engine.open(path) as engine:
        engine.scopes.put_group(GROUP, "westeurope")
        engine.resources.put(THING, "2024-01-01", {"location": "westeurope"})
    return path


def local(run: Run, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run("local", *words, env={"ARMLIB_STATE": str(state)})


def test_the_status_counts(run: Run, state: Path) -> None:
    done = local(run, state, "status", "--format", "json")
    assert done.returncode == 0
    found = json.loads(done.stdout)["status"]
    assert (found["resourceGroups"], found["resources"], found["deployments"]) == (1, 1, 0)
    assert (found["state"], found["problems"], found["server"]) == (str(state), [], None)
    assert "the state is sound" in local(run, state, "status").stdout


def test_what_is_there_is_shown(run: Run, state: Path) -> None:
    assert local(run, state, "show").stdout.splitlines() == [GROUP, THING]
    assert json.loads(local(run, state, "show", THING.upper()).stdout)["id"] == THING
    missing = local(run, state, "show", THING + "2")
    assert missing.returncode == 3
    assert "[ResourceNotFound]" in missing.stderr
    fidelity = local(run, state, "show", "--fidelity").stdout.splitlines()
    assert "generic  Microsoft.Example/things" in fidelity
    assert any(line.startswith("special ") for line in fidelity)


def test_a_state_is_saved_and_loaded(run: Run, state: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    assert local(run, state, "save", str(saved)).returncode == 0
    assert local(run, state, "reset", "--yes").returncode == 0
    assert local(run, state, "show").stdout == ""
    assert local(run, state, "load", str(saved), "--yes").returncode == 0
    assert local(run, state, "show").stdout.splitlines() == [GROUP, THING]


def test_nothing_is_deleted_without_being_asked(run: Run, state: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    local(run, state, "save", str(saved))
    for words in (("reset",), ("load", str(saved))):
        done = local(run, state, *words)
        assert done.returncode == 2
        assert "--yes" in done.stderr
    assert len(local(run, state, "show").stdout.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "armlib local state", "format": 1}', '{"kind": "other"}'])
def test_what_is_no_saved_state_changes_nothing(run: Run, state: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    done = local(run, state, "load", str(tmp_path / "other.json"), "--yes")
    assert done.returncode == 1
    assert "[local-snapshot]" in done.stderr
    assert len(local(run, state, "show").stdout.splitlines()) == 2
