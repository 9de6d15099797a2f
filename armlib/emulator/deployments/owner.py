"""Who runs a deployment: a token that tells whether that process, and that engine in it, still lives."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from uuid import uuid4

_HERE: Final[set[str]] = set()


def take() -> str:
    """Return a token for an engine of this process."""
    token = f"{os.getpid()}:{_start(os.getpid())}:{uuid4().hex}"
    _HERE.add(token)
    return token


def release(token: str) -> None:
    """Note that the engine with *token* runs nothing any more."""
    _HERE.discard(token)


def lives(token: str) -> bool:
    """Return whether the engine with *token* still runs."""
    try:
        pid, start, _ = token.split(":")
        number = int(pid)
    except ValueError:
        return False
    if number == os.getpid() and start == _start(number):
        return token in _HERE
    return _is_process(number) and start == _start(number)


def _is_process(pid: int) -> bool:
    if os.name == "nt":  # where os.kill would end it
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _start(pid: int) -> str:
    """Return when the process began, where the system tells; another process may get its number later."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return text.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
