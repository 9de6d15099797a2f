"""Expressions to values.

An expression is compiled once into closures, one a node, and the closures are cached by the expression's text. A
closure takes the environment and the lambda variables in reach, and gives a value: known, unknown or secret.

Unknown values flow on as expressions in which all that is known has been spelled out; a secret taints whatever is made
of it, and a fault that a secret takes part in says nothing of its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

from armlib.expressions.environment import NOT_KNOWN, Environment, UserFunction
from armlib.expressions.faults import EvaluationFault, LimitFault, UnknownNameFault
from armlib.expressions.functions import find_function, known_function_names
from armlib.expressions.functions.access import index_value, member_value
from armlib.expressions.functions.registry import Code, Function, Mode, Variables
from armlib.expressions.parser import is_expression, unescape
from armlib.expressions.shapes import Compiler, Slot
from armlib.expressions.simplify import (
    SECRET,
    UNKNOWN,
    conceal,
    is_known,
    is_secret,
    measure,
    node_of,
    reveal,
    scan,
    unknown_call,
)
from armlib.expressions.syntax import Call, Index, Literal, Member, Node, nodes
from armlib.expressions.user_functions import called
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json

_MARKED = frozenset({Unknown, Secret})
_CONTAINERS = frozenset({list, dict})
_NO_VARIABLES: Variables = {}
_LARGE = 256  # characters or elements from which on a result counts against the budget


def evaluate(expression: str | Node, environment: Environment) -> Value:
    """Return the value of *expression*, the text ``[…]`` or its tree.

    Raises:
        ExpressionSyntaxError: The text cannot be read.
        EvaluationFault: The expression has no value; ``LimitFault`` when it would cost too much to find it.
    """
    environment.budget.enter()
    try:
        if not isinstance(expression, str):
            return _run_code(compile_node(expression), _NO_VARIABLES, environment)
        code, variables = _compiler.compiled(expression)
        try:
            return _run_code(code, variables, environment)
        except EvaluationFault:
            if not variables:
                raise
        return _run_code(*_compiler.exact(expression), environment)  # the same fault, with its place in this text
    except EvaluationFault as fault:
        if fault.text is None and isinstance(expression, str):
            fault.text = expression
        raise
    except RecursionError:
        raise LimitFault("The evaluation of the template nests too deeply.", hint="break up the nesting") from None
    finally:
        environment.budget.leave()


def _run_code(code: Code, variables: Variables, environment: Environment) -> Value:
    value = code(environment, variables)
    if type(value) in _CONTAINERS:
        measure(value)
    return value


def evaluate_json(value: Json, environment: Environment) -> Value:
    """Return *value*, JSON of a template, with every expression in it evaluated and every escaped text unescaped.

    Raises:
        ExpressionSyntaxError: A text cannot be read.
        EvaluationFault: An expression has no value.
    """
    if isinstance(value, str):
        return evaluate(value, environment) if is_expression(value) else unescape(value)
    if isinstance(value, list):
        return [evaluate_json(item, environment) for item in value]
    if isinstance(value, dict):
        return {key: evaluate_json(item, environment) for key, item in value.items()}
    return value


def compile_node(node: Node) -> Code:
    """Return *node* as a closure."""
    if isinstance(node, Literal):
        return _slot(node.number) if isinstance(node, Slot) else _literal(node.value)
    if isinstance(node, Member):
        return _member(node)
    if isinstance(node, Index):
        return _index(node)
    function = find_function(node.name)
    if function is None:
        return _user_call(node)
    if not function.accepts(len(node.arguments)):
        return _wrong_count(function, node)
    if function.mode is Mode.LAZY:
        return _placed(function, node, _lazy(function, node))
    return _placed(function, node, _eager(function, node))


_compiler = Compiler(compile_node)


def _slot(number: int) -> Code:
    def code(environment: Environment, variables: Any) -> Value:
        return variables[number]  # type: ignore[no-any-return]

    return code


def _literal(value: str | int) -> Code:
    def code(environment: Environment, variables: Variables) -> Value:
        return value

    return code


def _member(node: Member) -> Code:
    target, name = compile_node(node.target), node.name

    def code(environment: Environment, variables: Variables) -> Value:
        parent = target(environment, variables)
        if type(parent) is dict and name in parent:
            return parent[name]
        try:
            return member_value(parent, name)
        except EvaluationFault as fault:
            raise _located(fault, node) from None

    return code


def _index(node: Index) -> Code:
    target, index = compile_node(node.target), compile_node(node.index)

    def code(environment: Environment, variables: Variables) -> Value:
        parent, key = target(environment, variables), index(environment, variables)
        try:
            return index_value(parent, key)
        except EvaluationFault as fault:
            raise _located(fault, node) from None

    return code


def _eager(function: Function, node: Call) -> Code:
    """Return the closure of a call whose arguments are all evaluated first."""
    codes = tuple(compile_node(argument) for argument in node.arguments)
    run, asks = function.run, function.asks
    is_open, is_deep, passes = function.mode is Mode.OPEN, function.mode is Mode.DEEP, function.passes

    def code(environment: Environment, variables: Variables) -> Value:
        arguments = [argument(environment, variables) for argument in codes]
        try:
            if is_open:
                if function.walks:
                    _charge(arguments, environment)
            else:
                for argument in arguments:
                    kind = type(argument)
                    if kind in _MARKED or (is_deep and kind in _CONTAINERS):
                        return _with_marks(function, arguments, environment, is_deep)
            result = run(environment, *arguments) if asks else run(*arguments)
            if result is NOT_KNOWN:
                return _left_over(function, arguments)
            if not passes and type(result) in _SIZED and len(result) > _LARGE:
                _charge_size(result, environment)
            return result  # type: ignore[no-any-return]
        except EvaluationFault as fault:
            raise _located(fault, node) from None

    return code


_SIZED = frozenset({str, list, dict})


def _charge_size(result: str | list[Any] | dict[str, Any], environment: Environment) -> None:
    environment.budget.cell(len(result) if isinstance(result, str) else 16 * len(result))


def _charge(arguments: list[Value], environment: Environment) -> int:
    """Pay for a walk through *arguments*; return the marks found on the way."""
    marks = 0
    for argument in arguments:
        found, count = scan(argument)
        marks |= found
        if count > 4:
            environment.budget.step(count >> 1)
    return marks


def _with_marks(function: Function, arguments: list[Value], environment: Environment, is_deep: bool) -> Value:
    """Return the value of a call that an unknown or a secret takes part in."""
    marks = _charge(arguments, environment) if is_deep else _shallow_marks(arguments)
    if not marks:
        result = _run(function, arguments, environment)
        return _left_over(function, arguments) if result is NOT_KNOWN else result
    if marks & SECRET:
        return _concealed(function, arguments, environment, is_deep)
    return _left_over(function, arguments)


def _shallow_marks(arguments: list[Value]) -> int:
    marks = 0
    for argument in arguments:
        while type(argument) is Secret:
            marks |= SECRET
            argument = argument.value
        if type(argument) is Unknown:
            marks |= UNKNOWN
    return marks


def _concealed(function: Function, arguments: list[Value], environment: Environment, is_deep: bool) -> Value:
    plain = [reveal(argument) if is_deep else _uncovered(argument) for argument in arguments]
    try:
        return conceal(_with_marks_or_run(function, plain, environment, is_deep))
    except LimitFault:
        raise
    except EvaluationFault as fault:
        raise withheld(function.name, fault) from None


def _with_marks_or_run(function: Function, arguments: list[Value], environment: Environment, is_deep: bool) -> Value:
    unknown = any(scan(argument)[0] & UNKNOWN if is_deep else type(argument) is Unknown for argument in arguments)
    if unknown:
        return _left_over(function, arguments)
    result = _run(function, arguments, environment)
    return _left_over(function, arguments) if result is NOT_KNOWN else result


def _uncovered(value: Value) -> Value:
    while type(value) is Secret:
        value = value.value
    return value


def _run(function: Function, arguments: list[Value], environment: Environment) -> Any:
    return function.run(environment, *arguments) if function.asks else function.run(*arguments)


def withheld(name: str, fault: EvaluationFault) -> EvaluationFault:
    """Return a fault in the place of *fault* that does not show the values of secrets."""
    return EvaluationFault(
        f"Unable to evaluate template language function '{name}': details are withheld because an argument is secret.",
        code=fault.code,
        function=name,
    )


def _left_over(function: Function, arguments: list[Value]) -> Value:
    """Return the call as an unknown value, its arguments spelled out; secret when one of them is."""
    return unknown_call(function.name, arguments, function.result_type(arguments))


def _placed(function: Function, node: Call, code: Code) -> Code:
    """Return *code*, refused where the function is not allowed."""
    sites = function.sites
    if sites is None:
        return code

    def placed(environment: Environment, variables: Variables) -> Value:
        if environment.site not in sites:
            raise EvaluationFault(
                f"The template function '{function.name}' is not expected at this location. "
                "Please see https://aka.ms/arm-functions for usage details.",
                hint=f"it cannot be used in a {environment.site}",
                function=function.name,
                node=node,
            )
        return code(environment, variables)

    return placed


def _wrong_count(function: Function, node: Call) -> Code:
    expected = str(function.minimum)
    if function.maximum is None:
        expected += " or more"
    elif function.maximum != function.minimum:
        expected += f" to {function.maximum}"

    def code(environment: Environment, variables: Variables) -> Value:
        raise EvaluationFault(
            f"Unable to evaluate template language function '{function.name}': function requires {expected} "
            f"argument(s) while {len(node.arguments)} were provided. "
            f"Please see https://aka.ms/arm-functions#{function.name.lower()} for usage details.",
            function=function.name,
            node=node,
        )

    return code


def _located(fault: EvaluationFault, node: Node) -> EvaluationFault:
    if fault.node is None:
        fault.node = node
    if fault.function is None and isinstance(node, Call):
        fault.function = node.name
    return fault


# Lazy functions: they see their arguments as code.


class _Lambda:
    """A lambda and the variables around it."""

    __slots__ = ("_body", "_environment", "_variables", "parameters")

    def __init__(self, body: _LambdaBody, environment: Environment, variables: Variables) -> None:
        self.parameters = body.parameters
        self._body = body
        self._environment = environment
        self._variables = variables

    def __call__(self, *values: Value) -> Value:
        self._environment.budget.step(self._body.weight)
        variables = {**self._variables, **dict(zip(self.parameters, values, strict=False))}
        return self._body.code(self._environment, variables)


class _LambdaBody:
    """A lambda, compiled: the lower-case names of its variables, its body, and how many nodes that has."""

    __slots__ = ("code", "parameters", "weight")

    def __init__(self, node: Call) -> None:
        self.parameters = tuple(name.lower() for name in _lambda_names(node))
        self.code = compile_node(node.arguments[-1])
        self.weight = _count(node.arguments[-1])


class _Invocation:
    """One evaluation of a lazy call."""

    __slots__ = ("_codes", "_function", "_lambdas", "call", "environment", "variables")

    def __init__(
        self,
        function: Function,
        call: Call,
        codes: tuple[Code, ...],
        lambdas: Mapping[int, _LambdaBody],
        environment: Environment,
        variables: Variables,
    ) -> None:
        self._function = function
        self._codes = codes
        self._lambdas = lambdas
        self.call = call
        self.environment = environment
        self.variables = variables

    @property
    def count(self) -> int:
        return len(self._codes)

    def value(self, position: int) -> Value:
        return self._codes[position](self.environment, self.variables)

    def simplified(self, position: int) -> Value:
        return _simplified(self.call.arguments[position], self.environment, self.variables)

    def left_over(self, arguments: Sequence[Value]) -> Value:
        return _left_over(self._function, list(arguments))

    def lambda_(self, position: int, counts: tuple[int, ...]) -> _Lambda:
        body = self._lambdas.get(position)
        node = self.call.arguments[position]
        if body is None:
            raise EvaluationFault(
                f"The template language function '{self._function.name}' expects its parameter at position "
                f"{position + 1} to be a lambda function.",
                node=node,
            )
        if len(body.parameters) not in counts:
            expected = " or ".join(str(count) for count in counts)
            raise EvaluationFault(
                f"The template language function '{self._function.name}' expects a lambda function with {expected} "
                f"parameter(s) at position {position + 1}. The provided one has {len(body.parameters)}.",
                node=node,
            )
        return _Lambda(body, self.environment, self.variables)


def _lazy(function: Function, node: Call) -> Code:
    codes = tuple(map(compile_node, node.arguments))
    lambdas = {i: _LambdaBody(argument) for i, argument in enumerate(node.arguments) if _is_lambda(argument)}
    run = function.run

    def code(environment: Environment, variables: Variables) -> Value:
        try:
            result = run(_Invocation(function, node, codes, lambdas, environment, variables))
            if not function.passes and type(result) in _SIZED and len(result) > _LARGE:
                _charge_size(result, environment)
            return result  # type: ignore[no-any-return]
        except EvaluationFault as fault:
            raise _located(fault, node) from None

    return code


def _is_lambda(node: Node) -> TypeGuard[Call]:
    """Return whether *node* is a call to ``lambda`` that is well formed: names as literal texts, and a body."""
    return (
        isinstance(node, Call)
        and node.name.lower() == "lambda"
        and len(node.arguments) > 1
        and all(isinstance(name, Literal) and isinstance(name.value, str) for name in node.arguments[:-1])
    )


def _count(node: Node) -> int:
    return sum(1 for _ in nodes(node))


def _lambda_names(node: Call) -> tuple[str, ...]:
    return tuple(str(name.value) for name in node.arguments[:-1] if isinstance(name, Literal))


# What is left of an expression when it cannot be evaluated now.


def _simplified(node: Node, environment: Environment, variables: Variables) -> Value:
    """Return the value of *node*; where it has none, an unknown one with all that is known spelled out.

    The branch of an ``if`` that may never be taken must not fail the evaluation.
    """
    if _is_lambda(node):
        return _simplified_lambda(node, environment, variables)
    try:
        return compile_node(node)(environment, variables)
    except LimitFault:
        raise
    except EvaluationFault:
        # Its parts are evaluated once more, and theirs again, so this is not for free.
        environment.budget.step(_count(node))
        return _rebuilt(node, environment, variables)


def _rebuilt(node: Node, environment: Environment, variables: Variables) -> Value:
    if isinstance(node, Member):
        parts = [_simplified(node.target, environment, variables)]
        left: Node = Member(node_of(parts[0]), node.name)
    elif isinstance(node, Index):
        parts = [_simplified(part, environment, variables) for part in (node.target, node.index)]
        left = Index(node_of(parts[0]), node_of(parts[1]))
    elif isinstance(node, Call):
        parts = [_simplified(argument, environment, variables) for argument in node.arguments]
        left = Call(node.name, tuple(map(node_of, parts)))
    else:
        return compile_node(node)(environment, variables)
    return Secret(Unknown(left)) if any(map(is_secret, parts)) else Unknown(left)


def _simplified_lambda(node: Call, environment: Environment, variables: Variables) -> Value:
    """Return the lambda with its own variables left as they are, and all else spelled out."""
    taken = _lambda_variables_in(variables.values())
    names = tuple(_fresh(name, taken) for name in _lambda_names(node))
    own = {
        declared.lower(): Unknown(Call("lambdaVariables", (Literal(name),)))
        for declared, name in zip(_lambda_names(node), names, strict=True)
    }
    body = _simplified(node.arguments[-1], environment, {**variables, **own})
    left = Unknown(Call("lambda", (*map(Literal, names), node_of(body))))
    return Secret(left) if is_secret(body) else left


def _fresh(name: str, taken: frozenset[str]) -> str:
    """Return *name*, changed when values around the lambda speak of another variable of that name."""
    number = 1
    fresh = name
    while fresh.lower() in taken:
        number += 1
        fresh = f"{name}{number}"
    return fresh


def _lambda_variables_in(values: Iterable[Value]) -> frozenset[str]:
    """Return the lower-case names of the lambda variables that the unknown parts of *values* speak of."""
    trees = [node_of(value) for value in values if not is_known(value)]
    calls = [node for tree in trees for node in nodes(tree) if isinstance(node, Call)]
    names = [call.arguments[0] for call in calls if call.name.lower() == "lambdavariables" and len(call.arguments) == 1]
    return frozenset(str(name.value).lower() for name in names if isinstance(name, Literal))


# User functions.


def _user_call(node: Call) -> Code:
    codes = tuple(map(compile_node, node.arguments))

    def code(environment: Environment, variables: Variables) -> Value:
        function = environment.template.user_function(node.name)
        if function is None:
            raise _unknown_function(node, environment)
        if len(codes) != len(function.parameters):
            raise EvaluationFault(
                f"Unable to evaluate template function '{function.name}': function requires "
                f"{len(function.parameters)} argument(s) while {len(codes)} were provided.",
                function=function.name,
                node=node,
            )
        arguments = [argument(environment, variables) for argument in codes]
        try:
            return _call_user_function(function, arguments, environment)
        except EvaluationFault as fault:
            if fault.node is None or fault.text is not None:
                fault.node, fault.text = node, None
            raise

    return code


def _call_user_function(function: UserFunction, arguments: list[Value], environment: Environment) -> Value:
    with called(function, arguments, environment) as inside:
        result = evaluate_json(function.output, inside)
    return function.check(result) if function.check else result


def _unknown_function(node: Call, environment: Environment) -> UnknownNameFault:
    known = [*known_function_names(), *environment.template.user_function_names()]
    fault = UnknownNameFault(
        f"The template function '{node.name}' is not valid. Please see https://aka.ms/arm-functions for usage details.",
        node.name,
        known,
    )
    fault.function, fault.node = node.name, node
    return fault
