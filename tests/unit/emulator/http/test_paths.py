"""Paths of requests as ids."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.deployment.fault import Fault
from armlib.emulator.http.paths import read_path


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/", ""),
        (b"", ""),
        (b"//", ""),
        (b"/subscriptions", "/subscriptions"),
        (b"/SUBSCRIPTIONS/s/resourcegroups/g", "/subscriptions/s/resourceGroups/g"),
        (b"/subscriptions/s//resourceGroups/g/", "/subscriptions/s/resourceGroups/g"),
        (
            b"/subscriptions/s/resourcegroups/g/providers/M.X//kinds/n",
            "/subscriptions/s/resourceGroups/g/providers/M.X/kinds/n",
        ),
        (
            b"/subscriptions/s/PROVIDERS/M.X/kinds/n/Providers/M.Y/z/q",
            "/subscriptions/s/providers/M.X/kinds/n/providers/M.Y/z/q",
        ),
        (b"/Providers/M.X/kinds/PROVIDERS", "/providers/M.X/kinds/PROVIDERS"),  # a name keeps its case
        (
            b"/subscriptions/SUBSCRIPTIONS/resourcegroups/RESOURCEGROUPS",
            "/subscriptions/SUBSCRIPTIONS/resourceGroups/RESOURCEGROUPS",
        ),
        (b"/subscriptions/s/resourcegroups/gr%C3%BC%C3%9Fe%20%28x%29", "/subscriptions/s/resourceGroups/grüße (x)"),
        (b"/subscriptions/s/resourcegroups/a?b=/c", "/subscriptions/s/resourceGroups/a"),
        (b"/a/%252e%252e", "/a/%2e%2e"),  # decoded once, never twice
    ],
)
def test_paths_are_read_as_ids(raw: bytes, path: str) -> None:
    assert read_path(raw) == path


@pytest.mark.parametrize(
    "segment",
    [b"..", b".", b"%2e%2e", b"%2E.", b"a%2Fb", b"a%2f..%2fb", b"a%5Cb", b"a%00b", b"%0d%0aX", b"%ff", b" .. "],
)
def test_segments_that_lead_elsewhere_are_refused(segment: bytes) -> None:
    with pytest.raises(Fault) as caught:
        read_path(b"/subscriptions/s/resourcegroups/" + segment)
    assert (caught.value.status, caught.value.code) == (400, "InvalidRequestUri")


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_a_path_has_no_segment_that_leads_elsewhere(raw: bytes) -> None:
    try:
        path = read_path(raw)
    except Fault:
        return
    segments = path.split("/")[1:]
    assert not {"", ".", ".."} & set(segments)
    assert not any(character < " " for character in path)
