"""The store: one SQLite file that answers for one type without reading the others.

Objects that versions and types have in common are kept once, as nodes; a lookup reads a row, and a check then reads the
nodes it comes to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, NamedTuple

from armlib.azuretypes.codec import Spec, decode_node, decode_type, references, spec_references
from armlib.azuretypes.location import store_path
from armlib.azuretypes.model import FunctionType, ObjectType, Reference, ResourceType, Scopes, Type, VariantType
from armlib.azuretypes.names import version_order
from armlib.errors import InputError

APPLICATION_ID: Final = 0x41524D54  # "ARMT", in the head of the file
FORMAT: Final = 1  # of the tables and nodes; another one asks for a new installation


class StoreError(InputError):
    """The store of types cannot be read or written."""

    code = "types-store"


class NotInstalledError(StoreError):
    """No definitions are installed."""

    code = "types-not-installed"

    def __init__(self, path: Path) -> None:
        super().__init__(f"no resource types are installed ({path} does not exist)", hint="run 'armlib types install'")


class Rows(NamedTuple):
    """A part of a store, for another store to take over."""

    nodes: list[tuple[int, bytes]]
    texts: list[tuple[int, str]]
    versions: list[tuple[str, str, Spec, int, int]]
    functions: list[tuple[str, str, str, Spec, Spec | None]]


def open_store(path: Path | None = None, *, shared: bool = False) -> Store | None:
    """Return the installed store, or None when nothing is installed; *shared* as for :meth:`Store.open`.

    Raises:
        StoreError: there is a file, but it is no store of this version.
    """
    try:
        return Store.open(path or store_path(), shared=shared)
    except NotInstalledError:
        return None


class Store:
    """The installed definitions; implements :class:`~armlib.azuretypes.model.Definitions`. Of one thread."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._database = database
        self._nodes: dict[int, ObjectType | VariantType] = {}
        self._found: dict[tuple[str, str], ResourceType | None] = {}
        self._versions: dict[str, tuple[str, ...]] = {}
        self._complete: bool | None = None

    @classmethod
    def open(cls, path: Path, *, shared: bool = False) -> Store:
        """Open the store at *path* for reading; a *shared* one goes from thread to thread, one at a time.

        Raises:
            NotInstalledError: there is no file.
            StoreError: it is no store, or one of another version.
        """
        if not path.is_file():
            raise NotInstalledError(path)
        try:
            place = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            database = sqlite3.connect(place, uri=True, check_same_thread=not shared)
            (application,) = database.execute("pragma application_id").fetchone()
            (version,) = database.execute("pragma user_version").fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{path} is no store of types: {error}", hint="run 'armlib types install'") from error
        if (application, version) != (APPLICATION_ID, FORMAT):
            database.close()
            raise StoreError(
                f"{path} is no store of types that this armlib reads", hint="run 'armlib types install' again"
            )
        return cls(database, path)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def complete(self) -> bool:
        """Whether the store was installed as a whole, and not by provider."""
        if self._complete is None:
            self._complete = self._rows("select value from meta where key = 'complete'") == [("1",)]
        return self._complete

    def find(self, name: str, version: str) -> ResourceType | None:
        """Return the definition of a type in exactly that version, or None."""
        key = name.casefold(), version.lower()
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of a type, oldest first."""
        folded = name.casefold()
        if folded not in self._versions:
            rows = self._rows("select version from versions join types on id = type where folded = ?", folded)
            self._versions[folded] = tuple(sorted((row[0] for row in rows), key=version_order))
        return self._versions[folded]

    def names(self, namespace: str | None = None) -> tuple[str, ...]:
        """Return the types of a namespace, or all, sorted."""
        if namespace is None:
            return tuple(row[0] for row in self._rows("select name from types order by folded"))
        rows = self._rows("select name from types where namespace = ? order by folded", namespace.casefold())
        return tuple(row[0] for row in rows)

    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces, in lower case, sorted."""
        return tuple(row[0] for row in self._rows("select distinct namespace from types order by namespace"))

    def resolve(self, type_: Type) -> Type:
        """Return what a reference stands for, and any other type as it is."""
        if not isinstance(type_, Reference):
            return type_
        found = self._nodes.get(type_.node)
        if found is None:
            ((data,),) = self._rows("select data from nodes where id = ?", type_.node)
            found = self._nodes[type_.node] = decode_node(data)
        return found

    def functions(self, name: str, version: str) -> tuple[FunctionType, ...]:
        """Return the actions of a type, sorted by name."""
        rows = self._rows(
            "select f.name, output, input from functions f join types on id = type where folded = ? and version = ?",
            name.casefold(),
            version.lower(),
        )
        return tuple(
            FunctionType(name, decode_type(json.loads(output)), decode_type(json.loads(given)) if given else None)
            for name, output, given in rows
        )

    def text(self, number: int) -> str:
        """Return a description; 0 is none, and gives an empty text."""
        if not number:
            return ""
        ((text,),) = self._rows("select text from texts where id = ?", number)
        return str(text)

    def counts(self) -> tuple[int, int]:
        """Return the number of types, and of pairs of type and version."""
        ((types, versions),) = self._rows("select (select count(*) from types), (select count(*) from versions)")
        return types, versions

    def export(self, without: Collection[str]) -> Rows:
        """Return what the store has of all namespaces but some (in lower case)."""
        kept = [row for row in self._rows("select id, name, namespace from types") if row[2] not in without]
        names = {row[0]: row[1] for row in kept}
        versions = [
            (names[type_], version, json.loads(body), readable, writable)
            for type_, version, body, readable, writable in self._rows("select * from versions")
            if type_ in names
        ]
        functions = [
            (names[type_], version, name, json.loads(output), json.loads(given) if given else None)
            for type_, version, name, output, given in self._rows("select * from functions")
            if type_ in names
        ]
        roots = [spec for row in versions for spec in (row[2],)]
        roots += [spec for row in functions for spec in row[3:] if spec is not None]
        nodes = self._reachable(roots)
        used = {entry[2] for _, data in nodes for entry in json.loads(data)["p"].values() if len(entry) > 2}
        texts = [(number, text) for number, text in self._rows("select * from texts") if number in used]
        return Rows(nodes, texts, versions, functions)

    def _reachable(self, roots: list[Spec]) -> list[tuple[int, bytes]]:
        everything: dict[int, bytes] = dict(self._rows("select id, data from nodes"))
        seen: set[int] = set()
        ahead = [number for spec in roots for number in spec_references(spec)]
        while ahead:
            number = ahead.pop()
            if number not in seen:
                seen.add(number)
                ahead.extend(references(everything[number]))
        return [(number, everything[number]) for number in sorted(seen)]

    def _find(self, folded: str, version: str) -> ResourceType | None:
        rows = self._rows(
            "select name, body, readable, writable from types join versions on id = type"
            " where folded = ? and version = ?",
            folded,
            version,
        )
        for name, body, readable, writable in rows:
            return ResourceType(name, version, decode_type(json.loads(body)), Scopes(readable), Scopes(writable))
        return None

    def _rows(self, query: str, *arguments: str | int) -> list[Any]:
        try:
            return self._database.execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            raise StoreError(
                f"the store of types {self.path} is damaged: {error}", hint="run 'armlib types install' again"
            ) from error
