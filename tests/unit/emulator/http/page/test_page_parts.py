"""Links, and JSON as a page shows it."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.emulator.http.page.json_view import json_view
from armlib.emulator.http.page.links import address, link


def test_addresses_are_encoded() -> None:
    assert address("") == "/"
    assert address("/a b&c=d", "events") == "/?id=%2Fa+b%26c%3Dd&view=events"
    assert link("/x", "name") == '<a href="/?id=%2Fx">name</a>'


def test_json_is_coloured_and_ids_are_links() -> None:
    shown = json_view({"id": "/subscriptions/s", "n": -1.5, "ok": True, "text": '<a href="x">: 1'})
    assert '<a href="/?id=%2Fsubscriptions%2Fs">/subscriptions/s</a>' in shown
    assert '<span class="number">-1.5</span>' in shown
    assert '<span class="word">true</span>' in shown
    assert "<a href=&quot;x" not in shown
    assert "&lt;a href=" in shown


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, name: str, _: object) -> None:
        self.tags.add(name)


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text()), max_size=5))
def test_json_is_shown_as_it_is_whatever_it_holds(value: dict[str, object]) -> None:
    import json

    parser = _Texts()
    parser.feed(json_view(value))  # type: ignore[arg-type]
    parser.close()
    assert parser.text.replace("\r\n", "\n") == json.dumps(value, indent=2, ensure_ascii=False)
    assert parser.tags <= {"pre", "code", "span", "a"}
