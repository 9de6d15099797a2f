"""What a PATCH does to a body."""

from __future__ import annotations

from typing import Any


def merged(whole: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return *whole* with *patch* in it: objects are merged, null takes away, all else (tags, lists) is replaced.

    Source: RFC 7396; tags are replaced as a whole, as the resource manager does.
    """
    result = _merged(whole, {name: value for name, value in patch.items() if name != "tags"})
    if "tags" in patch:
        result["tags"] = patch["tags"] if patch["tags"] is not None else {}
    return result


def _merged(whole: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = dict(whole)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            was = result.get(name)
            result[name] = _merged(was if isinstance(was, dict) else {}, value)
        else:
            result[name] = value
    return result
