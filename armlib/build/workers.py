"""Runs the pipeline on many targets in several processes, since Python uses one core in each."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from armlib.build.compilation import compile_target
from armlib.build.outputs import files_of
from armlib.config import Settings, Target
from armlib.diagnostics import Diagnostic
from armlib.errors import ArmlibError, ExitCode
from armlib.jsonnet.port import Evaluator, Read
from armlib.jsonnet.process import WorkerEvaluator

_FEWEST_PER_PROCESS = 3  # targets; fewer are done sooner than a process starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What came of a target: the *files* to write, None when an error stands in the way, told by *exit_code*."""

    target: str
    files: Mapping[str, bytes] | None
    reads: tuple[Read, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    exit_code: ExitCode = ExitCode.FINE


def compile_all(targets: Sequence[Target], settings: Settings, environ: Mapping[str, str]) -> Iterator[Compiled]:
    """Yield what comes of each of *targets*, as they get ready; ``settings.jobs`` processes work at once."""
    processes = min(settings.jobs, len(targets) // _FEWEST_PER_PROCESS)
    if processes > 1:
        yield from _in_processes(targets, settings, environ, processes)
    else:
        with _evaluator(settings) as evaluator:
            for target in targets:
                yield compile_one(target, settings, evaluator, environ)


def compile_one(target: Target, settings: Settings, evaluator: Evaluator, environ: Mapping[str, str]) -> Compiled:
    """Return what comes of *target*; wrong input is told in the diagnostics."""
    try:
        result = compile_target(target, settings, evaluator, environ)
        compilation = result.compilation
        files, notes = files_of(target, result) if compilation.succeeded else (None, ())
    except ArmlibError as error:
        return Compiled(target=target.name, files=None, diagnostics=error.diagnostics, exit_code=error.exit_code)
    return Compiled(
        target=target.name,
        files=None if files is None else {str(path): data for path, data in files.items()},
        reads=compilation.reads,
        diagnostics=(*compilation.diagnostics, *notes),
        exit_code=ExitCode.WRONG_INPUT if files is None else ExitCode.FINE,
    )


def _evaluator(settings: Settings) -> WorkerEvaluator:
    return WorkerEvaluator(time_limit=settings.timeout, memory_limit=settings.max_memory)


def _in_processes(
    targets: Sequence[Target], settings: Settings, environ: Mapping[str, str], count: int
) -> Iterator[Compiled]:
    waiting = list(reversed(targets))
    with _started(settings, environ, count) as connections:
        busy = {connection: _give(connection, waiting) for connection in connections}
        while any(busy.values()):
            for ready in wait([connection for connection, target in busy.items() if target]):
                assert isinstance(ready, Connection)
                done = _receive(ready, busy[ready])
                busy[ready] = _give(ready, waiting)
                yield done


@contextlib.contextmanager
def _started(settings: Settings, environ: Mapping[str, str], count: int) -> Iterator[list[Connection]]:
    """Start *count* processes and give the connections to them; they end with the block."""
    context = get_context("spawn")  # a fork would copy threads' locks, such as those of the progress display
    started: list[tuple[SpawnProcess, Connection]] = []
    try:
        with interrupts_held():
            for _ in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, settings, dict(environ)), daemon=True)
                process.start()
                theirs.close()
                started.append((process, ours))
        yield [connection for _, connection in started]
    finally:
        for process, connection in started:
            connection.close()
            process.terminate()
        for process, _ in started:
            process.join()


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the end of the block, and for good from the processes that are started in it.

    A terminal sends it to all of them; one that is still starting Python would print a traceback.
    """
    resource_tracker.ensure_running()  # when its process is started, signals are let through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _give(connection: Connection, waiting: list[Target]) -> Target | None:
    if not waiting:
        return None
    connection.send(waiting[-1])
    return waiting.pop()


def _receive(connection: Connection, target: Target | None) -> Compiled:
    try:
        answer: Any = connection.recv()
    except EOFError as error:
        name = target.name if target else "?"
        raise RuntimeError(f"a build process ended while it compiled the target '{name}'") from error
    if isinstance(answer, Compiled):
        return answer
    raise RuntimeError(f"a build process failed:\n{answer}")


def _serve(connection: Connection, settings: Settings, environ: Mapping[str, str]) -> None:
    """Compile the targets that come over *connection* until it is closed."""
    with _evaluator(settings) as evaluator:
        while True:
            try:
                target = connection.recv()
            except EOFError:
                return
            connection.send(_answer(target, settings, evaluator, environ))


def _answer(target: Target, settings: Settings, evaluator: Evaluator, environ: Mapping[str, str]) -> Compiled | str:
    try:
        return compile_one(target, settings, evaluator, environ)
    except Exception:  # noqa: BLE001 - the parent raises it
        import traceback

        return traceback.format_exc()
