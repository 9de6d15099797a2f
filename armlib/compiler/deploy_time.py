"""Parameters that are left to the deployment: from a module's metadata to the ``parameters`` of the template."""

from __future__ import annotations

from collections.abc import Mapping

from armlib.compiler.parameters_check import chain
from armlib.compiler.parameters_metadata import ParameterMetadata
from armlib.diagnostics import Diagnostic, error
from armlib.expressions.parser import is_expression
from armlib.jsontypes import Json, JsonObject

_TYPES = {
    "string": "string",
    "resourceid": "string",
    "int": "int",
    "integer": "int",
    "number": "int",
    "bool": "bool",
    "boolean": "bool",
    "array": "array",
    "object": "object",
    "securestring": "securestring",
    "secureobject": "secureobject",
}
_CONSTRAINTS = ("allowedValues", "minLength", "maxLength", "minValue", "maxValue")


def parameter_section(parameters: Mapping[str, ParameterMetadata]) -> tuple[JsonObject, list[Diagnostic]]:
    """Return the ``parameters`` of a template for *parameters*, which a module declares.

    Types, lengths, ranges, allowed values and the description have a form in ARM; patterns, formats and validators have
    none and are checked by whoever calls the deployment. A secure parameter keeps no default but an empty text and an
    expression: anything else would be a secret in the template, and is an error that does not show it. One that may be
    null is ``nullable``, which asks for language version 2.0.
    """
    section: JsonObject = {}
    found: list[Diagnostic] = []
    for name, parameter in parameters.items():
        specification: JsonObject = {}
        for link in reversed(list(chain(parameter.specification, parameter.definitions))):
            specification |= link
        type_ = _arm_type(specification.get("type"))
        if type_ is None:
            found.append(_no_type(name, specification.get("type")))
            continue
        declared: JsonObject = {"type": type_}
        default = specification.get("defaultValue")
        if default is not None:
            if type_.startswith("secure") and not _is_harmless(default):
                found.append(_secret_default(name))
            declared["defaultValue"] = default
        elif _is_nullable(specification):
            declared["nullable"] = True
        declared |= {key: specification[key] for key in _CONSTRAINTS if specification.get(key) is not None}
        if parameter.description:
            declared["metadata"] = {"description": parameter.description}
        section[name] = declared
    return section, found


def _is_nullable(specification: JsonObject) -> bool:
    """Return whether the deployment may leave the parameter out: its default is null, or null is among its values."""
    type_ = specification.get("type")
    named = isinstance(type_, list) and any(str(name).casefold() == "null" for name in type_)
    return specification.get("nullable") is True or "defaultValue" in specification or named


def _arm_type(declared: Json) -> str | None:
    """Return the one ARM type of *declared*, a type or a list of them; None when there is none or more than one."""
    names = declared if isinstance(declared, list) else [declared]
    types = {_TYPES.get(str(name).casefold(), "") for name in names if str(name).casefold() != "null"}
    types = {type_ for type_ in types if type_.startswith("secure")} or types
    return types.pop() or None if len(types) == 1 else None


def _is_harmless(default: Json) -> bool:
    return default in ("", {}) or (isinstance(default, str) and is_expression(default))


def _no_type(name: str, declared: Json) -> Diagnostic:
    what = "no type" if declared is None else f"the type {declared}"
    return error(
        "parameter-type",
        f"the deploy-time parameter '{name}' has {what}, and ARM needs one type",
        hint="the types are string, int, bool, array, object, secureString and secureObject",
        path=("parameterMetadata", name, "type"),
    )


def _secret_default(name: str) -> Diagnostic:
    return error(
        "secret-default",
        f"the secure parameter '{name}' has a default value, which would stand in the template for all to read",
        hint="take the default out, or give '' or an expression such as [newGuid()]",
        path=("parameterMetadata", name, "defaultValue"),
    )
