"""Members that a type does not have."""

from __future__ import annotations

from armlib.diagnostics import Severity
from armlib.lint.from_types import told
from armlib.lint.rule import Rule, Stage

RULE = Rule(
    code="unknown-property",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a resource has only members that its type has",
    why=(
        "Many services ignore what they do not know: a misspelt setting is silently not set. Nothing is "
        "said while no types are installed."
    ),
    bad=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" }, "properties": { "accesTier": "Hot" } } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    check=told("unknown-property", "property-case"),
)
