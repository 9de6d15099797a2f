"""Where each property of a template was written: a source map of all, the chain of one, and the places of diagnostics.

The stages after the evaluation move resources (several modules, modules in a template, symbolic names) and add a little
(dependencies, the output ``id``, parameters). So a path of the template is first turned into the document it came from
and a path in that; then :mod:`armlib.compiler.origins` follows the path from object to object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from armlib.compiler.calls import call_of, function_around
from armlib.compiler.evaluate import Document
from armlib.compiler.origins import Node, Origin, Origins, Source, element_of
from armlib.compiler.trace import evaluate_traced
from armlib.diagnostics import Diagnostic, Excerpt, Place
from armlib.jsonnet.literals import Field
from armlib.jsonnet.port import EvaluationError, Evaluator
from armlib.jsontypes import Json, JsonObject, JsonPath

Tree: TypeAlias = Any
"""Where a value came from: the number of its origin; for an object ``[origin, {name: Tree}]``, for an array ``[origin,
[Tree]]``, when something inside has an origin of its own."""


_ABOUT_SECRETS = ("secret", "secure", "admin", "password")
# What stands in a source for a default or for something called like a secret; a line may hold it beside something else.
_SECRET = re.compile(
    r"(\bdefaultValue|[A-Za-z]*(?:password|pwd|secret|token|key|connectionstring)[A-Za-z]*)(['\"]?\s*\+?:{1,3}\s*)"
    r"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")",
    re.IGNORECASE,
)


def _masked(found: re.Match[str]) -> str:
    text = found[3]
    return f"{found[1]}{found[2]}{text[0]}{'*' * (len(text) - 2)}{text[0]}"


@dataclass(frozen=True, slots=True)
class _Item:
    """A resource of a document; *inside* is the path to it when it was written inside another."""

    document: Document
    key: str | int
    inside: JsonPath = ()


@dataclass(frozen=True, slots=True)
class Link:
    """One thing in the chain of a value: *what* it did, *place*, and the line there."""

    what: str
    place: Place
    excerpt: Excerpt | None


@dataclass(frozen=True)
class Provenance:
    """Where the properties of *template*, made of traced *documents*, were written.

    One that *is_written* is of a document's own template, in which no module has taken a resource's place.
    """

    documents: tuple[Document, ...]
    template: JsonObject
    is_written: bool = False
    _origins: dict[int, Origins] = field(default_factory=dict)
    _arrays: dict[int, Node] = field(default_factory=dict)

    @cached_property
    def _aliases(self) -> Mapping[str, Document]:
        return {document.entry.alias: document for document in self.documents}

    def origin(self, path: JsonPath) -> tuple[Origin, JsonPath]:
        """Return where the value at *path* came from, and the path as far as it is known.

        Of a path that leads to nothing, and of a value that nothing is known of, it is the origin of the nearest thing
        around it.
        """
        node, known = None, 0
        for steps, each in self._followed(path):
            if each.origin.place is not None:
                node, known = each, steps
        return (Origin(), ()) if node is None else (node.origin, path[:known])

    def chain(self, path: JsonPath) -> tuple[list[Link], JsonPath]:
        """Return what made the value at *path*: what won first, then what that one replaced or was added to."""
        origin, known = self.origin(path)
        parts = (
            ("written", (origin.place,) if origin.place else ()),
            ("mixin", origin.mixins),
            ("adds to", origin.adds_to),
            ("replaces", origin.replaces),
            ("through", origin.through),
        )
        links = [Link(what, place, self._excerpt(place)) for what, places in parts for place in places]
        return links, known

    def places(self, path: JsonPath) -> tuple[Place, ...]:
        """Return where the value at *path* was written, and each thing around it: also where those were put."""
        origins = [node.origin for _, node in self._followed(path)]
        found = [place for each in origins for place in (each.place, *each.mixins, *each.through)]
        written = self._written(path)
        if written is not None:
            source, start, end = written
            found += (source.place(start, end), self._to_mend(path, origins[-1].place if origins else None))
        return tuple(dict.fromkeys(place for place in found if place is not None))

    def written_as(self, path: JsonPath) -> tuple[str, str, Field | None, tuple[int, int]] | None:
        """Return how the value at *path* is written, when that is known for certain and it is no sum.

        That is the file, its text, the field (None for an element) and the span of the expression.
        """
        found = [node for steps, node in self._followed(path) if steps == len(path)]
        if not found or found[-1].slot is None or found[-1].source is None:
            return None
        slot, source = found[-1].slot, found[-1].source
        if source.is_library or source.is_generated or not source.text:
            return None
        fields = (each for literal in source.literals for each in literal.fields)
        field = next((each for each in fields if each.slot is slot), None)
        return source.path, source.text, field, (slot.start, slot.end)

    def located(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return *diagnostics* with the places of their paths, where they have none, or a whole file for one."""
        return tuple(map(self._located, diagnostics))

    def _located(self, diagnostic: Diagnostic) -> Diagnostic:
        if not diagnostic.path or (diagnostic.place is not None and diagnostic.place.line):
            return diagnostic
        place = self._to_mend(diagnostic.path, self.origin(diagnostic.path)[0].place)
        if place is None:
            return diagnostic
        if any(word in diagnostic.code for word in _ABOUT_SECRETS):
            return replace(diagnostic, place=place)  # the line would show what must not be shown
        return replace(diagnostic, place=place, excerpt=_in_line(diagnostic.excerpt, self._excerpt(place)))

    def _to_mend(self, path: JsonPath, place: Place | None) -> Place | None:
        """Return *place*, of the value at *path*; when it is in a generated library, where that was called."""
        written = self._written(path)
        source = None if place is None else self._source(place)
        if place is None or written is None or source is None or not source.is_generated:
            return place
        user, start, end = written
        names = [step for step in path if isinstance(step, str)]
        function = function_around(source, place)
        if function is None:
            return user.place(start, end)
        others = self.origins_of(self.items[self._number(path) or 0].document).of_the_user()
        value = _at(self.template, path)
        called = call_of([(user, start, end)], others, function, names[-2] if len(names) > 1 else "", value)
        return called or user.place(start, end)

    def _written(self, path: JsonPath) -> tuple[Source, int, int] | None:
        """Return the source that the resource of *path* was written in, not in a generated library, and the part."""
        number = self._number(path)
        trace = None if number is None else self.items[number].document.trace
        if number is None or trace is None:
            return None
        item = self.items[number]
        node, origins = self.resource(item)
        if node.slot is not None and node.source is not None:
            return node.source, node.slot.start, node.slot.end
        is_found = isinstance(item.key, int) and len(trace.fields) == len(_resources(item.document))
        name = trace.fields[int(item.key)] if is_found else "resources"
        for made in reversed(origins.root(trace.module, None).made):
            field = made.field(name)
            if field is not None and not made.source.is_library:
                return made.source, field.start, field.slot.end
        return None

    def _source(self, place: Place) -> Source | None:
        found = (origins.source(place.file) for origins in self._origins.values())
        return next((source for source in found if source is not None), None)

    def _excerpt(self, place: Place) -> Excerpt | None:
        found = (origins.excerpt(place) for origins in self._origins.values())
        excerpt = next((excerpt for excerpt in found if excerpt is not None), None)
        return excerpt and replace(excerpt, text=_SECRET.sub(_masked, excerpt.text))

    def source_map(self) -> SourceMap:
        """Return where everything in the template came from."""
        return _Writer(self).written()

    # From the template to the documents

    def origins_of(self, document: Document) -> Origins:
        assert document.trace is not None
        if id(document) not in self._origins:
            self._origins[id(document)] = Origins(document.trace)
        return self._origins[id(document)]

    def _followed(self, path: JsonPath) -> Iterator[tuple[int, Node]]:
        """Yield the nodes on the way along *path*, with the number of steps to each."""
        start = self.start(path)
        if start is None:
            return
        steps, node, value, origins = start
        yield steps, node
        for number, step in enumerate(path[steps:], start=steps + 1):
            around, value = value, _inner(value, step)
            written = _written_step(node, step, around) if path[number - 2] == "resources" else step
            node = origins.child(node, written, value)
            yield number, node

    def start(self, path: JsonPath) -> tuple[int, Node, Json, Origins] | None:
        """Return where to begin with *path*: how many steps are done, the node and the value there, its origins."""
        if path[:1] == ("linkedTemplates",) and len(path) > 1:
            return self._start_in_linked(str(path[1]))
        if path[:1] == ("resources",) and len(path) > 1:
            return self._start_at_resource(path[1])
        if path[:1] == ("outputs",) and len(path) > 1:
            return self._start_at_output(path)
        for document in self.documents:
            if document.trace is None:
                continue
            origins = self.origins_of(document)
            if path[:1] in (("parameters",), ("parameterMetadata",)) and len(path) > 1:
                metadata = origins.root(document.trace.metadata, None)
                if any(made.field(str(path[1])) for made in metadata.made):
                    return 1, metadata, _inner(self.template, "parameters"), origins
            root = origins.root(document.trace.module, document.trace.template)
            if len(path) < 2 or _has(document.template, path[:2]):
                return 0, root, self.template, origins
        return None

    def _start_at_resource(self, key: str | int) -> tuple[int, Node, Json, Origins] | None:
        number = self._number(("resources", key))
        if number is None or self.items[number].document.trace is None:
            return None
        node, origins = self.resource(self.items[number])
        return 2, node, _inner(self.template.get("resources"), key), origins

    def _number(self, path: JsonPath) -> int | None:
        """Return which of the items the resource of *path* is."""
        if path[:1] != ("resources",) or len(path) < 2:
            return None
        resources, key = self.template.get("resources"), path[1]
        if isinstance(resources, dict):
            number = next((number for number, symbol in enumerate(resources) if symbol == key), -1)
        else:
            number = key if isinstance(key, int) else -1
        return number if 0 <= number < len(self.items) else None

    def resource(self, item: _Item) -> tuple[Node, Origins]:
        """Return the node of a resource."""
        node, origins = self.resources_of(item.document)
        for step in (item.key, *item.inside):
            node = origins.child(node, step, None)
        return node, origins

    def resources_of(self, document: Document) -> tuple[Node, Origins]:
        """Return the node of all resources of a document."""
        origins = self.origins_of(document)
        if id(document) not in self._arrays:
            assert document.trace is not None
            root = origins.root(document.trace.module, document.trace.template)
            self._arrays[id(document)] = origins.child(root, "resources", None)
        return self._arrays[id(document)], origins

    def _start_at_output(self, path: JsonPath) -> tuple[int, Node, Json, Origins] | None:
        name, value = str(path[1]), _inner(_inner(self.template, "outputs"), path[1])
        if len(self.documents) > 1 and name in self._aliases:
            return self._start_at_group(self._aliases[name], path, value)
        for document in self.documents:
            if document.trace is None:
                continue
            origins = self.origins_of(document)
            root = origins.root(document.trace.module, document.trace.template)
            if _has(document.template, ("outputs", name)):
                return 1, origins.child(root, "outputs", None), _inner(self.template, "outputs"), origins
            if name == "id" and document.anchor is not None:
                return 2, origins.child(root, "id", document.anchor), value, origins
        return None

    def _start_at_group(
        self, document: Document, path: JsonPath, value: Json
    ) -> tuple[int, Node, Json, Origins] | None:
        """Return the start for an output that holds those of a module: ``outputs.ALIAS.value.NAME``."""
        if document.trace is None:
            return None
        origins = self.origins_of(document)
        node = origins.root(document.trace.module, document.trace.template)
        if len(path) < 4:
            return 2, origins.child(node, "outputs", None), value, origins
        name = str(path[3])
        if not _has(document.template, ("outputs", name)):
            return 4, origins.child(node, "id", document.anchor), None, origins
        for step in ("outputs", name, "value"):
            node = origins.child(node, step, None)
        return 4, node, _inner(_inner(value, "value"), name), origins

    def _start_in_linked(self, uri: str) -> tuple[int, Node, Json, Origins] | None:
        for document in self.documents:
            for number, linked in enumerate(document.linked if document.trace is not None else ()):
                if linked.uri == uri:
                    assert document.trace is not None
                    origins = self.origins_of(document)
                    return 2, origins.root((), document.trace.linked[number]), dict(linked.template), origins
        return None

    @cached_property
    def items(self) -> tuple[_Item, ...]:
        """What the resources of the template were in their documents, in order."""
        if self.is_written:
            own = self.documents[0]
            return tuple(_Item(own, key) for key, _ in members(own.template.get("resources")))
        is_symbolic = isinstance(self.template.get("resources"), dict)
        return tuple(item for document in self.documents for item in _items_of(document, is_flat=is_symbolic))


