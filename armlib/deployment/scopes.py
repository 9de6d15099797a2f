"""What a template is deployed to, and the ids of resources there, both of which may be partly unknown.

An id is a text when all of it is known, and an ``Unknown`` that spells it out otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from armlib.errors import InputError
from armlib.expressions.syntax import Call, Index, Literal, Node
from armlib.expressions.values import Secret, Unknown, Value
from armlib.template.scope import ScopeKind

DEPLOYMENTS = "microsoft.resources/deployments"
RESOURCE_GROUPS = "microsoft.resources/resourcegroups"
_TENANT_TYPES = frozenset({"microsoft.management/managementgroups", "microsoft.subscription/aliases"})

_SCOPE = re.compile(
    r"/?(?:"
    r"subscriptions/(?P<subscription>[^/]+)(?:/resourceGroups/(?P<group>[^/]+))?"
    r"|(?:providers/)?Microsoft\.Management/managementGroups/(?P<management>[^/]+)"
    r")?/?\Z",
    re.IGNORECASE,
)

_GROUP_AS_RESOURCE = re.compile(r"^(/subscriptions/[^/]+)/providers/microsoft\.resources/resourcegroups/")


class ScopeError(InputError):
    """A text that is no scope of a deployment."""

    code = "scope"


@dataclass(frozen=True, slots=True)
class DeploymentScope:
    """A tenant, a management group, a subscription, or a resource group; names may be unknown."""

    kind: ScopeKind
    subscription_id: Value = None
    resource_group: Value = None
    management_group: Value = None

    @property
    def id(self) -> Value:
        """The id without a slash at its end: ``""`` for the tenant."""
        if self.kind is ScopeKind.GROUP:
            return join_text("/subscriptions/", self.subscription_id, "/resourceGroups/", self.resource_group)
        if self.kind is ScopeKind.SUBSCRIPTION:
            return join_text("/subscriptions/", self.subscription_id)
        if self.kind is ScopeKind.MANAGEMENT_GROUP:
            return join_text("/providers/Microsoft.Management/managementGroups/", self.management_group)
        return ""


def parse_scope(text: str) -> DeploymentScope:
    """Return the scope with the id *text*; ``/`` is the tenant.

    Raises:
        ScopeError: *text* is not the id of a scope that templates are deployed to.
    """
    found = _SCOPE.match(text)
    if found is None or not text.strip():
        raise ScopeError(
            f"'{text}' is not a scope that a template can be deployed to",
            hint="a scope is /subscriptions/S/resourceGroups/G, /subscriptions/S, "
            "/providers/Microsoft.Management/managementGroups/M, or /",
        )
    subscription, group, management = found.group("subscription", "group", "management")
    if group is not None:
        return DeploymentScope(ScopeKind.GROUP, subscription_id=subscription, resource_group=group)
    if subscription is not None:
        return DeploymentScope(ScopeKind.SUBSCRIPTION, subscription_id=subscription)
    if management is not None:
        return DeploymentScope(ScopeKind.MANAGEMENT_GROUP, management_group=management)
    return DeploymentScope(ScopeKind.TENANT)


def scope_of_id(text: str) -> str:
    """Return the resource group, subscription, management group or ``""`` (the tenant) that the id *text* lies in."""
    segments = text.split("/")
    folded = [segment.casefold() for segment in segments[:6]]
    if folded[1:2] == ["subscriptions"] and len(segments) > 2:
        return "/".join(segments[: 5 if folded[3:4] == ["resourcegroups"] and len(segments) > 5 else 3])
    if folded[1:4] == ["providers", "microsoft.management", "managementgroups"] and len(segments) > 5:
        return "/".join(segments[:5])
    return ""


def short_id(id_: str | None) -> str:
    """Return *id_* as people are told it: without the scope, or of a scope its last kind and name."""
    _, marker, tail = (id_ or "").rpartition("/providers/")
    return tail if marker else "/".join(tail.split("/")[-2:])


def scope_and_name(id_: str) -> tuple[str, str]:
    """Return the scope and the name of the deployment or stack with the id *id_*."""
    scope, _, tail = id_.rpartition("/providers/")
    return scope, tail.rpartition("/")[2]


def id_key(id_: str) -> str:
    """Return *id_* for comparing: without regard to case, and to whether a resource group is named as a resource."""
    key = id_.casefold().rstrip("/")
    return _GROUP_AS_RESOURCE.sub(r"\1/resourcegroups/", key) if "/microsoft.resources/" in key else key


def resource_id(scope: Value, type_: str, name: Value) -> Value:
    """Return the id of the resource of *type_* called *name* (``parent/child``) in *scope*.

    *scope* is the id of a deployment's scope, or of the resource that an extension resource is for. Types that live in
    one place whatever the deployment's scope is (resource groups, management groups) get their place.
    """
    folded = type_.casefold()
    if folded == RESOURCE_GROUPS:
        return join_text(_first_subscription(scope), "/resourceGroups/", name)
    if folded in _TENANT_TYPES:
        scope = ""
    namespace, *kinds = type_.split("/")
    parts: list[Value] = [scope, "/providers/", namespace]
    for kind, segment in zip(kinds, name_segments(name, len(kinds)), strict=False):
        parts += ["/", kind, "/", segment]
    return join_text(*parts)


def _first_subscription(scope: Value) -> Value:
    if not isinstance(scope, str):
        return scope
    segments = scope.split("/")
    return "/".join(segments[:3]) if len(segments) > 2 and segments[1].casefold() == "subscriptions" else scope


def name_segments(name: Value, count: int) -> list[Value]:
    """Return the *count* segments of *name*, spelled with ``split`` when it is not known."""
    if isinstance(name, str):
        return list(name.split("/"))
    if isinstance(name, Secret):
        return [Secret(segment) for segment in name_segments(name.value, count)]
    if not isinstance(name, Unknown):
        return [str(name)]
    if count == 1:
        return [name]
    split = Call("split", (name.expression, Literal("/")))
    return [Unknown(Index(split, Literal(number)), "string") for number in range(count)]


def join_text(*parts: Value) -> Value:
    """Return *parts* as one text; an ``Unknown`` that joins them when one is unknown, secret when one is secret."""
    if all(type(part) is str for part in parts):
        return "".join(part for part in parts if isinstance(part, str))
    if any(isinstance(part, Secret) for part in parts):
        return Secret(join_text(*(part.value if isinstance(part, Secret) else part for part in parts)))
    nodes: list[Node] = []
    text = ""
    for part in parts:
        if isinstance(part, Unknown):
            nodes += [Literal(text)] if text else []
            nodes += _concat_arguments(part.expression) or (part.expression,)
            text = ""
        else:
            text += str(part)
    nodes += [Literal(text)] if text else []
    return Unknown(Call("concat", tuple(nodes)), "string") if nodes else ""


def _concat_arguments(node: Node) -> tuple[Node, ...]:
    return node.arguments if isinstance(node, Call) and node.name.casefold() == "concat" else ()


def qualified(text: str, scope: Value) -> Value:
    """Return *text*, a full id or one without its scope (``Microsoft.X/a/NAME``), as a full id."""
    if text.startswith("/"):
        return text.rstrip("/")
    return join_text(scope, "/providers/", text.rstrip("/"))
