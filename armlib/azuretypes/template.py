"""All the resources of a template, and of a list of expanded resources, against their definitions.

Adds what no definition says: the type and version of each resource, relative types of inline children, old spellings of
extension resources, nested templates, the segments of names, and the scope that a template is deployed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from armlib.azuretypes.body import Body, check_body, not_constant
from armlib.azuretypes.corrections import Corrections, packaged
from armlib.azuretypes.expression import TemplateValues, runtime_call_of
from armlib.azuretypes.model import Definitions, ResourceType, Scopes
from armlib.azuretypes.names import extension_of, is_version, nearest_version
from armlib.diagnostics import Diagnostic, error, nearest, warning
from armlib.expressions.parser import is_expression
from armlib.expressions.values import Unknown, Value
from armlib.jsontypes import JsonPath
from armlib.template.nesting import has_own_scope
from armlib.template.scope import ScopeKind, scope_kind_of_schema

DEPLOYMENT: Final = "microsoft.resources/deployments"
_DEPLOYMENT_KEYS: Final = frozenset(("resourcegroup", "subscriptionid", "scope", "apiversion"))
_EXPANDED_KEYS: Final = frozenset(("id", "symbolicname", "managementgroup", "resourcegroup", "subscriptionid"))
_DEEPEST: Final = 200  # steps of a path; Azure does not nest templates that far
_SCOPES: Final = {
    ScopeKind.GROUP: Scopes.RESOURCE_GROUP,
    ScopeKind.SUBSCRIPTION: Scopes.SUBSCRIPTION,
    ScopeKind.MANAGEMENT_GROUP: Scopes.MANAGEMENT_GROUP,
    ScopeKind.TENANT: Scopes.TENANT,
}
_SCOPE_NAMES: Final = {
    Scopes.TENANT: "tenant",
    Scopes.MANAGEMENT_GROUP: "management group",
    Scopes.SUBSCRIPTION: "subscription",
    Scopes.RESOURCE_GROUP: "resource group",
    Scopes.EXTENSION: "another resource (through 'scope')",
}


class Placed(NamedTuple):
    """A resource of a template, with what its surroundings say of it.

    Attributes:
        value: The resource as it is written.
        path: Where it stands.
        type: Its whole type as written; None when that is an expression.
        version: Its API version; None when it has none, or one that only the deployment knows.
        segments: How many segments its name must have.
        scope: What it is deployed to; None when that is not known, or another resource.
        values: What its expressions can name; None when strings are plain.
        has_version: Whether it is written with an API version at all.
        starts_alone: Whether its values must be known when the whole deployment starts; the parameters of a nested
            deployment are worked out later, and what they were has gone into an expanded resource.
    """

    value: Mapping[str, Any]
    path: JsonPath
    type: str | None
    version: str | None
    segments: int
    scope: Scopes | None
    values: TemplateValues | None
    has_version: bool = True
    starts_alone: bool = True

    @property
    def existing(self) -> bool:
        """Whether it is only referred to."""
        return self.value.get("existing") is True

    def name_pieces(self) -> list[str | None]:
        """Return the known parts of its name, None for each that is not."""
        name = self.value.get("name")
        if not isinstance(name, str):
            return [None]
        return [name] if self.values is None else self.values.text_pieces(name)

    def effective_type(self) -> str | None:
        """Return its type, that of the extension when it is spelt ``PARENT/providers/EXTENSION``; None when unknown."""
        if self.type is None or "/providers/" not in self.type.casefold():
            return self.type
        above = self.type.count("/") - self.segments  # segments of the name that the parents of an inline child have
        pieces = self.name_pieces()
        name = "?/" * above + "".join(piece if piece is not None else "?" for piece in pieces)
        found = extension_of(self.type, name) or self.type
        return None if found.startswith("/") else found


class Expanded(Protocol):
    """A resource as a deployment would make it; values may be unknown or secret at any depth.

    *scope* is the id of what it is deployed to or extends, *body* what is sent to the provider (empty when even that is
    unknown), *path* the place in the template that it comes from, *deployment* the id of the nested deployment that it
    is part of.
    """

    @property
    def type(self) -> str:
        """The whole type."""

    @property
    def api_version(self) -> Value:
        """The API version."""

    @property
    def name(self) -> Value:
        """The whole name."""

    @property
    def scope(self) -> Value:
        """The id of what it is deployed to."""

    @property
    def body(self) -> Mapping[str, Value]:
        """What is sent to the provider."""

    @property
    def path(self) -> JsonPath:
        """Where it stands in the template."""

    @property
    def deployment(self) -> str | None:
        """The nested deployment that it is part of."""


def check_template(
    template: Mapping[str, Any],
    definitions: Definitions,
    *,
    corrections: Corrections | None = None,
    scope: ScopeKind | None = None,
    path: JsonPath = (),
) -> list[Diagnostic]:
    """Return what the definitions say against the resources of *template*, in its order.

    Args:
        template: An ARM template; what is malformed in it is passed over, for other checks to report.
        definitions: The installed definitions.
        corrections: Where they are wrong; None for the packaged corrections.
        scope: What it is deployed to; None for what its ``$schema`` says.
        path: Where the template stands.
    """
    corrections = packaged() if corrections is None else corrections
    placed = resources_of(template, scope=scope, path=path)
    return [found for each in placed for found in check_placed(each, definitions, corrections)]


def check_expanded(
    resources: Iterable[Expanded], definitions: Definitions, *, corrections: Corrections | None = None
) -> list[Diagnostic]:
    """Return what the definitions say against expanded resources: whole types and names, expressions evaluated.

    A problem that all copies of a resource have is told once.
    """
    corrections = packaged() if corrections is None else corrections
    found = [each for one in resources if one.body for each in check_placed(_expanded(one), definitions, corrections)]
    return list(dict.fromkeys(found))


def resources_of(
    template: Mapping[str, Any], *, scope: ScopeKind | None = None, path: JsonPath = ()
) -> Iterator[Placed]:
    """Yield the resources of *template*: with inline children, and those of nested templates, each after its parent."""
    kind = scope or scope_kind_of_schema(str(template.get("$schema", "")))
    yield from _resources(
        template.get("resources"),
        _Around(TemplateValues.of(template), None if kind is None else _SCOPES[kind], template),
        (*path, "resources"),
    )


def check_placed(placed: Placed, definitions: Definitions, corrections: Corrections) -> list[Diagnostic]:
    """Return what the definitions say against one resource."""
    found = [*_envelope_constants(placed), *_segments(placed)]
    name = placed.effective_type()
    if name is None:
        return found
    exceptions = corrections.for_type(name, placed.version or "")
    if exceptions is not None and "any" in exceptions.kinds:
        return found
    type_ = definitions.find(name, placed.version) if placed.version else None
    near = type_ is None
    if type_ is None:
        accepted = exceptions is not None and "version" in exceptions.kinds
        problem, type_ = _nearest(name, placed, definitions, silent=accepted)
        found += problem
        if type_ is None:
            return found
        if not placed.version:
            exceptions = corrections.for_type(name, type_.version)
    if not placed.existing and not (exceptions is not None and "scope" in exceptions.kinds):
        found += _scope(placed, type_, near)
    body = Body(
        value=placed.value,
        type=type_,
        path=placed.path,
        name=_last_segment(placed.name_pieces()),
        nearest=near,
        existing=placed.existing,
        values=placed.values,
        exceptions=exceptions,
        further=_further(name, placed),
        starts_alone=placed.starts_alone,
    )
    return found + check_body(body, definitions)


def find_type(placed: Placed, definitions: Definitions) -> tuple[ResourceType | None, bool]:
    """Return the definition that a resource is checked against, and whether it is exactly the one it asks for."""
    name = placed.effective_type()
    if name is None:
        return None, False
    exact = definitions.find(name, placed.version) if placed.version else None
    if exact is not None:
        return exact, True
    return _nearest(name, placed, definitions, silent=True)[1], False


class _Around(NamedTuple):
    """What surrounds a resource: what expressions can name, the scope, and the parent's type when it is inline."""

    values: TemplateValues
    scope: Scopes | None
    template: Mapping[str, Any]
    parent: str | None = None


