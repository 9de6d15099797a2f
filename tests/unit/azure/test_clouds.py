"""Which Resource Manager is talked to."""

from __future__ import annotations

import pytest

from armlib.azure.clouds import CLOUDS, find_cloud
from armlib.errors import InputError


@pytest.mark.parametrize("name", CLOUDS)
def test_a_cloud_is_found_by_its_name_in_any_case(name: str) -> None:
    assert find_cloud(name.upper()) is CLOUDS[name]


def test_what_is_given_takes_the_place_of_the_clouds_own() -> None:
    found = find_cloud(endpoint="http://127.0.0.1:8800/", authority="https://login.example/")
    assert (found.endpoint, found.authority) == ("http://127.0.0.1:8800", "https://login.example")
    assert found.audience == "http://127.0.0.1:8800/"
    assert find_cloud(endpoint="https://a.example", audience="https://b.example").audience == "https://b.example"


def test_a_name_that_is_nearly_right_is_told() -> None:
    with pytest.raises(InputError) as caught:
        find_cloud("AzureUSGoverment")
    assert caught.value.hint == "did you mean 'AzureUSGovernment'?"


@pytest.mark.parametrize("endpoint", ["management.azure.com", "ftp://127.0.0.1", "https://", "127.0.0.1:80"])
def test_what_is_no_address_is_told(endpoint: str) -> None:
    with pytest.raises(InputError, match="no address"):
        find_cloud(endpoint=endpoint)


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1", True),
        ("http://localhost:1", True),
        ("https://192.0.2.1", False),
    ],
)
def test_only_this_machine_is_local(endpoint: str, local: bool) -> None:
    assert find_cloud(endpoint=endpoint).is_local is local


@pytest.mark.parametrize("endpoint", ["http://192.0.2.1", "http://localhost.example", "http://127.0.0.1.example"])
def test_no_token_goes_in_the_clear_beyond_this_machine(endpoint: str) -> None:
    with pytest.raises(InputError, match="in the clear"):
        find_cloud(endpoint=endpoint)
