"""The handler of a form."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject
from armlib.lint.walk import member


def check(subject: FormSubject) -> Iterator[Finding]:
    handler, version = (member(subject.value, name) for name in ("handler", "version"))
    if handler not in ("Microsoft.Azure.CreateUIDef", "Microsoft.Compute.MultiVm"):
        yield Finding(
            path=("handler",), message=f"the handler of the form is {handler!r}", hint="use Microsoft.Azure.CreateUIDef"
        )
    if version != "0.1.2-preview":
        yield Finding(path=("version",), message=f"the version of the form is {version!r}", hint="use 0.1.2-preview")


RULE = Rule(
    code="ui-handler",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="a form is handled by Microsoft.Azure.CreateUIDef or Microsoft.Compute.MultiVm, in version 0.1.2-preview",
    why="The portal shows an error in place of the form.",
    bad='{ "version": "0.1.2-preview", "parameters": {} }',
    good='{ "handler": "Microsoft.Azure.CreateUIDef", "version": "0.1.2-preview", "parameters": {} }',
    check=check,
    covers=("Handler-Must-Be-Correct",),
)
