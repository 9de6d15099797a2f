"""What the body of a user function sees: its own parameters, and of the template what its language version allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from armlib.expressions.environment import Environment, Site, TemplateNames, UserFunction
from armlib.expressions.faults import EvaluationFault, LimitFault, parameter_not_found
from armlib.expressions.values import Value

_CALL_STEPS = 40  # what a call costs beside what its body does


@contextmanager
def called(function: UserFunction, arguments: Sequence[Value], environment: Environment) -> Iterator[Environment]:
    """Give the environment that the body of *function* is evaluated in when it is called with *arguments*.

    Raises:
        EvaluationFault: An argument is not of its declared type; ``LimitFault`` when calls go too deep.
    """
    parameters = {
        parameter.name.lower(): parameter.check(argument) if parameter.check else argument
        for parameter, argument in zip(function.parameters, arguments, strict=True)
    }
    budget = environment.budget
    budget.step(_CALL_STEPS)
    if budget.calls <= 0:
        raise LimitFault(
            f"The template function '{function.name}' calls itself, or user functions call each other too deeply.",
            function=function.name,
        )
    budget.calls -= 1
    try:
        yield Environment(
            template=_BodyNames(function, parameters, _names_of_template(environment.template)),
            scope=environment.scope,
            state=environment.state,
            site=Site.USER_FUNCTION,
            budget=budget,
        )
    finally:
        budget.calls += 1


class _BodyNames:
    """The names that the body of a user function sees."""

    __slots__ = ("_function", "_parameters", "template")

    def __init__(self, function: UserFunction, parameters: Mapping[str, Value], template: TemplateNames) -> None:
        self._function = function
        self._parameters = parameters
        self.template = template

    def parameter(self, name: str) -> Value:
        folded = name.lower()
        if folded in self._parameters:
            return self._parameters[folded]
        raise parameter_not_found(name, [parameter.name for parameter in self._function.parameters])

    def variable(self, name: str) -> Value:
        if not self._function.sees_template:
            raise EvaluationFault(
                "The template function 'variables' is not expected at this location.",
                hint="a user function cannot read variables; pass the value as an argument",
                function="variables",
            )
        return self.template.variable(name)

    def user_function(self, name: str) -> UserFunction | None:
        return self.template.user_function(name) if self._function.sees_template else None

    def user_function_names(self) -> Sequence[str]:
        return self.template.user_function_names() if self._function.sees_template else ()


def _names_of_template(names: TemplateNames) -> TemplateNames:
    """Return the names of the template itself, so that calls do not pile up one view on another."""
    return names.template if isinstance(names, _BodyNames) else names
