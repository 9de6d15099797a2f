"""How a dependency is written: the text of a ``dependsOn`` entry."""

from __future__ import annotations

from armlib.compiler.identity import Mention
from armlib.compiler.structure import DEPLOYMENTS, Resource
from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse, unescape
from armlib.expressions.printer import print_node
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.template.scope import ScopeKind


def dependency_on(target: Resource, user: Resource, mention: Mention | None = None) -> str:
    """Return the ``dependsOn`` entry by which *user* waits for *target*.

    *mention* is what in *user* gives the id of *target*, or of one instance when it is a loop; None when it is an id of
    something else, like a child. The entry is the symbolic name where there are any; else the id as the mention spells
    it, if that can be read where the entry stands; else an id made from the type and the name of *target*. For a loop
    it is one instance where the mention names one, and the loop's name, all of its instances, where not.
    """
    if target.symbol:
        return target.symbol
    if mention is not None and mention.text:
        node = mention.node
        if node is None:
            return mention.text  # the whole of it, and all literals
        if _stands_alone(node, user):
            return f"[{mention.text[node.start : node.end]}]"
    is_same_instance = mention is not None and mention.id == target.id and bool(user.loop)
    if target.loop and target.loop != "?" and not is_same_instance:
        return target.loop
    return id_of(target)


def _stands_alone(node: Node, user: Resource) -> bool:
    """Return whether *node* means the same in ``dependsOn`` as where it was found."""
    if isinstance(node, Literal):
        return True
    if isinstance(node, Member):
        return _stands_alone(node.target, user)
    if isinstance(node, Index):
        return _stands_alone(node.target, user) and _stands_alone(node.index, user)
    name = node.name.lower()
    if name in ("lambdavariables", "reference", "references") or name.startswith("list"):
        return False
    if name == "copyindex":
        loops = [argument.value for argument in node.arguments if isinstance(argument, Literal)]
        named = [loop for loop in loops if isinstance(loop, str)]
        return bool(user.loop) and all(loop.lower() == user.loop.lower() for loop in named)
    return all(_stands_alone(argument, user) for argument in node.arguments)


def id_of(target: Resource) -> str:
    """Return the expression that gives the id of *target*."""
    arguments = [_quote(target.type), *_names(target)]
    scope = target.body.get("scope")
    home = target.level.home.kind
    if target.type.lower() == DEPLOYMENTS:
        return _id_of_deployment(target, arguments)
    if isinstance(scope, str):
        if scope == "/":
            return f"[tenantResourceId({', '.join(arguments)})]"
        return f"[extensionResourceId({_scope(scope)}, {', '.join(arguments)})]"
    if home is ScopeKind.MANAGEMENT_GROUP:
        return f"[extensionResourceId(managementGroup().id, {', '.join(arguments)})]"
    if home is ScopeKind.TENANT:
        return f"[tenantResourceId({', '.join(arguments)})]"
    return f"[resourceId({', '.join(arguments)})]"


def _id_of_deployment(target: Resource, arguments: list[str]) -> str:
    """Return the id of a deployment, which lives where it deploys to."""
    body, home = target.body, target.level.home.kind
    scope, subscription, group = (body.get(name) for name in ("scope", "subscriptionId", "resourceGroup"))
    if isinstance(scope, str):
        function = "tenantResourceId(" if scope == "/" else f"extensionResourceId({_scope(scope)}, "
        return f"[{function}{', '.join(arguments)})]"
    at = _inside(subscription) if isinstance(subscription, str) else "subscription().subscriptionId"
    if isinstance(group, str):
        before = [_inside(group)]
        if isinstance(subscription, str) or home is not ScopeKind.GROUP:
            before = [at, *before]
        return f"[resourceId({', '.join([*before, *arguments])})]"
    if isinstance(subscription, str):
        return f"[subscriptionResourceId({', '.join([at, *arguments])})]"
    if home is ScopeKind.MANAGEMENT_GROUP:
        return f"[extensionResourceId(managementGroup().id, {', '.join(arguments)})]"
    return f"[{'tenantResourceId' if home is ScopeKind.TENANT else 'resourceId'}({', '.join(arguments)})]"


