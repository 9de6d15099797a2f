"""API versions that are recent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.jsontypes import JsonPath
from armlib.lint.foreign import is_foreign
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject, Use
from armlib.lint.walk import calls, is_list_call, key_of, literal

_VERSION: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(-[\w.]+)?", re.ASCII)
_MOST_DAYS: Final = 730
_OPTION: Final = "api-age-days"


class _Said(NamedTuple):
    """A version that a template asks for, and where."""

    type: str
    version: str
    path: JsonPath


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.resources:
        key = key_of(resource.body, "apiVersion")
        if key is None:
            continue
        path = resource.place(key)
        written = resource.body[key]
        if not isinstance(written, str):
            yield Finding(path=path, message=f"the API version of '{resource.label}' is no text")
        else:
            yield from _judged(_Said(_effective(resource.type, resource.name), resource.api_version, path), subject)
    names = _types_by_name(subject)
    for use in subject.uses:
        if not (use.level.is_generated or use.level.names.is_generated or is_foreign(use.resource, use.path)):
            for said in _in_calls(use, names):
                yield from _judged(said, subject)


def _effective(type_: str, name: str) -> str:
    """Return the type of an extension that is written ``PARENT/providers/KIND``: its namespace stands in the name."""
    parent, marker, kind = type_.partition("/providers/")
    if not marker or "." in kind:
        return kind or type_
    found = re.search(r"/(Microsoft\.\w+)/", name, re.IGNORECASE)
    return f"{found[1]}/{kind}" if found else parent


def _types_by_name(subject: TemplateSubject) -> dict[str, str]:
    found: dict[str, str] = {}
    for resource in subject.resources:
        for name in (resource.name, resource.symbol):
            if name and resource.type:
                found.setdefault("".join(name.split()).strip("[]").lower(), resource.type)
    return found


def _in_calls(use: Use, names: dict[str, str]) -> Iterator[_Said]:
    for call in calls(use.node):
        if len(call.arguments) < 2 or not (call.name.lower() == "reference" or is_list_call(call)):
            continue
        version = literal(call.arguments[1])
        if version is None and isinstance(call.arguments[1], Call):
            argument = call.arguments[1]
            version = use.level.text(f"[{use.text[argument.start : argument.end]}]")
        type_ = _type_of(use, call.arguments[0], names)
        if version is not None and type_ is not None:
            yield _Said(type_, version, use.path)


def _type_of(use: Use, node: Any, names: dict[str, str]) -> str | None:
    for call in calls(node, "resourceid", "subscriptionresourceid", "tenantresourceid", "extensionresourceid"):
        found = [text for each in call.arguments if (text := literal(each)) is not None and _is_type(text)]
        if found:
            return found[-1].strip("/")
    spelled = literal(node) or use.text[node.start : node.end]
    return names.get("".join(spelled.split()).lower())


def _is_type(text: str) -> bool:
    return "/" in text and "." in text.split("/")[0] and not text.startswith("/")


def _judged(said: _Said, subject: TemplateSubject) -> Iterator[Finding]:
    today = subject.around.today
    age = _age(said.version, today)
    if age is None or not said.type:
        return
    most = subject.around.options.get(_OPTION, _MOST_DAYS)
    known = [each for each in subject.around.types.versions(said.type) if (_age(each, today) or 0) >= 0]
    if not known:
        if age > most and not subject.around.types.versions(said.type):
            yield Finding(
                path=said.path,
                message=f"the API version {said.version} of {said.type} is {age // 365} years old",
                hint="'armlib types install' lets armlib say whether there is a newer one",
                severity=Severity.NOTE,
            )
        return
    stable = [each for each in known if not _is_preview(each)]
    newest = max(stable or known, key=lambda each: each[:10])
    if _is_preview(said.version) and stable and newest[:10] >= said.version[:10]:
        yield Finding(
            path=said.path,
            message=f"{said.version} of {said.type} is a preview, and {newest} is not",
            hint=f"use {newest}",
        )
    elif age > most and (newest if not _is_preview(said.version) else max(known))[:10] > said.version[:10]:
        yield Finding(
            path=said.path,
            message=f"{said.version} of {said.type} is {age // 365} years old, and there is {newest}",
            hint=f"use {newest}, and read what has changed with 'armlib types show {said.type} --diff'",
            severity=Severity.NOTE,
        )


def _age(version: str, today: date) -> int | None:
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    try:
        return (today - date(int(found[1]), int(found[2]), int(found[3]))).days
    except ValueError:
        return None


def _is_preview(version: str) -> bool:
    return len(version) > 10


RULE = Rule(
    code="api-recent",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="API versions are at most two years old, or the newest there is, and no previews where there is a release",
    why="Old versions lack what makes resources safe, and are switched off in the end; previews are switched off soon. "
    "`--today` sets the day that ages are counted to.",
    bad='{ "resources": [ { "type": "Contoso.Shop/shops", "apiVersion": "2015-06-15", "name": "a" } ] }',
    good='{ "resources": [ { "type": "Contoso.Shop/shops", "apiVersion": "2099-01-01", "name": "a" } ] }',
    check=check,
    covers=("apiVersions-Should-Be-Recent", "apiVersions-Should-Be-Recent-In-Reference-Functions"),
    options=(_OPTION,),
)
