"""From a trace to places: which literal made an object, which field of it won, and what that one replaced.

An object is seen as the literals that made it, oldest first. Of the literals that have a field, the last one's won; the
ones before it were added to (``+:``) or replaced. Literals of armlib's own library are passed over when one of the
user's has the field too. What no literal tells has the place of the nearest thing around it that has one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from armlib.compiler.trace import Trace
from armlib.diagnostics import Excerpt, Place
from armlib.jsonnet.digest import sha256_hex
from armlib.jsonnet.instrument import FIELD, LITERALS_PER_FILE, WALK
from armlib.jsonnet.literals import LEAF, Array, Field, Literal, Scan, Slot, UnreadableError, scan, string_literals
from armlib.jsontypes import Json


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    Attributes:
        place: Where what won was written; None when that is not known.
        adds_to: What it was added to with ``+:``, the nearest first.
        replaces: What it replaced, the nearest first.
        mixins: What was added to the object that was written at *place*, in that order.
        through: Where the object that it stands in was put into the template, when it was written elsewhere: the
            nearest first.
    """

    place: Place | None = None
    adds_to: tuple[Place, ...] = ()
    replaces: tuple[Place, ...] = ()
    mixins: tuple[Place, ...] = ()
    through: tuple[Place, ...] = ()


class Source:
    """A file that was read: its literals, and places in it. One that changed since, or is no text, has no literals."""

    def __init__(self, path: str, digest: str, *, is_library: bool) -> None:
        self.path = path
        self.is_library = is_library
        self._digest = digest

    @cached_property
    def text(self) -> str:
        try:
            content = Path(self.path).read_bytes()
            return content.decode() if sha256_hex(content) == self._digest else ""
        except (OSError, UnicodeDecodeError):
            return ""

    @cached_property
    def literals(self) -> list[Literal]:
        try:
            return scan(self.text).literals if self.text else []
        except UnreadableError:
            return Scan().literals

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def place(self, start: int, end: int) -> Place:
        """Return the place of the characters from *start*, as far as *end* or the end of the line."""
        line = bisect_right(self._line_starts, start)
        first = self._line_starts[line - 1]
        last = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        end = max(min(end, last), start + 1)
        return Place(file=self.path, line=line, column=start - first + 1, end_line=line, end_column=end - first + 1)

    def excerpt(self, place: Place) -> Excerpt:
        """Return the line of *place*."""
        first = self._line_starts[place.line - 1]
        line = self.text[first:].split("\n", 1)[0].rstrip("\r")
        return Excerpt(text=line, column=place.column, length=max(place.end_column - place.column, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A literal of a source."""

    source: Source
    literal: Literal

    def field(self, name: str) -> Field | None:
        """Return the field that gave the object its *name*: one that is called so, else one with a computed name."""
        fields = self.literal.fields
        for each in fields:
            if each.name == name:
                return each
        computed = [each for each in fields if each.name is None and (each.is_open or name in each.names)]
        return next((each for each in computed if name in each.names), computed[-1] if computed else None)

    def place(self) -> Place:
        """Return where the object begins, ``f(x)`` in ``f(x) { … }``."""
        literal = self.literal
        if literal.base < 0:
            return self.source.place(literal.start, literal.start + 1)
        return self.source.place(literal.base, literal.start)

    def place_of(self, field: Field) -> Place:
        """Return the place of a field: with its value when that is on one line, else its name."""
        is_on_a_line = "\n" not in self.source.text[field.start : field.slot.end]
        return self.source.place(field.start, field.slot.end if is_on_a_line else field.end)

    def argument(self, text: str) -> Place | None:
        """Return where *text* is written in what the literal is joined to, as in ``f('text') { … }``."""
        if self.literal.base < 0:
            return None
        for start, end, value in string_literals(self.source.text, self.literal.base, self.literal.start):
            if value == text:
                return self.source.place(start, end)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value of a document.

    *made* are the literals that made it, when it is an object, oldest first; *lost* those of objects it replaced.
    *walk* is the trace of it, *slot* the expression that it is, where that is known. *way* is what the origins of its
    elements go *through*; *ways* have that of the members of each of *made*, where it is another.
    """

    origin: Origin
    made: tuple[Made, ...] = ()
    lost: tuple[Made, ...] = ()
    walk: Json = None
    slot: Slot | None = None
    source: Source | None = None
    way: tuple[Place, ...] = ()
    ways: Mapping[Made, tuple[Place, ...]] = field(default_factory=dict)

    def way_of(self, made: Made) -> tuple[Place, ...]:
        """Return what the origins of the members that *made* has go through."""
        return self.ways.get(made, self.way)

    @property
    def tells_nothing(self) -> bool:
        """Whether nothing inside of it has a place of its own."""
        is_walked = isinstance(self.walk, dict | list)
        return not (self.made or is_walked or (self.slot is not None and isinstance(self.slot.ref, Array)))


@dataclass(eq=False)
class Origins:
    """The places of one evaluation."""

    trace: Trace
    _sources: dict[int, Source] = field(default_factory=dict)
    _made: dict[int, Made | None] = field(default_factory=dict)

    def made(self, numbers: Iterable[Json]) -> tuple[Made, ...]:
        """Return the literals with *numbers*, without those that are not known."""
        found = (self._literal(number) for number in numbers if isinstance(number, int) and number != WALK)
        return tuple(made for made in found if made is not None)

    def _literal(self, number: int) -> Made | None:
        if number not in self._made:
            index, ordinal = divmod(number, LITERALS_PER_FILE)
            source = self._source(index - 1)
            literals = source.literals
            self._made[number] = Made(source, literals[ordinal]) if ordinal < len(literals) else None
        return self._made[number]

    def _source(self, index: int) -> Source:
        if index not in self._sources:
            read = self.trace.reads[index]
            is_library = read.path.startswith(self.trace.packaged)
            self._sources[index] = Source(read.path, read.digest, is_library=is_library)
        return self._sources[index]

    def excerpt(self, place: Place) -> Excerpt | None:
        """Return the line of *place*, one of these."""
        source = next((source for source in self._sources.values() if source.path == place.file), None)
        return source.excerpt(place) if source is not None and source.text else None

    def root(self, numbers: Iterable[int], walk: Json) -> Node:
        """Return the node of an object that the literals *numbers* made."""
        made = self.made(numbers)
        return Node(origin=Origin(place=_first_place(made)), made=made, walk=walk)

    def chain(self, walk: Json) -> tuple[Made, ...]:
        """Return the literals that made an object, by the *walk* through it."""
        if isinstance(walk, dict):
            numbers = walk.get(FIELD)
            return self.made(numbers if isinstance(numbers, list) else ())
        if isinstance(walk, list):
            return self.made(walk[:1]) if walk and isinstance(walk[0], int) else ()
        return self.made((walk,)) if isinstance(walk, int) and not isinstance(walk, bool) else ()

    def is_as_written(self, walk: Json) -> bool:
        """Return whether an object is one literal and all in it is as its source says, so that equals are alike."""
        if isinstance(walk, int):
            return bool(walk)
        return isinstance(walk, list) and isinstance(walk[0], int) and not any(walk[1:])

    def child(self, node: Node, step: str | int, value: Json) -> Node:
        """Return the node of the member or element *step* of *node*, which is *value*."""
        return self._member(node, step, value) if isinstance(step, str) else self._element(node, step)

    def _member(self, node: Node, name: str, value: Json) -> Node:
        walk = _walk_of_member(node, name)
        entries = [(each, found) for each in node.made if (found := each.field(name)) is not None]
        entries = [entry for entry in entries if not entry[0].source.is_library] or entries
        lost = [(each, found) for each in node.lost if (found := each.field(name)) is not None]
        if not entries:
            return Node(origin=_of_base(node, value), made=self.chain(walk), walk=walk, way=node.way)
        (winner, won), *others = reversed(entries)
        adds_to: list[tuple[Made, Field]] = []
        replaces: list[tuple[Made, Field]] = []
        is_added = won.adds
        for each, found in others:
            (adds_to if is_added else replaces).append((each, found))
            is_added = is_added and found.adds
        replaces += reversed(lost)
        origin = Origin(
            place=winner.place_of(won),
            adds_to=tuple(made.place_of(found) for made, found in adds_to),
            replaces=tuple(made.place_of(found) for made, found in replaces),
            through=node.way_of(winner),
        )
        contributing = [(winner, won), *adds_to]
        written = _objects(reversed(contributing))
        made = self.chain(walk) or written
        known = {id(each.literal) for each in written}
        elsewhere = next(((each, its) for each, its in contributing if its.slot.ref is None), None)
        way = node.way_of(winner)
        away = way if elsewhere is None else _joined(elsewhere[0].place_of(elsewhere[1]), node.way_of(elsewhere[0]))
        return Node(
            origin=origin,
            made=made,
            lost=_objects(replaces),
            walk=walk,
            slot=None if adds_to else won.slot,
            source=winner.source,
            way=away if won.slot.ref is None else way,
            ways={each: way if id(each.literal) in known else away for each in made} if way is not away else {},
        )

    def _element(self, node: Node, index: int) -> Node:
        walk = element_of(node.walk, index)
        made = self.chain(walk)
        items = node.slot.ref.items if node.slot is not None and isinstance(node.slot.ref, Array) else None
        if items is not None and index < len(items) and node.source is not None:
            slot = items[index]
            place = node.source.place(slot.start, slot.end)
            is_written = slot.ref is not None
            if not made and isinstance(slot.ref, Literal):
                made = (Made(node.source, slot.ref),)
            return Node(
                origin=Origin(place=place, mixins=_mixins(made), through=node.way),
                made=made,
                walk=walk,
                slot=slot,
                source=node.source,
                way=node.way if is_written else _joined(place, node.way),
            )
        first = _first_place(made)
        origin = Origin(place=first, mixins=_mixins(made), through=node.way) if first else node.origin
        return Node(origin=origin, made=made, walk=walk, way=node.way)


def _joined(place: Place | None, way: tuple[Place, ...]) -> tuple[Place, ...]:
    return way if place is None else (place, *way)


def _mixins(made: tuple[Made, ...]) -> tuple[Place, ...]:
    """Return where the objects begin that were added to the first one of the user."""
    users = [each for each in made if not each.source.is_library]
    return tuple(each.source.place(each.literal.start, each.literal.start + 1) for each in users[1:])


def _first_place(made: Iterable[Made]) -> Place | None:
    """Return where the object was first written, by the user if that is known."""
    known = sorted(made, key=lambda each: each.source.is_library)
    return known[0].place() if known else None


def _of_base(node: Node, value: Json) -> Origin:
    """Return the origin of a member that no literal has: what the object was joined to gave it, or nobody knows."""
    for made in node.made:
        if not made.source.is_library and made.literal.base >= 0:
            argument = made.argument(value) if isinstance(value, str) else None
            return Origin(place=argument or made.place(), through=node.way)
    return Origin(place=node.origin.place, through=node.origin.through)


def _objects(entries: Iterable[tuple[Made, Field]]) -> tuple[Made, ...]:
    return tuple(Made(made.source, found.slot.ref) for made, found in entries if isinstance(found.slot.ref, Literal))


def _walk_of_member(node: Node, name: str) -> Json:
    walk = node.walk
    if isinstance(walk, dict):
        return walk.get(name)
    if not (isinstance(walk, list) and walk and isinstance(walk[0], int) and node.made):
        return None
    literal, at = node.made[-1].literal, 1
    for each in literal.fields:
        count = len(each.leaves)
        if each.name == name and count:
            found = walk[at : at + count]
            return found[0] if each.adds else _walk_of_slot(each.slot, found, walk[0] - literal.number)
        at += count
    return None


def _walk_of_slot(slot: Slot, leaves: list[Json], first: int) -> Json:
    """Return the walk through the value of *slot*, of what was found at its *leaves*.

    *first* is the number of the first literal of the text.
    """
    if slot.kind == LEAF:
        return 0
    if slot.ref is None or slot.ref.needs_walk:
        return leaves[0]
    if isinstance(slot.ref, Literal):
        return [first + slot.ref.number, *leaves] if leaves else first + slot.ref.number
    items: list[Json] = []
    for item in slot.ref.items or ():
        count = len(item.leaves)
        items.append(_walk_of_slot(item, leaves[:count], first))
        leaves = leaves[count:]
    return [items]


def element_of(walk: Json, key: str | int) -> Json:
    """Return the walk through an element, of that through an array, or a member, of that through an object."""
    if isinstance(walk, dict):
        return walk.get(str(key))
    if isinstance(walk, list) and walk and isinstance(walk[0], list) and isinstance(key, int) and key < len(walk[0]):
        return walk[0][key]
    return None
