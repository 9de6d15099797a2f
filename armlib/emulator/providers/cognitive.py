"""AI services, search and Synapse: endpoints under the names of their services.

Source: the REST APIs of Microsoft.CognitiveServices, 2024-10-01, Microsoft.Search, 2023-11-01, and Microsoft.Synapse,
2021-06-01.
"""

from __future__ import annotations

from typing import Any, Final

from armlib.emulator.providers.generic import Generic, completed, kept_from_before, text_at
from armlib.emulator.providers.made_up import guid, key
from armlib.emulator.providers.protocol import Act, Provider, Put
from armlib.jsontypes import Json

_OPEN_AI: Final = frozenset(("openai", "aiservices"))


class Accounts(Generic):
    """``Microsoft.CognitiveServices/accounts``."""

    types = ("Microsoft.CognitiveServices/accounts",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it endpoints."""
        filled = super().fill(put)
        region = text_at(put.body, "location").replace(" ", "").casefold()
        host = (text_at(put.properties, "customSubDomainName") or put.address.name).casefold()
        is_open_ai = str(filled.get("kind", "")).casefold() in _OPEN_AI
        domain = "openai.azure.com" if is_open_ai else "cognitiveservices.azure.com"
        has_host = bool(text_at(put.properties, "customSubDomainName"))
        endpoint = f"https://{host}.{domain}/" if has_host else f"https://{region}.api.cognitive.microsoft.com/"
        made = {
            "endpoint": endpoint,
            "endpoints": {str(filled.get("kind", "Cognitive Services")): endpoint},
            "internalId": guid(f"account {put.id}").replace("-", ""),
            "dateCreated": kept_from_before(put, "dateCreated", put.view.now),
            "isMigrated": False,
            "provisioningState": "Succeeded",
        }
        return completed(filled, defaults={"publicNetworkAccess": "Enabled"}, made=made)

    def act(self, call: Act) -> Json:
        """List keys; they open nothing."""
        if call.action.casefold() in ("listkeys", "regeneratekey"):
            return {name: key(f"{name} of {call.id}", 24) for name in ("key1", "key2")}
        return super().act(call)


class SearchServices(Generic):
    """``Microsoft.Search/searchServices``."""

    types = ("Microsoft.Search/searchServices",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it an endpoint."""
        made = {
            "endpoint": f"https://{put.address.name.casefold()}.search.windows.net",
            "status": "running",
            "provisioningState": "succeeded",
        }
        defaults = {"replicaCount": 1, "partitionCount": 1, "hostingMode": "default", "publicNetworkAccess": "Enabled"}
        return completed(super().fill(put), defaults=defaults, made=made)

    def act(self, call: Act) -> Json:
        """List keys; they open nothing."""
        if call.action.casefold() == "listadminkeys":
            return {name: key(f"{name} of {call.id}", 32) for name in ("primaryKey", "secondaryKey")}
        if call.action.casefold() == "listquerykeys":
            return {"value": [{"name": None, "key": key(f"query key of {call.id}", 32)}]}
        return super().act(call)


class SynapseWorkspaces(Generic):
    """``Microsoft.Synapse/workspaces``."""

    types = ("Microsoft.Synapse/workspaces",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it endpoints."""
        name = put.address.name.casefold()
        made = {
            "connectivityEndpoints": {
                "web": f"https://web.azuresynapse.net?workspace={put.id}",
                "dev": f"https://{name}.dev.azuresynapse.net",
                "sql": f"{name}.sql.azuresynapse.net",
                "sqlOnDemand": f"{name}-ondemand.sql.azuresynapse.net",
            },
            "workspaceUID": guid(f"workspace {put.id}"),
            "provisioningState": "Succeeded",
        }
        return completed(super().fill(put), made=made)


PROVIDERS: Final[tuple[Provider, ...]] = (
    Accounts(),
    SearchServices(),
    SynapseWorkspaces(),
)
