"""One deployment being evaluated: a template at a scope with its arguments, and the nested ones inside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from armlib.deployment.cell import Cell, known
from armlib.deployment.context import Context
from armlib.deployment.dependencies import (
    Directory,
    all_dependencies,
    circle,
    in_order,
    resolve_declared,
    serial_batches,
)
from armlib.deployment.instance import Instance, declarations, evaluated_body, instances
from armlib.deployment.loader import Loader
from armlib.deployment.names import Arguments, Names
from armlib.deployment.nested import child_frame, shown_body
from armlib.deployment.outputs import assert_values, output_values
from armlib.deployment.problems import Problems, TemplateFault, located
from armlib.deployment.scope_values import scope_values
from armlib.deployment.scopes import DeploymentScope, short_id
from armlib.deployment.state import DeploymentState
from armlib.errors import InputError
from armlib.expressions.environment import Budget, Environment, Site
from armlib.expressions.values import Value
from armlib.jsontypes import JsonObject, JsonPath
from armlib.template.limits import MAX_RESOURCES
from armlib.template.nesting import is_new

MAX_INSTANCES = 5_000  # of one evaluation, nested deployments included; the service takes 800 of one template
_WHOLE_DEPLOYMENT = re.compile(rb"deployment\(\s*\)(?!\s*\.\s*(?:name|location)\b)", re.IGNORECASE)


@dataclass(slots=True)
class Engine:
    """What all deployments of one evaluation share."""

    context: Context
    loader: Loader
    unknown_parameters: bool = False
    problems: Problems = field(default_factory=Problems)
    budget: Budget = field(default_factory=Budget)
    registry: dict[str, Instance] = field(default_factory=dict)  # resources that are deployed, by folded id
    expanded: list[Instance] = field(default_factory=list)  # in dependency order, nested ones after their deployment
    shows_deployment: bool = True  # whether some expression reads more of deployment() than its name and location
    running: dict[Instance, None] = field(default_factory=dict)  # whose bodies are being worked out
    made: int = 0

    def running_from(self, instance: Instance) -> list[Instance]:
        """Return the resources whose bodies are being worked out because *instance* asked for them, itself first."""
        running = list(self.running)
        return running[running.index(instance) :] if instance in self.running else [instance]

    def count(self, path: JsonPath) -> None:
        """Count one more resource.

        Raises:
            TemplateFault: There are too many.
        """
        self.made += 1
        if self.made > MAX_INSTANCES:
            message = f"The deployment makes more than {MAX_INSTANCES} resources in all."
            raise TemplateFault(message, path, code="template-limit")


class Frame:
    """A template being deployed.

    Args:
        engine: What all deployments share.
        template: The template.
        scope: What it is deployed to.
        name: The name of the deployment.
        path: Where the template is in the root template.
        arguments: What its parameters are given.
        parent: The resource that this nested deployment is; None for the root.
        outer: The environment that expressions are evaluated in when the template has no names of its own.
        address: Where the template was loaded from; relative links start there.
        location: Where the deployment's data is kept, above resource groups.
        link: The ``templateLink`` that it came by.
    """

    def __init__(
        self,
        engine: Engine,
        template: JsonObject,
        scope: DeploymentScope,
        *,
        name: Value,
        path: JsonPath = (),
        arguments: Arguments | None = None,
        parent: Instance | None = None,
        outer: Environment | None = None,
        address: str = "",
        location: Value = None,
        link: Mapping[str, Value] | None = None,
    ) -> None:
        self.engine = engine
        self.template = template
        self.scope = scope
        self.name = name
        self.path = path
        self.parent = parent
        self.address = address
        self.location = location
        self.link = link
        self.is_outer = outer is not None
        self.is_incomplete = False  # a resource could not be made: what waits for it is not to blame
        self.is_symbolic = is_new(template)
        self.names = Names(
            template,
            path,
            arguments or {},
            unknown_parameters=engine.unknown_parameters,
            environment=lambda: self.environment,
            problems=engine.problems,
        )
        self._outer = outer
        self._environment: Environment | None = None
        self._directory: Directory | None = None
        self._instances: list[Instance] = []
        self._outputs: Cell[dict[str, Value]] = Cell(
            lambda: output_values(self), lambda: TemplateFault("The outputs depend on themselves.", path)
        )

    @property
    def environment(self) -> Environment:
        """What expressions outside of resources are evaluated in."""
        if self._environment is None:
            state = DeploymentState(self)
            if self._outer is not None:
                self._environment = replace(self._outer, state=state, site=Site.RESOURCE)
            else:
                self._environment = Environment(
                    template=self.names,
                    scope=scope_values(self),
                    state=state,
                    site=Site.RESOURCE,
                    budget=self.engine.budget,
                )
        return self._environment

    @property
    def shown_arguments(self) -> dict[str, Value]:
        """What the root's parameters were given, as ``deployment().properties.parameters`` shows it."""
        if self.parent is not None:
            return {}
        return {name: {"value": value} for name, value in self.names.given_values().items()}

    @property
    def names_scope(self) -> DeploymentScope:
        """The scope that ids are computed in: in outer evaluation that of the parent."""
        if self.is_outer and self.parent is not None:
            return self.parent.frame.names_scope
        return self.scope

    @property
    def instances(self) -> list[Instance]:
        """The resources that conditions and loops leave or skip, in the order of the template."""
        self._declare()
        return self._instances

    def find(self, text: str) -> tuple[list[Instance], bool]:
        """Return the resources that *text* stands for in an expression, and whether it named them.

        In outer evaluation the names are those of the parent; only what that does not have is looked for here.
        """
        if self.is_outer and self.parent is not None:
            found, by_name = self.parent.frame.find(text)
            if found:
                return found, by_name
        return self._declare().find(text)

    def nearest_name(self, text: str) -> str | None:
        """Return the name of a resource that *text* may be a misspelling of."""
        return self._declare().nearest(text)

    def output_values(self) -> dict[str, Value]:
        """Return the outputs, ``{name: {type, value}}``.

        Raises:
            TemplateFault: One of them has no value.
        """
        return self._outputs.get()

    def expand(self) -> None:
        """Work out everything: add the resources to the engine, and tell the problems."""
        if not self.is_outer and not self.names.check():
            return
        directory = self._declare()
        for instance in self._instances:
            resolve_declared(instance, directory)
        serial_batches(self._instances)
        self._check_resources()
        edges = {instance: list(instance.dependencies) for instance in self._instances}
        for instance in in_order(self._instances, edges):
            if instance.is_deployed:
                self._expand(instance)
        self._order()
        self._finish_outputs()

    # Stages.

    def _declare(self) -> Directory:
        """Make the instances; a resource that cannot be made is told and left out."""
        if self._directory is not None:
            return self._directory
        self._directory = Directory(())  # what names read while resources are made
        report = self.engine.problems.report
        made: list[Instance] = []
        names: list[str] = []
        try:
            for declaration in declarations(self):
                names += declaration.names
                try:
                    for instance in instances(self, declaration, self.environment):
                        self.engine.count(instance.path)
                        made.append(instance)
                except InputError as fault:
                    self.is_incomplete = True
                    report(located(fault, declaration.path))
        except TemplateFault as fault:
            report(fault)
        for instance in made:
            self._prepare(instance)
        self._instances = made
        self._directory = Directory(made, names)
        return self._directory

    def _prepare(self, instance: Instance) -> None:
        instance.environment = replace(instance.environment, state=DeploymentState(self, instance))
        instance.body = Cell(lambda: self._evaluated(instance), lambda: _circular(self.engine.running_from(instance)))
        if instance.is_deployment and not instance.existing:
            instance.child = Cell(lambda: child_frame(instance), lambda: _circular([instance]))
        else:
            instance.child = known(None)
        if instance.is_deployed and instance.id is not None:
            self.engine.registry.setdefault(instance.key, instance)

    def _evaluated(self, instance: Instance) -> dict[str, Value]:
        self.engine.running[instance] = None
        try:
            return evaluated_body(instance)
        finally:
            del self.engine.running[instance]

    def _check_resources(self) -> None:
        deployed = [instance for instance in self._instances if instance.is_deployed]
        if len(deployed) > MAX_RESOURCES:
            message = (
                f"The number of template resources limit exceeded. Limit: {MAX_RESOURCES} and actual: {len(deployed)}."
            )
            self.engine.problems.report(TemplateFault(message, (*self.path, "resources"), code="template-limit"))
        seen: dict[str, Instance] = {}
        for instance in deployed:
            if instance.id is None or instance.condition is not True or not isinstance(instance.id, str):
                continue
            if seen.setdefault(instance.key, instance) is not instance:
                self.engine.problems.report(_duplicate(instance))

    def _expand(self, instance: Instance) -> None:
        report = self.engine.problems.report
        try:
            instance.body.get()
            self.engine.expanded.append(instance)
            child = instance.child.get()
            if child is not None:
                child.expand()
            if instance.is_deployment:
                instance.shown = shown_body(instance, child)
        except InputError as fault:
            report(located(fault, instance.path))

    def _order(self) -> None:
        """Sort the resources of this template, each with what is nested in it, by the dependencies found by now."""
        edges = all_dependencies(self._instances)
        for instance, waits in edges.items():
            instance.waits = waits
        found = circle(self._instances, edges)
        if found:
            self.engine.problems.report(_circular(found))
        expanded = self.engine.expanded
        own = set(self._instances)
        start = next((place for place, instance in enumerate(expanded) if instance in own), len(expanded))
        groups: dict[Instance, list[Instance]] = {}
        current: list[Instance] = []
        for instance in expanded[start:]:
            if instance in own:
                current = groups.setdefault(instance, [])
            current.append(instance)
        ordered = in_order(list(groups), edges)
        expanded[start:] = [member for instance in ordered for member in groups[instance]]

    def _finish_outputs(self) -> None:
        try:
            self.output_values()
        except TemplateFault as fault:
            self.engine.problems.report(fault)

    def asserts(self) -> dict[str, Any]:
        """Return the results of the template's ``asserts``; what has none is told."""
        return assert_values(self)


def shows_deployment(text: bytes) -> bool:
    """Return whether the JSON *text* of a template reads more of ``deployment()`` than its name and location."""
    return _WHOLE_DEPLOYMENT.search(text) is not None


def _duplicate(instance: Instance) -> TemplateFault:
    return TemplateFault(
        f"The resource '{instance.id}' is defined multiple times in a template. Please see "
        "https://aka.ms/arm-syntax-resources for usage details.",
        instance.path,
        code="duplicate-resource",
        hint="give it another name, or deploy it once",
    )


def _circular(found: list[Instance]) -> TemplateFault:
    ids = [str(instance.id) if isinstance(instance.id, str) else str(instance.declaration.symbol) for instance in found]
    drawn = " -> ".join([*(short_id(id_) for id_ in ids), short_id(ids[0])])
    return TemplateFault(
        f"Circular dependency detected on resource: '{ids[0]}'. Please see "
        "https://aka.ms/arm-syntax-resources for usage details.",
        found[0].path,
        code="circular-dependency",
        hint=f"the circle is {drawn}",
        service="InvalidTemplateCircularDependency",
    )
