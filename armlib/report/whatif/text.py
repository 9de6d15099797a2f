"""A what-if as text, in the form that the Azure CLI prints: what people know how to read.

:func:`render_result` prints what the service answered, to the letter as the Azure CLI 2.91 does; :func:`as_text` adds
what the service does not tell: the risks, and what was left out and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from armlib.deployment.whatif.model import Change, Risk, WhatIf, joined
from armlib.deployment.whatif.result import as_operation_result
from armlib.jsontypes import JsonObject
from armlib.report.text import printable

_NOTICE: Final = (
    "Note: The result may contain false positive predictions (noise).\n"
    "You can help us improve the accuracy of the result by opening an issue here: https://aka.ms/WhatIfIssues\n"
    "NOTICE! - Want to get What-if without noise? Move to Deployment Stacks What-If https://aka.ms/stackswhatifGA\n\n"
)
_RESET: Final = "\033[0m"


class Sign(NamedTuple):
    """How a kind of change is shown: its symbol, its colour, and what its total is called."""

    symbol: str
    colour: str
    total: str


def _colour(number: int) -> str:
    return f"\033[38;5;{number}m"


# In the order of the legend.
SIGNS: Final[Mapping[str, Sign]] = {
    "Delete": Sign("-", _colour(208), "to delete"),
    "Create": Sign("+", _colour(77), "to create"),
    "Deploy": Sign("!", _colour(39), "to deploy"),
    "Modify": Sign("~", _colour(141), "to modify"),
    "NoChange": Sign("=", _RESET, "no change"),
    "Unsupported": Sign("x", _colour(246), "unsupported"),
    "Ignore": Sign("*", _colour(246), "to ignore"),
    "NoEffect": Sign("x", _colour(246), "no effect"),
}
_ORDER: Final = {kind: place for place, kind in enumerate(SIGNS)}
_PROPERTY_ORDER: Final = {"Delete": 0, "Create": 1, "Modify": 2, "Array": 2, "NoEffect": 3}
_LEVELS: Final = {"error": _colour(203), "warning": _colour(136)}
_SCOPE = re.compile(
    r"(?P<subscription>/subscriptions/[^/]+)(?P<group>/resourceGroups/[^/]+(?=/))?"
    r"|/providers/Microsoft\.Management/managementGroups/[^/]+",
    re.IGNORECASE,
)
RISKS: Final = {
    Risk.DATA_LOSS: "data loss",
    Risk.DELETE: "delete",
    Risk.REPLACE: "replace",
    Risk.LIST_REPLACED: "list",
    Risk.DOWNTIME: "downtime",
}
NOT_KNOWN: Final = "(known only to the deployment)"


def as_text(
    what_if: WhatIf,
    *,
    colour: bool = False,
    notice: bool = False,
    resource_id_only: bool = False,
    risks: bool = True,
    explain: bool = False,
) -> str:
    """Return *what_if* as text that ends with a line feed.

    Args:
        what_if: What was found.
        colour: Whether for a terminal.
        notice: Whether the three lines stand first that the Azure CLI has about noise.
        resource_id_only: Whether properties are left out.
        risks: Whether the risks of the changes are listed at the end, and what was changed beside the template.
        explain: Whether the differences that are no changes are listed, with the reason of each.
    """
    result = as_operation_result(what_if, resource_id_only=resource_id_only)
    text = render_result(result, colour=colour, notice=notice)
    text = text if notice else text.lstrip("\n")
    parts = [text if text.endswith(("\n", _RESET)) else f"{text}\n"]
    if risks:
        parts += [_risks(what_if, colour=colour), _drift(what_if)]
    if explain:
        parts.append(_left_out(what_if))
    return "".join(parts)


def render_result(result: JsonObject, *, colour: bool = False, notice: bool = False) -> str:
    """Return what the service answered, a ``WhatIfOperationResult``, as the Azure CLI prints it."""
    properties: Any = result.get("properties") or {}
    painter = _Painter(colour=colour)
    if notice:
        painter.add(_NOTICE)
    changes, potential = properties.get("changes") or [], properties.get("potentialChanges") or []
    if changes or potential:
        _legend(painter, [*changes, *potential])
    _section(painter, changes, "\nThe deployment will update the following", "Resource changes")
    if potential:
        painter.add("\n")
        _section(
            painter, potential, "The following change MAY OR MAY NOT be deployed to the following", "Potential changes"
        )
    _diagnostics(painter, changes, properties.get("diagnostics") or [])
    return painter.text


class _Painter:
    """Gathers text in colours; a colour that ends gives way to the one around it."""

    def __init__(self, *, colour: bool) -> None:
        self._parts: list[str] = []
        self._around: list[str] = []
        self._colour = colour

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def add(self, text: str) -> _Painter:
        self._parts.append(text)
        return self

    def start(self, colour: str) -> None:
        self._around.append(colour)
        self._paint(colour)

    def end(self) -> None:
        self._around.pop()
        self._paint(self._around[-1] if self._around else _RESET)

    def painted(self, text: str, colour: str = _RESET) -> _Painter:
        self.start(colour)
        self.add(text)
        self.end()
        return self

    def _paint(self, colour: str) -> None:
        if self._colour:
            self._parts.append(colour)


# resources


def _legend(painter: _Painter, changes: Sequence[Any]) -> None:
    used = {kind for change in changes for kind in _kinds(change)}
    painter.add(
        f"Resource and property changes are indicated with {'this symbol' if len(used) == 1 else 'these symbols'}:\n"
    )
    for kind, sign in SIGNS.items():
        if kind in used:
            painter.add("  ").painted(sign.symbol, sign.colour).add(f" {kind.title()}\n")


def _kinds(change: Mapping[str, Any]) -> Iterator[str]:
    """Yield the kinds of a change of a resource or a property, and of all in it."""
    kind = change.get("changeType") or change.get("propertyChangeType") or "Modify"
    yield "Modify" if kind == "Array" else kind
    for inner in (*(change.get("delta") or ()), *(change.get("children") or ())):
        yield from _kinds(inner)


def _section(painter: _Painter, changes: Sequence[Any], title: str, counted: str) -> None:
    by_scope: dict[str, list[tuple[str, Any]]] = {}
    for change in changes:
        scope, rest = split_scope(change["resourceId"])
        by_scope.setdefault(scope, []).append((rest, change))
    if changes:
        painter.add(f"{title} {'scope' if len(by_scope) == 1 else 'scopes'}:\n")
    for scope in sorted(by_scope, key=str.upper):
        painter.add(f"\nScope: {printable(scope)}\n")
        inside = sorted(by_scope[scope], key=lambda each: (_ORDER[each[1]["changeType"]], each[0]))
        for place, (name, change) in enumerate(inside):
            _resource(painter, name, change, is_last=place + 1 == len(inside))
    painter.add(f"\n{counted}: {_counts(changes)}.")


def split_scope(id_: str) -> tuple[str, str]:
    """Return the scope that *id_* lies in, and the rest: ``Microsoft.X/a/NAME``, ``resourceGroups/NAME``."""
    found = _SCOPE.match(id_)
    if found is None:
        return ("/", id_.strip("/").removeprefix("providers/")) if id_.startswith("/") else (NOT_KNOWN, id_)
    subscription, group = found["subscription"], found["group"]
    scope = found[0] if subscription is None else subscription.lower() + (group or "")
    rest = id_[found.end() :].lstrip("/")
    return scope, rest.removeprefix("providers/") or id_.rpartition("/")[2]


def _resource(painter: _Painter, name: str, change: Mapping[str, Any], *, is_last: bool) -> None:
    kind = change["changeType"]
    sign = SIGNS[kind]
    before, after = change.get("before"), change.get("after")
    painter.start(sign.colour)
    painter.add(f"\n  {sign.symbol} {printable(name)}")
    version = (before or {}).get("apiVersion") or (after or {}).get("apiVersion")
    if version:
        painter.painted(f" [{version}]")
    body = before if kind == "Delete" else after if kind == "Create" else None
    if body:
        painter.add("\n\n")
        _object(painter, body, 6)
    elif kind == "Modify" and change.get("delta"):
        painter.start(_RESET)
        painter.add("\n")
        _properties(painter, change["delta"], 4)
        painter.end()
    elif is_last:
        painter.add("\n")
    painter.end()


def _counts(changes: Sequence[Any]) -> str:
    found = Counter(change["changeType"] for change in changes)
    return ", ".join(f"{found[kind]} {sign.total}" for kind, sign in SIGNS.items() if found[kind]) or "no change"


def _diagnostics(painter: _Painter, changes: Sequence[Any], diagnostics: Sequence[Any]) -> None:
    lines = [
        ("warning", change["resourceId"], "Unsupported", change["unsupportedReason"])
        for change in changes
        if change["changeType"] == "Unsupported" and change.get("unsupportedReason")
    ]
    lines += [
        (str(each.get("level")).lower(), each.get("target"), each.get("code"), each.get("message"))
        for each in diagnostics
    ]
    if not lines:
        return
    painter.add(f"\n\nDiagnostics ({len(lines)}): \n")
    for level, target, code, message in lines:
        painter.painted(f"{printable(f'{target} ({code}) {message}')}\n", _LEVELS.get(level, _RESET))


# properties


def _properties(painter: _Painter, delta: Sequence[Any], indent: int) -> None:
    width = max((len(each["path"]) for each in delta if _is_in_column(each)), default=0)
    for change in sorted(delta, key=_place):
        _property(painter, change, width, indent)


def _place(change: Mapping[str, Any]) -> tuple[Any, ...]:
    path, order = change["path"], _PROPERTY_ORDER[change["propertyChangeType"]]
    return (0, int(path), order, path) if path.isdigit() else (1, order, 0, path)


def _is_in_column(change: Mapping[str, Any]) -> bool:
    """Return whether the value of *change* stands in the column that is aligned."""
    if change["propertyChangeType"] in ("Array", "Modify"):
        return not change.get("children") and _is_leaf(change.get("before")) and _is_leaf(change.get("after"))
    return _is_leaf(_only(change))


def _only(change: Mapping[str, Any]) -> Any:
    """Return the value of a property that is there on one side only."""
    return change.get("before" if change["propertyChangeType"] == "Delete" else "after")


def _property(painter: _Painter, change: Mapping[str, Any], width: int, indent: int) -> None:
    kind = change["propertyChangeType"]
    sign = SIGNS["Modify" if kind == "Array" else kind]
    path = printable(change["path"])
    painter.add(" " * indent).painted(sign.symbol, sign.colour).add(f" {path}").painted(":")
    if kind == "Array":
        _elements(painter, change.get("children") or [], indent)
    elif change.get("children"):
        painter.add("\n\n")
        _properties(painter, change["children"], indent + 2)
        painter.add("\n")
    elif kind == "Modify":
        _modified(painter, change, width - len(path), indent)
    else:
        _one_side(painter, _only(change), sign.colour, width - len(path), indent)


def _elements(painter: _Painter, children: Sequence[Any], indent: int) -> None:
    painter.add(" [\n")
    _properties(painter, children, indent + 2)
    painter.add(f"{' ' * (indent + 2)}]\n")


def _one_side(painter: _Painter, value: Any, colour: str, padding: int, indent: int) -> None:
    if _is_leaf(value):
        painter.add(" " * (padding + 1)).painted(_leaf(value), colour).add("\n")
        return
    painter.start(colour)
    _container(painter, value, indent)
    painter.end()
    painter.add("\n")


def _modified(painter: _Painter, change: Mapping[str, Any], padding: int, indent: int) -> None:
    before, after = change.get("before"), change.get("after")
    colours = SIGNS["Delete"].colour, SIGNS["Create"].colour
    if _is_leaf(before) and _is_leaf(after):
        painter.add(" " * (padding + 1)).painted(_leaf(before), colours[0])
        painter.add(" => ").painted(_leaf(after), colours[1]).add("\n")
        return
    for place, (value, colour) in enumerate(zip((before, after), colours, strict=True)):
        painter.add(f"\n{' ' * (indent + 2)}=>" if place else "")
        if _is_leaf(value):
            painter.add(" ").painted(_leaf(value), colour)
        else:
            painter.start(colour)
            _container(painter, value, indent)
            painter.end()
    painter.add("\n")


# values


def _is_leaf(value: Any) -> bool:
    return not value or not isinstance(value, dict | list)


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    return {"dict": "{}", "list": "[]"}.get(type(value).__name__, str(value))


def _container(painter: _Painter, value: Any, indent: int) -> None:
    """Write a list or an object behind the path of its property."""
    if isinstance(value, dict):
        painter.add("\n\n")
        _object(painter, value, indent + 4)
    else:
        _list(painter, value, indent + 2)


def _object(painter: _Painter, value: Mapping[str, Any], indent: int) -> None:
    rows = list(_rows(value, ""))
    width = max((len(path) for path, inner in rows if _is_leaf(inner)), default=0)
    for path, inner in rows:
        painter.add(f"{' ' * indent}{printable(path)}").painted(":")
        if _is_leaf(inner):
            painter.add(f"{' ' * (width - len(path) + 1)}{_leaf(inner)}\n")
        else:
            _list(painter, inner, indent)
            painter.add("\n")


def _rows(value: Mapping[str, Any], base: str) -> Iterator[tuple[str, Any]]:
    """Yield the leaves and lists in *value* by their dotted paths."""
    for name, inner in value.items():
        path = joined(base, name)
        if isinstance(inner, dict) and inner:
            yield from _rows(inner, path)
        else:
            yield path, inner


def _list(painter: _Painter, value: Sequence[Any], indent: int) -> None:
    painter.add(" ").painted("[").add("\n")
    for place, inner in enumerate(value):
        painter.add(f"{' ' * (indent + 2)}{place}").painted(":")
        if _is_leaf(inner):
            painter.add(f" {_leaf(inner)}\n")
        elif isinstance(inner, dict):
            painter.add("\n\n")
            _object(painter, inner, indent + 4)
            painter.add("\n")
        else:
            _list(painter, inner, indent + 2)
            painter.add("\n")
    painter.add(" " * indent).painted("]")


# what the service does not tell


def _risks(what_if: WhatIf, *, colour: bool) -> str:
    rows = [(change, path, rating) for change in _all(what_if) for path, rating in change.rated()]
    if not rows:
        return ""
    order = list(RISKS)
    rows.sort(key=lambda row: order.index(row[2].risk))
    painter = _Painter(colour=colour)
    painter.add(f"\nRisks ({len(rows)}):\n")
    for change, path, rating in rows:
        name = split_scope(change.id)[1]
        sign = SIGNS["Delete" if rating.risk in (Risk.DATA_LOSS, Risk.DELETE) else "Modify"]
        painter.add("  ").painted(RISKS[rating.risk], sign.colour)
        painter.add(f"  {printable(f'{name} {path}'.strip())}: {printable(rating.reason)}\n")
    return painter.text


def _drift(what_if: WhatIf) -> str:
    lines = [
        f"  {printable(split_scope(change.id)[1])}: {printable(', '.join(paths))}\n"
        for change in _all(what_if)
        if (paths := list(change.drift()))
    ]
    return "".join((f"\nChanged beside the template since it was deployed ({len(lines)}):\n", *lines)) if lines else ""


def _left_out(what_if: WhatIf) -> str:
    lines: list[str] = []
    count = 0
    for change in _all(what_if):
        if change.suppressed:
            lines.append(f"\n  {printable(split_scope(change.id)[1])}\n")
        for each in change.suppressed:
            count += 1
            lines.append(
                f"    {printable(each.path)}: {_difference(each.before, each.after)} ({REASONS[each.reason]})\n"
            )
    return "".join((f"\nDifferences that are no changes ({count}):\n", *lines)) if count else ""


REASONS: Final = {
    "readOnly": "read-only: only the service sets it",
    "serviceDefault": "a default of the service: the template does not mention it",
    "order": "the order means nothing",
    "case": "the case means nothing",
    "writeOnly": "write-only: the service does not tell it",
    "normalised": "the service writes the same in another way",
    "expressionUnknown": "the expression has a value only when it is deployed",
    "childResource": "the template has it as a resource of its own",
    "notInType": "the type has no such property",
}
_LONGEST: Final = 60


def _difference(before: Any, after: Any) -> str:
    one, other = _short(before), _short(after)
    if after is None:
        return one
    return f"{one} => {other}" if before is not None else other


def _short(value: Any) -> str:
    import json

    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _all(what_if: WhatIf) -> Iterator[Change]:
    yield from (*what_if.changes, *what_if.potential)
