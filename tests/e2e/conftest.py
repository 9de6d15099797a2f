"""Runs the installed command, or what it runs, in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from armlib.cli import app

ARMLIB = Path(sys.executable).parent / "armlib"
Run: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without what concerns armlib, and with *more*."""
    return {name: text for name, text in os.environ.items() if not name.startswith("ARMLIB")} | more


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run armlib in a folder of its own."""

    def run_armlib(
        *arguments: str | Path,
        cwd: Path | None = None,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ARMLIB, *map(str, arguments)],
            cwd=cwd or tmp_path,
            input=stdin,
            env=clean_environment(**(env or {})),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **more,
        )

    return run_armlib


@pytest.fixture
def run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run armlib as ``run`` does, but within this process: of many commands, the starts take longest."""

    def run_armlib(
        *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        words = [*map(str, arguments)]
        with monkeypatch.context() as patch:
            for name in os.environ.keys() - clean_environment().keys():
                patch.delenv(name)
            for name, text in (env or {}).items():
                patch.setenv(name, text)
            patch.chdir(cwd or tmp_path)
            capsys.readouterr()
            code = app.run(words)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run_armlib
