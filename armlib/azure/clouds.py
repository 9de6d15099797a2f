"""Azure's clouds, and endpoints of others: where Resource Manager is, and who signs in.

Source: "Azure endpoints by cloud" in the documentation of national clouds; ``az cloud list``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from armlib.diagnostics import nearest
from armlib.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A Resource Manager to talk to.

    *endpoint* has no slash at its end. *audience* is what tokens are for.
    """

    name: str
    endpoint: str
    authority: str
    audience: str

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is this machine: only then may a token go over plain http."""
        host = urlsplit(self.endpoint).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host.casefold() == "localhost"


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            name="AzureCloud",
            endpoint="https://management.azure.com",
            authority="https://login.microsoftonline.com",
            audience="https://management.azure.com/",
        ),
        Cloud(
            name="AzureUSGovernment",
            endpoint="https://management.usgovcloudapi.net",
            authority="https://login.microsoftonline.us",
            audience="https://management.usgovcloudapi.net/",
        ),
        Cloud(
            name="AzureChinaCloud",
            endpoint="https://management.chinacloudapi.cn",
            authority="https://login.partner.microsoftonline.cn",
            audience="https://management.chinacloudapi.cn/",
        ),
    )
}


def find_cloud(
    name: str = "AzureCloud", *, endpoint: str | None = None, authority: str | None = None, audience: str | None = None
) -> Cloud:
    """Return the cloud called *name*, with what is given in place of its own.

    Raises:
        InputError: There is no such cloud, or *endpoint* is no address of a server.
    """
    found = next((cloud for cloud in CLOUDS.values() if cloud.name.casefold() == name.casefold()), None)
    if found is None:
        near = nearest(name, CLOUDS)
        known = ", ".join(CLOUDS)
        hint = f"did you mean '{near}'?" if near else f"known are {known}; others are reached by their endpoint"
        raise InputError(f"there is no cloud '{name}'", code="unknown-cloud", hint=hint)
    if endpoint is not None:
        found = replace(found, name=endpoint, endpoint=endpoint.rstrip("/"), audience=endpoint.rstrip("/") + "/")
    if authority is not None:
        found = replace(found, authority=authority.rstrip("/"))
    if audience is not None:
        found = replace(found, audience=audience)
    _check(found)
    return found


def _check(cloud: Cloud) -> None:
    parts = urlsplit(cloud.endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(
            f"'{cloud.endpoint}' is no address of a Resource Manager",
            code="endpoint",
            hint="it looks like https://management.azure.com or http://127.0.0.1:8800",
        )
    if parts.scheme == "http" and not cloud.is_local:
        raise InputError(
            f"'{cloud.endpoint}' would send a token in the clear", code="endpoint", hint="use https beyond this machine"
        )
