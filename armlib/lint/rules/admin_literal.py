"""Names and passwords of administrators are given, not written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.lint.foreign import own_values
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Level, Resource, TemplateSubject
from armlib.lint.walk import literal, member, parsed

_NAMES: Final = frozenset({"adminusername", "administratorlogin", "adminlogin"})
_KEPT: Final = "microsoft.keyvault/vaults/secrets"
_PASSWORDS: Final = frozenset({"adminpassword", "administratorloginpassword"})


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.resources:
        yield from _kept_secret(resource)
        for path, key, value in own_values(resource):
            wanted = key.lower()
            if wanted not in _PASSWORDS and (wanted not in _NAMES or subject.from_module):
                continue  # a module settles names with its own arguments
            if isinstance(path[-1], str) and path[-1].lower() in (wanted, "value") and _is_fixed(value, resource.level):
                is_password = wanted in _PASSWORDS
                yield Finding(
                    path=path,
                    message=f"'{key}' of '{resource.label}' is fixed in the template",
                    hint=f"take it from a {'secure ' if is_password else ''}parameter without a default",
                    severity=None if is_password else Severity.WARNING,
                )


def _kept_secret(resource: Resource) -> Iterator[Finding]:
    """Yield a secret of a key vault that is written down beside it."""
    value = member(member(resource.body, "properties"), "value")
    if resource.lower_type == _KEPT and _is_fixed(value, resource.level):
        yield Finding(
            path=resource.place("properties", "value"),
            message=f"the secret '{resource.label}' is fixed in the template",
            hint="take it from a secure parameter without a default",
        )


def _is_fixed(value: Any, level: Level) -> bool:
    if not isinstance(value, str) or not value:
        return False
    if not is_expression(value):
        return True
    node = parsed(value)
    return node is not None and _comes_from_text(node, level)


def _comes_from_text(node: Node, level: Level) -> bool:
    """Return whether an expression gives a text of the template: a literal, or a variable that holds one."""
    steps: list[str] = []
    while isinstance(node, (Member, Index)):
        step = node.name if isinstance(node, Member) else literal(node.index)
        if step is None:
            return False
        steps.append(step)
        node = node.target
    if isinstance(node, Literal):
        return True
    if not isinstance(node, Call) or node.name.lower() != "variables" or len(node.arguments) != 1:
        return False
    name = literal(node.arguments[0])
    held = level.names.variable(name) if name is not None else None
    for step in reversed(steps):
        held = held.get(step) if isinstance(held, dict) else None
    return isinstance(held, str) and bool(held) and not is_expression(held)


RULE = Rule(
    code="admin-literal",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="the name and password of an administrator, and the secrets of a vault, are parameters",
    why="A password in a template is known to everybody who may read it, and a name that is the same everywhere makes "
    "guessing easier.",
    bad='{ "resources": [ { "type": "Microsoft.Compute/virtualMachines", "name": "vm",\n'
    '  "properties": { "osProfile": { "adminPassword": "Pa55w0rd" } } } ] }',
    good='{ "parameters": { "adminPassword": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Compute/virtualMachines", "name": "vm",\n'
    '  "properties": { "osProfile": { "adminPassword": "[parameters(\'adminPassword\')]" } } } ] }',
    check=check,
    covers=("adminPassword-Should-Not-Be-A-Literal", "adminUsername-Should-Not-Be-A-Literal"),
)