def _scope(scope: str) -> str:
    """Return the expression for the scope of an extension; one relative to the deployment's is written in full."""
    if scope.startswith("/"):
        return _quote(scope)
    try:
        segments = _segments(parse(scope) if is_expression(scope) else Literal(scope))
    except ExpressionSyntaxError:
        return _inside(scope)
    texts = [_expression_of(segment) for segment in segments]
    if len(texts) < 3 or not all(text.startswith("'") for text in (texts[0], *texts[1::2])):
        return _inside(scope)
    type_ = "/".join(text[1:-1] for text in (texts[0], *texts[1::2]))
    function = "tenantResourceId" if type_.lower() == "microsoft.management/managementgroups" else "resourceId"
    return f"{function}({', '.join([_quote(type_), *texts[2::2]])})"


def _names(target: Resource) -> list[str]:
    """Return the expressions of the segments of a resource's name, one for each of its type's."""
    count = target.type.count("/")
    if not is_expression(target.name):
        return [_quote(part) for part in unescape(target.name).split("/")]
    inside = target.name[1:-1].strip()
    try:
        node = _without_loop_names(parse(target.name)) if target.loop else parse(target.name)
    except ExpressionSyntaxError:
        return [inside]
    if count <= 1:
        return [print_node(node) if target.loop else inside]
    segments = _segments(node)
    if len(segments) == count:
        return [_expression_of(segment) for segment in segments]
    text = print_node(node)
    return [f"split({text}, '/')[{number}]" for number in range(count)]


def _segments(node: Node) -> list[list[Node]]:
    """Return the parts of ``concat`` or ``format`` cut at the slashes in its literals."""
    segments: list[list[Node]] = [[]]
    for part in _pieces(node):
        if not (isinstance(part, Literal) and isinstance(part.value, str)):
            segments[-1].append(part)
            continue
        for number, text in enumerate(part.value.split("/")):
            if number:
                segments.append([])
            if text:
                segments[-1].append(Literal(text))
    return segments if all(segments) else []


def _pieces(node: Node) -> list[Node]:
    if isinstance(node, Call) and node.name.lower() == "concat":
        return [piece for argument in node.arguments for piece in _pieces(argument)]
    if isinstance(node, Call) and node.name.lower() == "format" and node.arguments:
        pattern = node.arguments[0]
        if isinstance(pattern, Literal) and isinstance(pattern.value, str):
            return _filled(pattern.value, node.arguments[1:]) or [node]
    return [node]


def _filled(pattern: str, values: tuple[Node, ...]) -> list[Node]:
    """Return the pieces of a format with plain holes; nothing when it has others."""
    pieces: list[Node] = []
    rest = pattern
    while rest:
        before, brace, rest = rest.partition("{")
        if "}" in before:
            return []
        if before:
            pieces.append(Literal(before))
        if not brace:
            break
        number, closed, rest = rest.partition("}")
        if not closed or not number.isdecimal() or int(number) >= len(values):
            return []
        pieces += _pieces(values[int(number)])
    return pieces


def _expression_of(segment: list[Node]) -> str:
    if len(segment) == 1:
        return print_node(segment[0])
    return print_node(Call("concat", tuple(segment)))


def _without_loop_names(node: Node) -> Node:
    """Return *node* with the names of loops taken out of ``copyIndex``, so that it can stand in another loop."""
    if isinstance(node, Literal):
        return node
    if isinstance(node, Member):
        return Member(_without_loop_names(node.target), node.name)
    if isinstance(node, Index):
        return Index(_without_loop_names(node.target), _without_loop_names(node.index))
    arguments = node.arguments
    if node.name.lower() == "copyindex":
        arguments = tuple(a for a in arguments if not (isinstance(a, Literal) and isinstance(a.value, str)))
    return Call(node.name, tuple(map(_without_loop_names, arguments)))


def _inside(text: str) -> str:
    return text[1:-1].strip() if is_expression(text) else _quote(unescape(text))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
