"""What templates of the corpus refer to and do not make: bodies that a subscription could have."""

from __future__ import annotations

from typing import Any

VERSION = "2023-01-01"
EXISTING: dict[str, dict[str, Any]] = {}
"""By template: id to body, where what :func:`plausible` makes up is not enough."""

ARGUMENTS: dict[str, dict[str, Any]] = {
    "avm-res-hybrid-container-service-provisioned-cluster-instance.json": {
        "linuxProfile": {"ssh": {"publicKeys": [{"keyData": "ssh-rsa AAAA"}]}},
    },
}
"""By template: values of parameters that are needed when one of several things is to be given."""

_PROPERTIES: dict[str, dict[str, Any]] = {}


def plausible_arguments(values: dict[str, Any]) -> dict[str, Any]:
    """Return *values* with names that the services take: of storage accounts and registries, without capitals."""
    return {name: _plausible(name.casefold(), value) for name, value in values.items()}


def _plausible(name: str, value: Any) -> Any:
    if (
        isinstance(value, str)
        and any(word in name for word in ("storage", "registry", "acr"))
        and value == value.strip()
    ):
        return value.lower()[:24] if name.endswith(("name", "account", "registry", "acr")) else value
    return value


def plausible(id_: str) -> dict[str, Any]:
    """Return the body of a resource with the id *id_* that was there before."""
    tail = id_.rpartition("/providers/")[2].split("/")
    type_ = "/".join([tail[0], *tail[1::2]]).casefold()
    return {"location": "eastus", "properties": dict(_PROPERTIES.get(type_, {}))}
