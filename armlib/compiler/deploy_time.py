"""Parameters that are left to the deployment: from a module's metadata to the ``parameters`` of the template."""

from __future__ import annotations

from collections.abc import Mapping

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


def parameter_section(specifications: Mapping[str, JsonObject]) -> tuple[JsonObject, list[Diagnostic]]:
    """Return the ``parameters`` of a template for *specifications*, entries of a module's ``parameterMetadata``.

    Types, lengths, ranges, allowed values and the description have a form in ARM; patterns, formats and validators have
    none and are checked by whoever calls the deployment. A secure parameter keeps no default but an empty text and an
    expression: anything else would be a secret in the template, and is an error that does not show it.
    """
    section: JsonObject = {}
    found: list[Diagnostic] = []
    for name, specification in specifications.items():
        type_ = _arm_type(specification.get("type"))
        if type_ is None:
            found.append(_no_type(name, specification.get("type")))
            continue
        parameter: JsonObject = {"type": type_}
        default = specification.get("defaultValue")
        if default is not None:
            if type_.startswith("secure") and not _is_harmless(default):
                found.append(_secret_default(name))
            parameter["defaultValue"] = default
        parameter |= {key: specification[key] for key in _CONSTRAINTS if specification.get(key) is not None}
        description = _description(specification)
        if description:
            parameter["metadata"] = {"description": description}
        section[name] = parameter
    return section, found


def _arm_type(declared: Json) -> str | None:
    """Return the one ARM type of *declared*, a type or a list of them; None when there is none or more than one."""
    names = declared if isinstance(declared, list) else [declared]
    types = {_TYPES.get(str(name).casefold()) for name in names if str(name).casefold() != "null"}
    secure = {type_ for type_ in types if type_ and type_.startswith("secure")}
    if secure:
        types = secure
    return types.pop() if len(types) == 1 else None


def _is_harmless(default: Json) -> bool:
    return default in ("", {}) or (isinstance(default, str) and is_expression(default))


def _description(specification: JsonObject) -> str | None:
    metadata = specification.get("metadata")
    text = specification.get("description") or (metadata.get("description") if isinstance(metadata, dict) else None)
    return text if isinstance(text, str) else None


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
