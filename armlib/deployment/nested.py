"""Nested and linked deployments: which template, with which arguments, evaluated in which scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from armlib.deployment.cell import Cell, known
from armlib.deployment.instance import Instance
from armlib.deployment.loader import Loaded
from armlib.deployment.names import key_vault_secret
from armlib.deployment.problems import TemplateFault
from armlib.deployment.types import HIDDEN
from armlib.deployment.walk import walk
from armlib.errors import InputError
from armlib.expressions.environment import Environment, Site
from armlib.expressions.evaluate import evaluate
from armlib.expressions.simplify import reveal
from armlib.expressions.syntax import Call, Literal
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject, JsonPath

if TYPE_CHECKING:
    from armlib.deployment.frame import Frame

MAX_NESTING = 40  # deployments inside each other; a template that links to itself ends here


def child_frame(instance: Instance) -> Frame | None:
    """Return the deployment that the resource *instance* is; None when its template cannot be had offline.

    Raises:
        TemplateFault: The resource is no valid deployment.
    """
    path = (*instance.path, "properties")
    properties = _properties(instance, path)
    _check_depth(instance)
    template, inner_path = properties.get("template"), (*path, "template")
    if template is not None and "templateLink" in properties:
        raise TemplateFault("A deployment has either a template or a templateLink, not both.", path, code="deployment")
    if template is None:
        return _linked(instance, properties, path)
    if not isinstance(template, dict):
        template = walk(template, instance.environment, inner_path)  # type: ignore[assignment]
        if not isinstance(template, dict):
            raise TemplateFault("The template of a deployment must be an object.", inner_path, code="deployment")
    if not _is_inner(properties, instance, path):
        return _frame(instance, template, inner_path, {}, outer=instance.environment)
    return _frame(instance, template, inner_path, _arguments(instance, properties, path))


def shown_body(instance: Instance, child: Frame | None) -> dict[str, Value]:
    """Return the body of the deployment *instance* as it would be: its arguments and outputs instead of its template.

    Raises:
        TemplateFault: A property has no value.
    """
    declared = instance.declaration.body.get("properties")
    path = (*instance.path, "properties")
    properties: dict[str, Value] = {}
    for name, value in declared.items() if isinstance(declared, dict) else ():
        if name not in {"template", "expressionEvaluationOptions", "parameters"}:
            properties[name] = walk(value, instance.environment, (*path, name))
    if child is None:
        given = declared.get("parameters") if isinstance(declared, dict) else None
        properties["parameters"] = walk(given, instance.environment, (*path, "parameters"))
    elif not child.is_outer:
        properties["parameters"] = {name: {"value": value} for name, value in child.names.given_values().items()}
    if child is not None:
        properties["outputs"] = child.output_values()
    return {**instance.body.get(), "properties": {name: value for name, value in properties.items() if value}}


def _properties(instance: Instance, path: JsonPath) -> JsonObject:
    properties = instance.declaration.body.get("properties")
    if isinstance(properties, str):
        properties = walk(properties, instance.environment, path)  # type: ignore[assignment]
    if not isinstance(properties, dict):
        raise TemplateFault("The properties of a deployment must be an object.", path, code="deployment")
    return properties


def _check_depth(instance: Instance) -> None:
    depth, frame = 0, instance.frame
    while frame.parent is not None:
        depth, frame = depth + 1, frame.parent.frame
    if depth >= MAX_NESTING:
        message = f"Deployments are nested deeper than {MAX_NESTING} levels."
        raise TemplateFault(message, instance.path, code="template-limit")


def _is_inner(properties: Mapping[str, Json], instance: Instance, path: JsonPath) -> bool:
    place, is_new = (*path, "expressionEvaluationOptions"), instance.frame.is_symbolic
    options = walk(properties.get("expressionEvaluationOptions"), instance.environment, place)
    given = options.get("scope") if isinstance(options, dict) else None
    scope = reveal(given)
    if scope is None:
        return is_new
    if not isinstance(scope, str) or scope.lower() not in {"inner", "outer", "notspecified"}:
        told = HIDDEN if isinstance(given, Secret) else scope
        message = f"The evaluation scope '{told}' must be 'inner' or 'outer'."
        raise TemplateFault(message, (*place, "scope"), code="deployment")
    if is_new and scope.lower() == "outer":
        message = "In language version 2.0 a nested template is not evaluated in the outer scope."
        raise TemplateFault(message, (*place, "scope"), code="deployment")
    return scope.lower() == "inner" or (is_new and scope.lower() == "notspecified")


def _frame(
    instance: Instance,
    template: JsonObject,
    path: JsonPath,
    arguments: Mapping[str, Cell[Value]],
    *,
    outer: Environment | None = None,
    address: str | None = None,
    link: Mapping[str, Value] | None = None,
) -> Frame:
    from armlib.deployment.frame import Frame

    assert instance.target is not None
    parent = instance.frame
    location = instance.declaration.body.get("location")
    return Frame(
        parent.engine,
        template,
        instance.target,
        name=instance.name,
        path=path,
        arguments=arguments,
        parent=instance,
        outer=outer,
        address=parent.address if address is None else address,
        location=walk(location, instance.environment, (*instance.path, "location")) or parent.location,
        link=link,
    )


# Arguments.


def _arguments(instance: Instance, properties: Mapping[str, Json], path: JsonPath) -> dict[str, Cell[Value]]:
    """Return what the parameters are given, each worked out when the nested template reads it."""
    place = (*path, "parameters")
    declared = properties.get("parameters")
    if isinstance(declared, str):
        declared = walk(declared, instance.environment, place)  # type: ignore[assignment]
        if isinstance(reveal(declared), Unknown):
            message = "the parameters of the deployment are known only to the deployment"
            instance.frame.engine.problems.note(message, place, code="unknown-parameters")
            return {}
    if declared is None:
        return {}
    if not isinstance(declared, dict):
        raise TemplateFault("The parameters of a deployment must be an object.", place, code="deployment")
    return {name: _argument(instance, name, entry, (*place, name)) for name, entry in declared.items()}


def _argument(instance: Instance, name: str, entry: Json, path: JsonPath) -> Cell[Value]:
    def compute() -> Value:
        if isinstance(entry, dict) and "value" in entry and "reference" not in entry:
            return walk(entry["value"], instance.environment, (*path, "value"))
        found = walk(entry, instance.environment, path)
        return argument_value(name, found, path)

    def circular() -> InputError:
        message = f"The value of the parameter '{name}' depends on itself."
        return TemplateFault(message, path, code="circular-dependency")

    return Cell(compute, circular)


def argument_value(name: str, entry: Value, path: JsonPath) -> Value:
    """Return the value that *entry*, ``{value}`` or ``{reference}`` of a Key Vault's secret, gives a parameter.

    Raises:
        TemplateFault: It is of another form.
    """
    if isinstance(entry, Secret):
        return Secret(reveal(argument_value(name, entry.value, path)))
    if isinstance(entry, Unknown):
        known_value = entry.known.get("value") if isinstance(entry.known, dict) else None
        if known_value is not None:
            return known_value
        return Unknown(Call("tryGet", (entry.expression, Literal("value"))))
    if isinstance(entry, dict):
        if "reference" in entry:
            return key_vault_secret(name, entry["reference"])
        if "value" in entry or not entry:
            return entry.get("value")
    message = f"The value of the parameter '{name}' must be an object with 'value' or 'reference'."
    raise TemplateFault(message, path, code="parameter-form", hint='write {"value": …}')


# Linked templates.


def _linked(instance: Instance, properties: Mapping[str, Json], path: JsonPath) -> Frame | None:
    place = (*path, "templateLink")
    if "templateLink" not in properties:
        raise TemplateFault("A deployment has neither a template nor a templateLink.", path, code="deployment")
    link = walk(properties["templateLink"], instance.environment, place)
    if isinstance(link, (Unknown, Secret)):
        link = {"uri": link}
    if not isinstance(link, dict):
        raise TemplateFault("The templateLink of a deployment must be an object.", place, code="deployment")
    address = _address(instance, link)
    shown = HIDDEN if any(isinstance(part, Secret) for part in link.values()) else address or "its address"
    loaded = _load(instance, address, shown, place) if address else None
    if loaded is None:
        instance.frame.engine.problems.note(
            f"the linked template is not evaluated: {shown} cannot be loaded offline",
            place,
            code="linked-template-not-loaded",
            hint="give it in mocks.linkedTemplates of the context",
        )
        return None
    if not isinstance(loaded.template, dict):
        raise TemplateFault("The linked template is not an object.", place, service="InvalidContentLink")
    arguments = _arguments(instance, properties, path)
    arguments |= _linked_arguments(instance, properties, path)
    return _frame(instance, loaded.template, (*place, "template"), arguments, address=loaded.address, link=link)


def _load(instance: Instance, address: str, shown: str, path: JsonPath) -> Loaded | None:
    engine = instance.frame.engine
    mocked = engine.context.mocks.linked_templates
    given = mocked.get(address.casefold(), mocked.get(address.partition("?")[0].casefold()))
    if given is not None:
        return Loaded(given, address)
    try:
        return engine.loader.load(address)
    except InputError as fault:
        message = f"Unable to download deployment content from '{shown}'"
        message += "." if shown == HIDDEN else f": {fault.message}"
        raise TemplateFault(message, path, code="linked-template", service="InvalidContentLink") from None


def _address(instance: Instance, link: Mapping[str, Value]) -> str | None:
    """Return where the linked template is; None when that is not known."""
    base = instance.frame.address
    relative, uri, id_ = (reveal(link.get(name)) for name in ("relativePath", "uri", "id"))
    if isinstance(id_, str):
        return id_
    if isinstance(relative, str):
        return instance.frame.engine.loader.relative(base, relative)
    if isinstance(uri, Unknown) and base:
        uri = _from_here(uri, instance.environment, base)
    return uri if isinstance(uri, str) else None


def _from_here(uri: Unknown, environment: Environment, base: str) -> Value:
    """Return *uri* when all that it lacks is the address of the template that it is written in, which is a file."""
    from pathlib import Path

    address = base if "://" in base else Path(base).resolve().as_uri()
    deployment: dict[str, Value] = {"properties": {"templateLink": {"uri": address}}}
    here = replace(environment, scope=replace(environment.scope, deployment=deployment), site=Site.ANYWHERE)
    try:
        found: Value = reveal(evaluate(uri.expression, here))
        return found
    except InputError:
        return uri


def _linked_arguments(instance: Instance, properties: Mapping[str, Json], path: JsonPath) -> dict[str, Cell[Value]]:
    """Return the parameters of a linked parameter file."""
    if "parametersLink" not in properties:
        return {}
    place = (*path, "parametersLink")
    link = walk(properties["parametersLink"], instance.environment, place)
    address = _address(instance, link) if isinstance(link, dict) else None
    loaded = _load(instance, address, "the linked parameters", place) if address else None
    parameters = loaded.template.get("parameters") if loaded and isinstance(loaded.template, dict) else None
    if not isinstance(parameters, dict):
        message = "the linked parameters cannot be loaded offline"
        instance.frame.engine.problems.note(message, place, code="linked-template-not-loaded")
        return {}
    return {name: known(argument_value(name, entry, place)) for name, entry in parameters.items()}  # type: ignore[arg-type]
