"""A deployment that runs: resource by resource, as their dependencies allow, in one thread.

What happens to a resource and what the history says of it are one transaction, so that a process that is killed leaves
a state in which both agree. Several resources that need no waiting share a transaction.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast
from uuid import uuid4

from armlib.deployment.expand import ExpandedResource, Nested
from armlib.deployment.fault import Fault
from armlib.deployment.live import Live
from armlib.deployment.scopes import DEPLOYMENTS, id_key
from armlib.deployment.target import Progress, Step, is_final
from armlib.emulator.caller import Caller
from armlib.emulator.deployments.cleanup import clean_up
from armlib.emulator.deployments.entry import Entry, body_of, nested_body
from armlib.emulator.deployments.history import History, state_of
from armlib.emulator.deployments.operation import (
    CANCELED,
    CLEANUP,
    CREATE,
    FAILED,
    OUTPUTS,
    READ,
    RUNNING,
    SUCCEEDED,
    Operation,
)
from armlib.emulator.deployments.planning import Plan, Planner, parameter_values
from armlib.emulator.deployments.reading import StateReader
from armlib.emulator.deployments.refusals import active, cleanup_failed, deployment_failed
from armlib.emulator.deployments.schedule import Schedule, State, Task, tasks_of
from armlib.emulator.deployments.settled import closed, first_unknown
from armlib.emulator.deployments.shape import shown_outputs
from armlib.emulator.resources import Resources, Stored
from armlib.emulator.settings import Settings
from armlib.emulator.store import Store
from armlib.errors import InputError
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.simplify import is_known, reveal
from armlib.expressions.values import Value
from armlib.jsontypes import JsonObject

_TRANSIENT: Final = frozenset((408, 429, 500, 502, 503, 504))
_ALSO_TRANSIENT: Final = frozenset(("RetryableError", "AnotherOperationInProgress"))
_LONGEST_TRANSACTION: Final = 0.05  # seconds in which others cannot write
_INSIDE: Final = frozenset((State.DONE, State.SKIPPED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How transient faults are met: *attempts* in all, a wait that doubles from *first* to *longest* seconds."""

    attempts: int = 8
    first: float = 0.05
    longest: float = 2.0

    def wait(self, attempt: int) -> float:
        """Return the seconds to wait after the attempt of that number, from 1."""
        return min(self.longest, self.first * 2.0 ** (attempt - 1))


Latency: TypeAlias = Callable[[str], float]


