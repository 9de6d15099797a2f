"""The state: transactions, several users, what is kept when a process is killed."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from armlib.emulator.engine import Engine
from armlib.emulator.location import state_path
from armlib.emulator.store import BY_NAME, Row, StateError, Store, decode, encode
from tests.unit.emulator.conftest import RG, VERSION, settings


def row(key: str, parent: str = "", body: dict[str, Any] | None = None) -> Row:
    return Row(key, key, "a.b/c", parent, VERSION, encode(body or {}), None, "e", True, "t", "t")


def test_a_transaction_that_fails_leaves_nothing() -> None:
    store = Store.open()
    with pytest.raises(RuntimeError), store.write():
        store.put(row("/a"), ["/b"])
        store.keep("x", "k", {"v": 1})
        raise RuntimeError
    assert store.find("/a") is None
    assert store.document("x", "k") is None
    assert store.sources("/b") == []


def test_a_part_of_a_transaction_can_fail_alone() -> None:
    store = Store.open()
    with store.write():
        store.put(row("/a"))
        with pytest.raises(RuntimeError), store.write():
            store.put(row("/b"))
            raise RuntimeError
        store.put(row("/c"))
    assert [found.key for found in store.inside("")] == ["/a", "/c"]


def test_what_lies_inside_is_told_from_what_is_named_alike() -> None:
    store = Store.open()
    for key in ("/g", "/g/a", "/g/a/b", "/g-2", "/g-2/a", "/g0/a"):
        store.put(row(key))
    assert [found.key for found in store.inside("/g")] == ["/g/a", "/g/a/b"]
    assert store.delete("/g") == 3
    assert [found.key for found in store.inside("")] == ["/g-2", "/g-2/a", "/g0/a"]


def test_documents_stay_in_their_order_and_go_with_their_scope() -> None:
    store = Store.open()
    store.put(row("/g"))
    for name in ("one", "two", "three"):
        store.keep("d", name, {"name": name}, scope="/g")
    store.keep("d", "one", {"name": "again"}, scope="/g")
    assert [found.body["name"] for found in store.documents("d", scope="/g")] == ["again", "two", "three"]
    assert [found.key for found in store.documents("d", newest_first=True, limit=2)] == ["three", "two"]
    store.delete("/g")
    assert store.documents("d") == []


@pytest.mark.parametrize("value", [{"n": 2**80}, {"lone": "\ud800"}, {"é": [1.5, None, True]}])
def test_any_json_comes_back(value: dict[str, Any]) -> None:
    assert decode(encode(value)) == value


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "local.sqlite3"
    with Engine.open(path, settings(tmp_path)) as engine:
        engine.scopes.put_group(RG, "westeurope")
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in path.parent.iterdir())
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_no_state_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("no database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(StateError, match=r"is no state of the local ARM|is damaged"):
        Store.open(path)
    with pytest.raises(StateError, match="cannot open"):
        Store.open(tmp_path)


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "other.sqlite3"
    other = sqlite3.connect(path)
    other.execute("create table t(a)")
    other.close()
    with pytest.raises(StateError, match="is no state of the local ARM"):
        Store.open(path)


def test_where_the_state_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARMLIB_STATE", str(tmp_path))
    assert state_path() == tmp_path / "local.sqlite3"
    assert state_path(tmp_path / "mine") == tmp_path / "mine"
    monkeypatch.delenv("ARMLIB_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    if sys.platform == "linux":
        assert state_path() == tmp_path / "state" / "armlib" / "local.sqlite3"


def test_threads_share_an_engine(tmp_path: Path) -> None:
    with Engine.open(tmp_path / "s", settings(tmp_path)) as engine:
        engine.scopes.put_group(RG, "westeurope")

        def work(name: str) -> None:
            for number in range(50):
                engine.resources.put(f"{RG}/providers/A.B/cs/{name}{number}", VERSION, {"location": "westeurope"})

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(engine.resources.list(RG).items) == 200
        assert engine.check() == []


_WRITER = """
import sys
from pathlib import Path
from armlib.emulator.engine import Engine
from armlib.emulator.settings import Settings
path, group, name = sys.argv[1:]
with Engine.open(Path(path), Settings(definitions=Path(path + ".none"))) as engine:
    for number in range(100000):
        engine.resources.put(f"{group}/providers/A.B/cs/{name}{number}", "2024-01-01", {"location": "westeurope"})
        print(number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Engine.open(path, settings(tmp_path)) as engine:
        engine.scopes.put_group(RG, "westeurope")
    writers = []
    for name in "ab":
        command = [sys.executable, "-c", _WRITER, str(path), RG, name]
        writers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    last = {}
    for name, writer in zip("ab", writers, strict=True):
        assert writer.stdout is not None
        for _ in range(40):
            last[name] = int(writer.stdout.readline())
    for name, writer in zip("ab", writers, strict=True):
        os.kill(writer.pid, signal.SIGKILL)
        assert writer.stdout is not None
        rest = [line for line in writer.stdout.read().splitlines() if line]
        last[name] = int(rest[-1]) if rest else last[name]
        writer.stdout.close()
        writer.wait()
    with Engine.open(path, settings(tmp_path)) as engine:
        assert engine.check() == []
        for name, number in last.items():
            for each in range(number + 1):
                assert engine.resources.find(f"{RG}/providers/A.B/cs/{name}{each}") is not None
        json.dumps(engine.resources.list(RG).items)


def test_names_are_found_through_an_index() -> None:
    store = Store.open()
    for key in ("/g/x/one", "/g/one/two", "/h/one", "/h/One-one"):
        store.put(row(key))
    assert store.named("a.b/c", "one") == ["/g/x/one", "/h/one"]
    assert store.named("a.b/d", "one") == []
    plan = store.rows(f"explain query plan {BY_NAME}", "a", "b")
    assert "resources_by_name" in plan[0][3]
