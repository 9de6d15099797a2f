"""Linting: growth with the number of resources of a template."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from armlib.lint.check import Checker
from armlib.lint.files import lint_json
from benchmarks.measure import in_turn
from benchmarks.table import Row, growth_row


def growth(folder: Path, repeat: int) -> list[Row]:
    """Return the exponent of the time over the number of resources, each of which depends on the one before."""
    counts = [100, 200, 400, 800, 1600]
    path = folder / "chain.json"
    timings = in_turn({str(count): partial(lint_json, path, chain(count), Checker()) for count in counts}, repeat)
    medians = [timings[str(count)].median for count in counts]
    return [growth_row("lint: growth from 100 to 1,600 resources", counts, medians, aim="")]


def chain(count: int) -> str:
    """Return the text of a template of *count* storage accounts."""
    body = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "properties": {"a": "[variables('v')]"},
    }
    resources = [{**body, "name": f"s{number}", "dependsOn": [f"s{number - 1}"]} for number in range(count)]
    return json.dumps({"variables": {"v": 1}, "resources": resources}, indent=1)
