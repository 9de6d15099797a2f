"""Parameters for linked files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import key_of, member

_TYPES: Final = {
    "_artifactsLocation": ("string", "securestring"),
    "_artifactsLocationSasToken": ("securestring",),
}


def check(subject: TemplateSubject) -> Iterator[Finding]:
    level = subject.root
    found = {name: member(level.parameters, name) for name in _TYPES}
    given = {name: declared for name, declared in found.items() if declared is not None}
    if len(given) == 1:
        (alone,) = given
        missing = next(name for name in _TYPES if name not in given)
        yield Finding(path=level.at("parameters", alone), message=f"there is '{alone}' and no '{missing}'")
    for name, declared in given.items():
        type_ = str(member(declared, "type"))
        if type_.lower() not in _TYPES[name]:
            yield Finding(
                path=level.at("parameters", name),
                message=f"'{name}' has the type '{type_}'",
                hint=f"make it {_TYPES[name][0]}",
            )
        has_default = key_of(declared, "defaultValue") is not None
        if has_default is not subject.is_main:
            yield Finding(
                path=level.at("parameters", name),
                message=f"'{name}' has {'a' if has_default else 'no'} default",
                hint="the template that people deploy has one, and hands both on to those that it links",
                severity=None if subject.is_main else Severity.NOTE,
            )


RULE = Rule(
    code="artifacts-pair",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary=(
        "_artifactsLocation and its token come as a pair, with the right types; the main template has "
        "defaults, others none"
    ),
    why=(
        "Scripts that deploy linked templates give both by these names. Without one of them the files "
        "are not found, or not allowed."
    ),
    bad='{ "parameters": { "_artifactsLocation": { "type": "string" } } }',
    good='{ "parameters": {\n'
    '  "_artifactsLocation": { "type": "string", "defaultValue": "[deployment().properties.templateLink.uri]" },\n'
    '  "_artifactsLocationSasToken": { "type": "securestring", "defaultValue": "" } } }',
    check=check,
    covers=("artifacts-parameter",),
)
