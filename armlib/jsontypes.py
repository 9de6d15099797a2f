"""JSON values and paths into them, as every stage of the program passes them on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"
JsonPath: TypeAlias = tuple[str | int, ...]

_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$-]*\Z")


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
