"""Versions and old spellings of types."""

from __future__ import annotations

import pytest

from armlib.azuretypes.names import extension_of, is_version, nearest_version, version_order

KNOWN = ("2019-04-01", "2021-01-01-preview", "2021-01-01", "2023-05-01-preview")


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("2019-05-01", "2019-04-01"),
        ("2015-01-01", "2019-04-01"),
        ("2030-01-01", "2023-05-01-preview"),
        ("2021-01-02", "2021-01-01"),
        ("2020-02-16", "2021-01-01"),
        ("", "2021-01-01"),
        ("2021-13-45", "2021-01-01"),
    ],
)
def test_the_nearest_version_is_the_nearest_in_time(asked: str, nearest: str) -> None:
    assert nearest_version(asked, KNOWN) == nearest
    assert nearest_version(asked, KNOWN[::-1]) == nearest


def test_of_two_versions_as_near_the_newer_is_taken() -> None:
    assert nearest_version("2020-01-02", ("2020-01-01", "2020-01-03")) == "2020-01-03"


def test_nothing_is_near_to_nothing() -> None:
    assert nearest_version("2020-01-01", ()) is None
    assert nearest_version("", ("2020-01-01-preview",)) == "2020-01-01-preview"


def test_a_preview_is_older_than_the_release_of_its_day() -> None:
    assert sorted(set(KNOWN), key=version_order) == list(KNOWN)


@pytest.mark.parametrize(
    ("text", "is_one"), [("2020-01-01", True), ("2020-01-01-preview", True), ("latest", False), ("2020-1-1", False)]
)
def test_the_form_of_a_version(text: str, is_one: bool) -> None:
    assert is_version(text) is is_one


@pytest.mark.parametrize(
    ("type_", "name", "extension"),
    [
        ("A.B/c", "x", None),
        ("A.B/providers", "x", None),
        ("A.B/c/providers/locks", "x/M.A/l", "M.A/locks"),
        ("A.B/c/d/providers/locks", "x/y/M.A/l", "M.A/locks"),
        ("A.B/c/Providers/M.A/locks", "x/M.A/l", "M.A/locks"),
        ("A.B/c/providers/M.A/locks/keys", None, "M.A/locks/keys"),
        ("A.B/c/providers/locks", "?", "/locks"),
    ],
)
def test_what_an_old_spelling_of_an_extension_stands_for(type_: str, name: str | None, extension: str | None) -> None:
    assert extension_of(type_, name) == extension
