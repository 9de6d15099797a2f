"""Values of a wrong type, out of range, or not known in time."""

from __future__ import annotations

from armlib.diagnostics import Severity
from armlib.lint.from_types import told
from armlib.lint.rule import Rule, Stage

RULE = Rule(
    code="wrong-value",
    severity=Severity.ERROR,
    stage=Stage.TEMPLATE,
    summary="a member has the type, the range and the form that its type asks for",
    why="The deployment is refused. Nothing is said while no types are installed.",
    bad=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" }, "properties": { "supportsHttpsTrafficOnly": 1 } } ] }'
    ),
    good=(
        '{ "resources": [ { "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01",\n'
        '  "name": "shop", "location": "[resourceGroup().location]", "kind": "StorageV2",\n'
        '  "sku": { "name": "Standard_LRS" } } ] }'
    ),
    check=told(
        "wrong-type",
        "loose-type",
        "out-of-range",
        "name-segments",
        "deploy-time-constant",
        "not-deployable",
        "wrong-scope",
        "insecure-secret",
    ),
)
