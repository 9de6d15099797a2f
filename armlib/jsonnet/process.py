"""Evaluators in processes of their own, with limits of time and memory, that can be ended at any moment.

Nothing inside a process stops an evaluation that loops, and a hostile program can abort the interpreter; so the engine
runs in a small process (:mod:`armlib.jsonnet.worker`) which is killed when it must not go on.
"""

from __future__ import annotations

import _thread
import contextlib
import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from armlib.errors import StoppedError
from armlib.jsonnet import messages
from armlib.jsonnet.port import Evaluated, EvaluationError, Program, Read

TIME_LIMIT = 60.0  # seconds
MEMORY_LIMIT = 2 * 1024**3  # bytes
_MOST_LEAKED = 64 * 1024**2  # bytes lost in native calls before a process is replaced
_MOST_MESSAGES = 4 * 1024**2  # bytes kept of what the engine writes to its standard error
_EXIT_MEMORY = 71  # armlib.jsonnet.worker.EXIT_MEMORY, whose import would load the engine here
_PIPE_SIZE = 1024**2
_BOOT = "import sys; sys.path += sys.argv[2:]; from armlib.jsonnet.worker import main; main(int(sys.argv[1]))"


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
        self._process: _Process | None = None
        self._turn = _thread.allocate_lock()
        self._closed = False

    def __enter__(self) -> WorkerEvaluator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
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
                self._end(process)
            finally:
                self._turn.release()

    def evaluate(self, program: Program) -> Evaluated:
        """Return what *program* comes to.

        Raises:
            EvaluationError: The program is wrong, or the engine could not survive it.
            StoppedError: A limit was reached, or the evaluation was interrupted or closed.
        """
        with self._turn:
            process = self._running()
            try:
                answer = process.ask(_request(program, self._time_limit), self._time_limit)
            except KeyboardInterrupt:
                self._end(process)
                raise StoppedError("interrupted", code="interrupted") from None
            except _TimeLimitError:
                self._end(process)
                raise self._took_too_long(program) from None
            except _EndedError as ended:
                self._end(process)
                raise self._translated(ended, program) from None
            except BaseException:
                self._end(process)
                raise
            if answer.leaked > _MOST_LEAKED:
                self._end(process)
        return answer.result(program)

    def _running(self) -> _Process:
        if self._closed:
            raise StoppedError("the evaluator was closed", code="interrupted")
        if self._process is None or self._process.owner != os.getpid():
            self._process = _Process(self._memory_limit)
        return self._process

    def _end(self, process: _Process) -> None:
        process.end()
        self._process = None

    def _took_too_long(self, program: Program) -> StoppedError:
        return StoppedError(
            f"{program.file}: the evaluation did not end within {self._time_limit:g} s",
            code="time-limit",
            hint="look for an endless loop, or raise the time limit",
        )

    def _translated(self, ended: _EndedError, program: Program) -> Exception:
        """Return the error for a process that *ended* by itself."""
        if self._closed:
            return StoppedError("interrupted", code="interrupted")
        if ended.status == -signal.SIGALRM:
            return self._took_too_long(program)
        if ended.status == _EXIT_MEMORY or ended.says("out of memory", "cannot allocate memory", "MemoryError"):
            return StoppedError(
                f"{program.file}: the evaluation needs more than {_mebibytes(self._memory_limit)} of memory",
                code="memory-limit",
                hint="look for an array or a text that grows without end, or raise the memory limit",
            )
        from armlib.jsonnet.diagnostics import crashed

        return EvaluationError((crashed(program, overflowed=ended.says("stack overflow", "stack exceeds")),))