def _resources(container: Any, around: _Around, path: JsonPath) -> Iterator[Placed]:
    entries: Iterable[tuple[str | int, Any]]
    if len(path) > _DEEPEST:
        return
    if isinstance(container, list):
        entries = enumerate(container)
    elif isinstance(container, Mapping):
        entries = container.items()
    else:
        return
    for step, value in entries:
        if isinstance(value, Mapping) and "import" not in value and "extension" not in value:
            placed = _placed(value, around, (*path, step))
            yield placed
            if placed.type is not None:
                inner = around._replace(parent=placed.type, scope=placed.scope)
                yield from _resources(value.get("resources"), inner, (*placed.path, "resources"))
            yield from _nested(placed, around)


def _placed(value: Mapping[str, Any], around: _Around, path: JsonPath) -> Placed:
    written = _text(value.get("type"), around.values)
    type_ = written
    segments = written.count("/") if written else 0
    if written is not None and around.parent is not None and not _is_absolute(written):
        type_ = f"{around.parent}/{written}"
        segments = written.count("/") + 1
    version = _text(value.get("apiVersion"), around.values)
    return Placed(
        value=value,
        path=path,
        type=type_,
        version=version,
        segments=segments,
        scope=_scope_of(value, around),
        values=around.values,
        has_version=value.get("apiVersion") is not None,
    )


