"""The regions that a subscription can use.

Source: "List of Azure regions", Microsoft documentation.
"""

from __future__ import annotations

from armlib.jsontypes import JsonObject

# name, what people call it, the part of the world, and the region that it is paired with
_REGIONS = (
    ("australiaeast", "Australia East", "Asia Pacific", "australiasoutheast"),
    ("australiasoutheast", "Australia Southeast", "Asia Pacific", "australiaeast"),
    ("brazilsouth", "Brazil South", "South America", "southcentralus"),
    ("canadacentral", "Canada Central", "Canada", "canadaeast"),
    ("canadaeast", "Canada East", "Canada", "canadacentral"),
    ("centralindia", "Central India", "Asia Pacific", "southindia"),
    ("centralus", "Central US", "US", "eastus2"),
    ("eastasia", "East Asia", "Asia Pacific", "southeastasia"),
    ("eastus", "East US", "US", "westus"),
    ("eastus2", "East US 2", "US", "centralus"),
    ("francecentral", "France Central", "Europe", "francesouth"),
    ("germanywestcentral", "Germany West Central", "Europe", "germanynorth"),
    ("israelcentral", "Israel Central", "Middle East", ""),
    ("italynorth", "Italy North", "Europe", ""),
    ("japaneast", "Japan East", "Asia Pacific", "japanwest"),
    ("japanwest", "Japan West", "Asia Pacific", "japaneast"),
    ("koreacentral", "Korea Central", "Asia Pacific", "koreasouth"),
    ("mexicocentral", "Mexico Central", "Mexico", ""),
    ("northcentralus", "North Central US", "US", "southcentralus"),
    ("northeurope", "North Europe", "Europe", "westeurope"),
    ("norwayeast", "Norway East", "Europe", "norwaywest"),
    ("polandcentral", "Poland Central", "Europe", ""),
    ("qatarcentral", "Qatar Central", "Middle East", ""),
    ("southafricanorth", "South Africa North", "Africa", "southafricawest"),
    ("southcentralus", "South Central US", "US", "northcentralus"),
    ("southeastasia", "Southeast Asia", "Asia Pacific", "eastasia"),
    ("southindia", "South India", "Asia Pacific", "centralindia"),
    ("spaincentral", "Spain Central", "Europe", ""),
    ("swedencentral", "Sweden Central", "Europe", "swedensouth"),
    ("switzerlandnorth", "Switzerland North", "Europe", "switzerlandwest"),
    ("uaenorth", "UAE North", "Middle East", "uaecentral"),
    ("uksouth", "UK South", "Europe", "ukwest"),
    ("ukwest", "UK West", "Europe", "uksouth"),
    ("westcentralus", "West Central US", "US", "westus2"),
    ("westeurope", "West Europe", "Europe", "northeurope"),
    ("westus", "West US", "US", "eastus"),
    ("westus2", "West US 2", "US", "westcentralus"),
    ("westus3", "West US 3", "US", ""),
)


def locations(subscription: str) -> list[JsonObject]:
    """Return the regions as the subscription with the id *subscription* lists them."""
    return [_location(subscription, *region) for region in _REGIONS]


def _location(subscription: str, name: str, shown: str, part: str, pair: str) -> JsonObject:
    place = f"{subscription}/locations"
    paired: list[JsonObject] = [{"name": pair, "id": f"{place}/{pair}"}] if pair else []
    return {
        "id": f"{place}/{name}",
        "name": name,
        "type": "Region",
        "displayName": shown,
        "regionalDisplayName": f"({part}) {shown}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended",
            "geographyGroup": part,
            "pairedRegion": list(paired),
        },
    }
