"""Scope functions: what the template is deployed to."""

from __future__ import annotations

from armlib.expressions.environment import Answer, Environment
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.registry import Function


def resource_group(environment: Environment) -> Answer:
    """Return the resource group that is deployed to."""
    return _within(environment, "resourceGroup", environment.scope.resource_group, ("resourceGroup",))


def subscription(environment: Environment) -> Answer:
    """Return the subscription that is deployed to."""
    return _within(environment, "subscription", environment.scope.subscription, ("resourceGroup", "subscription"))


def management_group(environment: Environment) -> Answer:
    """Return the management group that is deployed to."""
    return _within(environment, "managementGroup", environment.scope.management_group, ("managementGroup",))


def tenant(environment: Environment) -> Answer:
    """Return the tenant that is deployed to."""
    return environment.scope.tenant


def _within(environment: Environment, function: str, value: Answer, kinds: tuple[str, ...]) -> Answer:
    if environment.scope.kind in kinds and value is not None:
        return value
    raise EvaluationFault(
        f"The template function '{function}' is not expected at this location. The function cannot be used in a "
        f"deployment at {environment.scope.kind} scope. Please see https://aka.ms/arm-functions for usage details.",
        function=function,
    )


FUNCTIONS = (
    Function(name="resourceGroup", minimum=0, maximum=0, run=resource_group, asks=True, result="object", passes=True),
    Function(name="subscription", minimum=0, maximum=0, run=subscription, asks=True, result="object", passes=True),
    Function(
        name="managementGroup", minimum=0, maximum=0, run=management_group, asks=True, result="object", passes=True
    ),
    Function(name="tenant", minimum=0, maximum=0, run=tenant, asks=True, result="object", passes=True),
)