class WorkerPool:
    """Evaluates programs in several processes, for as many threads at once.

    Args:
        size: Number of processes; each is started when it is first needed.
        time_limit: Seconds that one evaluation may take; None for no limit.
        memory_limit: Bytes that each process may occupy; None for no limit.
    """

    def __init__(
        self, size: int, *, time_limit: float | None = TIME_LIMIT, memory_limit: int | None = MEMORY_LIMIT
    ) -> None:
        from queue import LifoQueue

        self._all = [WorkerEvaluator(time_limit=time_limit, memory_limit=memory_limit) for _ in range(size)]
        self._idle: LifoQueue[WorkerEvaluator] = LifoQueue()
        for evaluator in self._all:
            self._idle.put(evaluator)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start all processes and return at once."""
        for evaluator in self._all:
            evaluator.start()

    def close(self) -> None:
        """End all processes, and with them the running evaluations."""
        for evaluator in self._all:
            evaluator.close()

    def evaluate(self, program: Program) -> Evaluated:
        """Return what *program* comes to, when a process is free; errors as of :meth:`WorkerEvaluator.evaluate`."""
        evaluator = self._idle.get()
        try:
            return evaluator.evaluate(program)
        finally:
            self._idle.put(evaluator)


class _TimeLimitError(Exception):
    pass


class _EndedError(Exception):
    """The process ended by itself: its *status* (negative for a signal), and what it *wrote* to its standard error."""

    def __init__(self, status: int, wrote: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.wrote = wrote

    def says(self, *phrases: str) -> bool:
        """Return whether one of *phrases* is in the first lines that the runtime left behind."""
        return any(phrase.encode() in self.wrote for phrase in phrases)


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
        reads = as_reads(tuple(messages.unpack_texts(read)) for read in messages.unpack(self._reads))
        if self._kind == b"text":
            return Evaluated(text=self._text.decode(), reads=reads, traces=_traces(self._wrote))
        from armlib.jsonnet.diagnostics import translate

        fault = tuple(messages.unpack_texts(self._fault))
        raise EvaluationError(translate(self._text.decode(), program, fault, reads), reads)


def as_reads(reads: Iterable[tuple[str, ...]]) -> tuple[Read, ...]:
    """Return the importer's record as values of the port."""
    return tuple(Read(path=path, digest=digest, kind=kind) for path, digest, kind in reads)


class _Process:
    """The evaluator process and the pipes to it."""

    def __init__(self, memory_limit: int | None) -> None:
        self.owner = os.getpid()
        request_read, self._requests = _pipe()
        self._answers, answer_write = _pipe()
        self._errors, error_write = _pipe()
        try:
            self.pid = _spawn(memory_limit, (request_read, answer_write, error_write))
        finally:
            for descriptor in (request_read, answer_write, error_write):
                os.close(descriptor)
        self._wrote = bytearray()
        self._alive = True
        for descriptor in (self._requests, self._answers, self._errors):
            os.set_blocking(descriptor, False)

    def ask(self, request: bytes, time_limit: float | None) -> _Answer:
        """Return the answer to *request*; all waiting is here, where a signal wakes it.

        Raises:
            _TimeLimitError: There was no answer in time.
            _EndedError: The process ended instead.
        """
        deadline = None if time_limit is None else time.monotonic() + time_limit
        del self._wrote[:]
        rest = memoryview(request)
        answer = _Incoming()
        waiting = select.poll()
        waiting.register(self._requests, select.POLLOUT)
        waiting.register(self._answers, select.POLLIN)
        waiting.register(self._errors, select.POLLIN)
        while not answer.is_complete:
            for descriptor, event in _poll(waiting, deadline):
                if descriptor == self._requests:
                    rest = self._send(rest) if event & select.POLLOUT else rest[len(rest) :]
                    if not rest:
                        waiting.unregister(self._requests)
                elif descriptor == self._answers:
                    if not answer.receive(self._answers):
                        raise self._ended()
                elif not self._receive_errors():
                    waiting.unregister(self._errors)
        while self._receive_errors():
            pass
        return _Answer(messages.unpack(answer.message), bytes(self._wrote))

    def _send(self, rest: memoryview) -> memoryview:
        try:
            return rest[os.write(self._requests, rest[:_PIPE_SIZE]) :]
        except BlockingIOError:
            return rest
        except BrokenPipeError:
            return rest[len(rest) :]

    def _receive_errors(self) -> bool:
        """Take what there is on the process's standard error; return whether there may be more."""
        try:
            part = os.read(self._errors, _PIPE_SIZE)
        except BlockingIOError:
            return False
        self._wrote += part[: max(_MOST_MESSAGES - len(self._wrote), 0)]
        return bool(part)

    def _ended(self) -> _EndedError:
        os.set_blocking(self._errors, True)
        while self._receive_errors():
            pass
        return _EndedError(self.end(), bytes(self._wrote))

    def kill(self) -> None:
        """End the process at once; whoever waits for its answer learns of it."""
        if self._alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int:
        """End the process, and return its status: negative for a signal."""
        if not self._alive:
            return 0
        self.kill()
        _, status = os.waitpid(self.pid, 0)
        self._alive = False
        for descriptor in (self._requests, self._answers, self._errors):
            os.close(descriptor)
        return os.waitstatus_to_exitcode(status)


