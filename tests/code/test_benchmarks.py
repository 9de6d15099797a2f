"""What the benchmarks say of a machine that has not all that they measure with."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import packages
from benchmarks.table import as_table


def test_a_registry_that_is_not_installed_is_a_row_that_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(packages, "PROGRAM", None)
    assert as_table(packages.restoring(tmp_path, 1)).splitlines()[2:] == [
        "| packages: restore | -      |     | docker-registry is not installed |"
    ]
    assert list(tmp_path.iterdir()) == []
