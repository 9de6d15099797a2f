"""Container registries, container apps, container groups and AKS.

Source: the REST APIs of Microsoft.ContainerRegistry, 2023-07-01, Microsoft.App, 2024-03-01, and
Microsoft.ContainerService, 2024-05-01.
"""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.providers.generic import Generic, completed, kept_from_before, name_taken, objects_at, text_at
from armlib.emulator.providers.made_up import address, guid, hexadecimal, key
from armlib.emulator.providers.protocol import Act, Provider, Put
from armlib.jsontypes import Json

_REGISTRY_NAME: Final = re.compile(r"[A-Za-z0-9]{5,50}\Z")


class Registries(Generic):
    """``Microsoft.ContainerRegistry/registries``."""

    types = ("Microsoft.ContainerRegistry/registries",)

    def check(self, put: Put) -> None:
        """Want a name that nobody else has."""
        name = put.address.name
        if not _REGISTRY_NAME.match(name):
            raise Fault(
                400,
                "InvalidResourceName",
                f"The registry name '{name}' is invalid: it has 5 to 50 letters and digits.",
                target=put.id,
            )
        if name_taken(put):
            raise Fault(
                409,
                "AlreadyInUse",
                f"The registry DNS name {name.casefold()}.azurecr.io is already in use. You can check if the name is "
                "already claimed using following API: "
                "https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability",
                target=put.id,
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a host."""
        filled = super().fill(put)
        sku = filled.get("sku")
        if isinstance(sku, dict):
            filled["sku"] = {"tier": sku.get("name"), **sku}
        made = {
            "loginServer": f"{put.address.name.casefold()}.azurecr.io",
            "creationDate": kept_from_before(put, "creationDate", put.view.now),
            "provisioningState": "Succeeded",
        }
        return completed(filled, defaults={"adminUserEnabled": False, "publicNetworkAccess": "Enabled"}, made=made)

    def act(self, call: Act) -> Json:
        """List the passwords of the admin, when there is one; they open nothing."""
        if call.action.casefold() in ("listcredentials", "regeneratecredential"):
            properties = call.resource.get("properties")
            if not isinstance(properties, dict) or properties.get("adminUserEnabled") is not True:
                raise Fault(
                    400,
                    "UnAuthorizedForCredentialOperations",
                    f"Cannot perform credential operations for {call.id} as admin user is disabled. Kindly enable "
                    "admin user "
                    "as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-"
                    "authentication#admin-account",
                    target=call.id,
                )
            return {
                "username": call.address.name,
                "passwords": [
                    {"name": name, "value": key(f"{name} of {call.id}", 39)} for name in ("password", "password2")
                ],
            }
        return super().act(call)


class Environments(Generic):
    """``Microsoft.App/managedEnvironments``."""

    types = ("Microsoft.App/managedEnvironments",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it a domain and an address."""
        region = text_at(put.body, "location").replace(" ", "").casefold()
        domains = put.properties.get("customDomainConfiguration")
        made = {
            "defaultDomain": f"env-{hexadecimal(put.id, 8)}.{region}.azurecontainerapps.io",
            "staticIp": address(put.id),
            "customDomainConfiguration": {
                **(domains if isinstance(domains, dict) else {}),
                "customDomainVerificationId": hexadecimal(f"domains of {put.address.subscription}", 64).upper(),
            },
            "provisioningState": "Succeeded",
        }
        return completed(super().fill(put), made=made)


class Apps(Generic):
    """``Microsoft.App/containerApps``."""

    types = ("Microsoft.App/containerApps",)

    def check(self, put: Put) -> None:
        """Want the environment to be there."""
        id_ = _environment(put)
        if id_ and put.view.checks_references and not put.preflight and not put.view.exists(id_):
            raise Fault(
                404, "ManagedEnvironmentNotFound", f"The managed environment '{id_}' was not found.", target=put.id
            )

    def fill(self, put: Put) -> dict[str, Any]:
        """Name the revision, and give a host to what is reached from outside."""
        filled = super().fill(put)
        properties = filled["properties"]
        name = put.address.name.casefold()
        environment = put.view.get(_environment(put)) if _environment(put) else None
        domain = text_at(environment, "properties", "defaultDomain") or "env.azurecontainerapps.io"
        suffix = text_at(properties, "template", "revisionSuffix") or hexadecimal(f"revision of {put.id}", 7)
        configuration = properties.get("configuration")
        ingress = configuration.get("ingress") if isinstance(configuration, dict) else None
        revision = f"{name}--{suffix}"
        made: dict[str, Any] = {
            "provisioningState": "Succeeded",
            "runningStatus": "Running",
            "latestRevisionName": revision,
            "latestReadyRevisionName": revision,
            "latestRevisionFqdn": "",
            "customDomainVerificationId": hexadecimal(f"domains of {put.address.subscription}", 64).upper(),
            "outboundIpAddresses": [address(f"outbound of {put.id}")],
            "eventStreamEndpoint": f"https://{domain.partition('.')[2]}{put.id}/eventstream",
        }
        if isinstance(configuration, dict) and isinstance(ingress, dict):
            inside = "" if ingress.get("external") is True else "internal."
            fqdn = f"{name}.{inside}{domain}"
            properties["configuration"] = {**configuration, "ingress": {**ingress, "fqdn": fqdn}}
            made["latestRevisionFqdn"] = f"{revision}.{inside}{domain}"
        if _environment(put):
            made |= {"managedEnvironmentId": _environment(put), "environmentId": _environment(put)}
        return completed(filled, made=made)

    def act(self, call: Act) -> Json:
        """List the secrets by name; their values are not kept."""
        if call.action.casefold() == "listsecrets":
            secrets = objects_at(call.resource, "properties", "configuration", "secrets")
            return {"value": [{"name": str(secret.get("name", ""))} for secret in secrets]}
        return super().act(call)


class Groups(Generic):
    """``Microsoft.ContainerInstance/containerGroups``."""

    types = ("Microsoft.ContainerInstance/containerGroups",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it an address, and a host when a label is asked for."""
        filled = super().fill(put)
        properties = filled["properties"]
        wanted = properties.get("ipAddress")
        if isinstance(wanted, dict):
            given: dict[str, Any] = {"ip": address(put.id), **wanted}
            label = text_at(wanted, "dnsNameLabel")
            if label:
                region = text_at(put.body, "location").replace(" ", "").casefold()
                given["fqdn"] = f"{label.casefold()}.{region}.azurecontainer.io"
            properties["ipAddress"] = given
        return completed(
            filled, made={"provisioningState": "Succeeded", "instanceView": {"events": [], "state": "Running"}}
        )


class Clusters(Generic):
    """``Microsoft.ContainerService/managedClusters``."""

    types = ("Microsoft.ContainerService/managedClusters",)

    def fill(self, put: Put) -> dict[str, Any]:
        """Give it hosts, a group for its nodes, and the identity of its nodes."""
        filled = super().fill(put)
        properties = filled["properties"]
        region = text_at(put.body, "location").replace(" ", "").casefold()
        prefix = text_at(properties, "dnsPrefix") or put.address.name.casefold()
        group = put.address.group.rpartition("/")[2]
        host = f"{prefix}-{hexadecimal(put.id, 8)}"
        nodes = f"{text_at(properties, 'nodeResourceGroup') or f'MC_{group}_{put.address.name}_{region}'}"[:80]
        kubelet = f"{put.id}/kubelet"
        issuer = properties.get("oidcIssuerProfile")
        version = text_at(properties, "kubernetesVersion") or "1.30"
        made: dict[str, Any] = {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
            "kubernetesVersion": version,
            "currentKubernetesVersion": version if version.count(".") > 1 else f"{version}.0",
            "dnsPrefix": prefix,
            "fqdn": f"{host}.hcp.{region}.azmk8s.io",
            "azurePortalFQDN": f"{host}.portal.hcp.{region}.azmk8s.io",
            "nodeResourceGroup": nodes,
            "resourceUID": hexadecimal(f"cluster {put.id}", 24),
            "identityProfile": {
                "kubeletidentity": {
                    "resourceId": f"{put.id.partition('/resourceGroups/')[0]}/resourceGroups/{nodes}/providers/"
                    f"Microsoft.ManagedIdentity/userAssignedIdentities/{put.address.name}-agentpool",
                    "clientId": guid(f"client of {kubelet}"),
                    "objectId": guid(f"principal of {kubelet}"),
                }
            },
            "agentPoolProfiles": [
                {"provisioningState": "Succeeded", "powerState": {"code": "Running"}, **pool}
                for pool in objects_at(properties, "agentPoolProfiles")
            ],
        }
        if isinstance(issuer, dict) and issuer.get("enabled") is True:
            url = f"https://{region}.oic.prod-aks.azure.com/{put.view.tenant}/{guid(f'issuer {put.id}')}/"
            made["oidcIssuerProfile"] = {**issuer, "issuerURL": url}
        addons = properties.get("addonProfiles")
        if isinstance(addons, dict):
            made["addonProfiles"] = {name: _addon(put, name, addon) for name, addon in addons.items()}
        return completed(filled, defaults={"enableRBAC": True, "maxAgentPools": 100}, made=made)

    def act(self, call: Act) -> Json:
        """List a configuration that reaches nothing."""
        if call.action.casefold() in ("listclusteradmincredential", "listclusterusercredential"):
            host = text_at(call.resource, "properties", "fqdn")
            name = "clusterAdmin" if "admin" in call.action.casefold() else "clusterUser"
            text = f"apiVersion: v1\nkind: Config\nclusters:\n- name: {call.address.name}\n  cluster:\n    server: https://{host}:443\n"
            return {"kubeconfigs": [{"name": name, "value": base64.b64encode(text.encode()).decode("ascii")}]}
        return super().act(call)


def _environment(put: Put) -> str:
    return text_at(put.properties, "managedEnvironmentId") or text_at(put.properties, "environmentId")


def _addon(put: Put, name: str, addon: Any) -> Any:
    if not isinstance(addon, dict) or addon.get("enabled") is not True:
        return addon
    who = f"{put.id}/addons/{name}"
    identity = {"clientId": guid(f"client of {who}"), "objectId": guid(f"principal of {who}")}
    return {**addon, "identity": identity}


PROVIDERS: Final[tuple[Provider, ...]] = (
    Registries(),
    Environments(),
    Apps(),
    Groups(),
    Clusters(),
)