class _Incoming:
    """A message as it arrives."""

    def __init__(self) -> None:
        self._header = b""
        self._message: bytearray | None = None
        self._filled = 0

    @property
    def is_complete(self) -> bool:
        return self._message is not None and self._filled == len(self._message)

    @property
    def message(self) -> memoryview:
        return memoryview(self._message or b"")

    def receive(self, descriptor: int) -> bool:
        """Take what there is; return False at the end of the input."""
        try:
            if self._message is None:
                part = os.read(descriptor, messages.FRAME_HEADER - len(self._header))
                self._header += part
                if len(self._header) == messages.FRAME_HEADER:
                    self._message = bytearray(messages.frame_length(self._header))
                return bool(part)
            count = os.readv(descriptor, [memoryview(self._message)[self._filled :]])
            self._filled += count
        except BlockingIOError:
            return True
        return count > 0


def _poll(waiting: select.poll, deadline: float | None) -> list[tuple[int, int]]:
    if deadline is None:
        return waiting.poll()
    left = deadline - time.monotonic()
    if left <= 0:
        raise _TimeLimitError
    return waiting.poll(left * 1000)


def _request(program: Program, time_limit: float | None) -> bytes:
    roots = program.roots
    return messages.framed(
        [
            str(time_limit or 0).encode(),
            program.source.encode("utf-8", "surrogateescape"),
            os.fsencode(program.file),
            os.fsencode(roots.project.absolute()),
            messages.pack_texts(str(folder.absolute()) for folder in roots.library),
            messages.pack_texts(str(folder.absolute()) for folder in roots.packaged),
            messages.pack_mapping(program.ext_str),
            messages.pack_mapping(program.ext_code),
            messages.pack_mapping(program.tla_str),
            messages.pack_mapping(program.tla_code),
        ]
    )


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):  # a large template goes through in fewer steps
        with contextlib.suppress(OSError):
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    return read, write


def _spawn(memory_limit: int | None, descriptors: tuple[int, int, int]) -> int:
    """Start the process in a session of its own, where a terminal's Ctrl-C does not reach it."""
    arguments = [sys.executable, "-I", "-S", "-c", _BOOT, str(memory_limit or 0), *_search_path()]
    actions = [(os.POSIX_SPAWN_DUP2, descriptor, number) for number, descriptor in enumerate(descriptors)]
    return os.posix_spawn(
        sys.executable, arguments, _environment(memory_limit), file_actions=actions, setsid=True, setsigmask=()
    )


def _search_path() -> list[str]:
    """Return where the process finds armlib, the engine and PyYAML."""
    package_parent = str(Path(__file__).absolute().parents[2])
    return [package_parent, *(folder for folder in sys.path if Path(folder).is_absolute())]


def _environment(memory_limit: int | None) -> dict[str, str]:
    """Return the process's environment; Go's collector works harder as the memory limit comes near."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG") if name in os.environ}
    return kept | ({"GOMEMLIMIT": str(memory_limit * 9 // 10)} if memory_limit else {})


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


def _mebibytes(size: int | None) -> str:
    return f"{(size or 0) // 1024**2} MiB"
