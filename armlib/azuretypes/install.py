"""Definitions -> the store: read, verified, written beside the old store and put in its place in one step."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armlib.azuretypes.codec import Spec, spec_references
from armlib.azuretypes.location import store_path
from armlib.azuretypes.source import DEFAULT_ADDRESS, File, Index, SourceError, digest, downloaded, open_source
from armlib.azuretypes.store import APPLICATION_ID, FORMAT, StoreError
from armlib.diagnostics import nearest

_NESTED_LISTS = 64  # lists and unions within each other without an object between them
_SCHEMA = """
create table meta (key text primary key, value text not null) without rowid;
create table types (id integer primary key, name text not null, folded text not null unique, namespace text not null);
create index types_by_namespace on types (namespace);
create table versions (type integer not null, version text not null, body text not null, readable integer not null,
  writable integer not null, primary key (type, version)) without rowid;
create table functions (type integer not null, version text not null, name text not null, output text not null,
  input text, primary key (type, version, name)) without rowid;
create table nodes (id integer primary key, data blob not null);
create table texts (id integer primary key, text text not null);
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation has put into the store, and what the store holds now."""

    path: Path
    providers: int
    types: int
    versions: int
    seconds: float

    @property
    def size(self) -> int:
        """The size of the store, in bytes."""
        return self.path.stat().st_size


def install(
    origin: str | None = None,
    providers: Collection[str] = (),
    *,
    path: Path | None = None,
    sha256: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Installed:
    """Build the store from *origin*: a folder, an archive or an http(s) address.

    With *providers*, the definitions of these namespaces are put in place of what the store has of them, and the others
    stay. Without, the whole store is new.

    Args:
        origin: Where the definitions are; None is the archive of the upstream repository, over the network.
        providers: Namespaces, in any case.
        path: The store; None is where :func:`~armlib.azuretypes.store.store_path` says.
        sha256: What the archive must hash to, in hexadecimal.
        progress: Called with a line of text now and then.

    Raises:
        SourceError: the definitions cannot be read, or are not what their index says. The old store is untouched.
        StoreError: the store cannot be written.
    """
    target = path or store_path()
    started = time.monotonic()
    with _writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    origin = origin or DEFAULT_ADDRESS
    with _local(origin, target.parent, progress) as place:
        if sha256 is not None and (not place.is_file() or digest(place) != sha256.lower()):
            raise SourceError(f"{origin} has not the SHA-256 that was asked for")
        builder = _read(place, frozenset(name.casefold() for name in providers), progress)
    complete = not providers
    if providers and target.exists():
        complete = _keep(builder, target, {name.casefold() for name in providers})
    progress("writing the store")
    with _writing(target):
        _write(builder, target, origin, complete)
    namespaces = {name.split("/")[0] for name in builder.names}
    return Installed(target, len(namespaces), len(builder.names), len(builder.versions), time.monotonic() - started)


@contextmanager
def _local(origin: str, folder: Path, progress: Callable[[str], None]) -> Iterator[Path]:
    if "://" not in origin:
        yield Path(origin)
        return
    progress(f"fetching {origin}")
    with downloaded(origin, folder) as path:
        yield path


def _read(place: Path, providers: frozenset[str], progress: Callable[[str], None]) -> Builder:
    source = open_source(place)
    _check_providers(providers, source.namespaces())
    builder = Builder()
    seen: set[str] = set()
    for file in source.files(lambda namespace: not providers or namespace in providers):
        namespace = file.path.split("/")[1]
        if namespace not in seen:
            seen.add(namespace)
            progress(f"reading {namespace}")
        builder.add(file)
    _check_providers(providers, frozenset(seen))
    builder.finish(source.index(), seen if providers else None)
    if not builder.versions:
        raise SourceError(f"{place} holds no type definitions")
    return builder


def _check_providers(providers: frozenset[str], known: frozenset[str] | None) -> None:
    if known is None:
        return
    for name in sorted(providers - known):
        likely = nearest(name, known)
        raise SourceError(f"there are no definitions of '{name}'", hint=f"did you mean '{likely}'?" if likely else None)


@dataclass(slots=True)
class _Found:
    """A resource type as one file has it; the file's path decides when two files have it."""

    name: str
    target: str
    body: Spec
    readable: int
    writable: int


