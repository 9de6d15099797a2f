"""Arguments and declared parameters -> what is given to Jsonnet, and what is left for the deployment.

The arguments of the root module are checked here, so that one run tells everything that is wrong with them before
anything is evaluated. The check is a walk over the value by the rules of :mod:`armlib.compiler.parameters_check`:
importing jsonschema takes most of the time that a small compilation may, and a schema knows neither ARM expressions nor
secrets. A property test shows that the walk agrees with jsonschema, given the schema that ``armlib describe`` prints.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field

from armlib.compiler.parameters_check import (
    Context,
    Problem,
    all_types,
    canonical_type,
    chain,
    check,
    missing_parameter,
    type_names,
    unknown_parameter,
)
from armlib.compiler.parameters_metadata import ParameterMetadata
from armlib.compiler.request import Argument
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, error, warning
from armlib.jsontypes import Json, JsonObject, JsonPath, format_path

ENVIRONMENT_PREFIX = "ARMLIB_PARAM_"
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_NUMBER = 400  # digits; far more than any number that a double can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The arguments of a root module, bound to its parameters.

    *injected* is what Jsonnet gets: a deploy-time parameter, given or not, is ``[parameters('NAME')]`` there. The
    values given for deploy-time parameters are in *deploy_parameters*, the secret ones in *secrets* instead, and
    references to a key vault, ``{"keyVault": {"id": …}, "secretName": …}``, in *references*.
    """

    injected: JsonObject
    deploy_parameters: Mapping[str, Json] = field(default_factory=dict)
    references: Mapping[str, JsonObject] = field(default_factory=dict)
    secrets: Mapping[str, Json] = field(default_factory=dict, repr=False)
    diagnostics: tuple[Diagnostic, ...] = ()


def bind(
    arguments: Mapping[str, Argument],
    parameters: Mapping[str, ParameterMetadata] | None,
    *,
    own: Collection[str] = (),
    lenient: bool = False,
) -> Bound:
    """Return *arguments* bound to the *parameters* that a module declares.

    Args:
        arguments: The values by name. A text that is still to be read is read by the declared types, in their order;
            when none of them reads it, or none is declared, it stays a text.
        parameters: From :func:`~armlib.compiler.parameters_metadata.parse_metadata`; None when the module declares
            nothing, so that every argument is taken as it is.
        own: The names of what the module gives itself, which is never missing.
        lenient: The module checks its arguments with a library of its own, which may do without some of them: a missing
            argument is not reported, and a type that armlib does not know takes anything.
    """
    if parameters is None:
        return _unchecked(arguments)
    given = _known_names(arguments, parameters)
    values = {name: _value(argument, parameters.get(name)) for name, argument in given.items()}
    binding = _Binding(parameters, given, values, own, lenient)
    deploy_time = {name: parameter for name, parameter in parameters.items() if parameter.is_deploy_time}
    at_compile_time = {
        name: _with_ids(parameters[name], value) if name in parameters else value
        for name, value in values.items()
        if name not in deploy_time and given[name].reference is None
    }
    at_deploy_time = {
        name: value for name, value in values.items() if name in deploy_time and given[name].reference is None
    }
    return Bound(
        injected=at_compile_time | {name: reference_to(name) for name in deploy_time},
        deploy_parameters={name: value for name, value in at_deploy_time.items() if not deploy_time[name].holds_secret},
        references={
            name: argument.reference
            for name, argument in given.items()
            if name in deploy_time and argument.reference is not None
        },
        secrets={name: value for name, value in at_deploy_time.items() if deploy_time[name].holds_secret},
        diagnostics=tuple(binding.diagnostics()),
    )


def reference_to(name: str) -> str:
    """Return the ARM expression that stands for the template's parameter *name*."""
    return "[parameters('" + name.replace("'", "''") + "')]"


