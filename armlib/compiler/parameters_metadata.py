"""Parameter metadata: what a module declares of its parameters, and what is wrong with how it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace

from armlib.compiler.parameters_check import (
    SPELLED_TYPES,
    Context,
    canonical_type,
    chain,
    check,
    description,
    did_you_mean,
    is_deploy_time,
    is_secure,
    resolve,
    type_names,
)
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, Severity, error, has_errors, warning
from armlib.jsontypes import Json, JsonObject, JsonPath, format_path
from armlib.template.types import is_secure_type

KEYWORDS = (
    "type",
    "defaultValue",
    "allowedValues",
    "minLength",
    "maxLength",
    "minValue",
    "maxValue",
    "pattern",
    "format",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "nullable",
    "description",
    "examples",
    "deprecated",
    "deployTime",
    "validate",
    "$ref",
    "metadata",
)
COMPUTED_DEFAULT = "computedDefault"  # set by the extraction, see parse_metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterMetadata:
    """One declared parameter.

    *specification* is its metadata as JSON, *definitions* the shared types that it may refer to. One that
    :func:`parse_metadata` found an error in is not *usable* for checks.
    """

    name: str
    specification: JsonObject
    definitions: Mapping[str, Json] = field(default_factory=dict)
    usable: bool = True

    @property
    def types(self) -> tuple[str, ...]:
        """The types as they are spelled, those of a shared type included; none means any."""
        links = chain(self.specification, self.definitions)
        return tuple(dict.fromkeys(str(name) for link in links for name in type_names(link)))

    @property
    def is_secret(self) -> bool:
        """Whether its value must never be shown."""
        return is_secure(self.specification, self.definitions)

    @property
    def holds_secret(self) -> bool:
        """Whether a part of its value, or all of it, must never be shown."""
        return any(is_secure_type(name) for spec in _inside(self.specification, self) for name in type_names(spec))

    @property
    def is_deploy_time(self) -> bool:
        """Whether it becomes a parameter of the template when its module is the root."""
        return is_deploy_time(self.specification, self.definitions)

    @property
    def has_default(self) -> bool:
        """Whether there is a default, computed or not."""
        return "defaultValue" in self.specification or self.is_computed

    @property
    def is_computed(self) -> bool:
        """Whether the default depends on other arguments, so that it is not known here."""
        return self.specification.get(COMPUTED_DEFAULT) is True

    @property
    def is_required(self) -> bool:
        """Whether it must be given to compile its module as the root."""
        return not (self.has_default or self.specification.get("nullable") is True or self.is_deploy_time)

    @property
    def takes_null(self) -> bool:
        """Whether null stands for "not given": the default is null, or may be."""
        return self.is_computed or self.specification.get("defaultValue", ...) is None

    @property
    def description(self) -> str | None:
        """What it is for."""
        return next(filter(None, map(description, chain(self.specification, self.definitions))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMetadata:
    """The parameters that a module declares, by name, and what is wrong with how it declares them."""

    parameters: Mapping[str, ParameterMetadata]
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_metadata(metadata: Json, definitions: Json = None) -> ParsedMetadata:
    """Return the parameters that a module declares.

    Args:
        metadata: The module's ``parameterMetadata`` as JSON, ``{NAME: specification}``. Whoever extracts it from
            Jsonnet leaves functions out, and writes ``"validate": true`` for a validator. A default that depends on
            other arguments, or that cannot be evaluated alone, is left out for ``"computedDefault": true``.
        definitions: The module's ``definitions``, ``{NAME: specification}``: what ``#/definitions/NAME`` leads to.

    Diagnostics have a path that starts with ``parameterMetadata``: errors ``bad-metadata``, ``unknown-type`` and
    ``unknown-definition``; warnings ``unknown-keyword`` and ``wrong-default``.
    """
    if metadata is None:
        return ParsedMetadata(parameters={})
    if not isinstance(metadata, dict):
        found = error(
            "bad-metadata", "parameterMetadata must be an object, {NAME: {type: …}}", path=("parameterMetadata",)
        )
        return ParsedMetadata(parameters={}, diagnostics=(found,))
    shared: JsonObject = definitions if isinstance(definitions, dict) else {}
    diagnostics: list[Diagnostic] = []
    for name, spec in shared.items():
        diagnostics += _check_specification(spec, ("definitions", name), shared)
    broken = has_errors(diagnostics)
    parameters = {}
    for name, spec in metadata.items():
        path = ("parameterMetadata", name)
        found_here = list(_check_specification(spec, path, shared))
        usable = not has_errors(found_here) and not (broken and _refers(spec))
        parameter = ParameterMetadata(
            name=name, specification=spec if isinstance(spec, dict) else {}, definitions=shared, usable=usable
        )
        diagnostics += found_here or _check_default(parameter, path)
        parameters[name] = parameter
    return ParsedMetadata(parameters=parameters, diagnostics=tuple(diagnostics))


def as_warnings(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return *diagnostics* with errors made warnings, for a module with a library of its own."""
    return tuple(
        replace(found, severity=Severity.WARNING) if found.severity is Severity.ERROR else found
        for found in diagnostics
    )


# What is wrong with metadata


