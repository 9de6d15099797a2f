"""What the tests of expressions share: evaluation with little around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from armlib.expressions.environment import Environment, Names, NoState, Scope, State
from armlib.expressions.evaluate import evaluate
from armlib.expressions.printer import print_expression
from armlib.expressions.values import Secret, Unknown

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
SCOPE = Scope(
    subscription_id=SUBSCRIPTION,
    resource_group_name="rg",
    management_group_name="mg",
    resource_group={"id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg", "name": "rg", "location": "westus2"},
    subscription={"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION},
    management_group={"name": "mg"},
    tenant={"tenantId": "t"},
    deployment={"name": "main"},
    now=datetime(2024, 2, 29, 13, 4, 5, 678_900, tzinfo=UTC),
)

Evaluate = Callable[..., Any]


@pytest.fixture
def value() -> Evaluate:
    """A function that evaluates an expression; names are parameters, unknown parts come as text, secrets as ``***``."""

    def run(
        text: str, parameters: Mapping[str, Any] | None = None, /, *, state: State | None = None, **changes: Any
    ) -> Any:
        names = Names(dict(parameters or {}), changes.pop("variables", {}), changes.pop("functions", {}))
        scope = changes.pop("scope", SCOPE)
        environment = Environment(template=names, scope=scope, state=state or NoState(), **changes)
        return shown(evaluate(text if text.startswith("[") else f"[{text}]", environment))

    return run


def shown(value: Any) -> Any:
    if isinstance(value, Secret):
        return "***"
    if isinstance(value, Unknown):
        return print_expression(value.expression)
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value
