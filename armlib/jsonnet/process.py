"""Evaluators in processes of their own, with limits of time and memory, that can be ended at any moment.

Nothing inside a process stops an evaluation that loops, and a hostile program can abort the interpreter; so the engine
runs in a small process (:mod:`armlib.jsonnet.worker`) which is killed when it must not go on.
"""

from __future__ import annotations

import _thread
import os

from armlib.jsonnet import messages
from armlib.jsonnet.channel import EndedError, TimeLimitError, WorkerProcess

# What is not needed to start the process is imported where it is used: the process gets ready meanwhile.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from armlib.jsonnet.port import Evaluated, Program, Read

TIME_LIMIT = 60.0  # seconds
MEMORY_LIMIT = 2 * 1024**3  # bytes
_MOST_LEAKED = 64 * 1024**2  # bytes lost in native calls before a process is replaced
_EXIT_MEMORY = 71  # armlib.jsonnet.worker.EXIT_MEMORY, whose import would load the engine here
_ALARM = -14  # the status of a process that its own alarm ended, signal.SIGALRM


class WorkerEvaluator:
    """Evaluates programs in a process of its own, one at a time; use it as a context manager, or close it.

    Safe to use from several threads, which then wait for each other. :meth:`close`, from any thread, ends a running
    evaluation within milliseconds.

    Args:
        time_limit: Seconds that one evaluation may take; None for no limit.
        memory_limit: Bytes that the process may occupy; None for no limit.
    """

    def __init__(self, *, time_limit: float | None = TIME_LIMIT, memory_limit: int | None = MEMORY_LIMIT) -> None:
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._process: WorkerProcess | None = None
        self._turn = _thread.allocate_lock()
        self._closed = False

    def __enter__(self) -> WorkerEvaluator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def start(self) -> None:
        """Start the process and return at once, so that it gets ready while the caller does something else."""
        with self._turn:
            self._running()

    def close(self) -> None:
        """End the process, and with it a running evaluation."""
        self._closed = True
        process = self._process
        if process is None:
            return
        process.kill()
        if self._turn.acquire(blocking=False):  # else the evaluating thread does the rest
            try:
                self._end()
            finally:
                self._turn.release()

    def evaluate(self, program: Program) -> Evaluated:
        """Return what *program* comes to.

        Raises:
            EvaluationError: The program is wrong, or the engine could not survive it.
            StoppedError: A limit was reached, or the evaluation was interrupted or closed.
        """
        with self._turn:
            answer = self._ask(program)
            if answer.leaked > _MOST_LEAKED:
                self._end()
        return answer.result(program)

    def begin(self, program: Program) -> None:
        """Begin to evaluate *program*, which is to be evaluated next, and return at once.

        The caller does something else meanwhile. If then another program comes first, this one was for nothing.
        """
        request = _request(program, self._limit(program))
        with self._turn:
            self._free_for(request).begin(request)

    def _limit(self, program: Program) -> float | None:
        limits = [limit for limit in (self._time_limit, program.time_limit) if limit]
        return min(limits) if limits else None

    def _ask(self, program: Program) -> _Answer:
        from armlib.errors import StoppedError

        time_limit = self._limit(program)
        request = _request(program, time_limit)
        process = self._free_for(request)
        try:
            return _Answer(*process.ask(request, time_limit))
        except KeyboardInterrupt:
            self._end()
            raise StoppedError("interrupted", code="interrupted") from None
        except TimeLimitError:
            self._end()
            raise self._took_too_long(program) from None
        except EndedError as ended:
            self._end()
            raise self._why(ended, program) from None
        except BaseException:
            self._end()
            raise

    def _free_for(self, request: list[bytes]) -> WorkerProcess:
        if not self._running().is_free_for(request):
            self._end()
        return self._running()

    def _running(self) -> WorkerProcess:
        if self._closed:
            raise RuntimeError("the evaluator was closed")
        if self._process is None or self._process.owner != os.getpid():
            self._process = WorkerProcess(self._memory_limit)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _took_too_long(self, program: Program) -> Exception:
        return _stopped(
            "time-limit",
            f"the evaluation did not end within {self._time_limit:g} s",
            "look for an endless loop, or raise the time limit",
            program,
        )

    def _why(self, ended: EndedError, program: Program) -> Exception:
        """Return the error for a process that *ended* by itself."""
        if self._closed:
            return _stopped("interrupted", "interrupted", None, program)
        if ended.status == _ALARM:
            return self._took_too_long(program)
        if ended.status == _EXIT_MEMORY or ended.says(b"out of memory", b"cannot allocate memory", b"MemoryError"):
            return _stopped(
                "memory-limit",
                f"the evaluation needs more than {_size(self._memory_limit or 0)} of memory",
                "look for an array or a text that grows without end, or raise the memory limit",
                program,
            )
        from armlib.jsonnet.diagnostics import crashed
        from armlib.jsonnet.port import EvaluationError

        return EvaluationError((crashed(program, overflowed=ended.says(b"stack overflow", b"stack exceeds")),))


