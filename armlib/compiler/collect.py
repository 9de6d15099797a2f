"""Documents -> draft: finds resources, parameters and outputs, and puts several modules into one template.

One module keeps its outputs as they are. Of several, each has an output of its alias that holds its outputs. Members
that modules share by name (parameters, variables, functions, definitions, asserts) may be declared alike by several;
declared differently they clash, and the error names both files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from armlib.compiler.deploy_time import parameter_section
from armlib.compiler.evaluate import Document, Documents, LinkedTemplate, of_file
from armlib.compiler.outputs import grouped, with_anchor, with_types
from armlib.compiler.placed import fitted, kind_inside, types_at_its_scope
from armlib.compiler.request import CompileRequest, Entry
from armlib.compiler.sections import SECTIONS, kind_of, section_problems
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, Place, error, nearest, warning
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.scope import ScopeKind, scope_kind_of_schema, scope_kind_of_types

_SCOPE_WORDS = {
    "group": ScopeKind.GROUP,
    "resourcegroup": ScopeKind.GROUP,
    "subscription": ScopeKind.SUBSCRIPTION,
    "managementgroup": ScopeKind.MANAGEMENT_GROUP,
    "tenant": ScopeKind.TENANT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A template whose dependencies have not been worked out.

    *template* holds only sections of the right JSON type, ``resources`` among them. *reduces* tells that the template
    was made by Jsonnet, whose authors leave dependencies to the compiler; an ARM template keeps the entries its author
    wrote, redundant or not. *symbolizes* tells that entries of ``dependsOn`` are to be put into symbolic names. *files*
    are the modules that resources came from, in the order of the resources, with the number of resources of each.
    *written* are diagnostics whose paths lead to a resource as its module has it, before others take its place; the
    file of their place is that module.
    """

    template: JsonObject
    scope_kind: ScopeKind
    reduces: bool = True
    symbolizes: bool = False
    files: tuple[tuple[str, int], ...] = ()
    linked: tuple[LinkedTemplate, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    written: tuple[Diagnostic, ...] = ()

    def file_of(self, path: JsonPath) -> str:
        """Return the module that the resource at *path* came from."""
        resources = self.template["resources"]
        number = list(resources).index(str(path[1])) if isinstance(resources, dict) else path[1]
        for file, count in self.files:
            assert isinstance(number, int)
            if number < count:
                return file
            number -= count
        return ""


class _Collected:
    """A module on its way into the draft."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.template: JsonObject = {}
        self.diagnostics: list[Diagnostic] = []
        self.written: list[Diagnostic] = []

    @property
    def file(self) -> str:
        return str(self.document.entry.path)


def collect(documents: Documents, request: CompileRequest) -> Draft:
    """Return the one template that *documents* make."""
    kind = request.scope_kind or ScopeKind.GROUP
    modules = [_collected(document, kind) for document in documents.modules]
    found = [diagnostic for module in modules for diagnostic in module.diagnostics]
    forms = {type(module.template["resources"]) for module in modules}
    symbolizes = list in forms and (request.symbolic or dict in forms or any(map(_has_nullable, modules)))
    if symbolizes:
        _give_symbols(modules, kind, nested=request.symbolic)
    template, problems = _merged(modules)
    found += problems
    kind, conflict = _scope_kind(modules, request)
    is_jsonnet = not any(module.document.is_arm for module in modules)
    return Draft(
        template=fitted(template, kind) if is_jsonnet else template,
        scope_kind=kind,
        symbolizes=symbolizes,
        reduces=is_jsonnet,
        files=tuple((module.file, len(module.template["resources"])) for module in modules),  # type: ignore[arg-type]
        linked=tuple(linked for module in modules for linked in module.document.linked),
        diagnostics=(*found, *conflict),
        written=tuple(diagnostic for module in modules for diagnostic in of_file(module.written, module.file)),
    )


def _has_nullable(module: _Collected) -> bool:
    """Return whether a parameter may be null: only language version 2.0, with its symbolic names, has that."""
    parameters = _section(module.template, "parameters")
    return any(isinstance(each, dict) and each.get("nullable") is True for each in parameters.values())


def _give_symbols(modules: list[_Collected], kind: ScopeKind, *, nested: bool) -> None:
    from armlib.compiler.symbolic import with_symbols

    for module in modules:
        module.template = with_symbols(module.template, kind, nested=nested)


def _merged(modules: list[_Collected]) -> tuple[JsonObject, list[Diagnostic]]:
    """Return the one template of all modules; of one it is the module's."""
    if len(modules) == 1:
        return modules[0].template, []
    from armlib.compiler.merge import Part, merge

    template, clashes = merge([Part(file=module.file, template=module.template) for module in modules])
    outputs, problems = grouped({module.document.entry.alias: _outputs(module) for module in modules})
    return template | ({"outputs": outputs} if outputs else {}), [*clashes, *problems]


def collect_linked(draft: Draft, request: CompileRequest) -> dict[str, Draft]:
    """Return the drafts of the templates that *draft* places elsewhere, by their address, and of those in them.

    Two templates for one address are an error unless they are the same.
    """
    drafts: dict[str, Draft] = {}
    first: dict[str, JsonObject] = {}
    for linked in draft.linked:
        known = first.setdefault(linked.uri, linked.template)
        if known is not linked.template and known != linked.template:
            message = f"two templates that differ are both linked as '{linked.uri}'"
            problem = error("linked-clash", message, hint="give each an address of its own")
            drafts[linked.uri] = replace(drafts[linked.uri], diagnostics=(*drafts[linked.uri].diagnostics, problem))
        elif linked.uri not in drafts:
            entry = Entry(path=Path(linked.uri), alias=linked.uri)
            alone = Documents(modules=(Document(entry=entry, template=linked.template),))
            drafts[linked.uri] = collect(alone, replace(request, scope_kind=None))
    return drafts


def _outputs(module: _Collected) -> JsonObject:
    outputs = module.template.get("outputs", {})
    assert isinstance(outputs, dict)
    return outputs


def _collected(document: Document, kind: ScopeKind) -> _Collected:
    """Return the sections of a module, with the parameters and outputs that the compiler adds."""
    module = _Collected(document=document)
    wrong = dict(section_problems(document.template))
    module.diagnostics += wrong.values()
    module.template.update((name, value) for name, value in document.template.items() if name not in wrong)
    _check_resources(module)
    module.diagnostics += _misspelled(module)
    template = module.template
    if document.deploy_time:
        declared, problems = parameter_section(document.deploy_time)
        module.diagnostics += problems
        template["parameters"] = declared | _section(template, "parameters")
    if document.children:
        _expand(module, kind)
        template = module.template
    if not document.is_arm:
        template["resources"] = _present(template["resources"])
    outputs = with_anchor(_section(template, "outputs"), document.anchor)
    if document.anchor is not None and not isinstance(document.anchor, str):
        message = f"the id of {module.file} is {kind_of(document.anchor)}, not a text"
        module.diagnostics.append(error("wrong-type", message, path=("id",)))
    if outputs:
        template["outputs"], problems = with_types(outputs, _section(template, "parameters"))
        module.diagnostics += problems
    return module


def _present(resources: Json) -> Json:
    """Return the *resources* of a module without the nulls that its conditions leave."""
    if isinstance(resources, dict):
        return {symbol: resource for symbol, resource in resources.items() if resource is not None}
    return [resource for resource in resources if resource is not None] if isinstance(resources, list) else resources


_FIELDS = (*SECTIONS, "id", "parameterMetadata", "arguments", "dependencies", "actions")


def _misspelled(module: _Collected) -> list[Diagnostic]:
    """Return an error for each field of a Jsonnet module that looks like a misspelled member, and so has no effect.

    A field called like one of several, ``resource``, is not taken for a mistake.
    """
    found = []
    for name in module.document.fields:
        near = None if name in _FIELDS or f"{name}s" in _FIELDS else nearest(name, _FIELDS)
        if near is not None and near not in module.document.fields and _is_slip(name, near):
            message = f"'{name}' is not a member of a module and has no effect"
            found.append(error("unknown-member", message, hint=f"did you mean '{near}'?", path=(name,)))
    return found


def _is_slip(name: str, meant: str) -> bool:
    """Return whether *name* is *meant* with letters swapped, or one letter more, less or changed."""
    if sorted(name.casefold()) == sorted(meant.casefold()):
        return True
    short, long = sorted((name.casefold(), meant.casefold()), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, (one, other) in enumerate(zip(short, long, strict=False)) if one != other), len(short))
    return short[same:] == long[same + 1 :] or short[same + 1 :] == long[same + 1 :]


