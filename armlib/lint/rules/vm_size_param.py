"""Sizes of machines."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.expressions.syntax import Call, Index, Member
from armlib.lint.foreign import own_values
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Level, TemplateSubject
from armlib.lint.walk import literal, parsed, values


def check(subject: TemplateSubject) -> Iterator[Finding]:
    if subject.from_module:  # a module settles sizes with its own arguments
        return
    for resource in subject.resources:
        for path, key, value in own_values(resource):
            named = path[-2] if key == "value" and path[-1] == key else key  # of a nested deployment's parameter
            if str(named).lower() != "vmsize" or not isinstance(value, str) or not value:
                continue
            fixed = _fixed(value, resource.level)
            if fixed:
                yield Finding(
                    path=path,
                    message=f"the size of the machines of '{resource.label}' is fixed: '{fixed}'",
                    hint="take it from a parameter",
                )


def _fixed(value: str, level: Level) -> str | None:
    if not is_expression(value):
        return value
    node = parsed(value)
    while isinstance(node, (Member, Index)):
        node = node.target
    if not isinstance(node, Call) or node.name.lower() != "variables" or len(node.arguments) != 1:
        return None
    held = level.variable(literal(node.arguments[0]) or "")
    worth = level.worth(value)
    depends = any("parameters" in text for _, text in values(held) if isinstance(text, str))
    return worth if isinstance(worth, str) and worth and not depends else None


RULE = Rule(
    code="vm-size-param",
    severity=Severity.NOTE,
    stage=Stage.TEMPLATE,
    summary="the size of a machine comes from a parameter",
    why="Which sizes there are differs by region and subscription.",
    bad='{ "resources": [ { "type": "Microsoft.Compute/virtualMachines", "name": "vm",\n'
    '  "properties": { "hardwareProfile": { "vmSize": "Standard_D2_v3" } } } ] }',
    good='{ "parameters": { "size": { "type": "string" } },\n'
    '  "resources": [ { "type": "Microsoft.Compute/virtualMachines", "name": "vm",\n'
    '  "properties": { "hardwareProfile": { "vmSize": "[parameters(\'size\')]" } } } ] }',
    check=check,
    covers=("VM-Size-Should-Be-A-Parameter",),
)