class _Binding:
    """Says what is wrong with the arguments, in the order that the base library says it."""

    def __init__(
        self,
        parameters: Mapping[str, ParameterMetadata],
        given: Mapping[str, Argument],
        values: Mapping[str, Json],
        own: Collection[str],
        lenient: bool,
    ) -> None:
        self._parameters = parameters
        self._given = given
        self._values = values
        self._own = own
        self._lenient = lenient

    def diagnostics(self) -> Iterator[Diagnostic]:
        for name in sorted(self._given.keys() - self._parameters.keys()):
            yield self._diagnostic(unknown_parameter(name, self._parameters), self._given[name])
        for name, parameter in sorted(self._parameters.items()):
            if name in self._given:
                yield from self._of_argument(parameter, self._given[name])
            elif parameter.is_required and name not in self._own and not self._lenient:
                yield self._diagnostic(missing_parameter(name, parameter.specification))

    def _of_argument(self, parameter: ParameterMetadata, argument: Argument) -> Iterator[Diagnostic]:
        path: JsonPath = ("parameters", parameter.name)
        if argument.reference is not None:
            yield from _check_vault_reference(parameter, path)
            return
        value = self._values[parameter.name]
        secret = parameter.is_secret
        yield from _check_characters(value, path)
        if not parameter.is_deploy_time:
            yield from _check_exactness(value, path)
        if parameter.usable and not (value is None and parameter.takes_null):
            context = Context(definitions=parameter.definitions, root=not parameter.is_deploy_time)
            for problem in check(parameter.specification, value, path, context, secret=secret):
                if not (self._lenient and problem.code == "unknown-type"):
                    yield self._diagnostic(problem, argument)
        deprecated = parameter.specification.get("deprecated")
        if deprecated not in (None, False):
            hint = deprecated if isinstance(deprecated, str) else None
            yield warning("deprecated-parameter", f"parameter '{parameter.name}' is deprecated", hint=hint, path=path)

    @staticmethod
    def _diagnostic(problem: Problem, argument: Argument | None = None) -> Diagnostic:
        source = "" if argument is None or argument.source in ("", "-p") else f" (from {argument.source})"
        return error(problem.code, problem.message + source, hint=problem.hint, path=problem.path)


def _unchecked(arguments: Mapping[str, Argument]) -> Bound:
    values = {name: _value(argument, None) for name, argument in arguments.items()}
    found: list[Diagnostic] = []
    for name, value in values.items():
        path: JsonPath = ("parameters", name)
        if arguments[name].reference is not None:
            found += _check_vault_reference(None, path)
        found += _check_characters(value, path)
        found += _check_exactness(value, path)
    return Bound(injected=values, diagnostics=tuple(found))


# Names and values


def _known_names(arguments: Mapping[str, Argument], parameters: Mapping[str, ParameterMetadata]) -> dict[str, Argument]:
    """Return *arguments* with the spelling of environment variables forgiven, ``SQL_PASSWORD`` for ``sqlPassword``.

    A variable that no parameter answers to is left out: the environment may be meant for several modules.
    """
    by_folded: dict[str, list[str]] = {}
    for name in parameters:
        by_folded.setdefault(_folded(name), []).append(name)
    known: dict[str, Argument] = {}
    for name, argument in arguments.items():
        if name in parameters or not argument.source.startswith(ENVIRONMENT_PREFIX):
            known[name] = argument
            continue
        candidates = by_folded.get(_folded(name), [])
        if len(candidates) == 1 and candidates[0] not in arguments:
            known[candidates[0]] = argument
    return known


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _value(argument: Argument, parameter: ParameterMetadata | None) -> Json:
    """Return the value of *argument*, read by the types of *parameter* and laid over what was given before it."""
    value = argument.value if argument.text is None else _read(argument.text, parameter)
    if argument.below is not None and isinstance(value, dict):
        return merge(_value(argument.below, parameter), value)
    return value


