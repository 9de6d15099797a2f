"""The drawing of a dependency graph."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.report.graph.drawing import Box, draw

_SVG = "{http://www.w3.org/2000/svg}"


def places(drawing: str) -> dict[str, tuple[float, float]]:
    """Return where the boxes are, by name."""
    root = ElementTree.fromstring(drawing)
    found = {}
    for node in root.iter(f"{_SVG}a"):
        name = (node.findtext(f"{_SVG}title") or "").partition("\n")[0]
        box = node.find(f"{_SVG}rect")
        assert box is not None
        found[name] = (float(box.attrib["x"]), float(box.attrib["y"]))
    return found


def box(name: str, *needs: str) -> Box:
    return Box(id=f"/{name}", name=name, type="M.X/k", needs=[f"/{need}" for need in needs], href=f"?{name}")


def test_what_is_needed_stands_left_of_what_needs_it() -> None:
    found = places(draw([box("c", "b", "a"), box("a"), box("b", "a")]))
    assert found["a"][0] < found["b"][0] < found["c"][0]


def test_a_line_is_drawn_for_each_need_and_led_through_the_layers_between() -> None:
    drawing = draw([box("a"), box("b", "a"), box("c", "b", "a")])
    assert drawing.count('class="line"') == 4  # a-b, b-c, and a-c in two pieces


def test_ids_are_compared_without_regard_to_case_and_what_is_elsewhere_is_left_out() -> None:
    found = places(draw([box("a"), Box(id="/B", name="b", type="M.X/k", needs=["/A", "/elsewhere", "/b"], href="?")]))
    assert set(found) == {"a", "b"}
    assert found["a"][0] < found["b"][0]


def test_names_are_escaped_and_long_ones_shortened() -> None:
    drawing = draw([box('<script>alert("x")</script>'), box("n" * 80)])
    assert "<script>" not in drawing
    assert 'class="name">' + "n" * 23 + "…" in drawing


def test_nothing_is_an_empty_drawing() -> None:
    assert places(draw([])) == {}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=60))
def test_boxes_never_touch_and_every_graph_even_with_circles_is_drawn(edges: list[tuple[int, int]]) -> None:
    names = sorted({number for edge in edges for number in edge})
    boxes = [box(str(name), *[str(need) for user, need in edges if user == name]) for name in names]
    drawing = draw(boxes)
    found = places(drawing)
    assert len(found) == len(names)
    width, height = (float(text) for text in re.findall(r'(?:width|height)="(-?\d+)"', drawing)[:2])
    spots = list(found.values())
    assert all(x >= 0 and y >= 0 and x + 216 <= width and y + 46 <= height for x, y in spots)
    for at, (x, y) in enumerate(spots):
        assert all(x != u or abs(y - v) >= 46 for u, v in spots[at + 1 :])
