"""Resource functions: identifiers, and what is known of resources only when they are deployed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from armlib.expressions.environment import NOT_KNOWN, Answer, Environment
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.registry import DEPLOY_TIME, Function
from armlib.expressions.functions.types import invalid, text, wrong_type
from armlib.expressions.simplify import conceal, unknown_call
from armlib.expressions.values import Unknown, Value

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_LIST = re.compile(r"list[a-z0-9]*\Z", re.IGNORECASE)


def resource_id(environment: Environment, *arguments: Any) -> Answer:
    """Return ``resourceId([subscription], [group], type, names…)``; what is left out is that of the deployment."""
    scope = environment.scope
    before, tail = _identifier("resourceId", arguments, 2)
    if len(before) == 1 and scope.kind != "resourceGroup" and _GUID.match(before[0]):
        return f"/subscriptions/{before[0]}{tail}"
    if len(before) == 2:
        return f"/subscriptions/{before[0]}/resourceGroups/{before[1]}{tail}"
    if before:
        return _spliced(["/subscriptions/", scope.subscription_id, f"/resourceGroups/{before[0]}{tail}"])
    if scope.kind == "resourceGroup":
        return _spliced(["/subscriptions/", scope.subscription_id, "/resourceGroups/", scope.resource_group_name, tail])
    return _spliced(["/subscriptions/", scope.subscription_id, tail]) if scope.kind == "subscription" else tail


def subscription_resource_id(environment: Environment, *arguments: Any) -> Answer:
    """Return ``subscriptionResourceId([subscription], type, names…)``."""
    before, tail = _identifier("subscriptionResourceId", arguments, 1)
    return _spliced(["/subscriptions/", before[0] if before else environment.scope.subscription_id, tail])


def management_group_resource_id(environment: Environment, *arguments: Any) -> Answer:
    """Return ``managementGroupResourceId([group], type, names…)``."""
    before, tail = _identifier("managementGroupResourceId", arguments, 1)
    group = before[0] if before else environment.scope.management_group_name
    return _spliced(["/providers/Microsoft.Management/managementGroups/", group, tail])


def tenant_resource_id(*arguments: Any) -> str:
    """Return ``tenantResourceId(type, names…)``."""
    return _identifier("tenantResourceId", arguments, 0)[1]


def extension_resource_id(base: Any, *arguments: Any) -> str:
    """Return ``extensionResourceId(base, type, names…)``: the resource below that with the id *base*."""
    scope = text("extensionResourceId", 0, base)
    if not scope.startswith("/"):
        raise invalid("extensionResourceId", f"the value '{scope[:200]}' is not a resource identifier.")
    return scope.rstrip("/") + _identifier("extensionResourceId", arguments, 0)[1]


def _identifier(function: str, arguments: tuple[Any, ...], optional: int) -> tuple[list[str], str]:
    """Return the arguments before the type, and ``/providers/type/name…`` of the others.

    The type is the first argument with a slash; at most *optional* stand before it.
    """
    texts = [text(function, position, argument) for position, argument in enumerate(arguments)]
    place = next((position for position, part in enumerate(texts) if "/" in part), None)
    if place is None or place > optional:
        raise invalid(
            function,
            "the type parameter is missing, or stands at the wrong place: it is the first parameter with a '/', as in "
            "'Microsoft.Network/virtualNetworks'.",
        )
    namespace, *types = texts[place].rstrip("/").split("/")  # the service lets a slash at the end pass
    names = texts[place + 1 :]
    if not namespace or not types or not all(types):
        raise invalid(function, f"the type '{texts[place]}' is not valid.")
    if len(types) != len(names):
        raise invalid(
            function,
            f"the type '{texts[place]}' requires '{len(types)}' resource name argument(s). "
            f"'{len(names)}' were provided.",
        )
    pairs = (f"/{kind}/{name}" for kind, name in zip(types, names, strict=True))
    return texts[:place], f"/providers/{namespace}{''.join(pairs)}"


def _spliced(parts: list[Answer]) -> Answer:
    """Return the parts as one text; an expression of it when one of them is unknown."""
    if NOT_KNOWN in parts:
        return NOT_KNOWN
    if all(isinstance(part, str) for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    if any(part is None for part in parts):
        raise EvaluationFault("The scope of the deployment does not have what the resource identifier is made of.")
    return unknown_call("concat", [part for part in parts if part is not NOT_KNOWN], "string")


def reference(environment: Environment, resource: Any, version: Any = None, full: Any = None) -> Answer:
    """Return the properties of a resource, or with ``'Full'`` the whole of it."""
    api_version = None if version is None else text("reference", 1, version)
    return environment.state.reference(
        text("reference", 0, resource), api_version or None, full=_is_full("reference", 2, full)
    )


def references(environment: Environment, symbol: Any, full: Any = None) -> Answer:
    """Return the same for each instance of a resource loop, as an array."""
    return environment.state.references(text("references", 0, symbol), full=_is_full("references", 1, full))


def _is_full(function: str, position: int, value: Any) -> bool:
    if value is None:
        return False
    if text(function, position, value).lower() != "full":
        raise wrong_type(function, position, "'Full'", value)
    return True


@lru_cache(maxsize=1024)
def list_function(name: str) -> Function | None:
    """Return the function called *name* when it is one of the ``list*`` functions that ask a resource."""
    if not _LIST.match(name):
        return None

    def run(environment: Environment, resource: Any, version: Any = None, body: Value = None) -> Answer:
        api_version = "" if version is None else text(name, 1, version)
        found = environment.state.list_(name, text(name, 0, resource), api_version, body)
        return found if found is NOT_KNOWN or isinstance(found, Unknown) else conceal(found)

    return Function(name=name, minimum=1, maximum=3, run=run, asks=True, sites=DEPLOY_TIME, runtime=True)


def providers(environment: Environment, namespace: Any, resource_type: Any = None) -> Answer:
    """Return what the service knows of a resource provider, or of one of its types."""
    kind = None if resource_type is None else text("providers", 1, resource_type)
    return environment.state.provider(text("providers", 0, namespace), kind)


def role_definitions(environment: Environment, name: Any) -> Answer:
    """Return the id of a built-in role by its name."""
    scope = environment.scope
    guid = environment.state.role_definition(text("roleDefinitions", 0, name))
    if not isinstance(guid, str):
        return guid
    tail = f"/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    identifier: Answer = tail
    if scope.kind in ("resourceGroup", "subscription"):
        identifier = _spliced(["/subscriptions/", scope.subscription_id, tail])
    elif scope.kind == "managementGroup":
        group = scope.management_group_name
        identifier = _spliced(["/providers/Microsoft.Management/managementGroups/", group, tail])
    return NOT_KNOWN if identifier is NOT_KNOWN else {"id": identifier, "roleDefinitionId": guid}


def _function(name: str, minimum: int, maximum: int | None, run: Any, result: str) -> Function:
    return Function(
        name=name, minimum=minimum, maximum=maximum, run=run, asks=True, result=result, sites=DEPLOY_TIME, runtime=True
    )


FUNCTIONS = (
    Function(name="resourceId", minimum=2, maximum=None, run=resource_id, asks=True, result="string"),
    Function(
        name="subscriptionResourceId", minimum=2, maximum=None, run=subscription_resource_id, asks=True, result="string"
    ),
    Function(
        name="managementGroupResourceId",
        minimum=2,
        maximum=None,
        run=management_group_resource_id,
        asks=True,
        result="string",
    ),
    Function(name="tenantResourceId", minimum=2, maximum=None, run=tenant_resource_id, result="string"),
    Function(name="extensionResourceId", minimum=3, maximum=None, run=extension_resource_id, result="string"),
    _function("reference", 1, 3, reference, "object"),
    _function("references", 1, 2, references, "array"),
    Function(name="providers", minimum=1, maximum=2, run=providers, asks=True, result="object"),
    Function(name="roleDefinitions", minimum=1, maximum=1, run=role_definitions, asks=True, result="object"),
)
