"""The description of the cloud that clients ask for before anything else.

Source: answers of ``https://management.azure.com/metadata/endpoints``, whose shape depends on the version: one object
from 2022-09-01 on, a list of clouds before, and a flat object in 2015-01-01.
"""

from __future__ import annotations

from typing import Any

from armlib.emulator.http.call import Answer, Call

_FIRST_WITH_AN_OBJECT = "2022-09-01"
_FLAT = "2015-01-01"
_SUFFIXES = {
    "acrLoginServer": "azurecr.io",
    "attestationEndpoint": "attest.azure.net",
    "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
    "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
    "azureFrontDoorEndpointSuffix": "azurefd.net",
    "keyVaultDns": "vault.azure.net",
    "mariadbServerEndpoint": "mariadb.database.azure.com",
    "mhsmDns": "managedhsm.azure.net",
    "mysqlServerEndpoint": "mysql.database.azure.com",
    "postgresqlServerEndpoint": "postgres.database.azure.com",
    "sqlServerHostname": "database.windows.net",
    "storage": "core.windows.net",
    "storageSyncEndpointSuffix": "afs.azure.net",
    "synapseAnalytics": "dev.azuresynapse.net",
}


def endpoints(call: Call) -> Answer:
    """Answer ``GET /metadata/endpoints``: every door of this cloud is this server."""
    base = f"{call.base}/"
    if call.api_version == _FLAT:
        return Answer(
            json={
                "galleryEndpoint": base,
                "graphEndpoint": base,
                "portalEndpoint": base,
                "authentication": {"loginEndpoint": base, "audiences": [base]},
            }
        )
    cloud: dict[str, Any] = {
        "name": "armlib",
        "portal": base,
        "gallery": base,
        "graph": base,
        "graphAudience": base,
        "microsoftGraphResourceId": base,
        "batch": base,
        "media": base,
        "sqlManagement": base,
        "activeDirectoryDataLake": base,
        "resourceManager": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [call.base, base],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": _SUFFIXES,
    }
    return Answer(json=cloud if call.api_version >= _FIRST_WITH_AN_OBJECT else [cloud])
