"""Resources whose deployment removes what they do not list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Resource, TemplateSubject
from armlib.lint.walk import member

# Types that replace a whole list with each deployment: the list, and the children that are its entries.
_LISTS: Final = {
    "microsoft.network/virtualnetworks": (("subnets", "subnets"),),
    "microsoft.network/routetables": (("routes", "routes"),),
    "microsoft.network/networksecuritygroups": (("securityRules", "securityrules"),),
    "microsoft.network/loadbalancers": (
        ("backendAddressPools", "backendaddresspools"),
        ("inboundNatRules", "inboundnatrules"),
    ),
    "microsoft.keyvault/vaults": (("accessPolicies", "accesspolicies"),),
}
_SETTINGS: Final = {"appsettings": "appSettings", "connectionstrings": "connectionStrings"}
_WHOLE: Final = ("appsettings", "connectionstrings")


def check(subject: TemplateSubject) -> Iterator[Finding]:
    for resource in subject.deployed:
        kind = resource.lower_type
        if kind in _LISTS:
            for name, child in _LISTS[kind]:
                yield from _list(resource, name, f"{kind}/{child}")
        if kind in ("microsoft.web/sites", "microsoft.web/sites/slots"):
            yield from _settings(resource)
    yield from _emptied_vaults(subject)
    yield from _twice(subject)


def _list(parent: Resource, name: str, child_type: str) -> Iterator[Finding]:
    listed: Any = parent.value("properties", name)
    if isinstance(listed, UNKNOWN) or isinstance(parent.properties, UNKNOWN):
        return
    names = {_name(parent, entry) for entry in listed} if isinstance(listed, list) else set()
    if None in names:  # some are known to the deployment alone
        return
    loops = member(member(parent.body, "properties"), "copy")
    if any(str(member(loop, "name")).lower() == name.lower() for loop in (loops if isinstance(loops, list) else ())):
        return
    lost = [
        each
        for each in parent.children
        if each.lower_type == child_type and not each.is_existing and _own_name(each) not in names
    ]
    if lost:
        yield Finding(
            path=parent.place("properties", name),
            message=f"each deployment of '{parent.label}' removes '{lost[0].label}'"
            + (f" and {len(lost) - 1} more" if len(lost) > 1 else "")
            + f": '{name}' does not list it",
            hint=f"put it into '{name}', or deploy '{parent.label}' apart from its children",
        )


def _name(parent: Resource, entry: Any) -> str | None:
    found = parent.level.worth(member(entry, "name"))
    return found.lower() if isinstance(found, str) else None


def _own_name(child: Resource) -> str | None:
    found = child.level.text(child.name)
    return found.rpartition("/")[2].lower() if found is not None else None


def _settings(site: Resource) -> Iterator[Finding]:
    for child in site.children:
        if not child.lower_type.endswith("/config"):
            continue
        name = (child.level.text(child.name) or child.name.rstrip("')]")).rpartition("/")[2].lower()
        listed = site.value("properties", "siteConfig", _SETTINGS[name]) if name in _SETTINGS else None
        if listed and not isinstance(listed, UNKNOWN):
            yield Finding(
                path=site.place("properties", "siteConfig", _SETTINGS[name]),
                message=f"'{child.label}' replaces all settings that '{site.label}' lists itself",
                hint=f"list them in one place: the config '{name}' is written as a whole",
            )


def _emptied_vaults(subject: TemplateSubject) -> Iterator[Finding]:
    for vault in subject.of_type("microsoft.keyvault/vaults"):
        policies: Any = vault.value("properties", "accessPolicies")
        if policies != [] or vault.value("properties", "enableRbacAuthorization") is not None:
            continue
        if vault.value("properties", "createMode") is None:
            yield Finding(
                path=vault.place("properties", "accessPolicies"),
                message=f"each deployment of the vault '{vault.label}' takes all access policies away",
                hint="list them, or use roles: enableRbacAuthorization true",
                severity=Severity.NOTE,
            )


def _twice(subject: TemplateSubject) -> Iterator[Finding]:
    """Yield a finding for settings of an app that two resources write, each of them as a whole."""
    for level in subject.levels:
        seen: dict[tuple[str, str], Resource] = {}
        for resource in level.resources:
            if resource.is_existing or not resource.lower_type.endswith("/config") or "condition" in resource.body:
                continue
            name = "".join(resource.name.split()).lower()
            whole = name.rstrip("')]").rpartition("/")[2] in _WHOLE
            parent = "".join(resource.parent.name.split()).lower() if resource.parent else ""
            first = seen.setdefault((parent, name), resource) if whole else resource
            if first is not resource:
                yield Finding(
                    path=resource.path,
                    message=f"'{resource.label}' is written twice, and the later one removes what the other has set",
                    hint="put all settings into one resource",
                )


RULE = Rule(
    code="overwrite-risk",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="no deployment of a parent removes children or settings that it does not list",
    why=(
        "Azure replaces lists as a whole: the subnets of a network, the rules of a security group, the "
        "routes of a table, the policies of a vault, the settings of an app. A second deployment takes "
        "away what others have added, for a while or for ever."
    ),
    bad=(
        '{ "resources": [ { "type": "Microsoft.Network/virtualNetworks", "name": "n", "properties": { '
        '"subnets": [] } },\n'
        '  { "type": "Microsoft.Network/virtualNetworks/subnets", "name": "n/s", "properties": {} } ] }'
    ),
    good='{ "resources": [ { "type": "Microsoft.Network/virtualNetworks", "name": "n",\n'
    '  "properties": { "subnets": [ { "name": "s", "properties": {} } ] } } ] }',
    check=check,
)
