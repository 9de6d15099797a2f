"""Tags of resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import DEPLOYMENTS, Resource, TemplateSubject

_OPTION: Final = "required-tags"
_WITHOUT: Final = (DEPLOYMENTS, "microsoft.authorization/policyassignments", "microsoft.insights/diagnosticsettings")


def check(subject: TemplateSubject) -> Iterator[Finding]:
    required = subject.around.options.get(_OPTION, ())
    taggable = [each for each in subject.deployed if _can_have_tags(each)]
    some = any(each.value("tags") for each in taggable)
    for resource in taggable:
        tags = resource.value("tags")
        if isinstance(tags, UNKNOWN):
            continue
        names = {str(name).lower() for name in tags} if isinstance(tags, dict) else set()
        missing = [name for name in required if name.lower() not in names]
        if missing:
            yield Finding(
                path=resource.place("tags"),
                message=f"'{resource.label}' lacks the tags {', '.join(missing)}",
                severity=Severity.WARNING,
            )
        elif some and not names:
            yield Finding(
                path=resource.path,
                message=f"'{resource.label}' has no tags, and others of the template have",
            )


def _can_have_tags(resource: Resource) -> bool:
    is_root = resource.parent is None and resource.lower_type.count("/") == 1
    return is_root and "location" in resource.body and resource.lower_type not in _WITHOUT


RULE = Rule(
    code="tags",
    severity=Severity.NOTE,
    stage=Stage.RESOURCES,
    summary="resources have the tags that the project asks for, and tags at all where others of the template have them",
    why=(
        "Tags say who pays and who answers; those that are missing are found on the bill. The setting "
        "`required-tags` below `[lint]` lists what each resource must have."
    ),
    bad=(
        '{ "resources": [ { "type": "Microsoft.Network/publicIPAddresses", "name": "a", "location": "x", '
        '"tags": { "owner": "b" } },\n'
        '  { "type": "Microsoft.Network/publicIPAddresses", "name": "c", "location": "x" } ] }'
    ),
    good='{ "resources": [ { "type": "Microsoft.Network/publicIPAddresses", "name": "a", "location": "x",\n'
    '  "tags": { "owner": "b" } } ] }',
    check=check,
    options=(_OPTION,),
)
