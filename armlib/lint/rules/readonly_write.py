"""Members that only the service sets."""

from __future__ import annotations

from armlib.diagnostics import Severity
from armlib.lint.from_types import told
from armlib.lint.rule import Rule, Stage

RULE = Rule(
    code="readonly-write",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="nothing is written that only the service sets",
    why="It has no effect, or is refused. Nothing is said while no types are installed.",
    bad=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" }, "properties": { "provisioningState": "Succeeded" } } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    check=told("readonly-write"),
)
