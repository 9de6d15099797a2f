"""Which resource an expression means: the normal form of names and ids, and the ids that a text mentions.

The normal form of an expression is the text that it evaluates to, in lower case, as far as it is known: literals are
joined, variables replaced by what they hold, ``resourceId`` and its kin by the id they give. What only the deployment
knows stays as an *atom*, the normal form of its expression between two control characters, with its slashes hidden; so
ids compare as texts and are cut at slashes like ids. Two expressions with the same normal form mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from armlib.dataclass import dataclass
from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse, unescape
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.jsontypes import Json
from armlib.template.scope import ScopeKind

_OPEN, _CLOSE, _SLASH = "\x02", "\x03", "\x04"
_HOLE = re.compile(r"\{(\d+)\}|\{\{|\}\}|[{}]")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
LITERAL_ID = re.compile(r"\[resourceId\('([\w.]+/[\w./]+)'((?:, ?'[^'/]*')+)\)\]\Z", re.IGNORECASE | re.ASCII)
_QUOTED = re.compile(r"'([^']*)'")
_LONGEST_NORMAL = 4_096  # characters; ids are shorter, and variables that join each other can double at each step
_DEEPEST_VARIABLE = 32  # variables that lead to each other; more than any template has

ID_FUNCTIONS = frozenset(
    {"resourceid", "subscriptionresourceid", "tenantresourceid", "managementgroupresourceid", "extensionresourceid"}
)


class Mention(NamedTuple):
    """An id, or with *by_name* a resource's name or symbol, that stands in a text.

    *awaits* tells that the resource must be there when the text is evaluated (``reference``, ``list*``). *text* is set
    when the id is given by a call in it, *node*, or by the whole of it, all literals; a dependency can be spelled so.
    """

    id: str
    awaits: bool = False
    by_name: bool = False
    text: str = ""
    node: Call | None = None

    @property
    def elsewhere(self) -> Mention:
        """The same, for a place where the text cannot be read."""
        return Mention(self.id, awaits=self.awaits, by_name=self.by_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeIds:
    """The normal forms of what a template is deployed to; a part that the scope does not have is empty.

    *base* is the id that resources without a ``scope`` live under; *kind* decides what ``resourceId`` gives.
    """

    kind: ScopeKind
    subscription: str = ""
    group: str = ""
    management_group: str = ""

    @property
    def base(self) -> str:
        """The id of the scope."""
        if self.kind is ScopeKind.GROUP:
            return group_id(self.subscription, self.group)
        if self.kind is ScopeKind.SUBSCRIPTION:
            return "/subscriptions/" + self.subscription
        if self.kind is ScopeKind.MANAGEMENT_GROUP:
            return management_group_id(self.management_group)
        return ""

    @property
    def resource_base(self) -> str:
        """What ``resourceId`` puts before ``/providers/``: nothing above subscriptions."""
        return self.base if self.kind in (ScopeKind.GROUP, ScopeKind.SUBSCRIPTION) else ""


def scope_ids(kind: ScopeKind) -> ScopeIds:
    """Return the ids of a root template's scope: all open."""
    return ScopeIds(
        kind=kind,
        subscription=atom("subscription().subscriptionid"),
        group=atom("resourcegroup().name"),
        management_group=atom("managementgroup().name"),
    )


def atom(text: str) -> str:
    """Return *text*, a normal form, as one part that is not known."""
    return _OPEN + text.replace("/", _SLASH) + _CLOSE


def is_known(normal: str) -> bool:
    """Return whether a normal form has no open part."""
    return _OPEN not in normal


def group_id(subscription: str, group: str) -> str:
    """Return the normal id of a resource group."""
    return f"/subscriptions/{subscription}/resourcegroups/{group}"


def management_group_id(name: str) -> str:
    """Return the normal id of a management group."""
    return "/providers/microsoft.management/managementgroups/" + name


