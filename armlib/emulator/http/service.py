"""What a server is, apart from sockets: who may ask, and what answers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace

from armlib.deployment.fault import Fault
from armlib.emulator.engine import Engine
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.guard import check_host, check_origin
from armlib.emulator.http.identity import admit
from armlib.emulator.http.lro import Background
from armlib.emulator.http.paths import read_path
from armlib.emulator.http.routes import MethodNotAllowed, Route, find


class Service:
    """Answers requests from an engine.

    Args:
        engine: What holds the state.
        table: What answers which path.
        hosts: The names that clients may call the server by; None for any.
        token: The secret that clients must know; None when there is none.
    """

    def __init__(
        self,
        engine: Engine,
        table: tuple[Route, ...],
        *,
        hosts: frozenset[str] | None = None,
        token: str | None = None,
    ) -> None:
        self.engine = engine
        self.token = token
        self.background = Background()
        self.signing_key = hashlib.sha256(token.encode()).digest() if token else os.urandom(32)
        self._hosts = hosts
        self._table = table

    @property
    def tenant(self) -> str:
        """The id of the tenant."""
        return str(self.engine.settings.tenant_id)

    def check_head(self, method: str, headers: Mapping[str, str]) -> None:
        """Check what can be told before the body is read.

        Raises:
            Fault: The request comes by a name that is not the server's, or from the page of another site.
        """
        if self._hosts is not None:
            check_host(headers.get("host", ""), self._hosts)
        check_origin(method, headers)

    def answer(self, call: Call, raw_path: bytes) -> Answer:
        """Return the answer to *call*; refusals of the engine are answers, too."""
        try:
            return self._answer(call, raw_path)
        except Fault as fault:
            return refusal(fault)

    def _answer(self, call: Call, raw_path: bytes) -> Answer:
        path = read_path(raw_path)
        found = find(self._table, call.method, path)
        call = replace(call, path=path, names=found.names)
        if found.route.is_guarded and self.token is not None:
            for_people = path == ""
            if not admit(call.headers, self.token, self.signing_key, basic=for_people):
                return _unauthorized(for_people)
        if found.route.is_versioned:
            check_version(call)
        return found.handler(call)


def refusal(fault: Fault) -> Answer:
    """Return the answer that tells of *fault*."""
    headers = {"Allow": ", ".join(fault.allowed)} if isinstance(fault, MethodNotAllowed) else {}
    if fault.status == 429:
        headers["Retry-After"] = "1"
    return Answer(status=fault.status, json=fault.body(), headers=headers)


def check_version(call: Call) -> None:
    """Check that a request tells the version it speaks.

    Raises:
        Fault: 400: it does not, or the version is none.
    """
    version = call.api_version
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise Fault(400, "MissingApiVersionParameter", message)
    if not _is_version(version):
        message = (
            f"The api-version '{version[:40]}' is invalid. It must be a date, such as 2024-03-01 or 2024-03-01-preview."
        )
        raise Fault(400, "InvalidApiVersionParameter", message)


def _is_version(text: str) -> bool:
    date, suffix = text[:10], text[10:]
    digits = date[:4] + date[5:7] + date[8:10]
    is_date = len(date) == 10 and date[4] == date[7] == "-" and digits.isascii() and digits.isdigit()
    return is_date and (not suffix or (suffix[0] == "-" and suffix[1:].isascii() and suffix[1:].isalnum()))


def _unauthorized(for_people: bool) -> Answer:
    fault = Fault(
        401,
        "AuthenticationFailed",
        "Authentication failed. The server listens beyond the loopback and wants its token: send it as 'Authorization: "
        "Bearer TOKEN', or set IDENTITY_ENDPOINT and IDENTITY_HEADER as it printed them.",
    )
    kind = 'Basic realm="armlib", charset="UTF-8"' if for_people else "Bearer"
    return Answer(status=401, json=fault.body(), headers={"WWW-Authenticate": kind})