class _Answer:
    """What the process said of a program."""

    def __init__(self, fields: list[bytes], wrote: bytes) -> None:
        kind, text, reads, fault, leaked = fields
        self.leaked = int(leaked)
        self._kind = kind
        self._text = text
        self._reads = reads
        self._fault = fault
        self._wrote = wrote

    def result(self, program: Program) -> Evaluated:
        """Return the result, or raise the error."""
        if self._kind == b"bug":
            raise RuntimeError("the evaluator process failed:\n" + self._text.decode())
        from armlib.jsonnet.port import Evaluated, EvaluationError

        reads = as_reads(tuple(messages.unpack_texts(read)) for read in messages.unpack(self._reads))
        traces = _traces(self._wrote)
        if self._kind == b"text":
            return Evaluated(text=self._text.decode(), reads=reads, traces=traces)
        from armlib.jsonnet.diagnostics import translate
        from armlib.jsonnet.errortext import parse_error

        fault, text = tuple(messages.unpack_texts(self._fault)), self._text.decode()
        raise EvaluationError(translate(text, program, fault, reads), reads, traces, parse_error(text).path)


def as_reads(reads: Iterable[tuple[str, ...]]) -> tuple[Read, ...]:
    """Return the importer's record as values of the port."""
    from armlib.jsonnet.port import Read

    return tuple(Read(path=path, digest=digest, kind=kind) for path, digest, kind in reads)


def _stopped(code: str, message: str, hint: str | None, program: Program) -> Exception:
    from armlib.diagnostics import Place
    from armlib.errors import StoppedError
    from armlib.jsonnet.diagnostics import shown
    from armlib.jsonnet.sources import is_generated

    place = None if is_generated(program.file) else Place(file=shown(program.file, program))
    return StoppedError(message, code=code, hint=hint, place=place)


def _request(program: Program, time_limit: float | None) -> list[bytes]:
    roots = program.roots
    return [
        str(time_limit or 0).encode(),
        program.source.encode("utf-8", "surrogateescape"),
        os.fsencode(program.file),
        os.fsencode(roots.project.absolute()),
        messages.pack_texts(str(folder.absolute()) for folder in roots.library),
        messages.pack_texts(str(folder.absolute()) for folder in roots.packaged),
        messages.pack([messages.pack_texts(package.pack()) for package in roots.package_roots()]),
        messages.pack_mapping({name: str(number) for name, number in roots.imports}),
        messages.pack_mapping(dict(roots.instead)),
        b"1" if program.is_traced else b"0",
        messages.pack_mapping(program.ext_str),
        messages.pack_mapping(program.ext_code),
        messages.pack_mapping(program.tla_str),
        messages.pack_mapping(program.tla_code),
    ]


def _traces(wrote: bytes) -> tuple[str, ...]:
    """Return the texts of std.trace, one each; a text of several lines stays one."""
    text = wrote.decode("utf-8", "replace")
    traces: list[str] = []
    for line in text.splitlines():
        if line.startswith("TRACE: ") or not traces:
            traces.append(line.removeprefix("TRACE: "))
        else:
            traces[-1] += "\n" + line
    return tuple(traces)


def _size(count: int) -> str:
    return f"{count // 1024**2} MiB" if count >= 1024**2 else f"{count} bytes"
