"""What deploying, what-if and destroying need of an Azure Resource Manager: ports with two implementations.

``armlib.emulator.target`` answers from the local one, in process; ``armlib.azure.target`` asks Azure. Bodies are those
of the REST API, as plain JSON; an id is the id of a resource, a resource group or another scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from armlib.deployment.fault import Fault
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind


class Reader(Protocol):
    """Reads the state of what is deployed to. Every method may raise a :class:`~armlib.deployment.fault.Fault`."""

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        """Return what is at *id_*, None when there is nothing."""
        ...

    def list(self, scope: str) -> Iterable[JsonObject]:
        """Return the resources in the scope with the id *scope*: ``{id, name, type, location, …}`` each."""
        ...

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        """Return the answer of ``POST {id_}/{action}``, a list function for one."""
        ...

    def baseline(self, id_: str) -> JsonObject | None:
        """Return the body that was put last, without values of secrets; None when the target does not keep it."""
        ...

    def provider(self, namespace: str) -> JsonObject | None:
        """Return what is known of a resource provider, ``{namespace, resourceTypes: […]}``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A deployment to make: the template, what its parameters are given, and how.

    *parameters* are values by name, as the REST API has them: ``{value}`` or ``{reference}`` each. They may be secret:
    they are in no ``repr``. *stack* holds the properties that make it a deployment stack, ``{actionOnUnmanage,
    denySettings}``. *rollback* is ``{type: LastSuccessful}`` or ``{type: SpecificDeployment, deploymentName}``.
    """

    scope: str  # an id; "" is the tenant
    name: str
    template: JsonObject = field(repr=False)
    parameters: Mapping[str, Json] = field(default_factory=dict, repr=False)
    location: str | None = None  # above resource groups
    mode: str = "Incremental"
    rollback: JsonObject | None = None
    stack: JsonObject | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the deployment, or of the deployment stack."""
        kind = "deployments" if self.stack is None else "deploymentStacks"
        return f"{self.scope.rstrip('/')}/providers/Microsoft.Resources/{kind}/{self.name}"

    @property
    def body(self) -> dict[str, Any]:
        """The body of the request."""
        properties: dict[str, Any] = {"template": self.template, "parameters": dict(self.parameters)}
        if self.stack is not None:
            properties |= self.stack
        else:
            properties["mode"] = self.mode
        if self.rollback is not None:
            properties["onErrorDeployment"] = self.rollback
        body: dict[str, Any] = {"properties": properties}
        if self.location is not None:
            body["location"] = self.location
        if self.tags:
            body["tags"] = dict(self.tags)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation of a running deployment: a resource that is made, read or deleted.

    *deployment* is the id of the (nested) deployment that it belongs to, *state* the service's word (``Running``,
    ``Succeeded``, ``Failed``, …), *seconds* how long it takes or took.
    """

    id: str
    type: str
    deployment: str
    operation: str = "Create"
    state: str = "Running"
    seconds: float = 0.0
    fault: Fault | None = None


def is_final(state: str) -> bool:
    """Return whether nothing follows on the provisioning state *state*, of a deployment, a stack or a step."""
    return state.casefold() in {"succeeded", "failed", "canceled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a deployment is: its state, its steps in the order they began, and in the end its outputs or fault.

    *outputs* are ``{name: {type, value}}``; secure ones have no value. *resources* are the ids that were deployed.
    """

    state: str
    steps: Sequence[Step] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    resources: Sequence[str] = ()
    fault: Fault | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return is_final(self.state)


class Target(Reader, Protocol):
    """Changes the state, too."""

    def put(self, id_: str, api_version: str, body: JsonObject) -> JsonObject:
        """Make or overwrite what is at *id_*; return it when that is done."""
        ...

    def delete(self, id_: str, api_version: str | None = None) -> bool:
        """Delete what is at *id_*, with all that is in it; return False when there was nothing."""
        ...

    def validate(self, submission: Submission) -> JsonObject:
        """Return the answer to a validation, ``{properties: {validatedResources, diagnostics, …}}``."""
        ...

    def submit(self, submission: Submission) -> None:
        """Begin with a deployment, or a stack; :meth:`progress` tells how far it is."""
        ...

    def progress(self, submission: Submission) -> Progress:
        """Return how far a deployment that was submitted is."""
        ...

    def cancel(self, submission: Submission) -> None:
        """Cancel a running deployment; what it has begun is ended."""
        ...

    def delete_stack(self, id_: str, action: str) -> None:
        """Delete a deployment stack and do *action*, ``delete`` or ``detach``, to all that it manages."""
        ...

    def default_scope(self, kind: ScopeKind) -> str:
        """Return the id of the scope that templates of *kind* go to when none is said.

        Raises:
            UsageError: There is no such scope.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...
