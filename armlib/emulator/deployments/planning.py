"""A request to what it would make, and whether the services would take it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from armlib.dataclass import dataclass
from armlib.deployment.context import Context, Mocks, at_scope
from armlib.deployment.expand import ExpandedResource, Expansion, expand
from armlib.deployment.fault import Fault
from armlib.deployment.loader import Loader
from armlib.deployment.names import Names
from armlib.deployment.nested import argument_value
from armlib.deployment.problems import TemplateFault
from armlib.deployment.scopes import DEPLOYMENTS, RESOURCE_GROUPS, id_key
from armlib.diagnostics import Severity
from armlib.emulator.addresses import parse_address
from armlib.emulator.caller import Caller
from armlib.emulator.deployments.refusals import invalid_template, preflight_failed, template_problem
from armlib.emulator.deployments.request import Request
from armlib.emulator.deployments.settled import EveryTypeHasZones
from armlib.emulator.providers.made_up import guid
from armlib.emulator.refusals import not_found
from armlib.emulator.resources import Resources
from armlib.emulator.settings import Settings
from armlib.expressions.environment import Environment
from armlib.expressions.simplify import is_known, is_secret, reveal
from armlib.expressions.values import Value
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

# Expanding allows deep recursion for the whole process while it runs, so that one expands at a time.
_EXPANDING: Final = threading.Lock()
_DATE: Final = 10  # characters of a date
_MAKES_SCOPES: Final = frozenset((RESOURCE_GROUPS, "microsoft.management/managementgroups"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A request and what it would make.

    *secure* are the names of the parameters that were given values that are kept nowhere.
    """

    request: Request
    expansion: Expansion
    context: Context
    secure: tuple[str, ...] = ()

    @property
    def parameters(self) -> Mapping[str, Value]:
        """The values of all parameters, defaults too."""
        environment = self.expansion.environment
        return {} if environment is None else parameter_values(self.request.template, environment)

    @property
    def own(self) -> tuple[ExpandedResource, ...]:
        """The resources of the template itself, without those of nested deployments."""
        return tuple(resource for resource in self.expansion.resources if resource.part_of is None)

    @property
    def warnings(self) -> list[Json]:
        """What is not wrong, yet should be told, as the service's diagnostics."""
        return [
            {"level": "Warning", "code": found.code, "message": found.message, "target": self.request.id}
            for found in self.expansion.diagnostics
            if found.severity is Severity.WARNING
        ]


def parameter_values(template: JsonObject, environment: Environment) -> dict[str, Value]:
    """Return the values of the parameters that *template* declares, as *environment* knows them."""
    declared = template.get("parameters")
    names = environment.template
    if not isinstance(declared, dict) or not isinstance(names, Names):
        return {}
    return {name: names.parameter(name) for name in declared}


