"""Only encrypted connections, with a TLS version that is safe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, Wanted, is_false, is_true, not_true, old_tls, wanted
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.sites import sites
from armlib.lint.subject import TemplateSubject

_ENCRYPTED = "allows connections that are not encrypted"
_OLD = "allows TLS versions below 1.2"
_TLS = "say 1.2 or higher"


def _tls(type_: str, name: str, value: str, *more: str) -> Wanted:
    return Wanted(type=type_, path=("properties", *more, name), bad=old_tls, says=_OLD, hint=_TLS, value=value)


def _plain_protocols(value: Any) -> bool:
    protocols = [str(each).lower() for each in value] if isinstance(value, list) else []
    return bool({"http", "ws"} & set(protocols))


_TABLE = (
    Wanted(
        type="microsoft.storage/storageaccounts",
        path=("properties", "supportsHttpsTrafficOnly"),
        bad=is_false,
        says=_ENCRYPTED,
        hint="say true",
        value=True,
    ),
    _tls("microsoft.storage/storageaccounts", "minimumTlsVersion", "TLS1_2"),
    Wanted(
        type="microsoft.cache/redis",
        path=("properties", "enableNonSslPort"),
        bad=is_true,
        says=_ENCRYPTED,
        hint="say false",
        value=False,
    ),
    _tls("microsoft.cache/redis", "minimumTlsVersion", "1.2"),
    _tls("microsoft.sql/servers", "minimalTlsVersion", "1.2"),
    _tls("microsoft.sql/managedinstances", "minimalTlsVersion", "1.2"),
    _tls("microsoft.eventhub/namespaces", "minimumTlsVersion", "1.2"),
    _tls("microsoft.servicebus/namespaces", "minimumTlsVersion", "1.2"),
    _tls("microsoft.dbformysql/servers", "minimalTlsVersion", "TLS1_2"),
    _tls("microsoft.dbforpostgresql/servers", "minimalTlsVersion", "TLS1_2"),
    _tls("microsoft.dbformariadb/servers", "minimalTlsVersion", "TLS1_2"),
    *(
        Wanted(
            type=type_,
            path=("properties", "sslEnforcement"),
            bad=is_false,
            says=_ENCRYPTED,
            hint="say Enabled",
            value="Enabled",
        )
        for type_ in (
            "microsoft.dbformysql/servers",
            "microsoft.dbforpostgresql/servers",
            "microsoft.dbformariadb/servers",
        )
    ),
    Wanted(
        type="microsoft.cdn/profiles/endpoints",
        path=("properties", "isHttpAllowed"),
        bad=is_true,
        says=_ENCRYPTED,
        hint="say false",
        value=False,
    ),
    Wanted(
        type="microsoft.apimanagement/service/apis",
        path=("properties", "protocols"),
        bad=_plain_protocols,
        says=_ENCRYPTED,
        hint="list https and wss alone",
    ),
    Wanted(
        type="microsoft.web/sites",
        path=("properties", "httpsOnly"),
        bad=not_true,
        says=_ENCRYPTED,
        hint="say true; it is false when nothing is said",
        value=True,
        absent=None,
        applies=lambda site: (
            str(site.value("kind") or "app").lower().startswith(("app", "functionapp", "api"))
            or str(site.value("kind")).lower().endswith("api")
        ),
    ),
    Wanted(
        type="microsoft.web/sites/slots",
        path=("properties", "httpsOnly"),
        bad=is_false,
        says=_ENCRYPTED,
        hint="say true",
        value=True,
    ),
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    yield from wanted(subject, _TABLE)
    for site in sites(subject):
        found = site.setting("minTlsVersion")
        if not isinstance(found.value, UNKNOWN) and old_tls(found.value):
            yield Finding(path=found.path, message=f"'minTlsVersion' of '{site.anchor.label}' {_OLD}", hint=_TLS)


RULE = Rule(
    code="https-only",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="apps, storage, caches and databases take encrypted connections only, with TLS 1.2 or higher",
    why="What is sent without encryption, or with a broken one, can be read and changed on the way.",
    bad='{ "resources": [ { "type": "Microsoft.Cache/redis", "name": "c",\n'
    '  "properties": { "enableNonSslPort": true } } ] }',
    good='{ "resources": [ { "type": "Microsoft.Cache/redis", "name": "c",\n'
    '  "properties": { "enableNonSslPort": false } } ] }',
    check=check,
    fix="sets what is written to the safe value",
    covers=(
        "TA-000004",
        "TA-000005",
        "TA-000010",
        "TA-000011",
        "TA-000016",
        "TA-000017",
        "TA-000022",
        "TA-000029",
    ),
)
