"""Templates that a case must give to the letter, each in a file."""

from __future__ import annotations

import json
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
