"""The dependency graph of a deployment as a drawing: layers from left to right, what is needed before what needs it.

Source: Sugiyama, Tagawa, Toda: "Methods for visual understanding of hierarchical system structures" (1981); layers
by the longest path, order by barycenters, long edges led through the layers between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from armlib.emulator.http.page.markup import Html, address, tag

_WIDTH, _HEIGHT = 216, 46  # of a box
_ACROSS, _DOWN = 76, 14  # between boxes
_LANE = 12  # the height that a line passing through a layer takes
_MARGIN = 12
_SWEEPS = 6
_LONGEST_NAME = 24  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A resource in the graph; *needs* are the ids of others."""

    id: str
    name: str
    type: str
    state: str = ""
    needs: Sequence[str] = ()


@dataclass(slots=True)
class _Spot:
    """A place in a layer: of a box, or of a line that passes through."""

    layer: int
    box: Box | None
    before: list[_Spot] = field(default_factory=list)
    after: list[_Spot] = field(default_factory=list)
    y: float = 0.0

    @property
    def height(self) -> float:
        return _LANE if self.box is None else _HEIGHT

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def draw(boxes: Sequence[Box]) -> Html:
    """Return the drawing of *boxes*; each is a link to the page of its resource."""
    layers = _layers(boxes)
    _order(layers)
    height = _place(layers)
    spots = [spot for layer in layers for spot in layer]
    width = max(len(layers), 1) * (_WIDTH + _ACROSS) - _ACROSS + 2 * _MARGIN
    lines = [_line(spot, after) for spot in spots for after in spot.after]
    drawn = [_box(spot, spot.box) for spot in spots if spot.box is not None]
    label = f"Dependency graph of {len(boxes)} resources"
    return tag(
        "svg",
        tag("g", lines, class_="lines"),
        tag("g", drawn),
        xmlns="http://www.w3.org/2000/svg",
        width=str(width),
        height=str(round(height)),
        viewBox=f"0 0 {width} {round(height)}",
        role="group",
        aria_label=label,
        class_="graph",
    )


def _layers(boxes: Sequence[Box]) -> list[list[_Spot]]:
    """Return the boxes in layers, joined, with places for the lines that pass through."""
    known = {box.id.casefold(): box for box in boxes}
    needs = {
        key: [
            need.casefold() for need in dict.fromkeys(box.needs) if need.casefold() in known and need.casefold() != key
        ]
        for key, box in known.items()
    }
    depth = _depths(needs)
    spots = {key: _Spot(depth[key], box) for key, box in known.items()}
    layers: list[list[_Spot]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, spot in spots.items():
        layers[spot.layer].append(spot)
        for need in needs[key]:
            if depth[need] < spot.layer:  # a circle has a line less
                _join(spots[need], spot, layers)
    return layers


def _depths(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the layer of each key: one after the last of what it needs."""
    depth: dict[str, int] = {}
    for start in needs:
        stack = [(start, iter(needs[start]))]
        entered = {start}
        while stack:
            key, rest = stack[-1]
            below = next((need for need in rest if need not in depth and need not in entered), None)
            if below is not None:
                entered.add(below)
                stack.append((below, iter(needs[below])))
                continue
            stack.pop()
            depth.setdefault(key, max((depth[need] + 1 for need in needs[key] if need in depth), default=0))
    return depth


def _join(one: _Spot, other: _Spot, layers: list[list[_Spot]]) -> None:
    last = one
    for layer in range(one.layer + 1, other.layer):
        lane = _Spot(layer, None)
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


def _place(layers: list[list[_Spot]]) -> float:
    """Give each place its height, near to what it is joined with; return how high the drawing is."""
    for layer in layers:
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
    return max((spot.y + spot.height for spot in spots), default=float(_MARGIN)) + _MARGIN


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


def _left(spot: _Spot) -> int:
    return _MARGIN + spot.layer * (_WIDTH + _ACROSS)


def _line(one: _Spot, other: _Spot) -> Html:
    start, end = _left(one) + _WIDTH, _left(other)
    half = (end - start) / 2
    way = f"M{start} {one.middle:.1f}C{start + half:.1f} {one.middle:.1f} {end - half:.1f} {other.middle:.1f} {end} "
    way += f"{other.middle:.1f}"
    if one.box is None:  # the line goes on through the lane
        way = f"M{start - _WIDTH} {one.middle:.1f}H{start}" + way[way.index("C") :]
    return tag("path", d=way, class_="line")


def _box(spot: _Spot, box: Box) -> Html:
    x, y = _left(spot), spot.y
    name = box.name if len(box.name) <= _LONGEST_NAME else box.name[: _LONGEST_NAME - 1] + "…"
    kind = box.type.partition("/")[2] or box.type
    kind = kind if len(kind) <= _LONGEST_NAME + 4 else "…" + kind[-_LONGEST_NAME - 3 :]
    return tag(
        "a",
        tag("title", f"{box.name}\n{box.type}" + (f"\n{box.state}" if box.state else "")),
        tag("rect", x=str(x), y=f"{y:.1f}", width=str(_WIDTH), height=str(_HEIGHT), rx="7", class_="box"),
        tag("rect", x=str(x), y=f"{y + 7:.1f}", width="4", height=str(_HEIGHT - 14), rx="2", class_="stripe"),
        tag("text", name, x=str(x + 15), y=f"{y + 19:.1f}", class_="name"),
        tag("text", kind, x=str(x + 15), y=f"{y + 35:.1f}", class_="kind"),
        href=address(box.id),
        class_=f"node {_state_class(box.state)}",
    )


def _state_class(state: str) -> str:
    folded = state.casefold()
    return {"succeeded": "good", "failed": "bad", "canceled": "bad", "": "plain"}.get(folded, "busy")
