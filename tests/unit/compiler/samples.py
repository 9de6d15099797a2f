"""Small templates and requests for the tests of the compiler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from armlib.compiler.collect import Draft
from armlib.compiler.link import Linked, link
from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluated, Program, Roots
from armlib.jsontypes import JsonObject
from armlib.resources import library_folder
from armlib.template.scope import ScopeKind

VNET = "Microsoft.Network/virtualNetworks"
NIC = "Microsoft.Network/networkInterfaces"
SITE = "Microsoft.Web/sites"
STORE = "Microsoft.Storage/storageAccounts"


def resource(type_: str, name: str, /, *mentions: str, **members: Any) -> JsonObject:
    """Return a resource whose properties hold *mentions*."""
    body: JsonObject = {"type": type_, "apiVersion": "2023-01-01", "name": name}
    if mentions:
        body["properties"] = {f"m{number}": text for number, text in enumerate(mentions)}
    return body | members


def deployment(
    name: str, template: JsonObject, *, scope: str = "inner", parameters: Any = None, **members: Any
) -> JsonObject:
    """Return a deployment of a nested template."""
    properties: JsonObject = {
        "mode": "Incremental",
        "expressionEvaluationOptions": {"scope": scope},
        "template": template,
    }
    if parameters is not None:
        properties["parameters"] = {key: {"value": value} for key, value in parameters.items()}
    return resource("Microsoft.Resources/deployments", name, properties=properties, **members)


def template(*resources: JsonObject, **sections: Any) -> JsonObject:
    """Return a template of *resources*."""
    return {**sections, "resources": list(resources)}


def linked(
    whole: JsonObject, kind: ScopeKind = ScopeKind.GROUP, *, reduces: bool = True, symbolizes: bool = False
) -> Linked:
    """Return *whole* with its dependencies linked."""
    return link(Draft(template=whole, scope_kind=kind, reduces=reduces, symbolizes=symbolizes))


def depends_on(whole: JsonObject, kind: ScopeKind = ScopeKind.GROUP, *, reduces: bool = True) -> list[Any]:
    """Return the ``dependsOn`` of each resource after linking; None where there is none."""
    resources: Any = linked(whole, kind, reduces=reduces).template["resources"]
    bodies = resources.values() if isinstance(resources, dict) else resources
    return [body.get("dependsOn") for body in bodies]


def compiled(folder: Path, *entries: str, arguments: dict[str, Any] | None = None, **options: Any) -> Compilation:
    """Return what becomes of *entries*, files in *folder*, with *arguments* as JSON values."""
    request = CompileRequest(
        entries=tuple(Entry(path=folder / entry, alias=Path(entry).stem) for entry in entries),
        roots=options.pop("roots", Roots(project=folder, packaged=(library_folder(),))),
        arguments={name: Argument(value=value) for name, value in (arguments or {}).items()},
        **options,
    )
    return compile_template(request, InProcessEvaluator())


class Listening:
    """Evaluates, and keeps all that it was given."""

    def __init__(self) -> None:
        self.heard = ""
        self._inner = InProcessEvaluator()

    def evaluate(self, program: Program) -> Evaluated:
        self.heard += repr(program)
        return self._inner.evaluate(program)
