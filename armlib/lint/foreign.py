"""Documents of another language inside resources, such as policy rules and workflows, which most rules skip."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Final

from armlib.jsontypes import JsonPath
from armlib.lint.subject import Resource

_DOCUMENTS: Final = {
    "microsoft.authorization/policydefinitions": {"policyrule", "parameters"},
    "microsoft.authorization/policysetdefinitions": {"policydefinitions", "parameters"},
    "microsoft.logic/workflows": {"definition"},
    "microsoft.resources/templatespecs/versions": {"maintemplate", "uiformdefinition", "linkedtemplates"},
    "microsoft.operationalinsights/workspaces/providers/contenttemplates": {"maintemplate"},
    "microsoft.securityinsights/contenttemplates": {"maintemplate"},
    "microsoft.portal/dashboards": {"lenses", "metadata"},
    "microsoft.insights/workbooks": {"serializeddata"},
    "microsoft.blueprint/blueprints/artifacts": {"template"},
    "microsoft.datafactory/factories/pipelines": {"activities"},
    "microsoft.synapse/workspaces/pipelines": {"activities"},
}


def own_values(resource: Resource) -> Iterator[tuple[JsonPath, str, Any]]:
    """Yield path, key and value of all that is written in *resource*, in the order of the document.

    Without its inline children, the template that it deploys, and documents of another language. The key is that of the
    nearest member around a value, empty at the top.
    """
    documents: AbstractSet[str] = _DOCUMENTS.get(resource.lower_type, frozenset())
    nested = resource.inner.body if resource.inner is not None else None
    pending: list[tuple[JsonPath, str, Any]] = [
        ((*resource.path, key), key, resource.body[key])
        for key in reversed(resource.body)
        if key.lower() not in ("resources", "comments") or not resource.type
    ]
    depth = len(resource.path) + 2
    while pending:
        path, key, value = pending.pop()
        yield path, key, value
        if isinstance(value, dict) and value is not nested:
            pending += [
                ((*path, name), name, value[name])
                for name in reversed(value)
                if not (documents and len(path) + 1 == depth and name.lower() in documents)
            ]
        elif isinstance(value, list):
            pending += [((*path, number), key, value[number]) for number in range(len(value) - 1, -1, -1)]


def is_foreign(resource: Resource | None, path: JsonPath) -> bool:
    """Return whether *path* leads into a document of another language in *resource*."""
    if resource is None:
        return False
    documents = _DOCUMENTS.get(resource.lower_type)
    step = path[len(resource.path) + 1] if len(path) > len(resource.path) + 1 else None
    return documents is not None and isinstance(step, str) and step.lower() in documents
