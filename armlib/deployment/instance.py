"""Resources as a template declares them, and the instances that conditions and loops make of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from armlib.deployment.cell import Cell
from armlib.deployment.problems import TemplateFault
from armlib.deployment.scopes import (
    DEPLOYMENTS,
    DeploymentScope,
    ScopeError,
    id_key,
    join_text,
    parse_scope,
    qualified,
    resource_id,
)
from armlib.deployment.types import HIDDEN
from armlib.deployment.walk import loop_count, loop_name, walk
from armlib.expressions.environment import Environment, Site
from armlib.expressions.printer import print_node
from armlib.expressions.simplify import reveal
from armlib.expressions.syntax import Call
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.scope import ScopeKind, scope_kind_of_schema

if TYPE_CHECKING:
    from armlib.deployment.frame import Frame

# Members that say how a resource is deployed, and are not sent to its provider.
_DIRECTIVES = frozenset(
    {
        "type",
        "apiVersion",
        "name",
        "scope",
        "condition",
        "copy",
        "dependsOn",
        "existing",
        "resources",
        "comments",
        "metadata",
        "subscriptionId",
        "resourceGroup",
        "properties",
    }
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource as written: where, and the symbolic name and the parent that it has."""

    body: JsonObject
    path: JsonPath
    symbol: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What others call all its instances: the symbolic name and the name of its loop."""
        copy = self.body.get("copy")
        loop = copy.get("name") if isinstance(copy, dict) else None
        return tuple(name for name in (self.symbol, loop) if isinstance(name, str))

    @property
    def extension(self) -> bool:
        """Whether another system than Azure provides it (language version 2.1 and later, experimental)."""
        return "import" in self.body or "extension" in self.body


@dataclass(slots=True, eq=False)
class Instance:
    """One resource that a deployment makes, or would make under its *condition*.

    *name* is full, ``parent/child``. *condition* is True, False, or an unknown value. *index* is the step of a loop.
    """

    frame: Frame
    declaration: Declaration
    environment: Environment
    type: str
    condition: Value = True
    loop: str | None = None
    index: Value = None
    existing: bool = False
    name: Value = None
    id: Value = None
    api_version: Value = None
    scope: Value = None
    target: DeploymentScope | None = None  # of a nested deployment
    referenced: dict[Instance, None] = field(default_factory=dict)
    dependencies: dict[Instance, None] = field(default_factory=dict)
    unknown_dependencies: list[Value] = field(default_factory=list)
    waits: list[Instance] = field(default_factory=list)  # what it depends on, skipped and existing ones resolved
    shown: dict[str, Value] | None = None  # the body of a nested deployment, as it is shown
    body: Cell[dict[str, Value]] = field(init=False)
    child: Cell[Frame | None] = field(init=False)

    @property
    def is_child(self) -> bool:
        """Whether it is declared inside its parent."""
        return len(self.path) - len(self.frame.path) > 2

    @property
    def is_deployed(self) -> bool:
        """Whether the deployment makes the resource, as far as is known."""
        return not self.existing and self.condition is not False

    @property
    def is_deployment(self) -> bool:
        """Whether it is a nested or linked deployment."""
        return self.type.casefold() == DEPLOYMENTS and not self.declaration.extension

    @property
    def symbolic_name(self) -> str | None:
        """The symbolic name, with the index of a loop's step: ``disks[2]``."""
        symbol = self.declaration.symbol
        return f"{symbol}[{self.index}]" if symbol and isinstance(self.index, int) and self.loop else symbol

    @property
    def key(self) -> str:
        """The id for comparison; what is unknown in it stands as its expression."""
        return id_key(text_of(self.id))

    @property
    def path(self) -> JsonPath:
        """Where in the root template it is declared."""
        return self.declaration.path


def text_of(value: Value) -> str:
    """Return *value* as text for comparing; an unknown one as its expression."""
    found = reveal(value)
    return print_node(found.expression) if isinstance(found, Unknown) else str(found)


def declarations(frame: Frame) -> Iterator[Declaration]:
    """Return the resources that the template of *frame* declares at its top.

    Raises:
        TemplateFault: ``resources`` is neither an array nor an object, or is an object in language version 1.0.
    """
    yield from _declared(frame.template.get("resources"), (*frame.path, "resources"), symbolic=frame.is_symbolic)


