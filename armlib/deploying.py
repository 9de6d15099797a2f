"""Entry, target and scope to a deployment: what ``armlib validate``, ``what-if``, ``deploy`` and ``destroy`` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from armlib.deployment.context import Context
from armlib.deployment.expand import Expansion, expand
from armlib.deployment.fault import Fault
from armlib.deployment.live import Live
from armlib.deployment.names import key_vault_secret
from armlib.deployment.place import context_at
from armlib.deployment.remedies import remedy
from armlib.deployment.scopes import DeploymentScope, id_key, parse_scope, short_id
from armlib.deployment.show import show
from armlib.deployment.target import Reader, Submission, Target
from armlib.deployment.types import is_nullable, is_secure, resolve
from armlib.diagnostics import Diagnostic, error, has_errors
from armlib.errors import DiagnosticsError, UsageError
from armlib.evaluation import Deployable, placed
from armlib.expressions.simplify import reveal
from armlib.expressions.values import Value
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind, scope_kind_of_template

if TYPE_CHECKING:
    from armlib.config import Azure, Types
    from armlib.deployment.whatif.model import Stack, WhatIf

LOCAL_LOCATION = "westeurope"
STACKS_VERSION = "2024-03-01"
_GROUPS_VERSION = "2021-04-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is deployed to, as it was asked for.

    *scope* is an id, None for the default of the local ARM. *state* is the file of the local ARM.
    """

    scope: str | None = None
    local: bool = False
    state: Path | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How something is deployed.

    *mode* is ``incremental``, ``complete`` or ``stack``; *rollback* the name of a deployment, or ``""`` for the last
    one that succeeded. *unmanage* says what a stack does with what it no longer has, *deny* what it forbids others.
    """

    name: str | None = None
    mode: str = "incremental"
    rollback: str | None = None
    unmanage: str = "delete"
    deny: str = "none"
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A deployment that is ready to be made: what is submitted, and what it comes to as far as is known before.

    *new_group* is the body of the resource group that has to be made first, None when it is there.
    """

    entry: Deployable
    submission: Submission
    scope: DeploymentScope
    expansion: Expansion
    new_group: JsonObject | None = None

    @property
    def group_id(self) -> str:
        """The id of the resource group; of no meaning above groups."""
        return str(self.scope.id)


def open_target(place: Place, azure: Azure) -> Target:
    """Return the target that *place* is on.

    Raises:
        UsageError: No scope is given for Azure.
        InputError: The cloud is not known, or the state of the local ARM cannot be used.
    """
    if place.local:
        from armlib.emulator.target import LocalTarget

        return LocalTarget.open(place.state)
    if place.scope is None:
        raise UsageError(
            "where to deploy to is not said",
            hint="give --scope /subscriptions/S/resourceGroups/G, or --local for the local ARM",
        )
    from armlib.azure.clouds import find_cloud
    from armlib.azure.target import AzureTarget

    parse_scope(place.scope)
    cloud = find_cloud(azure.cloud, endpoint=azure.endpoint, authority=azure.authority, audience=azure.audience)
    return AzureTarget(cloud, place.scope)


def deliver(
    entry: Deployable, target: Target, place: Place, how: How, name: str, *, now: datetime | None = None
) -> Delivery:
    """Return the deployment of *entry*, expanded with what *target* says of the scope.

    Args:
        entry: The template and its parameters.
        target: What it is deployed to.
        place: Where to; without a scope, to where the target has such templates by default.
        how: How.
        name: The name of the deployment when none is given.
        now: The time that it is expanded for; that of the clock by default.

    Raises:
        DiagnosticsError: The template or its parameters are wrong.
        Fault: The target refuses to be read.
    """
    scope = parse_scope(place.scope or target.default_scope(scope_kind_of_template(entry.template)))
    named = how.name or name
    context = Context(deployment_name=named, now=now or datetime.now(UTC))
    above = scope.kind is not ScopeKind.GROUP
    location = place.location or (LOCAL_LOCATION if place.local else None)
    new_group = None
    if not above:
        new_group = _new_group(target, scope, location)
        group = new_group or {}
        context = replace(context, resource_group={"name": str(scope.resource_group), **group})
    elif location is None:
        raise UsageError(
            f"a deployment to a {scope.kind.value} needs a location", hint="give --location; its data is kept there"
        )
    context = replace(context_at(target, scope, context), location=location if above else None)
    expansion = expand(entry.template, entry.parameters, context, entry.loader, scope=scope, address=entry.address)
    found = (*entry.diagnostics, *placed(expansion.diagnostics, entry))
    if has_errors(found):
        raise DiagnosticsError(found)
    return Delivery(
        entry=entry,
        submission=Submission(
            scope=str(scope.id),
            name=named,
            template=entry.template,
            parameters=_parameters(entry),
            location=location if above else None,
            mode="Complete" if how.mode == "complete" else "Incremental",
            rollback=_rollback(how.rollback),
            stack=_stack(how) if how.mode == "stack" else None,
            tags=how.tags,
        ),
        scope=scope,
        expansion=replace(expansion, diagnostics=found),
        new_group=new_group,
    )


