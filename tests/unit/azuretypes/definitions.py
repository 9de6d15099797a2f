"""Definitions in the published format, written by tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Ref: TypeAlias = dict[str, str]


@dataclass
class TypesFile:
    """One ``types.json``; each method adds an element and returns the reference to it."""

    elements: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, **facts: Any) -> Ref:
        self.elements.append({"$type": kind, **{key: value for key, value in facts.items() if value is not None}})
        return {"$ref": f"#/{len(self.elements) - 1}"}

    def string(self, **facts: Any) -> Ref:
        return self.add("StringType", **facts)

    def integer(self, **facts: Any) -> Ref:
        return self.add("IntegerType", **facts)

    def boolean(self) -> Ref:
        return self.add("BooleanType")

    def any(self) -> Ref:
        return self.add("AnyType")

    def literal(self, value: str) -> Ref:
        return self.add("StringLiteralType", value=value)

    def enum(self, *values: str, is_open: bool = False) -> Ref:
        members = [self.literal(value) for value in values]
        if is_open:
            members.append(self.string())
        return self.add("UnionType", elements=members)

    def array(self, item: Ref, **facts: Any) -> Ref:
        return self.add("ArrayType", itemType=item, **facts)

    def object(self, name: str, properties: Mapping[str, Ref | tuple[Ref, int]], **facts: Any) -> Ref:
        return self.add("ObjectType", name=name, properties=_properties(properties), **facts)

    def variants(
        self, name: str, tag: str, base: Mapping[str, Ref | tuple[Ref, int]], elements: Mapping[str, Ref]
    ) -> Ref:
        return self.add(
            "DiscriminatedObjectType",
            name=name,
            discriminator=tag,
            baseProperties=_properties(base),
            elements=dict(elements),
        )

    def resource(self, name: str, body: Ref, readable: int = 8, writable: int = 8) -> Ref:
        return self.add("ResourceType", name=name, body=body, readableScopes=readable, writableScopes=writable)


def _properties(properties: Mapping[str, Ref | tuple[Ref, int]]) -> dict[str, Any]:
    return {
        name: {
            "type": given[0] if isinstance(given, tuple) else given,
            "flags": given[1],
            "description": f"The {name}.",
        }
        if isinstance(given, tuple)
        else {"type": given, "flags": 0}
        for name, given in properties.items()
    }


def envelope(file: TypesFile, name: str, version: str) -> dict[str, Ref | tuple[Ref, int]]:
    """The properties that every published body has."""
    return {
        "id": (file.string(), 10),
        "type": (file.literal(name), 10),
        "apiVersion": (file.literal(version), 10),
    }


def write_folder(folder: Path, files: Mapping[str, TypesFile], *, index: bool = True) -> Path:
    """Write files, by ``FOLDER/NAMESPACE/VERSION``, as the upstream ``generated`` folder has them."""
    resources: dict[str, Ref] = {}
    for place, file in files.items():
        path = folder / place / "types.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(file.elements))
        for position, element in enumerate(file.elements):
            if element["$type"] == "ResourceType":
                resources.setdefault(element["name"], {"$ref": f"{place}/types.json#/{position}"})
    if index:
        (folder / "index.json").write_text(json.dumps({"resources": resources, "resourceFunctions": {}}))
    return folder


def shop(version: str = "2024-01-01", *, with_discount: bool = True) -> TypesFile:
    """A provider that has one of everything."""
    file = TypesFile()
    secret = file.string(sensitive=True, minLength=8)
    item = file.object(
        "Item", {"name": (file.string(), 1), "amount": file.integer(minValue=1, maxValue=10), "rank": file.integer()}
    )
    card = file.object("Card", {"how": (file.literal("Card"), 1), "number": (secret, 5), "limit": file.integer()})
    cash = file.object("Cash", {"how": (file.literal("Cash"), 1), "coins": (file.boolean(), 0)})
    payment = file.variants("Payment", "how", {"note": file.string()}, {"Card": card, "Cash": cash})
    properties: dict[str, Ref | tuple[Ref, int]] = {
        "colour": file.enum("Red", "Green", "Blue"),
        "size": file.enum("Small", "Large", is_open=True),
        "open": file.boolean(),
        "floor": file.integer(minValue=0, maxValue=9),
        "code": file.string(pattern="^[a-z]{2}-\\d+$", maxLength=6),
        "password": (secret, 4),
        "state": (file.enum("Ready", "Failed"), 2),
        "owner": (file.object("Owner", {"mail": (file.string(), 1)}), 1),
        "items": file.array(item, maxLength=3),
        "labels": file.object("Labels", {}, additionalProperties=file.string()),
        "anything": file.any(),
        "payment": payment,
    }
    if with_discount:
        properties["discount"] = file.integer()
    inner = file.object("ShopProperties", properties)
    name = "Contoso.Shop/shops"
    body = file.object(
        name,
        {
            **envelope(file, name, version),
            "name": (file.string(minLength=3, maxLength=12, pattern="^[a-z][a-z0-9]*$"), 9),
            "location": (file.string(), 1),
            "properties": (inner, 1),
            "tags": file.object("Tags", {}, additionalProperties=file.string()),
        },
    )
    file.resource(f"{name}@{version}", body)
    _children(file, version)
    return file


def _children(file: TypesFile, version: str) -> None:
    name = "Contoso.Shop/shops/config"
    web = file.object(
        "Web", {"name": (file.literal("web"), 9), "properties": file.object("WebP", {"url": file.string()})}
    )
    log = file.object(
        "Log", {"name": (file.literal("log"), 9), "properties": file.object("LogP", {"level": file.integer()})}
    )
    file.resource(
        f"{name}@{version}", file.variants(name, "name", envelope(file, name, version), {"web": web, "log": log})
    )
    for name, readable, writable in (
        ("Contoso.Shop/shops/shelves", 8, 8),
        ("Contoso.Shop/prices", 8, 0),
        ("Contoso.Shop/chains", 4, 4),
        ("Contoso.Shop/notes", 16, 16),
    ):
        body = file.object(
            name,
            {
                **envelope(file, name, version),
                "name": (file.string(), 9),
                "properties": file.object("P", {"text": file.string()}),
            },
        )
        file.resource(f"{name}@{version}", body, readable, writable)


def deployments() -> TypesFile:
    """Nested deployments, as far as the checks look at them."""
    file = TypesFile()
    name = "Microsoft.Resources/deployments"
    body = file.object(
        name,
        {
            **envelope(file, name, "2022-09-01"),
            "name": (file.string(), 9),
            "location": file.string(),
            "properties": (file.any(), 1),
        },
    )
    file.resource(f"{name}@2022-09-01", body, 31, 15)
    return file
