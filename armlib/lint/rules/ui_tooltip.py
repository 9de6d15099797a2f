"""Controls that explain themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.form import controls
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member

_SILENT: Final = frozenset(
    [
        "section",
        "textblock",
        "infobox",
        "armapicontrol",
        "editablegrid",
        "tagsbyresource",
        "resourceselector",
        "graphapicontrol",
    ]
)


def check(subject: FormSubject) -> Iterator[Finding]:
    for control in controls(subject):
        if control.is_control and control.kind not in _SILENT and not member(control.body, "toolTip"):
            yield Finding(path=control.path, message=f"'{control.name}' has no toolTip")


RULE = Rule(
    code="ui-tooltip",
    severity=Severity.NOTE,
    stage=Stage.FORM,
    summary="a control that takes a value has a tool tip",
    why="Users do not know what to say.",
    bad=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.TextBox", "label": "A" } '
        '], "outputs": {} } }'
    ),
    good=(
        '{ "parameters": { "basics": [ { "name": "a", "type": "Microsoft.Common.TextBox", "label": "A", '
        '"toolTip": "What a is for" } ], "outputs": {} } }'
    ),
    check=check,
    covers=("Tooltips-Should-Be-Present",),
)
