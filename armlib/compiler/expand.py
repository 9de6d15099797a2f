"""Modules inside a template: resources of the type ``armlib/modules`` give way to what their module makes.

The module's resources take the place of the resource; ``reference('NAME').outputs.x.value``, wherever it stands in an
expression, becomes the value of the module's output; what depends on the resource depends on what took its place. A
module that is an ARM template has its parameters replaced by the arguments and its variables renamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from armlib.compiler.evaluate import MODULE_TYPE
from armlib.compiler.identity import Bindings, scope_ids
from armlib.compiler.merge import Part, merge
from armlib.compiler.nodes import replaced, to_source
from armlib.compiler.spelling import dependency_on
from armlib.compiler.structure import survey
from armlib.compiler.symbolic import with_symbols
from armlib.diagnostics import Diagnostic, error, nearest
from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.scope import ScopeKind

_ONLY_IN_DEFAULTS = frozenset({"newguid", "utcnow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A module in the place of the resource at *key*: its template, with outputs, and the file it came from."""

    key: str | int
    file: str
    template: JsonObject


@dataclass(slots=True)
class _Expansion:
    """What the template around the modules is turned by."""

    children: dict[str, Child]  # by the normal form of the resource's name
    bindings: Bindings
    diagnostics: list[Diagnostic] = field(default_factory=list)
    opened: list[tuple[str, str]] = field(default_factory=list)


def expand(
    template: JsonObject, children: list[Child], file: str, kind: ScopeKind
) -> tuple[JsonObject, list[Diagnostic]]:
    """Return *template*, from *file*, with *children* in the places of the resources that name them."""
    if not children:
        return template, []
    if any(isinstance(part["resources"], dict) for part in (template, *(child.template for child in children))):
        template, children = _all_symbolic(template, children, kind)
    bindings = Bindings(scope_ids(kind), _section(template, "variables"))
    by_key = {child.key: child for child in children}
    expansion = _Expansion(children={}, bindings=bindings)
    for key, resource in _items(template["resources"]):
        if key in by_key and isinstance(resource, dict):
            _check_resource(expansion, resource, ("resources", key))
            expansion.children[bindings.text(str(resource.get("name", "")))] = by_key[key]
            if isinstance(key, str):
                expansion.children[key.lower()] = by_key[key]
    resources = _spliced(expansion, template["resources"], by_key, kind)
    parts = [Part(file=file, template={**template, "resources": []})]
    parts += (Part(file=child.file, template=_without_metadata(child.template)) for child in children)
    merged, clashes = merge(parts)
    merged = {**template, **merged, "resources": resources}
    if "metadata" in template:
        merged["metadata"] = template["metadata"]
    rewritten: JsonObject = {
        section: value if section == "resources" else _rewritten(expansion, value, (section,))
        for section, value in merged.items()
    }
    return rewritten, [*clashes, *expansion.diagnostics]


def _all_symbolic(template: JsonObject, children: list[Child], kind: ScopeKind) -> tuple[JsonObject, list[Child]]:
    """Return everything with symbolic names; the names of *template* are its keys from now on."""
    symbolic = with_symbols(template)
    keys: dict[str | int, str | int] = {key: key for key, _ in _items(template["resources"])}
    if isinstance(template["resources"], list):  # those inside of others get names of their own
        names = [name for name, body in _section(symbolic, "resources").items() if isinstance(body, dict)]
        named = zip(survey(template, kind).resources, names, strict=True)
        keys |= {resource.path[1]: name for resource, name in named if resource.parent is None}
    return symbolic, [
        Child(key=keys[child.key], file=child.file, template=with_symbols(child.template)) for child in children
    ]


def _check_resource(expansion: _Expansion, resource: JsonObject, path: JsonPath) -> None:
    """Report what a module's resource says that cannot be carried over."""
    for member in ("copy", "scope", "resources"):
        if member in resource:
            message = f"a resource of the type {MODULE_TYPE} cannot have '{member}'"
            hint = "write one resource for each, or loop in the module" if member == "copy" else None
            expansion.diagnostics.append(error("module-resource", message, hint=hint, path=(*path, member)))
    if not isinstance(resource.get("name"), str):
        message = f"a resource of the type {MODULE_TYPE} needs a name to be referred to by"
        expansion.diagnostics.append(error("missing-member", message, path=path))


