"""``armlib.lock``: which versions were chosen, by digest, and from where.

Reading needs next to no imports: a compilation of a project with a lock reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armlib.jsonnet.digest import sha256_hex
from armlib.packages.errors import PackageError

LOCK_NAME = "armlib.lock"
_VERSION = 1
_CONFLICT = "\n<<<<<<< "
_HEAD = "# Which packages armlib.toml comes to. Written by armlib; keep it in version control, do not edit it.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One package of the lock.

    *digest* is that of its manifest in a registry (``sha256:…``), or a commit, which *ref* of the repository named;
    *tree* is that of the listing of its files. All are empty for a package that is read where it is. *imports* maps the
    names it imports by to the ids of others.
    """

    id: str
    name: str
    version: str
    source: str
    digest: str = ""
    ref: str = ""
    tree: str = ""
    exports: tuple[str, ...] = ()
    imports: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The packages by their ids, the project's imports, and the digest of what the project asked for."""

    asked: str = ""
    imports: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, Locked] = field(default_factory=dict)


def read_lock(path: Path) -> Lock | None:
    """Return the lock at *path*, or None when there is none.

    Raises:
        PackageError: It is damaged, or of a later armlib.
    """
    import tomllib

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PackageError(f"cannot read {path}: {error.strerror}", code="cannot-read") from error
    try:
        text = data.decode()
        if _CONFLICT in text:
            line = text[: text.index(_CONFLICT)].count("\n") + 2
            hint = f"take either side, as 'git checkout --ours {path.name}' does, and run 'armlib restore'"
            raise PackageError(f"{path}:{line}: a merge left both of its sides", code="lock-damaged", hint=hint)
        table = tomllib.loads(text)
        version = table.get("version")
        if isinstance(version, int) and version > _VERSION:
            hint = "a later armlib wrote it: use that one, or remove the lock and run 'armlib restore'"
            raise PackageError(f"{path} has version {version}, not {_VERSION}", code="lock-damaged", hint=hint)
        if version != _VERSION:
            raise ValueError("it does not say which version of a lock it is")
        if table.get("checksum") != _checksum(text):
            raise ValueError("it is not as armlib wrote it, since its checksum does not go with the rest")
        return _lock(table)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "take it from version control, or remove it and run 'armlib restore'"
        raise PackageError(f"{path} is damaged: {error}", code="lock-damaged", hint=hint) from error


def _lock(table: Mapping[str, Any]) -> Lock:
    packages = {}
    for entry in table.get("package", []):
        locked = Locked(
            id=entry["id"],
            name=entry["name"],
            version=entry["version"],
            source=entry["source"],
            digest=entry.get("digest", ""),
            ref=entry.get("ref", ""),
            tree=entry.get("tree", ""),
            exports=tuple(entry.get("exports", [])),
            imports=_texts(entry.get("imports", {})),
        )
        _require_digests(locked)
        packages[locked.id] = locked
    imports = _texts(table.get("imports", {}))
    for used in (*imports.values(), *(id_ for locked in packages.values() for id_ in locked.imports.values())):
        if used not in packages:
            raise ValueError(f"it has no package '{used}'")
    return Lock(asked=table.get("asked", ""), imports=imports, packages=packages)


def _texts(table: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in table.values()):
        raise TypeError("an import is no text")
    return dict(table)


def _require_digests(locked: Locked) -> None:
    """Hold what becomes a path in the cache to its form."""
    texts = (locked.id, locked.name, locked.version, locked.source, locked.digest, locked.ref, *locked.exports)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"a value of '{locked.id}' is no text")
    if locked.tree and not (len(locked.tree) == 64 and set(locked.tree) <= set("0123456789abcdef")):
        raise ValueError(f"the tree of '{locked.id}' is no digest")
    if not locked.tree and not locked.source.startswith("path:"):
        raise ValueError(f"'{locked.id}' has no tree")


def lock_text(lock: Lock) -> bytes:
    """Return *lock* as the text of its file: the same lock, the same bytes."""
    lines = [f"asked = {_quoted(lock.asked)}\n", *_table("imports", lock.imports)]
    for id_ in sorted(lock.packages):
        locked = lock.packages[id_]
        lines.append("\n[[package]]\n")
        for name in ("id", "name", "version", "source", "digest", "ref", "tree"):
            value = getattr(locked, name)
            lines += [f"{name} = {_quoted(value)}\n"] if value else []
        if locked.exports:
            lines.append(f"exports = [{', '.join(map(_quoted, locked.exports))}]\n")
        lines += _table("package.imports", locked.imports)
    return sealed(f"{_HEAD}version = {_VERSION}\n", "".join(lines)).encode()


def sealed(head: str, rest: str) -> str:
    """Return *head* and *rest* of a lock with the checksum between them that :func:`read_lock` asks for.

    One flipped bit in a version, a source or an import may give another package that is locked, too, and no digest of
    its own would tell.
    """
    return f'{head}checksum = "{_checksum(head + rest)}"\n{rest}'


def _checksum(text: str) -> str:
    """Return the digest of the lines of *text* but for the checksum's own, however they end."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if not line.startswith("checksum = ")]
    return sha256_hex("\n".join(lines).encode())


def _table(name: str, texts: Mapping[str, str]) -> Iterable[str]:
    if texts:
        yield f"\n[{name}]\n"
        for key in sorted(texts):
            yield f"{_quoted(key)} = {_quoted(texts[key])}\n"


def _quoted(text: str) -> str:
    """Return *text* as a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
