"""Runs the benchmarks: ``python -m benchmarks [--only TEXT] [--repeat N] [--json FILE]``.

Every figure is the median of several runs after a warm-up; ratios are of runs that took turns in one call. Single
figures move with the machine, ratios much less.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import building, compilation, emulator, evaluation, linting, packages, types
from benchmarks.table import Row, as_table, write_json

BENCHMARKS: dict[str, Callable[[Path, int], list[Row]]] = {
    "compile-bare": compilation.against_the_bare_evaluator,
    "compile-cold": compilation.cold_command,
    "compile-library": compilation.library,
    "compile-provenance": compilation.provenance,
    "compile-interruption": compilation.interruption,
    "compile-memory": compilation.memory,
    "compile-growth": compilation.growth,
    "build": building.thousand_targets,
    "eval-templates": evaluation.templates,
    "eval-corpus": evaluation.whole_corpus,
    "eval-growth": evaluation.growth,
    "lint-growth": linting.growth,
    "local-start": emulator.start,
    "local-deployment": emulator.deployment,
    "packages-restore": packages.restoring,
    "packages-resolve": packages.resolving,
    "types-install": types.installation,
    "types-lookup": types.lookups,
    "types-check": types.speed,
    "types-library": types.library,
    "types-corpus": types.corpus,
    "types-mutation": types.mutation,
}


def main() -> int:
    """Run the benchmarks that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="run the benchmarks whose name holds this text")
    parser.add_argument("--repeat", type=int, default=5, help="counted runs of each subject")
    parser.add_argument("--json", type=Path, help="write the rows to this file too")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="armlib-benchmarks-") as folder:
        for name, benchmark in BENCHMARKS.items():
            if options.only in name:
                print(f"{name} ...", file=sys.stderr, flush=True)
                rows += benchmark(Path(folder), options.repeat)
    print(as_table(rows))
    if options.json:
        write_json(rows, options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
