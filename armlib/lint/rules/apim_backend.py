"""Backends of API Management."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, is_false
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Resource, TemplateSubject


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for backend in subject.of_type("microsoft.apimanagement/service/backends"):
        for name in ("validateCertificateChain", "validateCertificateName"):
            if is_false(backend.value("properties", "tls", name)):
                yield Finding(
                    path=backend.place("properties", "tls", name),
                    message=f"the certificate of the backend '{backend.label}' is not checked: {name} is false",
                    hint="leave it out, or say true",
                )
        if _speaks_http(backend) and not _is_authenticated(backend):
            yield Finding(
                path=backend.place("properties", "credentials"),
                message=f"calls to the backend '{backend.label}' say nothing of who calls",
                hint="give credentials: an authorization with scheme and parameter, or a certificate",
                severity=Severity.NOTE,
            )


def _speaks_http(backend: Resource) -> bool:
    protocol, url = (backend.value("properties", name) for name in ("protocol", "url"))
    return str(protocol).lower() == "http" and url is not None and not str(url).lower().startswith("fabric:")


def _is_authenticated(backend: Resource) -> bool:
    steps = ("properties", "credentials")
    authorization: list[Any] = [backend.value(*steps, "authorization", name) for name in ("scheme", "parameter")]
    others: list[Any] = [backend.value(*steps, name) for name in ("certificate", "certificateIds", "header", "query")]
    given = [isinstance(each, UNKNOWN) or bool(each) for each in authorization]
    return all(given) or any(isinstance(each, UNKNOWN) or bool(each) for each in others)


RULE = Rule(
    code="apim-backend",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="a backend of API Management is checked by its certificate, and told who calls",
    why=(
        "Without the check, anybody on the way can pretend to be the backend; without credentials, anybody can call it."
    ),
    bad=(
        '{ "resources": [ { "type": "Microsoft.ApiManagement/service/backends", "name": "s/b",\n'
        '  "properties": { "url": "https://b.contoso.com", "protocol": "soap", "tls": { '
        '"validateCertificateChain": false } } } ] }'
    ),
    good='{ "resources": [ { "type": "Microsoft.ApiManagement/service/backends", "name": "s/b",\n'
    '  "properties": { "url": "https://b.contoso.com", "protocol": "soap" } } ] }',
    check=check,
    covers=("TA-000032", "TA-000038"),
)
