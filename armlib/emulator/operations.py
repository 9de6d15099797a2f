"""Long-running operations: work that goes on in a thread while its caller asks how far it is.

What becomes of an operation is kept in the state, so that another process can answer, too, and one that was killed in
the middle is told as failed.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.settings import Settings, timestamp
from armlib.emulator.store import Store
from armlib.errors import ArmlibError
from armlib.jsontypes import Json, JsonObject

RUNNING: Final = "Running"
SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
_COLLECTION: Final = "operations"
_KEPT: Final = 2000  # operations; the oldest go


class Operations:
    """The operations of a state."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def start(self, kind: str, target: str, work: Callable[[], Json]) -> str:
        """Begin with *work* in a thread; return the name of the operation.

        Args:
            kind: What is done, ``deleteResourceGroup``.
            target: The id of what it is done to.
            work: Does it; what it returns is the result, and must hold no secret. A fault it raises is kept.
        """
        name = self.note(kind, target)
        thread = threading.Thread(target=self._work, args=(name, work), name=f"{kind} {target}", daemon=True)
        with self._lock:
            self._threads[name] = thread
        thread.start()
        return name

    def note(self, kind: str, target: str) -> str:
        """Write down an operation that runs; :meth:`end` tells how it went. Return its name."""
        name = str(uuid.uuid4())
        body: JsonObject = {
            "kind": kind,
            "target": target,
            "status": RUNNING,
            "start": timestamp(self._settings.clock()),
            "owner": _owner(),
        }
        with self._store.write():
            self._store.keep(_COLLECTION, name, body)
            self._forget_old()
        return name

    def end(self, name: str, result: Json = None, fault: Fault | None = None) -> None:
        """Write down how an operation went: *result*, or the fault it ended with."""
        with self._store.write():
            body = self._document(name)
            body |= {"status": SUCCEEDED if fault is None else FAILED, "end": timestamp(self._settings.clock())}
            if fault is None:
                body["result"] = result
            else:
                body |= {"error": fault.content, "httpStatus": fault.status}
            self._store.keep(_COLLECTION, name, body)

    def get(self, name: str) -> JsonObject:
        """Return ``{id, name, status, startTime, endTime, percentComplete, error}`` of an operation.

        Raises:
            Fault: there is none of that name.
        """
        body = self._document(name)
        shown: JsonObject = {
            "id": f"{body['target']}/operations/{name}",
            "name": name,
            "status": body["status"],
            "startTime": body["start"],
            "percentComplete": 0 if body["status"] == RUNNING else 100,
        }
        if "end" in body:
            shown["endTime"] = body["end"]
        if "error" in body:
            shown["error"] = body["error"]
        return shown

    def is_running(self, name: str) -> bool:
        """Return whether an operation goes on."""
        return bool(self._document(name)["status"] == RUNNING)

    def result(self, name: str) -> Json:
        """Return what an operation gave.

        Raises:
            Fault: it failed: the fault; or it has not ended.
        """
        body = self._document(name)
        if body["status"] == RUNNING:
            raise Fault(409, "OperationNotCompleted", f"The operation '{name}' has not ended.")
        if body["status"] == FAILED:
            raise Fault.of(body["error"], int(body["httpStatus"]))
        found: Json = body.get("result")
        return found

    def wait(self, name: str, timeout: float | None = None) -> Json:
        """Wait for an operation of this process; return its result as :meth:`result` does."""
        with self._lock:
            thread = self._threads.get(name)
        if thread is not None:
            thread.join(timeout)
        return self.result(name)

    def resume(self) -> int:
        """Write down that operations of processes that are gone have failed; return how many."""
        gone = 0
        with self._store.write():
            for document in self._store.documents(_COLLECTION):
                body = document.body
                if body["status"] == RUNNING and not _is_alive(str(body.get("owner", ""))):
                    what = f"{body['kind']} of '{body['target']}'"
                    message = f"The operation ({what}) was interrupted: its process ended. Send the request again."
                    self.end(document.key, fault=Fault(500, "OperationInterrupted", message))
                    gone += 1
        return gone

    def close(self) -> None:
        """Wait for what is running in this process."""
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join()

    def _work(self, name: str, work: Callable[[], Json]) -> None:
        try:
            self.end(name, work())
        except Fault as fault:
            self.end(name, fault=fault)
        except ArmlibError as error:
            self.end(name, fault=Fault(500, "InternalServerError", error.message))
        except Exception as error:
            message = f"The local ARM has a bug: {type(error).__name__}: {error}"
            self.end(name, fault=Fault(500, "InternalServerError", message))
            raise
        finally:
            with self._lock:
                self._threads.pop(name, None)

    def _document(self, name: str) -> dict[str, Any]:
        found = self._store.document(_COLLECTION, name)
        if found is None:
            raise Fault(404, "OperationNotFound", f"The operation '{name[:60]}' could not be found.")
        return found

    def _forget_old(self) -> None:
        ended = "select key from documents where collection = ? order by number desc limit -1 offset ?"
        for (key,) in self._store.rows(ended, _COLLECTION, _KEPT):
            self._store.drop(_COLLECTION, key)


def _owner() -> str:
    pid = os.getpid()
    return f"{pid} {_started(pid)}"


def _is_alive(owner: str) -> bool:
    pid, _, started = owner.partition(" ")
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """Return when a process began, so that another one with its number is told from it; "" where that is not known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
