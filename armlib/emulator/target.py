"""The local ARM as a target, in this process."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from armlib.deployment.fault import Fault
from armlib.deployment.loader import Loader
from armlib.deployment.scopes import scope_and_name
from armlib.deployment.target import Progress, Submission
from armlib.emulator.deployments.service import Deployments
from armlib.emulator.engine import Engine
from armlib.emulator.location import state_path
from armlib.emulator.stacks.service import Stacks
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

_DEPLOYMENTS = "/providers/microsoft.resources/deployments/"
_STACKS = "/providers/microsoft.resources/deploymentstacks/"
GROUP = "armlib"  # where a template for a resource group goes when no scope is said


class LocalTarget:
    """The engine of the local ARM behind the port that deploying goes through.

    Args:
        engine: The engine; it is closed with the target.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, state: Path | None = None, *, loader: Loader | None = None) -> LocalTarget:
        """Open the state in the file *state*, by default the user's; *loader* finds linked templates.

        Raises:
            StateError: The file cannot be used.
        """
        return cls(Engine.open(state_path(state), loader=loader))

    # Reading.

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        """Return what is at *id_*, a resource, a scope, a deployment or a stack; None when there is nothing."""
        scope, name = scope_and_name(id_)
        folded = id_.casefold()
        if folded.endswith(f"{_DEPLOYMENTS}{name.casefold()}"):
            deployments = self.engine.deployments
            return deployments.get(scope, name) if deployments.exists(scope, name) else None
        if folded.endswith(f"{_STACKS}{name.casefold()}"):
            return self.engine.stacks.find(scope, name)
        return self.engine.resources.find(id_)

    def list(self, scope: str) -> Iterable[JsonObject]:
        """Return the resources in *scope*; none in a scope that is not there."""
        try:
            return self.engine.resources.list(scope).items
        except Fault as fault:
            if fault.status == 404:
                return []
            raise

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        """Return the answer to an action."""
        return self.engine.resources.act(id_, action, api_version, body)

    def baseline(self, id_: str) -> JsonObject | None:
        """Return what was put last, without the values of secrets."""
        return self.engine.resources.baseline(id_)

    def provider(self, namespace: str) -> JsonObject | None:
        """Return what is known of a resource provider."""
        return self.engine.catalogue.provider(namespace)

    # Changing.

    def put(self, id_: str, api_version: str, body: JsonObject) -> JsonObject:
        """Make or overwrite what is at *id_*."""
        return self.engine.resources.put(id_, api_version, body).body

    def delete(self, id_: str, api_version: str | None = None) -> bool:
        """Delete what is at *id_*, with all that is in it."""
        return self.engine.resources.delete(id_)

    # Deployments.

    def validate(self, submission: Submission) -> JsonObject:
        """Check *submission* as creating it would."""
        return self._service(submission).validate(submission.scope, submission.name, submission.body)

    def submit(self, submission: Submission) -> None:
        """Begin with *submission*; it runs in a thread."""
        self._service(submission).create(submission.scope, submission.name, submission.body)

    def progress(self, submission: Submission) -> Progress:
        """Return how far *submission* is."""
        return self._service(submission).progress(submission.scope, submission.name)

    def cancel(self, submission: Submission) -> None:
        """Cancel the deployment of *submission*; that of a stack is found through the stack."""
        scope, name = submission.scope, submission.name
        if submission.stack is not None:
            properties: Any = self.engine.stacks.get(scope, name).get("properties") or {}
            scope, name = scope_and_name(str(properties.get("deploymentId")))
        self.engine.deployments.cancel(scope, name)

    def delete_stack(self, id_: str, action: str) -> None:
        """Delete a deployment stack and do *action* to all that it manages."""
        scope, name = scope_and_name(id_)
        self.engine.stacks.delete(scope, name, action=action)

    def _service(self, submission: Submission) -> Deployments | Stacks:
        return self.engine.deployments if submission.stack is None else self.engine.stacks

    def default_scope(self, kind: ScopeKind) -> str:
        """Return the one subscription, the group ``armlib`` in it, or the root management group."""
        scopes = self.engine.scopes
        if kind is ScopeKind.GROUP:
            return f"{scopes.subscription}/resourceGroups/{GROUP}"
        if kind is ScopeKind.SUBSCRIPTION:
            return scopes.subscription
        return scopes.root if kind is ScopeKind.MANAGEMENT_GROUP else "/"

    def close(self) -> None:
        """Let go of the state; a deployment that runs goes on when it is opened again."""
        self.engine.close()
