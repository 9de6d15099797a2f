"""Where in a template a text stands; looked for only when there is something to tell about it."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.jsontypes import Json, JsonPath


def at(value: Json, path: JsonPath) -> Json:
    """Return what stands at *path* in *value*."""
    for step in path:
        value = value[step]  # type: ignore[index]
    return value


def find_text(template: Json, template_path: JsonPath, inside: JsonPath, text: str) -> JsonPath:
    """Return the path of the first place where *text* stands under *inside*, else *inside*.

    *inside* is a path from the root; *template* stands at *template_path*.
    """
    value = at(template, inside[len(template_path) :])
    return next(places_of(value, inside, text), inside)


def places_of(value: Json, path: JsonPath, text: str) -> Iterator[JsonPath]:
    """Yield the paths at which *text* stands in *value*, which stands at *path*, as they come in the document."""
    pending: list[tuple[Json, JsonPath]] = [(value, path)]
    while pending:
        item, place = pending.pop()
        if isinstance(item, str):
            if item == text:
                yield place
        elif isinstance(item, dict):
            pending += reversed([(member, (*place, name)) for name, member in item.items()])
        elif isinstance(item, list):
            pending += reversed([(member, (*place, number)) for number, member in enumerate(item)])
