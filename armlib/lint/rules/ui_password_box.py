"""Passwords of a form go to secure parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.form import Control, by_place, control_at, declared, outputs, referred
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import FormSubject, is_secure

_PASSWORDS: Final = ("passwordbox", "credentialscombo")
_NOT_A_PASSWORD: Final = frozenset({"authenticationtype", "username", "sshpublickey", "name"})


def check(subject: FormSubject) -> Iterator[Finding]:
    if subject.template is None:
        return
    known, places, parameters = set(_PASSWORDS), by_place(subject), declared(subject)
    for name, value in outputs(subject).items():
        each = parameters.get(name.lower())
        if each is None:
            continue
        sources = [control_at(names, places) or _by_name(names, places) for names in referred(value)]
        about = {names[-1] for names in referred(value)} & _NOT_A_PASSWORD
        kinds = set() if about else {control.kind for control in sources if control is not None}
        is_password = bool(kinds & known)
        if is_password and not is_secure(each, subject.template):
            yield Finding(
                path=("parameters", "outputs", name),
                message=f"the password of the form goes to the parameter '{name}', which is not secure",
                hint="give the parameter the type securestring or secureobject",
            )
        if "textbox" in kinds and not is_password and is_secure(each, subject.template) and "password" in name.lower():
            yield Finding(
                path=("parameters", "outputs", name),
                message=f"the secure parameter '{name}' is typed into a text box, where it can be read",
                hint="use Microsoft.Common.PasswordBox",
            )


def _by_name(names: tuple[str, ...], places: dict[tuple[str, ...], Control]) -> Control | None:
    return next((control for where, control in places.items() if where[-1] == names[-1]), None)


RULE = Rule(
    code="ui-password-box",
    severity=Severity.ERROR,
    stage=Stage.FORM,
    summary="what is typed into a password box goes to a secure parameter",
    why="The password is in the deployment history.",
    bad='{ "parameters": { "basics": [ { "name": "p", "type": "Microsoft.Common.PasswordBox" } ],\n'
    '  "outputs": { "a": "[basics(\'p\')]" } } }',
    good='{ "parameters": { "basics": [ { "name": "p", "type": "Microsoft.Common.PasswordBox" } ],\n'
    '  "outputs": {} } }',
    check=check,
    covers=("Password-Textboxes-Must-Be-Used-For-Password-Parameters",),
)