def _declared(resources: Json, path: JsonPath, *, symbolic: bool) -> Iterator[Declaration]:
    if resources is None:
        return
    if isinstance(resources, dict):
        if not symbolic:
            message = "Resources can be an object, with symbolic names, only with languageVersion 2.0."
            raise TemplateFault(message, path, hint='add "languageVersion": "2.0"')
        items: Any = resources.items()
    elif isinstance(resources, list):
        items = enumerate(resources)
    else:
        raise TemplateFault("The resources of a template must be an array or an object.", path)
    for key, body in items:
        if not isinstance(body, dict):
            raise TemplateFault("A template resource must be an object.", (*path, key))
        yield Declaration(body, (*path, key), key if isinstance(key, str) else None)


def instances(frame: Frame, declaration: Declaration, environment: Environment) -> Iterator[Instance]:
    """Return what *declaration* comes to: itself, a step for each copy, and the children declared inside it.

    Raises:
        TemplateFault: A name, type, condition, loop or scope is not valid.
    """
    copy = declaration.body.get("copy")
    if copy is None:
        yield from _with_children(frame, declaration, environment, None, None)
        return
    if not isinstance(copy, dict):
        raise TemplateFault("The copy of a resource must be an object.", (*declaration.path, "copy"), code="copy")
    path = (*declaration.path, "copy")
    name = loop_name(copy, environment, path)
    _check_mode(copy, name, environment, path)
    count = loop_count(copy.get("count"), name, environment, (*path, "count"))
    indexes: Any = range(count) if isinstance(count, int) else (Unknown(Call("copyIndex", ()), "int"),)
    if not isinstance(count, int):
        message = f"how often the loop '{name}' runs is known only to the deployment; it is shown once"
        frame.engine.problems.note(message, path, code="unknown-count")
    for index in indexes:
        inner = replace(environment, index=index, loops={**environment.loops, name.lower(): index})
        yield from _with_children(frame, declaration, inner, name, index)


def _check_mode(copy: JsonObject, name: str, environment: Environment, path: JsonPath) -> None:
    mode = copy.get("mode", "parallel")
    if not isinstance(mode, str) or mode.lower() not in {"parallel", "serial"}:
        message = f"The mode '{mode}' of copy loop '{name}' is not valid: it must be 'parallel' or 'serial'."
        raise TemplateFault(message, (*path, "mode"), code="copy")
    if "batchSize" in copy:
        size = reveal(walk(copy["batchSize"], environment, (*path, "batchSize")))
        if not isinstance(size, Unknown) and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
            message = f"The batch size of copy loop '{name}' is not valid: it must be an integer of 1 or more."
            raise TemplateFault(message, (*path, "batchSize"), code="copy")


def _with_children(
    frame: Frame,
    declaration: Declaration,
    environment: Environment,
    loop: str | None,
    index: Value,
    parent: Instance | None = None,
) -> Iterator[Instance]:
    instance = _instance(frame, declaration, environment, loop, index, parent)
    yield instance
    children = declaration.body.get("resources")
    if not children:
        return
    for child in _declared(children, (*declaration.path, "resources"), symbolic=frame.is_symbolic):
        if child.body.get("copy") is not None:
            message = "A copy loop is not supported on a nested child resource."
            hint = "move the child to the top of resources, with its full type and name"
            raise TemplateFault(message, (*child.path, "copy"), code="copy", hint=hint)
        yield from _with_children(frame, child, environment, loop, index, instance)


def _instance(
    frame: Frame,
    declaration: Declaration,
    environment: Environment,
    loop: str | None,
    index: Value,
    parent: Instance | None,
) -> Instance:
    body, path = declaration.body, declaration.path
    naming = replace(environment, site=Site.NAME)
    condition = _condition(body, environment, path)
    type_ = _type(body, naming, path, parent)
    instance = Instance(frame, declaration, environment, type_, condition, loop, index, body.get("existing") is True)
    if declaration.extension:  # it has no id and no scope in Azure, and needs no name
        instance.name = walk(body.get("name"), environment, (*path, "name"))
        instance.api_version = walk(body.get("apiVersion"), environment, (*path, "apiVersion"))
        return instance
    try:
        _identify(instance, naming, parent)
    except TemplateFault:
        if condition is not False:  # nobody asks for the name of a resource that is skipped
            raise
    return instance


