"""What an evaluation asks of its surroundings: names, scope, loops, and the state of the target.

An :class:`Environment` is a frozen value made of ports; a resource, a loop step or a user function is evaluated in a
copy of it made with :func:`dataclasses.replace`::

    environment = Environment(template=names, scope=scope, state=NoState(), site=Site.VARIABLE)
    instance = replace(environment, site=Site.RESOURCE, index=3, loops={"disks": 3})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Final, Literal, Protocol, TypeAlias

from armlib.expressions.faults import LimitFault, parameter_not_found, variable_not_found
from armlib.expressions.values import Value
from armlib.jsontypes import Json


class Site(StrEnum):
    """Where in a template an expression stands; some functions are allowed only in some places."""

    PARAMETER_DEFAULT = "parameter default"
    VARIABLE = "variable"
    USER_FUNCTION = "user function"
    NAME = "resource name, type, API version or scope"
    LOOP_COUNT = "loop count"
    CONDITION = "condition"
    RESOURCE = "resource"
    OUTPUT = "output"
    ASSERT = "assert"
    ANYWHERE = "anywhere"  # no function is refused for its place


class NotKnown(Enum):
    """The type of :data:`NOT_KNOWN`."""

    NOT_KNOWN = auto()


NOT_KNOWN: Final = NotKnown.NOT_KNOWN
"""The answer of a port that only the deployment will know; the evaluator leaves the call as an expression."""

Answer: TypeAlias = Value | Literal[NotKnown.NOT_KNOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionParameter:
    """A parameter of a user function; *check* returns the value to use, or raises an ``EvaluationFault``."""

    name: str
    check: Callable[[Value], Value] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFunction:
    """A function of the template's ``functions``.

    *output* is the ``value`` of its output, any JSON with expressions at any depth. *sees_template* tells whether the
    body may read variables and call other user functions: language version 2.0 allows it, 1.0 does not. *check* is
    applied to the result.
    """

    name: str
    parameters: tuple[FunctionParameter, ...]
    output: Json
    sees_template: bool = False
    check: Callable[[Value], Value] | None = None


class TemplateNames(Protocol):
    """The names that a template declares. All of them are matched without regard to case.

    A method raises ``UnknownNameFault`` (see :func:`parameter_not_found` and :func:`variable_not_found`) for a name
    that is not declared, and any ``EvaluationFault`` for a value that cannot be had, a cycle included.
    """

    def parameter(self, name: str) -> Value:
        """Return the value of a parameter: a ``Secret`` for a secure one, an ``Unknown`` for one without a value."""
        ...

    def variable(self, name: str) -> Value:
        """Return the value of a variable; called each time it is read, so it should be cached."""
        ...

    def user_function(self, name: str) -> UserFunction | None:
        """Return the user function of the full name ``namespace.member``, or None."""
        ...

    def user_function_names(self) -> Sequence[str]:
        """Return the full names of all user functions, for the nearest one in messages."""
        ...


class State(Protocol):
    """What is asked of the target of a deployment. Every method may answer ``NOT_KNOWN``.

    An answer may be an ``Unknown`` whose *known* holds the members that are known already, and may hold unknown and
    secret values at any depth. Identifiers are passed as the template spells them.
    """

    def reference(self, resource: str, api_version: str | None, *, full: bool) -> Answer:
        """Return the properties of a resource, or with *full* the whole of it.

        *resource* is a resource id, or the name or symbolic name of a resource of the template.
        """
        ...

    def references(self, symbol: str, *, full: bool) -> Answer:
        """Return the same for each instance of the resource loop *symbol*, as an array."""
        ...

    def list_(self, function: str, resource: str, api_version: str, body: Value) -> Answer:
        """Return the answer of the action *function*, for example ``listKeys``; the evaluator marks it secret."""
        ...

    def provider(self, namespace: str, resource_type: str | None) -> Answer:
        """Return what ``providers()`` gives for a namespace, or for one of its types."""
        ...

    def role_definition(self, name: str) -> Answer:
        """Return the GUID of the built-in role called *name*."""
        ...

    def zones(self, resource_type: str, location: str) -> Answer:
        """Return the availability zones that *resource_type* (``Microsoft.Compute/virtualMachines``) has: ``["1"]``."""
        ...

    def physical_zones(self, subscription_id: str, location: str) -> Answer:
        """Return an object of logical zone to physical zone: ``{"1": "westus2-az1"}``."""
        ...

    def external_input(self, name: str, configuration: Value) -> Answer:
        """Return the value of ``externalInput(name, configuration)`` or of ``externalInputs(name)``."""
        ...


class NoState:
    """A target that nothing is known of."""

    def reference(self, resource: str, api_version: str | None, *, full: bool) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def references(self, symbol: str, *, full: bool) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def list_(self, function: str, resource: str, api_version: str, body: Value) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def provider(self, namespace: str, resource_type: str | None) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def role_definition(self, name: str) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def zones(self, resource_type: str, location: str) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def physical_zones(self, subscription_id: str, location: str) -> Answer:
        """Not known."""
        return NOT_KNOWN

    def external_input(self, name: str, configuration: Value) -> Answer:
        """Not known."""
        return NOT_KNOWN


ScopeName: TypeAlias = Literal["resourceGroup", "subscription", "managementGroup", "tenant"]


def _no_guid() -> Answer:
    return NOT_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The scope that the template being evaluated is deployed to, and what else is fixed for the evaluation.

    The objects are what the functions of the same name return, with ``Unknown`` for members that are not known;
    ``NOT_KNOWN`` for an object that is not known at all, and None for one that the scope does not have. *now* is None
    when the clock is not to be read: ``utcNow`` is then left as an expression, as is ``newGuid``.
    """

    kind: ScopeName = "resourceGroup"
    subscription_id: Answer = NOT_KNOWN
    resource_group_name: Answer = NOT_KNOWN
    management_group_name: Answer = NOT_KNOWN
    resource_group: Answer = NOT_KNOWN
    subscription: Answer = NOT_KNOWN
    management_group: Answer = NOT_KNOWN
    tenant: Answer = NOT_KNOWN
    deployment: Answer = NOT_KNOWN
    environment: Answer = NOT_KNOWN  # a known cloud: ``cloud_environment()`` of ``functions.deployment``
    deployer: Answer = NOT_KNOWN
    now: datetime | None = None
    new_guid: Callable[[], Answer] = _no_guid  # called once for each ``newGuid()``


