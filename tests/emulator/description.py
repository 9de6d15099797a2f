"""The published description of the Resource Manager API, and whether an answer keeps to it.

What an operation may answer is in Swagger files; the newest shapes of the bodies are JSON Schemas made from the models
of the Python clients, which also say which members there are at all. Both lie beside the checkout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from jsonschema import Draft4Validator, Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FOLDER = Path(__file__).parents[3] / "shared" / "arm-api"
_SPECIFICATION = FOLDER / "specification" / "resources" / "resource-manager" / "Microsoft.Resources" / "stable"
_FILES = (
    _SPECIFICATION / "2024-07-01" / "resources.json",
    _SPECIFICATION / "2024-03-01" / "deploymentStacks.json",
    _SPECIFICATION / "2022-12-01" / "subscriptions.json",
)
_MODELS = ("deployments-2026-06-01", "deploymentstacks-2025-07-01", "resources-2025-04-01")
_MANY_SEGMENTS = ("scope", "resourceId", "parentResourcePath")
_RESOURCE = "(.+/)?providers/[^/]+(/[^/]+/[^/]+)+"  # an id without its first slash
_METHODS = ("get", "head", "put", "patch", "post", "delete")

_FORMATS = FormatChecker(formats=())
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,7})?S)?)?")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@_FORMATS.checks("date-time")
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or _TIME.fullmatch(value) is not None


@_FORMATS.checks("duration")
def _is_duration(value: object) -> bool:
    return not isinstance(value, str) or _DURATION.fullmatch(value) is not None


@_FORMATS.checks("uuid")
def _is_guid(value: object) -> bool:
    return not isinstance(value, str) or _GUID.fullmatch(value) is not None


def is_there() -> bool:
    """Return whether the description lies beside the checkout."""
    return all(path.is_file() for path in _FILES)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a method of a path may answer; *base* is the address that references in *responses* start from."""

    pattern: re.Pattern[str]
    path: str
    method: str
    responses: dict[str, Any]
    base: str


