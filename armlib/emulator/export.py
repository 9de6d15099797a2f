"""A resource group as a template that would make it again.

Source: "Resource Groups - Export Template"; secrets are not kept, and so are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, Kind, parse_address
from armlib.emulator.refusals import not_found
from armlib.emulator.store import Row, Store, decode
from armlib.jsontypes import JsonObject
from armlib.template.canonical import RESOURCE_MEMBERS
from armlib.template.scope import SCHEMAS, ScopeKind

_MOST: Final = 200  # resources
_NO_MEMBERS: Final = frozenset(("id", "name", "type", "apiVersion", "etag", "systemData", "dependsOn"))
_UNFIT: Final = re.compile(r"[^A-Za-z0-9]+")


class Exports:
    """Writes templates of the resource groups of a state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def group(self, group: str, request: JsonObject) -> JsonObject:
        """Return ``{template}`` of a resource group.

        Args:
            group: Its id.
            request: ``{resources: ["*"], options: "SkipResourceNameParameterization"}``; ids instead of ``*`` for some.

        Raises:
            Fault: there is no such group or resource, or there are too many.
        """
        address = parse_address(group)
        if self._store.id_of(address.key) is None:
            raise not_found(address)
        rows = self._chosen(address, request)
        if len(rows) > _MOST:
            raise Fault(
                400,
                "ExportTemplateResourcesLimitExceeded",
                f"The resource group has {len(rows)} resources; a template of at most {_MOST} can be exported.",
            )
        options = str(request.get("options", "")).casefold().replace(" ", "").split(",")
        every = "skipallparameterization" in options or "skipresourcenameparameterization" in options
        names = {} if every else _parameters(rows)
        known = {row.key: row for row in rows}
        template: JsonObject = {
            "$schema": SCHEMAS[ScopeKind.GROUP],
            "contentVersion": "1.0.0.0",
            "parameters": {names[row.key]: _parameter(row) for row in rows if row.key in names},
            "variables": {},
            "resources": [self._resource(row, known, names) for row in rows],
        }
        return {"template": template}

    def _chosen(self, group: Address, request: JsonObject) -> list[Row]:
        inside = [row for row in self._store.inside(group.key) if parse_address(row.id).kind is Kind.RESOURCE]
        asked = request.get("resources") or ["*"]
        if not isinstance(asked, list):
            raise Fault(
                400, "InvalidRequestContent", "The request content was invalid: 'resources' must be a list of ids."
            )
        if asked == ["*"]:
            return inside
        keys = [parse_address(str(id_)) for id_ in asked]
        for address in keys:
            if self._store.id_of(address.key) is None:
                raise not_found(address)
        wanted = tuple(address.key for address in keys)
        return [row for row in inside if any(row.key == key or row.key.startswith(key + "/") for key in wanted)]

    def _resource(self, row: Row, known: Mapping[str, Row], names: Mapping[str, str]) -> JsonObject:
        address = parse_address(row.id)
        body = row.value if row.baseline is None else decode(row.baseline)
        needed = [target for target in self._store.targets(row.key) if target in known and target != row.key]
        if row.parent in known:
            needed.append(row.parent)
        resource: dict[str, Any] = {
            "type": address.type,
            "apiVersion": row.api_version,
            "name": _name(row, names),
            **{name: _escaped(_named(value, known, names)) for name, value in body.items() if name not in _NO_MEMBERS},
        }
        if address.is_extension:
            scope = parse_address(address.scope)
            resource["scope"] = _reference(known[scope.key], known, names) if scope.key in known else address.scope
        # what a network says of its subnets depends on nothing; a subnet depends on its network
        needed = [key for key in dict.fromkeys(needed) if not key.startswith(row.key + "/")]
        if needed:
            resource["dependsOn"] = [_reference(known[key], known, names) for key in sorted(needed)]
        order = {member: at for at, member in enumerate(RESOURCE_MEMBERS)}
        return dict(sorted(resource.items(), key=lambda item: order.get(item[0], len(order))))


def _parameters(rows: Sequence[Row]) -> dict[str, str]:
    """Return the parameter for the name of each root resource, by key."""
    found: dict[str, str] = {}
    for row in rows:
        address = parse_address(row.id)
        if address.is_child or address.is_extension:
            continue
        base = f"{address.kinds}_{_UNFIT.sub('_', address.name).strip('_')}_name"
        name, number = base, 1
        while name.casefold() in {each.casefold() for each in found.values()}:
            number += 1
            name = f"{base}_{number}"
        found[row.key] = name
    return found


def _parameter(row: Row) -> JsonObject:
    return {"defaultValue": parse_address(row.id).name, "type": "String"}


def _pieces(row: Row, names: Mapping[str, str]) -> list[str]:
    """Return the names of a resource as the arguments of a function."""
    address = parse_address(row.id)
    whole = [f"'{_quoted(name)}'" for name in address.names]
    root = "/".join(row.key.rsplit("/providers/", 1)[1].split("/")[:3])
    parameter = names.get(row.key.rsplit("/providers/", 1)[0] + "/providers/" + root)
    if parameter is not None:
        whole[0] = f"parameters('{parameter}')"
    return whole


def _name(row: Row, names: Mapping[str, str]) -> str:
    pieces = _pieces(row, names)
    if not pieces[0].startswith("parameters("):
        return _escaped("/".join(parse_address(row.id).names))  # type: ignore[no-any-return]
    if len(pieces) == 1:
        return f"[{pieces[0]}]"
    rest = "/".join(parse_address(row.id).names[1:])
    return f"[concat({pieces[0]}, '/{_quoted(rest)}')]"


def _reference(row: Row, known: Mapping[str, Row], names: Mapping[str, str]) -> str:
    """Return the expression for the id of a resource of the template."""
    address = parse_address(row.id)
    arguments = ", ".join([f"'{address.type}'", *_pieces(row, names)])
    if address.is_extension:
        scope = parse_address(address.scope)
        above = (
            _reference(known[scope.key], known, names)[1:-1] if scope.key in known else f"'{_quoted(address.scope)}'"
        )
        return f"[extensionResourceId({above}, {arguments})]"
    return f"[resourceId({arguments})]"


def _named(value: Any, known: Mapping[str, Row], names: Mapping[str, str]) -> Any:
    """Return *value* with the ids of resources of the template as expressions, marked as such."""
    if isinstance(value, str):
        row = known.get(value.casefold().rstrip("/")) if value[:1] == "/" else None
        return value if row is None else _Expression(_reference(row, known, names))
    if isinstance(value, dict):
        return {name: _named(each, known, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_named(each, known, names) for each in value]
    return value


class _Expression(str):
    """A text that is an expression already."""

    __slots__ = ()


def _escaped(value: Any) -> Any:
    """Return *value* with texts that would be read as expressions as what they are."""
    if isinstance(value, _Expression):
        return str(value)
    if isinstance(value, str):
        return f"[{value}" if value.startswith("[") and value.endswith("]") else value
    if isinstance(value, dict):
        return {name: _escaped(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_escaped(each) for each in value]
    return value


def _quoted(text: str) -> str:
    return text.replace("'", "''")