# Resources


def _spliced(expansion: _Expansion, resources: Json, by_key: Mapping[str | int, Child], kind: ScopeKind) -> Json:
    """Return *resources* with those of each module in its place."""
    ids = {name: _entries(child.template, kind) for name, child in expansion.children.items()}
    items: list[tuple[str | int, Json]] = []
    for key, resource in _items(resources):
        child = by_key.get(key)
        if child is None or not isinstance(resource, dict):
            items.append((key, _waiting(expansion, _rewritten(expansion, resource, ("resources", key)), ids)))
            continue
        for inner_key, inner in _items(child.template["resources"]):
            made = _rewritten(expansion, _under(resource, inner), ("resources", key))
            items.append((inner_key, _waiting(expansion, made, ids)))
    if isinstance(resources, dict):
        return {str(key): resource for key, resource in items}
    return [resource for _, resource in items]


def _entries(template: JsonObject, kind: ScopeKind) -> list[str]:
    """Return the ``dependsOn`` entries for all resources of a module."""
    level = survey(template, kind)
    if not level.resources:
        return []
    return list(dict.fromkeys(dependency_on(one, one) for one in level.resources if not one.is_existing))


def _under(resource: JsonObject, inner: Json) -> Json:
    """Return a module's resource with the condition and the dependencies of the resource that names the module."""
    if not isinstance(inner, dict):
        return inner
    condition = resource.get("condition", True)
    if condition is not True:
        own = inner.get("condition", True)
        inner = {**inner, "condition": condition if own is True else _both(condition, own)}
    waits = resource.get("dependsOn")
    if isinstance(waits, list) and waits and inner.get("existing") is not True:
        own_waits = inner.get("dependsOn", [])
        if isinstance(own_waits, list):
            inner = {**inner, "dependsOn": [*waits, *own_waits]}
    return inner


def _both(one: Json, other: Json) -> Json:
    if one is False or other is False:
        return False
    return f"[and({to_source(one)}, {to_source(other)})]"


def _waiting(expansion: _Expansion, resource: Json, ids: Mapping[str, list[str]]) -> Json:
    """Return a resource that waits for what a module made where it said to wait for the module."""
    entries = resource.get("dependsOn") if isinstance(resource, dict) else None
    if not isinstance(entries, list):
        return resource
    found: list[Json] = []
    for entry in entries:
        name = _module_name(expansion, entry) if isinstance(entry, str) else None
        found += [entry] if name is None else ids[name]
    assert isinstance(resource, dict)
    return resource if found == entries else {**resource, "dependsOn": found}


def _module_name(expansion: _Expansion, text: str) -> str | None:
    """Return the name of the module that *text*, a name or an id, means."""
    normal = expansion.bindings.text(text)
    name = normal.rpartition(f"{MODULE_TYPE}/")[2]
    return name if name in expansion.children else None


# References


def _rewritten(expansion: _Expansion, value: Json, path: JsonPath) -> Json:
    """Return *value* with the outputs of modules in place of the references to them."""
    if isinstance(value, dict | list):
        inner = {key: _rewritten_item(expansion, item, (*path, key)) for key, item in _items(value)}
        return {str(key): item for key, item in inner.items()} if isinstance(value, dict) else list(inner.values())
    return value


def _rewritten_item(expansion: _Expansion, item: Json, path: JsonPath) -> Json:
    return replaced(item, lambda node: _output(expansion, node, path))


