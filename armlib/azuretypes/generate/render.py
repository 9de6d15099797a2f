"""The text of every generated file.

Each resource type has a file, and so has each object of the definitions that it comes to: objects are shared by types
of a version, and may hold themselves. The file of an object is a function of ``at``, which says where in a resource the
object is: it makes of a piece of the object a piece of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, NamedTuple

from armlib.azuretypes.generate.arguments import RESERVED, Constructor, of_object, of_resource
from armlib.azuretypes.generate.jsonnet import (
    MARK,
    WIDTH,
    Names,
    function,
    literal_object,
    member,
    parameter,
    pascal,
    string,
)
from armlib.azuretypes.generate.jsonnet import field as field_name
from armlib.azuretypes.generate.plan import Namespace, Node, file_name, namespaces, newest, version_key
from armlib.azuretypes.generate.prose import Argument, Documentation, describe, type_text
from armlib.azuretypes.model import (
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    ObjectType,
    Property,
    Reference,
    ResourceType,
    Scopes,
    Type,
    VariantType,
)
from armlib.azuretypes.names import split_type
from armlib.azuretypes.store import Store

OBJECTS: Final = "_objects"  # no segment of a type begins with an underscore
_HEAD: Final = f"// {MARK}\n"
_SCOPE: Final = Argument("scope", "scope", "where it is, when it is elsewhere: see arm.scope", "null")

At = Callable[[str], str]  # the text of a piece of an object -> that of a piece of the whole


def render(store: Store, types: Sequence[ResourceType]) -> dict[str, str]:
    """Return the files of a library by path, with slashes: the same for the same types, in any order."""
    trees = namespaces(types)
    made = {
        "base.libsonnet": files("armlib.azuretypes.generate").joinpath("base.libsonnet").read_text(encoding="utf-8"),
        "main.libsonnet": _imports([(each.key, f"{each.key}/main.libsonnet") for each in trees]),
    }
    for namespace in trees:
        for version, tree in namespace.versions.items():
            folder = f"{namespace.key}/{file_name(version)}"
            rendered = _Version(store, namespace, version).files(tree)
            made.update((f"{folder}/{path}", text) for path, text in rendered.items())
        made[f"{namespace.key}/main.libsonnet"] = _namespace_main(namespace)
    return made


# what only imports


def _imports(entries: Sequence[tuple[str, str]], further: Sequence[str] = ()) -> str:
    lines = [f"  {field_name(name)}:: import {string(path)},\n" for name, path in entries]
    return f"{_HEAD}{{\n  '$arm':: 'types',\n\n{''.join([*lines, *further])}}}\n"


def _namespace_main(namespace: Namespace) -> str:
    """Return the versions of a namespace, and each of its types in its newest version."""
    versions = [(version_key(version), f"{file_name(version)}/main.libsonnet") for version in namespace.versions]
    shortcuts = _Shortcuts(namespace)
    lines = [f"  {text},\n" for text in shortcuts.fields((), None, "  ")]
    return _imports(versions, ["\n", *lines])


class _Shortcuts:
    """Finds, for a path of segments, the newest version that has it; what is below it may be in another version."""

    def __init__(self, namespace: Namespace) -> None:
        self._nodes: dict[tuple[str, ...], dict[str, Node]] = {}
        for version, tree in namespace.versions.items():
            for node in tree.below():
                path = tuple(segment.casefold() for segment in node.path)
                self._nodes.setdefault(path, {})[version] = node
        self._below: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for path in sorted(self._nodes):
            if path:
                self._below.setdefault(path[:-1], []).append(path)

    def fields(self, path: tuple[str, ...], version: str | None, indent: str) -> Iterator[str]:
        """Yield the fields below *path* that are not there already in *version* as they are to be."""
        for below in self._below.get(path, ()):
            if not self._is_covered(below, version):
                yield self._field(below, indent)

    def _field(self, path: tuple[str, ...], indent: str) -> str:
        version = self._version(path)
        names = [self._nodes[path[: depth + 1]][version].member for depth in range(len(path))]
        place = "".join(map(member, names))
        text = f"{field_name(names[-1])}:: $.{version_key(version)}{place}"
        further = list(self.fields(path, version, indent + "  "))
        if not further:
            return text
        return text + " {\n" + "".join(f"{indent}  {each},\n" for each in further) + indent + "}"

    def _is_covered(self, path: tuple[str, ...], version: str | None) -> bool:
        if version is None or self._version(path) != version:
            return False
        return all(self._is_covered(below, version) for below in self._below.get(path, ()))

    def _version(self, path: tuple[str, ...]) -> str:
        nodes = self._nodes[path]
        defined = [version for version, node in nodes.items() if node.type is not None]
        found = newest(defined or list(nodes))
        assert found is not None
        return found


# one version of a namespace


class _Key(NamedTuple):
    """An object that has a file: a node of the store, or what one of its variants is as a whole."""

    node: int
    variant: str | None = None
    is_body: bool = False


@dataclass(slots=True)
class _Objects:
    """The objects that have files, with the names of these, in the order in which they were come to."""

    queue: list[tuple[_Key, str]] = field(default_factory=list)
    _found: dict[_Key, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def file(self, key: _Key, name: str) -> str:
        """Return the name of the file of an object; names differ by more than case, as some systems want it."""
        if key not in self._found:
            wanted = free = file_name(name.rpartition("/")[2])
            count = 1
            while free.casefold() in self._taken:
                count += 1
                free = f"{wanted}_{count}"
            self._taken.add(free.casefold())
            self._found[key] = free
            self.queue.append((key, free))
        return self._found[key]


class _Version:
    """Renders the types of a namespace in one version."""

    def __init__(self, store: Store, namespace: Namespace, version: str) -> None:
        self._store = store
        self._namespace = namespace
        self._version = version
        self._objects = _Objects()

    def files(self, tree: Node) -> dict[str, str]:
        """Return the files of the version by path."""
        made: dict[str, str] = {}
        names = Names()
        for node in tree.children.values():
            node.member = names.free(node.segment)
            for each in node.below():
                made.update(self._type_files(each))
        for key, name in self._objects.queue:  # it grows: an object leads to others
            made.update(self._object_files(key, name))
        entries = [(node.member, f"{node.file}.libsonnet") for node in tree.children.values()]
        return {"main.libsonnet": _imports(entries), **made}

    # a resource type

    def _type_files(self, node: Node) -> dict[str, str]:
        up = "../" * (len(node.path) - 1)
        if node.type is None:
            names = Names()
            return {f"{node.file}.libsonnet": _imports(self._children(node, names))}
        body = self._store.resolve(node.type.body)
        name = file_name(node.segment)
        docs = Documentation(f"{node.type.name}, API version {self._version}.", f"{node.type.name}, {self._version}")
        members = _Members(self._store, self._objects, docs, f"{up}{OBJECTS}/")
        names = Names(("new", "existing", "resourceId"))
        groups = self._handles(node.type, body, docs)
        if isinstance(body, ObjectType) and node.type.writable:
            groups.insert(0, self._new(node.type, body, docs))
        if node.type.writable:
            groups += members.of(body, names, _at_root, without=("name",))
            groups += self._body_variants(node.type, body, docs, names, f"{up}{OBJECTS}/")
        children = self._children(node, names)
        groups.append([f"  {field_name(child)}:: import {string(path)}," for child, path in children])
        text = (
            f"{_HEAD}local base = import {string(f'../../{up}base.libsonnet')};\n"
            f"local doc = base.docs(importstr {string(f'{name}.json')});\n\n"
            f"{{\n  '$arm':: 'types',\n  '#':: doc.about,\n\n{_joined(groups)}}}\n"
        )
        return {f"{node.file}.libsonnet": text, f"{node.file}.json": docs.as_json()}

    def _children(self, node: Node, names: Names) -> list[tuple[str, str]]:
        for child in node.children.values():
            child.member = names.free(child.segment)
        folder = file_name(node.segment)
        return [(child.member, f"{folder}/{file_name(child.segment)}.libsonnet") for child in node.children.values()]

    def _new(
        self,
        type_: ResourceType,
        body: ObjectType,
        docs: Documentation,
        variant: str | None = None,
        discriminator: str | None = None,
    ) -> list[str]:
        """Return ``new`` of a type, or of one of its variants: its name is fixed when that is what they differ by."""
        fixed = variant is not None and discriminator == "name"
        before, call = _call("base.resource", "base.child", type_, string(variant) if fixed and variant else "name")
        after = []
        if not before and type_.writable & Scopes.EXTENSION:
            call, after = f"{call[:-1]}, scope)", [_EXTENDED]
        constructor = of_resource(self._store, type_, body, before if fixed else [*before, self._name(body)], after)
        key = "new" if variant is None else f"{variant}.new"
        docs.functions[key] = ("A new resource.", constructor.arguments, f"a resource of type {type_.name}")
        return _constructor_lines(constructor, key, call, "  " if variant is None else "    ")

    def _name(self, body: Type) -> Argument:
        """Return the argument for the name; it has a default when there is one name only."""
        found = body.properties.get("name") if isinstance(body, ObjectType) else None
        if found is None:
            return _NAME
        shape = self._store.resolve(found.type)
        single = isinstance(shape, EnumType) and len(shape.values) == 1
        default = string(shape.values[0]) if single and isinstance(shape, EnumType) else None
        return Argument("name", type_text(self._store, found.type), describe(self._store, found), default)

    def _handles(self, type_: ResourceType, body: Type, docs: Documentation) -> list[list[str]]:
        """Return what there is for a resource that is there already: its handle and its id."""
        namespace, segments = split_type(type_.name)
        name = self._name(body)
        before, call = _call("base.existing", "base.existingChild", type_)
        if len(segments) == 1:
            arguments, call = [name, _SCOPE], f"{call[:-1]}, scope)"
        else:
            arguments = [*before, name]
        docs.functions["existing"] = ("A handle for a resource that is there already.", arguments, "nothing to deploy")
        names = Names((*RESERVED, "name", "scope"), identifiers=True)
        outer = [names.free(f"{parameter(segment)}Name") for segment in segments[:-1]]
        above = [Argument(each, "string", "name of the resource that it is below") for each in outer]
        docs.functions["resourceId"] = ("The id of a resource of this type.", [*above, name, _SCOPE], "an expression")
        head = f"{string(f'{namespace}/{segments[0]}')}, {string(type_.version)}"
        further, given = ", ".join(map(string, segments[1:])), ", ".join([*outer, "name"])
        return [
            _function_lines("existing", arguments, call),
            _function_lines(
                "resourceId", [*above, name, _SCOPE], f"base.resourceId({head}, [{further}], [{given}], scope)"
            ),
        ]

    def _body_variants(
        self, type_: ResourceType, body: Type, docs: Documentation, names: Names, objects: str
    ) -> list[list[str]]:
        """Return the variants of a body, each with what it can have and a ``new`` of its own."""
        if not isinstance(body, VariantType) or not isinstance(type_.body, Reference):
            return []
        groups = []
        for variant in sorted(body.variants):
            whole = body.whole(variant, self._store.resolve)
            file = self._objects.file(_Key(type_.body.node, variant, is_body=True), _variant_name(whole, variant))
            at = "base.item" if body.discriminator == "name" else _tagged(body.discriminator, variant, "piece")
            inner = self._new(type_, whole, docs, variant, body.discriminator)
            head = f"  {field_name(names.free(variant))}:: (import {string(f'{objects}{file}.libsonnet')})({at}) {{"
            groups.append([head, *inner, "  },"])
        return groups

    # an object

    def _object_files(self, key: _Key, name: str) -> dict[str, str]:
        shape = self._store.resolve(Reference(key.node))
        left_out: tuple[str, ...] = ("name",) if key.is_body else ()
        if isinstance(shape, VariantType) and key.variant is not None:
            left_out = (*left_out, shape.discriminator)
            shape = shape.whole(key.variant, self._store.resolve)
        about = shape.name if isinstance(shape, (ObjectType, VariantType)) else name
        docs = Documentation(f"{about}.", f"{self._namespace.name}, {self._version}")
        members = _Members(self._store, self._objects, docs, "")
        groups: list[list[str]] = []
        if isinstance(shape, ObjectType) and not key.is_body:
            constructor = of_object(self._store, shape)
            docs.functions["new"] = ("A new object.", constructor.arguments, "the object itself, not a piece")
            groups.append(_constructor_lines(constructor, "new", ""))
        names = Names(("new",))
        groups += members.of(shape, names, _at_function, without=left_out)
        if isinstance(shape, VariantType):
            groups += self._variants(key, shape, names)
        text = (
            f"{_HEAD}local base = import '../../../base.libsonnet';\n"
            f"local doc = base.docs(importstr {string(f'{name}.json')});\n\n"
            f"function(at) {{\n  '#':: doc.about,\n\n{_joined(groups)}}}\n"
        )
        return {f"{OBJECTS}/{name}.libsonnet": text, f"{OBJECTS}/{name}.json": docs.as_json()}

    def _variants(self, key: _Key, shape: VariantType, names: Names) -> list[list[str]]:
        groups = []
        for variant in sorted(shape.variants):
            whole = shape.whole(variant, self._store.resolve)
            file = self._objects.file(_Key(key.node, variant), _variant_name(whole, variant))
            at = _tagged(shape.discriminator, variant, "at")
            head = f"  {field_name(names.free(variant))}:: (import {string(f'{file}.libsonnet')})({at}),"
            groups.append([head])
        return [[line for group in groups for line in group]]


_NAME: Final = Argument("name", "string", "name of the resource")
_EXTENDED: Final = Argument("scope", "scope", "what it extends: a resource, or another of arm.scope", "null")


def _variant_name(whole: ObjectType, variant: str) -> str:
    """Return what a variant is called: those of a body have the name of the type."""
    _, slash, last = whole.name.rpartition("/")
    return f"{last}_{variant}" if slash else whole.name


def _call(root: str, child: str, type_: ResourceType, name: str = "name") -> tuple[list[Argument], str]:
    """Return the call of a function of the base and what it takes before the name.

    It is *root* for a type of one segment, and *child* for others.
    """
    namespace, segments = split_type(type_.name)
    version = string(type_.version)
    if len(segments) == 1:
        return [], f"{root}({string(type_.name)}, {version}, {name})"
    above = "/".join((namespace, *segments[:-1]))
    parent = Argument("parent", "resource or string", f"a {above}, or the name of one that is there already")
    return [parent], f"{child}({string(above)}, {string(segments[-1])}, {version}, parent, {name})"


def _function_lines(name: str, arguments: Sequence[Argument], value: str) -> list[str]:
    head = function(name, [each.as_parameter() for each in arguments])
    return [f"  {field_name(f'#{name}')}:: doc.of({string(name)}),", head, f"    {value},"]


def _at_root(piece: str) -> str:
    return piece


def _at_function(piece: str) -> str:
    return f"at({piece})"


def _tagged(discriminator: str, variant: str, at: str) -> str:
    tag = f"{{ {field_name(discriminator)}: {string(variant)} }}"
    return f"function(piece) {tag} + piece" if at == "piece" else f"function(piece) {at}({tag} + piece)"


def _constructor_lines(constructor: Constructor, key: str, made: str, indent: str = "  ") -> list[str]:
    """Return ``new``, whose value is the call *made* and the fields, or the fields alone."""
    documentation = f"{indent}'#new':: doc.of({string(key)}),"
    head = function("new", constructor.parameters, indent)
    if not made:
        return [documentation, f"{head} {literal_object(constructor.fields, indent)},"]
    fields = literal_object(constructor.fields, indent + "  ") if constructor.fields else ""
    return [documentation, head, f"{indent}  {f'{made} {fields}'.rstrip()},"]


def _joined(groups: Sequence[Sequence[str]]) -> str:
    return "\n".join("".join(f"{line}\n" for line in group) for group in groups if group)


# properties


class _Members:
    """Renders what an object has for its properties, and documents it."""

    def __init__(self, store: Store, objects: _Objects, docs: Documentation, folder: str) -> None:
        self._store = store
        self._objects = objects
        self._docs = docs
        self._folder = folder  # of objects, as an import spells it

    def of(self, shape: Type, names: Names, at: At, without: Sequence[str]) -> list[list[str]]:
        """Return the lines for each property that can be written, in the order of their names.

        Names are given first to what replaces, then to what adds, then to what is below.
        """
        plain = shape.base if isinstance(shape, VariantType) else shape
        if not isinstance(plain, ObjectType):
            return []
        found = [plain.properties[name] for name in sorted(plain.properties)]
        found = [each for each in found if not each.read_only and each.name not in without]
        setters = {each.name: names.free(f"with{pascal(each.name)}") for each in found}
        mixins = {each.name: names.free(f"{setters[each.name]}Mixin") for each in found if self._can_add(each.type)}
        below = {each.name: names.free(each.name) for each in found if self._has_below(each.type)}
        return [self._lines(each, setters, mixins, below, at) for each in found]

    def _lines(
        self,
        found: Property,
        setters: Mapping[str, str],
        mixins: Mapping[str, str],
        below: Mapping[str, str],
        at: At,
    ) -> list[str]:
        name, key = found.name, field_name(found.name)
        shape = self._store.resolve(found.type)
        is_list = isinstance(shape, ArrayType)
        default = _default(shape)
        value = "base.list(value)" if is_list else "value"
        self._docs.properties[name] = Argument(
            name, type_text(self._store, found.type), describe(self._store, found), default
        )
        lines = [
            f"  {field_name(f'#{setters[name]}')}:: doc.set({string(name)}),",
            f"{function(setters[name], ['value' if default is None else f'value={default}'])}"
            f" {at(f'{{ {key}: {value} }}')},",
        ]
        if name in mixins:
            value = "base.items(value)" if is_list else "value"
            lines += [
                f"  {field_name(f'#{mixins[name]}')}:: doc.add({string(name)}),",
                f"{function(mixins[name], ['value'])} {at(f'{{ {key}+: {value} }}')},",
            ]
        if name in below:
            lines += self._below(found, below[name], at)
        return lines

    def _below(self, found: Property, name: str, at: At) -> list[str]:
        innermost, is_item = self._innermost(found.type)
        shape = self._store.resolve(innermost)
        head = f"  {field_name(name)}::"
        lines = [f"  {field_name(f'#{name}')}:: doc.below({string(found.name)}),"]
        if isinstance(shape, EnumType):
            return [*lines, f"{head} {_values(shape)},"]
        assert isinstance(innermost, Reference)
        assert isinstance(shape, (ObjectType, VariantType))
        file = self._objects.file(_Key(innermost.node), shape.name)
        place = "base.item" if is_item else f"function(piece) {at(f'{{ {field_name(found.name)}+: piece }}')}"
        return [*lines, f"{head} (import {string(f'{self._folder}{file}.libsonnet')})({place}),"]

    def _innermost(self, type_: Type) -> tuple[Type, bool]:
        """Return what lists and maps hold at last, and whether there were any."""
        is_item = False
        seen: set[int] = set()
        while True:
            shape = self._store.resolve(type_)
            if isinstance(shape, ArrayType):
                type_, is_item = shape.item, True
            elif isinstance(shape, ObjectType) and not shape.properties and shape.further is not None:
                if isinstance(type_, Reference):
                    if type_.node in seen:  # a map of itself has nothing at last
                        return AnyType(), True
                    seen.add(type_.node)
                type_, is_item = shape.further, True
            else:
                return type_, is_item

    def _can_add(self, type_: Type) -> bool:
        return isinstance(self._store.resolve(type_), (ArrayType, ObjectType, VariantType, AnyType))

    def _has_below(self, type_: Type) -> bool:
        innermost, _ = self._innermost(type_)
        shape = self._store.resolve(innermost)
        if isinstance(shape, EnumType):
            return bool(shape.values)
        return isinstance(innermost, Reference) and isinstance(shape, (ObjectType, VariantType))


def _default(shape: Type) -> str | None:
    if isinstance(shape, BooleanType):
        return "true"
    if isinstance(shape, EnumType) and len(shape.values) == 1:
        return string(shape.values[0])
    return None


def _values(shape: EnumType) -> str:
    fields = [f"{field_name(value)}: {string(value)}" for value in dict.fromkeys(shape.values)]
    line = f"{{ {', '.join(fields)} }}"
    if len(line) <= WIDTH - 30:
        return line
    return "{\n" + "".join(f"    {each},\n" for each in fields) + "  }"
