"""Azure's public regions, as lists of locations have them.

Source: "Azure regions list", https://learn.microsoft.com/azure/reliability/regions-list
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from armlib.jsontypes import JsonObject


class Region(NamedTuple):
    """A region: its name, what people call it, the group it is listed under, whether it has zones, and its pair."""

    name: str
    display_name: str
    group: str
    has_zones: bool
    paired: str | None


REGIONS: Final = (
    Region("australiacentral", "Australia Central", "Asia Pacific", False, "australiacentral2"),
    Region("australiacentral2", "Australia Central 2", "Asia Pacific", False, "australiacentral"),
    Region("australiaeast", "Australia East", "Asia Pacific", True, "australiasoutheast"),
    Region("australiasoutheast", "Australia Southeast", "Asia Pacific", False, "australiaeast"),
    Region("austriaeast", "Austria East", "Europe", True, None),
    Region("belgiumcentral", "Belgium Central", "Europe", True, None),
    Region("brazilsouth", "Brazil South", "South America", True, "southcentralus"),
    Region("brazilsoutheast", "Brazil Southeast", "South America", False, "brazilsouth"),
    Region("canadacentral", "Canada Central", "Canada", True, "canadaeast"),
    Region("canadaeast", "Canada East", "Canada", False, "canadacentral"),
    Region("centralindia", "Central India", "Asia Pacific", True, "southindia"),
    Region("centralus", "Central US", "US", True, "eastus2"),
    Region("chilecentral", "Chile Central", "South America", True, None),
    Region("eastasia", "East Asia", "Asia Pacific", True, "southeastasia"),
    Region("eastus", "East US", "US", True, "westus"),
    Region("eastus2", "East US 2", "US", True, "centralus"),
    Region("francecentral", "France Central", "Europe", True, "francesouth"),
    Region("francesouth", "France South", "Europe", False, "francecentral"),
    Region("germanynorth", "Germany North", "Europe", False, "germanywestcentral"),
    Region("germanywestcentral", "Germany West Central", "Europe", True, "germanynorth"),
    Region("indonesiacentral", "Indonesia Central", "Asia Pacific", True, None),
    Region("israelcentral", "Israel Central", "Middle East", True, None),
    Region("italynorth", "Italy North", "Europe", True, None),
    Region("japaneast", "Japan East", "Asia Pacific", True, "japanwest"),
    Region("japanwest", "Japan West", "Asia Pacific", True, "japaneast"),
    Region("koreacentral", "Korea Central", "Asia Pacific", True, "koreasouth"),
    Region("koreasouth", "Korea South", "Asia Pacific", False, "koreacentral"),
    Region("malaysiawest", "Malaysia West", "Asia Pacific", True, None),
    Region("mexicocentral", "Mexico Central", "Mexico", True, None),
    Region("newzealandnorth", "New Zealand North", "Asia Pacific", True, None),
    Region("northcentralus", "North Central US", "US", False, "southcentralus"),
    Region("northeurope", "North Europe", "Europe", True, "westeurope"),
    Region("norwayeast", "Norway East", "Europe", True, "norwaywest"),
    Region("norwaywest", "Norway West", "Europe", False, "norwayeast"),
    Region("polandcentral", "Poland Central", "Europe", True, None),
    Region("qatarcentral", "Qatar Central", "Middle East", True, None),
    Region("southafricanorth", "South Africa North", "Africa", True, "southafricawest"),
    Region("southafricawest", "South Africa West", "Africa", False, "southafricanorth"),
    Region("southcentralus", "South Central US", "US", True, "northcentralus"),
    Region("southindia", "South India", "Asia Pacific", False, "centralindia"),
    Region("southeastasia", "Southeast Asia", "Asia Pacific", True, "eastasia"),
    Region("spaincentral", "Spain Central", "Europe", True, None),
    Region("swedencentral", "Sweden Central", "Europe", True, "swedensouth"),
    Region("swedensouth", "Sweden South", "Europe", False, "swedencentral"),
    Region("switzerlandnorth", "Switzerland North", "Europe", True, "switzerlandwest"),
    Region("switzerlandwest", "Switzerland West", "Europe", False, "switzerlandnorth"),
    Region("uaecentral", "UAE Central", "Middle East", False, "uaenorth"),
    Region("uaenorth", "UAE North", "Middle East", True, "uaecentral"),
    Region("uksouth", "UK South", "Europe", True, "ukwest"),
    Region("ukwest", "UK West", "Europe", False, "uksouth"),
    Region("westcentralus", "West Central US", "US", False, "westus2"),
    Region("westeurope", "West Europe", "Europe", True, "northeurope"),
    Region("westindia", "West India", "Asia Pacific", False, "southindia"),
    Region("westus", "West US", "US", False, "eastus"),
    Region("westus2", "West US 2", "US", True, "westcentralus"),
    Region("westus3", "West US 3", "US", True, "eastus"),
)
# what services without a region have for one
_AREAS: Final = frozenset(
    [
        "global",
        "africa",
        "asia",
        "asiapacific",
        "australia",
        "brazil",
        "canada",
        "europe",
        "france",
        "germany",
        "india",
        "israel",
        "italy",
        "japan",
        "korea",
        "newzealand",
        "norway",
        "poland",
        "qatar",
        "singapore",
        "southafrica",
        "spain",
        "sweden",
        "switzerland",
        "uae",
        "unitedkingdom",
        "uk",
        "unitedstates",
        "us",
    ]
)
# sovereign clouds, and what Microsoft tries things out in
_ELSEWHERE: Final = re.compile(r"(us(gov|dod|nat|sec)|china|germany(central|northeast)\Z|.+(euap|stg|stage)\Z)")
_BY_NAME: Final = {region.name: region for region in REGIONS}


def is_region(location: str) -> bool:
    """Return whether *location*, in any spelling, is a region, an area of several, or one of another cloud."""
    name = location.replace(" ", "").casefold()
    return name in _BY_NAME or name in _AREAS or _ELSEWHERE.match(name) is not None


def paired_region(location: str) -> str | None:
    """Return the name of the region that *location* is paired with, None when there is none."""
    region = _BY_NAME.get(location.replace(" ", "").casefold())
    return None if region is None else region.paired


def locations(subscription: str) -> list[JsonObject]:
    """Return the locations of the subscription with the id *subscription*, as the list of them has them."""
    shown: list[JsonObject] = []
    for region in REGIONS:
        metadata: JsonObject = {
            "regionType": "Physical",
            "regionCategory": "Recommended" if region.has_zones else "Other",
            "geographyGroup": region.group,
            "pairedRegion": [{"name": region.paired, "id": f"{subscription}/locations/{region.paired}"}]
            if region.paired
            else [],
        }
        entry: JsonObject = {
            "id": f"{subscription}/locations/{region.name}",
            "name": region.name,
            "type": "Region",
            "displayName": region.display_name,
            "regionalDisplayName": f"({region.group}) {region.display_name}",
            "metadata": metadata,
        }
        if region.has_zones:
            entry["availabilityZoneMappings"] = [
                {"logicalZone": zone, "physicalZone": f"{region.name}-az{zone}"} for zone in ("1", "2", "3")
            ]
        shown.append(entry)
    return shown
