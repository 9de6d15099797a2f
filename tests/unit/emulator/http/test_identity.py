"""Tokens, and who may come in."""

from __future__ import annotations

import base64
import json
import time

import pytest

from armlib.emulator.http.identity import admit, sign

KEY = b"k" * 32


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_token_has_three_parts_and_the_claims_that_clients_read() -> None:
    token = sign({"tid": "t", "exp": 1}, KEY)
    header, claims, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == {"tid": "t", "exp": 1}
    assert signature and "=" not in token


def test_the_secret_or_a_token_signed_with_it_lets_in() -> None:
    assert admit(bearer("secret"), "secret", KEY)
    assert admit({"authorization": "bearer  secret "}, "secret", KEY)
    assert admit(bearer(sign({"exp": time.time() + 60}, KEY)), "secret", KEY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        bearer(""),
        bearer("Secret"),
        bearer("secret2"),
        bearer("sécret"),
        bearer(sign({"exp": time.time() - 1}, KEY)),
        bearer(sign({"exp": time.time() + 60}, b"another key")),
        bearer(sign({"exp": time.time() + 60}, KEY) + "x"),
        bearer("a.b.c"),
        {"authorization": "Basic " + base64.b64encode(b"x:secret").decode()},
    ],
)
def test_nothing_else_does(headers: dict[str, str]) -> None:
    assert not admit(headers, "secret", KEY)


def test_a_password_lets_people_in_where_it_may() -> None:
    def basic(text: str) -> dict[str, str]:
        return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}

    assert admit(basic("anyone:secret"), "secret", KEY, basic=True)
    assert not admit(basic("anyone:other"), "secret", KEY, basic=True)
    assert not admit({"authorization": "Basic %%%"}, "secret", KEY, basic=True)
    assert not admit({"authorization": "Basic " + base64.b64encode(b"\xff").decode()}, "secret", KEY, basic=True)
