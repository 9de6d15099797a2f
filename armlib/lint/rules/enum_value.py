"""Values that a type does not allow."""

from __future__ import annotations

from armlib.diagnostics import Severity
from armlib.lint.from_types import told
from armlib.lint.rule import Rule, Stage

RULE = Rule(
    code="enum-value",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a member has one of the values that its type allows",
    why="The deployment is refused, or the service takes its default. Nothing is said while no types are installed.",
    bad=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" }, "properties": { "accessTier": "Warm" } } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    check=told("enum-value", "enum-case", "enum-near"),
)
