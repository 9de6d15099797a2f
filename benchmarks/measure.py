"""Timing: medians of several runs, two subjects in turn, and the growth of a cost with the size of its input."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
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
    peaks = dict.fromkeys(commands, 0.0)

    def runner(name: str, argv: Sequence[str]) -> Callable[[], None]:
        def run() -> None:
            peaks[name] = max(peaks[name], _run(argv, cwd))

        return run

    timings = in_turn({name: runner(name, argv) for name, argv in commands.items()}, repeat)
    return {name: Timing(timing.seconds, peaks[name]) for name, timing in timings.items()}


def ratio(subject: Timing, base: Timing) -> float:
    """Return the median of the ratios run by run, which a drift of the machine does not move."""
    return statistics.median(a / b for a, b in zip(subject.seconds, base.seconds, strict=True))


def growth_exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return b of the fit seconds = a * size^b, by least squares over the logarithms."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in seconds]
    return statistics.linear_regression(xs, ys).slope


# An installed program has its bytecode; where a setting keeps it from being written, a compiler would be measured too.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _run(argv: Sequence[str], cwd: str | None) -> float:
    """Run *argv* and return its peak memory in MiB, its children's included when one of them is larger."""
    process = subprocess.Popen(argv, cwd=cwd, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(argv)} ended with {process.returncode}: {complaint.decode(errors='replace')}")
    return usage.ru_maxrss / 1024
