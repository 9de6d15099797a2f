"""Compiling: the whole pipeline against the bare evaluator on the same sources, the cold command, growth, memory."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import CompileRequest, Entry
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluator, Roots
from armlib.jsonnet.process import WorkerEvaluator
from armlib.resources import library_folder
from armlib.template.canonical import json_bytes
from benchmarks import sources
from benchmarks.measure import commands_in_turn, in_turn, ratio
from benchmarks.table import Row, growth_row

ARMLIB = str(Path(sys.executable).parent / "armlib")
_BARE = (
    "import sys, _gojsonnet; "
    "_gojsonnet.evaluate_file(sys.argv[1], jpathdir=[sys.argv[2]], ext_vars={'parameters': '{}'})"
)


def against_the_bare_evaluator(folder: Path, repeat: int) -> list[Row]:
    """Return the ratio of the whole pipeline, template text included, to the evaluation alone, in this process."""
    cases = {
        "small module, 4 resources": sources.small(folder),
        "50 modules of 20 resources": sources.nested(folder),
        "5,000 resources": sources.wide(folder, 5000),
    }
    rows = []
    for name, entry in cases.items():
        timings = in_turn({"armlib": pipeline(entry), "bare": bare(entry)}, repeat)
        rows.append(
            Row(
                f"compile: {name}",
                f"{ratio(timings['armlib'], timings['bare']):.2f} x bare",
                f"{timings['armlib'].median * 1000:.1f} ms against {timings['bare'].median * 1000:.1f} ms",
                "at most 1.3 x" if "5,000" in name else "",
            )
        )
    return rows


def library(folder: Path, repeat: int) -> list[Row]:
    """Return what the base library costs: the bare evaluation of 2,000 resources made with it, and as plain objects."""
    timings = in_turn(
        {name: bare(sources.networks(folder, 2000, with_library=name == "library")) for name in ("library", "plain")},
        repeat,
    )
    return [
        Row(
            "compile: the base library, 2,000 resources",
            f"{ratio(timings['library'], timings['plain']):.2f} x plain objects",
            f"{timings['library'].median * 1000:.0f} ms against {timings['plain'].median * 1000:.0f} ms",
        )
    ]


def provenance(folder: Path, repeat: int) -> list[Row]:
    """Return the ratio of a compilation with a source map, its text included, to one without."""
    cases = {"50 modules of 20 resources": sources.nested(folder), "5,000 resources": sources.wide(folder, 5000)}
    rows = []
    for name, entry in cases.items():
        timings = in_turn({"with": with_source_map(entry), "without": pipeline(entry)}, repeat * 2)
        rows.append(
            Row(
                f"compile: provenance, {name}",
                f"{ratio(timings['with'], timings['without']):.2f} x without",
                f"{timings['with'].median * 1000:.1f} ms against {timings['without'].median * 1000:.1f} ms",
                "at most 1.2 x",
            )
        )
    return rows


def cold_command(folder: Path, repeat: int) -> list[Row]:
    """Return how long the command takes from nothing, beside an interpreter that only evaluates the same module."""
    entry = sources.small(folder)
    timings = commands_in_turn(
        {
            "armlib": [ARMLIB, "compile", str(entry)],
            "bare": [sys.executable, "-c", _BARE, str(entry), str(library_folder())],
            "interpreter": [sys.executable, "-c", "pass"],
        },
        repeat * 2,
    )
    return [
        Row(
            "compile: cold command, small module",
            f"{timings['armlib'].median * 1000:.0f} ms",
            f"python -c with the bare evaluation {timings['bare'].median * 1000:.0f} ms, "
            f"python -c pass {timings['interpreter'].median * 1000:.0f} ms; "
            f"ratio to the bare evaluation {ratio(timings['armlib'], timings['bare']):.2f}",
            "under 100 ms",
        )
    ]


def interruption(folder: Path, repeat: int) -> list[Row]:
    """Return how long after Ctrl-C the command has ended, its evaluation in the middle of what never ends."""
    rows = []
    for name, entry in sources.endless(folder).items():
        took = [_seconds_to_end([ARMLIB, "compile", str(entry)], after=0.6 + 0.05 * turn) for turn in range(repeat)]
        ends = f"{statistics.median(took):.2f} s, {max(took):.2f} s at most"
        rows.append(Row(f"compile: Ctrl-C in {name}", ends, "", "under 0.2 s"))
    return rows


def _seconds_to_end(command: Sequence[str], after: float) -> float:
    """Return how long *command* runs on when it and what it has started are interrupted *after* so many seconds.

    Raises:
        RuntimeError: It had ended before.
    """
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    if process.poll() is not None:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    sent = time.perf_counter()
    os.killpg(process.pid, signal.SIGINT)
    process.wait()
    return time.perf_counter() - sent


def memory(folder: Path, repeat: int) -> list[Row]:
    """Return the peak memory of the largest process of a compilation of 5,000 resources."""
    entry = sources.wide(folder, 5000)
    timings = commands_in_turn(
        {
            "armlib": [sys.executable, "-m", "benchmarks.compilation", str(entry)],
            "bare": [sys.executable, "-c", _BARE, str(entry), str(library_folder())],
        },
        max(1, repeat // 2),
        cwd=str(Path(__file__).parents[1]),
    )
    return [
        Row(
            "compile: 5,000 resources, whole process",
            f"{timings['armlib'].peak_mib:.0f} MiB, {timings['armlib'].median:.2f} s",
            f"bare evaluation {timings['bare'].peak_mib:.0f} MiB, {timings['bare'].median:.2f} s; "
            f"ratio of time {ratio(timings['armlib'], timings['bare']):.2f}",
            "under 400 MB",
        )
    ]


def growth(folder: Path, repeat: int) -> list[Row]:
    """Return the exponents of the time over the number of resources: as the command compiles, here, and the engine's.

    The evaluator's process has other settings of Go's collector than this one, which cannot change its own.
    """
    sizes = [500, 1000, 2000, 5000, 10000, 20000]
    entries = {size: sources.wide(folder, size) for size in sizes}
    with WorkerEvaluator(time_limit=None) as worker:
        ways: dict[str, Callable[[Path], Callable[[], object]]] = {
            "as the command": lambda entry: pipeline(entry, worker),
            "in process": pipeline,
            "the bare evaluator alone": bare,
        }
        subjects = {f"{way} {size}": make(entries[size]) for size in sizes for way, make in ways.items()}
        timings = in_turn(subjects, max(1, repeat // 2))
    rows = []
    for way in ways:
        medians = [timings[f"{way} {size}"].median for size in sizes]
        aim = "" if way == "the bare evaluator alone" else "at most 1.1"
        rows.append(growth_row(f"compile: growth from 500 to 20,000 resources, {way}", sizes, medians, aim))
    return rows


def pipeline(entry: Path, evaluator: Evaluator | None = None) -> Callable[[], object]:
    """Return a compilation of *entry*, as far as the bytes of the template; in this process unless told otherwise."""
    evaluator = evaluator or InProcessEvaluator()
    request = _request(entry)

    def run() -> None:
        compilation = compile_template(request, evaluator)
        assert compilation.template is not None, compilation.diagnostics
        json_bytes(compilation.template)

    return run


def _request(entry: Path) -> CompileRequest:
    return CompileRequest(
        entries=(Entry(path=entry, alias=entry.stem),),
        roots=Roots(project=entry.parent, packaged=(library_folder(),)),
        limits=False,  # Azure takes 800 resources
    )


def with_source_map(entry: Path) -> Callable[[], object]:
    """Return a compilation of *entry* in this process, as far as the bytes of the template and of its source map."""
    evaluator = InProcessEvaluator()
    request = replace(_request(entry), provenance=True)

    def run() -> None:
        compilation = compile_template(request, evaluator)
        assert compilation.template is not None, compilation.diagnostics
        assert compilation.provenance is not None
        json_bytes(compilation.template)
        json_bytes(compilation.provenance.source_map().as_json(str), compact=True)

    return run


def bare(entry: Path) -> Callable[[], object]:
    """Return the evaluation of *entry* by the engine alone, in this process."""
    import _gojsonnet

    library = [str(library_folder())]
    return lambda: _gojsonnet.evaluate_file(str(entry), jpathdir=library, ext_vars={"parameters": "{}"})


if __name__ == "__main__":
    with WorkerEvaluator(time_limit=None) as worker:
        pipeline(Path(sys.argv[1]), worker)()
