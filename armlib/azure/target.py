"""Azure Resource Manager as a target, through the SDK."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from armlib.azure.client import Clients, faults
from armlib.azure.clouds import Cloud
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import DEPLOYMENTS, scope_and_name
from armlib.deployment.target import Progress, Step, Submission
from armlib.errors import InputError, UsageError
from armlib.jsontypes import Json, JsonObject
from armlib.template.resource_id import ResourceIdError, parse_resource_id
from armlib.template.scope import ScopeKind

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_GROUPS_VERSION = "2021-04-01"
_SUBSCRIPTIONS_VERSION = "2022-12-01"
_MANAGEMENT_GROUPS_VERSION = "2023-04-01"
_MOST_DEPTH = 6  # of nested deployments that progress looks into


class AzureTarget:
    """Azure, or a server that answers like it.

    Args:
        cloud: Which one.
        scope: The id of what is deployed to; it says the subscription.
        credential: Signs in; see :class:`~armlib.azure.client.Clients`.
    """

    def __init__(self, cloud: Cloud, scope: str, credential: TokenCredential | None = None) -> None:
        segments = scope.split("/")
        is_subscription = len(segments) > 2 and segments[1].casefold() == "subscriptions"
        self.clients = Clients(cloud, segments[2] if is_subscription else None, credential)
        self._providers: dict[str, JsonObject | None] = {}
        self._versions: dict[str, str] = {}

    # Reading.

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        """Return what is at *id_*; None when there is nothing."""
        version = api_version or self._version_of(id_)
        try:
            found: JsonObject | None = self.clients.send("GET", id_, version)
        except Fault as fault:
            if fault.status == 404:
                return None
            raise
        return found

    def list(self, scope: str) -> Iterable[JsonObject]:
        """Return the resources in a subscription or resource group; above them nothing can be listed."""
        segments = scope.split("/")
        client = self.clients.resources.resources
        with faults():
            if len(segments) > 4:
                return [one.as_dict() for one in client.list_by_resource_group(segments[4])]
            return [one.as_dict() for one in client.list()] if len(segments) > 2 else []

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        """Return the answer to ``POST {id_}/{action}``."""
        found: Json = self.clients.send("POST", f"{id_}/{action}", api_version or self._version_of(id_), body)
        return found

    def baseline(self, id_: str) -> JsonObject | None:
        """Azure does not tell what was put last."""
        return None

    def provider(self, namespace: str) -> JsonObject | None:
        """Return what Azure says of a resource provider."""
        folded = namespace.casefold()
        if folded not in self._providers:
            try:
                with faults():
                    self._providers[folded] = self.clients.resources.providers.get(namespace).as_dict()
            except Fault as fault:
                if fault.status != 404:
                    raise
                self._providers[folded] = None
        return self._providers[folded]

    # Changing.

    def put(self, id_: str, api_version: str, body: JsonObject) -> JsonObject:
        """Make or overwrite what is at *id_*."""
        if "/providers/" not in id_:
            found: JsonObject = self.clients.send("PUT", id_, api_version or _GROUPS_VERSION, body)
            return found
        with faults():
            poller = self.clients.resources.resources.begin_create_or_update_by_id(
                id_,
                dict(body),
                api_version=api_version,
            )
            return dict(poller.result().as_dict())

    def delete(self, id_: str, api_version: str | None = None) -> bool:
        """Delete what is at *id_*, and wait until it is gone."""
        segments = id_.split("/")
        if self.get(id_, api_version) is None:
            return False
        with faults():
            if "/providers/" not in id_ and len(segments) == 5:
                self.clients.resources.resource_groups.begin_delete(segments[4]).result()
            else:
                version = api_version or self._version_of(id_)
                self.clients.resources.resources.begin_delete_by_id(id_, api_version=version).result()
        return True

    # Deployments.

    def validate(self, submission: Submission) -> JsonObject:
        """Ask Azure whether it would take *submission*."""
        with faults():
            if submission.stack is not None:
                answer = self._stack_call("begin_validate_stack", submission, submission.body).result()
            else:
                body: Any = submission.body
                answer = self.clients.deployments.deployments.begin_validate_at_scope(
                    submission.scope.strip("/"), submission.name, body
                ).result()
        found: JsonObject = answer.as_dict()
        if isinstance(found.get("error"), dict):
            raise Fault.of(found)
        return found

    def submit(self, submission: Submission) -> None:
        """Begin with *submission*."""
        with faults():
            if submission.stack is not None:
                self._stack_call("begin_create_or_update", submission, submission.body, polling=False)
            else:
                body: Any = submission.body
                self.clients.deployments.deployments.begin_create_or_update_at_scope(
                    submission.scope.strip("/"), submission.name, body, polling=False
                )

    def progress(self, submission: Submission) -> Progress:
        """Ask how far *submission* is: the deployment, and the operations of it and of the ones nested in it."""
        with faults():
            return self._stack_progress(submission) if submission.stack is not None else self._progress(submission)

    def cancel(self, submission: Submission) -> None:
        """Cancel the deployment of *submission*; a stack cannot be cancelled, but its deployment can."""
        with faults():
            id_ = self._deployment_of_stack(submission) if submission.stack is not None else submission.id
            if id_:
                scope, name = scope_and_name(id_)
                self.clients.deployments.deployments.cancel_at_scope(scope.strip("/"), name)

    def delete_stack(self, id_: str, action: str) -> None:
        """Delete a deployment stack and do *action*, ``delete`` or ``detach``, to all that it manages."""
        scope, name = scope_and_name(id_)
        with faults():
            self._stack_call(
                "begin_delete",
                Submission(scope=scope, name=name, template={}, stack={}),
                None,
                unmanage_action_resources=action,
                unmanage_action_resource_groups=action,
                unmanage_action_management_groups=action,
            ).result()

    def default_scope(self, kind: ScopeKind) -> str:
        """There is none: what is deployed to is said."""
        raise UsageError("where to deploy to is not said", hint="give --scope")

    def close(self) -> None:
        """Close the connections."""
        self.clients.close()

    # How.

    def _progress(self, submission: Submission) -> Progress:
        found = self.clients.deployments.deployments.get_at_scope(submission.scope.strip("/"), submission.name)
        properties: dict[str, Any] = found.as_dict().get("properties") or {}
        failed = properties.get("error")
        return Progress(
            state=str(properties.get("provisioningState") or "Accepted"),
            steps=tuple(self._steps(submission.id, _MOST_DEPTH)),
            outputs=properties.get("outputs") or {},
            resources=tuple(str(one["id"]) for one in properties.get("outputResources") or () if one.get("id")),
            fault=Fault.of(failed, 409) if isinstance(failed, dict) else None,
        )

    def _stack_progress(self, submission: Submission) -> Progress:
        properties = self._stack_properties(submission)
        failed = properties.get("error")
        deployment = properties.get("deploymentId")
        return Progress(
            state=str(properties.get("provisioningState") or "creating").capitalize(),
            steps=tuple(self._steps(str(deployment), _MOST_DEPTH)) if deployment else (),
            outputs=properties.get("outputs") or {},
            resources=tuple(str(one["id"]) for one in properties.get("resources") or () if one.get("id")),
            fault=Fault.of(failed, 409) if isinstance(failed, dict) else None,
        )

    def _stack_properties(self, submission: Submission) -> dict[str, Any]:
        found: Any = self._stack_call("get", submission, None)
        return found.as_dict().get("properties") or {}

    def _deployment_of_stack(self, submission: Submission) -> str | None:
        return self._stack_properties(submission).get("deploymentId")

    def _steps(self, deployment: str, depth: int) -> Iterable[Step]:
        scope, name = scope_and_name(deployment)
        try:
            with faults():
                operations = list(self.clients.deployments.deployment_operations.list_at_scope(scope.strip("/"), name))
        except Fault as fault:
            if fault.status == 404:  # it is not begun, or gone from the history
                return
            raise
        known: list[dict[str, Any]] = [operation.as_dict().get("properties") or {} for operation in operations]
        for properties in sorted(known, key=lambda each: str(each.get("timestamp"))):  # the service keeps no order
            step = _step(properties, deployment)
            if step is None:
                continue
            yield step
            if step.type.casefold() == DEPLOYMENTS and depth and step.operation == "Create":
                yield from self._steps(step.id, depth - 1)

    def _stack_call(self, call: str, submission: Submission, body: Any, **more: Any) -> Any:
        """Call the SDK's method *call* for the kind of scope that *submission* has."""
        segments = submission.scope.split("/")
        stacks = self.clients.stacks.deployment_stacks
        arguments: list[Any] = [submission.name] + ([] if body is None else [body])
        if len(segments) > 4 and segments[3].casefold() == "resourcegroups":
            return getattr(stacks, f"{call}_at_resource_group")(segments[4], *arguments, **more)
        if segments[1:2] == ["subscriptions"]:
            return getattr(stacks, f"{call}_at_subscription")(*arguments, **more)
        if len(segments) > 4:
            return getattr(stacks, f"{call}_at_management_group")(segments[4], *arguments, **more)
        raise InputError("a deployment stack cannot be made at the tenant", code="scope")

    def _version_of(self, id_: str) -> str:
        """Return an API version for *id_*: the newest stable one that its provider has."""
        try:
            type_ = parse_resource_id(id_).type
        except ResourceIdError:
            return _GROUPS_VERSION if len(id_.split("/")) == 5 else _SUBSCRIPTIONS_VERSION
        if type_.casefold() == "microsoft.management/managementgroups":
            return _MANAGEMENT_GROUPS_VERSION
        if type_ not in self._versions:
            self._versions[type_] = self._newest(type_)
        return self._versions[type_]

    def _newest(self, type_: str) -> str:
        namespace, _, kind = type_.partition("/")
        provider: Any = self.provider(namespace) or {}
        for one in provider.get("resourceTypes") or ():
            if str(one.get("resourceType", "")).casefold() == kind.casefold():
                versions = sorted(map(str, one.get("apiVersions") or ()))
                stable = [version for version in versions if "preview" not in version]
                if versions:
                    return (stable or versions)[-1]
        raise InputError(f"Azure tells no API version of {type_}", code="unknown-api-version")


def _step(properties: dict[str, Any], deployment: str) -> Step | None:
    target = properties.get("targetResource") or {}
    if not target.get("id"):
        return None
    message = properties.get("statusMessage")
    state = str(properties.get("provisioningState") or "Running")
    failed = message if isinstance(message, dict) and state.casefold() == "failed" else None
    return Step(
        id=str(target["id"]),
        type=str(target.get("resourceType") or ""),
        deployment=deployment,
        operation=str(properties.get("provisioningOperation") or "Create"),
        state=state,
        seconds=_seconds(properties.get("duration")),
        fault=Fault.of(failed, 409) if failed is not None else None,
    )


def _seconds(duration: object) -> float:
    """Return the seconds of an ISO 8601 duration, 0 when there is none."""
    import re

    found = re.fullmatch(r"P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", str(duration or ""))
    if found is None:
        return 0.0
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
