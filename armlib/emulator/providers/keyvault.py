"""Key Vault."""

from __future__ import annotations

from armlib.emulator.providers.generic import Generic


class Secrets(Generic):
    """``Microsoft.KeyVault/vaults/secrets``: a value goes in and is never shown."""

    types = ("microsoft.keyvault/vaults/secrets",)
    secrets = ("properties.value",)
