"""What the expressions of a deployment ask of the state: the port of :class:`~armlib.deployment.live.Live`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from armlib.deployment.fault import Fault
from armlib.deployment.names import VALUE_OF_A_SECRET
from armlib.deployment.scopes import DEPLOYMENTS
from armlib.emulator.addresses import parse_address
from armlib.emulator.deployments.history import History
from armlib.emulator.providers.made_up import hexadecimal
from armlib.emulator.resources import Resources
from armlib.jsontypes import Json, JsonObject

_SOME_VERSION: Final = "2024-01-01"  # of types that nothing is known of
ProviderOf: TypeAlias = "Callable[[str], JsonObject | None]"


def _no_provider(namespace: str) -> JsonObject | None:
    return None


class StateReader:
    """Reads resources and deployments of the local state.

    Args:
        resources: The resources.
        history: The deployments.
        provider: Tells what is known of a resource provider.
    """

    def __init__(self, resources: Resources, history: History, provider: ProviderOf = _no_provider) -> None:
        self._resources = resources
        self._history = history
        self._provider = provider
        self.noted: Callable[[str], None] | None = None  # told of each resource that is read

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        """Return what is at *id_*, None when there is nothing."""
        if parse_address(id_).type_key == DEPLOYMENTS:
            return self._history.find(id_)
        found = self._resources.find(id_)
        if found is not None and self.noted is not None:
            self.noted(id_)
        return found

    def list(self, scope: str) -> Iterable[JsonObject]:
        """Return the resources in the scope with the id *scope*."""
        return self._resources.list(scope).items

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        """Return the answer of ``POST {id_}/{action}``."""
        if action == VALUE_OF_A_SECRET:
            return self._secret(id_)
        return self._resources.act(id_, action, api_version, body)

    def _secret(self, id_: str) -> str:
        """Return the value of a Key Vault's secret: made up, as no value of a secret is kept."""
        vault = id_.rpartition("/secrets/")[0]
        if self._resources.find(vault) is None:
            message = f"The specified KeyVault '{vault}' could not be found."
            raise Fault(400, "KeyVaultParameterReferenceNotFound", message, target=vault)
        return f"local-{hexadecimal(f'value of {id_}', 24)}"

    def baseline(self, id_: str) -> JsonObject | None:
        """Return the body that was put last, without values of secrets."""
        return self._resources.baseline(id_)

    def provider(self, namespace: str) -> JsonObject | None:
        """Return what is known of a resource provider."""
        found: Any = self._provider(namespace)
        if found is None:
            return None
        types = [
            kind if kind.get("apiVersions") else {**kind, "apiVersions": [_SOME_VERSION]}
            for kind in found.get("resourceTypes") or ()
        ]
        return {**found, "resourceTypes": types}
