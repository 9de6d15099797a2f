"""Deployment stacks: create, validate, get, list, delete, export.

Source: "Deployment Stacks" of the Azure Resource Manager REST API, 2025-07-01.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key, scope_and_name
from armlib.deployment.target import Progress, Step, is_final
from armlib.emulator.caller import ANYONE, Caller
from armlib.emulator.deployments import owner
from armlib.emulator.deployments.history import state_of
from armlib.emulator.deployments.operation import SUCCEEDED, duration
from armlib.emulator.deployments.refusals import interrupted
from armlib.emulator.deployments.service import Deployments
from armlib.emulator.resources import Bodies, Resources
from armlib.emulator.settings import Settings, timestamp
from armlib.emulator.stacks.deny import Denials
from armlib.emulator.stacks.request import (
    NONE,
    Actions,
    StackRequest,
    read_actions,
    read_stack,
    read_stack_scope,
    stack_id,
)
from armlib.emulator.stacks.unmanage import Outcome, unmanage
from armlib.emulator.store import RUNNING_STACKS, STACKS, Store
from armlib.jsontypes import Json, JsonObject

_ASKED: Final = "stacks asked"
_MOST: Final = 800
_ECHOED: Final = ("templateLink", "parametersLink", "debugSetting", "description", "deploymentScope", "validationLevel")
_LONGEST_PREFIX: Final = 44  # of a deployment's 64 characters, for the name of its stack


class Stacks:
    """The deployment stacks of one state.

    Args:
        store: The state.
        resources: Its resources.
        deployments: Its deployments.
        settings: Ids and clock of the engine.
    """

    def __init__(self, store: Store, resources: Resources, deployments: Deployments, settings: Settings) -> None:
        self._store = store
        self._resources = resources
        self._deployments = deployments
        self._settings = settings
        self.denials = Denials(store)
        self._token = owner.take()
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    # changes

    def create(self, scope: str, name: str, request: JsonObject, *, caller: Caller = ANYONE) -> JsonObject:
        """Begin with making or updating a stack, and return it; it goes on in a thread of its own.

        Raises:
            Fault: The request is refused; the stack is then as it was.
        """
        wanted = read_stack(scope, name, request)
        self._resources.get(wanted.scope)
        earlier = self.find(wanted.scope, name)
        self._check_earlier(wanted, earlier)
        by = replace(caller, stack=wanted.id, correlation_id=str(uuid4()))
        prepared = self._deployments.prepare(wanted.target, self._deployment_name(name), wanted.deployment, caller=by)
        body = self._begun(wanted, earlier, prepared.plan.request.id, str(by.correlation_id))
        asked: JsonObject = {
            "template": prepared.plan.request.template,
            "deployment": prepared.plan.request.name,
            "target": wanted.target,
            "actions": wanted.actions.shown(),
            "caller": caller.name,
            "began": timestamp(self._settings.clock()),
            "owner": self._token,
        }
        with self._store.write():
            self._check_earlier(wanted, self.find(wanted.scope, name))
            self._keep(body)
            self._store.keep(_ASKED, id_key(wanted.id), asked, scope=id_key(wanted.scope))
            self._deployments.accept(prepared, caller=by)
        self._go(wanted.id, _previous(earlier), by)
        return body

    def wait(self, scope: str, name: str, timeout: float | None = None) -> JsonObject:
        """Return the stack when what it is in has ended.

        Raises:
            TimeoutError: It still runs after *timeout* seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        thread = self._threads.get(id_key(stack_id(str(read_stack_scope(scope).id), name)))
        if thread is not None:
            thread.join(timeout)
        while True:
            found = self.get(scope, name)
            if is_final(state_of(found)):
                return found
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"the deployment stack '{name}' still runs after {timeout} seconds")
            time.sleep(0.02)

    def delete(
        self,
        scope: str,
        name: str,
        *,
        caller: Caller = ANYONE,
        actions: JsonObject | None = None,
        action: str | None = None,
        bypass: bool = False,
    ) -> bool:
        """Delete a stack; return False when there was none.

        Args:
            scope: The id of the scope that it is kept in.
            name: What it is called.
            caller: On whose behalf.
            actions: What becomes of what it manages, ``{resources, resourceGroups, managementGroups}``.
            action: ``delete`` or ``detach``, for all of it.
            bypass: Whether a list of resources that may not be right is taken as it is.

        Raises:
            Fault: Something of it could not be deleted; the stack is then kept.
        """
        found = self.find(scope, name)
        if found is None:
            self._resources.get(str(read_stack_scope(scope).id))
            return False
        if not is_final(state_of(found)):
            raise _busy(name, state_of(found))
        if not bypass:
            _check_sync(found)
        chosen: Any = actions or {}
        if action is not None:
            chosen = {"resources": action, "resourceGroups": action, "managementGroups": action}
        self._delete(found, read_actions(chosen, required=False), caller)
        return True

    # questions

    def find(self, scope: str, name: str) -> JsonObject | None:
        """Return a stack, or None."""
        return self._store.document(STACKS, id_key(stack_id(str(read_stack_scope(scope).id), name)))

    def get(self, scope: str, name: str) -> JsonObject:
        """Return a stack.

        Raises:
            Fault: There is none of that name.
        """
        found = self.find(scope, name)
        if found is None:
            self._resources.get(str(read_stack_scope(scope).id))
            raise Fault(404, "DeploymentStackNotFound", f"The deployment stack '{name}' could not be found.")
        return found

    def at(self, id_: str) -> JsonObject | None:
        """Return the stack with the id *id_*, or None."""
        return self._store.document(STACKS, id_key(id_))

    def list(self, scope: str) -> Bodies:
        """Return the stacks of a scope, in the order they were made."""
        place = str(read_stack_scope(scope).id)
        self._resources.get(place)
        return [document.body for document in self._store.documents(STACKS, scope=id_key(place))]

    def validate(self, scope: str, name: str, request: JsonObject, *, caller: Caller = ANYONE) -> JsonObject:
        """Return what a stack would be, with ``validatedResources``; nothing is kept.

        Raises:
            Fault: The request would be refused.
        """
        wanted = read_stack(scope, name, request)
        by = replace(caller, stack=wanted.id)
        answer: Any = self._deployments.validate(
            wanted.target, self._deployment_name(name), wanted.deployment, caller=by
        )
        checked = answer["properties"]
        properties: dict[str, Any] = {
            "actionOnUnmanage": wanted.actions.shown(),
            "denySettings": wanted.deny,
            "correlationId": checked["correlationId"],
            "parameters": checked["parameters"],
            "validatedResources": checked["validatedResources"],
            "deploymentScope": wanted.target,
        }
        body = {"id": wanted.id, "name": name, "type": "Microsoft.Resources/deploymentStacks"}
        return {**body, "properties": {**properties, **_echoed(wanted)}}

    def export(self, scope: str, name: str) -> JsonObject:
        """Return ``{template}``, what a stack was asked to deploy."""
        asked = self._store.document(_ASKED, id_key(str(self.get(scope, name)["id"])))
        return {"template": (asked or {}).get("template")}

    def progress(self, scope: str, name: str) -> Progress:
        """Return how far a stack is: the steps of its deployment, and what is deleted after it."""
        body: Any = self.get(scope, name)
        properties = body["properties"]
        state = str(properties["provisioningState"])
        asked: Any = self._store.document(_ASKED, id_key(body["id"])) or {}
        steps: list[Step] = []
        if "deployment" in asked and self._deployments.exists(asked["target"], asked["deployment"]):
            steps += self._deployments.progress(asked["target"], asked["deployment"]).steps
        steps += [_deletion(each["id"], body["id"]) for each in properties.get("deletedResources", ())]
        error = properties.get("error")
        return Progress(
            state=state[:1].upper() + state[1:] if is_final(state) else "Running",
            steps=steps,
            outputs=properties.get("outputs") or {},
            resources=[each["id"] for each in properties.get("resources", ())],
            fault=Fault.of(error, 409) if isinstance(error, dict) else None,
        )

    # the engine's

    def resume(self) -> None:
        """Go on with the stacks that a killed process left; their deployments go on by themselves."""
        for document in self._store.documents(RUNNING_STACKS):
            body = self._store.document(STACKS, document.key)
            asked = self._store.document(_ASKED, document.key)
            if body is None or asked is None or owner.lives(str(asked.get("owner", ""))):
                continue
            self._store.keep(_ASKED, document.key, {**asked, "owner": self._token}, scope=document.scope)
            name: Any = asked.get("caller")
            properties: Any = body["properties"]
            caller = Caller(stack=str(body["id"]), name=name, correlation_id=properties["correlationId"])
            self._go(str(body["id"]), properties.get("resources", []), caller)

    def close(self) -> None:
        """Wait for threads, which end when the deployments have been left off."""
        for thread in list(self._threads.values()):
            thread.join()
        owner.release(self._token)

    # how a stack is made

    def _check_earlier(self, request: StackRequest, earlier: JsonObject | None) -> None:
        if earlier is None:
            if len(self._store.documents(STACKS, scope=id_key(request.scope))) >= _MOST:
                message = f"The scope '{request.scope}' has {_MOST} deployment stacks already, which is the limit."
                raise Fault(409, "DeploymentStackQuotaExceeded", message)
            return
        if not is_final(state_of(earlier)):
            raise _busy(request.name, state_of(earlier))
        if not request.bypass:
            _check_sync(earlier)
        was, wanted = earlier.get("location"), request.body.get("location")
        if isinstance(was, str) and isinstance(wanted, str) and _plain(was) != _plain(wanted):
            message = f"The deployment stack '{request.name}' already exists in location '{was}', not in '{wanted}'."
            raise Fault(409, "InvalidDeploymentStackLocation", message)

    def _begun(
        self, request: StackRequest, earlier: JsonObject | None, deployment: str, correlation: str
    ) -> dict[str, Any]:
        """Return the stack as it is while its deployment runs: with what it manages so far."""
        body: dict[str, Any] = {
            "id": request.id,
            "name": request.name,
            "type": "Microsoft.Resources/deploymentStacks",
        }
        for member in ("location", "tags"):
            if request.body.get(member) is not None:
                body[member] = request.body[member]
        now = timestamp(self._settings.clock())
        was: Any = (earlier or {}).get("systemData") or {}
        body["systemData"] = {
            "createdBy": "local",
            "createdByType": "User",
            "createdAt": was.get("createdAt", now),
            "lastModifiedBy": "local",
            "lastModifiedByType": "User",
            "lastModifiedAt": now,
        }
        body["properties"] = {
            "provisioningState": "deploying",
            "correlationId": correlation,
            "deploymentId": deployment,
            "actionOnUnmanage": request.actions.shown(),
            "denySettings": request.deny,
            "bypassStackOutOfSyncError": request.bypass,
            "duration": duration(0.0),
            "resources": _previous(earlier),
            "detachedResources": [],
            "deletedResources": [],
            "failedResources": [],
            **_echoed(request),
            "deploymentScope": request.target,
        }
        return body

    def _go(self, id_: str, previous: Sequence[Any], caller: Caller) -> None:
        thread = threading.Thread(
            target=self._main, args=(id_, list(previous), caller), name=f"stack {id_}", daemon=True
        )
        self._threads[id_key(id_)] = thread
        thread.start()

    def _main(self, id_: str, previous: Sequence[Any], caller: Caller) -> None:
        try:
            self._finish(id_, previous, caller)
        finally:
            with self._lock:
                if self._threads.get(id_key(id_)) is threading.current_thread():
                    del self._threads[id_key(id_)]

    def _finish(self, id_: str, previous: Sequence[Any], caller: Caller) -> None:
        """Wait for the deployment of a stack, do away with what it no longer manages, and end it."""
        began = time.monotonic()
        asked: Any = self._store.document(_ASKED, id_key(id_))
        deployment = self._deployment(asked["target"], asked["deployment"])
        body: Any = self._store.document(STACKS, id_key(id_))
        if body is None or (deployment is not None and not is_final(state_of(deployment))):
            return  # its group is gone; or the engine closes, and the next one goes on
        found: Any = deployment["properties"] if deployment is not None else {"provisioningState": "Failed"}
        properties = dict(body["properties"])
        before = [str(each["id"]) for each in previous]
        made = self._made(found, asked, id_)
        outcome = Outcome()
        if found["provisioningState"] == SUCCEEDED:
            wanted = {id_key(each) for each in made}
            leaving = [each for each in before if id_key(each) not in wanted]
            actions = read_actions(asked["actions"], required=False)
            self._keep({**body, "properties": {**properties, "provisioningState": "deletingResources"}})
            outcome = unmanage(self._resources, leaving, actions, caller)
            properties["outputs"] = found.get("outputs", {})
            properties["parameters"] = found.get("parameters", {})
            managed = [*made, *outcome.failed]
        else:
            managed = list(dict.fromkeys([*before, *made]))
        fault = _why(id_, found, outcome)
        properties |= self._shown(managed, outcome, properties["denySettings"])
        properties["failedResources"] += _failed(found)
        properties["duration"] = duration(time.monotonic() - began)
        properties["provisioningState"] = "succeeded" if fault is None else "failed"
        if found["provisioningState"] == "Canceled":
            properties["provisioningState"] = "canceled"
        properties.pop("error", None)
        if fault is not None:
            properties["error"] = fault.content
        with self._store.write():
            self._keep({**body, "properties": properties})
            self.denials.keep(id_, id_key(scope_and_name(id_)[0]), properties["denySettings"], managed)

    def _deployment(self, target: str, name: str) -> JsonObject | None:
        try:
            return self._deployments.wait(target, name, running_is_enough=True)
        except Fault:
            return None

    def _made(self, deployment: Any, asked: Any, stack: str) -> tuple[str, ...]:
        """Return the ids that a deployment made, also when it failed; the stack's own group is not managed."""
        ids = [each["id"] for each in deployment.get("outputResources", ())]
        if not ids and self._deployments.exists(asked["target"], asked["deployment"]):
            steps = self._deployments.progress(asked["target"], asked["deployment"]).steps
            ids = [
                step.id
                for step in steps
                if step.operation == "Create"
                and step.state == SUCCEEDED
                and step.type.casefold() != "microsoft.resources/deployments"
            ]
        own = id_key(scope_and_name(stack)[0])
        return tuple(id_ for id_ in dict.fromkeys(ids) if id_key(id_) != own)

    @staticmethod
    def _shown(managed: Sequence[str], outcome: Outcome, deny: Any) -> dict[str, Any]:
        denied = "none" if deny["mode"] == NONE else deny["mode"]
        failed = {id_key(id_) for id_ in outcome.failed}
        return {
            "resources": [
                {
                    "id": id_,
                    "status": "deleteFailed" if id_key(id_) in failed else "managed",
                    "denyStatus": denied,
                }
                for id_ in managed
            ],
            "detachedResources": [{"id": id_} for id_ in outcome.detached],
            "deletedResources": [{"id": id_} for id_ in outcome.deleted],
            "failedResources": [{"id": id_, "error": fault.content} for id_, fault in outcome.failed.items()],
        }

    # how a stack goes

    def _delete(self, body: JsonObject, actions: Actions, caller: Caller) -> None:
        id_ = str(body["id"])
        properties: Any = body["properties"]
        managed = [str(each["id"]) for each in properties.get("resources", ())]
        by = replace(caller, stack=id_)
        outcome = unmanage(self._resources, managed, actions, by)
        if outcome.failed:
            fault = Fault(
                409,
                "DeploymentStackDeleteResourcesFailed",
                f"One or more resources of the deployment stack '{body['name']}' could not be deleted.",
                target=id_,
                details=list(outcome.failed.values()),
            )
            shown = self._shown(list(outcome.failed), outcome, properties["denySettings"])
            kept = {**properties, **shown, "provisioningState": "failed", "error": fault.content}
            with self._store.write():
                self._keep({**body, "properties": kept})
                self.denials.keep(id_, id_key(scope_and_name(id_)[0]), properties["denySettings"], outcome.failed)
            raise fault
        with self._store.write():
            self.denials.drop(id_)
            for collection in (STACKS, _ASKED, RUNNING_STACKS):
                self._store.drop(collection, id_key(id_))

    def _keep(self, body: JsonObject) -> None:
        key, scope = id_key(str(body["id"])), id_key(scope_and_name(str(body["id"]))[0])
        self._store.keep(STACKS, key, body, scope=scope)
        if is_final(state_of(body)):
            self._store.drop(RUNNING_STACKS, key)
        else:
            self._store.keep(RUNNING_STACKS, key, {}, scope=scope)

    def _deployment_name(self, name: str) -> str:
        moment = self._settings.clock().strftime("%y%m%d%H%M%S")
        return f"{name[:_LONGEST_PREFIX]}-{moment}{uuid4().hex[:5]}"


