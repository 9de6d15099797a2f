"""Which texts are values of an open enumeration misspelt."""

from __future__ import annotations

import pytest

from armlib.azuretypes.spelling import edits, misspelt

KNOWN = (
    "FromImage",
    "Attach",
    "System",
    "Standard_GRS",
    "Standard_D4s_v5",
    "TLS1_2",
    "PerGB2018",
    "UserAssigned",
    "get",
)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("FromImge", "FromImage"),
        ("Fromimage", None),
        ("Atach", "Attach"),
        ("Attcah", "Attach"),
        ("Sytem", "System"),
        ("UserAsigned", "UserAssigned"),
        ("UserAssinged", "UserAssigned"),
        ("UserAssingd", None),
        ("Standrad_GRS", "Standard_GRS"),
        ("Standard_GZRS", None),
        ("Standard_RAGRS", None),
        ("Standard_D4s_v6", None),
        ("Standard_D8s_v5", None),
        ("TLS1_3", None),
        ("PerGB2019", None),
        ("gett", None),
        ("Detach", None),
        ("", None),
        ("SystemAssigned", None),
    ],
)
def test_a_slip_is_told_from_a_value_of_its_own(value: str, meant: str | None) -> None:
    assert misspelt(value, KNOWN) == meant


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("abc", "acb", 1), ("kitten", "sitting", 3), ("abcd", "badc", 2)],
)
def test_edits(one: str, other: str, count: int) -> None:
    assert edits(one, other) == edits(other, one) == count
