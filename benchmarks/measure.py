"""Timing: medians of several runs, two subjects in turn, and the growth of a cost with the size of its input."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each run, after one warm-up; *peak_mib* is the largest peak memory seen, 0 when not measured."""

    seconds: tuple[float, ...]
    peak_mib: float = 0.0

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return statistics.median(self.seconds)


def in_turn(subjects: Mapping[str, Callable[[], object]], repeat: int) -> dict[str, Timing]:
    """Return the timing of each subject; they run in turn, A B A B ..., so that a drifting machine meets all alike."""
    for subject in subjects.values():
        subject()
    seconds: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(repeat):
        for name, subject in subjects.items():
            start = time.perf_counter()
            subject()
            seconds[name].append(time.perf_counter() - start)
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def commands_in_turn(commands: Mapping[str, Sequence[str]], repeat: int, cwd: str | None = None) -> dict[str, Timing]:
    """Return the timing of whole processes, with the peak memory of the largest process of each.

    Raises:
        RuntimeError: A command did not end with 0; a timing of something that fails means nothing.
    """
    for argv in commands.values():
        _run(argv, cwd)
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(repeat):
        for name, argv in commands.items():
            runs[name].append(_run(argv, cwd))
    return {name: Timing(tuple(s for s, _ in found), max(peak for _, peak in found)) for name, found in runs.items()}


def ratio(subject: Timing, base: Timing) -> float:
    """Return the median of the ratios run by run, which a drift of the machine does not move."""
    return statistics.median(a / b for a, b in zip(subject.seconds, base.seconds, strict=True))


def growth_exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return b of the fit seconds = a * size^b, by least squares over the logarithms."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in seconds]
    return statistics.linear_regression(xs, ys).slope


# An installed program has its bytecode; where a setting keeps it from being written, a compiler would be measured too.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

# A child's peak memory starts with what its parent has when it forks, so a small process stands between.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
silence = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=silence)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
"""


def _run(argv: Sequence[str], cwd: str | None) -> tuple[float, float]:
    """Run *argv*; return the seconds it took, and its peak memory in MiB or that of a child that needed more."""
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *argv]
    done = subprocess.run(launcher, cwd=cwd, env=_ENVIRONMENT, capture_output=True, text=True, check=True)
    seconds, peak, code = done.stdout.split()
    if code != "0":
        raise RuntimeError(f"{' '.join(argv)} ended with {code}: {done.stderr}")
    return float(seconds), float(peak)
