"""Long-running operations: work that goes on after the answer, at a URL that tells how far it is.

Changes are operations of the engine, which another process can tell of, too. Questions that take long (a what-if, an
export) are worked on here and forgotten with the process; asking again does no harm.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from armlib.deployment.target import is_final
from armlib.emulator.http.call import Answer, Call
from armlib.jsontypes import JsonObject

POLL_AGAIN = {"x-ms-retry-after-ms": "50"}  # clients read it only where there is no Retry-After
_KEPT = 2000  # results of operations that are over


def begin(call: Call, kind: str, target: str, work: Callable[[], int]) -> Answer:
    """Start *work*, a change of *target*, and answer with 202 and where to ask; it returns the status of the result."""
    return _accepted(call, call.engine.operations.start(kind, target, work))


class Background:
    """Questions that take long; answers are kept for those who ask late, the newest of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: OrderedDict[str, Future[Answer]] = OrderedDict()

    def run(self, call: Call, work: Callable[[], Answer], *, patience: float = 0.0) -> Answer:
        """Start *work*, and answer with its result, or with 202 and where to ask when it takes longer.

        Args:
            patience: The seconds in which a result still is the answer itself.
        """
        key = str(uuid.uuid4())
        future: Future[Answer] = Future()
        with self._lock:
            self._running[key] = future
            self._forget()
        threading.Thread(target=_complete, args=(future, work), name=f"operation {key}", daemon=True).start()
        if patience:
            try:
                return future.result(patience)
            except TimeoutError:
                pass
        return _accepted(call, key)

    def ask(self, call: Call, key: str) -> Answer:
        """Answer how far the operation *key* is: 202 while it runs, then what the call would have answered.

        Raises:
            Fault: 404 ``OperationNotFound``, or what the work was refused with.
        """
        with self._lock:
            future = self._running.get(key.casefold())
        if future is None:
            return _change(call, key)
        return future.result() if future.done() else _accepted(call, key)

    def wait(self, timeout: float) -> None:
        """Wait until nothing runs any more, *timeout* seconds at most in all."""
        from concurrent.futures import wait

        with self._lock:
            running = list(self._running.values())
        wait(running, timeout)

    def _forget(self) -> None:
        for key in [key for key, future in self._running.items() if future.done()]:
            if len(self._running) <= _KEPT:
                return
            del self._running[key]


def _change(call: Call, key: str) -> Answer:
    """Answer how far a change is."""
    operations = call.engine.operations
    if operations.is_running(key):
        return _accepted(call, key)
    status = operations.result(key)
    assert isinstance(status, int)
    return Answer(status=status)


def _accepted(call: Call, key: str) -> Answer:
    place = call.url(f"{operations_folder(call.path)}/operationresults/{key}")
    return Answer(status=202, headers={"Location": place, **POLL_AGAIN})


def _complete(future: Future[Answer], work: Callable[[], Answer]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whoever asks for the result is told
        future.set_exception(error)


def operations_folder(path: str) -> str:
    """Return the id below which the operations on *path* are asked for: a subscription, or the service itself."""
    segments = path.split("/")
    return "/".join(segments[:3]) if segments[1] == "subscriptions" else "/providers/Microsoft.Resources"


def watched(answer: Answer, url: str) -> Answer:
    """Return *answer* with the URL that tells the state of what it began."""
    return replace(answer, headers={**answer.headers, "Azure-AsyncOperation": url, **POLL_AGAIN})


def status_answer(id_: str, name: str, state: str, error: JsonObject | None) -> Answer:
    """Return what such a URL answers: ``{id, name, status, error}``."""
    found: JsonObject = {"id": id_, "name": name, "status": state}
    if error is not None:
        found["error"] = error
    headers = {} if is_final(state) else POLL_AGAIN
    return Answer(json=found, headers=headers)