class Planner:
    """Expands requests with what the state knows of their scopes.

    Args:
        resources: The resources, scopes included.
        settings: Ids and clock of the engine.
        loader: Finds linked templates.
        versions: The API versions of a type that are known, oldest first.
    """

    def __init__(
        self,
        resources: Resources,
        settings: Settings,
        loader: Loader,
        versions: Callable[[str], Sequence[str]] = lambda type_: (),
    ) -> None:
        self._resources = resources
        self._settings = settings
        self._loader = loader
        self._versions = versions

    def plan(self, request: Request, now: datetime | None = None) -> Plan:
        """Return what *request* would make; *now* is the time that ``utcNow()`` gives, by default that of the clock.

        Raises:
            Fault: The scope is not there, or the template or its parameters are not valid.
        """
        self.require_scope(request.scope)
        context = self._context(request, now or self._settings.clock())
        arguments = _arguments(request)
        with _EXPANDING:
            expansion = expand(
                request.template,
                arguments,
                context,
                self._loader,
                scope=request.place,
                address=request.address,
            )
        errors = [found for found in expansion.diagnostics if found.severity is Severity.ERROR]
        if errors:
            raise invalid_template(errors, request.body)
        _check_rest(request, expansion)
        plan = Plan(request=request, expansion=expansion, context=context)
        given = [name for name, entry in request.parameters.items() if isinstance(entry, dict) and "value" in entry]
        values = {name.lower(): value for name, value in plan.parameters.items()}
        secure = tuple(name for name in given if is_secret(values.get(name.lower())))
        return Plan(request=request, expansion=expansion, context=context, secure=secure)

    def expand_open(
        self, resource: ExpandedResource, name: str, arguments: Mapping[str, Value], context: Context
    ) -> Expansion:
        """Return what the nested deployment *resource* makes, now that its *arguments* are known.

        Raises:
            Fault: Its template is not valid with them.
        """
        nested = resource.nested
        assert nested is not None
        with _EXPANDING:
            expansion = expand(
                nested.template,
                arguments,
                at_scope(_renamed(context, name, nested.link), nested.scope),
                self._loader,
                scope=nested.scope,
                address=nested.address,
            )
        errors = [found for found in expansion.diagnostics if found.severity is Severity.ERROR]
        if errors:
            raise invalid_template(errors, {"properties": {"template": nested.template}})
        return expansion

    def preflight(self, plan: Plan, caller: Caller) -> None:
        """Raise a fault when a service would refuse one of the resources, as far as that is known before.

        Raises:
            Fault: ``InvalidTemplateDeployment``, with a detail for each.
        """
        faults = list(self._refusals(plan, caller))
        if faults:
            raise preflight_failed(plan.request.name, str(uuid4()), faults)

    def version_of(self, type_: str, template: JsonObject) -> str:
        """Return the API version of a resource whose template leaves it to its ``apiProfile``.

        The newest that is known, or the date of the profile.
        """
        known = [version for version in self._versions(type_) if not version.endswith("-preview")]
        return known[-1] if known else str(template.get("apiProfile", ""))[:_DATE]

    def require_scope(self, scope: str) -> None:
        """Raise the service's fault when the scope with the id *scope* is not there."""
        if scope and self._resources.find(scope) is None:
            self._resources.get(scope)

    def _refusals(self, plan: Plan, caller: Caller) -> Iterator[Fault]:
        made = {
            id_key(resource.id)
            for resource in plan.expansion.resources
            if resource.type.casefold() in _MAKES_SCOPES and isinstance(resource.id, str)
        }
        seen: dict[str, Fault | None] = {}
        for resource in plan.expansion.resources:
            try:
                self._check_scope(resource, made, seen)
                if resource.type.casefold() != DEPLOYMENTS:
                    self._check(resource, caller)
            except Fault as fault:
                if fault.target is None and isinstance(resource.id, str):
                    fault.target = resource.id
                yield fault

    def _check_scope(self, resource: ExpandedResource, made: set[str], seen: dict[str, Fault | None]) -> None:
        """Raise a fault when the group or subscription that *resource* goes to is not there and nothing makes it."""
        if resource.nested is not None and is_known(resource.nested.scope.id):
            scope = str(reveal(resource.nested.scope.id))
        elif isinstance(resource.id, str) and resource.condition is True:
            scope = resource.deployment_scope
        else:
            return
        if scope in seen:
            found = seen[scope]
            if found is not None and resource.nested is not None:
                raise found
            return
        seen[scope] = None
        if scope in ("", "/") or id_key(scope) in made or id_key(str(resource.id)) in made:
            return
        address = parse_address(scope)
        if self._resources.find(scope) is None and address.key:
            seen[scope] = not_found(address)
            raise not_found(address)

    def _check(self, resource: ExpandedResource, caller: Caller) -> None:
        """Raise a fault when its service would refuse *resource*; what is not known yet is not asked about."""
        if resource.condition is not True or not isinstance(resource.id, str):
            return
        body: Any = resource.body
        if not is_known(dict(body)):
            return
        version = reveal(resource.api_version)
        if isinstance(version, str):
            self._resources.check(resource.id, version, body, caller=caller)

    def _context(self, request: Request, now: datetime) -> Context:
        place, tenant = request.place, self._settings.tenant_id
        subscription = str(place.subscription_id or self._settings.subscription_id)
        found: dict[str, Any] = {"resource_group": {"name": ""}}
        if place.kind in (ScopeKind.GROUP, ScopeKind.SUBSCRIPTION):
            found["subscription"] = self._of_subscription(subscription)
        if place.kind is ScopeKind.GROUP:
            found["resource_group"] = self._resources.get(request.scope)
        if place.kind is ScopeKind.MANAGEMENT_GROUP:
            found["management_group"] = self._resources.get(request.scope)
        link = request.properties.get("templateLink")
        return Context(
            subscription_id=subscription,
            tenant_id=tenant,
            management_group_id=str(place.management_group or tenant),
            deployment_name=request.name,
            location=request.location,
            template_link=link if isinstance(link, dict) else None,
            deployer={"objectId": guid("deployer"), "userPrincipalName": "deployer@local.example"},
            now=now,
            mocks=Mocks(zones=EveryTypeHasZones()),
            **found,
        )

    def _of_subscription(self, subscription: str) -> JsonObject:
        found = self._resources.get(f"/subscriptions/{subscription}")
        return {name: found[name] for name in ("subscriptionId", "tenantId", "displayName") if name in found}


def _renamed(context: Context, name: str, link: Mapping[str, Value] | None) -> Context:
    from dataclasses import replace

    return replace(context, deployment_name=name, template_link=dict(reveal(dict(link))) if link else None)


def _arguments(request: Request) -> dict[str, Value]:
    arguments: dict[str, Value] = {}
    for name, entry in request.parameters.items():
        try:
            arguments[name] = argument_value(name, entry, ("parameters", name))  # type: ignore[arg-type]
        except TemplateFault as fault:
            raise template_problem(fault.message, fault.path, request.body, fault.hint) from None
    return arguments


def _check_rest(request: Request, expansion: Expansion) -> None:
    """Raise a fault for what an expansion lets pass and a deployment cannot."""
    for name, result in expansion.asserts.items():
        if reveal(result) is False:
            message = f"The assert '{name}' of the template does not hold."
            raise template_problem(message, ("asserts", name), request.body)
    for resource in expansion.resources:
        if resource.id is None:
            raise template_problem(
                f"The resource '{resource.symbolic_name}' of the type '{resource.type}' is provided by an extension, "
                "and the local Azure Resource Manager has none.",
                resource.path,
                request.body,
                hint="take it out, or put it under a condition",
            )