@dataclass(slots=True)
class Builder:
    """Collects definitions; equal objects are kept once, whatever file and version they come from."""

    names: dict[str, str] = field(default_factory=dict)  # folded type -> as published
    versions: dict[tuple[str, str], _Found] = field(default_factory=dict)  # (folded type, version)
    functions: dict[tuple[str, str, str], tuple[Spec, Spec | None]] = field(default_factory=dict)
    nodes: list[bytes] = field(default_factory=list)  # number - 1 -> the object
    texts: dict[str, int] = field(default_factory=dict)  # description -> number
    _numbers: dict[bytes, int] = field(default_factory=dict)
    _rings: dict[bytes, int] = field(default_factory=dict)
    _targets: dict[str, str] = field(default_factory=dict)  # "file#/position" -> "TYPE@VERSION", folded

    def add(self, file: File) -> None:
        """Take in the resources and functions of a file.

        Raises:
            SourceError: it has not the published form, or refers to what it has not.
        """
        import orjson

        try:
            elements = orjson.loads(file.data)
            _FileReader(self, file, elements).read()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SourceError(f"{file.origin} has not the form of a definitions file: {error!r}") from error

    def finish(self, index: Index | None, namespaces: Collection[str] | None) -> None:
        """Hold what was read against the *index*; *namespaces* are those that were asked for, None for all.

        Raises:
            SourceError: the index has a resource that is not where it says.
        """
        for name, target in (index or {}).items():
            if namespaces is not None and target.split("/")[1] not in namespaces:
                continue
            if self._targets.get(target) != name.casefold():
                raise SourceError(f"the index has {name} at {target}, but it is not there")

    def found(self, name: str, target: str, body: Spec, readable: int, writable: int) -> None:
        """Take in a resource type; of two with one name, the file with the lesser path wins, as upstream has it."""
        type_name, _, version = name.partition("@")
        self._targets[target] = name.casefold()
        key = type_name.casefold(), version.lower()
        known = self.versions.get(key)
        if known is None or target < known.target:
            self.versions[key] = _Found(type_name, target, body, readable, writable)
            self.names[key[0]] = type_name

    def text(self, text: str | None) -> int:
        """Return the number of a description."""
        return 0 if not text else self.texts.setdefault(text, len(self.texts) + 1)

    def node(self, data: bytes) -> int:
        """Return the number of an object that does not lead back to itself."""
        number = self._numbers.get(data)
        if number is None:
            self.nodes.append(data)
            number = self._numbers[data] = len(self.nodes)
        return number

    def ring(self, make: Callable[[int], list[bytes]]) -> int:
        """Return the first number of objects that lead back to each other; *make* writes them from that number."""
        key = b"\n".join(make(0))
        first = self._rings.get(key)
        if first is None:
            first = self._rings[key] = len(self.nodes) + 1
            self.nodes.extend(make(first))
        return first


