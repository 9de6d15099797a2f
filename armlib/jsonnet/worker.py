"""The evaluator process: serves one program after another until its input ends.

It is started by :mod:`armlib.jsonnet.process` without ``site`` and imports next to nothing, so that it is ready before
the command line has been read. A limit that is reached, or a program that the engine cannot survive, ends the process.
"""

from __future__ import annotations

import _thread
import os
import resource
import select
import signal
import sys

from armlib.jsonnet import engine
from armlib.jsonnet.messages import pack, pack_texts, read_message, unpack, unpack_mapping, unpack_texts, write_message
from armlib.jsonnet.packages import PackageRoot, Packages

EXIT_MEMORY = 71
_REQUESTS, _ANSWERS = 0, 1  # descriptors
_WATCH_INTERVAL = 20  # milliseconds
_ALARM_MARGIN = 1.0  # seconds after the time limit: the parent should have ended the process by then


def main(memory_limit: int) -> None:
    """Serve programs; *memory_limit* is in bytes, 0 for none."""
    _limit_memory(memory_limit)
    os.chdir("/")
    guard = _Guard(memory_limit)
    while (request := read_message(_REQUESTS)) is not None:
        with guard.watching(float(request[0])):
            answer = _answer(request)
        write_message(_ANSWERS, answer)
    os._exit(0)  # no clean-up: the interpreter may not survive its own end after a native call


def _answer(fields: list[bytes]) -> list[bytes]:
    """Return the answer to a request: [kind, text, reads, fault, leaked]."""
    try:
        outcome = engine.run(_request(fields))
    except BaseException:  # noqa: BLE001 (the parent reports it as a bug)
        import traceback

        return [b"bug", traceback.format_exc().encode("utf-8", "backslashreplace"), pack([]), pack([]), b"0"]
    reads = pack([pack_texts(read) for read in outcome.reads])
    fault = outcome.fault
    told = pack_texts([fault.code, fault.message, fault.hint]) if fault else pack([])
    leaked = str(outcome.leaked).encode()
    if outcome.text is None or fault:
        return [b"error", outcome.error.encode("utf-8", "backslashreplace"), reads, told, leaked]
    return [b"text", outcome.text.encode("utf-8", "surrogatepass"), reads, told, leaked]


def _request(fields: list[bytes]) -> engine.Request:
    _, source, file, project, library, packaged, packages, imports, instead, traced, *variables = fields
    ext_str, ext_code, tla_str, tla_code = map(unpack_mapping, variables)
    return engine.Request(
        source=source.decode("utf-8", "surrogateescape"),
        file=file.decode("utf-8", "surrogateescape"),
        project=project.decode("utf-8", "surrogateescape"),
        library=unpack_texts(library),
        packaged=unpack_texts(packaged),
        packages=Packages(
            [PackageRoot.unpack(unpack_texts(texts)) for texts in unpack(packages)],
            {name: int(number) for name, number in unpack_mapping(imports).items()},
        ),
        ext_str=ext_str,
        ext_code=ext_code,
        tla_str=tla_str,
        tla_code=tla_code,
        instead=unpack_mapping(instead),
        is_traced=traced == b"1",
    )


def _limit_memory(limit: int) -> None:
    """Let a jump far beyond *limit* fail at once; the guard sees slow growth, and does so sooner.

    RLIMIT_DATA counts what can be written to. RLIMIT_AS would also count the address space that Go only reserves.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limit:
        most = limit + limit // 4 + 512 * 1024**2
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


class _Guard:
    """A thread that ends the process when it grows past its limit or its parent is gone.

    It runs while the engine does, which releases the interpreter's lock. What holds the lock (a regular expression) is
    ended by the alarm, whose default action is the kernel's.
    """

    def __init__(self, memory_limit: int) -> None:
        self._memory_limit = memory_limit
        self._active = False
        self._wake = _thread.allocate_lock()
        self._wake.acquire()
        self._timeout = 0.0
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        _thread.start_new_thread(self._watch, ())

    def watching(self, timeout: float) -> _Guard:
        self._timeout = timeout
        return self

    def __enter__(self) -> None:
        if self._timeout:
            signal.setitimer(signal.ITIMER_REAL, self._timeout + _ALARM_MARGIN)
        self._active = True
        if self._wake.locked():
            self._wake.release()

    def __exit__(self, *_: object) -> None:
        self._active = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _watch(self) -> None:
        parent_gone = select.poll()
        parent_gone.register(_REQUESTS, 0)  # hang-up is always reported
        while True:
            self._wake.acquire()
            while self._active:
                if parent_gone.poll(_WATCH_INTERVAL):
                    os._exit(0)
                if self._memory_limit and _resident() > self._memory_limit:
                    os._exit(EXIT_MEMORY)


def _resident() -> int:
    """Return the memory that the process occupies, in bytes."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:  # not Linux: the most it ever occupied, which is as good for a limit
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


_PAGE = os.sysconf("SC_PAGE_SIZE")
