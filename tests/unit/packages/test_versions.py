"""Versions and ranges."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semver import Version

from armlib.packages.versions import exactly, from_tag, line_of, parse_range, parse_version, sort_key, to_tag

RANGES = [
    ("^1.2", "1.2.0 1.9.9", "2.0.0 1.1.9 2.0.0-rc.1 1.3.0-a"),
    ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
    ("^0.0.3", "0.0.3", "0.0.4"),
    ("^0", "0.0.1 0.9.0", "1.0.0"),
    ("~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"),
    ("~1", "1.0.0 1.9.0", "2.0.0"),
    ("1", "1.0.0 1.9.0", "2.0.0 0.9.0"),
    ("1.2.x", "1.2.0", "1.3.0"),
    ("1.2.*", "1.2.0", "1.3.0"),
    ("1.2.3", "1.2.3 1.2.3+build", "1.2.4 1.2.3-a"),
    (">=1.2 <2", "1.2.0 1.99.0", "2.0.0 1.1.0"),
    (">=1.2, <2", "1.2.0 1.99.0", "2.0.0 1.1.0"),
    (">1", "2.0.0", "1.5.0"),
    (">1.2.3", "1.2.4", "1.2.3"),
    ("<=1", "1.9.0", "2.0.0"),
    ("<1.2.3", "1.2.2", "1.2.3 1.2.3-a"),
    ("=1.2", "1.2.9", "1.3.0"),
    ("*", "0.0.1 9.9.9", "1.0.0-a"),
    ("1 || 3", "1.1.0 3.0.0", "2.0.0"),
    ("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 1.5.0", "1.2.3-beta.1 1.2.4-beta.3"),
]


@pytest.mark.parametrize(("text", "within", "outside"), RANGES)
def test_a_range_holds_what_npm_says(text: str, within: str, outside: str) -> None:
    range_ = parse_range(text)
    assert [one for one in within.split() if not range_.allows(parse_version(one))] == []
    assert [one for one in outside.split() if range_.allows(parse_version(one))] == []


@pytest.mark.parametrize("text", ["abc", "1.2.3.4", "^", "^1.2.3foo", ">=2 <1", ">= ", "1.2.3 - ", "~>1", f"{10**17}"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|part|large"):
        parse_range(text)


@pytest.mark.parametrize("text", ["1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "", f"{10**17}.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"version|large"):
        parse_version(text)


VERSIONS = st.builds(
    Version,
    *[st.integers(0, 20)] * 3,
    prerelease=st.none() | st.from_regex(r"(alpha|beta|rc|[1-9])(\.[1-9][0-9]?)?", fullmatch=True),
)


@settings(deadline=None)
@given(VERSIONS, VERSIONS)
def test_versions_are_sorted_as_semver_does(one: Version, other: Version) -> None:
    assert (sort_key(one) < sort_key(other)) == (one < other)


@settings(deadline=None)
@given(VERSIONS)
def test_a_version_is_in_its_own_ranges(version: Version) -> None:
    assert exactly(version).allows(version)
    assert parse_range(f"^{version}").allows(version)
    assert parse_range(f">={version} <={version}").allows(version)
    assert not parse_range(f">{version}").allows(version)
    assert from_tag(to_tag(version)) == version


@settings(deadline=None)
@given(VERSIONS, VERSIONS)
def test_a_caret_stays_on_its_line(version: Version, other: Version) -> None:
    if version.major and parse_range(f"^{version}").allows(other):
        assert line_of(other) == line_of(version)


def test_what_builds_add_survives_a_tag() -> None:
    assert to_tag(parse_version("1.2.3+linux.5")) == "1.2.3_linux.5"
    assert str(from_tag("1.2.3_linux.5")) == "1.2.3+linux.5"
    assert from_tag("latest") is None
