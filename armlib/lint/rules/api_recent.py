"""API versions that are recent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from armlib.diagnostics import Severity
from armlib.jsontypes import JsonPath
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import NoTypes, TemplateSubject
from armlib.lint.walk import key_of

_VERSION: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(-[\w.]+)?", re.ASCII)
_MOST_DAYS: Final = 730
OPTION: Final = "api-age-days"


class Said(NamedTuple):
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
            yield from judged(Said(resource.type, resource.api_version, path), subject)


def judged(said: Said, subject: TemplateSubject) -> Iterator[Finding]:
    """Yield what is wrong with a version; the versions of extensions in the old spelling are not looked up."""
    today = subject.around.today
    age = _age(said.version, today)
    if age is None or not said.type or "/providers/" in said.type.lower():
        return
    most = subject.around.options.get(OPTION, _MOST_DAYS)
    known = [each for each in subject.around.types.versions(said.type) if (_age(each, today) or 0) >= 0]
    if not known:
        if age > most and not subject.around.types.versions(said.type):
            is_blind = isinstance(subject.around.types, NoTypes)
            yield Finding(
                path=said.path,
                message=f"the API version {said.version} of {said.type} is {age // 365} years old",
                hint="'armlib types install' lets armlib say whether there is a newer one" if is_blind else None,
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
            hint=f"use {newest}; 'armlib types show {said.type} --diff {said.version} {newest}' tells what has changed",
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
    covers=("apiVersions-Should-Be-Recent",),
    options=(OPTION,),
    is_dated=True,
)