def _identify(instance: Instance, environment: Environment, parent: Instance | None) -> None:
    """Fill in the name, the scope, the id and the API version of *instance*."""
    body, path, type_ = instance.declaration.body, instance.path, instance.type
    name = _name(body, environment, path, type_, parent)
    scope, target = _scope(instance.frame, body, environment, path, type_)
    instance.name, instance.scope, instance.target = name, scope, target
    instance.id = resource_id(target.id if target is not None else scope, type_, name)
    instance.api_version = _api_version(instance.frame, body, environment, path, type_)


def _condition(body: JsonObject, environment: Environment, path: JsonPath) -> Value:
    if "condition" not in body:
        return True
    place = (*path, "condition")
    found = walk(body["condition"], replace(environment, site=Site.CONDITION), place)
    plain = reveal(found)
    if isinstance(plain, str) and plain.lower() in {"true", "false"}:
        return plain.lower() == "true"
    if isinstance(plain, bool):
        return plain
    if isinstance(plain, Unknown):
        return found
    raise TemplateFault("The condition of a resource must be a boolean.", place, code="condition")


def _type(body: JsonObject, environment: Environment, path: JsonPath, parent: Instance | None) -> str:
    place = (*path, "type")
    given = walk(body.get("type"), environment, place)
    found = None if isinstance(given, Secret) else given
    if not isinstance(found, str) or not found.strip("/"):
        message = (
            "The template resource is not valid: its type must be a text such as 'Microsoft.Storage/storageAccounts'."
        )
        raise TemplateFault(message, place, code="resource-type")
    found = found.strip("/")
    if parent is not None and "." not in found.partition("/")[0]:
        return f"{parent.type}/{found}"
    if "/" not in found and not ("import" in body or "extension" in body):
        message = f"The template resource type '{found}' is not valid: it has no namespace."
        raise TemplateFault(message, place, code="resource-type", hint="write NAMESPACE/TYPE")
    return found


def _api_version(frame: Frame, body: JsonObject, environment: Environment, path: JsonPath, type_: str) -> Value:
    place = (*path, "apiVersion")
    found = walk(body.get("apiVersion"), environment, place)
    if found is None and "apiProfile" not in frame.template:
        message = f"The template resource of type '{type_}' is not valid: its apiVersion is missing."
        raise TemplateFault(message, path, code="resource-api-version", hint='add "apiVersion"')
    if found is not None and not isinstance(reveal(found), (str, Unknown)):
        raise TemplateFault("The apiVersion of a resource must be a string.", place, code="resource-api-version")
    return found


def _name(
    body: JsonObject,
    environment: Environment,
    path: JsonPath,
    type_: str,
    parent: Instance | None,
) -> Value:
    place = (*path, "name")
    found = walk(body.get("name"), environment, place)
    plain = reveal(found)
    if isinstance(plain, Unknown):
        return join_text(parent.name, "/", found) if parent is not None else found
    if not isinstance(plain, str) or not plain.strip():
        message = f"The template resource of type '{type_}' is not valid: the name property cannot be null or empty."
        raise TemplateFault(message, place, code="resource-name")
    wanted = type_.count("/")
    segments = plain.count("/") + 1
    if parent is not None and segments < wanted:
        found, segments = join_text(parent.name, "/", found), segments + parent.type.count("/")
    if segments != wanted:
        shown = HIDDEN if isinstance(found, Secret) else plain
        raise TemplateFault(
            f"The template resource '{shown}' for type '{type_}' has incorrect segment lengths. A nested resource type "
            "must have identical number of segments as its resource name. A root resource type must have segment "
            "length one greater than its resource name. Please see https://aka.ms/arm-syntax-resources for usage "
            "details.",
            place,
            code="resource-name-segments",
            hint=f"the name needs {wanted} segment{'s' * (wanted != 1)}, and has {segments}",
        )
    return found


