"""How the clients of Azure are pointed to a local server over plain http."""

from __future__ import annotations

import time
from typing import Any


def credential() -> Any:
    """Return a credential that gives a token without asking anybody."""
    from azure.core.credentials import AccessToken

    class Local:
        def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
            return AccessToken("local", int(time.time()) + 3600)

    return Local()


def options(url: str) -> dict[str, Any]:
    """Return what a client is made with: the endpoint, and leave to send a token over http."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class PlainHttp(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: Any) -> None:
            request.context.options.setdefault("enforce_https", False)

    return {
        "base_url": url,
        "credential_scopes": [f"{url}/.default"],
        "per_call_policies": [PlainHttp()],
    }