def _expand(module: _Collected, kind: ScopeKind) -> None:
    """Put the modules that the template names in their places."""
    from armlib.compiler.expand import Child, expand, inlined

    children = []
    for key, document in module.document.children.items():
        inner = _collected(document, kind)
        place = ("resources", key)
        found = [*inner.diagnostics, *inner.written]
        template = inner.template
        if template.get("parameters"):
            template, problems = inlined(template, document.child_arguments, document.entry.alias)
            found += problems
        module.written += (replace(each, path=(*place, *each.path)) for each in found)
        children.append(Child(key=key, file=inner.file, template=template))
    module.template, problems = expand(module.template, children, module.file, kind)
    module.written += problems


def _check_resources(module: _Collected) -> None:
    """Make sure that there are ``resources``; a module without any must have other members that say it is one."""
    document = module.document
    if "resources" in module.template:
        return
    module.template["resources"] = []
    if "resources" in document.template or (module.template.get("outputs") and not document.is_arm):
        return
    near = nearest("resources", document.fields)
    hint = f"did you mean it by '{near}'?" if near else "a module is an object with an array of resources"
    if "resources" in document.hidden:
        hint = "its resources are hidden: write 'resources:' with one colon"
    message = f"{module.file} has no resources"
    module.diagnostics.append(error("no-resources", message, hint=hint, place=Place(file=module.file)))


