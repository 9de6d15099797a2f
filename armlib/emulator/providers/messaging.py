"""Service Bus and Event Hubs: namespaces, and the rules whose keys open them.

Source: the REST APIs of Microsoft.ServiceBus, 2022-10-01-preview, and Microsoft.EventHub, 2024-01-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, kept_from_before, name_taken
from armlib.emulator.providers.made_up import key
from armlib.emulator.providers.protocol import Act, Implied, Provider, Put
from armlib.jsontypes import Json

_ROOT_RULE: Final = "RootManageSharedAccessKey"
_SERVICES: Final = ("Microsoft.ServiceBus", "Microsoft.EventHub")
_WITH_RULES: Final = (
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.ServiceBus/namespaces/queues",
    "Microsoft.ServiceBus/namespaces/topics",
    "Microsoft.EventHub/namespaces",
    "Microsoft.EventHub/namespaces/eventhubs",
)


class Namespaces(Generic):
    """``Microsoft.ServiceBus/namespaces`` and ``Microsoft.EventHub/namespaces``."""

    types = tuple(f"{service}/namespaces" for service in _SERVICES)

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        taken = name_taken(put) or (
            put.existing is None
            and any(
                put.view.named(type_, put.address.name)
                for type_ in self.types
                if type_.casefold() != put.address.type_key
            )
        )
        if taken:
            raise Fault(
                400,
                "NamespaceUnavailable",
                f"Namespace name '{put.address.name}' is not available: another namespace has it.",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it an endpoint."""
        filled = super().fill(put)
        name = put.address.name.casefold()
        made = {
            "serviceBusEndpoint": f"https://{name}.servicebus.windows.net:443/",
            "metricId": f"{put.address.subscription.rpartition('/')[2]}:{name}",
            "status": "Active",
            "provisioningState": "Succeeded",
            "createdAt": kept_from_before(put, "createdAt", put.view.now),
            "updatedAt": put.view.now,
        }
        sku = filled.get("sku")
        if isinstance(sku, dict):
            filled["sku"] = {"tier": sku.get("name"), **sku}
        return completed(filled, made=made)

    def implied(self, put: Put) -> Sequence[Implied]:
        """Make the rule that may do everything."""
        if put.existing is not None:
            return ()
        kind = "AuthorizationRules"
        body: dict[str, Any] = {"properties": {"rights": ["Listen", "Manage", "Send"]}}
        return [(f"{put.id}/{kind}/{_ROOT_RULE}", put.api_version, body)]


class Rules(Generic):
    """``authorizationRules`` of namespaces, queues, topics and hubs."""

    types = tuple(f"{type_}/authorizationRules" for type_ in _WITH_RULES)

    def fill(self, put: Put) -> dict[str, Any]:
        """Keep the rights."""
        filled = super().fill(put)
        filled["properties"].pop("provisioningState", None)
        return filled

    def act(self, call: Act) -> Json:
        """List keys and what is made of them; they open nothing."""
        if call.action.casefold() not in ("listkeys", "regeneratekeys"):
            return super().act(call)
        answer: dict[str, Any] = {"keyName": call.address.name}
        end = f";EntityPath={call.address.names[1]}" if len(call.address.names) > 2 else ""
        for name in ("primary", "secondary"):
            value = key(f"{name} of {call.id}", 32)
            answer[f"{name}Key"] = value
            answer[f"{name}ConnectionString"] = (
                f"Endpoint=sb://{call.address.names[0].casefold()}.servicebus.windows.net/;"
                f"SharedAccessKeyName={call.address.name};SharedAccessKey={value}{end}"
            )
        return answer


PROVIDERS: Final[tuple[Provider, ...]] = (
    Namespaces(),
    Rules(),
)