def merge(below: Json, above: Json) -> Json:
    """Return *above* laid over *below*: objects merge at any depth, anything else is replaced."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {name: merge(below[name], value) if name in below else value for name, value in above.items()}


def _read(text: str, parameter: ParameterMetadata | None) -> Json:
    if parameter is None:
        return text
    for name in all_types(parameter.specification, parameter.definitions):
        read, value = _read_as(name, text)
        if read:
            return value
    return text


def _read_as(name: str | None, text: str) -> tuple[bool, Json]:
    """Return whether *text* is a value of the type *name*, and the value."""
    if name in ("string", "any", None):
        return True, text
    bare = text.strip()
    if name == "null":
        return bare == "null", None
    if name == "boolean":
        return bare.lower() in ("true", "false"), bare.lower() == "true"
    if name == "integer" and _INTEGER.fullmatch(bare) and len(bare) < _LONGEST_NUMBER:
        return True, int(bare)
    if name == "number" and _NUMBER.fullmatch(bare) and len(bare) < _LONGEST_NUMBER:
        number = float(bare)
        return abs(number) != float("inf"), int(bare) if _INTEGER.fullmatch(bare) else number
    if name == "resourceId" and not bare.startswith("{"):
        return text.startswith("/"), text
    if name in ("array", "object", "resourceId"):
        value = _read_document(bare)
        return isinstance(value, list if name == "array" else dict), value
    return False, None


def _read_document(text: str) -> Json:
    """Return the value of a JSON text, or of a YAML text of several lines, which come from files; None if neither."""
    from armlib.template.jsonc import JsonSyntaxError, parse_json

    try:
        return parse_json(text, "")
    except JsonSyntaxError:
        if "\n" not in text:
            return None
    from armlib.jsonnet.documents import parse_yaml

    try:
        return parse_yaml(text)
    except ValueError:
        return None


def _with_ids(parameter: ParameterMetadata, value: Json) -> Json:
    if not isinstance(value, dict | list):
        return value
    return _ids_taken(parameter.specification, value, parameter.definitions)


def _ids_taken(spec: Json, value: Json, definitions: Mapping[str, Json]) -> Json:
    """Return *value* with the id of a resource in place of the resource, where *spec* takes a ``resourceId``."""
    if not isinstance(spec, dict):
        return value
    for link in chain(spec, definitions):
        takes_id = any(canonical_type(name) == "resourceId" for name in type_names(link))
        if takes_id and isinstance(value, dict) and "id" in value:
            return value["id"]
        if isinstance(value, list):
            value = [_ids_taken(link.get("items"), item, definitions) for item in value]
        elif isinstance(value, dict):
            properties, extra = link.get("properties"), link.get("additionalProperties")
            declared = properties if isinstance(properties, dict) else {}
            value = {name: _ids_taken(declared.get(name, extra), inner, definitions) for name, inner in value.items()}
    return value


# What Jsonnet cannot hold


def _check_vault_reference(parameter: ParameterMetadata | None, path: JsonPath) -> Iterator[Diagnostic]:
    if parameter is None or not parameter.is_deploy_time:
        yield error(
            "reference-when-compiling",
            f"parameter '{path[-1]}': a reference to a key vault is known only when deploying",
            hint="declare the parameter as secureString, or with deployTime: true",
            path=path,
        )


def _check_characters(value: Json, path: JsonPath) -> Iterator[Diagnostic]:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            yield error("not-unicode", f"parameter '{format_path(path[1:])}': the text is not valid Unicode", path=path)
    else:
        for key, inner in _steps(value):
            yield from _check_characters(inner, (*path, key))


def _check_exactness(value: Json, path: JsonPath) -> Iterator[Diagnostic]:
    """Yield an error for each integer that Jsonnet, whose numbers are doubles, would change without a word."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not _is_exact(value):
            text = str(value) if value.bit_length() < 200 else f"an integer of {value.bit_length()} bits"
            yield error(
                "inexact-number",
                f"parameter '{format_path(path[1:])}': {text} cannot be held exactly by a number of Jsonnet",
                hint="give it as a text, or declare the parameter with deployTime: true",
                path=path,
            )
    elif not isinstance(value, str | float):
        for key, inner in _steps(value):
            yield from _check_exactness(inner, (*path, key))


def _is_exact(value: int) -> bool:
    try:
        return int(float(value)) == value
    except OverflowError:
        return False


def _steps(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
