"""A provider whose definitions have what is hard to generate a library from."""

from __future__ import annotations

from tests.unit.azuretypes.definitions import Ref, TypesFile, envelope

NAME = "Contoso.Studio"
OLD, NEW = "2023-01-01", "2024-02-02"


def studio(version: str = NEW) -> TypesFile:
    """Return the definitions of one version; the older one has a child that is gone since, and a preview never had."""
    file = TypesFile()
    _films(file, version)
    _resource(file, "films/scenes", version, {"properties": file.object("SceneP", {"length": file.integer()})})
    _resource(file, "films/scenes/takes", version, {"properties": file.object("TakeP", {"good": file.boolean()})})
    _resource(file, "films/poster", version, {}, name=file.literal("default"))
    _resource(file, "places/prices/rates", version, {"properties": file.object("RateP", {})})
    _resource(file, "reviews", version, {"properties": file.object("ReviewP", {"text": file.string()})}, 8, 0)
    _resource(file, "awards", version, {"properties": (file.object("AwardP", {"for": (file.string(), 1)}), 1)}, 16, 16)
    if version == OLD:
        _resource(file, "films/reels", version, {"properties": file.object("ReelP", {"metres": file.integer()})})
    _discriminated(file, version)
    return file


def _resource(
    file: TypesFile,
    segments: str,
    version: str,
    further: dict[str, Ref | tuple[Ref, int]],
    readable: int = 8,
    writable: int = 8,
    *,
    name: Ref | None = None,
) -> None:
    full = f"{NAME}/{segments}"
    body = file.object(
        full, {**envelope(file, full, version), "name": (name or file.string(minLength=1), 9), **further}
    )
    file.resource(f"{full}@{version}", body, readable, writable)


def _films(file: TypesFile, version: str) -> None:
    person = file.object("Person", {"name": file.string(), "friends": {"$ref": "#/0"}})
    friends = file.array(person)
    file.elements[int(person["$ref"][2:])]["properties"]["friends"]["type"] = friends
    file.elements[int(person["$ref"][2:])]["properties"]["boss"] = {"type": person, "flags": 0}
    line = file.object("Line", {"speaker": (person, 1), "text": (file.string(), 1), "loud": file.boolean()})
    other = file.object("line", {"colour": file.enum("Red", "Blue")})
    tree = file.object("Tree", {})
    file.elements[int(tree["$ref"][2:])]["additionalProperties"] = tree
    odd: dict[str, Ref | tuple[Ref, int]] = {
        "new": file.object("New", {"error": file.string(), "self": file.integer()}),
        "local": file.boolean(),
        "rdb-backup": file.string(),
        "@odata.type": file.string(),
        "it's": file.string(),
        "tag": file.object("Tag", {"text": file.string()}),
        "tagMixin": file.object("TagMixin", {"text": file.string()}),
        "Tag": file.string(),
        "withTag": file.enum("A", "B"),
        "version": (file.string(), 1),
        "type": (file.enum("Short", "Long", is_open=True), 1),
        "location": (file.string(), 1),
        "fixed": (file.literal("always"), 1),
        "state": (file.string(), 2),
        "answer": (file.object("Answer", {"code": (file.string(), 1)}), 3),
        "lead": person,
        "cast": file.array(person),
        "script": file.array(file.array(line)),
        "lines": file.object("Lines", {}, additionalProperties=other),
        "labels": file.object("Labels", {}, additionalProperties=file.string()),
        "tree": tree,
        "grades": file.array(file.enum("A+", "B 'n' C", 'say "hi"', "both ' and \"", "tab\t")),
        "payload": file.any(),
    }
    inner = file.object("FilmProperties", odd)
    full = f"{NAME}/films"
    body = file.object(
        full,
        {
            **envelope(file, full, version),
            "name": (file.string(), 9),
            "location": file.string(),
            "tags": file.object("Tags", {}, additionalProperties=file.string()),
            "properties": inner,
            "scenes": file.object("Scenes", {"count": file.integer()}),
            "sku": (file.object("Sku", {"name": (file.string(), 1), "tier": (file.enum("One"), 1)}), 1),
        },
    )
    file.resource(f"{full}@{version}", body)


def _discriminated(file: TypesFile, version: str) -> None:
    full = f"{NAME}/jobs"
    card = file.object("Card", {"how": (file.literal("by-card"), 1), "number": (file.string(sensitive=True), 5)})
    cash = file.object("Cash", {"how": (file.literal("Cash"), 1), "coins": file.boolean()})
    payment = file.variants("Payment", "how", {"note": file.string()}, {"by-card": card, "Cash": cash})
    cut = file.object(
        "Cut",
        {
            "kind": (file.literal("Cut"), 1),
            "properties": (file.object("CutP", {"at": (file.integer(), 1), "pay": payment}), 1),
        },
    )
    fade = file.object(
        "Fade", {"kind": (file.literal("Fade"), 1), "properties": file.object("FadeP", {"slow": file.boolean()})}
    )
    base = {**envelope(file, full, version), "name": (file.string(), 9), "location": (file.string(), 1)}
    file.resource(f"{full}@{version}", file.variants(full, "kind", base, {"Cut": cut, "Fade": fade}))
    full = f"{NAME}/films/config"
    kinds = {
        value: file.object(
            full,
            {"name": (file.literal(value), 9), "properties": file.object("P", {f"{value}Level": (file.integer(), 1)})},
        )
        for value in ("web", "log")
    }
    file.resource(f"{full}@{version}", file.variants(full, "name", envelope(file, full, version), kinds))