def resource_id(base: str, type_: str, names: Iterable[str]) -> str:
    """Return the normal id of a resource from normal parts; a name may hold several segments."""
    if type_.count("/") == 1:
        (name,) = names if isinstance(names, list) and len(names) == 1 else ("/".join(names),)
        id_ = f"{base}/providers/{type_}/{name}"
        return _short(id_) if "/microsoft.resources/" in id_ else id_
    namespace, *kinds = type_.split("/")
    segments = "/".join(names).split("/")
    if len(segments) == 1 and len(kinds) > 1 and segments[0].startswith(_OPEN):
        segments = [_part_of(segments[0], number) for number in range(len(kinds))]
    pairs = [part for pair in zip(kinds, segments, strict=False) for part in pair]
    tail = kinds[len(segments) :] + segments[len(kinds) :]
    id_ = f"{base}/providers/{'/'.join([namespace, *pairs, *tail])}"
    return _short(id_) if "/microsoft.resources/" in id_ else id_


def _part_of(whole: str, number: int) -> str:
    """Return the normal form of one segment of an open name that holds several."""
    return atom(f"split({whole}).{number}")


def _short(id_: str) -> str:
    """Return the usual id of a resource group or a subscription that was spelled as a resource."""
    head, found, name = id_.partition("/providers/microsoft.resources/resourcegroups/")
    if found:
        subscription = head.split("/")[2] if head.startswith("/subscriptions/") else ""
        return group_id(subscription, name)
    return id_.replace("/providers/microsoft.resources/subscriptions/", "/subscriptions/", 1)


def parent_id(id_: str) -> str:
    """Return the id of what holds the resource *id_*: its parent, its scope; ``""`` at the top."""
    head = id_.rsplit("/", 2)[0]
    return head.rsplit("/", 2)[0] if head.endswith("/providers") or _ends_in_namespace(head) else head


def _ends_in_namespace(head: str) -> bool:
    return head.rpartition("/")[0].endswith("/providers")


