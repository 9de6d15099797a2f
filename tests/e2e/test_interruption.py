"""What stops the command: Ctrl-C, the limits, a closed terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import ARMLIB, Run, clean_environment

ENDLESS = "local f(x) = f(x + 1) tailstrict; { resources: f(0) }"
HUGE = "{ resources: [], variables: { x: std.makeArray(1000000000, function(i) i) } }"


@pytest.mark.parametrize("text", [ENDLESS, HUGE], ids=["endless", "huge"])
@pytest.mark.parametrize("delay", [0.15, 0.5])
def test_ctrl_c_stops_a_compilation(tmp_path: Path, text: str, delay: float) -> None:
    (tmp_path / "main.jsonnet").write_text(text)
    process = subprocess.Popen(
        [ARMLIB, "compile", "main.jsonnet", "-o", "x.json"],
        cwd=tmp_path,
        env=clean_environment(),
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=10)
    if delay == 0.5:  # earlier, it may still be Python that starts
        assert (process.returncode, told.strip()) == (5, "error: interrupted [interrupted]")
    assert process.returncode != 0
    assert not (tmp_path / "x.json").exists()


def test_ctrl_c_of_a_build_stops_all_processes(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(ENDLESS)
    targets = "".join(f'[targets.t{n}]\nentry = "main.jsonnet"\n' for n in range(8))
    (tmp_path / "armlib.toml").write_text(targets)
    process = subprocess.Popen(
        [ARMLIB, "build", "--jobs", "2"],
        cwd=tmp_path,
        env=clean_environment(),
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    deadline = time.monotonic() + 20
    while len(started := _descendants(process.pid)) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(started) >= 4  # two that compile, and an evaluator for each
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=10)
    assert (process.returncode, told.strip()) == (5, "error: interrupted [interrupted]")
    deadline = time.monotonic() + 3
    while (left := started & _running()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()


def _processes() -> dict[int, int]:
    """Return the parent of each process that runs."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def _running() -> set[int]:
    return set(_processes())


def _descendants(ancestor: int) -> set[int]:
    parents = _processes()
    found = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {ancestor}


def test_the_time_limit_ends_with_5(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(ENDLESS)
    done = run("compile", "main.jsonnet", "--timeout", "300ms", "--format", "json")
    assert done.returncode == 5
    assert [found["code"] for found in json.loads(done.stdout)["diagnostics"]] == ["time-limit"]


def test_the_memory_limit_ends_with_5(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(HUGE)
    done = run("compile", "main.jsonnet", "--max-memory", "300MB")
    assert done.returncode == 5
    assert "[memory-limit]" in done.stderr


def test_colour_is_for_a_terminal_that_wants_it(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{ a: b }")
    assert "\x1b[1;31m" in _on_a_terminal(tmp_path, TERM="xterm")
    assert "\x1b" not in _on_a_terminal(tmp_path, TERM="xterm", NO_COLOR="1")
    assert "\x1b" not in _on_a_terminal(tmp_path, TERM="dumb")


def _on_a_terminal(folder: Path, **environment: str) -> str:
    ours, theirs = pty.openpty()
    command = [str(ARMLIB), "compile", "main.jsonnet"]
    cleaned = {name: text for name, text in clean_environment().items() if name not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen(command, cwd=folder, env={**cleaned, **environment}, stderr=theirs)
    os.close(theirs)
    told = b""
    while True:
        try:
            part = os.read(ours, 10000)
        except OSError:  # how Linux tells that the other side is closed
            break
        if not part:
            break
        told += part
    os.close(ours)
    assert process.wait(timeout=30) == 1
    return told.decode()
