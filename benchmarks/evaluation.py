"""Evaluating offline: real and generated templates, the corpus, growth with the number of expressions.

The real templates lie beside the checkout, in ``../shared/corpus``; without them only the generated ones are measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import commands_in_turn, in_turn
from benchmarks.table import Row, growth_row

ARMLIB = str(Path(sys.executable).parent / "armlib")
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "templates"
STORAGE_ACCOUNT = CORPUS / "avm-res-storage-storage-account.json"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def templates(folder: Path, repeat: int) -> list[Row]:
    """Return time and memory of ``armlib eval`` as a whole process, for a real template and two generated ones."""
    cases: dict[str, tuple[Path, list[str], str]] = {
        "eval: 800 resources x 20 expressions": (
            _written(folder / "wide.json", wide(800, 20)),
            [],
            "under 1 s and 300 MB",
        )
    }
    if STORAGE_ACCOUNT.exists():
        cases = {
            "eval: storage account of the corpus, 401 KB": (STORAGE_ACCOUNT, ["-p", "name=stexample"], "under 0.4 s"),
            "eval: eight of it, 680 resources": (
                _written(folder / "eight.json", repeated(json.loads(STORAGE_ACCOUNT.read_text(encoding="utf-8")), 8)),
                [],
                "under 1 s and 300 MB",
            ),
            **cases,
        }
    rows = []
    for name, (path, arguments, aim) in cases.items():
        timing = commands_in_turn({name: [ARMLIB, "eval", str(path), "--format", "json", *arguments]}, repeat)[name]
        rows.append(
            Row(name, f"{timing.median:.2f} s, {timing.peak_mib:.0f} MiB", f"{path.stat().st_size / 1e6:.2f} MB", aim)
        )
    return rows


def whole_corpus(folder: Path, repeat: int) -> list[Row]:
    """Return the time to evaluate every template of the corpus, in one process."""
    if not CORPUS.exists():
        return []
    command = [sys.executable, "-m", "benchmarks.evaluation", str(CORPUS)]
    timing = commands_in_turn({"corpus": command}, max(1, repeat // 2), cwd=str(Path(__file__).parents[1]))["corpus"]
    count = sum(1 for _ in _corpus_templates(CORPUS))
    return [
        Row(
            f"eval: whole corpus, {count} templates, one process",
            f"{timing.median:.1f} s, {timing.peak_mib:.0f} MiB",
            "",
            "under 15 s",
        )
    ]


def growth(folder: Path, repeat: int) -> list[Row]:
    """Return the exponent of the time over the number of expressions."""
    import armlib

    counts = [100, 200, 400, 800, 1600, 3200, 6400, 12800]
    subjects = {str(count): partial(armlib.evaluate, wide(count // 20, 20)) for count in counts}
    timings = in_turn(subjects, repeat)
    medians = [timings[str(count)].median for count in counts]
    return [growth_row("eval: growth from 100 to 12,800 expressions", counts, medians)]


def wide(resources: int, expressions: int) -> dict[str, Any]:
    """Return a template of *resources* resources with *expressions* different expressions each."""
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"prefix": {"type": "string", "defaultValue": "app"}},
        "variables": {"suffix": "[uniqueString(resourceGroup().id, parameters('prefix'))]"},
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2023-05-01",
                "name": f"[concat(parameters('prefix'), '{number}')]",
                "location": "[resourceGroup().location]",
                "properties": {
                    f"p{index}": f"[format('{{0}}-{{1}}-{{2}}', toUpper(variables('suffix')), add({number}, {index}), "
                    f"if(equals(mod({index}, 2), 0), parameters('prefix'), resourceGroup().name))]"
                    for index in range(expressions - 2)
                },
            }
            for number in range(resources)
        ],
    }


def repeated(template: dict[str, Any], count: int) -> dict[str, Any]:
    """Return a template that deploys *template* *count* times, as nested deployments with names of their own."""
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2024-03-01",
                "name": f"account{number}",
                "properties": {
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "parameters": {"name": {"value": f"stexample{number}"}},
                    "template": template,
                },
            }
            for number in range(count)
        ],
    }


def _written(path: Path, template: dict[str, Any]) -> Path:
    path.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return path


def _corpus_templates(corpus: Path) -> Iterator[Path]:
    manifest = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    entries = manifest["templates"] if isinstance(manifest, dict) else manifest
    yield from (corpus / entry["file"] for entry in entries)


def _evaluate_all(corpus: Path) -> None:
    import armlib

    for path in _corpus_templates(corpus):
        armlib.evaluate(path, allow_missing=True)


if __name__ == "__main__":
    _evaluate_all(Path(sys.argv[1]))
