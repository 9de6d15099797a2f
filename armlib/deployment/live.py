"""What an expansion left unknown, asked of the target: ``reference``, ``list*``, ``providers``, resource by resource.

An expansion spells out what is left as expressions over ids. When a resource's turn comes, what it waits for is there,
and the expressions that are left in it are evaluated once more, with a state that asks the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.instance import Instance, text_of
from armlib.deployment.scopes import qualified, scope_of_id
from armlib.deployment.state import DeploymentState
from armlib.deployment.target import Reader
from armlib.errors import InputError
from armlib.expressions.environment import NOT_KNOWN, Answer, Environment, Site
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.simplify import conceal, is_known, reveal
from armlib.expressions.values import Secret, Unknown, Value

_ROUNDS = 16  # an answer may be an expression in its turn: the outputs of a nested deployment, for one


class Live:
    """Answers what is unknown from a target.

    Args:
        reader: The target.
        keeps_absent: Whether what asks for a resource that is not there stays unknown, as before a deployment that
            makes it; otherwise it is a fault.
    """

    def __init__(self, reader: Reader, *, keeps_absent: bool = False) -> None:
        self.reader = reader
        self.keeps_absent = keeps_absent

    def resource(self, resource: ExpandedResource) -> ExpandedResource:
        """Return *resource* with what the target knows filled in: its condition first, and no more when that is False.

        The outputs of a nested deployment are left as they are: they are known when what is in it is deployed.

        Raises:
            EvaluationFault: An expression has no value, with what the target knows now.
            Fault: The target refused to answer.
        """
        environment = resource.environment
        if environment is None:
            return resource
        condition = self.value(resource.condition, environment)
        if condition is False or _is_complete(resource):
            return resource if condition is resource.condition else replace(resource, condition=condition)
        return replace(
            resource,
            condition=condition,
            id=self.value(resource.id, environment),
            name=self.value(resource.name, environment),
            api_version=self.value(resource.api_version, environment),
            scope=self.value(resource.scope, environment),
            body=self._body(resource, environment),
            depends_on=tuple(self.value(id_, environment) for id_ in resource.depends_on),
        )

    def as_far_as_known(self, resource: ExpandedResource) -> ExpandedResource:
        """Return *resource* with what the target knows filled in, or as it is when something in it has no value yet."""
        try:
            return self.resource(resource)
        except (InputError, Fault):
            return resource

    def _body(self, resource: ExpandedResource, environment: Environment) -> dict[str, Value]:
        body = dict(resource.body)
        properties = body.get("properties")
        outputs: dict[str, Value] = {}
        if resource.nested is not None and isinstance(properties, dict) and "outputs" in properties:
            outputs = {"outputs": properties["outputs"]}
            body["properties"] = {name: value for name, value in properties.items() if name != "outputs"}
        found = {name: self.value(value, environment) for name, value in body.items()}
        if outputs:
            found["properties"] = {**cast("dict[str, Value]", found["properties"]), **outputs}
        return found

    def value(self, value: Value, environment: Environment) -> Value:
        """Return *value* with what is unknown in it evaluated in *environment*, as far as the target knows it.

        Raises:
            EvaluationFault: An expression has no value.
            Fault: The target refused to answer.
        """
        if is_known(value):
            return value
        return self._value(value, self._asking(environment), _ROUNDS)

    def _asking(self, environment: Environment) -> Environment:
        state = environment.state
        assert isinstance(state, DeploymentState)
        return replace(environment, state=LiveState(state, self), site=Site.ANYWHERE)

    def _value(self, value: Value, environment: Environment, rounds: int) -> Value:
        kind = type(value)
        if kind is dict:
            return {name: self._value(item, environment, rounds) for name, item in value.items()}  # type: ignore[union-attr]
        if kind is list:
            return [self._value(item, environment, rounds) for item in value]  # type: ignore[union-attr]
        if isinstance(value, Secret):
            return conceal(self._value(value.value, environment, rounds))
        if not isinstance(value, Unknown) or not rounds:
            return value
        found = evaluate(value.expression, environment)
        if isinstance(found, Unknown) and found.expression == value.expression:
            return found
        return self._value(found, environment, rounds - 1)


class LiveState(DeploymentState):
    """The state of the target as it is now.

    Args:
        static: What a template knows of its own resources.
        live: Whom to ask, and what to do about what is absent.
    """

    __slots__ = ("_live",)

    def __init__(self, static: DeploymentState, live: Live) -> None:
        super().__init__(static._frame, static._asking)
        self._live = live

    def reference(self, resource: str, api_version: str | None, *, full: bool) -> Answer:
        """Return what the target knows of a resource."""
        if "/" not in resource and not self._frame.find(resource)[0]:
            late = self._named_late(resource)
            if late is not None:
                return self._of_instance(late, api_version, full=full, by_name=True)
        return super().reference(resource, api_version, full=full)

    def references(self, symbol: str, *, full: bool) -> Answer:
        """Return what the target knows of each resource of a loop that is deployed."""
        found, _ = self._frame.find(symbol)
        conditions = [(instance, self._live.value(instance.condition, instance.environment)) for instance in found]
        if any(isinstance(reveal(condition), Unknown) for _, condition in conditions):
            return NOT_KNOWN
        made = [instance for instance, condition in conditions if condition is not False]
        answers = [self._of_instance(instance, None, full=full, by_name=True) for instance in made]
        return NOT_KNOWN if NOT_KNOWN in answers else [answer for answer in answers if answer is not NOT_KNOWN]

    def list_(self, function: str, resource: str, api_version: str, body: Value) -> Answer:
        """Return what the target answers to a list function."""
        static = super().list_(function, resource, api_version, None)
        if static is not NOT_KNOWN and not isinstance(static, Unknown):
            return static
        found, _ = self._frame.find(resource)
        id_ = self._known_id(found[0] if found else None, resource)
        if id_ is None:
            return NOT_KNOWN
        try:
            return cast("Value", self._live.reader.act(id_, function, api_version, reveal(body)))
        except Fault as fault:
            return self._absent(fault)

    def provider(self, namespace: str, resource_type: str | None) -> Answer:
        """Return what the target says of a resource provider."""
        static = super().provider(namespace, resource_type)
        found: Any = self._live.reader.provider(namespace) if static is NOT_KNOWN else None
        if found is None:
            return static
        if resource_type is None:
            return found  # type: ignore[no-any-return]
        for kind in found.get("resourceTypes") or ():
            if str(kind.get("resourceType", "")).casefold() == resource_type.casefold():
                return kind  # type: ignore[no-any-return]
        return NOT_KNOWN

    def _of_instance(self, instance: Instance, api_version: str | None, *, full: bool, by_name: bool) -> Answer:
        static = super()._of_instance(instance, api_version, full=full, by_name=by_name)
        if not isinstance(static, Unknown):
            return static
        version = api_version or text_of(instance.api_version)
        answer = self._asked(self._known_id(instance, ""), version, full=full)
        return static if answer is NOT_KNOWN else answer

    def _elsewhere(self, id_: Value, api_version: str | None, *, full: bool) -> Answer:
        static = super()._elsewhere(id_, api_version, full=full)
        known = self._live.value(id_, self._frame.environment)
        if not isinstance(static, Unknown) or not isinstance(reveal(known), str):
            return static
        answer = self._asked(reveal(known), api_version, full=full)
        return static if answer is NOT_KNOWN else answer

    def _named_late(self, name: str) -> Instance | None:
        """Return the resource whose name was not known when the template was expanded, and is *name* now."""
        for instance in self._frame.engine.registry.values():
            if not is_known(instance.name):
                found = reveal(self._live.value(instance.name, instance.environment))
                if isinstance(found, str) and found.casefold() == name.casefold():
                    return instance
        return None

    def _known_id(self, instance: Instance | None, text: str) -> str | None:
        if instance is not None:
            found = reveal(self._live.value(instance.id, instance.environment))
        else:
            found = reveal(qualified(text, self._frame.names_scope.id))
        return found if isinstance(found, str) else None

    def _asked(self, id_: str | None, api_version: str | None, *, full: bool) -> Answer:
        if id_ is None:
            return NOT_KNOWN
        try:
            found = self._live.reader.get(id_, api_version)
        except Fault as fault:
            return self._absent(fault)
        if found is None:
            return self._absent(not_found(id_))
        if full:
            return {**_whole_reference(id_, api_version), **_values(found)}
        return _values(found).get("properties") or {}

    def _absent(self, fault: Fault) -> Answer:
        if fault.status == 404 and not self._live.keeps_absent:
            raise EvaluationFault(fault.message, code="resource-not-found")
        if self._live.keeps_absent:
            return NOT_KNOWN
        raise fault


def _whole_reference(id_: str, api_version: str | None) -> dict[str, Value]:
    """Return what ``reference(…, 'Full')`` gives beside the members of the resource.

    Source: "Resource functions for ARM templates", reference, the full object.
    """
    segments = scope_of_id(id_).split("/")
    whole: dict[str, Value] = {
        "apiVersion": api_version,
        "resourceId": id_.rpartition("/providers/")[2] or id_,
        "referenceApiVersion": api_version,
        "condition": True,
        "isConditionTrue": True,
        "isTemplateResource": False,
        "isAction": False,
        "provisioningOperation": "Read",
    }
    if len(segments) > 2:
        whole["subscriptionId"] = segments[2]
    if len(segments) > 4:
        whole["resourceGroupName"] = segments[4]
    return whole


def not_found(id_: str) -> Fault:
    """Return what the service says when there is nothing at *id_*."""
    _, marker, tail = id_.rpartition("/providers/")
    segments = id_.split("/")
    if not marker and len(segments) == 5:
        return Fault(404, "ResourceGroupNotFound", f"Resource group '{segments[4]}' could not be found.")
    namespace, *pairs = tail.split("/")
    type_, name = "/".join([namespace, *pairs[::2]]), "/".join(pairs[1::2])
    group = scope_of_id(id_).split("/")
    where = f" under resource group '{group[4]}'" if len(group) > 4 else ""
    return Fault(404, "ResourceNotFound", f"The Resource '{type_}/{name}'{where} was not found.", target=id_)


def _values(found: Mapping[str, Any]) -> dict[str, Value]:
    return dict(found)


def _is_complete(resource: ExpandedResource) -> bool:
    rest: Any = [resource.id, resource.name, resource.api_version, resource.scope, *resource.depends_on]
    return is_known(rest) and is_known(dict(resource.body))
