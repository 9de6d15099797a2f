"""The state: one SQLite file, or memory, changed in transactions.

A resource is a row, and so are subscriptions, resource groups and management groups. A row's key is its id in one
spelling; because ids are nested, what lies inside something is a range of keys. What other parts keep (deployments,
operations, rules) are documents: JSON under a collection and a key.

Several threads may use one store, and several processes one file. A transaction that was committed outlives the
process, however that ends.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from armlib.errors import InputError
from armlib.jsontypes import JsonObject

APPLICATION_ID: Final = 0x41524D53  # "ARMS", in the head of the file
FORMAT: Final = 1  # of the tables
_WAIT_MS: Final = 30_000  # for another process that writes

# what stands behind the last slash of a key: what is left of it without all up to there
_LAST_NAME: Final = "replace(key, rtrim(key, replace(key, '/', '')), '')"
BY_NAME: Final = f"select id from resources where type = ? and {_LAST_NAME} = ?"  # noqa: S608 - our own text
_TABLES: Final = f"""
create table if not exists resources (
  key text not null primary key,
  id text not null,
  type text not null,
  parent text not null,
  api_version text not null,
  body blob not null,
  baseline blob,
  etag text not null,
  tracked integer not null,
  created text not null,
  changed text not null
);
create index if not exists resources_by_type on resources (type, key);
create index if not exists resources_by_name on resources (type, {_LAST_NAME});
create table if not exists links (
  source text not null,
  target text not null,
  primary key (source, target)
) without rowid;
create index if not exists links_by_target on links (target);
create table if not exists documents (
  collection text not null,
  key text not null,
  scope text not null,
  body blob not null,
  number integer primary key autoincrement,
  unique (collection, key)
);
create index if not exists documents_by_scope on documents (collection, scope, number);
create table if not exists events (
  number integer primary key autoincrement,
  scope text not null,
  time text not null,
  body blob not null
);
create index if not exists events_by_scope on events (scope, number);
"""
TABLES: Final = ("resources", "links", "documents", "events")
_COLUMNS: Final = "key, id, type, parent, api_version, body, baseline, etag, tracked, created, changed"
# collections of documents
DEPLOYMENTS: Final = "deployments"
STACKS: Final = "stacks"
# those of what has not ended: whoever opens a state looks into these first
RUNNING_DEPLOYMENTS: Final = "deployments running"
RUNNING_STACKS: Final = "stacks running"


class StateError(InputError):
    """The state of the local ARM cannot be read or written."""

    code = "local-state"


class Row(NamedTuple):
    """A resource as it is kept; *body* is what GET answers, *baseline* what was put, both as JSON."""

    key: str
    id: str
    type: str  # in lower case
    parent: str  # the key of the parent, or of what it extends or lies in
    api_version: str
    body: bytes
    baseline: bytes | None
    etag: str
    tracked: bool  # whether lists of the scope have it
    created: str
    changed: str

    @property
    def value(self) -> JsonObject:
        """The body."""
        body: JsonObject = decode(self.body)
        return body


class Document(NamedTuple):
    """A document; *number* grows with each one that is new."""

    key: str
    scope: str
    number: int
    body: JsonObject


def encode(value: object) -> bytes:
    """Return *value* as JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a number of more than 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> Any:
    """Return the value that *data* is the JSON of."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data.decode("utf-8", "surrogatepass"))


class Store:
    """The rows; each method is one step, and :meth:`write` makes several one transaction."""

    def __init__(self, database: sqlite3.Connection, path: Path | None) -> None:
        self.path = path
        self._database = database
        self._lock = threading.RLock()
        self._depth = 0

    @classmethod
    def open(cls, path: Path | None = None) -> Store:
        """Open the file at *path*, made when it is not there, or an empty state in memory.

        Raises:
            StateError: the file cannot be used, or is something else.
        """
        try:
            if path is not None:
                _make(path)
            database = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=_WAIT_MS / 1000,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"cannot open the local state {path}: {error}") from error
        store = cls(database, path)
        try:
            store._prepare()
        except BaseException as error:
            database.close()
            if isinstance(error, sqlite3.Error):
                raise StateError(
                    f"{path} is no state of the local ARM: {error}", hint="name another file, or delete this one"
                ) from error
            raise
        return store

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction goes on."""
        return self._depth > 0

    @contextmanager
    def write(self) -> Iterator[None]:
        """Make what is done inside one transaction: all of it is kept, or nothing; may be nested."""
        with self._lock:
            depth = self._depth
            self._run("begin immediate" if depth == 0 else f"savepoint s{depth}")
            self._depth = depth + 1
            try:
                yield
            except BaseException:
                self._depth = depth
                self._run("rollback" if depth == 0 else f"rollback to s{depth}")
                if depth:
                    self._run(f"release s{depth}")
                raise
            self._depth = depth
            try:
                self._run("commit" if depth == 0 else f"release s{depth}")
            except BaseException:
                if depth == 0 and self._database.in_transaction:
                    self._run("rollback")
                raise

    # resources

    def find(self, key: str) -> Row | None:
        """Return the resource with the key, or None."""
        return next(self._resources("key = ?", key), None)

    def id_of(self, key: str) -> str | None:
        """Return the id of a resource as it is spelt, or None when there is none."""
        found = self._one("select id from resources where key = ?", key)
        return None if found is None else str(found[0])

    def has_type(self, type_: str) -> bool:
        """Return whether there is any resource of a type (in lower case)."""
        return self._one("select 1 from resources where type = ? limit 1", type_) is not None

    def inside(self, key: str, *, tracked: bool = False, after: str = "", limit: int = -1) -> list[Row]:
        """Return what lies inside *key* at any depth, by key; *tracked* for what lists of a scope have."""
        only = " and tracked" if tracked else ""
        low, high = f"{key}/", f"{key}0"
        return list(self._resources(f"key > ? and key < ?{only} order by key limit ?", max(low, after), high, limit))

    def of_type(self, type_: str, within: str = "", text: str = "") -> list[Row]:
        """Return the resources of a type (in lower case) inside the key *within*, "" for all, that hold *text*."""
        where, arguments = "type = ? and key > ? and key < ?", [type_, f"{within}/", f"{within}0"]
        if text:
            where += " and instr(body, ?)"
            arguments.append(encode(text)[1:-1])  # type: ignore[arg-type]
        return list(self._resources(f"{where} order by key", *arguments))

    def named(self, type_: str, name: str) -> list[str]:
        """Return the ids of the resources of a type whose last name is *name* (both in lower case)."""
        return sorted(row[0] for row in self._all(BY_NAME, type_, name))

    def count(self, type_: str, within: str = "") -> int:
        """Return how many resources of a type (in lower case) lie inside the key *within*."""
        query = "select count(*) from resources where type = ? and key > ? and key < ?"
        found = self._one(query, type_, f"{within}/", f"{within}0")
        return 0 if found is None else int(found[0])

    def put(self, row: Row, targets: Iterable[str] = (), *, is_new: bool = False) -> None:
        """Keep a resource, in place of what has its key; *targets* are the keys of the resources it names.

        When it *is_new* to the caller, nothing can be there yet.
        """
        with self._lock:
            self._run(f"insert or replace into resources ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?)", *row)  # noqa: S608
            if not is_new:
                self._run("delete from links where source = ?", row.key)
            for target in targets:
                self._run("insert or ignore into links values (?, ?)", row.key, target)

    def delete(self, key: str) -> int:
        """Delete a resource, what lies inside it, and the documents of both; return how many resources there were."""
        low, high = f"{key}/", f"{key}0"
        with self._lock:
            removed = self._run("delete from resources where key = ? or (key > ? and key < ?)", key, low, high).rowcount
            self._run("delete from links where source = ? or (source > ? and source < ?)", key, low, high)
            self._run("delete from documents where scope = ? or (scope > ? and scope < ?)", key, low, high)
        return removed

    def sources(self, target: str) -> list[str]:
        """Return the keys of the resources that name *target*, sorted."""
        return [row[0] for row in self._all("select source from links where target = ? order by source", target)]

    def targets(self, source: str) -> list[str]:
        """Return the keys that the resource *source* names, sorted."""
        return [row[0] for row in self._all("select target from links where source = ? order by target", source)]

    def types(self) -> list[tuple[str, str, str]]:
        """Return (type in lower case, id of one, API version) of what there is, without repetition."""
        return self._all("select distinct type, min(id), api_version from resources group by type, api_version")

    # documents

    def keep(self, collection: str, key: str, body: JsonObject, *, scope: str = "") -> None:
        """Keep a document; one with the same key is replaced and stays in its place."""
        self._run(
            "insert into documents (collection, key, scope, body) values (?, ?, ?, ?)"
            " on conflict (collection, key) do update set body = excluded.body, scope = excluded.scope",
            collection,
            key,
            scope,
            encode(body),
        )

    def document(self, collection: str, key: str) -> JsonObject | None:
        """Return a document, or None."""
        found = self._one("select body from documents where collection = ? and key = ?", collection, key)
        return None if found is None else decode(found[0])

    def documents(
        self, collection: str, *, scope: str | None = None, newest_first: bool = False, limit: int = -1
    ) -> list[Document]:
        """Return the documents of a collection, or those of one scope in it, in the order they came."""
        order = "desc" if newest_first else "asc"
        only = "" if scope is None else " and scope = ?"
        query = f"select key, scope, number, body from documents where collection = ?{only} order by number"  # noqa: S608
        arguments = [collection] if scope is None else [collection, scope]
        rows = self._all(f"{query} {order} limit ?", *arguments, limit)
        return [Document(key, scope_, number, decode(body)) for key, scope_, number, body in rows]

    def document_count(self, collection: str, *, scope: str | None = None) -> int:
        """Return how many documents a collection has, or how many of one scope."""
        only = "" if scope is None else " and scope = ?"
        arguments = [collection] if scope is None else [collection, scope]
        found = self._one(f"select count(*) from documents where collection = ?{only}", *arguments)  # noqa: S608
        return 0 if found is None else int(found[0])

    def drop(self, collection: str, key: str) -> bool:
        """Delete a document; return whether there was one."""
        return self._run("delete from documents where collection = ? and key = ?", collection, key).rowcount > 0

    def drop_all(self, collection: str, scope: str | None = None) -> int:
        """Delete the documents of a collection, or those of one scope in it."""
        if scope is None:
            return self._run("delete from documents where collection = ?", collection).rowcount
        return self._run("delete from documents where collection = ? and scope = ?", collection, scope).rowcount

    # the file

    def rows(self, query: str, *arguments: Any) -> list[Any]:
        """Return the rows that a query gives; for parts with tables of their own."""
        return self._all(query, *arguments)

    def run(self, statement: str, *arguments: Any) -> int:
        """Run a statement; return how many rows it changed, or for an insertion the number of the new row."""
        done = self._run(statement, *arguments)
        return int(done.lastrowid or 0) if statement.startswith("insert") else done.rowcount

    def problems(self) -> list[str]:
        """Return what is wrong with the file and with what it says; nothing, when it is sound."""
        with self._lock:
            found = [row[0] for row in self._all("pragma integrity_check") if row[0] != "ok"]
            found += [
                f"{row[0]}: what it lies in, {row[1]}, is not there"
                for row in self._all(
                    "select key, parent from resources r where parent != ''"
                    " and not exists (select 1 from resources p where p.key = r.parent)"
                )
            ]
            found += [
                f"{row[0]}: it names others, but is not there"
                for row in self._all(
                    "select distinct source from links where source not in (select key from resources)"
                )
            ]
            for key, body, baseline in self._all("select key, body, baseline from resources"):
                try:
                    decode(body)
                    if baseline is not None:
                        decode(baseline)
                except ValueError as error:
                    found.append(f"{key}: what is kept of it is no JSON: {error}")
        return found

    def _prepare(self) -> None:
        self._run(f"pragma busy_timeout = {_WAIT_MS}")
        (application,) = self._run("pragma application_id").fetchone()
        (version,) = self._run("pragma user_version").fetchone()
        empty = self._one("select 1 from sqlite_master limit 1") is None
        if not empty and application != APPLICATION_ID:
            raise StateError(f"{self.path} is no state of the local ARM", hint="name another file")
        if not empty and version != FORMAT:
            raise StateError(
                f"{self.path} was made by another version of armlib (format {version}, this one has {FORMAT})",
                hint="save it with that version and load it with this one, or begin with a new file",
            )
        self._run("pragma synchronous = normal")  # a kill loses nothing; a loss of power may lose what came last
        self._run("pragma journal_mode = wal")
        self._run("pragma wal_autocheckpoint = 4000")  # pages; each checkpoint waits for the disk
        if empty:
            with self.write():
                for statement in _TABLES.split(";"):
                    self._run(statement)
                self._run(f"pragma application_id = {APPLICATION_ID}")
                self._run(f"pragma user_version = {FORMAT}")

    def _resources(self, where: str, *arguments: Any) -> Iterator[Row]:
        rows = self._all(f"select {_COLUMNS} from resources where {where}", *arguments)  # noqa: S608 - our own text
        return map(Row._make, rows)

    def _one(self, query: str, *arguments: Any) -> Any:
        with self._lock:
            return self._run(query, *arguments).fetchone()

    def _all(self, query: str, *arguments: Any) -> list[Any]:
        with self._lock:
            return self._run(query, *arguments).fetchall()

    def _run(self, statement: str, *arguments: Any) -> sqlite3.Cursor:
        try:
            with self._lock:
                return self._database.execute(statement, arguments)
        except sqlite3.OperationalError as error:
            raise StateError(f"the local state {self.path or 'in memory'} cannot be used: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StateError(
                f"the local state {self.path} is damaged: {error}", hint="begin with a new file"
            ) from error


def _make(path: Path) -> None:
    """Make an empty file that only its owner can read, unless there is one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
