"""A dependency graph as a drawing: layers from left to right, what is needed before what needs it.

Source: Sugiyama, Tagawa, Toda: "Methods for visual understanding of hierarchical system structures" (1981); layers
by the longest path, order by barycenters, long edges led through the layers between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from armlib.compiler.graph import depths
from armlib.report.markup import Html, Node, tag

_WIDTH, _HEIGHT = 216, 46  # of a box without others inside
_ACROSS, _DOWN = 76, 14  # between boxes
_LANE = 12  # the height that a line passing through a layer takes
_MARGIN = 12
_SWEEPS = 6
_LONGEST_NAME = 24  # characters
_LINE_HEIGHT = 16
_SHAPE = 1.6  # how much wider than high boxes without lines are put together


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A resource in the graph; *needs* are the ids of others.

    *href* is where a click on it leads, *mark* what is said beside its name, *look* a class of its own for the style.
    *inside* are the resources that it deploys.
    """

    id: str
    name: str
    type: str
    state: str = ""
    needs: Sequence[str] = ()
    href: str | None = None
    mark: str = ""
    look: str = ""
    inside: Sequence[Box] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What boxes look like together, with a margin around."""

    width: int
    height: int
    content: Html


@dataclass(slots=True, eq=False)
class _Spot:
    """A place in a layer: of a box, or of the line that passes through between the boxes with the ids *ends*."""

    layer: int
    width: int = 0
    height: int = _LANE
    box: Box | None = None
    inside: _Drawing | None = None
    before: list[_Spot] = field(default_factory=list)
    after: list[_Spot] = field(default_factory=list)
    ends: tuple[str, str] = ("", "")
    x: int = 0
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def draw(boxes: Sequence[Box]) -> Html:
    """Return the drawing of *boxes*, an SVG image without a style."""
    drawing = _drawn(boxes)
    return tag(
        "svg",
        drawing.content,
        xmlns="http://www.w3.org/2000/svg",
        width=str(drawing.width),
        height=str(drawing.height),
        viewBox=f"0 0 {drawing.width} {drawing.height}",
        role="group",
        aria_label=f"Dependency graph of {sum(1 for _ in _all(boxes))} resources",
        class_="graph",
    )


def _all(boxes: Iterable[Box]) -> Iterator[Box]:
    for box in boxes:
        yield box
        yield from _all(box.inside)


def _drawn(boxes: Sequence[Box]) -> _Drawing:
    layers, alone = _layers(boxes)
    _order(layers)
    width, height = _place(layers)
    width, height = _place_alone(alone, width, height)
    spots = [*(spot for layer in layers for spot in layer), *alone]
    lines = [_line(spot, after) for spot in spots for after in spot.after]
    drawn = [_box(spot, spot.box) for spot in spots if spot.box is not None]
    return _Drawing(
        width=width,
        height=height,
        content=Html(tag("g", lines, class_="lines") + tag("g", drawn)),
    )


def _layers(boxes: Sequence[Box]) -> tuple[list[list[_Spot]], list[_Spot]]:
    """Return the boxes in layers, joined, with places for the lines that pass through; and those without any line."""
    known = {box.id.casefold(): box for box in boxes}
    needs = {
        key: [
            need.casefold() for need in dict.fromkeys(box.needs) if need.casefold() in known and need.casefold() != key
        ]
        for key, box in known.items()
    }
    needed = {need for found in needs.values() for need in found}
    depth = depths(needs)
    spots = {key: _spot(box, depth[key]) for key, box in known.items()}
    alone = [spots[key] for key in known if not needs[key] and key not in needed]
    layers: list[list[_Spot]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, spot in spots.items():
        if needs[key] or key in needed:
            layers[spot.layer].append(spot)
        for need in needs[key]:
            if depth[need] < spot.layer:  # a circle has a line less
                _join(spots[need], spot, layers, (known[need].id, known[key].id))
    return [layer for layer in layers if layer], alone


def _spot(box: Box, layer: int) -> _Spot:
    if not box.inside:
        return _Spot(layer, _WIDTH, _HEIGHT, box)
    inside = _drawn(box.inside)
    return _Spot(layer, max(inside.width, _WIDTH), _HEIGHT + inside.height, box, inside)


def _join(one: _Spot, other: _Spot, layers: list[list[_Spot]], ends: tuple[str, str]) -> None:
    last = one
    for layer in range(one.layer + 1, other.layer):
        lane = _Spot(layer, ends=ends)
        layers[layer].append(lane)
        last.after.append(lane)
        lane.before.append(last)
        last = lane
    last.after.append(other)
    other.before.append(last)


def _order(layers: list[list[_Spot]]) -> None:
    """Sort each layer so that lines cross little: by the mean place of what is before, of what is after, in turn."""
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            places = {id(spot): at for each in layers for at, spot in enumerate(each)}
            layer.sort(key=lambda spot: _mean(spot.before if forward else spot.after, places, places[id(spot)]))


def _mean(others: Iterable[_Spot], places: Mapping[int, int], otherwise: float) -> float:
    found = [places[id(other)] for other in others]
    return sum(found) / len(found) if found else otherwise


def _place(layers: list[list[_Spot]]) -> tuple[int, int]:
    """Give each place its own, near to what it is joined with; return how wide and how high that is, with margins."""
    x = _MARGIN
    for layer in layers:
        width = max(spot.width for spot in layer)
        for spot in layer:
            spot.x = x
            spot.width = spot.width or width
        x += width + _ACROSS
        _settle(layer, [0.0] * len(layer))
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            others = [(spot.before if forward else spot.after) or [spot] for spot in layer]
            middles = [sum(each.middle for each in found) / len(found) for found in others]
            _settle(layer, [middle - spot.height / 2 for middle, spot in zip(middles, layer, strict=True)])
    spots = [spot for layer in layers for spot in layer]
    top = min((spot.y for spot in spots), default=0.0)
    for spot in spots:
        spot.y += _MARGIN - top
    height = max((spot.y + spot.height for spot in spots), default=float(_MARGIN)) + _MARGIN
    return (x - _ACROSS + _MARGIN if layers else 2 * _MARGIN), round(height)


def _place_alone(alone: Sequence[_Spot], width: int, height: int) -> tuple[int, int]:
    """Put the boxes without lines in rows below the others, which are *width* and *height*; return what all are."""
    area = sum((spot.width + _ACROSS) * (spot.height + _DOWN) for spot in alone)
    widest = max(width, *(spot.width + 2 * _MARGIN for spot in alone), (area * _SHAPE) ** 0.5) if alone else width
    x, y, bottom, right = _MARGIN, float(height if width > 2 * _MARGIN else _MARGIN), float(height), width
    for spot in alone:
        if x > _MARGIN and x + spot.width + _MARGIN > widest:
            x, y = _MARGIN, bottom
        spot.x, spot.y = x, y
        bottom = max(bottom, y + spot.height + _DOWN)
        right = max(right, x + spot.width + _MARGIN)
        x += spot.width + _ACROSS
    return right, round(bottom)


def _settle(layer: list[_Spot], wanted: Sequence[float]) -> None:
    """Put the places of *layer* as near to *wanted* as their order and heights allow, by least squares.

    Source: the pool adjacent violators algorithm; Barlow, Bartholomew, Bremner, Brunk: "Statistical inference under
    order restrictions" (1972).
    """
    offsets = [0.0]
    for spot in layer[:-1]:
        offsets.append(offsets[-1] + spot.height + _DOWN)
    pools: list[tuple[float, int]] = []  # the sum of what is wanted, and how many want it
    for want, offset in zip(wanted, offsets, strict=False):
        total, count = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, others = pools.pop()
            total, count = total + before, count + others
        pools.append((total, count))
    starts = [total / count for total, count in pools for _ in range(count)]
    for spot, start, offset in zip(layer, starts, offsets, strict=False):
        spot.y = start + offset


def _line(one: _Spot, other: _Spot) -> Html:
    start, end = one.x + one.width, other.x
    half = (end - start) / 2
    way = f"M{start} {one.middle:.1f}"
    if one.box is None:  # the line goes on through the lane
        way = f"M{one.x} {one.middle:.1f}H{start}"
    way += f"C{start + half:.1f} {one.middle:.1f} {end - half:.1f} {other.middle:.1f} {end} {other.middle:.1f}"
    ends = (one.box.id if one.box else one.ends[0], other.box.id if other.box else other.ends[1])
    return tag("path", d=way, class_="line", data_from=ends[0], data_to=ends[1])


def _box(spot: _Spot, box: Box) -> Html:
    x, y = spot.x, spot.y
    kind = box.type.partition("/")[2] or box.type
    kind = kind if len(kind) <= _LONGEST_NAME + 4 else "…/" + kind.rpartition("/")[2][-_LONGEST_NAME - 2 :]
    name = f"{box.name} {box.mark}" if box.mark else box.name
    inside = spot.inside and tag("g", spot.inside.content, transform=f"translate({x} {y + _HEIGHT - _MARGIN / 2:.1f})")
    parts: list[Node] = [
        tag("title", f"{name}\n{box.type}" + (f"\n{box.state}" if box.state else "")),
        tag("rect", x=str(x), y=f"{y:.1f}", width=str(spot.width), height=str(spot.height), rx="7", class_="box"),
        tag("rect", x=str(x), y=f"{y + 7:.1f}", width="4", height=str(spot.height - 14), rx="2", class_="stripe"),
        tag("text", _shortened(box.name, box.mark), x=str(x + 15), y=f"{y + 19:.1f}", class_="name"),
        tag("text", kind, x=str(x + 15), y=f"{y + 19 + _LINE_HEIGHT:.1f}", class_="kind"),
    ]
    looks = " ".join(filter(None, ("node", _state_class(box.state), box.look)))
    drawn = tag("a" if box.href else "g", *parts, href=box.href, class_=looks, data_id=box.id)
    return Html(drawn + inside) if inside else drawn


def _shortened(name: str, mark: str) -> str:
    longest = _LONGEST_NAME - (len(mark) + 1 if mark else 0)
    short = name if len(name) <= longest else name[: longest - 1] + "…"
    return f"{short} {mark}" if mark else short


def _state_class(state: str) -> str:
    folded = state.casefold()
    return {"succeeded": "good", "failed": "bad", "canceled": "bad", "": "plain"}.get(folded, "busy")
