"""A template as a tree: its resources, what each is called and identified by, and the templates nested in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from armlib.compiler.identity import (
    Bindings,
    ScopeIds,
    atom,
    is_known,
    resource_id,
    scope_ids,
)
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.nesting import evaluation_scope, has_own_scope
from armlib.template.scope import ScopeKind

DEPLOYMENTS = "microsoft.resources/deployments"
_APART = frozenset({"type", "apiVersion", "dependsOn", "resources"})
_MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


@dataclass(slots=True, eq=False, repr=False)
class Resource:
    """A resource of a template, nested children included.

    *type* and *name* are full, ``a/b`` for a child; *id* is the normal form of the id. *texts* are the strings in the
    resource that may be expressions or ids, but for those in its children and in a nested template, which are their
    own; those in ``dependsOn`` are in *depends_on*. One that *is_existing* is not deployed; one that *is_certain* is
    always deployed and once, so that what depends on it waits for what it depends on.
    """

    body: JsonObject
    path: JsonPath
    level: Level
    type: str
    name: str
    id: str
    symbol: str = ""
    loop: str = ""
    texts: list[str] = field(default_factory=list)
    bracketed: list[str] = field(default_factory=list)  # strings with a bracket inside, which are no expressions
    inner: Level | None = None
    parent: Resource | None = None  # the resource that it is written inside of
    is_existing: bool = False
    is_certain: bool = True

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.symbol or self.name or self.type

    @property
    def depends_on(self) -> Sequence[str]:
        """The texts of its ``dependsOn``."""
        value = self.body.get("dependsOn")
        return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else ()


@dataclass(eq=False, repr=False)
class Level:
    """A template and its resources; a nested one has the resource that deploys it as *owner*.

    *bindings* say what names mean in its expressions, *home* where its resources live. The two differ when a nested
    template is evaluated in the scope of the template around it, as *is_outer* tells.
    """

    template: JsonObject
    path: JsonPath
    bindings: Bindings
    home: ScopeIds
    owner: Resource | None = None
    is_outer: bool = False
    resources: list[Resource] = field(default_factory=list)

    @cached_property
    def base(self) -> str:
        """The id that resources without a scope of their own live under."""
        return self.home.base

    @property
    def is_symbolic(self) -> bool:
        """Whether resources have symbolic names (language version 2.0)."""
        return isinstance(self.template.get("resources"), dict)

    def levels(self) -> Iterator[Level]:
        """Yield this level and those inside it, outermost first."""
        yield self
        for resource in self.resources:
            if resource.inner is not None:
                yield from resource.inner.levels()


def survey(template: JsonObject, kind: ScopeKind) -> Level:
    """Return the tree of a root template that is deployed to a scope of *kind*."""
    scope = scope_ids(kind)
    level = Level(template=template, path=(), bindings=Bindings(scope, _object(template, "variables")), home=scope)
    _fill(level)
    return level


def _fill(level: Level) -> None:
    resources = level.template.get("resources")
    path = (*level.path, "resources")
    if isinstance(resources, dict):
        for symbol, body in resources.items():
            if isinstance(body, dict):
                _add(level, body, (*path, symbol), None, symbol)
    elif isinstance(resources, list):
        for number, body in enumerate(resources):
            if isinstance(body, dict):
                _add(level, body, (*path, number), None)


def _add(level: Level, body: JsonObject, path: JsonPath, parent: Resource | None, symbol: str = "") -> None:
    type_, name = _text(body, "type").rstrip("/"), _text(body, "name")
    normal_name = level.bindings.text(name)
    is_existing = body.get("existing") is True
    if parent is not None and not _is_full(type_, parent.type):
        type_ = f"{parent.type}/{type_}"
        normal_name = f"{level.bindings.text(parent.name)}/{normal_name}"
        name = _joined(parent.name, name)
    folded = type_.lower()
    base = _base(level, body, folded) if "scope" in body or folded == DEPLOYMENTS else level.base
    resource = Resource(
        body=body,
        path=path,
        level=level,
        type=type_,
        name=name,
        id=resource_id(base, folded, [normal_name]),
        symbol=symbol,
        loop=_loop(body),
        parent=parent,
        is_existing=is_existing,
        is_certain=not is_existing and "copy" not in body and "condition" not in body,
    )
    level.resources.append(resource)
    template = _inner_template(body) if folded == DEPLOYMENTS else None
    _gather_texts(body, resource.texts, resource.bracketed, template)
    if template is not None:
        resource.inner = _nested(level, resource, template)
    children = body.get("resources")
    if isinstance(children, list):
        for number, child in enumerate(children):
            if isinstance(child, dict):
                _add(level, child, (*path, "resources", number), resource)


def _is_full(type_: str, parent: str) -> bool:
    """Return whether the type of a nested child is written in full; such a child has its full name too."""
    return type_.lower().startswith(parent.lower() + "/")


def _joined(parent: str, child: str) -> str:
    """Return a text that means ``parent/child``; an expression when one of them is."""
    if not parent.startswith("[") and not child.startswith("["):
        return f"{parent}/{child}"
    return f"[concat({_inside(parent)}, '/', {_inside(child)})]"


def _inside(text: str) -> str:
    return text[1:-1] if text.startswith("[") else "'" + text.replace("'", "''") + "'"


def _loop(body: JsonObject) -> str:
    copy = body.get("copy")
    return _text(copy, "name") or "?" if isinstance(copy, dict) else ""


def _base(level: Level, body: JsonObject, type_: str) -> str:
    """Return the normal id of what a resource lives under."""
    if type_ == DEPLOYMENTS:
        return _target(level, body).base
    scope = body.get("scope")
    if not isinstance(scope, str):
        return level.home.base
    normal = level.bindings.text(scope).rstrip("/")
    is_relative = bool(normal) and normal[0] != "/" and is_known(normal[0])
    return f"{level.home.base}/providers/{normal}" if is_relative else normal


def _target(level: Level, body: JsonObject) -> ScopeIds:
    """Return the scope that a deployment resource deploys to."""
    home, text = level.home, level.bindings.text
    scope, subscription, group = (body.get(name) for name in ("scope", "subscriptionId", "resourceGroup"))
    if isinstance(scope, str):
        return _scope_of_id(text(scope), home)
    if not isinstance(subscription, str) and not isinstance(group, str):
        return home
    subscription_normal = text(subscription) if isinstance(subscription, str) else home.subscription
    if isinstance(group, str):
        return ScopeIds(kind=ScopeKind.GROUP, subscription=subscription_normal, group=text(group))
    return ScopeIds(kind=ScopeKind.SUBSCRIPTION, subscription=subscription_normal)


def _scope_of_id(id_: str, home: ScopeIds) -> ScopeIds:
    """Return the scope with the normal id *id_*, as the ``scope`` of a deployment gives it."""
    if id_ == "/":
        return ScopeIds(kind=ScopeKind.TENANT)
    absolute = id_ if id_.startswith("/") else "/providers/" + id_
    if absolute.startswith(_MANAGEMENT_GROUPS):
        name = absolute.removeprefix(_MANAGEMENT_GROUPS)
        return ScopeIds(kind=ScopeKind.MANAGEMENT_GROUP, management_group=name)
    parts = id_.split("/")
    if id_.startswith("/subscriptions/") and len(parts) == 3:
        return ScopeIds(kind=ScopeKind.SUBSCRIPTION, subscription=parts[2])
    if id_.startswith("/subscriptions/") and len(parts) == 5 and parts[3] == "resourcegroups":
        return ScopeIds(kind=ScopeKind.GROUP, subscription=parts[2], group=parts[4])
    return ScopeIds(kind=home.kind, subscription=atom(id_ + "#s"), group=atom(id_ + "#g"))


def _inner_template(body: JsonObject) -> JsonObject | None:
    properties = body.get("properties")
    template = properties.get("template") if isinstance(properties, dict) else None
    return template if isinstance(template, dict) else None


def is_inner_scoped(body: JsonObject) -> bool:
    """Return whether a deployment says that its template is evaluated in a scope of its own."""
    return evaluation_scope(body.get("properties")) == "inner"


def _nested(level: Level, resource: Resource, template: JsonObject) -> Level:
    home = _target(level, resource.body)
    is_inner = has_own_scope(resource.body.get("properties"), level.template)
    bindings = _inner_bindings(level, resource, template, home) if is_inner else level.bindings
    inner = Level(
        template=template,
        path=(*resource.path, "properties", "template"),
        bindings=bindings,
        home=home,
        owner=resource,
        is_outer=not is_inner,
    )
    _fill(inner)
    return inner


def _inner_bindings(level: Level, resource: Resource, template: JsonObject, home: ScopeIds) -> Bindings:
    """Return what names mean in an inner-scoped template: a parameter is what the deployment passes, or its default."""
    properties = resource.body.get("properties")
    passed = _object(properties if isinstance(properties, dict) else {}, "parameters")
    mark = "/".join(map(str, resource.path)) + "#"
    variables = _object(template, "variables")
    known = {}
    for name, given in passed.items():
        value = given.get("value") if isinstance(given, dict) else None
        if isinstance(value, str):
            known[name.lower()] = level.bindings.text(value)
    inner = Bindings(home, variables, known, mark)
    for name, declared in _object(template, "parameters").items():
        default = declared.get("defaultValue") if isinstance(declared, dict) else None
        if isinstance(default, str) and name.lower() not in known and name not in passed:
            known[name.lower()] = inner.text(default)
    return Bindings(home, variables, known, mark)


def _gather_texts(body: JsonObject, texts: list[str], bracketed: list[str], template: JsonObject | None) -> None:
    """Append to *texts* the strings of a resource that start like an expression or an id, to *bracketed* others.

    This runs over every value of every resource; it is written for speed.
    """
    pending: list[Any] = [value for name, value in body.items() if name not in _APART]
    push = pending.extend
    while pending:
        item = pending.pop()
        kind = item.__class__
        if kind is str:
            if item and item[0] in "[/":
                texts.append(item)
                if item[-1] != "]" or (item[0] == "/" and "[" in item):
                    bracketed.append(item)
            elif "[" in item:
                bracketed.append(item)
        elif kind is dict:
            if item is not template:
                push(item.values())
        elif kind is list:
            push(item)


def _object(owner: Mapping[str, Json], name: str) -> JsonObject:
    value = owner.get(name)
    return value if isinstance(value, dict) else {}


def _text(owner: Mapping[str, Json], name: str) -> str:
    value = owner.get(name)
    return value if isinstance(value, str) else ""
