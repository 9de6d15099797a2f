"""What of the parameters of a module no test touches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from armlib.jsontypes import JsonObject


def untouched(schema: JsonObject, given: Sequence[JsonObject]) -> Iterator[str]:
    """Yield what none of the arguments in *given* touches of a module whose arguments have *schema*.

    That are parameters that are never given, defaults that never hold because the parameter always is, and allowed
    values that are neither given nor the default that holds.
    """
    properties: Any = schema["properties"]
    for name, spec in properties.items():
        values = [arguments[name] for arguments in given if name in arguments]
        defaults = [spec["default"]] if "default" in spec and len(values) < len(given) else []
        if not values:
            yield f"parameter '{name}' is never given"
        elif len(values) == len(given) and ("default" in spec or "x-armlib-computed-default" in spec):
            yield f"the default of '{name}' never holds"
        if values:
            items = [item for value in values for item in (value if isinstance(value, list) else [value])]
            for allowed in spec.get("enum", ()):
                if allowed is not None and allowed not in [*items, *defaults]:
                    yield f"'{name}' is never {json.dumps(allowed, ensure_ascii=False)}"
