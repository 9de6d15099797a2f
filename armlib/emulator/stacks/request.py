"""The body of a request for a deployment stack, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import DeploymentScope, id_key
from armlib.emulator.deployments.refusals import invalid_content
from armlib.emulator.deployments.request import read_scope
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

DELETE: Final = "delete"
DETACH: Final = "detach"
NONE: Final = "none"
_MODES: Final = {"none": NONE, "denydelete": "denyDelete", "denywriteanddelete": "denyWriteAndDelete"}
_NAME: Final = re.compile(r"[-\w._()]{1,90}\Z")
_MOST_PRINCIPALS: Final = 5
_MOST_ACTIONS: Final = 200
_OF_DEPLOYMENT: Final = (
    "template",
    "templateLink",
    "parameters",
    "parametersLink",
    "debugSetting",
    "validationLevel",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What becomes of what a stack no longer manages: ``delete`` or ``detach`` each.

    *unsupported* is for resources that cannot be deleted: ``detach`` or ``fail``.
    """

    resources: str = DETACH
    groups: str = DETACH
    management_groups: str = DETACH
    unsupported: str = "fail"

    def shown(self) -> JsonObject:
        """Return it as the REST API has it."""
        return {
            "resources": self.resources,
            "resourceGroups": self.groups,
            "managementGroups": self.management_groups,
            "resourcesWithoutDeleteSupport": self.unsupported,
        }

    def of(self, id_: str) -> str:
        """Return what becomes of the resource, group or management group *id_*."""
        segments = id_key(id_).split("/")
        if segments[-2:-1] == ["resourcegroups"]:
            return self.groups
        return self.management_groups if segments[-2:-1] == ["managementgroups"] else self.resources


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRequest:
    """A deployment stack to make: *deployment* is the body of the request for its deployment, to *target*."""

    place: DeploymentScope
    name: str
    target: str
    actions: Actions
    deny: JsonObject
    bypass: bool
    body: JsonObject = field(repr=False)
    deployment: JsonObject = field(repr=False)

    @property
    def scope(self) -> str:
        """The id of the scope that the stack is kept in."""
        return str(self.place.id)

    @property
    def id(self) -> str:
        """The id of the stack."""
        return stack_id(self.scope, self.name)

    @property
    def properties(self) -> JsonObject:
        """The properties of the request."""
        found = self.body["properties"]
        assert isinstance(found, dict)
        return found


def stack_id(scope: str, name: str) -> str:
    """Return the id of a stack in the scope with the id *scope*."""
    return f"{scope.rstrip('/')}/providers/Microsoft.Resources/deploymentStacks/{name}"


def read_stack_scope(scope: str) -> DeploymentScope:
    """Return the scope of a stack: a resource group, a subscription or a management group.

    Raises:
        Fault: It is none of these.
    """
    place = read_scope(scope)
    if place.kind is ScopeKind.TENANT:
        raise Fault(400, "InvalidScope", "A deployment stack cannot be kept at the tenant: use a management group.")
    return place


def read_stack(scope: str, name: str, body: JsonObject) -> StackRequest:
    """Return the request to make the stack *name* of *body* in *scope*.

    Raises:
        Fault: The request is not valid.
    """
    place = read_stack_scope(scope)
    if not _NAME.match(name):
        raise Fault(
            400,
            "InvalidDeploymentStackName",
            f"The deployment stack name '{name}' is not valid: use 1 to 90 letters, digits, '-', '.', '(', ')' or '_'.",
        )
    properties = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(properties, dict):
        raise invalid_content("the body must be an object with 'properties'.")
    location = body.get("location")
    if place.kind is not ScopeKind.GROUP and not isinstance(location, str):
        raise Fault(400, "LocationRequired", "The 'location' property is required for a stack above resource groups.")
    target = properties.get("deploymentScope") or str(place.id)
    if not isinstance(target, str):
        raise invalid_content("'deploymentScope' must be the id of a scope.")
    target_place = read_scope(target)
    deployment: dict[str, Json] = {
        "properties": {
            "mode": "Incremental",
            **{each: properties[each] for each in _OF_DEPLOYMENT if properties.get(each) is not None},
        }
    }
    if target_place.kind is not ScopeKind.GROUP:
        deployment["location"] = location
    return StackRequest(
        place=place,
        name=name,
        target=str(target_place.id),
        actions=read_actions(properties.get("actionOnUnmanage"), required=True),
        deny=_deny(properties.get("denySettings")),
        bypass=properties.get("bypassStackOutOfSyncError") is True,
        body=body,
        deployment=deployment,
    )


def read_actions(given: Json, *, required: bool) -> Actions:
    """Return what *given*, ``{resources, resourceGroups, …}``, says.

    Raises:
        Fault: It is not valid.
    """
    if not isinstance(given, dict) or (required and "resources" not in given):
        raise invalid_content("'actionOnUnmanage' must be an object with 'resources': 'delete' or 'detach'.")
    actions = Actions(
        resources=_action(given, "resources", DETACH),
        groups=_action(given, "resourceGroups", DETACH),
        management_groups=_action(given, "managementGroups", DETACH),
        unsupported=_action(given, "resourcesWithoutDeleteSupport", "fail", (DETACH, "fail")),
    )
    if actions.resources == DETACH and DELETE in (actions.groups, actions.management_groups):
        raise invalid_content("'actionOnUnmanage' can delete groups only when it deletes resources, too.")
    return actions


def _action(given: Mapping[str, Any], name: str, default: str, known: tuple[str, ...] = (DELETE, DETACH)) -> str:
    value = given.get(name)
    if value is None:
        return default
    folded = str(value).casefold()
    if folded not in known:
        raise invalid_content(f"'{value}' is no '{name}' of 'actionOnUnmanage': use '{known[0]}' or '{known[1]}'.")
    return folded


def _deny(given: Json) -> JsonObject:
    mode = _MODES.get(str(given.get("mode")).casefold()) if isinstance(given, dict) else None
    if not isinstance(given, dict) or mode is None:
        raise invalid_content("'denySettings' must have a 'mode': 'none', 'denyDelete' or 'denyWriteAndDelete'.")
    principals = _texts(given, "excludedPrincipals", _MOST_PRINCIPALS)
    actions = _texts(given, "excludedActions", _MOST_ACTIONS)
    return {
        "mode": mode,
        "excludedPrincipals": list(principals),
        "excludedActions": list(actions),
        "applyToChildScopes": given.get("applyToChildScopes") is True,
    }


def _texts(given: Mapping[str, Any], name: str, most: int) -> list[str]:
    value = given.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid_content(f"'{name}' of 'denySettings' must be an array of texts.")
    if len(value) > most:
        raise invalid_content(f"'{name}' of 'denySettings' has {len(value)} entries; {most} is the limit.")
    return value
