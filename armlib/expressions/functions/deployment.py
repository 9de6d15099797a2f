"""Functions of the template and its deployment: ``parameters``, ``variables``, ``copyIndex``, ``deployment``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.environment import NOT_KNOWN, Environment
from armlib.expressions.faults import EvaluationFault, UnknownNameFault
from armlib.expressions.functions.registry import Function
from armlib.expressions.functions.types import text, wrong_type
from armlib.expressions.values import Value
from armlib.jsontypes import JsonObject


def parameters(environment: Environment, name: Any) -> Value:
    """Return the value of the parameter called *name*."""
    return environment.template.parameter(text("parameters", 0, name))


def variables(environment: Environment, name: Any) -> Value:
    """Return the value of the variable called *name*."""
    return environment.template.variable(text("variables", 0, name))


def copy_index(environment: Environment, first: Any = None, second: Any = None) -> Any:
    """Return the index of the loop: ``copyIndex()``, ``copyIndex(offset)``, ``copyIndex(name)`` or both."""
    name, offset = (first, second) if isinstance(first, str) else (None, first)
    if isinstance(offset, str) or (name is None and second is not None):
        raise wrong_type("copyIndex", 0, "the name of a loop or an offset, and its second an offset", first)
    if offset is not None and type(offset) is not int:
        raise wrong_type("copyIndex", 1 if name else 0, "an integer", offset)
    index = _loop_index(environment, name)
    if type(index) is not int:
        return NOT_KNOWN
    return index + (offset or 0)


def _loop_index(environment: Environment, name: str | None) -> Value:
    if name is not None:
        found = environment.loops.get(name.lower())
        if found is None:
            raise UnknownNameFault(
                f"The template function 'copyIndex' is not expected at this location. The loop '{name}' is not found.",
                name,
                environment.loops,
            )
        return found
    if environment.index is None:
        raise EvaluationFault(
            "The template function 'copyIndex' is not expected at this location. "
            "The function can only be used in a resource with copy specified.",
            hint="name the loop, copyIndex('name')" if environment.loops else None,
            function="copyIndex",
        )
    return environment.index


def deployment(environment: Environment) -> Any:
    """Return the deployment: name, properties, and its location above resource groups."""
    return environment.scope.deployment


def cloud(environment: Environment) -> Any:
    """Return the cloud that is deployed to."""
    return environment.scope.environment


def deployer(environment: Environment) -> Any:
    """Return who deploys."""
    return environment.scope.deployer


def external_input(environment: Environment, name: Any, configuration: Any = None) -> Any:
    """Return a value that the tool which deploys supplies."""
    return environment.state.external_input(text("externalInput", 0, name), configuration)


def external_inputs(environment: Environment, name: Any) -> Any:
    """Return a value that was supplied under the key *name*."""
    return environment.state.external_input(text("externalInputs", 0, name), None)


def extensions(name: Any) -> Any:
    """Return the configuration of an extension of the deployment, an experiment of language version 2.2: not known."""
    text("extensions", 0, name)
    return NOT_KNOWN


def fail(message: Any) -> Value:
    """Fail with *message*."""
    raise EvaluationFault(text("fail", 0, message), code="expression-fail", function="fail")


FUNCTIONS = (
    Function(name="parameters", minimum=1, maximum=1, run=parameters, asks=True, passes=True),
    Function(name="variables", minimum=1, maximum=1, run=variables, asks=True, passes=True),
    Function(name="copyIndex", minimum=0, maximum=2, run=copy_index, asks=True, result="int"),
    Function(name="deployment", minimum=0, maximum=0, run=deployment, asks=True, result="object", passes=True),
    Function(name="environment", minimum=0, maximum=0, run=cloud, asks=True, result="object", passes=True),
    Function(name="deployer", minimum=0, maximum=0, run=deployer, asks=True, result="object", passes=True),
    Function(name="externalInput", minimum=1, maximum=2, run=external_input, asks=True),
    Function(name="externalInputs", minimum=1, maximum=1, run=external_inputs, asks=True),
    Function(name="extensions", minimum=1, maximum=1, run=extensions, result="object"),
    Function(name="fail", minimum=1, maximum=1, run=fail),
)


def public_cloud() -> JsonObject:
    """Return what ``environment()`` gives in the public cloud.

    Source: "Deployment functions for ARM templates", Azure Resource Manager documentation.
    """
    return {
        "name": "AzureCloud",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": "https://portal.azure.com",
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/"
        "quickstart-templates/aliases.json",
        "resourceManager": "https://management.azure.com/",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    }
