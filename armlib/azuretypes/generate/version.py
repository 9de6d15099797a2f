"""The files of one version of a namespace: its resource types, and the objects that they come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from armlib.azuretypes.generate.arguments import RESERVED, Constructor, of_object, of_resource
from armlib.azuretypes.generate.jsonnet import HEAD, Names, function, importing, literal_object, parameter, string
from armlib.azuretypes.generate.jsonnet import field as field_name
from armlib.azuretypes.generate.members import Key, Members, Objects
from armlib.azuretypes.generate.plan import Namespace, Node, file_name
from armlib.azuretypes.generate.prose import Argument, Documentation, describe, type_text
from armlib.azuretypes.model import EnumType, ObjectType, Reference, ResourceType, Scopes, Type, VariantType
from armlib.azuretypes.names import split_type
from armlib.azuretypes.store import Store

OBJECTS: Final = "_objects"  # no segment of a type begins with an underscore

_NAME: Final = Argument("name", "string", "name of the resource")
_EXTENDED: Final = Argument("scope", "scope", "what it extends: a resource, or another of arm.scope", "null")
_SCOPE: Final = Argument("scope", "scope", "where it is, when it is elsewhere: see arm.scope", "null")


class Version:
    """Renders the types of a namespace in one version."""

    def __init__(self, store: Store, namespace: Namespace, version: str) -> None:
        self._store = store
        self._namespace = namespace
        self._version = version
        self._objects = Objects()

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
        return {"main.libsonnet": importing(entries), **made}

    # a resource type

    def _type_files(self, node: Node) -> dict[str, str]:
        up = "../" * (len(node.path) - 1)
        if node.type is None:
            names = Names()
            return {f"{node.file}.libsonnet": importing(self._children(node, names))}
        body = self._store.resolve(node.type.body)
        name = file_name(node.segment)
        docs = Documentation(f"{node.type.name}, API version {self._version}.", f"{node.type.name}, {self._version}")
        members = Members(self._store, self._objects, docs, f"{up}{OBJECTS}/")
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
            f"{HEAD}local base = import {string(f'../../{up}base.libsonnet')};\n"
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
        default = string(shape.values[0]) if isinstance(shape, EnumType) and len(shape.values) == 1 else None
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
            file = self._objects.file(Key(type_.body.node, variant, is_body=True), _variant_name(whole, variant))
            at = "base.item" if body.discriminator == "name" else _tagged(body.discriminator, variant, "piece")
            inner = self._new(type_, whole, docs, variant, body.discriminator)
            head = f"  {field_name(names.free(variant))}:: (import {string(f'{objects}{file}.libsonnet')})({at}) {{"
            groups.append([head, *inner, "  },"])
        return groups

    # an object

    def _object_files(self, key: Key, name: str) -> dict[str, str]:
        shape = self._store.resolve(Reference(key.node))
        left_out: tuple[str, ...] = ("name",) if key.is_body else ()
        if isinstance(shape, VariantType) and key.variant is not None:
            left_out = (*left_out, shape.discriminator)
            shape = shape.whole(key.variant, self._store.resolve)
        about = shape.name if isinstance(shape, (ObjectType, VariantType)) else name
        docs = Documentation(f"{about}.", f"{self._namespace.name}, {self._version}")
        members = Members(self._store, self._objects, docs, "")
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
            f"{HEAD}local base = import '../../../base.libsonnet';\n"
            f"local doc = base.docs(importstr {string(f'{name}.json')});\n\n"
            f"function(at) {{\n  '#':: doc.about,\n\n{_joined(groups)}}}\n"
        )
        return {f"{OBJECTS}/{name}.libsonnet": text, f"{OBJECTS}/{name}.json": docs.as_json()}

    def _variants(self, key: Key, shape: VariantType, names: Names) -> list[list[str]]:
        groups = []
        for variant in sorted(shape.variants):
            whole = shape.whole(variant, self._store.resolve)
            file = self._objects.file(Key(key.node, variant), _variant_name(whole, variant))
            at = _tagged(shape.discriminator, variant, "at")
            head = f"  {field_name(names.free(variant))}:: (import {string(f'{file}.libsonnet')})({at}),"
            groups.append([head])
        return [[line for group in groups for line in group]]


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
