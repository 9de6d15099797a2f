"""Key Vault: vaults, access policies, secrets and keys. No value of a secret is kept.

Source: the REST API of Microsoft.KeyVault, 2023-07-01.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, kept_from_before, name_taken, objects_at, text_at
from armlib.emulator.providers.made_up import hexadecimal
from armlib.emulator.providers.protocol import Implied, Provider, Put

_NAME: Final = re.compile(r"(?=.{3,24}\Z)[A-Za-z](?!.*--)[A-Za-z0-9-]*[A-Za-z0-9]\Z")


class Vaults(Generic):
    """``Microsoft.KeyVault/vaults``."""

    types = ("Microsoft.KeyVault/vaults",)

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        name = put.address.name
        if not _NAME.match(name):
            raise Fault(
                400,
                "VaultNameNotValid",
                f"The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. "
                "The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens. "
                "Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147742",
                target=put.id,
            )
        if name_taken(put):
            raise Fault(
                409,
                "VaultAlreadyExists",
                f"The vault name '{name}' is already in use. Vault names are globally unique so it is possible that "
                "the name is already taken. If you are sure that the vault name was not taken then it is possible "
                "that a vault with the same name was recently deleted but not purged after being placed in a "
                "recoverable state.",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the address, and what a vault is unless it is told otherwise."""
        defaults = {
            "tenantId": put.view.tenant,
            "accessPolicies": [],
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "publicNetworkAccess": "Enabled",
        }
        made = {"vaultUri": f"https://{put.address.name.casefold()}.vault.azure.net/", "provisioningState": "Succeeded"}
        return completed(super().fill(put), defaults=defaults, made=made)


class AccessPolicies(Generic):
    """``vaults/accessPolicies``: ``add``, ``replace`` and ``remove`` change the list of the vault."""

    types = ("Microsoft.KeyVault/vaults/accessPolicies",)

    def check(self, put: Put) -> None:
        """Want one of the three names."""
        if put.address.name.casefold() not in ("add", "replace", "remove"):
            raise Fault(
                400, "BadRequest", f"'{put.address.name}' is no change of access policies: add, replace or remove is."
            )

    def implied(self, put: Put) -> Sequence[Implied]:
        """Give the vault its new list."""
        vault = put.id.rpartition("/accessPolicies/")[0] or put.id.rsplit("/", 2)[0]
        known = put.view.get(vault)
        if known is None:
            return ()
        properties = known.get("properties")
        policies = _changed(objects_at(known, "properties", "accessPolicies"), put)
        body: dict[str, Any] = {
            **{name: value for name, value in known.items() if name not in ("id", "name", "type")},
            "properties": {**(properties if isinstance(properties, dict) else {}), "accessPolicies": policies},
        }
        return [(vault, put.api_version, body)]


class Secrets(Generic):
    """``Microsoft.KeyVault/vaults/secrets``: a value goes in and is never shown."""

    types = ("Microsoft.KeyVault/vaults/secrets",)
    secrets = ("properties.value",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the addresses of the secret and of this version."""
        return completed(super().fill(put), made=_addresses(put, "secret"))


class Keys(Generic):
    """``Microsoft.KeyVault/vaults/keys``."""

    types = ("Microsoft.KeyVault/vaults/keys",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the addresses of the key and of this version."""
        return completed(super().fill(put), made=_addresses(put, "key"))


def _addresses(put: Put, kind: str) -> dict[str, Any]:
    base = f"https://{put.address.names[0].casefold()}.vault.azure.net/{kind}s/{put.address.name}"
    attributes = put.properties.get("attributes")
    return {
        f"{kind}Uri": base,
        f"{kind}UriWithVersion": f"{base}/{hexadecimal(f'version of {put.id}')}",
        "attributes": kept_from_before(put, "attributes", {"enabled": True})
        | (attributes if isinstance(attributes, dict) else {}),
    }


def _changed(policies: list[dict[str, Any]], put: Put) -> list[dict[str, Any]]:
    wanted = objects_at(put.body, "properties", "accessPolicies")
    change = put.address.name.casefold()
    named = {_who(policy) for policy in wanted}
    if change == "replace":
        return wanted
    rest = [policy for policy in policies if _who(policy) not in named]
    return rest if change == "remove" else [*rest, *wanted]


def _who(policy: dict[str, Any]) -> tuple[str, str]:
    return text_at(policy, "objectId").casefold(), text_at(policy, "applicationId").casefold()


PROVIDERS: Final[tuple[Provider, ...]] = (
    Vaults(),
    AccessPolicies(),
    Secrets(),
    Keys(),
)