def _scope(
    frame: Frame, body: JsonObject, environment: Environment, path: JsonPath, type_: str
) -> tuple[Value, DeploymentScope | None]:
    """Return the id of what the resource is in, and for a nested deployment what it is deployed to."""
    own = frame.scope
    given = walk(body.get("scope"), environment, (*path, "scope"))
    subscription = walk(body.get("subscriptionId"), environment, (*path, "subscriptionId"))
    group = walk(body.get("resourceGroup"), environment, (*path, "resourceGroup"))
    if type_.casefold() == DEPLOYMENTS:
        target = _target(own, given, subscription, group, _inner_kind(body), (*path, "scope"))
        return target.id, target
    if given is not None:
        return _holder(given, own, (*path, "scope")), None
    if subscription is not None or group is not None:
        return _moved(own, subscription, group, None).id, None
    return own.id, None


def _holder(given: Value, own: DeploymentScope, path: JsonPath) -> Value:
    """Return the id of the resource that an extension resource is for."""
    if isinstance(given, (Unknown, Secret)):
        return given
    if not isinstance(given, str) or not given:
        raise TemplateFault("The scope of a resource must be the id of a resource.", path, code="resource-scope")
    return "" if given == "/" else qualified(given, own.id if own.kind is not ScopeKind.MANAGEMENT_GROUP else "")


def _target(
    own: DeploymentScope,
    given: Value,
    subscription: Value,
    group: Value,
    kind: ScopeKind | None,
    path: JsonPath,
) -> DeploymentScope:
    if isinstance(given, str):
        try:
            return parse_scope(given)
        except ScopeError as fault:
            raise TemplateFault(fault.message, path, code="resource-scope", hint=fault.hint) from None
    if isinstance(given, (Unknown, Secret)):
        name = given.value if isinstance(given, Secret) else given
        return DeploymentScope(kind or own.kind, subscription_id=name, resource_group=name, management_group=name)
    if subscription is not None or group is not None:
        return _moved(own, subscription, group, kind)
    return own


def _moved(own: DeploymentScope, subscription: Value, group: Value, kind: ScopeKind | None) -> DeploymentScope:
    """Return *own* with another subscription or resource group; a subscription alone means the subscription itself.

    A template for a resource group that names only a subscription goes to the group of the same name there.
    """
    subscription = subscription if subscription is not None else own.subscription_id
    if group is None and kind is ScopeKind.GROUP and own.kind is ScopeKind.GROUP:
        group = own.resource_group
    if group is None:
        return DeploymentScope(ScopeKind.SUBSCRIPTION, subscription_id=subscription)
    return DeploymentScope(ScopeKind.GROUP, subscription_id=subscription, resource_group=group)


def _inner_kind(body: JsonObject) -> ScopeKind | None:
    properties = body.get("properties")
    template = properties.get("template") if isinstance(properties, dict) else None
    schema = template.get("$schema") if isinstance(template, dict) else None
    return scope_kind_of_schema(schema) if isinstance(schema, str) else None


def evaluated_body(instance: Instance) -> dict[str, Value]:
    """Return the members of *instance* that its provider is sent; the faults in them are told one by one."""
    body: dict[str, Value] = {}
    declared = instance.declaration.body
    for name, value in declared.items():
        if name not in _DIRECTIVES:
            _add(body, name, value, instance, (*instance.path, name))
    if "properties" in declared and not instance.is_deployment:
        body["properties"] = _properties(declared["properties"], instance)
    return body


def _properties(properties: Json, instance: Instance) -> Value:
    """Return the evaluated properties; a fault in one member leaves the others."""
    path = (*instance.path, "properties")
    if not isinstance(properties, dict):
        holder: dict[str, Value] = {}
        _add(holder, "properties", properties, instance, path)
        return holder.get("properties")
    members: dict[str, Value] = {}
    for name, value in properties.items():
        _add(members, name, value, instance, path, within=True)
    return members


def _add(
    members: dict[str, Value],
    name: str,
    value: Json,
    instance: Instance,
    path: JsonPath,
    *,
    within: bool = False,
) -> None:
    """Add the member *name* to *members*; tell the fault when it has no value."""
    try:
        if within:  # walked as an object of one member, which takes care of loops and computed names
            members |= walk({name: value}, instance.environment, path)  # type: ignore[arg-type]
        else:
            members[name] = walk(value, instance.environment, path)
    except TemplateFault as fault:
        instance.frame.engine.problems.report(fault)
