"""Kubernetes clusters that know who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from armlib.diagnostics import Severity
from armlib.lint.props import UNKNOWN, Wanted, is_false, wanted
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject

_CLUSTERS = "microsoft.containerservice/managedclusters"
_OLDEST_SUPPORTED = (1, 28)  # Kubernetes keeps a minor version for about a year; versions below have known holes
_TABLE = (
    Wanted(
        type=_CLUSTERS,
        path=("properties", "enableRBAC"),
        bad=is_false,
        says="lets everybody who gets in do everything",
        hint="say true",
        value=True,
    ),
)


def check(subject: TemplateSubject) -> Iterator[Finding]:
    yield from wanted(subject, _TABLE)
    for cluster in subject.of_type(_CLUSTERS):
        rbac: Any = cluster.value("properties", "enableRBAC")
        if rbac is None and not isinstance(cluster.properties, UNKNOWN):
            yield Finding(
                path=cluster.place("properties", "enableRBAC"),
                message=f"the cluster '{cluster.label}' does not say enableRBAC",
                hint="say true",
                severity=Severity.NOTE,
            )
        version: Any = cluster.value("properties", "kubernetesVersion")
        found = re.match(r"(\d+)\.(\d+)", version) if isinstance(version, str) else None
        if found and (int(found[1]), int(found[2])) < _OLDEST_SUPPORTED:
            yield Finding(
                path=cluster.place("properties", "kubernetesVersion"),
                message=f"the cluster '{cluster.label}' runs Kubernetes {version}, which gets no security fixes",
                hint=f"use {'.'.join(map(str, _OLDEST_SUPPORTED))} or higher",
            )


RULE = Rule(
    code="aks-rbac",
    severity=Severity.WARNING,
    stage=Stage.RESOURCES,
    summary="a Kubernetes cluster has RBAC on, and a version that still gets security fixes",
    why="Without RBAC, every account and every pod that is broken into owns the cluster.",
    bad='{ "resources": [ { "type": "Microsoft.ContainerService/managedClusters", "name": "c",\n'
    '  "properties": { "enableRBAC": false } } ] }',
    good='{ "resources": [ { "type": "Microsoft.ContainerService/managedClusters", "name": "c",\n'
    '  "properties": { "enableRBAC": true } } ] }',
    check=check,
    fix="sets enableRBAC to true",
    covers=("TA-000024", "TA-000025"),
)
