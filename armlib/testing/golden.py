"""Templates that a case must give to the letter, each in a file."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from glob import escape
from pathlib import Path

from armlib.errors import InputError
from armlib.files import write_file
from armlib.jsontypes import JsonObject
from armlib.template.canonical import json_bytes
from armlib.template.jsonc import parse_json
from armlib.testing.cases import differences

_MOST = 20  # differences that are told


def compare(file: Path, template: JsonObject, *, update: bool) -> list[str]:
    """Return how *template* differs from the one in *file*; with *update* write it there instead.

    Raises:
        InputError: The file cannot be read or written.
    """
    if update:
        data = json_bytes(template)
        if not file.is_file() or file.read_bytes() != data:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"cannot make {file.parent}: {error.strerror}", code="cannot-write") from error
            write_file(file, data)
        return []
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return [f"there is no {file.parent.name}/{file.name}; --update-golden writes it"]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}", code="cannot-read") from error
    found = list(differences(parse_json(text, str(file)), json.loads(json.dumps(template))))
    more = [f"and {len(found) - _MOST} more differences"] if len(found) > _MOST else []
    return [*found[:_MOST], *more, *(["--update-golden takes what is new"] if found else [])]


def forgotten(file: Path, goldens: Collection[Path]) -> tuple[Path, ...]:
    """Return the golden files of the test *file* that are none of *goldens*: of cases that are gone, or renamed."""
    found = (file.parent / "golden").glob(f"{escape(file.stem)}.*.json")
    own = (path for path in found if path.name.removeprefix(f"{file.stem}.").count(".") == 1)
    return tuple(sorted(path for path in own if path not in goldens))


def forget(paths: Sequence[Path], *, update: bool) -> list[str]:
    """Return what is told of golden files that no case has; with *update* remove them instead.

    Raises:
        InputError: One cannot be removed.
    """
    if not update:
        return [f"golden/{path.name} is of no case; --update-golden removes it" for path in paths]
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"cannot remove {path}: {error.strerror}", code="cannot-write") from error
    return []