class Bindings:
    """What names stand for inside one template: its variables, its scope, and the parameters that are known to it.

    Args:
        scope: The scope it is deployed to.
        variables: Its ``variables``.
        parameters: Normal forms of the parameters that its deployment passes; the others are open.
        mark: Tells the open parts of this template from those of the template around it.
    """

    def __init__(
        self,
        scope: ScopeIds,
        variables: Mapping[str, Json],
        parameters: Mapping[str, str] | None = None,
        mark: str = "",
    ) -> None:
        self.scope = scope
        self._variables = {name.casefold(): value for name, value in variables.items()}
        self._parameters = parameters or {}
        self._mark = mark
        self._normals: dict[str, str] = {}
        self._mentions: dict[str, tuple[Mention, ...]] = {}
        self._open_variables: list[str] = []

    # Normal forms

    def text(self, text: str) -> str:
        """Return the normal form of a text of the template, expression or not."""
        if not text.startswith("["):
            return text.lower()
        known = self._normals.get(text)
        if known is None:
            known = self._expression(text)
            if len(known) > _LONGEST_NORMAL:
                known = atom(text[:_LONGEST_NORMAL])
            self._normals[text] = known
        return known

    def _expression(self, text: str) -> str:
        if not is_expression(text):
            return unescape(text).lower()
        literal = LITERAL_ID.match(text)
        if literal:
            return self._literal_id(literal)
        try:
            return self.node(parse(text))
        except ExpressionSyntaxError:
            return atom(text)

    def _literal_id(self, match: re.Match[str]) -> str:
        type_, names = match.groups()
        return resource_id(self.scope.resource_base, type_.lower().strip("/"), _QUOTED.findall(names.lower()))

    def node(self, node: Node) -> str:
        """Return the normal form of an expression."""
        if isinstance(node, Literal):
            return str(node.value).lower()
        if isinstance(node, Call):
            special = _CALLS.get(node.name.lower())
            known = special(self, node.arguments) if special else None
            return self._call_atom(node) if known is None else known
        return self._accessor(node)

    def _call_atom(self, node: Call) -> str:
        mark = "" if node.arguments else self._mark  # deployment(), resourceGroup(): another one in each template
        return atom(f"{mark}{node.name.lower()}({','.join(map(self.node, node.arguments))})")

    def _accessor(self, node: Member | Index) -> str:
        step = node.name if isinstance(node, Member) else node.index.value if isinstance(node.index, Literal) else None
        target = node.target
        if isinstance(target, Call) and not target.arguments and isinstance(step, str):
            known = self._scope_property(target.name.lower(), step.lower())
            if known is not None:
                return known
        if isinstance(target, Call) and isinstance(step, int) and target.name.lower() == "split":
            part = self._split(target, step)
            if part is not None:
                return part
        value = self.held(node)
        if value is not _OPEN_VALUE:
            return self._value(value, node)
        if step is None:
            assert isinstance(node, Index)
            return atom(f"{self.node(target)}.{self.node(node.index)}")
        return atom(f"{self.node(target)}.{str(step).lower()}")

    def _scope_property(self, function: str, name: str) -> str | None:
        scope = self.scope
        return {
            ("subscription", "subscriptionid"): scope.subscription,
            ("subscription", "id"): "/subscriptions/" + scope.subscription,
            ("resourcegroup", "name"): scope.group,
            ("resourcegroup", "id"): group_id(scope.subscription, scope.group),
            ("managementgroup", "name"): scope.management_group,
            ("managementgroup", "id"): management_group_id(scope.management_group),
        }.get((function, name))

    def _split(self, call: Call, index: int) -> str | None:
        """Return one part of ``split(text, '/')``, where the cuts are known."""
        if len(call.arguments) != 2 or call.arguments[1] != Literal("/"):
            return None
        parts = self.node(call.arguments[0]).split("/")
        if len(parts) == 1 and not is_known(parts[0]):
            return _part_of(parts[0], index) if index >= 0 else None
        return parts[index] if -len(parts) <= index < len(parts) else None

    # Variables

    def held(self, node: Node) -> object:
        """Return the JSON value that *node* reads from a variable; a marker when it reads none."""
        if isinstance(node, Call):
            if node.name.lower() != "variables" or len(node.arguments) != 1:
                return _OPEN_VALUE
            name = node.arguments[0]
            if not isinstance(name, Literal):
                return _OPEN_VALUE
            return self._variables.get(str(name.value).casefold(), _OPEN_VALUE)
        if isinstance(node, Literal):
            return _OPEN_VALUE
        step = node.name if isinstance(node, Member) else node.index.value if isinstance(node.index, Literal) else None
        target = self.held(node.target) if step is not None else _OPEN_VALUE
        if isinstance(target, dict) and isinstance(step, str):
            return next((value for name, value in target.items() if name.lower() == step.lower()), _OPEN_VALUE)
        if isinstance(target, list) and isinstance(step, int) and -1 < step < len(target):
            return target[step]
        return _OPEN_VALUE

    def _value(self, value: object, node: Node) -> str:
        """Return the normal form of *value*, which *node* reads from a variable."""
        if isinstance(value, str):
            if len(self._open_variables) >= _DEEPEST_VARIABLE or value in self._open_variables:
                return atom("?")  # variables that lead to themselves; the check tells
            self._open_variables.append(value)
            try:
                return self.text(value)
            finally:
                self._open_variables.pop()
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        return atom(self._spelled(node))

    def _spelled(self, node: Node) -> str:
        if isinstance(node, Member):
            return f"{self._spelled(node.target)}.{node.name.lower()}"
        if isinstance(node, Index):
            return f"{self._spelled(node.target)}.{self.node(node.index)}"
        assert isinstance(node, Call)
        return f"{self._mark}{node.name.lower()}({','.join(self.node(argument) for argument in node.arguments)})"

    # Calls: each gives None when it has nothing better than an atom

    def _concat(self, arguments: tuple[Node, ...]) -> str | None:
        return "".join(map(self.node, arguments))

    def _format(self, arguments: tuple[Node, ...]) -> str | None:
        if not arguments or not isinstance(arguments[0], Literal):
            return None
        values = arguments[1:]

        def fill(match: re.Match[str]) -> str:
            if match.group() in ("{{", "}}"):
                return match.group()[0]
            if match.group(1) is None or int(match.group(1)) >= len(values):
                raise _OpenError
            return self.node(values[int(match.group(1))])

        try:
            return _HOLE.sub(fill, str(arguments[0].value).lower())
        except _OpenError:
            return None

    def _same(self, arguments: tuple[Node, ...]) -> str | None:
        return self.node(arguments[0]) if len(arguments) == 1 else None

    def _variable(self, arguments: tuple[Node, ...]) -> str | None:
        call = Call("variables", arguments)
        value = self.held(call)
        return atom(self._spelled(call)) if value is _OPEN_VALUE else self._value(value, call)

    def _parameter(self, arguments: tuple[Node, ...]) -> str | None:
        name = self.node(arguments[0]) if len(arguments) == 1 else ""
        known = self._parameters.get(name)
        return atom(f"{self._mark}parameters({name})") if known is None else known

    def _copy_index(self, arguments: tuple[Node, ...]) -> str | None:
        """Return the same for every loop: a loop's own index stands for any other's with the same offset."""
        numbers = [self.node(argument) for argument in arguments if not _is_text(argument)]
        return atom(f"copyindex({','.join(numbers)})")

    def _first(self, arguments: tuple[Node, ...]) -> str | None:
        call = arguments[0] if len(arguments) == 1 else None
        return self._split(call, 0) if isinstance(call, Call) and call.name.lower() == "split" else None

    def _last(self, arguments: tuple[Node, ...]) -> str | None:
        call = arguments[0] if len(arguments) == 1 else None
        return self._split(call, -1) if isinstance(call, Call) and call.name.lower() == "split" else None

    def _resource_id(self, arguments: tuple[Node, ...]) -> str | None:
        before, type_, names = self._parts(arguments)
        if not type_:
            return None
        scope = self.scope
        if not before:
            base = scope.resource_base
        elif len(before) == 2:
            base = group_id(before[0], before[1])
        elif len(before) == 1:
            is_subscription = bool(_GUID.match(before[0])) or before[0] == scope.subscription
            base = "/subscriptions/" + before[0] if is_subscription else group_id(scope.subscription, before[0])
        else:
            return None
        return resource_id(base, type_, names)

    def _subscription_resource_id(self, arguments: tuple[Node, ...]) -> str | None:
        before, type_, names = self._parts(arguments)
        if not type_ or len(before) > 1:
            return None
        return resource_id("/subscriptions/" + (before[0] if before else self.scope.subscription), type_, names)

    def _tenant_resource_id(self, arguments: tuple[Node, ...]) -> str | None:
        before, type_, names = self._parts(arguments)
        return resource_id("", type_, names) if type_ and not before else None

    def _management_group_resource_id(self, arguments: tuple[Node, ...]) -> str | None:
        before, type_, names = self._parts(arguments)
        if not type_ or len(before) > 1:
            return None
        return resource_id(management_group_id(before[0] if before else self.scope.management_group), type_, names)

    def _extension_resource_id(self, arguments: tuple[Node, ...]) -> str | None:
        base = self.node(arguments[0]) if arguments else ""
        before, type_, names = self._parts(arguments[1:])
        return resource_id(base.rstrip("/"), type_, names) if type_ and not before else None

    def _parts(self, arguments: tuple[Node, ...]) -> tuple[list[str], str, list[str]]:
        """Return what stands before the type, the type (``""`` when there is none), and the names."""
        normals = list(map(self.node, arguments))
        for number, normal in enumerate(normals):
            if "/" in normal and is_known(normal) and number + 1 < len(normals):
                return normals[:number], normal.strip("/"), normals[number + 1 :]
        return [], "", []

    # Mentions

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the ids that a text of the template mentions, each once."""
        known = self._mentions.get(text)
        if known is None:
            found = list(self._find(text))
            known = self._mentions[text] = tuple(dict.fromkeys(found) if len(found) > 1 else found)
        return known

    def _find(self, text: str) -> Iterator[Mention]:
        if not is_expression(text):
            if text[:1] == "/":
                yield Mention(text.lower().rstrip("/"))
            return
        literal = LITERAL_ID.match(text)
        if literal:
            yield Mention(self._literal_id(literal), text=text)
            return
        try:
            node = parse(text)
        except ExpressionSyntaxError:
            return
        yield from self._in(node, text)

    def _in(self, node: Node, text: str) -> Iterator[Mention]:
        """Yield the mentions in *node*, which stands in *text*."""
        if isinstance(node, Literal):
            if isinstance(node.value, str) and node.value.startswith("/"):
                yield Mention(node.value.lower().rstrip("/"))
            return
        held = self.held(node)
        if held is not _OPEN_VALUE:
            yield from self._in_held(held)
            return
        if isinstance(node, Member):
            yield from self._in(node.target, text)
            return
        if isinstance(node, Index):
            yield from self._in(node.target, text)
            yield from self._in(node.index, text)
            return
        yield from self._in_call(node, text)

    def _in_call(self, node: Call, text: str) -> Iterator[Mention]:
        name = node.name.lower()
        arguments = node.arguments
        if (name in ("reference", "references") or name.startswith("list")) and arguments:
            yield self._awaited(arguments[0], text)
            arguments = arguments[1:]
        elif name in ID_FUNCTIONS or name in ("concat", "format"):
            id_ = self.node(node)
            if id_.startswith("/"):
                if name not in ID_FUNCTIONS:
                    yield Mention(id_.rstrip("/"))
                    return
                yield Mention(id_.rstrip("/"), text=text, node=node)
        for argument in arguments:
            yield from self._in(argument, text)

    def _awaited(self, target: Node, text: str) -> Mention:
        id_ = self.node(target)
        node = target if isinstance(target, Call) and target.name.lower() in ID_FUNCTIONS else None
        by_name = not id_.startswith("/")
        return Mention(id_.rstrip("/"), awaits=True, by_name=by_name, text=text if node else "", node=node)

    def _in_held(self, value: object) -> Iterator[Mention]:
        """Yield the mentions in what a variable holds; no dependency can be spelled like them."""
        for text in texts_in(value):
            if len(self._open_variables) >= _DEEPEST_VARIABLE or text in self._open_variables:
                continue
            self._open_variables.append(text)
            try:
                for mention in self.mentions(text):
                    yield mention.elsewhere
            finally:
                self._open_variables.pop()


def texts_in(value: object) -> Iterator[str]:
    """Yield the texts in a JSON value that may be expressions or ids."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if item[:1] in ("[", "/"):
                yield item
        elif isinstance(item, dict):
            pending += item.values()
        elif isinstance(item, list):
            pending += item


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str)


class _OpenError(Exception):
    """A format whose result cannot be told."""


_OPEN_VALUE = object()

_CALLS: dict[str, Callable[[Bindings, tuple[Node, ...]], str | None]] = {
    "concat": Bindings._concat,
    "format": Bindings._format,
    "tolower": Bindings._same,
    "toupper": Bindings._same,
    "string": Bindings._same,
    "trim": Bindings._same,
    "variables": Bindings._variable,
    "parameters": Bindings._parameter,
    "copyindex": Bindings._copy_index,
    "first": Bindings._first,
    "last": Bindings._last,
    "resourceid": Bindings._resource_id,
    "subscriptionresourceid": Bindings._subscription_resource_id,
    "tenantresourceid": Bindings._tenant_resource_id,
    "managementgroupresourceid": Bindings._management_group_resource_id,
    "extensionresourceid": Bindings._extension_resource_id,
}
