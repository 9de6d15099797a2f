"""Names of nested deployments."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import DEPLOYMENTS, Resource, TemplateSubject
from armlib.lint.walk import calls, member
from armlib.template.limits import MAX_DEPLOYMENT_NAME_CHARACTERS


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for level in subject.levels:
        seen: dict[tuple[str, ...], Resource] = {}
        for resource in level.resources:
            if resource.lower_type != DEPLOYMENTS or resource.is_existing or not resource.name:
                continue
            yield from _length(resource)
            yield from _loop(resource)
            key = _identity(resource)
            first = seen.setdefault(key, resource)
            if first is not resource and not _exclude_each_other(first, resource):
                yield Finding(
                    path=resource.place("name"),
                    message=f"two nested deployments are called '{resource.name}'",
                    hint=(
                        "Azure keeps one deployment of a name: the second overwrites the first, or waits for it in vain"
                    ),
                )


def _identity(resource: Resource) -> tuple[str, ...]:
    scope = [str(member(resource.body, name) or "") for name in ("scope", "subscriptionId", "resourceGroup")]
    return tuple("".join(part.split()).lower() for part in (resource.name, *scope))


def _exclude_each_other(one: Resource, other: Resource) -> bool:
    return "condition" in one.body and "condition" in other.body


def _length(resource: Resource) -> Iterator[Finding]:
    name = resource.level.text(resource.name)
    if name is not None and len(name) > MAX_DEPLOYMENT_NAME_CHARACTERS:
        yield Finding(
            path=resource.place("name"),
            message=f"the name '{name}' has {len(name)} characters; a deployment's has at most "
            f"{MAX_DEPLOYMENT_NAME_CHARACTERS}",
        )


def _loop(resource: Resource) -> Iterator[Finding]:
    if member(resource.body, "copy") is None:
        return
    use = next((each for each in resource.level.uses if each.path == resource.place("name")), None)
    is_same = not is_expression(resource.name) or (use is not None and use.node is not None and _is_constant(use.node))
    if is_same:
        yield Finding(
            path=resource.place("name"),
            message=f"all deployments of the loop '{member(member(resource.body, 'copy'), 'name')}' have the same name",
            hint="put copyIndex() into the name",
        )


def _is_constant(node: object) -> bool:
    return not any(True for _ in calls(node, "copyindex"))  # type: ignore[arg-type]


RULE = Rule(
    code="nested-name",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="nested deployments have names of their own, of 64 characters at most",
    why="Deployments of one scope share the history; one overwrites another of the same name, and two at a time fail.",
    bad='{ "resources": [ { "type": "Microsoft.Resources/deployments", "name": "a", "properties": {} },\n'
    '  { "type": "Microsoft.Resources/deployments", "name": "a", "properties": {} } ] }',
    good='{ "resources": [ { "type": "Microsoft.Resources/deployments", "name": "a", "properties": {} },\n'
    '  { "type": "Microsoft.Resources/deployments", "name": "b", "properties": {} } ] }',
    check=check,
)
