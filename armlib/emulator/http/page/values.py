"""How times, tags and errors are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armlib.emulator.http.page.links import link
from armlib.report.markup import Html, Node, tag


def properties_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of *body*, empty when there are none."""
    found = body.get("properties")
    return found if isinstance(found, dict) else {}


def tags_of(body: Mapping[str, Any]) -> Node:
    """Return the tags of *body*, side by side."""
    found = body.get("tags")
    if not isinstance(found, dict) or not found:
        return ""
    return tag("span", [tag("span", f"{name}: {value}") for name, value in found.items()], class_="tags")


def error_view(error: Mapping[str, Any]) -> Html:
    """Return an error with all that is inside it."""
    target = error.get("target")
    return tag(
        "div",
        tag("b", str(error.get("code", ""))),
        tag("p", str(error.get("message", ""))),
        tag("p", link(str(target), str(target), class_="small")) if target else None,
        [error_view(detail) for detail in error.get("details") or () if isinstance(detail, dict)],
        class_="error",
    )


def time_view(text: str) -> Html:
    """Return a time to the second; the whole of it is told when it is pointed at."""
    return tag("time", text[:19].replace("T", " "), datetime=text, title=text)


def duration(text: str) -> str:
    """Return an ISO 8601 duration as people write it: ``1 m 2.5 s``."""
    rest = text.removeprefix("PT")
    if not text or rest == text:
        return text
    words = []
    for unit in "HMS":
        number, found, after = rest.partition(unit)
        if found:
            rest = after
            words.append(_seconds(float(number)) if unit == "S" else f"{number} {unit.lower()}")
    return " ".join(words)


def _seconds(number: float) -> str:
    return f"{number * 1000:.0f} ms" if number < 1 else f"{number:.1f} s"


def capital(text: str) -> str:
    """Return *text* with a capital letter at its start."""
    return text[:1].upper() + text[1:]
