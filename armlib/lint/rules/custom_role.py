"""Custom roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for role in subject.of_type("microsoft.authorization/roledefinitions"):
        permissions: Any = role.value("properties", "permissions")
        actions = [
            action
            for each in (permissions if isinstance(permissions, list) else ())
            if isinstance(each, dict) and isinstance(each.get("actions"), list)
            for action in each["actions"]
        ]
        allows_all = "*" in actions
        yield Finding(
            path=role.place("properties", "permissions"),
            message=f"the custom role '{role.label}' "
            + ("allows everything" if allows_all else "is to be looked through"),
            hint="use a built-in role where one fits; else list the actions that are needed",
            severity=None if allows_all else Severity.NOTE,
        )


RULE = Rule(
    code="custom-role",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="custom roles are looked through",
    why="Custom roles are often wider than what they are for, and nobody updates them when services get new actions.",
    bad='{ "resources": [ { "type": "Microsoft.Authorization/roleDefinitions", "name": "r",\n'
    '  "properties": { "permissions": [ { "actions": [ "*" ] } ] } } ] }',
    good=(
        '{ "resources": [ { "type": "Microsoft.Authorization/roleAssignments", "name": "r",\n'
        '  "properties": { "roleDefinitionId": "[resourceId(\'Microsoft.Authorization/roleDefinitions\', '
        "'reader')]\" } } ] }"
    ),
    check=check,
    covers=("TA-000020",),
)