def preview(delivery: Delivery, target: Target, settings: Types | None = None) -> WhatIf:
    """Return what *delivery* would change on *target*, with the installed resource types that *settings* name."""
    from armlib.azuretypes.location import store_path
    from armlib.azuretypes.store import open_store
    from armlib.deployment.remembered import Remembered
    from armlib.deployment.whatif.changes import what_if
    from armlib.deployment.whatif.model import Mode

    reader = Remembered(target)
    live = Live(reader, keeps_absent=True)
    wanted = [live.as_far_as_known(one) for one in delivery.expansion.resources]
    submission = delivery.submission
    mode = Mode.STACK if submission.stack is not None else Mode(submission.mode)
    store = open_store(store_path(settings.store if settings else None))
    try:
        return what_if(
            [one for one in wanted if one.condition is not False],
            reader,
            scope=submission.scope,
            mode=mode,
            stack=_managed(delivery, reader) if mode is Mode.STACK else None,
            definitions=store,
        )
    finally:
        if store is not None:
            store.close()


def _managed(delivery: Delivery, reader: Reader) -> Stack:
    """Return what the deployment stack of *delivery* manages now."""
    from armlib.deployment.whatif.model import Stack

    found: Any = reader.get(delivery.submission.id, STACKS_VERSION) or {}
    managed = (found.get("properties") or {}).get("resources") or ()
    actions: Any = (delivery.submission.stack or {}).get("actionOnUnmanage") or {}
    return Stack(
        managed=tuple(str(one["id"]) for one in managed if one.get("id")),
        resources=str(actions.get("resources", "detach")),
        resource_groups=str(actions.get("resourceGroups", "detach")),
        management_groups=str(actions.get("managementGroups", "detach")),
    )


def make_group(delivery: Delivery, target: Target) -> None:
    """Make the resource group of *delivery*, when it is not there."""
    if delivery.new_group is not None:
        target.put(delivery.group_id, _GROUPS_VERSION, delivery.new_group)


def secure_parameters(template: JsonObject) -> dict[str, JsonObject]:
    """Return the secure parameters of *template*, as they are declared, by name."""
    declared: Any = template.get("parameters") or {}
    entries = declared.items() if isinstance(declared, dict) else ()
    schemas = {name: resolve(entry, template) for name, entry in entries if isinstance(entry, dict)}
    return {name: schema for name, schema in schemas.items() if is_secure(schema)}


def missing_secrets(template: JsonObject, given: Mapping[str, object]) -> list[str]:
    """Return the names of the secure parameters of *template* that need a value and are *given* none."""
    known = {name.casefold() for name in given}
    return [
        name
        for name, schema in secure_parameters(template).items()
        if name.casefold() not in known and "defaultValue" not in schema and not is_nullable(schema)
    ]


def with_secrets(entry: Deployable, secrets: Mapping[str, Json]) -> Deployable:
    """Return *entry* with values for parameters that had none."""
    return replace(entry, parameters={**entry.parameters, **cast("Mapping[str, Value]", secrets)})


def refusals(fault: Fault, delivery: Delivery) -> tuple[Diagnostic, ...]:
    """Return one diagnostic for each cause of *fault*: which resource, where it is written, and what to do."""
    by_id = {id_key(one.id): one for one in delivery.expansion.resources if isinstance(one.id, str)}
    found: list[Diagnostic] = []
    for cause in fault.causes():
        one = by_id.get(id_key(cause.target)) if cause.target else None
        about = f"{short_id(cause.target)}: " if cause.target else ""
        found.append(error(cause.code, f"{about}{cause.message}", hint=remedy(cause), path=one.path if one else ()))
    return placed(tuple(dict.fromkeys(found)), delivery.entry)


def shown_outputs(outputs: Mapping[str, Any]) -> dict[str, Json]:
    """Return the values of *outputs* by name; those of secure ones are hidden."""
    shown: dict[str, Json] = {}
    for name, output in outputs.items():
        secure = str(output.get("type", "")).casefold().startswith("secure")
        shown[name] = "***" if secure else show(output.get("value"))
    return shown


def _new_group(target: Target, scope: DeploymentScope, location: str | None) -> JsonObject | None:
    """Return the body of the group that has to be made; None when it is there.

    Raises:
        Fault: It is not there, and no location is given for a new one.
    """
    if target.get(str(scope.id), _GROUPS_VERSION) is not None:
        return None
    if location is None:
        raise Fault(
            404,
            "ResourceGroupNotFound",
            f"Resource group '{scope.resource_group}' could not be found.",
            target=str(scope.id),
            hint="give --location, and it is made there",
        )
    return {"location": location}


def _parameters(entry: Deployable) -> dict[str, Json]:
    """Return the parameters of *entry* as the REST API has them."""
    found: dict[str, Json] = {}
    for name, value in entry.parameters.items():
        reference = entry.references.get(name)
        if reference is not None and value == key_vault_secret(name, cast("Value", reference)):
            found[name] = {"reference": reference}
        else:
            found[name] = {"value": reveal(value)}
    return found


def _rollback(name: str | None) -> JsonObject | None:
    if name is None:
        return None
    return {"type": "SpecificDeployment", "deploymentName": name} if name else {"type": "LastSuccessful"}


def _stack(how: How) -> JsonObject:
    return {
        "actionOnUnmanage": {
            "resources": how.unmanage,
            "resourceGroups": how.unmanage,
            "managementGroups": how.unmanage,
        },
        "denySettings": {"mode": how.deny},
    }