def _previous(earlier: JsonObject | None) -> list[Json]:
    properties: Any = (earlier or {}).get("properties") or {}
    return list(properties.get("resources") or [])


def _echoed(request: StackRequest) -> dict[str, Any]:
    return {name: request.properties[name] for name in _ECHOED if request.properties.get(name) is not None}


def _plain(location: str) -> str:
    return location.replace(" ", "").casefold()


def _busy(name: str, state: str) -> Fault:
    message = f"The deployment stack '{name}' cannot be changed because it is in the non-terminal state '{state}'."
    return Fault(409, "DeploymentStackInNonTerminalState", message, hint="wait for it")


def _check_sync(body: JsonObject) -> None:
    """Raise a fault when the list of what a stack manages may not be right, because its deployment was interrupted."""
    properties: Any = body["properties"]
    error = properties.get("error") or {}
    codes = {error.get("code"), *(detail.get("code") for detail in error.get("details") or ())}
    if interrupted("", ()).code in codes:
        raise Fault(
            409,
            "DeploymentStackOutOfSync",
            f"The deployment stack '{body['name']}' may not have an accurate list of managed resources: its deployment "
            "was interrupted. Please check that nothing that it should manage is missing from its list of resources.",
            hint="set bypassStackOutOfSyncError to go on with the list as it is",
        )


