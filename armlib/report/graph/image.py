"""A dependency graph as an SVG image, and as a page that shows it: both whole in one file, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from armlib.compiler.dependencies import Step
from armlib.report.graph.drawing import Box, draw
from armlib.report.graph.text import mark, total
from armlib.report.markup import Html, tag
from armlib.report.text import printable

_FOLDER = Path(__file__).parent


def render_svg(steps: Sequence[Step]) -> str:
    """Return the SVG image of *steps*; lines lead from the left, what is deployed first, to what waits for it."""
    drawing = draw(_boxes(steps))
    style = tag("style", Html(_asset("graph.css")))
    head, end = drawing.split(">", 1)
    return f"{head}>{style}{end}\n"


def render_html(steps: Sequence[Step], title: str) -> str:
    """Return the page of *steps*: what is needed by a resource and what needs it lights up, names can be looked for."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · dependencies"),
        tag("style", Html(_asset("graph.css") + _asset("page.css"))),
    )
    top = tag(
        "header",
        tag("h1", title),
        tag("p", f"{total(steps)}; a line leads from a resource to those that wait for it"),
        tag("input", type="search", placeholder="Find a name or type ( / )", aria_label="Find a name or type"),
        tag("button", "Fit", type="button"),
    )
    body = tag("body", top, tag("main", draw(_boxes(steps))), tag("script", Html(_asset("page.js"))))
    return "<!doctype html>\n" + tag("html", head, body, lang="en") + "\n"


def _boxes(steps: Sequence[Step]) -> list[Box]:
    return [
        Box(
            id=step.path,
            name=printable(step.name),
            type=printable(step.type),
            needs=step.needs,
            mark=mark(step),
            look="open" if step.is_conditional or step.is_existing else "",
            inside=_boxes(step.inside),
        )
        for step in steps
    ]


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
