"""What keeps the pages of other sites away from a server on the loopback.

Any page in a browser on this machine can send requests to it: by its address, or by a name of the page's own that leads
here. The answers of the former are kept from the page by the browser, but the request has been made by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from armlib.deployment.fault import Fault

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_READING = ("GET", "HEAD", "OPTIONS")


def check_host(host: str, allowed: frozenset[str]) -> None:
    """Check the header ``Host``, with or without a port.

    Raises:
        Fault: 403 ``HostNotAllowed``: it is none of *allowed*, nor below ``.localhost``.
    """
    name = host_name(host)
    if name not in allowed and not name.endswith(".localhost"):
        message = (
            f"The server is not called '{host[:80]}'. Use {', '.join(sorted(allowed))}, or start it with --allow-host."
        )
        raise Fault(403, "HostNotAllowed", message)


def host_name(host: str) -> str:
    """Return the name in a header ``Host``, in lower case; an IPv6 address in its brackets."""
    if host.startswith("["):
        return host.partition("]")[0].casefold() + "]"
    return host.partition(":")[0].casefold().rstrip(".")


def check_origin(method: str, headers: Mapping[str, str]) -> None:
    """Check that a request that changes something was not sent by the page of another site.

    Raises:
        Fault: 403 ``OriginNotAllowed``.
    """
    if method in _READING:
        return
    origin = headers.get("origin")
    is_foreign = origin is not None and urlsplit(origin).netloc.casefold() != headers.get("host", "").casefold()
    if is_foreign or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        message = "The request was sent by a page of another site, and pages of other sites may change nothing here."
        raise Fault(403, "OriginNotAllowed", message)