def _output(expansion: _Expansion, node: Node, path: JsonPath) -> Json | Node | None:
    """Return what stands for *node* when it is a module's output; None when it is anything else."""
    steps: list[str | int | Node] = []
    target = node
    while isinstance(target, Member | Index):
        steps.append(target.name if isinstance(target, Member) else _key(target.index))
        target = target.target
    if not isinstance(target, Call) or target.name.lower() != "reference" or not target.arguments:
        return None
    normal = expansion.bindings.node(target.arguments[0])
    name = normal.rpartition(f"{MODULE_TYPE}/")[2]
    child = expansion.children.get(name)
    if child is None:
        return None
    steps.reverse()
    words = [step.lower() if isinstance(step, str) else "" for step in steps[:3]]
    if len(words) < 3 or words[0] != "outputs" or words[2] != "value" or not isinstance(steps[1], str):
        message = f"of the module '{name}' only outputs can be read: reference('{name}').outputs.NAME.value"
        expansion.diagnostics.append(error("module-reference", message, path=path))
        return None
    return _read(expansion, name, child, steps[1], steps[3:], path)


def _key(index: Node) -> str | int | Node:
    return index.value if isinstance(index, Literal) else index


def _read(
    expansion: _Expansion, name: str, child: Child, output: str, rest: list[str | int | Node], path: JsonPath
) -> Json | Node | None:
    """Return the value of a module's output, or what *rest* leads to inside of it."""
    outputs = _section(child.template, "outputs")
    declared = next((each for each in outputs if each.lower() == output.lower()), None)
    if declared is None:
        near = nearest(output, outputs)
        hint = f"did you mean '{near}'?" if near else f"its outputs are {', '.join(outputs) or 'none'}"
        message = f"the module '{name}' ({child.file}) has no output '{output}'"
        expansion.diagnostics.append(error("unknown-output", message, hint=hint, path=path))
        return None
    body = outputs[declared]
    if not isinstance(body, dict) or "value" not in body:
        message = f"the output '{declared}' of the module '{name}' has no single value"
        expansion.diagnostics.append(error("module-reference", message, path=path))
        return None
    if (name, declared) in expansion.opened:
        ring = " -> ".join(f"{module}.{each}" for module, each in [*expansion.opened, (name, declared)])
        expansion.diagnostics.append(
            error("module-cycle", f"outputs of modules wait for each other: {ring}", path=path)
        )
        return None
    expansion.opened.append((name, declared))
    value = replaced(body["value"], lambda node: _output(expansion, node, path))
    expansion.opened.pop()
    return _inside(value, rest)


def _inside(value: Json, rest: list[str | int | Node]) -> Json | Node:
    """Return what the steps *rest* lead to in *value*, as far as that is known an expression for the rest."""
    while rest:
        step = rest[0]
        if isinstance(value, dict) and isinstance(step, str):
            known = next((each for each in value if each.lower() == step.lower()), None)
        elif isinstance(value, list) and isinstance(step, int):
            known = step if -1 < step < len(value) else None  # type: ignore[assignment]
        else:
            known = None
        if known is None:
            break
        value = value[known]  # type: ignore[index,call-overload]
        rest = rest[1:]
    if not rest:
        return value
    node = parse(f"[{to_source(value)}]")
    for step in rest:
        node = (
            Member(node, step)
            if isinstance(step, str)
            else Index(node, Literal(step) if isinstance(step, int) else step)
        )
    return node


# A module that is an ARM template


def inlined(template: JsonObject, arguments: Mapping[str, Json], prefix: str) -> tuple[JsonObject, list[Diagnostic]]:
    """Return an ARM template with its parameters replaced by *arguments*, else by their defaults.

    Its variables are called ``PREFIX_NAME`` from now on, so that they can stand beside those of others. A default that
    is made anew for each deployment (``newGuid``, ``utcNow``) stays a parameter, ``PREFIX_NAME``.
    """
    state = _Inlining(prefix=_identifier(prefix), arguments={name.lower(): value for name, value in arguments.items()})
    state.parameters = _section(template, "parameters")
    state.variables = {name.lower() for name in _variable_names(template)}
    inner = {
        section: replaced(value, state.replace)
        if section in ("resources", "outputs", "variables", "asserts")
        else value
        for section, value in template.items()
        if section != "parameters"
    }
    if "variables" in inner:
        inner["variables"] = _renamed(_section(inner, "variables"), state.prefix)
    if state.hoisted:
        inner["parameters"] = dict(state.hoisted)
    return inner, state.diagnostics


