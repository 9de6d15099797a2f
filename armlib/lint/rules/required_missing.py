"""Members that a type asks for."""

from __future__ import annotations

from armlib.diagnostics import Severity
from armlib.lint.from_types import told
from armlib.lint.rule import Rule, Stage

RULE = Rule(
    code="required-missing",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a resource has the members that its type asks for",
    why="The deployment is refused. Nothing is said while no types are installed.",
    bad=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2" } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    check=told("required-missing"),
)
