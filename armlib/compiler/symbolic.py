"""Language version 2.0: resources by symbolic name instead of in an array."""

from __future__ import annotations

from armlib.jsontypes import JsonObject


def with_symbols(template: JsonObject) -> JsonObject:
    """Return *template* with symbolic names for its resources."""
    return template