def located(
    documents: tuple[Document, ...], template: JsonObject, written: Iterable[Diagnostic], found: Iterable[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Return what was found with places.

    The resources of *written* are those of the module that is the file of their place, others those of *template*.
    """
    whole = Provenance(documents, template)
    own = {str(each.entry.path): Provenance((each,), each.template, is_written=True) for each in documents}

    def of_written(each: Diagnostic) -> tuple[Diagnostic, ...]:
        is_of_module = each.path[:1] == ("resources",) and each.place is not None and each.place.file in own
        return (own[each.place.file] if is_of_module and each.place else whole).located([each])

    return (*(one for each in written for one in of_written(each)), *whole.located(found))


def _written_step(node: Node, step: str | int, around: Json) -> str | int:
    """Return where *step* into *around* leads in *node*: resources with symbolic names may be written in an array."""
    if isinstance(step, str) and isinstance(around, dict) and node.length == len(around):
        return list(around).index(step)
    return step


def _in_line(told: Excerpt | None, line: Excerpt | None) -> Excerpt | None:
    """Return where what was *told*, a part of an expression, stands in its source *line*.

    An expression that is not written there as it is says more by itself.
    """
    if told is None or line is None:
        return told or line
    start = line.text.find(told.text, line.column - 1)
    return told if start < 0 else Excerpt(text=line.text, column=start + told.column, length=told.length)


def traced(
    documents: Iterable[Document], evaluator: Evaluator, time_limit: float | None = None
) -> tuple[Document, ...]:
    """Return *documents* with their traces; those that were not traced are evaluated again.

    Where that fails, or comes to something else, nothing is known. *time_limit* (seconds) is for each document.

    Raises:
        StoppedError: A limit was reached, or the user interrupted.
    """
    return tuple(_traced(document, evaluator, time_limit) for document in documents)


def _traced(document: Document, evaluator: Evaluator, time_limit: float | None) -> Document:
    children = {key: _traced(child, evaluator, time_limit) for key, child in document.children.items()}
    document = replace(document, children=children) if children else document
    if document.tracing is None or document.trace is not None:
        return document
    try:
        answer, trace = evaluate_traced(replace(document.tracing, time_limit=time_limit), evaluator)
    except EvaluationError:
        return document
    is_same = answer.get("template", {}).get("resources") == document.template.get("resources")  # type: ignore[union-attr]
    return replace(document, trace=trace) if is_same else document


def _items_of(document: Document, *, is_flat: bool) -> Iterator[_Item]:
    for key, resource in members(document.template.get("resources")):
        if resource is None and not document.is_arm:
            continue  # what a condition leaves
        child = document.children.get(key)
        if child is not None:
            yield from _items_of(child, is_flat=is_flat)
        else:
            yield _Item(document, key)
            if is_flat and isinstance(document.template.get("resources"), list):
                yield from (_Item(document, key, inside) for inside in _nested(resource))


def _nested(resource: Json, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Yield the paths of the resources that are written inside *resource*, as symbolic names are given to them."""
    children = resource.get("resources") if isinstance(resource, dict) else None
    for number, child in enumerate(children if isinstance(children, list) else ()):
        if isinstance(child, dict):
            yield (*path, "resources", number)
            yield from _nested(child, (*path, "resources", number))


def members(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _inner(value: Json, step: str | int) -> Json:
    if isinstance(value, dict):
        return value.get(str(step))
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


def _at(value: Json, path: JsonPath) -> Json:
    for step in path:
        value = _inner(value, step)
    return value


def _resources(document: Document) -> Sequence[Json]:
    resources = document.template.get("resources")
    return resources if isinstance(resources, list) else ()


def _has(template: Mapping[str, Json], path: Sequence[str | int]) -> bool:
    section = template.get(str(path[0]))
    if isinstance(section, list):
        return isinstance(path[1], int) and path[1] < len(section)
    return isinstance(section, dict) and path[1] in section


# The source map


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMap:
    """Where everything in a template came from: places, origins by number, and the tree of the template."""

    places: tuple[Place, ...]
    origins: tuple[JsonObject, ...]
    template: Tree

    def as_json(self, name_of: Callable[[str], str]) -> JsonObject:
        """Return the map as docs/reference/source-map.md describes it; *name_of* gives what a file is called."""
        files = list(dict.fromkeys(place.file for place in self.places))
        numbers = {file: number for number, file in enumerate(files)}
        return {
            "version": 1,
            "files": [name_of(file) for file in files],
            "places": [
                [numbers[place.file], place.line, place.column, place.end_line, place.end_column]
                for place in self.places
            ],
            "origins": list(self.origins),
            "template": self.template,
        }


@dataclass(frozen=True, slots=True)
class _Alike:
    """What resources of one literal have in common: the origin, the trees of its fields, and those of other members.

    *others* are by the text that a member is, None for one that is no text.
    """

    number: int
    node: Node
    members: Mapping[str, Tree]
    others: dict[str | None, Tree]


class _Writer:
    """Writes a source map; equal places, equal origins and the trees of equal resources are made once."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self._places: dict[Place, int] = {}
        self._numbers: dict[Origin, int] = {}
        self._alike: dict[tuple[int, int], _Alike] = {}

    def written(self) -> SourceMap:
        sections: JsonObject = {}
        for name, value in self._provenance.template.items():
            if name == "resources":
                sections[name] = self._resources(value)
            elif isinstance(value, dict):
                members: JsonObject = {inner: self._section(name, inner) for inner in value}
                sections[name] = [self._of_path((name,)), members]
            else:
                sections[name] = self._section(name)
        tree = [self._of_path(()), sections]
        origins = tuple(map(self._as_json, self._numbers))
        return SourceMap(places=tuple(self._places), origins=origins, template=tree)

    def _resources(self, value: Json) -> Tree:
        trees = [
            self._resource(item, body) for item, (_, body) in zip(self._provenance.items, members(value), strict=False)
        ]
        number = self._of_path(("resources",))
        return [number, dict(zip(value, trees, strict=False)) if isinstance(value, dict) else trees]

    def _resource(self, item: _Item, body: Json) -> Tree:
        if item.document.trace is None:
            return self._number(Origin())
        array, origins = self._provenance.resources_of(item.document)
        walk = element_of(array.walk, item.key)
        if item.inside or array.slot is not None or not isinstance(body, dict) or not origins.is_as_written(walk):
            return self._tree(self._provenance.resource(item)[0], origins, body)
        number = walk[0] if isinstance(walk, list) else walk
        assert isinstance(number, int)
        alike = self._alike.get((id(origins), number))
        if alike is None:
            node = origins.child(array, item.key, body)
            own = {name: value for name, value in body.items() if any(made.field(name) for made in node.made)}
            trees = {name: self._tree(origins.child(node, name, each), origins, each) for name, each in own.items()}
            alike = _Alike(self._number(node.origin), node, trees, {})
            self._alike[id(origins), number] = alike
        return [alike.number, self._members_alike(alike, origins, body)]

    def _members_alike(self, alike: _Alike, origins: Origins, body: JsonObject) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        for name, value in body.items():
            tree = alike.members.get(name)
            if tree is None:
                text = value if isinstance(value, str) else None
                tree = alike.others.get(text)
                if tree is None:
                    tree = alike.others[text] = self._number(origins.child(alike.node, name, value).origin)
            found[name] = tree
        return found

    def _section(self, *path: str | int) -> Tree:
        start = self._provenance.start(path)
        if start is None:
            return self._number(Origin())
        steps, node, value, origins = start
        for step in path[steps:]:
            value = _inner(value, step)
            node = origins.child(node, step, value)
        return self._tree(node, origins, value)

    def _of_path(self, path: JsonPath) -> int:
        return self._number(self._provenance.origin(path)[0])

    def _tree(self, node: Node, origins: Origins, value: Json, name: str | int = "") -> Tree:
        """Return the tree of *value*, which is called *name* in what is around it."""
        number = self._number(node.origin)
        if not isinstance(value, dict | list) or not value or node.tells_nothing:
            return number
        if isinstance(value, list):
            items = enumerate(value)
            return [number, [self._tree(origins.child(node, index, item), origins, item) for index, item in items]]
        members = {}
        for each, item in value.items():
            step = _written_step(node, each, value) if name == "resources" else each
            members[each] = self._tree(origins.child(node, step, item), origins, item, each)
        return [number, members]

    def _as_json(self, origin: Origin) -> JsonObject:
        told: JsonObject = {"at": None if origin.place is None else self._place(origin.place)}
        for name, places in (
            ("addsTo", origin.adds_to),
            ("replaces", origin.replaces),
            ("mixins", origin.mixins),
            ("through", origin.through),
        ):
            if places:
                told[name] = [self._place(place) for place in places]
        return told

    def _number(self, origin: Origin) -> int:
        return self._numbers.setdefault(origin, len(self._numbers))

    def _place(self, place: Place) -> int:
        return self._places.setdefault(place, len(self._places))
