"""Log Analytics and Application Insights.

Source: the REST APIs of Microsoft.OperationalInsights, 2023-09-01, and Microsoft.Insights/components, 2020-02-02.
"""

from __future__ import annotations

from typing import Any, Final

from armlib.emulator.providers.generic import Generic, completed, kept_from_before, text_at
from armlib.emulator.providers.made_up import guid, key
from armlib.emulator.providers.protocol import Act, Provider, Put
from armlib.jsontypes import Json


class Workspaces(Generic):
    """``Microsoft.OperationalInsights/workspaces``."""

    types = ("Microsoft.OperationalInsights/workspaces",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the id that agents know it by."""
        made = {
            "customerId": guid(f"customer {put.id}"),
            "provisioningState": "Succeeded",
            "createdDate": kept_from_before(put, "createdDate", put.view.now),
            "modifiedDate": put.view.now,
        }
        defaults = {
            "sku": {"name": "PerGB2018"},
            "retentionInDays": 30,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        }
        return completed(super().fill(put), defaults=defaults, made=made)

    def act(self, call: Act) -> Json:
        """List keys; they open nothing."""
        if call.action.casefold() in ("listkeys", "sharedkeys", "regeneratesharedkey"):
            return {
                "primarySharedKey": key(f"primary key of {call.id}"),
                "secondarySharedKey": key(f"secondary key of {call.id}"),
            }
        return super().act(call)


class Components(Generic):
    """``Microsoft.Insights/components``."""

    types = ("Microsoft.Insights/components",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Add the ids that applications send with."""
        instrumentation, application = guid(f"instrumentation {put.id}"), guid(f"application {put.id}")
        region = text_at(put.body, "location").replace(" ", "").casefold()
        endpoint = f"https://{region}-0.in.applicationinsights.azure.com/"
        made = {
            "ApplicationId": put.address.name,
            "AppId": application,
            "InstrumentationKey": instrumentation,
            "ConnectionString": f"InstrumentationKey={instrumentation};IngestionEndpoint={endpoint};"
            f"ApplicationId={application}",
            "Name": put.address.name,
            "CreationDate": kept_from_before(put, "CreationDate", put.view.now),
            "TenantId": put.address.subscription.rpartition("/")[2],
            "provisioningState": "Succeeded",
        }
        defaults = {"Application_Type": "web", "RetentionInDays": 90}
        return completed(super().fill(put), defaults=defaults, made=made)


PROVIDERS: Final[tuple[Provider, ...]] = (
    Workspaces(),
    Components(),
)
