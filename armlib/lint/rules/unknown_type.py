"""Types and versions that Azure does not have."""

from __future__ import annotations

from armlib.diagnostics import Severity
from armlib.lint.from_types import told
from armlib.lint.rule import Rule, Stage

RULE = Rule(
    code="unknown-type",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="the type and API version of a resource are known",
    why=(
        "A deployment with a misspelt type fails, or worse, is refused only after other resources were "
        "changed. Nothing is said while no types are installed (`armlib types install`)."
    ),
    bad=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAcounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    check=told("unknown-type", "unknown-api-version"),
)