def _section(template: JsonObject, name: str) -> JsonObject:
    value = template.get(name, {})
    assert isinstance(value, dict)
    return value


# Scope


def _scope_kind(modules: list[_Collected], request: CompileRequest) -> tuple[ScopeKind, list[Diagnostic]]:
    """Return what the template is deployed to: as asked, as the modules say, or as their resources need."""
    if request.scope_kind is not None:
        return request.scope_kind, []
    said: dict[ScopeKind, str] = {}
    problems: list[Diagnostic] = []
    for module in modules:
        kind, wrong = _said_kind(module)
        problems += wrong
        if kind is not None:
            said.setdefault(kind, module.file)
    if len(said) > 1:
        (one, first), (other, second), *_ = said.items()
        message = f"{first} is deployed to a {one}, {second} to a {other}"
        hint = "compile them apart, or say which it is with --scope-kind"
        problems.append(error("scope-clash", message, hint=hint))
    if said:
        return next(iter(said)), problems
    inside = {kind for kind in map(kind_inside, _own_resources(modules)) if kind is not None}
    if len(inside) == 1:
        return inside.pop(), problems
    types = [type_ for resource in _own_resources(modules) for type_ in types_at_its_scope(resource)]
    return scope_kind_of_types(types), problems


def _said_kind(module: _Collected) -> tuple[ScopeKind | None, list[Diagnostic]]:
    """Return the kind of scope by ``metadata.scopeKind`` or ``$schema``."""
    word = _section(module.template, "metadata").get("scopeKind")
    if isinstance(word, str):
        kind = _SCOPE_WORDS.get(word.casefold())
        if kind is None:
            message = f"'{word}' is no kind of scope"
            return None, [error("scope-kind", message, hint=_scope_hint(), path=("metadata", "scopeKind"))]
        return kind, []
    schema = module.template.get("$schema")
    if not isinstance(schema, str):
        return None, []
    kind = scope_kind_of_schema(schema)
    if kind is None:
        message = f"'{schema}' is not the schema of a deployment template"
        return None, [warning("schema", message, hint="leave $schema out; the compiler sets it", path=("$schema",))]
    return kind, []


def _scope_hint() -> str:
    return "the kinds are " + ", ".join(ScopeKind)


def _own_resources(modules: list[_Collected]) -> Iterator[JsonObject]:
    """Yield the resources that live at the template's own scope."""
    for module in modules:
        resources = module.template["resources"]
        for resource in resources.values() if isinstance(resources, dict) else resources:  # type: ignore[union-attr]
            if isinstance(resource, dict) and "scope" not in resource and not resource.get("existing"):
                yield resource
