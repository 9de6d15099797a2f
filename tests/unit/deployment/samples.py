"""Short ways to write templates, and to look at what comes of them."""

from __future__ import annotations

from typing import Any

from armlib.deployment.context import read_context
from armlib.deployment.expand import Expansion, expand
from armlib.deployment.show import show_expansion
from armlib.diagnostics import Severity

HOST = "https://schema.management.azure.com/schemas/"
SCHEMAS = {
    "group": HOST + "2019-04-01/deploymentTemplate.json#",
    "subscription": HOST + "2018-05-01/subscriptionDeploymentTemplate.json#",
    "managementGroup": HOST + "2019-08-01/managementGroupDeploymentTemplate.json#",
    "tenant": HOST + "2019-08-01/tenantDeploymentTemplate.json#",
}
ZERO = "00000000-0000-0000-0000-000000000000"
GROUP = f"/subscriptions/{ZERO}/resourceGroups/DummyResourceGroup"
ACCOUNTS = "Microsoft.Storage/storageAccounts"
ACCOUNT = f"{GROUP}/providers/{ACCOUNTS}/"
DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/"


def template(kind: str = "group", **members: Any) -> dict[str, Any]:
    return {"$schema": SCHEMAS[kind], "contentVersion": "1.0.0.0", "resources": [], **members}


def symbolic(**members: Any) -> dict[str, Any]:
    return template(languageVersion="2.0", **{"resources": {}, **members})


def resource(type_: str, name: Any, **members: Any) -> dict[str, Any]:
    return {"type": type_, "apiVersion": "2022-09-01", "name": name, **members}


def account(name: Any, **members: Any) -> dict[str, Any]:
    return resource(ACCOUNTS, name, **members)


def nested(
    name: str, inner: dict[str, Any], evaluation: str = "inner", parameters: Any = None, **members: Any
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "mode": "Incremental",
        "expressionEvaluationOptions": {"scope": evaluation},
        "template": inner,
    }
    if parameters is not None:
        properties["parameters"] = parameters
    return resource("Microsoft.Resources/deployments", name, properties=properties, **members)


def output(value: Any, type_: str = "string", **members: Any) -> dict[str, Any]:
    return {"type": type_, "value": value, **members}


def expanded(
    text: dict[str, Any], parameters: dict[str, Any] | None = None, context: Any = None, **how: Any
) -> Expansion:
    return expand(text, parameters, read_context(context or {}), **how)


def shown(text: dict[str, Any], parameters: dict[str, Any] | None = None, context: Any = None, **how: Any) -> Any:
    """What a template comes to, as JSON; it must have no errors."""
    expansion = expanded(text, parameters, context, **how)
    assert not errors(expansion), errors(expansion)
    return show_expansion(expansion)


def errors(expansion: Expansion) -> list[tuple[str, str]]:
    """The code and message of each error."""
    return [(found.code, found.message) for found in expansion.diagnostics if found.severity is Severity.ERROR]


def only_error(text: dict[str, Any], parameters: dict[str, Any] | None = None, context: Any = None, **how: Any) -> Any:
    """The one diagnostic of a wrong template."""
    expansion = expanded(text, parameters, context, **how)
    found = [diagnostic for diagnostic in expansion.diagnostics if diagnostic.severity is Severity.ERROR]
    assert len(found) == 1, found
    return found[0]


def by_name(shown_expansion: Any) -> dict[str, Any]:
    return {entry["name"]: entry for entry in shown_expansion["resources"]}


def values(shown_expansion: Any) -> dict[str, Any]:
    return {name: entry["value"] for name, entry in shown_expansion["outputs"].items()}
