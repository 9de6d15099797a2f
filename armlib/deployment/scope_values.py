"""What ``resourceGroup()``, ``subscription()``, ``deployment()`` and their like return in a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal
from uuid import NAMESPACE_URL, uuid5

from armlib.deployment.instance import text_of
from armlib.deployment.scopes import DeploymentScope, id_key
from armlib.deployment.template_hash import template_hash
from armlib.errors import InputError
from armlib.expressions.environment import NOT_KNOWN, Answer, Scope
from armlib.expressions.functions.deployment import public_cloud
from armlib.expressions.syntax import Call, Member
from armlib.expressions.syntax import Literal as Text
from armlib.expressions.values import Secret, Unknown, Value
from armlib.template.scope import ScopeKind

if TYPE_CHECKING:
    from armlib.deployment.frame import Frame

_KINDS: dict[ScopeKind, Literal["resourceGroup", "subscription", "managementGroup", "tenant"]] = {
    ScopeKind.GROUP: "resourceGroup",
    ScopeKind.SUBSCRIPTION: "subscription",
    ScopeKind.MANAGEMENT_GROUP: "managementGroup",
    ScopeKind.TENANT: "tenant",
}


def scope_values(frame: Frame) -> Scope:
    """Return what the scope functions give in the template of *frame*."""
    scope, context = frame.scope, frame.engine.context
    cloud: Any = context.environment if context.environment is not None else public_cloud()
    in_subscription = scope.kind in {ScopeKind.GROUP, ScopeKind.SUBSCRIPTION}
    in_group = scope.kind is ScopeKind.GROUP
    in_management_group = scope.kind is ScopeKind.MANAGEMENT_GROUP
    return Scope(
        kind=_KINDS[scope.kind],
        subscription_id=_plain(scope.subscription_id) if in_subscription else NOT_KNOWN,
        resource_group_name=_plain(scope.resource_group) if in_group else NOT_KNOWN,
        management_group_name=_plain(scope.management_group) if in_management_group else NOT_KNOWN,
        resource_group=_resource_group(frame) if in_group else None,
        subscription=_subscription(frame) if in_subscription else None,
        management_group=_management_group(frame) if in_management_group else None,
        tenant=_open("tenant", {"tenantId": context.tenant_id, **context.tenant}),
        deployment=_deployment(frame),
        environment=cloud,
        deployer=_open("deployer", {"tenantId": context.tenant_id, **context.deployer}),
        now=context.now,
        new_guid=_guids(frame),
    )


def _plain(value: Value) -> Answer:
    return value.value if isinstance(value, Secret) else value


def _open(function: str, known: Mapping[str, Value]) -> Value:
    """Return an object of which *known* is known, and more may be there."""
    return Unknown(Call(function, ()), "object", dict(known))


def _resource_group(frame: Frame) -> Value:
    """Return the resource group; the location of one that is made by a resource of the deployment is that resource's.

    Source: "Resource functions for ARM templates", resourceGroup.
    """
    scope, context = frame.scope, frame.engine.context
    own: dict[str, Value] = {
        "id": scope.id,
        "name": scope.resource_group,
        "type": "Microsoft.Resources/resourceGroups",
        "properties": {"provisioningState": "Succeeded"},
    }
    if _is_group_of_context(scope, frame):
        given = dict(context.resource_group)
        return _open("resourceGroup", {**own, "tags": {}, **given, "id": scope.id})
    made = frame.engine.registry.get(id_key(text_of(scope.id)))
    if made is not None and not made.body.is_running:
        try:
            body = made.body.get()
        except InputError:
            body = {}
        own |= {name: body[name] for name in ("location", "tags", "managedBy") if name in body}
    if "location" not in own and isinstance(scope.id, str):
        full = Call("reference", (Text(scope.id), Text("2021-04-01"), Text("Full")))
        own["location"] = Unknown(Member(full, "location"), "string")
    return _open("resourceGroup", own)


def _is_group_of_context(scope: DeploymentScope, frame: Frame) -> bool:
    context = frame.engine.context
    return (
        text_of(scope.resource_group).casefold() == str(context.resource_group["name"]).casefold()
        and text_of(scope.subscription_id).casefold() == context.subscription_id.casefold()
    )


def _subscription(frame: Frame) -> Value:
    scope, context = frame.scope, frame.engine.context
    id_ = DeploymentScope(ScopeKind.SUBSCRIPTION, subscription_id=scope.subscription_id).id
    own: dict[str, Value] = {"id": id_, "subscriptionId": scope.subscription_id, "tenantId": context.tenant_id}
    if text_of(scope.subscription_id).casefold() == context.subscription_id.casefold():
        own |= context.subscription
    own.setdefault("displayName", Unknown(Member(Call("subscription", ()), "displayName"), "string"))
    return _open("subscription", own)


def _management_group(frame: Frame) -> Value:
    scope, context = frame.scope, frame.engine.context
    own: dict[str, Value] = {
        "id": scope.id,
        "name": scope.management_group,
        "type": "/providers/Microsoft.Management/managementGroups",
    }
    if text_of(scope.management_group).casefold() == context.management_group_id.casefold():
        own |= context.management_group
    own.setdefault(
        "properties",
        Unknown(Member(Call("managementGroup", ()), "properties"), "object", {"tenantId": context.tenant_id}),
    )
    return _open("managementGroup", own)


def _deployment(frame: Frame) -> Value:
    """Return the deployment.

    Source: "Deployment functions for ARM templates", deployment.
    """
    properties: dict[str, Value] = {"mode": "Incremental", "provisioningState": "Accepted"}
    if frame.engine.shows_deployment:
        properties = {
            "template": frame.template,  # type: ignore[dict-item]
            "templateHash": template_hash(frame.template),
            "parameters": dict(frame.shown_arguments),
            **properties,
        }
    if frame.link is not None:
        properties["templateLink"] = dict(frame.link)
    own: dict[str, Value] = {
        "name": frame.name,
        "properties": Unknown(Member(Call("deployment", ()), "properties"), "object", properties),
    }
    if frame.scope.kind is not ScopeKind.GROUP and frame.location is not None:
        own["location"] = frame.location
    return _open("deployment", own)


def _guids(frame: Frame) -> Callable[[], Answer]:
    """Return a source of GUIDs that look random, differ from each other, and are the same in each evaluation."""
    count = 0

    def new_guid() -> Answer:
        nonlocal count
        count += 1
        place = "/".join(map(str, frame.path))
        seed = f"{text_of(frame.scope.id)}|{text_of(frame.name)}|{place}|{count}"
        text = str(uuid5(NAMESPACE_URL, seed))
        return f"{text[:14]}4{text[15:]}"  # version 4: a random one

    return new_guid
