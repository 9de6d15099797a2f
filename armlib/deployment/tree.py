"""An expansion as text: the resources under their scopes in the order they are deployed, then the outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from armlib.deployment.expand import ExpandedResource, Expansion
from armlib.deployment.show import show, show_output
from armlib.jsontypes import Json

_WIDTH = 100  # characters of a value that are shown


def as_tree(expansion: Expansion) -> str:
    """Return *expansion* as lines of text."""
    lines: list[str] = []
    for scope, resources in _by_scope(expansion.resources).items():
        lines += [scope, *_branch([_resource_lines(resource, scope) for resource in resources])]
    if not expansion.resources:
        lines.append("nothing is deployed")
    if expansion.outputs:
        outputs = {name: show_output(output) for name, output in expansion.outputs.items()}
        entries = [f"{name} ({output['type']}) = {_short(output['value'])}" for name, output in outputs.items()]
        lines += ["outputs", *_branch([[entry] for entry in entries])]
    if expansion.asserts:
        entries = [f"{name} = {_short(show(result))}" for name, result in expansion.asserts.items()]
        lines += ["asserts", *_branch([[entry] for entry in entries])]
    lines.append(f"template hash {expansion.template_hash}")
    return "\n".join(lines) + "\n"


def _by_scope(resources: Iterable[ExpandedResource]) -> dict[str, list[ExpandedResource]]:
    groups: dict[str, list[ExpandedResource]] = {}
    for resource in resources:
        groups.setdefault(resource.deployment_scope, []).append(resource)
    return groups


def _resource_lines(resource: ExpandedResource, scope: str) -> list[str]:
    version = show(resource.api_version)
    symbol = f" as {resource.symbolic_name}" if resource.symbolic_name else ""
    lines = [f"{resource.type} {_short(show(resource.name))}{symbol}{f' ({version})' if version else ''}"]
    details: list[tuple[str, Json]] = [("location", show(resource.body.get("location")))]
    if show(resource.scope) not in (scope, "", None) and isinstance(resource.scope, str):
        details.append(("on", _within(resource.scope, scope)))
    if resource.condition is not True:
        details.append(("if", show(resource.condition)))
    details += [("after", _within(str(show(id_)), scope)) for id_ in resource.depends_on]
    return lines + [f"{label} {_short(text)}" for label, text in details if text]


def _within(id_: str, scope: str) -> str:
    prefix = f"{scope}/providers/"
    return id_[len(prefix) :] if id_.casefold().startswith(prefix.casefold()) else id_


def _branch(entries: Sequence[Sequence[str]]) -> list[str]:
    """Return *entries*, a line and those below it each, drawn as the branches of a tree."""
    lines: list[str] = []
    for number, (first, *below) in enumerate(entries):
        is_last = number == len(entries) - 1
        lines.append(f"{'└──' if is_last else '├──'} {first}")
        lines += [f"{'   ' if is_last else '│  '}   {line}" for line in below]
    return lines


def _short(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