@dataclass(slots=True)
class Budget:
    """What an evaluation may still use up; shared by all environments of one deployment, so that nothing blows up.

    *steps* are nodes evaluated in lambdas and user functions, or walked through to compare values; *cells* are
    characters of large texts made, and sixteen for each element of a large array. Both are for all expressions, and
    *expression_steps* and *expression_cells* for one, with the variables that it is the first to ask for. *calls* is
    how deep user functions may call each other.
    """

    steps: int = 20_000_000
    cells: int = 250_000_000
    expression_steps: int = 1_000_000
    expression_cells: int = 50_000_000
    calls: int = 48
    _depth: int = field(default=0, init=False)
    _steps_left: int = field(default=0, init=False)
    _cells_left: int = field(default=0, init=False)

    def enter(self) -> None:
        """Begin with an expression, perhaps inside another one; :meth:`leave` ends it."""
        if not self._depth:
            self._steps_left, self._cells_left = self.expression_steps, self.expression_cells
        self._depth += 1

    def leave(self) -> None:
        """End the expression that was begun last."""
        self._depth -= 1

    def step(self, count: int) -> None:
        """Use *count* steps up; outside of an expression only the total counts.

        Raises:
            LimitFault: None are left.
        """
        self.steps -= count
        if self._depth:
            self._steps_left -= count
        if self.steps < 0 or (self._depth and self._steps_left < 0):
            raise LimitFault("The evaluation of the template takes too many steps.", hint="loop over fewer elements")

    def cell(self, count: int) -> None:
        """Use *count* cells up.

        Raises:
            LimitFault: None are left.
        """
        self.cells -= count
        if self._depth:
            self._cells_left -= count
        if self.cells < 0 or (self._depth and self._cells_left < 0):
            raise LimitFault("The evaluation of the template makes too much data.", hint="make smaller values")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Everything that an expression may ask for.

    *index* is what ``copyIndex()`` gives, None outside a resource or output loop; *loops* what ``copyIndex('name')``
    gives, by the lower-case name of the loop. An index may be an ``Unknown``.
    """

    template: TemplateNames
    scope: Scope
    state: State = field(default_factory=NoState)
    site: Site = Site.ANYWHERE
    index: Value = None
    loops: Mapping[str, Value] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a template as plain values; enough for one expression, a test or a user function."""

    parameters: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    functions: Mapping[str, UserFunction] = field(default_factory=dict)

    def parameter(self, name: str) -> Value:
        """Return the value of a parameter."""
        return _find(self.parameters, name, parameter_not_found)

    def variable(self, name: str) -> Value:
        """Return the value of a variable."""
        return _find(self.variables, name, variable_not_found)

    def user_function(self, name: str) -> UserFunction | None:
        """Return the user function called *name*."""
        folded = name.lower()
        return next((function for known, function in self.functions.items() if known.lower() == folded), None)

    def user_function_names(self) -> Sequence[str]:
        """Return the names of the user functions."""
        return tuple(self.functions)


def _find(values: Mapping[str, Value], name: str, missing: Callable[[str, Mapping[str, Value]], Exception]) -> Value:
    if name in values:
        return values[name]
    folded = name.lower()
    for known, value in values.items():
        if known.lower() == folded:
            return value
    raise missing(name, values)
