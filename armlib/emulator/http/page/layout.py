"""The frame of every page, and the policy that it is sent with."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from armlib.emulator.http.call import Answer
from armlib.emulator.http.page.links import link
from armlib.report.markup import Html, Node, join, tag

Rows = list[Sequence[Node]]
"""Of a table: the cells of each."""

_FOLDER = Path(__file__).parent
_ICON = (
    "data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%230a5cbd' "
    "d='M12 2l9 5v10l-9 5-9-5V7z'/%3E%3Cpath fill='%23fff' d='M12 7l5 8.5h-2.6L12 11.3l-2.4 4.2H7z'/%3E%3C/svg%3E"
)
_LOGO = tag(
    "svg",
    tag("path", d="M12 2l9 5v10l-9 5-9-5V7z", fill="#0a5cbd"),
    tag("path", d="M12 7l5 8.5h-2.6L12 11.3l-2.4 4.2H7z", fill="#fff"),
    viewBox="0 0 24 24",
    aria_hidden="true",
)


def page(title: str, *body: Node, running: bool = False, status: int = 200) -> Answer:
    """Return the page *title* with *body* in its frame.

    Args:
        title: Of the window.
        body: What the page shows.
        running: Whether it shows something that goes on: then it is loaded again and again.
        status: Of the answer.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · local Azure Resource Manager"),
        tag("link", rel="icon", href=_ICON),
        tag("style", Html(_asset("style.css"))),
        tag("noscript", tag("meta", http_equiv="refresh", content="2")) if running else None,
    )
    top = tag(
        "header",
        tag(
            "div",
            tag("a", _LOGO, "Local Azure Resource Manager", href="/", class_="brand"),
            tag("nav", link("", "Events", view="events"), aria_label="Pages"),
        ),
        class_="top",
    )
    content = tag(
        "body",
        tag("a", "Skip to the content", href="#content", class_="skip"),
        top,
        tag("main", *body, id="content", data_running=running),
        tag("script", Html(_asset("script.js"))),
    )
    text = "<!doctype html>" + tag("html", head, content, lang="en")
    return Answer(
        status=status, text=text, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _policy()}
    )


def heading(title: Node, under: Node = None, trail: Sequence[tuple[str, str]] = (), state: str = "") -> Html:
    """Return the head of a page: where it is (*trail*: what is above, with its id), its title and what it is."""
    slash = tag("span", "/", aria_hidden="true")
    above = [[slash if at else None, link(id_, name)] for at, (name, id_) in enumerate(trail)]
    return join(
        [
            tag("p", above, class_="trail") if trail else None,
            tag("h1", title, pill(state) if state else None),
            tag("p", under, class_="under") if under is not None else None,
        ]
    )


def section(title: str, *body: Node, count: int | None = None, is_flush: bool = True) -> Html:
    """Return a part of a page in a box."""
    number = tag("span", count, class_="count") if count is not None else None
    head = tag("div", tag("h2", title, number), class_="head")
    return tag("section", head, tag("div", *body, class_="body flush" if is_flush else "body"))


def nothing(title: str, why: str) -> Html:
    """Return a part of a page that has nothing to show."""
    return tag("section", tag("div", tag("h2", title), class_="head"), tag("p", why, class_="empty"))


def folded(title: str, body: Node, *, is_open: bool = False) -> Html:
    """Return a part of a page that is opened by a click."""
    return tag(
        "section",
        tag("details", tag("summary", title), tag("div", body, class_="body flush"), open=is_open),
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[Node]], tight: Sequence[int] = ()) -> Html:
    """Return a table; the columns *tight* are not wrapped."""
    head = tag("thead", tag("tr", [tag("th", column, scope="col") for column in columns]))
    body = [
        tag("tr", [tag("td", cell, class_="tight" if at in tight else None) for at, cell in enumerate(row)])
        for row in rows
    ]
    return tag("table", head, tag("tbody", body))


def pill(state: str) -> Html:
    """Return a state in its colour."""
    kind = {"succeeded": "good", "failed": "bad", "canceled": "bad", "enabled": "good", "active": "good"}
    busy = ("running", "accepted", "creating", "deleting", "updating", "deploying", "validating", "waiting")
    folded_state = state.casefold()
    return tag("span", state, class_=f"pill {'busy' if folded_state in busy else kind.get(folded_state, '')}".strip())


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """Return the policy: nothing from anywhere but the style and the script of the page, told by their hashes."""
    style, script = (_hash(_asset(name)) for name in ("style.css", "script.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
