"""JSON values and paths into them, as every stage of the program passes them on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"
JsonPath: TypeAlias = tuple[str | int, ...]

_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$-]*\Z")


_STEP = re.compile(
    r"(?:\A|\.)(?P<name>[^.\[\]'\"]+)|\[(?P<index>\d+)\]|\[(?P<quote>['\"])(?P<quoted>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\]",
    re.DOTALL,
)


def parse_path(text: str) -> JsonPath:
    """Return the path that *text* says as :func:`format_path` writes it; ``$`` before it and double quotes are fine.

    Raises:
        ValueError: *text* is no path.
    """
    rest = text.strip()
    if rest == "$" or rest.startswith(("$.", "$[")):
        rest = rest[1:].removeprefix(".")
    steps: list[str | int] = []
    at = 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if found is None:
            raise ValueError(f"'{text}' is not a path like resources[0].properties['a b']: see character {at + 1}")
        if found["index"] is not None:
            steps.append(int(found["index"]))
        else:
            steps.append(found["name"] or re.sub(r"\\(['\"])", r"\1", found["quoted"] or ""))
        at = found.end()
    return tuple(steps)


def format_path(path: Sequence[str | int]) -> str:
    """Return *path* as people write it: ``resources[0].properties['a b']``; the root is ``$``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_NAME.match(step):
            text += f".{step}" if text else step
        else:
            text += "['" + step.replace("'", "\\'") + "']"
    return text or "$"
