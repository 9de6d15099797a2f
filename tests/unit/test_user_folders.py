"""Where the user's own files are kept, on each system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from armlib.azuretypes.location import store_path
from armlib.emulator.location import state_path
from armlib.packages.location import cache_folder, local_registry

VARIABLES = {"XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}
ELSEWHERE = ("ARMLIB_TYPES", "ARMLIB_STATE", "ARMLIB_LOCAL_REGISTRY", "LOCALAPPDATA")


def places() -> list[Path]:
    return [store_path(), state_path(), cache_folder(), local_registry()]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in (*VARIABLES, *ELSEWHERE):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "data", "state", "cache"),
    [
        ("linux", ".local/share", ".local/state", ".cache"),
        ("darwin", "Library/Application Support", "Library/Application Support", "Library/Caches"),
        ("win32", "AppData/Local", "AppData/Local", "AppData/Local"),
    ],
)
def test_each_system_has_its_folders(
    home: Path, monkeypatch: pytest.MonkeyPatch, platform: str, data: str, state: str, cache: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert places() == [
        home / data / "armlib" / "types.sqlite3",
        home / state / "armlib" / "local.sqlite3",
        home / cache / "armlib" / "packages",
        home / data / "armlib" / "registry",
    ]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_the_environment_wins_on_each(home: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for variable, folder in VARIABLES.items():
        monkeypatch.setenv(variable, str(home / folder))
    assert {place.relative_to(home).parts[0] for place in places()} == set(VARIABLES.values())
