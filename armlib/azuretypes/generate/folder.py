"""The folder of a generated library: what was generated before, what is not ours, and writing it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from armlib.azuretypes.generate.jsonnet import MARK
from armlib.azuretypes.generate.plan import in_order, select
from armlib.azuretypes.generate.render import render
from armlib.azuretypes.show import find
from armlib.azuretypes.store import Store
from armlib.errors import InputError
from armlib.files import write_files

GENERATED: Final = "gen"
MANIFEST: Final = "gen/manifest.json"
CUSTOM: Final = "custom/main.libsonnet"
_MAIN: Final = f"// {MARK}\n(import 'gen/main.libsonnet') + (import 'custom/main.libsonnet')\n"
_CUSTOM_TEXT: Final = """\
// Additions to what is generated in ../gen, merged over it. This file is yours: it is never written over. For instance
//   { storage+:: { v2023_05_01+:: { storageAccounts+:: { newPremium(name, location):: self.new(…) } } } }
{}
"""


class FolderError(InputError):
    """The folder of a library cannot be generated into."""

    code = "types-library"


@dataclass(frozen=True, slots=True)
class Library:
    """A generated library: its folder, its types as ``TYPE@VERSION``, and the number of its files."""

    folder: Path
    types: tuple[str, ...]
    files: int
    removed: int


def generate(
    store: Store, folder: Path, requests: Sequence[str], providers: Sequence[str] = (), *, only: bool = False
) -> Library:
    """Write a library of types into *folder*.

    Args:
        store: Where the definitions are.
        folder: Where the library is to be; it may have been generated into before.
        requests: ``TYPE`` or ``TYPE@VERSION``, each with its children.
        providers: Namespaces, of which every type is taken in its newest version.
        only: Take away the types that were generated before and are not asked for now.

    Raises:
        UnknownTypeError: there is no such type, version or provider.
        FolderError: a file that would be written over was not generated.
        WriteError: the system refused; what was there is still there.
    """
    types = select(store, requests, providers)
    if not only:
        types = in_order([*types, *(find(store, each) for each in _before(folder))])
    names = tuple(f"{each.name}@{each.version}" for each in types)
    if not names:
        raise FolderError(f"there is nothing to generate in {folder}", hint="name types, or a --provider")
    made = {f"{GENERATED}/{path}": text for path, text in render(store, types).items()}
    made |= {MANIFEST: _manifest(names), "main.libsonnet": _MAIN}
    _refuse_foreign(folder, made)
    custom = {} if (folder / CUSTOM).exists() else {CUSTOM: _CUSTOM_TEXT}
    stale = list(_stale(folder, made))
    write_files(_changed(folder, made | custom))
    _remove(folder, stale)
    return Library(folder, names, len(made) + 1, len(stale))


def _manifest(names: Iterable[str]) -> str:
    lines = ",\n".join(json.dumps(name) for name in names)
    return f'{{"#": {json.dumps(MARK)},\n"types": [\n{lines}\n]}}\n'


def _before(folder: Path) -> list[str]:
    """Return the types that were generated into *folder* before."""
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["types"]
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise ValueError("its types are no list of names")
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"cannot read {path}: {error}", hint="take it away, and generate every type again") from error
    return found


def _changed(folder: Path, files: Mapping[str, str]) -> dict[Path, bytes]:
    """Return the files that are not there yet as they are to be."""
    data = {folder / path: text.encode() for path, text in files.items()}
    return {path: text for path, text in data.items() if not path.is_file() or path.read_bytes() != text}


def _refuse_foreign(folder: Path, files: Iterable[str]) -> None:
    for path in files:
        if (folder / path).exists() and not _is_generated(folder / path):
            hint = "choose another folder with -o, or move the file"
            raise FolderError(f"{folder / path} was not generated, and would be written over", hint=hint)


def _stale(folder: Path, files: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files that were generated before and no longer are."""
    wanted = {folder / path for path in files}
    for path in sorted((folder / GENERATED).rglob("*")):
        if path not in wanted and path.suffix in (".libsonnet", ".json") and _is_generated(path):
            yield path


def _remove(folder: Path, files: Iterable[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
        for above in path.parents:
            if above == folder or any(above.iterdir()):
                break
            above.rmdir()


def _is_generated(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return MARK.encode() in stream.readline()
