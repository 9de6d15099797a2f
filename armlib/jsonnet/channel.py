"""A started evaluator process and the pipes to it.

Imports next to nothing, so that the process can be started before everything else and gets ready meanwhile.
"""

from __future__ import annotations

import os
import select
import sys
import time

from armlib.jsonnet import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_CHUNK = 1024**2  # bytes read or written at once, and wished for as the size of a pipe
_MOST_WRITTEN = 4 * 1024**2  # bytes kept of what the process writes to its standard error
_BOOT = "import sys; sys.path += sys.argv[2:]; from armlib.jsonnet.worker import main; main(int(sys.argv[1]))"
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # of the environment: what the interpreter may need


class TimeLimitError(Exception):
    """There was no answer in time."""


class EndedError(Exception):
    """The process ended by itself: its *status* (negative for a signal), and what it *wrote* to its standard error."""

    def __init__(self, status: int, wrote: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.wrote = wrote

    def says(self, *phrases: bytes) -> bool:
        """Return whether one of *phrases* is in what the process wrote."""
        return any(phrase in self.wrote for phrase in phrases)


class WorkerProcess:
    """An evaluator process, started when this is made.

    Args:
        memory_limit: Bytes that the process may occupy; None for no limit.

    Attributes:
        owner: The process that started it; a fork of that one must start its own.
    """

    def __init__(self, memory_limit: int | None) -> None:
        self.owner = os.getpid()
        request_read, self._requests = _pipe()
        self._answers, answer_write = _pipe()
        self._errors, error_write = _pipe()
        try:
            self._pid = _spawn(memory_limit, (request_read, answer_write, error_write))
        finally:
            for descriptor in (request_read, answer_write, error_write):
                os.close(descriptor)
        self._wrote = bytearray()
        self._alive = True
        self._begun: bytes | None = None
        self._unsent = memoryview(b"")
        for descriptor in (self._requests, self._answers, self._errors):
            os.set_blocking(descriptor, False)

    def begin(self, request: Sequence[bytes]) -> None:
        """Let the process begin with *request*, which it must be free for, and do not wait for anything."""
        if self._begun is None:
            self._begun = messages.framed(request)
            self._unsent = self._send(memoryview(self._begun))

    def is_free_for(self, request: Sequence[bytes]) -> bool:
        """Return whether the process has begun with nothing else than *request*."""
        return self._begun is None or self._begun == messages.framed(request)

    def ask(self, request: Sequence[bytes], time_limit: float | None) -> tuple[list[bytes], bytes]:
        """Return the answer to *request*, and what the process wrote to its standard error meanwhile.

        All waiting is in here, where a signal wakes it. The process must be free for *request*.

        Raises:
            TimeLimitError: There was no answer within *time_limit* seconds.
            EndedError: The process ended instead.
        """
        deadline = None if time_limit is None else time.monotonic() + time_limit
        del self._wrote[:]
        self.begin(request)
        rest, self._begun = self._unsent, None
        answer = _Incoming()
        waiting = select.poll()
        if rest:
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
        return messages.unpack(answer.message), bytes(self._wrote)

    def _send(self, rest: memoryview) -> memoryview:
        try:
            return rest[os.write(self._requests, rest[:_CHUNK]) :]
        except BlockingIOError:
            return rest
        except BrokenPipeError:  # the process ended; its answer will not come
            return rest[len(rest) :]

    def _receive_errors(self) -> bool:
        """Take what there is on the process's standard error; return whether there may be more."""
        try:
            part = os.read(self._errors, _CHUNK)
        except BlockingIOError:
            return False
        self._wrote += part[: max(_MOST_WRITTEN - len(self._wrote), 0)]
        return bool(part)

    def _ended(self) -> EndedError:
        os.set_blocking(self._errors, True)
        while self._receive_errors():
            pass
        return EndedError(self._reap(), bytes(self._wrote))

    def kill(self) -> None:
        """End the process at once; whoever waits for its answer learns of it. May be called from any thread."""
        if self._alive:
            os.kill(self._pid, 9)  # signal.SIGKILL; the module takes a millisecond to import

    def end(self) -> None:
        """End the process and free what it held."""
        if self._alive:
            self.kill()
            self._reap()

    def _reap(self) -> int:
        self._alive = False  # before the number may go to another process
        status = os.waitpid(self._pid, 0)[1]
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
        except BlockingIOError:
            return True
        self._filled += count
        return count > 0


def _poll(waiting: select.poll, deadline: float | None) -> list[tuple[int, int]]:
    if deadline is None:
        return waiting.poll()
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeLimitError
    return waiting.poll(left * 1000)


def _pipe() -> tuple[int, int]:
    import fcntl

    read, write = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):  # a large template goes through in fewer steps
        try:  # noqa: SIM105 (contextlib takes two milliseconds to import)
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, _CHUNK)
        except OSError:
            pass  # more than the system grants
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
    package_parent = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    return [package_parent, *filter(os.path.isabs, sys.path)]


def _environment(memory_limit: int | None) -> dict[str, str]:
    """Return the process's environment, which sets up Go's collector.

    Collecting at five times the live heap instead of twice saves a third of the processor time of an evaluation, for a
    tenth more memory; near the memory limit it collects more often.
    """
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    limit = {"GOMEMLIMIT": str(memory_limit * 9 // 10)} if memory_limit else {}
    return {**kept, **limit, "GOGC": "400"}