def _why(id_: str, deployment: Any, outcome: Outcome) -> Fault | None:
    """Return why a stack failed: its deployment, or what it could not delete."""
    if deployment["provisioningState"] != SUCCEEDED:
        error = deployment.get("error")
        details = [Fault.of(error, 409)] if isinstance(error, dict) else []
        state = deployment["provisioningState"]
        message = f"The deployment of the stack did not succeed: it is {state}."
        return Fault(409, "DeploymentStackDeploymentFailed", message, target=id_, details=details)
    if outcome.failed:
        message = "One or more resources that the stack no longer manages could not be deleted."
        details = list(outcome.failed.values())
        return Fault(409, "DeploymentStackDeleteResourcesFailed", message, target=id_, details=details)
    return None


def _failed(deployment: Any) -> list[JsonObject]:
    """Return the resources that a deployment could not make, ``{id, error}`` each."""
    error = deployment.get("error")
    if not isinstance(error, dict):
        return []
    causes = Fault.of(error, 409).causes()
    return [{"id": cause.target, "error": cause.content} for cause in causes if cause.target is not None]


def _deletion(id_: str, stack: str) -> Step:
    tail = id_.rpartition("/providers/")[2].split("/")
    type_ = "/".join([tail[0], *tail[1::2]]) if "/providers/" in id_ else "Microsoft.Resources/resourceGroups"
    return Step(id=id_, type=type_, deployment=stack, operation="Delete", state=SUCCEEDED)