def at_once(id_: str) -> float:
    """Return no latency, whatever is made."""
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a run works with. *latency* tells the seconds that a service takes to make a resource."""

    store: Store
    resources: Resources
    history: History
    planner: Planner
    settings: Settings
    reader: Callable[[], StateReader]
    latency: Latency = at_once
    pace: Pace = Pace()


class _StoppedError(Exception):
    """The engine is closed while the deployment runs."""


class Run:
    """A deployment from Running to its end.

    Args:
        parts: What it works with.
        plan: What it makes.
        caller: On whose behalf; the stack behind it, for one.
        body: The deployment, as the history has it.
        resumed: Whether it goes on after an interruption: what the history says is done is not done again.
    """

    def __init__(
        self, parts: Parts, plan: Plan, caller: Caller, body: dict[str, Any], *, resumed: bool = False
    ) -> None:
        self._parts = parts
        self._plan = plan
        self._resumed = resumed
        self._began = time.monotonic()
        self._heap: list[tuple[float, int, Task]] = []
        self._numbers = itertools.count()
        self._schedule = Schedule(self._queue, self._over)
        self._entries: dict[Task, Entry] = {}
        self._resolved: dict[Task, ExpandedResource] = {}
        self._begun: dict[Task, Operation] = {}
        self._planned = {id_key(str(each.id)) for each in plan.expansion.resources if isinstance(each.id, str)}
        self._wake = threading.Event()
        self._cancelled = self._stopped = False
        self._staged: dict[tuple[str, str], Operation] = {}
        self._shown: dict[tuple[str, str], Operation] = {}
        self._result: JsonObject | None = None
        self.finished = threading.Event()
        self._root = Entry(
            body=body,
            template=plan.request.template,
            outputs=dict(plan.expansion.outputs),  # type: ignore[arg-type]
            environment=plan.expansion.environment,
            context=plan.context,
            caller=replace(caller, deployment=plan.request.id, correlation_id=body["properties"]["correlationId"]),
            details=plan.request.details,
            started=self._began,
        )
        self._reader = parts.reader()
        self._live = Live(self._reader)

    # what others see

    @property
    def id(self) -> str:
        """The id of the deployment."""
        return self._root.id

    @property
    def scope(self) -> str:
        """The id of what it deploys to."""
        return self._root.scope

    @property
    def body(self) -> JsonObject:
        """The deployment in the end."""
        assert self._result is not None
        return self._result

    @property
    def fault(self) -> Fault | None:
        """Why it failed, in the end."""
        error = self._root.properties.get("error")
        return Fault.of(error, 409) if isinstance(error, dict) else None

    def cancel(self) -> None:
        """Begin nothing more; what runs is ended."""
        self._cancelled = True
        self._wake.set()

    def stop(self) -> None:
        """Leave off, in a state from which it can go on later."""
        self._stopped = True
        self._wake.set()

    def steps(self) -> list[Step]:
        """Return the steps in the order they began, those of nested deployments too."""
        now = time.monotonic()
        return [operation.step(now) for operation in list(self._shown.values())]

    def progress(self) -> Progress:
        """Return how far it is."""
        return Progress(state=RUNNING, steps=self.steps())

    # the way of the whole

    def run(self) -> bool:
        """Run to the end; return False when it was stopped before."""
        try:
            self._run()
        except _StoppedError:
            return False
        except Exception as error:
            self._crash(error)
            raise
        return True

    def _run(self) -> None:
        tasks = tasks_of(self._plan.expansion.resources)
        with self._parts.store.write():
            self._root.note(RUNNING, self._now())
            self._parts.history.keep(self._root.body)
        self._enter(self._root, tasks)
        while self._root.open:
            self._obey(tasks)
            if not self._heap:
                raise RuntimeError("resources wait for each other")  # an expansion has no circles
            wait = self._heap[0][0] - time.monotonic()
            if wait > 0:
                self._wake.wait(wait)
                continue
            self._turns()
        self._obey(tasks)
        self._close()

    def _turns(self) -> None:
        """Give each task that is due its turn, in one transaction."""
        with self._parts.store.write():
            end = time.monotonic() + _LONGEST_TRANSACTION
            while self._heap and self._heap[0][0] <= time.monotonic() < end:
                task = heapq.heappop(self._heap)[2]
                if task.state is State.WAITING:
                    self._begin(task)
                elif task.state is State.BEGUN:
                    self._make(task)
        self._publish()

    def _obey(self, tasks: list[Task]) -> None:
        """Do what others have asked for."""
        if self._stopped:
            raise _StoppedError
        if self._cancelled and self._wake.is_set():
            self._wake.clear()
            with self._parts.store.write():
                self._leave(tasks)
            self._publish()

    def _leave(self, tasks: list[Task]) -> None:
        """Let what has not begun be."""
        for task in tasks:
            if task.state is State.WAITING:
                self._schedule.end(task, State.LEFT)
            elif task.state is State.BEGUN and task.inner:
                self._leave(task.inner)

    def _close(self) -> None:
        """End the deployment that was asked for."""
        root, history = self._root, self._parts.history
        fault: Fault | None = None
        if root.faults:
            fault = deployment_failed(root.id, root.faults)
        elif not self._cancelled:
            with self._parts.store.write():
                fault = self._outputs(root)
            self._publish()
            if fault is None and self._plan.request.mode == "Complete":
                fault = self._clean_up()
        state = FAILED if fault is not None else CANCELED if self._cancelled else SUCCEEDED
        root.note(state, self._now(), time.monotonic() - self._began, fault)
        with self._parts.store.write():
            history.keep(root.body)
        self._result = root.body

    def _crash(self, error: Exception) -> None:
        """Note that the run ended by a mistake of its own, if that can be noted."""
        fault = Fault(500, "InternalServerError", f"The deployment ended by an error: {type(error).__name__}.")
        self._root.note(FAILED, self._now(), time.monotonic() - self._began, fault)
        self._result = self._root.body
        with self._parts.store.write():
            self._parts.history.keep(self._root.body)

    # deployments

    def _enter(self, entry: Entry, tasks: list[Task]) -> None:
        """Let the resources of the deployment *entry* go."""
        entry.open = len(tasks)
        for task in tasks:
            self._entries[task] = entry
        self._schedule.start(tasks)
        if not tasks and entry is not self._root:
            self._exit(entry)

    def _exit(self, entry: Entry) -> None:
        """End the nested deployment *entry*: nothing of it is open any more."""
        assert entry.task is not None and entry.parent is not None
        fault: Fault | None = None
        if entry.faults:
            fault = deployment_failed(entry.id, entry.faults)
        elif not self._cancelled or all(task.state in _INSIDE for task in entry.task.inner):
            fault = self._outputs(entry)
        else:
            fault = Fault(409, "DeploymentCanceled", "The deployment was canceled.", target=entry.id)
        canceled = fault is not None and fault.code == "DeploymentCanceled"
        state = CANCELED if canceled else FAILED if fault is not None else SUCCEEDED
        entry.note(state, self._now(), time.monotonic() - entry.started, None if canceled else fault)
        self._parts.history.keep(entry.body)
        if canceled:
            self._end_operation(entry.task, CANCELED, 409, None)
            self._schedule.end(entry.task, State.LEFT)
        elif fault is not None:
            self._fail(entry.task, fault)
        else:
            entry.parent.made += entry.made
            self._end_operation(entry.task, SUCCEEDED, 200, None)
            self._schedule.end(entry.task, State.DONE)

    def _over(self, task: Task) -> None:
        entry = self._entries.get(task)
        if entry is None:  # inside of a nested deployment that never began
            return
        entry.open -= 1
        if entry.open == 0 and entry is not self._root:
            self._exit(entry)

    def _queue(self, task: Task, due: float = 0.0) -> None:
        heapq.heappush(self._heap, (due, next(self._numbers), task))

    # resources

    def _begin(self, task: Task) -> None:
        """Begin with *task*: what it waits for is there."""
        entry = self._entries[task]
        if self._is_done(task, entry):
            return
        try:
            resource = self._known(task, entry)
            if resource is None:
                self._schedule.end(task, State.SKIPPED)
            elif resource.type.casefold() == DEPLOYMENTS:
                self._begin_nested(task, resource, entry)
            else:
                self._begin_resource(task, resource, entry)
        except Fault as fault:
            self._fail(task, fault)

    def _begin_resource(self, task: Task, resource: ExpandedResource, entry: Entry) -> None:
        self._resolved[task] = resource
        task.state = State.BEGUN
        self._begun[task] = self._operation(resource, entry)
        latency = self._parts.latency(str(resource.id))
        if latency > 0:
            self._stage(self._begun[task])
            self._queue(task, time.monotonic() + latency)
        else:
            self._make(task)

    def _make(self, task: Task) -> None:
        """Put the resource of *task*; a transient fault makes it wait for another try."""
        entry, resource = self._entries[task], self._resolved[task]
        try:
            stored = self._parts.resources.put(
                str(resource.id), str(resource.api_version), dict(resource.body), caller=entry.caller
            )
        except Fault as fault:
            task.attempts += 1
            if _is_transient(fault) and task.attempts < self._parts.pace.attempts and not self._cancelled:
                self._stage(self._begun[task])
                self._queue(task, time.monotonic() + self._parts.pace.wait(task.attempts))
            else:
                self._fail(task, fault)
            return
        entry.made.append(str(stored.body.get("id", resource.id)))
        self._end_operation(task, SUCCEEDED, 201 if stored.created else 200, None, stored)
        self._schedule.end(task, State.DONE)

    def _begin_nested(self, task: Task, resource: ExpandedResource, around: Entry) -> None:
        """Begin with a nested deployment, or a linked one."""
        nested = resource.nested
        task.state = State.BEGUN
        self._begun[task] = self._operation(resource, around)
        if nested is None:
            raise _not_loaded(resource)
        before = self._parts.history.find(str(resource.id))
        is_begun = before is not None and self._is_own(before)
        if before is not None and not is_begun and not is_final(state_of(before)):
            raise active(str(resource.name), str(before["properties"]["timestamp"]))  # type: ignore[index, call-overload]
        self._parts.planner.require_scope(str(reveal(nested.scope.id)))
        entry, tasks = self._nested_entry(task, resource, nested, around)
        if is_begun:
            self._parts.history.keep(entry.body)
        else:
            asked: JsonObject = {"template": nested.template, "root": self._root.id}
            self._parts.history.begin(entry.body, asked, room_is_made=_is_in_group(entry.id))
        self._stage(self._begun[task])
        self._enter(entry, tasks)

    def _nested_entry(
        self, task: Task, resource: ExpandedResource, nested: Nested, around: Entry
    ) -> tuple[Entry, list[Task]]:
        """Return a nested deployment as it begins, and what it makes."""
        environment, tasks = nested.environment, task.inner
        outputs: Mapping[str, Value] = nested.outputs
        if nested.is_open:
            expansion = self._opened(resource, str(resource.name), around)
            self._planned |= {id_key(str(each.id)) for each in expansion.resources if isinstance(each.id, str)}
            tasks = tasks_of(expansion.resources, around=task)
            assert expansion.environment is not None
            environment, outputs = expansion.environment, expansion.outputs
        id_ = str(resource.id)
        properties = reveal(dict(resource.body)).get("properties") or {}
        location = reveal(self._live.value(nested.location, environment))
        body = nested_body(
            id_,
            str(resource.name),
            nested.template,
            [inner.resource for inner in tasks],
            parameters={} if nested.is_outer else self._parameters(nested.template, environment),
            location=location if isinstance(location, str) and not _is_in_group(id_) else None,
            tags=reveal(resource.body.get("tags")),
            moment=self._now(),
            correlation=str(self._root.properties["correlationId"]),
            echoed=properties,
        )
        entry = Entry(
            body=body,
            template=nested.template,
            outputs=outputs,
            environment=environment,
            context=around.context,
            caller=replace(around.caller, deployment=id_),
            details=_details(properties.get("debugSetting")),
            task=task,
            parent=around,
            started=time.monotonic(),
        )
        return entry, tasks

    def _opened(self, resource: ExpandedResource, name: str, around: Entry) -> Any:
        """Return what a nested deployment makes of which only now is known how much that is."""
        nested = resource.nested
        assert nested is not None
        if nested.is_outer:
            raise Fault(
                400,
                "InvalidTemplate",
                f"The loops of the nested deployment '{name}' run as often as a resource says, which only a deployment "
                "with expressions of inner scope can do.",
                hint='set expressionEvaluationOptions to {"scope": "inner"}',
            )
        assert resource.environment is not None
        arguments = {
            key: self._settled(value, resource.environment, f"the parameter '{key}'")
            for key, value in nested.arguments.items()
        }
        return self._parts.planner.expand_open(resource, name, arguments, around.context)

    def _is_own(self, body: JsonObject) -> bool:
        """Return whether the deployment *body* was begun by this run, before it was interrupted."""
        if not self._resumed:
            return False
        asked = self._parts.history.asked(str(body["id"]))
        return asked is not None and id_key(str(asked.get("root"))) == id_key(self._root.id)

    def _is_done(self, task: Task, entry: Entry) -> bool:
        """Return whether *task* was done before the interruption; it is then over."""
        resource = task.resource
        if not self._resumed or resource.type.casefold() == DEPLOYMENTS or not isinstance(resource.id, str):
            return False
        operation = self._operation(resource, entry)
        found: Any = self._parts.history.operation(entry.id, operation.operation_id)
        if found is None or found["properties"]["provisioningState"] != SUCCEEDED:
            return False
        entry.made.append(str(resource.id))
        done = replace(operation, state=SUCCEEDED, status=200, seconds=0.0)
        self._staged[entry.id, done.operation_id] = done
        self._schedule.end(task, State.DONE)
        return True

    def _known(self, task: Task, entry: Entry) -> ExpandedResource | None:
        """Return the resource of *task* with nothing unknown in it; None when its condition does not hold."""
        resource = task.resource
        self._reader.noted = lambda id_: self._note_read(id_, entry)
        try:
            found = self._live.resource(resource)
        except EvaluationFault as fault:
            raise _of_expression(fault, resource) from fault
        finally:
            self._reader.noted = None
        condition = reveal(found.condition)
        if condition is False or (isinstance(condition, str) and condition.lower() == "false"):
            return None
        if _is_plain(found) and is_known(dict(found.body)):
            return found
        version = reveal(found.api_version) or self._parts.planner.version_of(found.type, self._root.template)
        found = replace(found, id=reveal(found.id), name=reveal(found.name), api_version=version)
        body = dict(found.body)
        if found.type.casefold() == DEPLOYMENTS:  # its outputs and arguments are known later, or not at all
            body = {name: value for name, value in body.items() if name != "properties"}
            properties = found.body.get("properties")
            known = properties.items() if isinstance(properties, dict) else ()
            body["properties"] = {name: value for name, value in known if name not in ("outputs", "parameters")}
            found = replace(found, body=body)
        left = first_unknown([found.id, found.name, found.api_version]) or first_unknown(body)
        if left is not None and first_unknown(closed(body)) is None and is_known(found.id):
            body = cast("dict[str, Value]", closed(body))
            return replace(found, body=body)
        if left is not None:
            raise Fault(
                400,
                "InvalidTemplate",
                f"Unable to process template language expressions for resource '{_shown_id(resource)}': nothing "
                f"answers {left} even now that all it waits for is deployed.",
                hint="the local Azure Resource Manager has no answer for it",
            )
        return found

    def _note_read(self, id_: str, entry: Entry) -> None:
        """Keep an operation for a resource that is read and not made by this deployment."""
        key = id_key(id_)
        if key in self._planned or key in entry.reads or "/providers/" not in key:
            return
        entry.reads.add(key)
        tail = id_.rpartition("/providers/")[2].split("/")
        self._stage(
            Operation(
                deployment=entry.id,
                kind=READ,
                target=id_,
                type="/".join([tail[0], *tail[1::2]]),
                name="/".join(tail[2::2]),
                began=self._now(),
                started=time.monotonic(),
                seconds=0.0,
                state=SUCCEEDED,
                status=200,
            )
        )

    def _fail(self, task: Task, fault: Fault) -> None:
        """Note that *task* failed; what waits for it is left."""
        entry = self._entries[task]
        if fault.target is None and isinstance(task.resource.id, str):
            fault.target = task.resource.id
        entry.faults.append(fault)
        if task not in self._begun:
            self._begun[task] = self._operation(task.resource, entry)
        self._end_operation(task, FAILED, fault.status, fault)
        self._schedule.end(task, State.FAILED)

    # values

    def _parameters(self, template: JsonObject, environment: Any) -> dict[str, Value]:
        values = parameter_values(template, environment)
        found: dict[str, Value] = {}
        for name, value in values.items():
            try:
                found[name] = self._live.value(value, environment)
            except (EvaluationFault, Fault):
                found[name] = value  # it is told by the resource that needs it
        return found

    def _settled(self, value: Value, environment: Any, what: str) -> Value:
        """Return *value* with nothing unknown in it.

        Raises:
            Fault: Something stays unknown, or has no value.
        """
        try:
            found = closed(self._live.value(value, environment))
        except EvaluationFault as fault:
            raise Fault(_status_of(fault), _code_of(fault), fault.message, hint=fault.hint) from fault
        left = first_unknown(found)
        if left is not None:
            raise Fault(400, "InvalidTemplate", f"The value of {what} is not known even now: nothing answers {left}.")
        return found

    def _outputs(self, entry: Entry) -> Fault | None:
        """Work out the outputs of *entry*; return the fault when one has no value."""
        began, started = self._now(), time.monotonic()
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, output in entry.outputs.items():
            value = output.get("value") if isinstance(output, dict) else output
            try:
                values[name] = {"value": self._settled(value, entry.environment, f"the template output '{name}'")}
            except Fault as found:
                message = f"The template output '{name}' is not valid: {found.message}"
                faults.append(Fault(found.status, found.code, message, target=name, hint=found.hint))
        fault = _outputs_failed(faults)
        if fault is None:
            entry.properties["outputs"] = shown_outputs(entry.template, values)
        if entry.outputs:
            self._stage(
                Operation(
                    deployment=entry.id,
                    kind=OUTPUTS,
                    target="",
                    type="",
                    name="",
                    began=began,
                    started=started,
                    seconds=time.monotonic() - started,
                    state=SUCCEEDED if fault is None else FAILED,
                    status=200 if fault is None else 400,
                    fault=fault,
                )
            )
        return fault

    def _clean_up(self) -> Fault | None:
        """Delete what complete mode deletes; return the fault when something of it stays."""
        keep = {id_key(str(task.resource.id)) for task in self._entries} | {id_key(id_) for id_ in self._root.made}
        faults: list[Fault] = []
        cleaned = clean_up(self._parts.resources, self._root.scope, keep, self._root.caller)
        for id_, type_, name, fault, seconds in cleaned:
            if fault is not None:
                faults.append(fault)
            operation = Operation(
                deployment=self._root.id,
                kind=CLEANUP,
                target=id_,
                type=type_,
                name=name,
                began=self._now(),
                started=time.monotonic() - seconds,
                seconds=seconds,
                state=SUCCEEDED if fault is None else FAILED,
                status=200 if fault is None else fault.status,
                fault=fault,
            )
            self._stage(operation)
            self._publish()
        return cleanup_failed(self._root.id, faults) if faults else None

    # operations

    def _operation(self, resource: ExpandedResource, entry: Entry) -> Operation:
        version = reveal(resource.api_version)
        return Operation(
            deployment=entry.id,
            kind=CREATE,
            target=_shown_id(resource),
            type=resource.type,
            name=str(reveal(resource.name)) if is_known(resource.name) else "",
            symbol=resource.symbolic_name,
            api_version=version if isinstance(version, str) else None,
            began=self._now(),
            started=time.monotonic(),
        )

    def _end_operation(
        self, task: Task, state: str, status: int, fault: Fault | None, stored: Stored | None = None
    ) -> None:
        operation = self._begun[task]
        details = self._entries[task].details
        request = response = None
        if details and stored is not None:
            request = self._parts.resources.baseline(operation.target) if "requestcontent" in details else None
            response = stored.body if "responsecontent" in details else None
        self._stage(
            replace(
                operation,
                state=state,
                status=status,
                fault=fault,
                seconds=time.monotonic() - operation.started,
                request=request,
                response=response,
            )
        )

    def _stage(self, operation: Operation) -> None:
        """Keep *operation*; it is shown when the transaction is."""
        self._parts.history.keep_operation(operation)
        self._staged[operation.deployment, operation.operation_id] = operation

    def _publish(self) -> None:
        self._shown.update(self._staged)
        self._staged = {}

    def _now(self) -> Any:
        return self._parts.settings.clock()


def new_body(plan: Plan, settings: Settings, state: str, correlation: str | None = None) -> dict[str, Any]:
    """Return the deployment that *plan* begins."""
    return body_of(plan, state=state, moment=settings.clock(), correlation=correlation or str(uuid4()))


def _is_in_group(id_: str) -> bool:
    return "/resourcegroups/" in id_.casefold()


def _is_plain(resource: ExpandedResource) -> bool:
    """Return whether it is a resource, not a deployment, of which it is known which one it is."""
    identity = (resource.id, resource.name, resource.api_version)
    return all(type(each) is str for each in identity) and resource.type.casefold() != DEPLOYMENTS


def _is_transient(fault: Fault) -> bool:
    return fault.status in _TRANSIENT or fault.code in _ALSO_TRANSIENT


def _not_loaded(resource: ExpandedResource) -> Fault:
    """Return what is said of a linked deployment whose template cannot be had."""
    properties: Any = reveal(dict(resource.body)).get("properties") or {}
    link = properties.get("templateLink") or {}
    address = link.get("uri") or link.get("id") or link.get("relativePath") or "its address"
    shown = str(address).partition("?")[0]
    return Fault(400, "InvalidContentLink", f"Unable to download deployment content from '{shown}'.")


def _shown_id(resource: ExpandedResource) -> str:
    id_ = reveal(resource.id)
    scope = resource.scope if isinstance(resource.scope, str) else ""
    return id_ if isinstance(id_, str) else f"{scope}/providers/{resource.type}/?"


def _of_expression(fault: EvaluationFault, resource: ExpandedResource) -> Fault:
    """Return what is said of a resource whose expressions have no value."""
    if fault.code == "resource-not-found":
        return Fault(404, "ResourceNotFound", fault.message, target=_shown_id(resource), hint=fault.hint)
    message = f"Unable to process template language expressions for resource '{_shown_id(resource)}'. '{fault.message}'"
    return Fault(400, "InvalidTemplate", message, target=_shown_id(resource), hint=fault.hint)


def _status_of(fault: InputError) -> int:
    return 404 if fault.code == "resource-not-found" else 400


def _code_of(fault: InputError) -> str:
    return "ResourceNotFound" if fault.code == "resource-not-found" else "DeploymentOutputEvaluationFailed"


def _outputs_failed(faults: list[Fault]) -> Fault | None:
    if not faults:
        return None
    named = ", ".join(str(fault.target) for fault in faults)
    message = (
        f"Unable to evaluate template outputs: '{named}'. Please see error details and deployment operations. Please "
        "see https://aka.ms/arm-common-errors for usage details."
    )
    return Fault(400, "DeploymentOutputEvaluationFailed", message, details=faults)


def _details(setting: Any) -> frozenset[str]:
    level = setting.get("detailLevel") if isinstance(setting, dict) else None
    words = {word.strip().casefold() for word in str(level or "").split(",")}
    return frozenset(words & {"requestcontent", "responsecontent"})
