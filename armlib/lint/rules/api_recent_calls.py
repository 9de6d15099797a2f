"""API versions in reference() and list functions that are recent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.lint.foreign import is_foreign
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.rules.api_recent import OPTION, Said, judged
from armlib.lint.subject import TemplateSubject, Use
from armlib.lint.walk import calls, is_list_call, literal


def check(subject: TemplateSubject) -> Iterator[Finding]:
    names = _types_by_name(subject)
    for use in subject.uses:
        if not (use.level.is_generated or use.level.names.is_generated or is_foreign(use.resource, use.path)):
            for said in _in_calls(use, names):
                yield from judged(said, subject)


def _types_by_name(subject: TemplateSubject) -> dict[str, str]:
    found: dict[str, str] = {}
    for resource in subject.resources:
        for name in (resource.name, resource.symbol):
            if name and resource.type:
                found.setdefault("".join(name.split()).strip("[]").lower(), resource.type)
    return found


def _in_calls(use: Use, names: dict[str, str]) -> Iterator[Said]:
    for call in calls(use.node):
        if len(call.arguments) < 2 or not (call.name.lower() == "reference" or is_list_call(call)):
            continue
        version = literal(call.arguments[1])
        if version is None and isinstance(call.arguments[1], Call):
            argument = call.arguments[1]
            version = use.level.text(f"[{use.text[argument.start : argument.end]}]")
        type_ = _type_of(use, call.arguments[0], names)
        if version is not None and type_ is not None:
            yield Said(type_, version, use.path)


def _type_of(use: Use, node: Any, names: dict[str, str]) -> str | None:
    for call in calls(node, "resourceid", "subscriptionresourceid", "tenantresourceid", "extensionresourceid"):
        found = [text for each in call.arguments if (text := literal(each)) is not None and _is_type(text)]
        if found:
            return found[-1].strip("/")
    spelled = literal(node) or use.text[node.start : node.end]
    return names.get("".join(spelled.split()).lower())


def _is_type(text: str) -> bool:
    return "/" in text and "." in text.split("/")[0] and not text.startswith("/")


RULE = Rule(
    code="api-recent-calls",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="API versions in reference() and list functions are recent, as those of resources",
    why="Old versions are switched off in the end, and previews soon. What other compilers have written is left alone.",
    bad=(
        '{ "outputs": { "a": { "type": "object",\n'
        "  \"value\": \"[reference(resourceId('Contoso.Shop/shops', 'a'), '2015-06-15')]\" } } }"
    ),
    good=(
        '{ "outputs": { "a": { "type": "object",\n'
        "  \"value\": \"[reference(resourceId('Contoso.Shop/shops', 'a'), '2099-01-01')]\" } } }"
    ),
    check=check,
    covers=("apiVersions-Should-Be-Recent-In-Reference-Functions",),
    options=(OPTION,),
    is_dated=True,
)
