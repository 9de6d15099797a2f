"""Secrets go only where they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.expressions.syntax import Call, Index, Member, Node
from armlib.jsontypes import JsonPath
from armlib.lint.foreign import is_foreign
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import DEPLOYMENTS, Resource, TemplateSubject, Use, is_secure
from armlib.lint.walk import is_list_call, key_of, member

_TOP: Final = frozenset({"name", "type", "apiversion", "location", "tags", "kind", "scope", "comments"})
# Places that are shown to whoever may read the resource, by type: the steps below the resource, * for any one.
_SHOWN: Final = {
    "microsoft.containerinstance/containergroups": (
        ("properties", "containers", "*", "properties", "environmentVariables", "*", "value"),
        ("properties", "containers", "*", "properties", "command", "*"),
    ),
    "microsoft.resources/deploymentscripts": (
        ("properties", "environmentVariables", "*", "value"),
        ("properties", "arguments"),
        ("properties", "scriptContent"),
    ),
    "microsoft.app/containerapps": (("properties", "template", "containers", "*", "env", "*", "value"),),
    "microsoft.app/jobs": (("properties", "template", "containers", "*", "env", "*", "value"),),
}
_SETTINGS: Final = ["properties", "settings"]  # of an extension; commands in them have a rule of their own


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        if use.resource is None or use.section != "resources" or is_foreign(use.resource, use.path):
            continue
        where = _shown_place(use, use.resource)
        secret = use.level.secret_in(use.node) if where else None
        if where and secret:
            yield Finding(
                path=use.path,
                message=f"{where} of '{use.resource.label}' is shown to readers, and is given {secret}",
                hint="use the member that is kept secret, such as secureValue or secretRef, or a key vault",
                severity=Severity.NOTE if where.startswith("the parameter") else None,
            )


def _shown_place(use: Use, resource: Resource) -> str | None:
    steps = use.path[len(resource.path) :]
    if str(steps[0]).lower() in _TOP:
        return f"'{steps[0]}'"
    if resource.lower_type.endswith("/extensions") and [str(step).lower() for step in steps[:2]] == _SETTINGS:
        return None if "commandtoexecute" in (str(step).lower() for step in steps) else f"'{steps[1]}'"
    for pattern in _SHOWN.get(resource.lower_type, ()):
        if _matches(steps, pattern):
            return f"'{pattern[-1] if pattern[-1] != '*' else pattern[-2]}'"
    if resource.lower_type == DEPLOYMENTS and _is_plain_argument(steps, resource) and _is_the_secret(use.node):
        return f"the parameter '{steps[2]}'"
    return None


def _matches(steps: JsonPath, pattern: tuple[str, ...]) -> bool:
    return len(steps) >= len(pattern) and all(
        one == "*" or str(step).lower() == one.lower() for step, one in zip(steps, pattern, strict=False)
    )


def _is_the_secret(node: Node | None) -> bool:
    """Return whether an expression is a secret or a text with one, and no object with members of all kinds."""
    while isinstance(node, (Member, Index)):
        node = node.target
        if isinstance(node, Call) and node.name.lower() == "parameters":
            return False
    return isinstance(node, Call) and (node.name.lower() in ("parameters", "concat", "format") or is_list_call(node))


def _is_plain_argument(steps: JsonPath, resource: Resource) -> bool:
    """Return whether *steps* lead to an argument of a nested template's parameter that is not secure."""
    if (
        resource.inner is None
        or len(steps) < 3
        or [str(step).lower() for step in steps[:2]] != ["properties", "parameters"]
    ):
        return False
    declared = resource.inner.parameters
    key = key_of(declared, str(steps[2]))
    if key is None or is_secure(declared[key], resource.inner.body):
        return False
    return isinstance(member(declared[key], "type"), str)


RULE = Rule(
    code="secure-sink",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="a secret goes only into members that keep it",
    why="Names, tags, plain environment variables and plain parameters of nested templates are shown to everybody who "
    "may read the resource or the deployment.",
    bad='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Network/publicIPAddresses", "name": "ip",\n'
    '    "tags": { "key": "[parameters(\'key\')]" } } ] }',
    good='{ "resources": [ { "type": "Microsoft.Network/publicIPAddresses", "name": "ip", "tags": { "a": "b" } } ] }',
    check=check,
)
