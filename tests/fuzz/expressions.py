"""Random expressions against the laws of the language: ``python -m tests.fuzz.expressions --count 1000000 --seed 1``.

Laws, for every input:

1. Reading gives a tree or an ``ExpressionSyntaxError``; what is printed of a tree reads back equal.
2. Evaluation gives a value or an ``EvaluationFault``, in bounded time.
3. A secret is neither in a message nor in a value outside of its mark.
4. A text and its tree have the same value, however many texts of the same shape were evaluated before.
5. What is left of an expression with unknown parameters gives, once they are known, what the expression gives at once.

The same seed gives the same inputs. The exit code is 1 when a law is broken; the inputs that broke it are printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from armlib.expressions.environment import Budget, Environment, FunctionParameter, Names, Scope, UserFunction
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import EvaluationFault, LimitFault
from armlib.expressions.functions import FUNCTIONS
from armlib.expressions.functions.deployment import public_cloud
from armlib.expressions.parser import ExpressionSyntaxError, parse
from armlib.expressions.printer import print_expression
from armlib.expressions.simplify import reveal
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.expressions.values import Secret, Unknown, Value

SECRET = "Hunter2-Swordfish"
STILL_UNKNOWN = "«still unknown»"
SLOWEST = 2.0  # seconds of the processor

TEXTS = (
    "", "a", "A", "abc", "ABC", "aBc-1", "one,two;three", " padded ", "é", "Ωμέγα", "😀", "a😀b", "\ud83d", "\x00", "'",
    "{0}", "{0}-{1:N2}", "{0,5:D3}{{x}}", "{", "}", "[x]", "[[x]", "0", "1", "-1", "42", "9223372036854775807",
    "9223372036854775808", "1.5", "1e400", "true", "False", "null", '{"a": [1, {"b": null}]}', "{'a': 1,}", "[1,2",
    "[[[[", "aGVsbG8=", "aGVsbG8", "/w==", "data:text/plain;base64,SGk=", "data:,x%20y", "10.0.0.0/16", "10.1.2.3/32",
    "fdad:3236:5555::/48", "::/0", "300.1.1.1/8", "https://example.com/a/b?c=d#e", "../x/./y", "//host/p",
    "?q=1", "#f",
    "http://h:99999/", "%E4%BD%A0%FF%zz", "2024-02-29T12:34:56Z", "20240229T123456Z", "2/30/2024", "9999-12-31",
    "P1Y2M",
    "-P9D", "PT1H30M", "P99999999Y", "PT", "yyyy-MM-dd", "d", "%", "ddd'x", "Microsoft.Storage/storageAccounts",
    "Microsoft.Network/virtualNetworks/subnets", "/subscriptions/s/resourceGroups/g", "Full", "westus2", "a" * 300,
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 7, 10, -1, -7, 100, 999, 10_000, 10_001, 2**31 - 1, 2**31, -(2**31), 2**53, 2**63 - 1, -(2**63))
KNOWN: dict[str, Value] = {
    "text": "Value",
    "number": 7,
    "flag": True,
    "list": ["x", "Y", 3, None, ["z"]],
    "object": {"Name": "n", "tags": {"a": 1, "B": [1, 2]}, "": None},
    "nothing": None,
    "float": 2.5,
}
SECRETS: dict[str, Value] = {
    "password": SECRET,
    "vault": {"key": SECRET, "nested": [SECRET, 1]},
    "keys": [SECRET, "b"],
}
LAMBDAS = {
    "map": (1, 2),
    "filter": (1, 2),
    "reduce": (2, 3),
    "sort": (2,),
    "toobject": (1,),
    "groupby": (1,),
    "mapvalues": (1,),
}
DETERMINISTIC = sorted(
    name for name, function in FUNCTIONS.items() if name not in ("lambda", "parameters", "variables", "newguid", "fail")
)


@dataclass
class Generator:
    """Random expressions; *random* decides everything."""

    random: random.Random
    variables: list[str] = field(default_factory=list)
    last: Node = field(default_factory=lambda: Call("null", ()))

    def expression(self) -> str:
        """Return the text of an expression, malformed now and then, or like the one before."""
        if self.random.random() < 0.3:
            self.last = self.alike(self.last)
            return print_expression(self.last)
        self.last = self.node(self.random.choice((1, 2, 3, 3, 4, 6)))
        text = print_expression(self.last)
        return self.broken(text) if self.random.random() < 0.15 else text

    def alike(self, tree: Node) -> Node:
        """Return *tree* with other literals, of which some texts of it will share their code."""
        if isinstance(tree, Literal):
            same_type = [value for value in (*TEXTS, *NUMBERS) if type(value) is type(tree.value)]
            return Literal(self.random.choice(same_type)) if self.random.random() < 0.7 else tree
        if isinstance(tree, Member):
            return Member(self.alike(tree.target), tree.name)
        if isinstance(tree, Index):
            return Index(self.alike(tree.target), self.alike(tree.index))
        return Call(tree.name, tuple(map(self.alike, tree.arguments)))

    def node(self, depth: int) -> Node:
        roll = self.random.random()
        if depth <= 0 or roll < 0.12:
            return self.leaf()
        if roll < 0.2:
            return Member(self.node(depth - 1), self.random.choice(("a", "Name", "TAGS", "key", "nested", "missing")))
        if roll < 0.28:
            return Index(self.node(depth - 1), self.node(depth - 2))
        return self.call(depth)

    def leaf(self) -> Node:
        roll = self.random.random()
        if roll < 0.3:
            return Literal(self.random.choice(TEXTS))
        if roll < 0.5:
            return Literal(self.random.choice(NUMBERS))
        if self.variables and roll < 0.75:
            return Call("lambdaVariables", (Literal(self.random.choice(self.variables)),))
        if roll < 0.8:
            return Call(self.random.choice(("true", "false", "null", "createArray", "createObject")), ())
        pools = (*KNOWN, *KNOWN, *SECRETS, "absent")
        return Call("parameters", (Literal(self.random.choice(pools)),))

    def call(self, depth: int) -> Node:
        name = self.random.choice(DETERMINISTIC)
        if name in LAMBDAS:
            return self.lambda_call(name, depth)
        if self.random.random() < 0.03:
            name = self.random.choice(("contoso.join", "contoso.loop", "contoso.none", "unheardOf", "listKeys"))
            return Call(name, tuple(self.node(depth - 2) for _ in range(self.random.randint(0, 2))))
        function = FUNCTIONS[name]
        most = function.minimum + 2 if function.maximum is None else function.maximum
        count = self.random.randint(function.minimum, most)
        if self.random.random() < 0.02:
            count += self.random.choice((-1, 1))
        return Call(function.name, tuple(self.node(depth - 1) for _ in range(max(0, count))))

    def lambda_call(self, name: str, depth: int) -> Node:
        function = FUNCTIONS[name]
        source = self.node(depth - 1) if self.random.random() < 0.4 else self.sequence(depth)
        arguments = [source]
        if name == "reduce":
            arguments.append(self.node(depth - 2))
        arguments.append(self.lambda_(self.random.choice(LAMBDAS[name]), depth - 1))
        if function.maximum == 3 and name != "reduce" and self.random.random() < 0.5:
            arguments.append(self.lambda_(1, depth - 1))
        return Call(function.name, tuple(arguments))

    def sequence(self, depth: int) -> Node:
        if self.random.random() < 0.3:
            return Call("range", (Literal(0), Literal(self.random.randint(0, 5))))
        return Call("createArray", tuple(self.node(depth - 2) for _ in range(self.random.randint(0, 3))))

    def lambda_(self, count: int, depth: int) -> Node:
        names = [self.random.choice(("x", "y", "z", "i")) for _ in range(count)]
        before, self.variables = self.variables, [*self.variables, *names]
        body = self.node(depth)
        self.variables = before
        return Call("lambda", (*map(Literal, names), body))

    def broken(self, text: str) -> str:
        """Return *text* with a few characters inserted, removed or replaced; or plain noise."""
        if self.random.random() < 0.1:
            return (
                "["
                + "".join(
                    chr(self.random.choice((32, 39, 40, 41, 44, 46, 91, 93, 97, 49, 0x1F600, 0xD800)))
                    for _ in range(40)
                )
                + "]"
            )
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randrange(len(text))
            text = (
                text[:at]
                + self.random.choice(("", "(", ")", "'", ",", ".", "[", "]", "-", "é", "\n", "9"))
                + text[at + self.random.randint(0, 1) :]
            )
        return text


def environment(parameters: dict[str, Value]) -> Environment:
    """Return an environment with *parameters*, in which everything else is fixed."""
    functions = {
        "contoso.join": UserFunction(
            name="contoso.join",
            parameters=(FunctionParameter(name="a"), FunctionParameter(name="b")),
            output="[concat(parameters('a'), '-', parameters('b'))]",
        ),
        "contoso.loop": UserFunction(
            name="contoso.loop",
            parameters=(FunctionParameter(name="a"),),
            output="[if(equals(parameters('a'), 0), 0, contoso.loop(parameters('a')))]",
            sees_template=True,
        ),
    }
    scope = Scope(
        subscription_id="s",
        resource_group_name="g",
        resource_group={"id": "/subscriptions/s/resourceGroups/g", "name": "g", "location": "westus2", "tags": {}},
        subscription={"id": "/subscriptions/s", "subscriptionId": "s", "tenantId": "t"},
        tenant={"tenantId": "t"},
        deployment={"name": "d", "properties": {"template": {"resources": []}}},
        environment=public_cloud(),  # type: ignore[arg-type]
        deployer={"objectId": "o"},
        now=datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC),
    )
    return Environment(
        template=Names(parameters, {}, functions),
        scope=scope,
        index=2,
        loops={"loop": 1},
        budget=Budget(expression_steps=300_000, expression_cells=30_000_000),
    )


def unknown(names: dict[str, Value]) -> dict[str, Value]:
    """Return the parameters *names* without their values."""
    return {
        name: Unknown(Call("parameters", (Literal(name),)), _TYPES.get(type(value))) for name, value in names.items()
    }


_TYPES: dict[type, str] = {str: "string", int: "int", bool: "bool", list: "array", dict: "object"}


def outcome(text: str | Node, parameters: dict[str, Value]) -> tuple[str, Any]:
    """Return ``value`` and the value, or the kind of fault and its text."""
    try:
        return "value", evaluate(text, environment(parameters))
    except ExpressionSyntaxError as error:
        return "syntax", said(error)
    except LimitFault as fault:
        return "limit", said(fault)
    except EvaluationFault as fault:
        return "fault", said(fault)


def said(error: ExpressionSyntaxError | EvaluationFault) -> str:
    """Return all that a user is told, save the source, which is his own."""
    return " ".join(f"{diagnostic.message} {diagnostic.hint}" for diagnostic in error.diagnostics)


def shown(value: Any) -> Any:
    """Return *value* as it is shown: secrets hidden, unknown parts as text."""
    if isinstance(value, Secret):
        return "***"
    if isinstance(value, Unknown):
        return print_expression(value.expression)
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value


def settled(value: Any, parameters: dict[str, Value]) -> Any:
    """Return *value* with its unknown parts evaluated, secrets uncovered; ``STILL_UNKNOWN`` for those that stay so."""
    plain = reveal(value)
    if isinstance(plain, Unknown):
        plain = reveal(evaluate(plain.expression, environment(parameters)))
        return STILL_UNKNOWN if isinstance(plain, Unknown) else settled(plain, parameters)
    if isinstance(plain, list):
        return [settled(item, parameters) for item in plain]
    if isinstance(plain, dict):
        return {key: settled(item, parameters) for key, item in plain.items()}
    return plain


def check(text: str) -> str | None:
    """Return which law *text* breaks, or None."""
    try:
        tree = parse(text)
    except ExpressionSyntaxError as error:
        assert error.excerpt.column >= 1
        return None
    if parse(print_expression(tree)) != tree:
        return "printing and reading is not the identity"
    secrets: dict[str, Value] = {name: Secret(value) for name, value in SECRETS.items()}
    kind, value = outcome(text, {**KNOWN, **secrets})
    if SECRET.lower() in repr(shown(value)).lower():
        return f"a secret is shown: {shown(value)!r}"
    tree_kind, tree_value = outcome(tree, {**KNOWN, **secrets})
    if tree_kind != kind or repr(shown(reveal(tree_value))) != repr(shown(reveal(value))):
        return f"the text gives {shown(reveal(value))!r} and its tree {shown(reveal(tree_value))!r}"
    return check_unknown(text, kind, value) if kind in ("value", "fault") else None


def check_unknown(text: str, kind: str, value: Any) -> str | None:
    """Return how the evaluation of *text* with unknown parameters contradicts the *value* it has."""
    secrets: dict[str, Value] = {name: Secret(item) for name, item in SECRETS.items()}
    partial_kind, partial = outcome(text, {**unknown(KNOWN), **secrets})
    if SECRET.lower() in repr(shown(partial)).lower():
        return f"a secret is shown when parameters are unknown: {shown(partial)!r}"
    if kind != "value" or partial_kind == "limit":
        return None
    if partial_kind != "value":
        return f"fails only when parameters are unknown: {partial}"
    everything = {**KNOWN, **SECRETS}
    try:
        later = settled(partial, everything)
    except LimitFault:
        return None
    except EvaluationFault as fault:
        return f"what is left fails: {said(fault)}; left: {shown(reveal(partial))!r}"
    now = settled(value, everything)
    if repr(later) != repr(now) and repr(STILL_UNKNOWN) not in repr([later, now]):
        return f"what is left gives {later!r} instead of {now!r}; left: {shown(reveal(partial))!r}"
    return None


def run(count: int, seed: int, report: Callable[[str], None] = print) -> int:
    """Check *count* inputs; return how many broke a law."""
    broken = 0
    generator = Generator(random.Random(seed))
    started = time.monotonic()
    slowest = (0.0, "")
    for number in range(count):
        text = generator.expression()
        before = time.process_time()
        try:
            problem = check(text)
        except Exception:  # noqa: BLE001 - whatever escapes is what is looked for
            problem = traceback.format_exc(limit=-4)
        taken = time.process_time() - before
        slowest = max(slowest, (taken, text))
        if problem is None and taken > SLOWEST:
            problem = f"took {taken:.1f} s"
        if problem is not None:
            broken += 1
            report(f"input {number}: {text!r}\n  {problem}")
        if number % 50_000 == 49_999:
            report(
                f"{number + 1} inputs, {broken} broken, {time.monotonic() - started:.0f} s, slowest {slowest[0]:.2f} s"
            )
    report(f"{count} inputs with seed {seed}: {broken} broke a law, {time.monotonic() - started:.0f} s")
    return broken


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="fuzz the expression language")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(1 if run(arguments.count, arguments.seed) else 0)


if __name__ == "__main__":
    main()
