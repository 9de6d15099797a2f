"""The result of a benchmark, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measure import growth_exponent


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, what came of it, what it was measured against, and what is aimed at."""

    name: str
    figure: str
    detail: str = ""
    aim: str = ""


def growth_row(name: str, sizes: Sequence[int], seconds: Sequence[float], aim: str = "at most 1.1") -> Row:
    """Return the exponent of the medians *seconds* over *sizes*, with each of them."""
    each = ", ".join(f"{size}: {median * 1000:.0f} ms" for size, median in zip(sizes, seconds, strict=True))
    return Row(name, f"exponent {growth_exponent(sizes, seconds):.2f}", each, aim)


def as_table(rows: Sequence[Row]) -> str:
    """Return *rows* as a table in Markdown."""
    cells = [("benchmark", "figure", "aim", "detail"), *((row.name, row.figure, row.aim, row.detail) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def write_json(rows: Sequence[Row], path: Path) -> None:
    """Write *rows* to *path*."""
    path.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
