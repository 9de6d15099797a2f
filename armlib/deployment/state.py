"""What ``reference``, ``list*`` and their like are answered: by the mocks, and by the template's own resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armlib.deployment.context import Mocks
from armlib.deployment.instance import Instance, text_of
from armlib.deployment.scopes import id_key, qualified, scope_of_id
from armlib.expressions.environment import NOT_KNOWN, Answer
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.simplify import reveal
from armlib.expressions.syntax import Call, Literal, Node
from armlib.expressions.values import Secret, Unknown, Value

if TYPE_CHECKING:
    from armlib.deployment.frame import Frame

# Who has resource providers in Azure. Source: "Resource providers for Azure services", and the partner services of
# "Azure Native Integrations".
_VENDORS = frozenset(
    {
        "arizeai",
        "astronomer",
        "commvault",
        "dell",
        "dynatrace",
        "github",
        "informatica",
        "lambdatest",
        "microsoft",
        "mongodb",
        "neon",
        "newrelic",
        "nginx",
        "oracle",
        "paloaltonetworks",
        "pinecone",
        "purestorage",
        "qumulo",
        "sendgrid",
        "solarwinds",
        "wandisco",
        "weightsandbiases",
    }
)
_OUTPUT_LISTS = frozenset({"listoutputswithsecurevalues"})


class DeploymentState:
    """The state of the target as the resources of one template see it.

    Args:
        frame: The deployment whose template asks.
        asking: The resource whose body asks; what it reads by name it depends on. None for an output.
    """

    __slots__ = ("_asking", "_frame", "_mocks")

    def __init__(self, frame: Frame, asking: Instance | None = None) -> None:
        self._frame = frame
        self._asking = asking
        self._mocks: Mocks = frame.engine.context.mocks

    def reference(self, resource: str, api_version: str | None, *, full: bool) -> Answer:
        """Return what is known of a resource; see the port."""
        found, by_name = self._frame.find(resource)
        if len(found) > 1 and by_name:
            found = [instance for instance in found if instance.is_deployed] or found
        if found:
            self._depend(found[:1], by_name=by_name)
            return self._of_instance(found[0], api_version, full=full, by_name=by_name)
        if not resource.startswith("/") and "/" not in resource and api_version is None:
            raise _not_defined(resource, self._frame)
        id_ = qualified(resource, self._frame.names_scope.id)
        return self._elsewhere(id_, api_version, full=full)

    def references(self, symbol: str, *, full: bool) -> Answer:
        """Return what is known of each resource of a loop; see the port."""
        found, _ = self._frame.find(symbol)
        self._depend(found, by_name=True)
        known: list[Value] = []
        for instance in found:
            if isinstance(instance.condition, (Unknown, Secret)) or instance.index is None:
                return NOT_KNOWN
            if instance.condition is True:
                answer = self._of_instance(instance, None, full=full, by_name=True)
                if answer is NOT_KNOWN:
                    return NOT_KNOWN
                known.append(answer)
        return known

    def list_(self, function: str, resource: str, api_version: str, body: Value) -> Answer:
        """Return the answer of a list function; see the port."""
        found, by_name = self._frame.find(resource)
        self._depend(found[:1], by_name=by_name)
        id_: Value = found[0].id if found else qualified(resource, self._frame.names_scope.id)
        call = Call(function, (_node(id_), *((Literal(api_version),) if api_version else ())))
        answer = self._mocked_list(function, text_of(id_))
        if answer is not None:
            return Unknown(call, "object", answer) if isinstance(answer, dict) else answer  # a mock is no secret
        if found and function.casefold() in _OUTPUT_LISTS and found[0].is_deployment:
            child = found[0].child.get()
            return (
                NOT_KNOWN if child is None else {name: _value(entry) for name, entry in child.output_values().items()}
            )
        return Unknown(call, "object") if body is None else NOT_KNOWN

    def provider(self, namespace: str, resource_type: str | None) -> Answer:
        """Return what the mocks say of a resource provider; see the port."""
        for provider in self._mocks.providers:
            if isinstance(provider, dict) and str(provider.get("namespace", "")).casefold() == namespace.casefold():
                if resource_type is None:
                    return provider
                kinds: Any = provider.get("resourceTypes")
                for kind in kinds if isinstance(kinds, list) else []:
                    if str(kind.get("resourceType", "")).casefold() == resource_type.casefold():
                        return kind  # type: ignore[no-any-return]
        return NOT_KNOWN

    def role_definition(self, name: str) -> Answer:
        """Return the GUID of a role; see the port."""
        return _or_not_known(self._mocks.role_definitions, name)  # type: ignore[no-any-return]

    def zones(self, resource_type: str, location: str) -> Answer:
        """Return the zones of a type in a region; see the port."""
        if not self._mocks.zones:
            return NOT_KNOWN
        regions: Any = self._mocks.zones.get(resource_type.casefold())
        return _in_region(regions, location, []) if isinstance(regions, dict) else []

    def physical_zones(self, subscription_id: str, location: str) -> Answer:
        """Return the physical zones of a region; see the port."""
        if not self._mocks.physical_zones:
            return NOT_KNOWN
        return _in_region(self._mocks.physical_zones, location, {})  # type: ignore[no-any-return]

    def external_input(self, name: str, configuration: Value) -> Answer:
        """Nothing is known of what other tools supply."""
        return NOT_KNOWN

    def _depend(self, found: list[Instance], *, by_name: bool) -> None:
        """Note that the asking resource waits for *found*, which it named by name or symbol."""
        if not by_name:
            return
        for instance in found:
            asking = self._asking
            while asking is not None and asking.frame is not instance.frame:
                asking = asking.frame.parent
            if asking is not None and asking is not instance:
                asking.referenced[instance] = None

    def _of_instance(self, instance: Instance, api_version: str | None, *, full: bool, by_name: bool) -> Answer:
        version = api_version or instance.api_version
        call = _reference_call(instance.id, version, full=full)
        mocked = self._mocked_reference(text_of(instance.id), instance, full=full)
        if mocked is not None:
            return mocked
        basics = _basics(instance, version)
        if instance.existing or instance.condition is not True:
            return Unknown(call, "object", basics if full else None)
        if instance.body.is_running and not by_name:
            return Unknown(call, "object", basics if full else None)
        if instance.is_deployment:
            return self._of_deployment(instance, call, basics, full=full)
        body = instance.body.get()
        properties = body.get("properties")
        whole = {**basics, **body, "properties": properties if properties is not None else {}}
        if properties and not _has_service(instance.type):
            return whole if full else whole["properties"]
        return Unknown(call, "object", whole) if full else _opened(properties, call)

    def _of_deployment(self, instance: Instance, call: Node, basics: dict[str, Value], *, full: bool) -> Answer:
        child = instance.child.get()
        if child is None:
            return Unknown(call, "object", basics if full else None)
        properties: dict[str, Value] = {
            "mode": "Incremental",
            "provisioningState": "Succeeded",
            "outputs": child.output_values(),
        }
        return {**basics, "properties": properties} if full else properties

    def _elsewhere(self, id_: Value, api_version: str | None, *, full: bool) -> Answer:
        """Return what is known of a resource that the asking template does not have."""
        elsewhere = self._frame.engine.registry.get(id_key(text_of(id_)))
        if elsewhere is not None:
            return self._of_instance(elsewhere, api_version, full=full, by_name=False)
        call = _reference_call(id_, api_version, full=full)
        mocked = self._mocked_reference(text_of(id_), None, full=full)
        return mocked if mocked is not None else Unknown(call, "object")

    def _mocked_reference(self, id_: str, instance: Instance | None, *, full: bool) -> Value:
        mocks = self._mocks.reference
        if not mocks:
            return None
        answer = mocks.get(id_.casefold(), mocks.get("*"))
        if not isinstance(answer, dict):
            return None
        whole = answer.get("full")
        properties = answer.get("properties")
        if properties is None and isinstance(whole, dict):
            properties = whole.get("properties")
        if not full:
            return properties or None
        if isinstance(whole, dict):
            return whole
        if not properties:
            return None
        basics = _basics(instance, answer.get("apiVersion")) if instance else {"apiVersion": answer.get("apiVersion")}
        known = {**basics, **answer}
        return {**known, **self._location(instance)} if instance else known

    def _location(self, instance: Instance) -> dict[str, Value]:
        if instance.existing or instance.body.is_running:
            return {}
        return {name: value for name, value in instance.body.get().items() if name != "properties"}

    def _mocked_list(self, function: str, id_: str) -> Value:
        mocks = self._mocks.list
        for key in (f"{function} {id_}", id_, f"{function} *", "*"):
            if key.casefold() in mocks:
                return mocks[key.casefold()]  # type: ignore[no-any-return]
        return None


def _basics(instance: Instance, api_version: Value) -> dict[str, Value]:
    """Return what a full reference always has.

    Source: "Resource functions for ARM templates", reference, the full object.
    """
    basics: dict[str, Value] = {
        "apiVersion": api_version,
        "id": instance.id,
        "name": instance.name,
        "type": instance.type,
        "referenceApiVersion": api_version,
        "condition": True,
        "isConditionTrue": True,
        "isTemplateResource": True,
        "isAction": False,
    }
    if isinstance(instance.id, str):
        segments = scope_of_id(instance.id).split("/")
        if len(segments) > 2:
            basics["subscriptionId"] = segments[2]
        if len(segments) > 4:
            basics["resourceGroupName"] = segments[4]
        basics["resourceId"] = instance.id.rpartition("/providers/")[2] or instance.id
    return basics


def _reference_call(id_: Value, api_version: Value, *, full: bool) -> Node:
    arguments = [_node(id_)]
    if api_version is not None:
        arguments.append(_node(api_version))
    if full:
        arguments.append(Literal("Full"))
    return Call("reference", tuple(arguments))


def _node(value: Value) -> Node:
    plain = reveal(value)
    return plain.expression if isinstance(plain, Unknown) else Literal(str(plain))


def _has_service(type_: str) -> bool:
    """Return whether a service of Azure or of a partner provides *type_*, and will add to what a template says.

    To a resource of a made-up namespace, such as tests use, nothing is added.
    """
    return type_.partition(".")[0].casefold() in _VENDORS


def _opened(properties: Value, call: Node) -> Value:
    """Return the evaluated *properties*, open to what the provider will add."""
    if isinstance(properties, dict):
        return Unknown(call, "object", properties)
    return Unknown(call, "object")


def _value(entry: Value) -> Value:
    return entry.get("value") if isinstance(entry, dict) else None


def _or_not_known(mocks: Mapping[str, Any], name: str) -> Any:
    return mocks.get(name.casefold(), NOT_KNOWN)


def _in_region(regions: Mapping[str, Any], location: str, nothing: Any) -> Any:
    wanted = location.replace(" ", "").casefold()
    for name, found in regions.items():
        if name.replace(" ", "").casefold() == wanted:
            return found
    return nothing


def _not_defined(name: str, frame: Frame) -> EvaluationFault:
    near = frame.nearest_name(name)
    return EvaluationFault(
        f"The template reference '{name}' is not valid: could not find template resource or resource copy with this "
        "name. Please see https://aka.ms/arm-function-reference for usage details.",
        code="reference-not-found",
        hint=f"did you mean '{near}'?" if near else None,
    )
