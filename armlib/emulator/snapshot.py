"""The whole state as one JSON value, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from armlib.emulator.addresses import parse_address
from armlib.emulator.store import TABLES, Row, Store, decode, encode
from armlib.errors import ArmlibError, InputError
from armlib.files import read_file, write_file
from armlib.jsontypes import Json, JsonObject

FORMAT: Final = 1
_KIND: Final = "armlib local state"


class SnapshotError(InputError):
    """What is to be loaded is no snapshot, or one of another version."""

    code = "local-snapshot"


def take(store: Store) -> JsonObject:
    """Return everything in *store*: resources by id, documents in their order, events. It holds no secret."""
    with store.write():
        resources: list[Json] = [_saved(row, store.targets(row.key)) for row in store.inside("")]
        documents: list[Json] = [
            {"collection": collection, "key": key, "scope": scope, "body": decode(body)}
            for collection, key, scope, body in store.rows(
                "select collection, key, scope, body from documents order by number"
            )
        ]
        events: list[Json] = [
            {"scope": scope, "time": time, "body": decode(body)}
            for scope, time, body in store.rows("select scope, time, body from events order by number")
        ]
    return {"kind": _KIND, "format": FORMAT, "resources": resources, "documents": documents, "events": events}


def restore(store: Store, snapshot: Any) -> None:
    """Put *snapshot* in place of everything in *store*, all of it or nothing.

    Raises:
        SnapshotError: it is no snapshot.
    """
    if not isinstance(snapshot, dict) or snapshot.get("kind") != _KIND:
        raise SnapshotError("this is no snapshot of the local ARM", hint="'armlib local save' writes one")
    if snapshot.get("format") != FORMAT:
        raise SnapshotError(f"the snapshot has the format {snapshot.get('format')}; this armlib reads {FORMAT}")
    with store.write():
        for table in TABLES:
            store.run(f"delete from {table}")  # noqa: S608 - our own names
        try:
            for saved in snapshot["resources"]:
                row, targets = _loaded(saved)
                store.put(row, targets)
            for saved in snapshot["documents"]:
                store.keep(saved["collection"], saved["key"], saved["body"], scope=saved["scope"])
            for saved in snapshot["events"]:
                store.run(
                    "insert into events (scope, time, body) values (?, ?, ?)",
                    saved["scope"],
                    saved["time"],
                    encode(saved["body"]),
                )
        except (KeyError, TypeError, AttributeError, ArmlibError) as error:
            raise SnapshotError(f"the snapshot is damaged: {type(error).__name__}: {error}") from error
        problems = store.problems()
        if problems:
            raise SnapshotError(f"the snapshot is damaged: {problems[0]}")


def clear(store: Store) -> None:
    """Take everything out of *store*."""
    restore(store, {"kind": _KIND, "format": FORMAT, "resources": [], "documents": [], "events": []})


def save_file(store: Store, path: Path) -> None:
    """Write everything in *store* to the file *path*.

    Raises:
        WriteError: the file cannot be written.
    """
    text = json.dumps(take(store), indent=2, ensure_ascii=False)
    write_file(path, text.encode("utf-8", "surrogatepass") + b"\n")


def load_file(store: Store, path: Path) -> None:
    """Put the snapshot in the file *path* in place of everything in *store*.

    Raises:
        InputError: It cannot be read.
        SnapshotError: It is no snapshot.
    """
    data = read_file(path)
    try:
        value = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise SnapshotError(f"{path} is no JSON: {error}") from error
    restore(store, value)


def _saved(row: Row, targets: list[str]) -> JsonObject:
    saved: JsonObject = {
        "id": row.id,
        "apiVersion": row.api_version,
        "etag": row.etag,
        "created": row.created,
        "changed": row.changed,
        "listed": bool(row.tracked),
        "body": decode(row.body),
    }
    if row.baseline is not None:
        saved["baseline"] = decode(row.baseline)
    if targets:
        saved["names"] = list(targets)
    return saved


def _loaded(saved: dict[str, Any]) -> tuple[Row, list[str]]:
    address = parse_address(saved["id"])
    baseline = saved.get("baseline")
    row = Row(
        key=address.key,
        id=saved["id"],
        type=address.type_key,
        parent=address.container,
        api_version=saved["apiVersion"],
        body=encode(saved["body"]),
        baseline=None if baseline is None else encode(baseline),
        etag=saved["etag"],
        tracked=bool(saved["listed"]),
        created=saved["created"],
        changed=saved["changed"],
    )
    return row, list(saved.get("names", ()))