def _check_specification(spec: Json, path: JsonPath, definitions: JsonObject) -> Iterator[Diagnostic]:
    if not isinstance(spec, dict):
        yield _bad(path, "must be an object such as {type: 'string'}")
        return
    for keyword, value in spec.items():
        if keyword == COMPUTED_DEFAULT or value is None:
            continue
        here = (*path, keyword)
        if keyword not in KEYWORDS and not keyword.startswith("x-"):
            hint = did_you_mean(keyword, KEYWORDS) or "it is not looked at; start the name with 'x-' if it is meant so"
            yield warning(
                "unknown-keyword", f"{format_path(path)}: there is no keyword '{keyword}'", hint=hint, path=here
            )
        else:
            yield from _check_keyword(keyword, value, here, definitions)
    yield from _check_bounds(spec, path)
    for keyword in ("items", "additionalProperties"):
        inner = spec.get(keyword)
        if isinstance(inner, dict):
            yield from _check_specification(inner, (*path, keyword), definitions)
    properties = spec.get("properties")
    if isinstance(properties, dict):
        for name, inner in properties.items():
            yield from _check_specification(inner, (*path, "properties", name), definitions)


def _check_keyword(keyword: str, value: Json, path: JsonPath, definitions: JsonObject) -> Iterator[Diagnostic]:
    if keyword == "type":
        yield from _check_types(value, path)
    elif keyword == "$ref":
        yield from _check_reference(value, path, definitions)
    elif keyword in ("minLength", "maxLength"):
        if not _is_integer(value) or (isinstance(value, int | float) and value < 0):
            yield _bad(path, "must be an integer of at least 0")
    elif keyword in ("minValue", "maxValue"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield _bad(path, "must be a number")
    elif keyword in ("pattern", "format"):
        yield from _check_text_keyword(keyword, value, path)
    elif keyword == "required":
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            hint = "a parameter without a defaultValue is required by itself" if isinstance(value, bool) else None
            yield _bad(path, "must be an array of the names of properties", hint)
    elif keyword == "additionalProperties":
        if not isinstance(value, bool | dict):
            yield _bad(path, "must be true, false or the metadata of the further properties")
    elif keyword in ("nullable", "deployTime") and not isinstance(value, bool):
        yield _bad(path, "must be true or false")
    elif keyword in ("allowedValues", "examples") and not isinstance(value, list):
        yield _bad(path, "must be an array")
    elif keyword in ("properties", "items", "metadata") and not isinstance(value, dict):
        yield _bad(path, "must be an object")


def _check_types(value: Json, path: JsonPath) -> Iterator[Diagnostic]:
    names = value if isinstance(value, list) else [value]
    if not names:
        yield _bad(path, "must name a type, or several")
    for name in names:
        if not isinstance(name, str):
            yield _bad(path, "must be the name of a type, or an array of names")
        elif canonical_type(name) is None:
            hint = did_you_mean(name, SPELLED_TYPES) or "the types are " + ", ".join(SPELLED_TYPES)
            yield error("unknown-type", f"{format_path(path)}: there is no type '{name}'", hint=hint, path=path)


def _check_reference(value: Json, path: JsonPath, definitions: JsonObject) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        yield from _check_specification(value, path, definitions)
        return
    target = resolve(value, definitions)
    if target is None:
        known = [f"#/definitions/{name}" for name in definitions]
        hint = (did_you_mean(value, known) if isinstance(value, str) else None) or (
            "a reference is '#/definitions/NAME', where NAME is a field of the module's definitions"
        )
        yield error("unknown-definition", f"{format_path(path)}: there is no definition {value}", hint=hint, path=path)
    elif any(link.get("$ref") == value for link in chain(target, definitions)):
        message = f"{format_path(path)}: the definition {value} is only itself"
        yield error("unknown-definition", message, path=path)


def _check_text_keyword(keyword: str, value: Json, path: JsonPath) -> Iterator[Diagnostic]:
    if not isinstance(value, str):
        yield _bad(path, "must be a text")
        return
    try:
        if keyword == "pattern":
            from armlib.jsonnet.regexes import compile_pattern

            compile_pattern(value)
        else:
            from armlib.jsonnet.formats import has_format

            has_format(value, "")
    except ValueError as fault:
        yield _bad(path, f"is wrong: {fault}")


def _check_bounds(spec: JsonObject, path: JsonPath) -> Iterator[Diagnostic]:
    for low, high in (("minLength", "maxLength"), ("minValue", "maxValue")):
        least, most = spec.get(low), spec.get(high)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield _bad((*path, low), f"is {least}, more than {high}, {most}: no value can be right")


def _check_default(parameter: ParameterMetadata, path: JsonPath) -> Iterator[Diagnostic]:
    default = parameter.specification.get("defaultValue")
    if default is None:
        return
    context = Context(definitions=parameter.definitions, root=False)
    for problem in check(parameter.specification, default, ("parameters", parameter.name), context):
        message = f"the default is wrong: {problem.message}"
        yield warning("wrong-default", message, hint=problem.hint, path=(*path, "defaultValue", *problem.path[2:]))


def _bad(path: JsonPath, text: str, hint: str | None = None) -> Diagnostic:
    return error("bad-metadata", f"{format_path(path)} {text}", hint=hint, path=path)


def _is_integer(value: Json) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _refers(spec: Json) -> bool:
    if isinstance(spec, dict):
        return isinstance(spec.get("$ref"), str) or any(map(_refers, spec.values()))
    return isinstance(spec, list) and any(map(_refers, spec))


def _inside(spec: JsonObject, parameter: ParameterMetadata) -> Iterator[JsonObject]:
    """Yield *spec* and every specification that a value of it may be checked by, each once."""
    waiting: list[Json] = [spec]
    seen: list[Json] = []
    while waiting:
        following = waiting.pop()
        if not isinstance(following, dict) or any(following is one for one in seen):
            continue
        seen.append(following)
        yield following
        properties = following.get("properties")
        waiting += [following.get("items"), following.get("additionalProperties")]
        waiting += properties.values() if isinstance(properties, dict) else ()
        waiting.append(resolve(following.get("$ref"), parameter.definitions))