class _FileReader:
    """Reads one file: its objects are numbered from the leaves up, so that equal ones can be told by their bytes."""

    def __init__(self, builder: Builder, file: File, elements: list[dict[str, Any]]) -> None:
        self._builder = builder
        self._file = file
        self._elements = elements
        self._specs: dict[str, Spec] = {}  # reference -> type; an object stands as its element's position, negated - 1
        self._numbers: dict[int, int] = {}  # element -> number in the store

    def read(self) -> None:
        """Take in all the resources and functions."""
        for position, element in enumerate(self._elements):
            kind = element["$type"]
            if kind == "ResourceType":
                self._builder.found(
                    element["name"],
                    f"{self._file.path}#/{position}",
                    self._numbered(element["body"], envelope=True),
                    element.get("readableScopes", 31),
                    element.get("writableScopes", 31),
                )
            elif kind == "ResourceFunctionType":
                key = element["resourceType"].casefold(), element["apiVersion"].lower(), element["name"]
                arguments = self._numbered(element["input"]) if "input" in element else None
                self._builder.functions.setdefault(key, (self._numbered(element["output"]), arguments))

    def _numbered(self, reference: Mapping[str, str], *, envelope: bool = False) -> Spec:
        spec = self._spec(reference)
        for position in _objects(spec):
            self._number(position, envelope)
        return self._final(spec)

    def _spec(self, reference: Mapping[str, str], depth: int = 0) -> Spec:
        text = reference["$ref"]
        spec = self._specs.get(text)
        if spec is None:
            position = self._position(text)
            if depth > _NESTED_LISTS:
                raise SourceError(f"{self._file.origin}: element {position} leads to itself without an object between")
            spec = self._specs[text] = self._written(position, depth)
        return spec

    def _position(self, text: str) -> int:
        if not text.startswith("#/") or not text[2:].isdigit() or int(text[2:]) >= len(self._elements):
            raise SourceError(f"{self._file.origin} refers to {text}, but has {len(self._elements)} elements")
        return int(text[2:])

    def _written(self, position: int, depth: int) -> Spec:
        element = self._elements[position]
        match element["$type"]:
            case "ObjectType" | "DiscriminatedObjectType":
                return -1 - position
            case "StringLiteralType":
                return {"e": [element["value"]]}
            case "UnionType":
                return self._union([self._spec(member, depth + 1) for member in element["elements"]])
            case "ArrayType":
                item = self._spec(element["itemType"], depth + 1)
                return {"l": [item, element.get("minLength"), element.get("maxLength")]}
            case "StringType":
                facts = [element.get(key) for key in ("minLength", "maxLength", "pattern", "sensitive")]
                return {"s": facts} if any(fact not in (None, False) for fact in facts) else "s"
            case "IntegerType":
                limits = [element.get("minValue"), element.get("maxValue")]
                return {"i": limits} if limits != [None, None] else "i"
            case "BooleanType":
                return "b"
            case "AnyType" | "NullType" | "BuiltInType":
                return "a"
        raise SourceError(f"{self._file.origin}: element {position} is of the unknown kind '{element['$type']}'")

    def _union(self, members: list[Spec]) -> Spec:
        texts: list[str] = []
        is_open = False
        for member in members:
            if isinstance(member, dict) and "e" in member:
                texts += member["e"]
            elif isinstance(member, dict) and "o" in member:
                texts += member["o"]
                is_open = True
            elif member == "s" or (isinstance(member, dict) and "s" in member):
                is_open = True
            else:
                return {"u": members}
        return {"o" if is_open else "e": texts}

    def _number(self, start: int, envelope: bool) -> None:
        """Number an object and all that it leads to (Tarjan's components, children first)."""
        order: dict[int, int] = {}
        low: dict[int, int] = {}
        stack: list[int] = []
        if start in self._numbers:
            return
        loops: set[int] = set()  # what leads to itself at once
        work = [(start, iter(self._children(start)))]
        order[start] = low[start] = 0
        stack.append(start)
        while work:
            position, children = work[-1]
            for child in children:
                if child in self._numbers:
                    continue
                if child == position:
                    loops.add(child)
                if child not in order:
                    order[child] = low[child] = len(order)
                    stack.append(child)
                    work.append((child, iter(self._children(child))))
                    break
                low[position] = min(low[position], order[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[position])
                if low[position] == order[position]:
                    at = stack.index(position)
                    component = stack[at:]
                    del stack[at:]
                    self._close(component, envelope and component == [start], is_ring=position in loops)

    def _children(self, position: int) -> list[int]:
        element = self._elements[position]
        found = [self._spec(entry["type"]) for entry in _properties(element).values()]
        if element.get("additionalProperties"):
            found.append(self._spec(element["additionalProperties"]))
        found += [self._spec(variant) for variant in element.get("elements", {}).values()]
        return [child for spec in found for child in _objects(spec)]

    def _close(self, component: list[int], envelope: bool, *, is_ring: bool) -> None:
        if len(component) == 1 and not is_ring:
            self._numbers[component[0]] = self._builder.node(self._data(component[0], envelope))
            return
        component = sorted(component, key=lambda position: (self._elements[position].get("name", ""), position))
        first = self._builder.ring(
            lambda start: [self._data(position, False, component, start) for position in component]
        )
        self._numbers.update((position, first + at) for at, position in enumerate(component))

    def _data(self, position: int, envelope: bool, ring: list[int] | None = None, first: int = 0) -> bytes:
        import orjson

        element = self._elements[position]
        own = {} if ring is None else {member: first + at for at, member in enumerate(ring)}
        node: dict[str, Any] = {"n": element.get("name", ""), "p": {}}
        for name, entry in _properties(element).items():
            if envelope and name in ("type", "apiVersion"):
                continue  # they only repeat the name of the resource, and would keep versions apart
            spec = self._final(self._spec(entry["type"]), own, ring is not None and first == 0)
            facts = [spec, entry.get("flags", 0), self._builder.text(entry.get("description"))]
            node["p"][name] = facts if facts[2] else facts[:2] if facts[1] else facts[:1]
        if element.get("additionalProperties"):
            node["x"] = self._final(self._spec(element["additionalProperties"]), own, ring is not None and first == 0)
        if element.get("sensitive"):
            node["h"] = 1
        if element["$type"] == "DiscriminatedObjectType":
            node["d"] = element["discriminator"]
            node["v"] = {
                value: self._final(self._spec(variant), own, ring is not None and first == 0)
                for value, variant in element["elements"].items()
            }
        return orjson.dumps(node)

    def _final(self, spec: Spec, ring: Mapping[int, int] | None = None, marked: bool = False) -> Spec:
        """Return *spec* with the numbers of the store; a place in the *ring* is negative while it is only compared."""
        if isinstance(spec, int):
            position = -1 - spec
            if ring and position in ring:
                return -1 - ring[position] if marked else ring[position]
            return self._numbers[position]
        if isinstance(spec, dict):
            if "l" in spec:
                return {"l": [self._final(spec["l"][0], ring, marked), *spec["l"][1:]]}
            if "u" in spec:
                return {"u": [self._final(member, ring, marked) for member in spec["u"]]}
        return spec


def _properties(element: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = element.get("properties") or element.get("baseProperties") or {}
    return found


def _objects(spec: Spec) -> list[int]:
    return [-1 - number for number in spec_references(spec)]


def _keep(builder: Builder, path: Path, replaced: Collection[str]) -> bool:
    """Take what the old store has of other providers into *builder*; return whether the old store was complete."""
    from armlib.azuretypes.store import Store

    with closing(Store.open(path)) as store:
        rows = store.export(replaced)
        complete = store.complete
    shift = len(builder.nodes)
    numbers: dict[int, int] = {}
    for number, _ in rows.nodes:
        numbers[number] = shift + len(numbers) + 1
    texts = {number: builder.text(text) for number, text in rows.texts}
    for _, data in rows.nodes:
        builder.nodes.append(_renumbered(data, numbers, texts))
    for name, version, body, readable, writable in rows.versions:
        key = name.casefold(), version
        builder.names[key[0]] = name
        builder.versions[key] = _Found(name, "", _moved(body, numbers), readable, writable)
    for name, version, function, output, arguments in rows.functions:
        moved = None if arguments is None else _moved(arguments, numbers)
        builder.functions[name.casefold(), version, function] = _moved(output, numbers), moved
    return complete


def _renumbered(data: bytes, numbers: Mapping[int, int], texts: Mapping[int, int]) -> bytes:
    import orjson

    node = orjson.loads(data)
    for entry in node["p"].values():
        entry[0] = _moved(entry[0], numbers)
        if len(entry) > 2:
            entry[2] = texts[entry[2]]
    if "x" in node:
        node["x"] = _moved(node["x"], numbers)
    if "v" in node:
        node["v"] = {value: numbers[number] for value, number in node["v"].items()}
    return orjson.dumps(node)


def _moved(spec: Spec, numbers: Mapping[int, int]) -> Spec:
    if isinstance(spec, int):
        return numbers[spec]
    if isinstance(spec, dict):
        if "l" in spec:
            return {"l": [_moved(spec["l"][0], numbers), *spec["l"][1:]]}
        if "u" in spec:
            return {"u": [_moved(member, numbers) for member in spec["u"]]}
    return spec


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write the store of types {target}: {error}") from error


def _write(builder: Builder, target: Path, origin: str, complete: bool) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    os.close(handle)
    temporary = Path(name)
    try:
        with closing(sqlite3.connect(temporary)) as database:
            _fill(database, builder, origin, complete)
        temporary.chmod(0o644)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _fill(database: sqlite3.Connection, builder: Builder, origin: str, complete: bool) -> None:
    import orjson

    database.executescript(f"pragma journal_mode=off; pragma synchronous=off; pragma page_size=8192;{_SCHEMA}")
    database.execute(f"pragma application_id={APPLICATION_ID}")
    database.execute(f"pragma user_version={FORMAT}")
    database.executemany("insert into meta values (?, ?)", [("origin", origin), ("complete", str(int(complete)))])
    numbers = {folded: number for number, folded in enumerate(sorted(builder.names), 1)}

    def text(spec: Spec | None) -> str | None:
        return None if spec is None else orjson.dumps(spec).decode()

    database.executemany(
        "insert into types values (?, ?, ?, ?)",
        ((number, builder.names[folded], folded, folded.split("/")[0]) for folded, number in numbers.items()),
    )
    database.executemany(
        "insert into versions values (?, ?, ?, ?, ?)",
        (
            (numbers[folded], version, text(found.body), found.readable, found.writable)
            for (folded, version), found in sorted(builder.versions.items(), key=lambda item: item[0])
        ),
    )
    database.executemany(
        "insert into functions values (?, ?, ?, ?, ?)",
        (
            (numbers[folded], version, name, text(output), text(arguments))
            for (folded, version, name), (output, arguments) in sorted(builder.functions.items(), key=lambda i: i[0])
            if folded in numbers
        ),
    )
    database.executemany("insert into nodes values (?, ?)", enumerate(builder.nodes, 1))
    database.executemany(
        "insert into texts values (?, ?)", ((number, value) for value, number in builder.texts.items())
    )
    database.commit()