def _expanded(resource: Expanded) -> Placed:
    version = resource.api_version
    identity = {"type": resource.type, "apiVersion": version, "name": resource.name}
    body = resource.body if resource.type.casefold() != DEPLOYMENT else _as_written(resource.body)
    return Placed(
        value={**body, **identity},
        path=resource.path,
        type=resource.type,
        version=version if isinstance(version, str) else None,
        segments=resource.type.count("/"),
        scope=_scope_of_id(resource.scope or "/") if isinstance(resource.scope, str) else None,
        values=None,
        has_version=version is not None,
        starts_alone=resource.deployment is None and "template" not in resource.path,
    )


def _as_written(body: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return a nested deployment without what expanding it has added, and what is left to the nested template."""
    properties = body.get("properties")
    if not isinstance(properties, Mapping):
        return body
    left_out = ("outputs", "extensionConfigs")
    return {**body, "properties": {name: value for name, value in properties.items() if name not in left_out}}


def _is_absolute(type_: str) -> bool:
    return "." in type_.split("/")[0]


def _text(value: Any, values: TemplateValues) -> str | None:
    return values.known_text(value) if isinstance(value, str) else None


def _scope_of(value: Mapping[str, Any], around: _Around) -> Scopes | None:
    """Return what a resource is deployed to, None for another resource and for what is not known."""
    if value.get("scope") is None:
        return around.scope
    scope = _text(value["scope"], around.values)
    if scope is None:
        return None
    return _scope_of_id(scope)


def _scope_of_id(scope: str) -> Scopes | None:
    folded = scope.casefold().strip("/")
    parts = folded.split("/")
    if not folded:
        return Scopes.TENANT
    if parts[0] == "subscriptions":
        return {2: Scopes.SUBSCRIPTION, 4: Scopes.RESOURCE_GROUP}.get(len(parts))
    if "microsoft.management/managementgroups/" in folded and len(parts) <= 4:
        return Scopes.MANAGEMENT_GROUP
    return None


def _nested(placed: Placed, around: _Around) -> Iterator[Placed]:
    """Yield the resources of a deployment's inline template."""
    properties = placed.value.get("properties")
    if placed.type is None or placed.type.casefold() != DEPLOYMENT or not isinstance(properties, Mapping):
        return
    template = properties.get("template")
    if not isinstance(template, Mapping):
        return
    values = TemplateValues.of(template) if has_own_scope(properties, around.template) else around.values
    path = (*placed.path, "properties", "template", "resources")
    yield from _resources(template.get("resources"), _Around(values, _scope_of_deployment(placed), template), path)


def _scope_of_deployment(placed: Placed) -> Scopes | None:
    if placed.value.get("resourceGroup") is not None:
        return Scopes.RESOURCE_GROUP
    if placed.value.get("subscriptionId") is not None:
        return Scopes.SUBSCRIPTION
    if placed.value.get("scope") is not None and placed.scope is None:
        pieces = placed.values.text_pieces(str(placed.value["scope"])) if placed.values else [None]
        return _scope_of_id("".join(piece if piece is not None else "?" for piece in pieces))
    return placed.scope


def _nearest(
    name: str, placed: Placed, definitions: Definitions, *, silent: bool
) -> tuple[list[Diagnostic], ResourceType | None]:
    """Return what to say of a type and version that is not known, and the definition to use instead."""
    versions = definitions.versions(name)
    if not versions:
        return _unknown_type(name, placed, definitions), None
    asked = placed.version or ""
    near = nearest_version(asked, versions)
    type_ = None if near is None else definitions.find(name, near)
    if silent or not placed.has_version or not asked:
        return [], type_
    path = (*placed.path, "apiVersion")
    if not is_version(asked):
        return [warning("unknown-api-version", f"'{asked}' is no API version", path=path, hint=f"'{near}' is")], type_
    message = f"{name} has no known version {asked}"
    newest = versions[-1]
    hint = f"the nearest is {near}" + (f", the newest {newest}" if newest != near else "")
    return [
        warning("unknown-api-version", message, path=path, hint=f"{hint}; the body was checked against {near}")
    ], type_


def _unknown_type(name: str, placed: Placed, definitions: Definitions) -> list[Diagnostic]:
    namespace = name.split("/")[0]
    known = definitions.names(namespace)
    if not known and not definitions.complete:
        return []
    likely = nearest_type(name, definitions)
    what = "type" if known else "type, nor is its namespace"
    path = (*placed.path, "type")
    return [
        warning(
            "unknown-type",
            f"'{name}' is no known {what}",
            path=path,
            hint=f"did you mean '{likely}'?" if likely else "its properties are not checked",
        )
    ]


def nearest_type(name: str, definitions: Definitions) -> str | None:
    """Return the known type that *name* is most likely a misspelling of: of its namespace, or of the nearest one."""
    namespace = name.split("/")[0]
    known = definitions.names(namespace)
    if not known:
        near = nearest(namespace, definitions.namespaces())
        known = definitions.names(near) if near else ()
    return nearest(name, known)


def _scope(placed: Placed, type_: ResourceType, near: bool) -> list[Diagnostic]:
    report = warning if near else error
    if not type_.writable:
        return [
            report(
                "not-deployable",
                f"{type_.name} can be read, but not deployed",
                path=(*placed.path, "type"),
                hint="use it as an existing resource, or with reference()",
            )
        ]
    wanted = placed.scope
    extends = placed.type is not None and "/providers/" in placed.type.casefold()
    if wanted is None or extends or wanted & type_.writable:
        return []
    allowed = " or ".join(text for scope, text in _SCOPE_NAMES.items() if scope & type_.writable)
    return [
        report(
            "wrong-scope",
            f"{type_.name} is deployed to a {allowed}, not to a {_SCOPE_NAMES[wanted]}".replace("a another", "another"),
            path=(*placed.path, "type"),
            hint="set 'scope', or put it into a nested deployment at that scope",
        )
    ]


def _envelope_constants(placed: Placed) -> Iterator[Diagnostic]:
    """Yield the keys of the template language that must be known before the deployment starts, and are not."""
    if not placed.starts_alone:
        return
    copy = placed.value.get("copy")
    values = {
        ("condition",): placed.value.get("condition"),
        ("apiVersion",): placed.value.get("apiVersion"),
        ("type",): placed.value.get("type"),
        ("copy", "count"): copy.get("count") if isinstance(copy, Mapping) else None,
    }
    for path, value in values.items():
        call = None
        if isinstance(value, Unknown):
            call = runtime_call_of(value.expression)
        elif isinstance(value, str) and placed.values is not None and is_expression(value):
            call = placed.values.runtime_call(value)
        if call is not None:
            yield not_constant(path[-1], call, (*placed.path, *path))


def _segments(placed: Placed) -> Iterator[Diagnostic]:
    """Yield an error when a name has not as many segments as the type; of an unknown part, one is counted."""
    if placed.type is None or not placed.segments or not isinstance(placed.value.get("name"), str):
        return
    pieces = placed.name_pieces()
    known = all(piece is not None for piece in pieces)
    count = 1 + sum(piece.count("/") for piece in pieces if piece is not None)
    if count == placed.segments or (not known and count < placed.segments):
        return
    shown = "".join(piece if piece is not None else "…" for piece in pieces)
    yield error(
        "name-segments",
        f"the name '{shown}' has {'' if known else 'at least '}{count} {'segment' if count == 1 else 'segments'}, "
        f"the type '{placed.type}' asks for {placed.segments}",
        path=(*placed.path, "name"),
        hint="one segment for each segment of the type after the namespace: 'account/default/container'",
    )


def _last_segment(pieces: Sequence[str | None]) -> str | None:
    last = pieces[-1]
    if last is None:
        return None
    return last.rpartition("/")[2] if "/" in last or len(pieces) == 1 else None


def _further(name: str, placed: Placed) -> frozenset[str]:
    further = _DEPLOYMENT_KEYS if name.casefold() == DEPLOYMENT else frozenset()
    return further | _EXPANDED_KEYS if placed.values is None else further
