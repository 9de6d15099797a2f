"""What keeps the pages of other sites away."""

from __future__ import annotations

import pytest

from armlib.deployment.fault import Fault
from armlib.emulator.http.guard import LOOPBACK, check_host, check_origin, host_name


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:80", "localhost.", "127.0.0.1:8080", "[::1]:9", "[::1]", "arm.localhost:1"]
)
def test_names_of_the_loopback_are_its_own(host: str) -> None:
    check_host(host, LOOPBACK)


@pytest.mark.parametrize(
    "host", ["", "evil.test", "evil.test:80", "localhost.evil.test", "127.0.0.1.evil.test", "[::2]", "10.0.0.1"]
)
def test_a_name_that_leads_here_is_not_enough(host: str) -> None:
    with pytest.raises(Fault) as caught:
        check_host(host, LOOPBACK)
    assert caught.value.status == 403


def test_a_name_that_is_allowed_is() -> None:
    check_host("arm.example.test:8", LOOPBACK | {"arm.example.test"})
    assert host_name("[::1]:80") == "[::1]"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost:8", "origin": "http://evil.test"},
        {"host": "localhost:8", "origin": "null"},
        {"host": "localhost:8", "origin": "http://localhost:9"},
        {"host": "localhost:8", "sec-fetch-site": "cross-site"},
        {"host": "localhost:8", "sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_sites_change_nothing(headers: dict[str, str]) -> None:
    for method in ("PUT", "POST", "PATCH", "DELETE"):
        with pytest.raises(Fault) as caught:
            check_origin(method, headers)
        assert caught.value.status == 403
    check_origin("GET", headers)


@pytest.mark.parametrize(
    "headers",
    [{}, {"host": "localhost:8", "origin": "http://localhost:8"}, {"host": "h", "sec-fetch-site": "same-origin"}],
)
def test_programs_and_pages_of_its_own_may(headers: dict[str, str]) -> None:
    check_origin("PUT", headers)
