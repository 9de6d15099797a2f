"""Language version 2.0: resources by symbolic name instead of in an array.

Nothing else changes its meaning: children that are written inside their parent are written beside it, with their full
type and name; ``reference`` and the ``list`` functions, which find a resource by its name in version 1, find it by its
symbolic name or its id; ``dependsOn`` has symbolic names. So it is, where that is asked for, in nested templates that
are evaluated in a scope of their own. In version 2.0 each is: one that was not is said to be when that changes nothing,
as it has no expressions, and the others are left for :mod:`armlib.compiler.rules.shape` to refuse.

Source: "Understand the structure and syntax of ARM templates", languageVersion 2.0; deployments must have the API
version 2020-09-01 or a later one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby

from armlib.compiler.identity import Mention
from armlib.compiler.index import Index
from armlib.compiler.nodes import replaced
from armlib.compiler.spelling import id_of
from armlib.compiler.structure import Level, Resource, survey
from armlib.expressions.parser import is_expression, parse
from armlib.expressions.syntax import Call, Literal, Node
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

VERSION = "2.0"
_SINCE = "2020-09-01"  # the API version of a deployment that may have a template of version 2.0
_NOT_IN_SYMBOLS = re.compile(r"[^A-Za-z0-9]+")


def with_symbols(template: JsonObject, kind: ScopeKind = ScopeKind.GROUP, *, nested: bool = False) -> JsonObject:
    """Return *template*, whose ``resources`` may be an array, with symbolic names; one that has them stays as it is.

    With *nested* the templates inside it get them, too; else these stay as they were written.

    A symbolic name is made of the type and the literal parts of the name, ``storageAccounts_data``; where that is
    taken, of a number besides. It depends on nothing else, so that it stays when other resources come and go.
    """
    return _symbolic(survey(template, kind), nested) if isinstance(template["resources"], list) else template


def _symbolic(level: Level, nested: bool) -> JsonObject:
    symbols = _symbols(level.resources)
    index = Index(level, {})

    def rewrite(node: Node) -> Node | None:
        return _reference(node, index, symbols)

    def named(resource: Resource) -> JsonObject:
        body = {name: value for name, value in _with_inner(resource, nested).items() if name != "resources"}
        if resource.parent is not None:
            body |= {"type": resource.type, "name": resource.name}
        return {
            name: _entries(value, index, symbols) if name == "dependsOn" else replaced(value, rewrite)
            for name, value in body.items()
        }

    resources: JsonObject = {}
    written = level.template["resources"]
    by_place = {place: [*group] for place, group in groupby(level.resources, lambda one: one.path[len(level.path) + 1])}
    for number, value in enumerate(written if isinstance(written, list) else ()):
        if isinstance(value, dict):
            resources |= {symbols[resource]: named(resource) for resource in by_place[number]}
        else:
            resources[f"resource__{number}"] = value  # for the check to tell
    others: JsonObject = {
        name: replaced(value, rewrite) if name in ("outputs", "asserts") else value
        for name, value in level.template.items()
    }
    return {**others, "languageVersion": VERSION, "resources": resources}


def _with_inner(resource: Resource, nested: bool) -> JsonObject:
    """Return the body of *resource* with the scope of the template that it deploys said, and symbolic names in that."""
    body, inner = resource.body, resource.inner
    properties = body.get("properties")
    if inner is None or not isinstance(properties, dict):
        return body
    if inner.is_outer:
        scope = "outer" if _holds_expression(inner.template) else "inner"
        properties = {**properties, "expressionEvaluationOptions": {"scope": scope}}
        if scope == "outer":
            return {**body, "properties": properties}
    api_version = body.get("apiVersion")
    is_able = isinstance(api_version, str) and api_version >= _SINCE
    if nested and is_able and isinstance(inner.template.get("resources"), list):
        properties = {**properties, "template": _symbolic(inner, nested)}
    return {**body, "properties": properties}


def _holds_expression(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_expression, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and is_expression(value)


def _entries(entries: Json, index: Index, symbols: Mapping[Resource, str]) -> Json:
    """Return ``dependsOn`` by symbolic names; an entry that names nothing that is known stays as it is."""
    if not isinstance(entries, list):
        return entries
    found: dict[str, None] = {}
    for entry in entries:
        if isinstance(entry, str):
            found.update(dict.fromkeys([symbols[one] for one in index.waited_for(entry)] or [entry]))
    return [*found, *(entry for entry in entries if not isinstance(entry, str))]


def _symbols(resources: list[Resource]) -> dict[Resource, str]:
    taken: set[str] = set()
    symbols = {}
    for resource in resources:
        wanted = symbol = _symbol(resource)
        number = 2
        while symbol.lower() in taken:
            symbol = f"{wanted}_{number}"
            number += 1
        taken.add(symbol.lower())
        symbols[resource] = symbol
    return symbols


def _symbol(resource: Resource) -> str:
    kind = resource.type.rpartition("/")[2]
    words = [kind, *(_literals(parse(resource.name)) if is_expression(resource.name) else [resource.name])]
    symbol = "_".join(filter(None, (_NOT_IN_SYMBOLS.sub("_", word).strip("_") for word in words)))
    return symbol if symbol[:1].isalpha() else f"resource_{symbol}"


def _literals(node: Node) -> list[str]:
    """Return the texts in a name that are part of it, and the names of the parameters and variables that are."""
    if not isinstance(node, Call) or node.name.lower() not in ("concat", "format", "parameters", "variables"):
        return []
    words = []
    for argument in node.arguments:
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            words.append(re.sub(r"\{\d+\}", " ", argument.value))
        else:
            words += _literals(argument)
    return words


def _reference(node: Node, index: Index, symbols: Mapping[Resource, str]) -> Node | None:
    """Return a call that finds a resource by its symbolic name, for one that finds it by its name."""
    if not isinstance(node, Call) or not node.arguments:
        return None
    name = node.name.lower()
    if name != "reference" and not name.startswith("list"):
        return None
    normal = index.bindings.node(node.arguments[0])
    if normal.startswith("/"):
        return None
    found = index.mentioned(Mention(normal, awaits=True, by_name=True)).resources
    if len(found) != 1:
        return None
    (resource,) = found
    target = parse(id_of(resource)) if resource.loop else Literal(symbols[resource])
    return Call(node.name, (target, *node.arguments[1:]))
