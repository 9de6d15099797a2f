"""Commands with secrets stand in protectedSettings."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject, Use


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for use in subject.uses:
        if use.section != "resources" or not _is_open_setting(use):
            continue
        secret = use.level.secret_in(use.node)
        if secret:
            yield Finding(
                path=use.path,
                message=f"the command is given {secret}, and everybody who may read the machine can read it",
                hint="move it to protectedSettings, which is encrypted",
            )


def _is_open_setting(use: Use) -> bool:
    steps = [str(step).lower() for step in use.path]
    if "protectedsettings" in steps:
        return False
    return "commandtoexecute" in steps


RULE = Rule(
    code="command-secret",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a command of a machine's extension that uses a secret stands in protectedSettings",
    why="The settings of an extension are shown with the machine and are on its disk as plain text.",
    bad='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Compute/virtualMachines/extensions", "name": "vm/run", "properties": {\n'
    '    "settings": { "commandToExecute": "[concat(\'run \', parameters(\'key\'))]" } } } ] }',
    good='{ "parameters": { "key": { "type": "securestring" } },\n'
    '  "resources": [ { "type": "Microsoft.Compute/virtualMachines/extensions", "name": "vm/run", "properties": {\n'
    '    "protectedSettings": { "commandToExecute": "[concat(\'run \', parameters(\'key\'))]" } } } ] }',
    check=check,
    covers=("CommandToExecute-Must-Use-ProtectedSettings-For-Secrets",),
)
