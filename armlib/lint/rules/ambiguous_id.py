"""Ids that may be those of another resource than the one that is meant."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call
from armlib.jsontypes import JsonPath
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Level, TemplateSubject
from armlib.lint.walk import calls, literal, member


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        for call in calls(use.node, "resourceid", "subscriptionresourceid", "tenantresourceid"):
            at = next((n for n, each in enumerate(call.arguments) if _is_type(literal(each))), None)
            if at is None:
                continue
            type_ = str(literal(call.arguments[at])).strip("/")
            problem = _segments(call, at, type_)
            if problem is None and not _is_found_anywhere(type_, use.path):
                problem = _elsewhere(call, at, use.level)
            if problem:
                message, hint = problem
                yield Finding(path=use.path, message=message, hint=hint)


def _is_type(text: str | None) -> bool:
    return text is not None and "/" in text and "." in text.split("/")[0] and not text.startswith("/")


def _is_found_anywhere(type_: str, path: JsonPath) -> bool:
    """Return whether an id without its group is right: of roles and groups, and in dependsOn, which Azure matches."""
    own = type_.lower().startswith(("microsoft.authorization/", "microsoft.resources/resourcegroups"))
    return own or any(str(step).lower() == "dependson" for step in path)


def _segments(call: Call, at: int, type_: str) -> tuple[str, str] | None:
    wanted, given = type_.count("/"), len(call.arguments) - at - 1
    if wanted == given:
        return None
    plural = "s" if wanted != 1 else ""
    return f"{call.name}() of {type_} is given {given} names", f"it takes {wanted} name{plural}, one for each segment"


def _elsewhere(call: Call, at: int, level: Level) -> tuple[str, str] | None:
    """Return what is wrong when a nested template for another group is evaluated in the scope around it."""
    if level.is_inner or level.owner is None or call.name.lower() != "resourceid" or at > 0:
        return None
    if member(level.owner.body, "resourceGroup") is None and member(level.owner.body, "subscriptionId") is None:
        return None
    type_ = literal(call.arguments[at])
    return (
        f"resourceId('{type_}', …) is one of the group around '{level.owner.label}', which deploys to another",
        "say the resource group, or evaluate the nested template in its own scope",
    )


RULE = Rule(
    code="ambiguous-id",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="resourceId() names one resource: as many names as segments, and the group where it is not the own one",
    why=(
        "In a nested template that is evaluated in the outer scope, resourceId() gives ids of the outer "
        "group, although the template deploys to another one."
    ),
    bad='{ "outputs": { "id": { "type": "string", "value": "[resourceId(\'Contoso.Shop/shops/shelves\', \'a\')]" } } }',
    good=(
        '{ "outputs": { "id": { "type": "string", "value": "[resourceId(\'Contoso.Shop/shops/shelves\', '
        "'a', 'b')]\" } } }"
    ),
    check=check,
    covers=("Resources-Should-Not-Be-Ambiguous",),
)
