"""Documents -> draft: finds resources, parameters and outputs, and puts several modules into one template."""

from __future__ import annotations

from dataclasses import dataclass

from armlib.compiler.evaluate import Document, Documents
from armlib.compiler.request import CompileRequest
from armlib.diagnostics import Diagnostic
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A template whose dependencies have not been worked out.

    *template* holds the sections, each of the right JSON type or absent.
    """

    template: JsonObject
    scope_kind: ScopeKind
    diagnostics: tuple[Diagnostic, ...] = ()


def collect(documents: Documents, request: CompileRequest) -> Draft:
    """Return the one template that *documents* make."""
    template: JsonObject = {"resources": []}
    for document in documents.modules:
        template |= document.template
        _add_anchor(template, document)
    return Draft(template=template, scope_kind=request.scope_kind or ScopeKind.GROUP)


def _add_anchor(template: JsonObject, document: Document) -> None:
    outputs = template.get("outputs")
    declared: dict[str, Json] = outputs if isinstance(outputs, dict) else {}
    if isinstance(document.anchor, str) and "id" not in map(str.casefold, declared):
        template["outputs"] = {**declared, "id": {"type": "string", "value": document.anchor}}
