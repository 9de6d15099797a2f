"""Tokens: what managed identities are given here, and who may come in.

Nobody has an account on a local server. Its token endpoint gives a signed token to whoever asks on the same machine, in
the forms of App Service and of virtual machines, so that clients need no credential of their own. A server that listens
beyond the loopback wants its secret from everybody, as it is or as the signature of such a token.

Source: "How to use managed identities for App Service: REST endpoint reference" and "How managed identities work with
virtual machines", Microsoft documentation; RFC 7519.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from armlib.deployment.fault import Fault
from armlib.emulator.http.call import Answer, Call

LIFETIME = 24 * 3600  # seconds, as those of managed identities
_HEADER = {"alg": "HS256", "typ": "JWT"}


def app_service_token(call: Call) -> Answer:
    """Answer ``GET /msi/token``, the form of App Service.

    Raises:
        Fault: 401: the header that proves that the caller knows the environment is missing, or wrong.
    """
    given = call.headers.get("x-identity-header", "")
    secret = call.service.token
    if not given or (secret is not None and not _same(given, secret)):
        raise Fault(401, "Unauthorized", "The header X-IDENTITY-HEADER must hold the value of IDENTITY_HEADER.")
    return _token_answer(call)


def virtual_machine_token(call: Call) -> Answer:
    """Answer ``GET /metadata/identity/oauth2/token``, the form of virtual machines.

    Raises:
        Fault: 400: the header ``Metadata: true`` is missing. 403: the server listens beyond the loopback.
    """
    if call.headers.get("metadata", "").casefold() != "true":
        raise Fault(400, "InvalidRequest", "Required metadata header not specified: send 'Metadata: true'.")
    if call.service.token is not None:
        raise Fault(403, "Forbidden", "This form of the endpoint is answered on the loopback alone; use /msi/token.")
    return _token_answer(call)


def _token_answer(call: Call) -> Answer:
    resource = call.query.get("resource", "")
    if not resource:
        raise Fault(400, "InvalidRequest", "The query parameter 'resource' is required.")
    now = int(time.time())
    service = call.service
    client = call.query.get("client_id") or _made_up(service.tenant, "client")
    claims = {
        "aud": resource,
        "iss": f"{call.base}/{service.tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "appid": client,
        "idtyp": "app",
        "oid": _made_up(service.tenant, "principal"),
        "sub": _made_up(service.tenant, "principal"),
        "tid": service.tenant,
        "ver": "1.0",
    }
    body: dict[str, Any] = {
        "access_token": sign(claims, service.signing_key),
        "client_id": client,
        "expires_in": str(LIFETIME),
        "expires_on": str(now + LIFETIME),
        "ext_expires_in": str(LIFETIME),
        "not_before": str(now),
        "resource": resource,
        "token_type": "Bearer",
    }
    return Answer(json=body, headers={"Cache-Control": "no-store"})


def _made_up(tenant: str, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"armlib/{tenant}/{what}"))


def sign(claims: Mapping[str, Any], key: bytes) -> str:
    """Return a token with *claims*, signed with *key*."""
    text = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, claims))
    return f"{text}.{_signature(text, key)}"


def admit(headers: Mapping[str, str], secret: str, key: bytes, *, basic: bool = False) -> bool:
    """Return whether a request knows the server's secret: as a bearer token, or signed into one.

    Args:
        headers: Those of the request, names in lower case.
        key: What tokens are signed with.
        basic: Whether a password will do, too, as browsers send it.
    """
    kind, _, given = headers.get("authorization", "").partition(" ")
    given = given.strip()
    if kind.casefold() == "bearer":
        return _same(given, secret) or _is_signed(given, key)
    if kind.casefold() == "basic" and basic:
        try:
            password = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:
            return False
        return _same(password, secret)
    return False


def _is_signed(token: str, key: bytes) -> bool:
    """Return whether *token* was signed with *key*, and has not expired."""
    text, _, signature = token.rpartition(".")
    if not _same(signature, _signature(text, key)):
        return False
    claims = text.rpartition(".")[2]
    expires = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    return bool(expires > time.time())


def _signature(text: str, key: bytes) -> str:
    return _encoded(hmac.new(key, text.encode(), hashlib.sha256).digest())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
