"""A template, its parameters and a scope to the resources and outputs that a deployment would make."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from armlib.deployment.cell import known
from armlib.deployment.context import Context
from armlib.deployment.frame import Engine, Frame, shows_deployment
from armlib.deployment.instance import Instance
from armlib.deployment.loader import FileLoader, Loader
from armlib.deployment.problems import TemplateFault
from armlib.deployment.scopes import DeploymentScope, scope_of_id
from armlib.deployment.template_hash import template_hash
from armlib.deployment.walk import walk
from armlib.diagnostics import Diagnostic, error, has_errors
from armlib.expressions.environment import Environment, Site
from armlib.expressions.values import Unknown, Value
from armlib.jsontypes import JsonObject, JsonPath
from armlib.template.canonical import json_bytes
from armlib.template.limits import MAX_TEMPLATE_BYTES
from armlib.template.scope import scope_kind_of_template

_RECURSION_LIMIT = 20_000  # frames; a resource that refers to another takes eighteen, and 800 may do so in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """What a nested or linked deployment deploys, to where, and with which arguments.

    *is_outer* tells that the template is evaluated in the scope of the one around it. *is_open* tells that only the
    deployment will know how many resources it makes: some loop in it runs as often as a resource says.
    """

    template: JsonObject
    scope: DeploymentScope
    arguments: Mapping[str, Value]
    outputs: Mapping[str, Value]
    environment: Environment
    is_outer: bool = False
    is_open: bool = False
    location: Value = None
    address: str = ""
    link: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandedResource:
    """A resource as a deployment would make it.

    *body* holds what is sent to the provider (location, tags, properties, …), *scope* the id that the resource is
    deployed in: a resource group, subscription, management group, the tenant (``/``), or the resource it extends.
    *condition* is True, or an unknown value. *depends_on* holds ids. Values may be unknown or secret at any depth.

    *waits* holds the resources of *depends_on* that the same deployment makes, *nested* what a nested deployment
    deploys, and *environment* what the expressions that are left in the resource are evaluated in.
    """

    id: Value
    name: Value
    type: str
    api_version: Value
    scope: Value
    body: Mapping[str, Value]
    depends_on: tuple[Value, ...] = ()
    condition: Value = True
    symbolic_name: str | None = None
    path: JsonPath = ()
    deployment: str | None = None  # id of the nested deployment that it is part of
    part_of: ExpandedResource | None = field(default=None, repr=False, compare=False)  # that nested deployment
    waits: tuple[ExpandedResource, ...] = field(default=(), repr=False, compare=False)
    nested: Nested | None = field(default=None, repr=False, compare=False)
    environment: Environment | None = field(default=None, repr=False, compare=False)

    @property
    def deployment_scope(self) -> str:
        """The id of the resource group, subscription or management group that it lies in; ``/`` for the tenant."""
        return (scope_of_id(self.id) or "/") if isinstance(self.id, str) else "/"


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """What a deployment of a template would make, as far as that is known, and what is wrong."""

    template: JsonObject
    resources: tuple[ExpandedResource, ...] = ()
    outputs: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    asserts: Mapping[str, Value] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    environment: Environment | None = field(default=None, repr=False, compare=False)  # of the outputs

    @property
    def succeeded(self) -> bool:
        """Whether nothing is wrong with the template and its parameters."""
        return not has_errors(self.diagnostics)

    @cached_property
    def template_hash(self) -> str:
        """The hash that Azure computes of the template."""
        return template_hash(self.template)


def expand(
    template: JsonObject,
    parameters: Mapping[str, Value] | None = None,
    context: Context | None = None,
    loader: Loader | None = None,
    *,
    scope: DeploymentScope | None = None,
    address: str = "",
    unknown_parameters: bool = False,
) -> Expansion:
    """Return what a deployment of *template* would make; wrong input becomes diagnostics.

    Args:
        template: The template.
        parameters: Values by parameter name; never expressions, whatever they look like.
        context: Scope, names and the answers of the target; its defaults are a resource group that does not exist.
        loader: Finds linked templates; without one none is found.
        scope: What the template is deployed to; by default what its ``$schema`` says, named as the context does.
        address: Where the template comes from; relative links start there.
        unknown_parameters: Whether required parameters that are given no value are unknown instead of errors.
    """
    context = context or Context()
    engine = Engine(context, loader or FileLoader(), unknown_parameters=unknown_parameters)
    text = json_bytes(template, compact=True)
    found = _too_large(len(text))
    if found is not None:
        return Expansion(template=template, diagnostics=(found,))
    engine.shows_deployment = shows_deployment(text)
    frame = root_frame(engine, template, parameters or {}, scope=scope, address=address)
    with _deep_recursion(), _without_collections():
        try:
            frame.expand()
            asserts = frame.asserts()
            outputs = _outputs(frame)
            resources = _resources(engine.expanded)
        except TemplateFault as fault:
            engine.problems.report(fault)
            return Expansion(template=template, diagnostics=engine.problems.diagnostics)
    return Expansion(
        template=template,
        resources=resources,
        outputs=outputs,
        asserts=asserts,
        diagnostics=engine.problems.diagnostics,
        environment=frame.environment,
    )


def evaluate_expression(
    text: str,
    template: JsonObject,
    parameters: Mapping[str, Value] | None = None,
    context: Context | None = None,
    loader: Loader | None = None,
    *,
    scope: DeploymentScope | None = None,
    address: str = "",
    unknown_parameters: bool = False,
) -> tuple[Value, tuple[Diagnostic, ...]]:
    """Return the value of the expression *text* where an output of *template* could stand, and what is wrong.

    *text* may leave out the brackets. The other arguments are those of :func:`expand`.
    """
    engine = Engine(context or Context(), loader or FileLoader(), unknown_parameters=unknown_parameters)
    frame = root_frame(engine, template, parameters or {}, scope=scope, address=address)
    expression = text.strip()
    if not expression.startswith("["):
        expression = f"[{expression}]"
    with _deep_recursion():
        try:
            value = walk(expression, replace(frame.environment, site=Site.ANYWHERE), ())
        except TemplateFault as fault:
            engine.problems.report(fault)
            value = None
    return value, engine.problems.diagnostics


def root_frame(
    engine: Engine,
    template: JsonObject,
    parameters: Mapping[str, Value],
    *,
    scope: DeploymentScope | None = None,
    address: str = "",
) -> Frame:
    """Return the deployment of *template* before anything of it is worked out."""
    context = engine.context
    own = scope_kind_of_template(template)
    place = scope or context.scope(own)
    if scope is not None and scope.kind is not own and isinstance(template.get("$schema"), str):
        message = f"the $schema of the template is for a {own.value} deployment, the scope is a {scope.kind.value}"
        engine.problems.note(message, ("$schema",), code="scope-mismatch")
    location: Value = context.location or context.resource_group.get("location")
    link: Any = context.template_link
    return Frame(
        engine,
        template,
        place,
        name=context.deployment_name,
        arguments={name: known(value) for name, value in parameters.items()},
        address=address or str((link or {}).get("uri", "")),
        location=location,
        link=link,
    )


def _too_large(size: int) -> Diagnostic | None:
    if size <= MAX_TEMPLATE_BYTES:
        return None
    return error(
        "template-limit",
        f"InvalidTemplate: The template is {size / 2**20:.1f} MB large; the limit is {MAX_TEMPLATE_BYTES >> 20} MB.",
        hint="split it into linked templates",
    )


def _outputs(frame: Frame) -> Mapping[str, Mapping[str, Value]]:
    try:
        outputs: Any = frame.output_values()
    except TemplateFault as fault:
        frame.engine.problems.report(fault)
        return {}
    return outputs  # type: ignore[no-any-return]


def _resources(instances: Sequence[Instance]) -> tuple[ExpandedResource, ...]:
    """Return *instances* as values; each comes after those it waits for and the deployment that it is part of."""
    made: dict[Instance, ExpandedResource] = {}
    for instance in instances:
        made[instance] = _resource(instance, made)
    return tuple(made.values())


def _resource(instance: Instance, made: Mapping[Instance, ExpandedResource]) -> ExpandedResource:
    parent = instance.frame.parent
    return ExpandedResource(
        id=instance.id,
        name=instance.name,
        type=instance.type,
        api_version=instance.api_version,
        scope=instance.scope,
        body=instance.shown if instance.shown is not None else instance.body.get(),
        depends_on=(*(waited.id for waited in instance.waits), *instance.unknown_dependencies),
        condition=instance.condition,
        symbolic_name=instance.symbolic_name,
        path=instance.path,
        deployment=parent.id if parent is not None and isinstance(parent.id, str) else None,
        part_of=made.get(parent) if parent is not None else None,
        waits=tuple(made[waited] for waited in instance.waits if waited in made),
        nested=_nested(instance),
        environment=instance.environment,
    )


def _nested(instance: Instance) -> Nested | None:
    child = instance.child.get()
    if child is None:
        return None
    return Nested(
        template=child.template,
        scope=child.scope,
        arguments=child.names.given_values() if not child.is_outer else {},
        outputs=child.output_values(),
        environment=child.environment,
        is_outer=child.is_outer,
        is_open=any(isinstance(each.index, Unknown) for each in child.instances),
        location=child.location,
        address=child.address,
        link=child.link,
    )


@contextmanager
def _without_collections() -> Iterator[None]:
    """Let the garbage be until the end: looking for circles in all that is made costs more than making it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Allow the deep but bounded recursion of resources that refer to each other in a row."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
