"""Engines: with no type definitions, and with some of the published ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.install import install
from armlib.emulator.engine import Engine
from armlib.emulator.resources import Resources
from armlib.emulator.settings import SUBSCRIPTION, Settings

PUBLISHED = Path(__file__).parents[4] / "shared" / "azure-types"
SUB = f"/subscriptions/{SUBSCRIPTION}"
RG = f"{SUB}/resourceGroups/rg"
VERSION = "2024-01-01"


@dataclass
class Clock:
    """A clock that goes on by a second whenever it is looked at."""

    now: datetime = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def settings(tmp_path: Path, **others: Any) -> Settings:
    """Settings with no type definitions, and a clock of their own."""
    return Settings(**{"definitions": tmp_path / "none.sqlite3", "clock": Clock(), **others})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine in memory with a resource group."""
    with Engine.open(None, settings(tmp_path)) as opened:
        opened.scopes.put_group(RG, "westeurope")
        yield opened


@pytest.fixture
def resources(engine: Engine) -> Resources:
    """The resources of the engine."""
    return engine.resources


@pytest.fixture(scope="session")
def published_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with some of the published definitions."""
    if not PUBLISHED.exists():
        pytest.skip("the published definitions are not beside the checkout")
    path = tmp_path_factory.mktemp("published") / "types.sqlite3"
    return install(str(PUBLISHED), ["Microsoft.Storage", "Microsoft.KeyVault"], path=path).path


@pytest.fixture
def typed(tmp_path: Path, published_path: Path) -> Iterator[Engine]:
    """An engine with some of the published definitions."""
    with Engine.open(None, settings(tmp_path, definitions=published_path)) as opened:
        opened.scopes.put_group(RG, "westeurope")
        yield opened
