"""What surrounds an offline deployment: its scope and names, and the answers of what it would ask Azure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from armlib.deployment.scopes import DeploymentScope
from armlib.diagnostics import nearest
from armlib.errors import InputError
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

Objects: TypeAlias = Mapping[str, Any]  # JSON values, as they were given

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
_MEMBERS = frozenset(
    {
        "subscriptionId",
        "tenantId",
        "managementGroupId",
        "subscription",
        "tenant",
        "managementGroup",
        "resourceGroup",
        "deploymentName",
        "location",
        "templateLink",
        "utcNow",
        "deployer",
        "environment",
        "mocks",
        "notes",
    }
)
_MOCKS = ("reference", "list", "providers", "linkedTemplates", "roleDefinitions", "zones", "physicalZones")


class ContextError(InputError):
    """A context that is not of the documented form."""

    code = "context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mocks:
    """Answers of the target, each by the name that is asked for; names are matched without regard to case.

    reference: resource id to ``{apiVersion, properties, full}``; ``*`` answers for every id that is not named.
    list: resource id, or ``FUNCTION ID``, to the answer of a list function; ``*`` likewise.
    providers: what ``providers()`` gives, ``{namespace, resourceTypes: […]}`` each.
    linked_templates: address (or path, or id of a template spec's version) to template.
    role_definitions: role name to GUID.
    zones: ``Microsoft.Compute/virtualMachines`` to region to zones.
    physical_zones: region to logical zone to physical zone.
    """

    reference: Objects = field(default_factory=dict)
    list: Objects = field(default_factory=dict)
    providers: tuple[Any, ...] = ()
    linked_templates: Objects = field(default_factory=dict)
    role_definitions: Objects = field(default_factory=dict)
    zones: Objects = field(default_factory=dict)
    physical_zones: Objects = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a template is deployed to, as whom, under which name, and what the target would answer.

    *resource_group*, *subscription*, *tenant*, *management_group*, *deployer* and *environment* are (parts of) what the
    functions of the same name return. *now* is the time that ``utcNow()`` gives; None leaves the call as it is.
    """

    subscription_id: str = ZERO_GUID
    tenant_id: str = ZERO_GUID
    management_group_id: str = ZERO_GUID
    resource_group: Objects = field(
        default_factory=lambda: {"name": "DummyResourceGroup", "location": "Dummy Location"}
    )
    subscription: Objects = field(default_factory=dict)
    tenant: Objects = field(default_factory=dict)
    management_group: Objects = field(default_factory=dict)
    deployment_name: str = "deployment"
    location: str | None = None
    template_link: Objects | None = None
    deployer: Objects = field(default_factory=dict)
    environment: Objects | None = None
    mocks: Mocks = field(default_factory=Mocks)
    now: datetime | None = None

    def scope(self, kind: ScopeKind) -> DeploymentScope:
        """Return the scope of *kind* that this context speaks of."""
        if kind is ScopeKind.GROUP:
            return DeploymentScope(
                kind, subscription_id=self.subscription_id, resource_group=str(self.resource_group["name"])
            )
        if kind is ScopeKind.SUBSCRIPTION:
            return DeploymentScope(kind, subscription_id=self.subscription_id)
        if kind is ScopeKind.MANAGEMENT_GROUP:
            return DeploymentScope(kind, management_group=self.management_group_id)
        return DeploymentScope(kind)


def read_context(value: Json, *, now: datetime | None = None) -> Context:
    """Return the context that a ``--context`` file holds; every member may be absent.

    Members: ``subscriptionId``, ``tenantId``, ``managementGroupId``, ``resourceGroup {name, location, …}``,
    ``subscription``, ``tenant``, ``managementGroup``, ``deploymentName``, ``location``, ``templateLink``, ``deployer``,
    ``environment``, ``utcNow`` (ISO 8601; otherwise *now*) and ``mocks``; ``notes`` is for people.

    Raises:
        ContextError: A member is misspelled, or is not of its form.
    """
    given = _object(value, "the context")
    _known_members(given, _MEMBERS, "the context")
    subscription = _member(given, "subscription")
    management_group = _member(given, "managementGroup")
    tenant = _member(given, "tenant")
    group = {"name": "DummyResourceGroup", **_member(given, "resourceGroup")}
    if set(group) == {"name"}:
        group["location"] = "Dummy Location"
    return Context(
        subscription_id=_text(given, "subscriptionId") or _text(subscription, "subscriptionId") or ZERO_GUID,
        tenant_id=_text(given, "tenantId") or _text(tenant, "tenantId") or ZERO_GUID,
        management_group_id=_text(given, "managementGroupId") or _text(management_group, "name") or ZERO_GUID,
        resource_group=group,
        subscription=subscription,
        tenant=tenant,
        management_group=management_group,
        deployment_name=_text(given, "deploymentName") or "deployment",
        location=_text(given, "location"),
        template_link=_member(given, "templateLink") if given.get("templateLink") is not None else None,
        deployer=_member(given, "deployer"),
        environment=_member(given, "environment") if given.get("environment") is not None else None,
        mocks=_mocks(_member(given, "mocks")),
        now=_time(_text(given, "utcNow")) or now,
    )


def at_scope(context: Context, scope: DeploymentScope) -> Context:
    """Return *context* with *scope* as the place it speaks of."""
    changes: dict[str, Any] = {}
    if isinstance(scope.subscription_id, str):
        changes["subscription_id"] = scope.subscription_id
    if isinstance(scope.management_group, str):
        changes["management_group_id"] = scope.management_group
    if isinstance(scope.resource_group, str):
        changes["resource_group"] = {**context.resource_group, "name": scope.resource_group}
    return replace(context, **changes)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContextError(f"utcNow of the context is no ISO 8601 time: '{text}'") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _mocks(given: JsonObject) -> Mocks:
    _known_members(given, frozenset(_MOCKS), "mocks")
    providers = given.get("providers", [])
    if not isinstance(providers, list):
        raise ContextError("mocks.providers is not an array of {namespace, resourceTypes}")
    return Mocks(
        reference=_folded(_member(given, "reference")),
        list=_folded(_member(given, "list")),
        providers=tuple(providers),
        linked_templates=_folded(_member(given, "linkedTemplates")),
        role_definitions=_folded(_member(given, "roleDefinitions")),
        zones=_folded(_member(given, "zones")),
        physical_zones=_folded({_region(name): zones for name, zones in _member(given, "physicalZones").items()}),
    )


def _folded(value: Mapping[str, Json]) -> dict[str, Json]:
    return {name.casefold(): answer for name, answer in value.items()}


def _region(name: str) -> str:
    return name.replace(" ", "")


def _member(value: Mapping[str, Json], name: str) -> JsonObject:
    found = value.get(name)
    return {} if found is None else _object(found, f"{name} of the context")


def _object(value: Json, what: str) -> JsonObject:
    if not isinstance(value, dict):
        raise ContextError(f"{what} is not an object", hint="see 'armlib eval --help' for its form")
    return value


def _text(value: Mapping[str, Json], name: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise ContextError(f"{name} of the context is not a text")
    return found or None


def _known_members(value: Mapping[str, Json], known: frozenset[str], what: str) -> None:
    """Refuse what is a known member misspelled; members for others to read are let pass."""
    for name in value:
        near = None if name in known else nearest(name, known)
        if near is not None:
            raise ContextError(f"{what} has no member '{name}'", hint=f"did you mean '{near}'?")
