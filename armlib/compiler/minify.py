"""Making a template smaller without changing what it deploys.

Descriptions and comments go, and so does metadata that is empty then. Nested templates that repeat are put into one
deployment with a loop, where that is certain to mean the same: the deployments have a scope of their own and differ in
nothing but their names and the values of their parameters, which are all plain values.

A nested template is not shared in any other way: ``properties.template`` is documented as an object, and nothing public
says that an expression may stand in its place, so armlib does not rely on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from armlib.compiler.structure import DEPLOYMENTS, is_inner_scoped
from armlib.jsontypes import Json, JsonObject

_SMALLEST_SHARED = 200  # characters of JSON; below, the loop takes as much as it saves


def minified(template: JsonObject) -> JsonObject:
    """Return *template* without what only people read, and with repeated nested templates shared."""
    return _shared(_without_words(template))


def _without_words(template: JsonObject) -> JsonObject:
    found: JsonObject = {}
    for name, value in template.items():
        if name in ("parameters", "outputs", "definitions") and isinstance(value, dict):
            found[name] = {each: _described(body) for each, body in value.items()}
        elif name == "functions":
            found[name] = _described(value)
        elif name == "resources":
            found[name] = _resources(value)
        elif name == "metadata":
            metadata = _without_description(value)
            if metadata:
                found[name] = metadata
        else:
            found[name] = value
    return found


def _described(value: Json) -> Json:
    """Return a declaration without the descriptions in it, at any depth; values in it stay as they are."""
    if isinstance(value, list):
        return [_described(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: JsonObject = {}
    for name, item in value.items():
        if name == "metadata":
            metadata = _without_description(item)
            if metadata:
                found[name] = metadata
        elif name in ("defaultValue", "allowedValues", "value"):
            found[name] = item
        else:
            found[name] = _described(item)
    return found


def _without_description(metadata: Json) -> Json:
    if not isinstance(metadata, dict):
        return metadata
    return {name: value for name, value in metadata.items() if name != "description"}


def _resources(resources: Json) -> Json:
    if isinstance(resources, list):
        return [_resource(body) for body in resources]
    if isinstance(resources, dict):
        return {symbol: _resource(body) for symbol, body in resources.items()}
    return resources


def _resource(body: Json) -> Json:
    if not isinstance(body, dict):
        return body
    found = {name: value for name, value in body.items() if name != "comments"}
    if "metadata" in found:
        metadata = _without_description(found.pop("metadata"))
        if metadata:
            found["metadata"] = metadata
    if "resources" in found:
        found["resources"] = _resources(found["resources"])
    template = _nested(body)
    if template is not None:
        properties = found["properties"]
        assert isinstance(properties, dict)
        inner = _without_words(template)
        found["properties"] = {**properties, "template": _shared(inner) if is_inner_scoped(body) else inner}
    return found


def _nested(body: JsonObject) -> JsonObject | None:
    properties = body.get("properties")
    template = properties.get("template") if isinstance(properties, dict) else None
    is_deployment = str(body.get("type")).lower() == DEPLOYMENTS
    return template if is_deployment and isinstance(template, dict) else None


# Sharing


def _shared(template: JsonObject) -> JsonObject:
    """Return *template* with deployments that differ in name and parameters only put into loops."""
    resources = template.get("resources")
    if not isinstance(resources, list):
        return template  # symbolic names stand for one resource each
    groups: dict[str, list[int]] = {}
    for number, body in enumerate(resources):
        shape = _shape(body)
        if shape is not None:
            groups.setdefault(shape, []).append(number)
    loops = [members for members in groups.values() if len(members) > 1]
    if not loops:
        return template
    variables = template.get("variables")
    declared: JsonObject = dict(variables) if isinstance(variables, dict) else {}
    replaced: dict[int, Json] = {}
    dropped: set[int] = set()
    for members in loops:
        bodies = [resources[number] for number in members]
        name = _free_name(declared)
        declared[name] = [_difference(body) for body in bodies]
        replaced[members[0]] = _loop(bodies[0], name, len(members))
        dropped.update(members[1:])
    kept = [replaced.get(number, body) for number, body in enumerate(resources) if number not in dropped]
    return {**template, "variables": declared, "resources": kept}


def _shape(body: Json) -> str | None:
    """Return what deployments that can be looped over have in common; None for what cannot be."""
    if not isinstance(body, dict) or _nested(body) is None or not is_inner_scoped(body):
        return None
    if {"copy", "condition"} & body.keys() or not isinstance(body.get("name"), str):
        return None
    if not _has_plain_parameters(body):
        return None
    difference = _difference(body)
    if any(_is_open(text) for text in _texts(difference)):
        return None
    text = json.dumps(_with(body, "", {name: None for name in difference if name != "name"}), sort_keys=True)
    return text if len(text) >= _SMALLEST_SHARED else None


def _has_plain_parameters(body: JsonObject) -> bool:
    """Return whether each parameter is given as a value, and not as a reference to a secret."""
    properties = body["properties"]
    parameters = properties.get("parameters", {}) if isinstance(properties, dict) else None
    return isinstance(parameters, dict) and all(
        isinstance(given, dict) and given.keys() == {"value"} for given in parameters.values()
    )


def _difference(body: Json) -> JsonObject:
    """Return the name and the values of the parameters of a deployment."""
    assert isinstance(body, dict)
    properties = body["properties"]
    parameters = properties.get("parameters") if isinstance(properties, dict) else None
    values = {name: given["value"] for name, given in parameters.items()} if isinstance(parameters, dict) else {}  # type: ignore[index,call-overload]
    return {"name": body["name"], **{f"p_{name}": value for name, value in values.items()}}


def _is_open(text: str) -> bool:
    """Return whether *text* may need what a variable cannot have, such as the state of a resource or a loop's index."""
    return text.startswith("[") and not text.startswith("[[")


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _with(body: JsonObject, name: str, values: Mapping[str, Json]) -> JsonObject:
    properties = body["properties"]
    assert isinstance(properties, dict)
    given: JsonObject = {key.removeprefix("p_"): {"value": value} for key, value in values.items()}
    changed = {**properties, "parameters": given} if given else properties
    return {**body, "name": name, "properties": changed}


def _loop(body: Json, variable: str, count: int) -> JsonObject:
    """Return the deployment that stands for *count*, whose differences are in *variable*."""
    assert isinstance(body, dict)
    at = f"variables('{variable}')[copyIndex()]"
    values: dict[str, Json] = {key: f"[{at}.{key}]" for key in _difference(body) if key != "name"}
    return {**_with(body, f"[{at}.name]", values), "copy": {"name": variable, "count": count}}


def _free_name(variables: Mapping[str, Json]) -> str:
    taken = {name.lower() for name in variables}
    number = 1
    while f"deployments{number}" in taken:
        number += 1
    return f"deployments{number}"
