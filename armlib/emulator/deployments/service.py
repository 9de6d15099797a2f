"""Deployments of the local Azure Resource Manager: create, validate, get, list, cancel, delete, export."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from armlib.azuretypes.model import Definitions
from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.loader import FileLoader, Loaded, Loader
from armlib.deployment.scopes import id_key, scope_and_name
from armlib.deployment.target import Progress, Step, is_final
from armlib.emulator.caller import ANYONE, Caller
from armlib.emulator.deployments import owner, refusals
from armlib.emulator.deployments.history import History, state_of
from armlib.emulator.deployments.operation import ACCEPTED, FAILED, SUCCEEDED, step_of
from armlib.emulator.deployments.planning import Plan, Planner
from armlib.emulator.deployments.preview import previewed
from armlib.emulator.deployments.reading import ProviderOf, StateReader
from armlib.emulator.deployments.request import Request, check_name, deployment_id, read_request, read_scope
from armlib.emulator.deployments.run import Latency, Pace, Parts, Run, at_once, new_body
from armlib.emulator.resources import Bodies, Page, Resources
from armlib.emulator.settings import Settings, timestamp
from armlib.emulator.store import Store
from armlib.jsontypes import Json, JsonObject

_STATE_FILTER: Final = re.compile(r"\s*provisioningState\s+eq\s+'(?P<state>[^']*)'\s*\Z", re.IGNORECASE)
_MOST_NESTED: Final = 40


class Prepared(NamedTuple):
    """A plan that was checked, and the name of the deployment that is run again when it fails."""

    plan: Plan
    rollback: str | None


class Deployments:
    """The deployments of one state.

    Args:
        store: The state.
        resources: Its resources.
        settings: Ids and clock of the engine.
        loader: Finds linked templates, beside the template specs of the state; by default nothing else is found.
        latency: The seconds that a service takes to make the resource with an id.
        provider: What is known of a resource provider.
        definitions: The installed type definitions, if any.
    """

    def __init__(
        self,
        store: Store,
        resources: Resources,
        settings: Settings,
        *,
        loader: Loader | None = None,
        latency: Latency = at_once,
        provider: ProviderOf = lambda namespace: None,
        definitions: Definitions | None = None,
        pace: Pace = Pace(),  # noqa: B008 - frozen
    ) -> None:
        self._store = store
        self._resources = resources
        self._settings = settings
        self._loader = StateLoader(resources, loader or FileLoader())
        self._provider = provider
        self._definitions = definitions
        self.latency = latency
        self.history = History(store)
        versions = definitions.versions if definitions is not None else lambda type_: ()
        self._planner = Planner(resources, settings, self._loader, versions)
        self._parts = Parts(
            store=store,
            resources=resources,
            history=self.history,
            planner=self._planner,
            settings=settings,
            reader=self._reader,
            latency=lambda id_: self.latency(id_),
            pace=pace,
        )
        self._token = owner.take()
        self._closing = False
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._threads: dict[str, threading.Thread] = {}

    # changes

    def create(self, scope: str, name: str, request: JsonObject, *, caller: Caller = ANYONE) -> JsonObject:
        """Begin with a deployment and return it as Accepted; it goes on in a thread of its own.

        Args:
            scope: The id of a resource group, a subscription or a management group; "" is the tenant.
            name: What it is called.
            request: The body, as the REST API has it.
            caller: On whose behalf.

        Raises:
            Fault: The request is refused: nothing of it is in the history then.
        """
        return self.accept(self.prepare(scope, name, request, caller=caller), caller=caller)

    def prepare(self, scope: str, name: str, request: JsonObject, *, caller: Caller = ANYONE) -> Prepared:
        """Return what a deployment would make once all has been checked that :meth:`create` checks.

        Raises:
            Fault: The request is refused.
        """
        wanted = read_request(scope, name, request, self._loader)
        self._planner.require_scope(wanted.scope)
        self._check_earlier(wanted)
        rollback = self._rollback(wanted)
        plan = self._planner.plan(wanted)
        if wanted.level != "Template":
            self._planner.preflight(plan, _by(wanted, caller))
        return Prepared(plan, rollback)

    def accept(self, prepared: Prepared, *, caller: Caller = ANYONE) -> JsonObject:
        """Begin with what was prepared, and return it as Accepted.

        Raises:
            Fault: Another deployment of that name has begun meanwhile, or the history is full.
        """
        plan, rollback = prepared
        request = plan.request
        body = new_body(plan, self._settings, ACCEPTED, caller.correlation_id)
        if rollback is not None:
            body["properties"]["onErrorDeployment"] = {**(request.rollback or {}), "deploymentName": rollback}
        asked = self._asked(plan, caller, rollback)
        with self._store.write(), self._lock:
            self._check_earlier(request)
            self.history.begin(body, asked, room_is_made=request.location is None)
            self._go(Run(self._parts, plan, caller, _copy(body)), rollback)
        return body

    def wait(
        self, scope: str, name: str, timeout: float | None = None, *, running_is_enough: bool = False
    ) -> JsonObject:
        """Return the deployment when it has ended; *running_is_enough* for one that this engine leaves off at its end.

        Raises:
            TimeoutError: It still runs after *timeout* seconds.
            Fault: There is no such deployment.
        """
        id_ = self._id(scope, name)
        thread = self._threads.get(id_key(id_))
        if thread is not None:
            thread.join(timeout)
            if thread.is_alive():
                raise TimeoutError(f"the deployment '{name}' still runs after {timeout} seconds")
            if running_is_enough:
                return self.get(scope, name)
        end = None if timeout is None else time.monotonic() + timeout
        while True:  # another process runs it
            found = self.get(scope, name)
            if is_final(state_of(found)):
                return found
            if self._closing and running_is_enough:
                return found
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"the deployment '{name}' still runs after {timeout} seconds")
            time.sleep(0.02)

    def cancel(self, scope: str, name: str) -> None:
        """Cancel a running deployment: what has begun is ended, and nothing more begins."""
        found = self.get(scope, name)
        run = self._runs.get(id_key(str(found["id"])))
        if run is None or is_final(state_of(found)):
            raise refusals.not_cancellable(name, state_of(found))
        run.cancel()

    def delete(self, scope: str, name: str) -> bool:
        """Take a deployment out of the history; what it deployed stays. Return False when it was not there."""
        id_ = self._id(scope, name)
        if self.history.find(id_) is None:
            self._planner.require_scope(str(read_scope(scope).id))
            return False
        self.check_delete(scope, name)
        return self.history.drop(id_)

    def check_delete(self, scope: str, name: str) -> None:
        """Raise the fault with which :meth:`delete` would refuse: the deployment still runs."""
        found = self.history.find(self._id(scope, name))
        if found is not None and not is_final(state_of(found)):
            raise refusals.being_used(name)

    # questions

    def validate(self, scope: str, name: str, request: JsonObject, *, caller: Caller = ANYONE) -> JsonObject:
        """Return what a deployment would be, with ``validatedResources``; nothing is kept.

        Raises:
            Fault: The request would be refused.
        """
        plan = self._checked(scope, name, request, caller)
        body = new_body(plan, self._settings, SUCCEEDED)
        properties: dict[str, Any] = body["properties"]
        properties["validatedResources"] = [
            {"id": resource.id} for resource in plan.expansion.resources if isinstance(resource.id, str)
        ]
        properties["diagnostics"] = plan.warnings
        return body

    def what_if(self, scope: str, name: str, request: JsonObject) -> JsonObject:
        """Return what a deployment would change, ``{status, properties: {changes, potentialChanges, diagnostics}}``.

        Raises:
            Fault: The request would be refused.
        """
        from armlib.deployment.whatif.changes import what_if
        from armlib.deployment.whatif.model import Mode
        from armlib.deployment.whatif.result import as_operation_result

        wanted = read_request(scope, name, request, self._loader)
        found = what_if(
            self.preview(scope, name, request),
            self._reader(),
            scope=wanted.scope or "/",
            mode=Mode.COMPLETE if wanted.mode == "Complete" else Mode.INCREMENTAL,
            definitions=self._definitions,
        )
        return as_operation_result(found, resource_id_only=_is_id_only(wanted))

    def preview(self, scope: str, name: str, request: JsonObject) -> list[ExpandedResource]:
        """Return what a deployment would make, with all that the state knows of it before.

        Raises:
            Fault: The request would be refused.
        """
        return previewed(self.plan(scope, name, request), self._planner, self._reader())

    def plan(self, scope: str, name: str, request: JsonObject, now: datetime | None = None) -> Plan:
        """Return what a deployment would make.

        Raises:
            Fault: The request or its template is not valid.
        """
        return self._planner.plan(read_request(scope, name, request, self._loader), now)

    def get(self, scope: str, name: str) -> JsonObject:
        """Return a deployment.

        Raises:
            Fault: There is none of that name.
        """
        found = self.history.find(self._id(scope, name))
        if found is None:
            self._planner.require_scope(str(read_scope(scope).id))
            raise refusals.not_found(name)
        return found

    def exists(self, scope: str, name: str) -> bool:
        """Return whether there is a deployment of that name."""
        return self.history.find(self._id(scope, name)) is not None

    def list(self, scope: str, *, filter_: str | None = None, top: int | None = None, after: str | None = None) -> Page:
        """Return the deployments to *scope*, the newest first.

        Args:
            scope: The id of the scope.
            filter_: ``provisioningState eq 'Failed'``.
            top: How many at most.
            after: The ``next`` of the page before.
        """
        place = str(read_scope(scope).id)
        self._planner.require_scope(place)
        found = self.history.list(place)
        if filter_:
            matched = _STATE_FILTER.match(filter_)
            if matched is None:
                raise Fault(
                    400,
                    "InvalidFilterInQueryString",
                    f"Invalid $filter '{filter_}' specified in the query string.",
                    hint="deployments are filtered by provisioningState eq '…'",
                )
            wanted = matched["state"].casefold()
            found = [body for body in found if state_of(body).casefold() == wanted]
        names = [str(body["name"]).casefold() for body in found]
        start = names.index(after.casefold()) + 1 if after is not None and after.casefold() in names else 0
        items = found[start:] if top is None else found[start : start + top]
        is_all = start + len(items) >= len(found)
        return Page(items, None if is_all else str(items[-1]["name"]) if items else after)

    def operations(self, scope: str, name: str, *, top: int | None = None) -> Bodies:
        """Return the operations of a deployment in the order they began."""
        found = self.history.operations(str(self.get(scope, name)["id"]))
        return found if top is None else found[:top]

    def operation(self, scope: str, name: str, operation: str) -> JsonObject:
        """Return one operation of a deployment."""
        found = self.history.operation(str(self.get(scope, name)["id"]), operation)
        if found is None:
            raise refusals.operation_not_found(name, operation)
        return found

    def export(self, scope: str, name: str) -> JsonObject:
        """Return ``{template}``, what a deployment was asked to deploy."""
        asked = self.history.asked(str(self.get(scope, name)["id"]))
        return {"template": (asked or {}).get("template")}

    def progress(self, scope: str, name: str) -> Progress:
        """Return how far a deployment is, nested ones included; cheap enough for several times a second."""
        id_ = self._id(scope, name)
        run = self._runs.get(id_key(id_))
        if run is not None and not run.finished.is_set():
            return run.progress()
        body = self.get(scope, name)
        properties: Any = body["properties"]
        error = properties.get("error")
        return Progress(
            state=state_of(body),
            steps=list(self._steps(id_, 0)),
            outputs=properties.get("outputs") or {},
            resources=[each["id"] for each in properties.get("outputResources") or ()],
            fault=Fault.of(error, 409) if isinstance(error, dict) else None,
        )

    # the engine's

    def resume(self) -> None:
        """Go on with what a killed process left running; what cannot go on fails, with the reason."""
        for body in list(self.history.running()):
            asked = self.history.asked(str(body["id"]))
            if asked is None or "root" in asked or owner.lives(str(asked.get("owner", ""))):
                continue
            self._resume(body, asked)
        self._end_orphans()

    def close(self) -> None:
        """Leave off with what runs, in a state from which :meth:`resume` goes on."""
        self._closing = True
        with self._lock:
            runs, threads = list(self._runs.values()), list(self._threads.values())
        for run in runs:
            run.stop()
        for thread in threads:
            thread.join()
        owner.release(self._token)

    # how a deployment begins

    def _checked(self, scope: str, name: str, request: JsonObject, caller: Caller) -> Plan:
        wanted = read_request(scope, name, request, self._loader)
        self._planner.require_scope(wanted.scope)
        self._check_location(wanted)
        self._rollback(wanted)
        plan = self._planner.plan(wanted)
        if wanted.level != "Template":
            self._planner.preflight(plan, _by(wanted, caller))
        return plan

    def _check_earlier(self, request: Request) -> None:
        """Raise a fault when an earlier deployment of the same name is in the way."""
        found = self.history.find(request.id)
        if found is not None and not is_final(state_of(found)):
            properties: Any = found["properties"]
            raise refusals.active(request.name, str(properties["timestamp"]))
        self._check_location(request)

    def _check_location(self, request: Request) -> None:
        found = self.history.find(request.id)
        was = found.get("location") if found is not None else None
        if isinstance(was, str) and request.location is not None and was != request.location:
            raise refusals.location_moved(request.name, was, request.location)

    def _asked(self, plan: Plan, caller: Caller, rollback: str | None) -> JsonObject:
        """Return what is kept of a request: enough to run it again, without the values of secure parameters."""
        request = plan.request
        given = {name: entry for name, entry in request.parameters.items() if name not in plan.secure}
        properties = {
            name: value for name, value in request.properties.items() if name not in ("parameters", "parametersLink")
        }
        kept: dict[str, Json] = {name: value for name, value in request.body.items() if name != "properties"}
        return {
            "template": request.template,
            "request": {**kept, "properties": {**_without_template(properties), "parameters": given}},
            "address": request.address,
            "now": None if plan.context.now is None else plan.context.now.isoformat(),
            "secure": list(plan.secure),
            "stack": caller.stack,
            "caller": caller.name,
            "rollback": rollback,
            "owner": self._token,
        }

    def _go(self, run: Run, rollback: str | None) -> None:
        key = id_key(run.id)
        thread = threading.Thread(target=self._main, args=(run, rollback), name=f"deployment {run.id}", daemon=True)
        self._runs[key] = run
        self._threads[key] = thread
        thread.start()

    def _main(self, run: Run, rollback: str | None) -> None:
        key = id_key(run.id)
        try:
            if run.run() and run.fault is not None and rollback is not None:
                self._roll_back(run, rollback)
        finally:
            self._forget(run)
            with self._lock:
                if self._threads.get(key) is threading.current_thread():
                    del self._threads[key]

    def _forget(self, run: Run) -> None:
        """Note that *run* has come to its end."""
        key = id_key(run.id)
        run.finished.set()
        with self._lock:
            if self._runs.get(key) is run:
                del self._runs[key]

    # rollback

    def _rollback(self, request: Request) -> str | None:
        """Return the name of the deployment that is run again when this one fails.

        Raises:
            Fault: There is none, or the one that is named has not succeeded.
        """
        wanted = request.rollback
        if wanted is None:
            return None
        if wanted["type"] == "SpecificDeployment":
            name = str(wanted["deploymentName"])
            body = self.history.find(deployment_id(request.scope, name))
            if body is None:
                raise refusals.not_found(name)
            if state_of(body) != SUCCEEDED:
                raise refusals.no_rollback(f"the deployment '{name}' has not succeeded: it is {state_of(body)}")
            return name
        for body in self.history.list(request.scope):
            if state_of(body) == SUCCEEDED:
                return str(body["name"])
        raise refusals.no_rollback(f"no deployment to '{request.scope}' has succeeded so far")

    def _roll_back(self, run: Run, name: str) -> None:
        """Run the deployment *name* again in complete mode, and note how that went."""
        body = _copy(run.body)
        setting = {**body["properties"].get("onErrorDeployment", {}), "deploymentName": name}
        try:
            state = self._run_again(run, name)
        except Fault as fault:
            state = FAILED
            setting["error"] = fault.content
        body["properties"]["onErrorDeployment"] = {**setting, "provisioningState": state}
        self.history.keep(body)

    def _run_again(self, run: Run, name: str) -> str:
        scope = run.scope
        id_ = deployment_id(scope, name)
        asked = self.history.asked(id_)
        if asked is None:
            raise refusals.not_found(name)
        secure: Any = asked.get("secure") or []
        if secure:
            raise refusals.interrupted(id_, secure)
        request = replace(self._request_again(id_, name, asked), mode="Complete", rollback=None)
        plan = self._planner.plan(request, _moment(asked))
        body = new_body(plan, self._settings, ACCEPTED)
        with self._store.write(), self._lock:
            self._check_earlier(request)
            self.history.begin(body, self._asked(plan, ANYONE, None), room_is_made=True)
            again = Run(self._parts, plan, ANYONE, _copy(body))
            self._runs[id_key(again.id)] = again
        try:
            again.run()
        finally:
            self._forget(again)
        return state_of(again.body)

    # resuming

    def _resume(self, body: JsonObject, asked: JsonObject) -> None:
        """Go on with the deployment *body*."""
        name, id_ = str(body["name"]), str(body["id"])
        secure: Any = asked.get("secure") or []
        fault: Fault | None = refusals.interrupted(id_, secure) if secure else None
        plan: Plan | None = None
        if fault is None:
            try:
                plan = self._planner.plan(self._request_again(id_, name, asked), _moment(asked))
            except Fault as found:
                fault = found
        if plan is None or fault is not None:
            self._end(body, fault)
            return
        caller = Caller(stack=asked.get("stack"), name=asked.get("caller"))  # type: ignore[arg-type]
        with self._store.write(), self._lock:
            self.history.keep_asked(id_, {**asked, "owner": self._token})
            self._go(Run(self._parts, plan, caller, _copy(body), resumed=True), asked.get("rollback"))  # type: ignore[arg-type]

    def _request_again(self, id_: str, name: str, asked: JsonObject) -> Request:
        """Return the request that a deployment was made with."""
        request: Any = asked["request"]
        again = {**request, "properties": {**request["properties"], "template": asked["template"]}}
        return read_request(scope_and_name(id_)[0], name, again, self._loader)

    def _end(self, body: JsonObject, fault: Fault | None) -> None:
        """Note that the deployment *body*, which nobody runs, failed."""
        properties: Any = body["properties"]
        ended = {**properties, "provisioningState": FAILED, "timestamp": timestamp(self._settings.clock())}
        if fault is not None:
            ended["error"] = fault.content
        self.history.keep({**body, "properties": ended})

    def _end_orphans(self) -> None:
        """End the nested deployments whose root has ended without them."""
        for body in list(self.history.running()):
            asked = self.history.asked(str(body["id"]))
            root = self.history.find(str(asked["root"])) if asked is not None and "root" in asked else None
            if asked is not None and "root" in asked and (root is None or is_final(state_of(root))):
                self._end(body, refusals.interrupted(str(body["id"]), ()))

    # the rest

    def _steps(self, id_: str, depth: int) -> Any:
        for content in self.history.operations(id_):
            step: Step = step_of(content)
            yield step
            if step.type.casefold() == "microsoft.resources/deployments" and depth < _MOST_NESTED:
                yield from self._steps(step.id, depth + 1)

    def _reader(self) -> StateReader:
        return StateReader(self._resources, History(self._store), self._provider)

    def _id(self, scope: str, name: str) -> str:
        check_name(name)
        return deployment_id(str(read_scope(scope).id), name)


class StateLoader:
    """Loads template specs from the state, and all else from another loader.

    Source: Microsoft.Resources/templateSpecs/versions, ``properties.mainTemplate``.
    """

    def __init__(self, resources: Resources, other: Loader) -> None:
        self._resources = resources
        self._other = other

    def load(self, address: str) -> Loaded | None:
        """Return what is at *address*."""
        if address.startswith("/subscriptions/") and "/templatespecs/" in address.casefold():
            found: Any = self._resources.find(address)
            template = found["properties"].get("mainTemplate") if found is not None else None
            return Loaded(template, address) if template is not None else None
        return self._other.load(address)

    def relative(self, base: str, path: str) -> str:
        """Return the address of *path* as seen from the template at *base*."""
        return self._other.relative(base, path)


def _by(request: Request, caller: Caller) -> Caller:
    return replace(caller, deployment=request.id, correlation_id=caller.correlation_id or str(uuid4()))


def _is_id_only(request: Request) -> bool:
    settings = request.properties.get("whatIfSettings")
    return isinstance(settings, dict) and str(settings.get("resultFormat", "")).casefold() == "resourceidonly"


def _copy(body: JsonObject) -> dict[str, Any]:
    properties: Any = body["properties"]
    return {**body, "properties": dict(properties)}


def _moment(asked: JsonObject) -> datetime | None:
    now = asked.get("now")
    return datetime.fromisoformat(now) if isinstance(now, str) else None


def _without_template(properties: JsonObject) -> JsonObject:
    return {name: value for name, value in properties.items() if name not in ("template", "templateLink")}
