"""What a template function is: its name, how many arguments it takes, where it is allowed, and how it is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol, TypeAlias

from armlib.expressions.environment import Environment, Site
from armlib.expressions.syntax import Call
from armlib.expressions.values import Value


class Mode(Enum):
    """How a function meets unknown and secret arguments.

    STRICT  ``run(*values)``: no argument is unknown or secret itself; elements and members may be
    DEEP    ``run(*values)``: nothing in the arguments is unknown or secret
    OPEN    ``run(*values)``: arguments as they are
    LAZY    ``run(invocation)``: the function evaluates its arguments itself

    With :attr:`Function.asks`, the environment comes before the values. ``NOT_KNOWN`` as the result leaves the call as
    an expression.
    """

    STRICT = auto()
    DEEP = auto()
    OPEN = auto()
    LAZY = auto()


Variables: TypeAlias = Mapping[str, Value]
Code: TypeAlias = Callable[[Environment, Variables], Value]
"""A compiled expression; the mapping holds the lambda variables in reach, by lower-case name."""

ResultType: TypeAlias = "str | Callable[[list[Any]], str | None] | None"


class Lambda(Protocol):
    """A ``lambda('x', …, body)`` together with the variables around it."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its variables."""
        ...

    def __call__(self, *values: Value) -> Value:
        """Return the body evaluated with the variables set to *values*."""
        ...


class Invocation(Protocol):
    """One evaluation of a call to a lazy function."""

    @property
    def call(self) -> Call:
        """The call."""
        ...

    @property
    def environment(self) -> Environment:
        """The environment it is evaluated in."""
        ...

    @property
    def variables(self) -> Variables:
        """The lambda variables in reach."""
        ...

    @property
    def count(self) -> int:
        """The number of arguments."""
        ...

    def value(self, position: int) -> Value:
        """Return the value of an argument."""
        ...

    def simplified(self, position: int) -> Value:
        """Return the value of an argument, unknown where it has none: no fault but a ``LimitFault`` is raised."""
        ...

    def left_over(self, arguments: Sequence[Value]) -> Value:
        """Return the call with *arguments* as an unknown value; secret when one of them is."""
        ...

    def lambda_(self, position: int, counts: tuple[int, ...]) -> Lambda:
        """Return an argument that must be a lambda with one of *counts* variables."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A template function.

    *maximum* is None when any number of arguments is taken. *result* is the type of the result (``string``, ``int``,
    ``bool``, ``array``, ``object``), None when it varies, or a function that tells it from the arguments. *sites* are
    the only places of a template where it is allowed; None is everywhere. *runtime* marks what asks the target's state,
    *walks* an open function that goes through its arguments at every depth, and *passes* one that only hands on a value
    that is there already, so that a large result costs nothing.
    """

    name: str
    minimum: int
    maximum: int | None
    run: Callable[..., Any] = field(repr=False)
    result: ResultType = None
    mode: Mode = Mode.STRICT
    asks: bool = False
    sites: frozenset[Site] | None = None
    runtime: bool = False
    walks: bool = False
    passes: bool = False

    def accepts(self, count: int) -> bool:
        """Return whether the function takes *count* arguments."""
        return self.minimum <= count and (self.maximum is None or count <= self.maximum)

    def result_type(self, arguments: list[Any]) -> str | None:
        """Return the type of the result for *arguments*; None when it is open."""
        return self.result(arguments) if callable(self.result) else self.result


DEPLOY_TIME = frozenset({Site.RESOURCE, Site.OUTPUT, Site.ASSERT, Site.ANYWHERE})
"""Where the state of the target may be asked for."""

DEFAULT_VALUES = frozenset({Site.PARAMETER_DEFAULT, Site.ANYWHERE})
"""Where a function may give something else each time."""
