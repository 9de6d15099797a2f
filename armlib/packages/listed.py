"""The packages of a lock, as a table, as a tree and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from armlib.jsontypes import Json
from armlib.packages.lock import Lock


def as_table(lock: Lock) -> str:
    """Return one line a package: name, version, source."""
    rows = [(locked.name, locked.version, locked.source) for locked in lock.packages.values()]
    if not rows:
        return "no packages\n"
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "".join(f"{name.ljust(first)}  {version.ljust(second)}  {source}\n" for name, version, source in rows)


def as_tree(lock: Lock) -> str:
    """Return which package needs which; what was shown before is only named."""
    seen: set[str] = set()
    return "".join(f"{line}\n" for line in _branches(lock, lock.imports, "", seen)) or "no packages\n"


def _branches(lock: Lock, imports: Mapping[str, str], indent: str, seen: set[str]) -> Iterator[str]:
    for place, (name, id_) in enumerate(sorted(imports.items()), 1):
        locked = lock.packages[id_]
        alias = "" if name == locked.name else f" as {name}"
        again = " (see above)" if id_ in seen and locked.imports else ""
        last = place == len(imports)
        yield f"{indent}{'└─ ' if last else '├─ '}{id_}{alias}{again}"
        if not again:
            seen.add(id_)
            yield from _branches(lock, locked.imports, indent + ("   " if last else "│  "), seen)


def as_json(lock: Lock) -> list[Json]:
    """Return the packages as JSON has them."""
    return [
        {
            "id": locked.id,
            "name": locked.name,
            "version": locked.version,
            "source": locked.source,
            "digest": locked.digest,
            "tree": locked.tree,
            "imports": dict(locked.imports),
        }
        for locked in lock.packages.values()
    ]
