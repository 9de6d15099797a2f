"""What is open to everybody on the internet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, Wanted, is_true, wanted
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import Resource, TemplateSubject
from armlib.lint.walk import member

_ANY: Final = frozenset({"*", "0.0.0.0", "0.0.0.0/0", "internet", "any", "::/0"})  # noqa: S104 - what is looked for
_MANAGEMENT: Final = {22: "SSH", 3389: "RDP", 5985: "WinRM", 5986: "WinRM"}


def _is_open(value: Any) -> bool:
    return isinstance(value, str) and value.lower() == "enabled"


def _open(type_: str) -> Wanted:
    return Wanted(
        type=type_,
        path=("properties", "publicNetworkAccess"),
        bad=_is_open,
        says="is reached from every network",
        hint="say Disabled and use a private endpoint, or list the networks that may",
        applies=lambda each: not _has_rules(each),
    )


_TABLE = (
    Wanted(
        type="microsoft.storage/storageaccounts",
        path=("properties", "allowBlobPublicAccess"),
        bad=is_true,
        says="lets everybody read containers that are set public",
        hint="say false",
        value=False,
    ),
    Wanted(
        type="microsoft.containerregistry/registries",
        path=("properties", "anonymousPullEnabled"),
        bad=is_true,
        says="lets everybody pull images",
        hint="say false",
        value=False,
    ),
    *(
        Wanted(
            type=type_,
            path=("properties", "publicAccess"),
            bad=lambda value: isinstance(value, str) and value.lower() in ("blob", "container"),
            says="lets everybody read",
            hint="say None",
            value="None",
        )
        for type_ in ("microsoft.storage/storageaccounts/blobservices/containers",)
    ),
    *map(
        _open,
        (
            "microsoft.keyvault/vaults",
            "microsoft.storage/storageaccounts",
            "microsoft.documentdb/databaseaccounts",
            "microsoft.sql/servers",
            "microsoft.dbforpostgresql/servers",
            "microsoft.dbformysql/servers",
            "microsoft.cognitiveservices/accounts",
            "microsoft.search/searchservices",
            "microsoft.cache/redis",
            "microsoft.machinelearningservices/workspaces",
        ),
    ),
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    yield from wanted(subject, _TABLE)
    for resource in subject.deployed:
        kind = resource.lower_type
        if kind.endswith("/firewallrules"):
            yield from _firewall(resource)
        elif kind == "microsoft.network/networksecuritygroups":
            yield from _security_rules(resource)
        elif kind == "microsoft.network/networksecuritygroups/securityrules":
            yield from _security_rule(resource, resource.properties, ("properties",))
        elif kind == "microsoft.containerservice/managedclusters":
            yield from _cluster(resource)


def _has_rules(resource: Resource) -> bool:
    acls = resource.value("properties", "networkAcls", "defaultAction")
    return isinstance(acls, UNKNOWN) or str(acls).lower() == "deny" or bool(resource.value("properties", "ipRules"))


def _firewall(resource: Resource) -> Iterator[Finding]:
    start, end = (resource.value("properties", name) for name in ("startIpAddress", "endIpAddress"))
    first = (str(start).lower(), str(end).lower())
    if first == ("0.0.0.0", "255.255.255.255"):  # noqa: S104 - the range of all addresses
        yield Finding(
            path=resource.place("properties", "endIpAddress"),
            message=f"the firewall rule '{resource.label}' lets every address in",
            hint="say the range that needs it",
        )


def _security_rules(resource: Resource) -> Iterator[Finding]:
    rules = resource.value("properties", "securityRules")
    for number, rule in enumerate(rules) if isinstance(rules, list) else ():
        yield from _security_rule(
            resource, member(rule, "properties"), ("properties", "securityRules"), number, str(member(rule, "name"))
        )


def _security_rule(
    resource: Resource, rule: Any, steps: tuple[str, ...], number: int | None = None, name: str | None = None
) -> Iterator[Finding]:
    def said(key: str) -> list[str]:
        one, many = member(rule, key), member(rule, key + ("es" if key.endswith("Prefix") else "s"))
        found = [one, *(many if isinstance(many, list) else [])]
        return [each.lower() for each in (resource.level.worth(one) for one in found) if isinstance(each, str)]

    if said("direction") != ["inbound"] or said("access") != ["allow"] or said("protocol") in (["udp"], ["icmp"]):
        return
    if not _ANY & set(said("sourceAddressPrefix")):
        return
    open_ports = sorted(
        {
            what
            for port, what in _MANAGEMENT.items()
            if any(_covers(text, port) for text in said("destinationPortRange"))
        }
    )
    if open_ports:
        path = resource.place(*steps)
        yield Finding(
            path=path if number is None else (*path, number),
            message=f"the rule '{name or resource.label}' opens {', '.join(open_ports)} to the internet",
            hint="say the addresses that need it, or use a bastion",
        )


def _covers(text: str, port: int) -> bool:
    if text == "*":
        return True
    low, _, high = text.partition("-")
    if not low.isdecimal() or (high and not high.isdecimal()):
        return False
    return int(low) <= port <= int(high or low)


def _cluster(resource: Resource) -> Iterator[Finding]:
    access = resource.value("properties", "apiServerAccessProfile")
    if isinstance(access, UNKNOWN):
        return
    ranges = resource.value("properties", "apiServerAccessProfile", "authorizedIPRanges")
    private = resource.value("properties", "apiServerAccessProfile", "enablePrivateCluster")
    if isinstance(private, UNKNOWN) or isinstance(ranges, UNKNOWN) or is_true(private) or ranges:
        return
    yield Finding(
        path=resource.place("properties", "apiServerAccessProfile", "authorizedIPRanges"),
        message=f"the API server of the cluster '{resource.label}' is open to every address",
        hint="list authorizedIPRanges, or set enablePrivateCluster",
    )


RULE = Rule(
    code="public-access",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="nothing is open to every address that need not be",
    why=(
        "What answers everybody is tried by everybody: public containers, firewalls for all addresses, "
        "management ports on the internet, cluster APIs without a list of addresses."
    ),
    bad='{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "name": "s",\n'
    '  "properties": { "allowBlobPublicAccess": true } } ] }',
    good='{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "name": "s",\n'
    '  "properties": { "allowBlobPublicAccess": false } } ] }',
    check=check,
    fix="sets what is written to the safe value",
    covers=("TA-000023",),
)
