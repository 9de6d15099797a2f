"""New or existing resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.form import controls, outputs, referred
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member

_SELECTORS: Final = ("storageaccountselector", "publicipaddresscombo", "virtualnetworkcombo")


def check(subject: FormSubject) -> Iterator[Finding]:
    told = [names for value in outputs(subject).values() for names in referred(value)]
    plain = [str(value).lower() for value in outputs(subject).values()]
    for control in controls(subject):
        if control.kind not in _SELECTORS or member(member(control.body, "options"), "hideExisting") is True:
            continue
        for wanted in ("newOrExisting", "resourceGroup"):
            steps = (*control.where, wanted.lower())
            is_told = any(names == steps for names in told)
            if not is_told and not any(f"{control.name.lower()}.{wanted.lower()}" in text for text in plain):
                yield Finding(
                    path=control.path,
                    message=f"'{control.name}' offers existing resources, and no output tells its {wanted}",
                    hint=f"add an output with .{wanted}, or set options.hideExisting to true",
                )


RULE = Rule(
    code="ui-existing",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="a form that offers existing resources tells the template which of them was chosen",
    why="The template creates the resource again, and changes or breaks the existing one.",
    bad='{ "parameters": { "steps": [ { "name": "a", "type": "Microsoft.Storage.StorageAccountSelector" } ],\n'
    '  "outputs": { "name": "[steps(\'a\').name]" } } }',
    good='{ "parameters": { "steps": [ { "name": "a", "type": "Microsoft.Storage.StorageAccountSelector",\n'
    '  "options": { "hideExisting": true } } ], "outputs": { "name": "[steps(\'a\').name]" } } }',
    check=check,
    covers=("HideExisting-Must-Be-Correctly-Handled",),
)