@dataclass(slots=True)
class _Inlining:
    prefix: str
    arguments: dict[str, Json]
    parameters: JsonObject = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    hoisted: JsonObject = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def replace(self, node: Node) -> Json | Node | None:
        """Return what stands for a parameter or a variable of the template; None for anything else."""
        if not isinstance(node, Call) or len(node.arguments) != 1 or not isinstance(node.arguments[0], Literal):
            return None
        name = str(node.arguments[0].value)
        if node.name.lower() == "variables" and name.lower() in self.variables:
            return Call("variables", (Literal(f"{self.prefix}_{name}"),))
        if node.name.lower() != "parameters":
            return None
        return self._parameter(name)

    def _parameter(self, name: str) -> Json | Node | None:
        folded = name.lower()
        if folded in self.arguments:
            return _as_replacement(self.arguments[folded])
        declared = next((body for each, body in self.parameters.items() if each.lower() == folded), None)
        if not isinstance(declared, dict):
            return None  # the check tells
        default = declared.get("defaultValue")
        if "defaultValue" not in declared and declared.get("nullable") is not True:
            self._missing(name)
            return ""
        if _is_made_anew(default):
            self.hoisted[f"{self.prefix}_{name}"] = declared
            return Call("parameters", (Literal(f"{self.prefix}_{name}"),))
        if folded in self.opened:
            return None
        self.opened.append(folded)
        value = replaced(default, self.replace)
        self.opened.pop()
        return _as_replacement(value)

    def _missing(self, name: str) -> None:
        found = error("missing-parameter", f"parameter '{name}': it is missing", path=("parameters", name))
        if found not in self.diagnostics:
            self.diagnostics.append(found)


def _as_replacement(value: Json) -> Json | Node:
    """Return *value* so that a null replaces too."""
    return Call("null", ()) if value is None else value


def _is_made_anew(default: Json) -> bool:
    if not isinstance(default, str) or not is_expression(default):
        return False
    try:
        return any(call.name.lower() in _ONLY_IN_DEFAULTS for call in _calls(parse(default)))
    except ExpressionSyntaxError:
        return False


def _calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
        for argument in node.arguments:
            yield from _calls(argument)
    elif isinstance(node, Member | Index):
        yield from _calls(node.target)


def _variable_names(template: JsonObject) -> Iterator[str]:
    for name, value in _section(template, "variables").items():
        if name.lower() == "copy" and isinstance(value, list):
            yield from (str(loop.get("name")) for loop in value if isinstance(loop, dict))
        else:
            yield name


def _renamed(variables: JsonObject, prefix: str) -> JsonObject:
    renamed: JsonObject = {}
    for name, value in variables.items():
        if name.lower() == "copy" and isinstance(value, list):
            renamed[name] = [_renamed_loop(loop, prefix) if isinstance(loop, dict) else loop for loop in value]
        else:
            renamed[f"{prefix}_{name}"] = value
    return renamed


def _renamed_loop(loop: JsonObject, prefix: str) -> JsonObject:
    old = str(loop.get("name"))
    body = replaced(loop.get("input"), lambda node: _loop_renamed(node, old, prefix))
    return {**loop, "name": f"{prefix}_{old}", "input": body}


def _loop_renamed(node: Node, old: str, prefix: str) -> Node | None:
    if isinstance(node, Call) and node.name.lower() == "copyindex" and node.arguments:
        first, *others = node.arguments
        if isinstance(first, Literal) and str(first.value).lower() == old.lower():
            return Call(node.name, (Literal(f"{prefix}_{old}"), *others))
    return None


def _identifier(text: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in text)


def _without_metadata(template: JsonObject) -> JsonObject:
    return {name: value for name, value in template.items() if name not in ("metadata", "outputs")} | {"resources": []}


def _items(value: Json) -> list[tuple[str | int, Json]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _section(template: JsonObject, name: str) -> JsonObject:
    value = template.get(name)
    return value if isinstance(value, dict) else {}