class Description:
    """Tells what is wrong with an answer."""

    def __init__(self) -> None:
        self._registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
        self._operations = sorted(_operations(), key=lambda one: (_vagueness(one.path), one.path))
        self._models = {
            name: (model, _closed(json.loads((FOLDER / "derived" / f"{model}.models.schema.json").read_text())))
            for model in _MODELS
            for name in json.loads((FOLDER / "derived" / f"{model}.models.schema.json").read_text())["definitions"]
        }

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request is, None when the description has none."""
        if "/operationresults/" in path.lower():
            return None  # what it answers is what the operation answers
        for one in self._operations:
            if one.method == method.lower() and one.pattern.fullmatch(path.rstrip("/")):
                return one
        return None

    def faults(self, method: str, path: str, status: int, content: bytes) -> list[str]:
        """Return what is wrong with an answer, in words; nothing when it keeps to the description."""
        one = self.operation(method, path)
        if one is None or method == "HEAD":
            return _faults_of_error(status, content)
        response = one.responses.get(str(status))
        if response is None:
            if status < 400 or "default" not in one.responses:
                return [f"status {status} is none of {', '.join(one.responses)}"]
            response = one.responses["default"]
        schema = response.get("schema")
        if schema is None:
            return [] if not content else [f"status {status} has no body, but there is one: {content[:80]!r}"]
        if not content:
            return [f"status {status} has a body, but there is none"]
        if status >= 400:
            return _faults_of_error(status, content)
        return [*self._by_swagger(schema, one.base, content), *self._by_models(schema, one.base, content)]

    def _by_swagger(self, schema: dict[str, Any], base: str, content: bytes) -> Iterator[str]:
        if "$ref" in schema:
            schema = {"$ref": urljoin(base, schema["$ref"])}
        validator = Draft4Validator(schema, registry=self._registry, format_checker=_FORMATS)
        yield from (_in_words(error) for error in validator.iter_errors(json.loads(content)))

    def _by_models(self, schema: dict[str, Any], base: str, content: bytes) -> Iterator[str]:
        """Yield what is wrong by the newest shape of the body; a list is looked at element by element."""
        name = schema.get("$ref", "").rpartition("/")[2]
        value = json.loads(content)
        values = [value]
        if name not in self._models and name:
            resolved = self._registry.resolver(base).lookup(urljoin(base, schema["$ref"])).contents
            elements = resolved.get("properties", {}).get("value", {}).get("items", {}).get("$ref", "")
            name, values = elements.rpartition("/")[2], value.get("value", [])
        if name not in self._models:
            return
        _, models = self._models[name]
        validator = Draft7Validator(models | {"$ref": f"#/definitions/{name}"}, format_checker=_FORMATS)
        for each in values:
            yield from (f"{name}: {_in_words(error)}" for error in validator.iter_errors(each))


def _operations() -> Iterator[Operation]:
    for file in _FILES:
        document = _document(file)
        for path, item in document["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield Operation(_pattern(path), path, method, item[method]["responses"], file.as_uri())


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path.rstrip("/"))
    text = ""
    for at, part in enumerate(parts):
        if at % 2 == 0:
            text += re.escape(part)
        else:
            text += _RESOURCE if part == "resourceId" else ".+" if part in _MANY_SEGMENTS else "[^/]+"
    return re.compile(text, re.IGNORECASE)


def _vagueness(path: str) -> tuple[int, int]:
    """Return what sorts paths: those that say most first."""
    vague = sum(f"{{{name}}}" in path for name in _MANY_SEGMENTS)
    return vague, -sum(not segment.startswith("{") for segment in path.split("/"))


@cache
def _document(file: Path) -> dict[str, Any]:
    """Return a Swagger file, with what is known to be wrong in it put right.

    Providers of deployments above resource groups have ``locations: [null]``; the values of a property change are any
    JSON; a stack can be ``succeededWithFailures``.
    """
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    definitions = document.get("definitions", {})
    if "ProviderResourceType" in definitions:
        definitions["ProviderResourceType"]["properties"]["locations"]["items"] = {}
    if "WhatIfPropertyChange" in definitions:
        change = definitions["WhatIfPropertyChange"]["properties"]
        change["before"], change["after"] = {}, {}
    for definition in definitions.values():
        state = definition.get("properties", {}).get("provisioningState", {})
        if "deploying" in state.get("enum", ()):
            state["enum"] = [*state["enum"], "succeededWithFailures", "running", "initializing"]
    return document


def _retrieve(uri: str) -> Resource[Any]:
    assert uri.startswith("file://"), uri
    return DRAFT4.create_resource(_document(Path(uri.removeprefix("file://"))))


def _closed(models: dict[str, Any]) -> dict[str, Any]:
    """Return *models* so that an object has no members but those that are declared."""
    for name, definition in models["definitions"].items():
        if name.startswith("GenericResource"):
            continue  # each service has members of its own
        if definition.get("properties") and "additionalProperties" not in definition and "allOf" not in definition:
            definition["additionalProperties"] = False
        if name == "DeploymentOperationProperties":
            definition["properties"]["trackingId"] = {"type": "string"}  # the service sends it, the client drops it
        locations = definition.get("properties", {}).get("locations")
        if locations:
            locations["items"] = {}
    return models


def _faults_of_error(status: int, content: bytes) -> list[str]:
    """Return what is wrong with the body of an error: its shape is the same everywhere."""
    if status < 400 or not content:
        return []
    try:
        value = json.loads(content)
    except ValueError:
        return [f"the body of status {status} is no JSON: {content[:80]!r}"]
    return [] if _is_error(value) else [f"the body of status {status} is no error: {content[:200]!r}"]


def _is_error(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"error"} and _is_detail(value["error"])


def _is_detail(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"code", "message", "target", "details", "additionalInfo"}
        and all(isinstance(value.get(name), str) and value[name] for name in ("code", "message"))
        and all(_is_detail(each) for each in value.get("details", ()))
        and all(set(each) == {"type", "info"} for each in value.get("additionalInfo", ()))
    )


def _in_words(error: ValidationError) -> str:
    place = "/".join(str(step) for step in error.absolute_path)
    return f"{place or 'the body'}: {error.message[:300]}"
