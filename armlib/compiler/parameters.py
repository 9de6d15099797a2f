"""Where arguments come from: the environment, files, the command line; and the parameters file for the deployment.

Layers, each over the one before: ``ARMLIB_PARAMETERS`` (a JSON object), ``ARMLIB_PARAM_NAME`` (one text each), files in
their order, assignments in theirs. Objects merge at any depth; anything else is replaced, null included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from armlib.compiler.bind import ENVIRONMENT_PREFIX, merge
from armlib.compiler.parameters_files import (
    Evaluate,
    ParametersError,
    parse_json_text,
    read_arguments,
    read_object,
    read_text,
)
from armlib.compiler.request import Argument
from armlib.diagnostics import Diagnostic, Place, Severity, error
from armlib.errors import ArmlibError
from armlib.jsontypes import Json, JsonObject

ENVIRONMENT_OBJECT = "ARMLIB_PARAMETERS"
ARM_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
_FORMS = "the forms are NAME=VALUE, NAME:=JSON and NAME=@FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The arguments by name, the files that were read for them, and what is wrong with where they come from."""

    arguments: Mapping[str, Argument]
    files: tuple[Path, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersFile:
    """An ARM parameters file, and notes on what was left out of it."""

    content: JsonObject
    diagnostics: tuple[Diagnostic, ...] = ()


def gather(
    assignments: Sequence[str] = (),
    files: Sequence[Path] = (),
    environment: Mapping[str, str] | None = None,
    evaluate: Evaluate | None = None,
) -> Gathered:
    """Return the arguments of all sources in one.

    Args:
        assignments: ``NAME=VALUE``, which the declared type reads; ``NAME:=JSON``; ``NAME=@FILE``, the text of a file
            without its last line break, which the declared type reads. ``NAME=@@VALUE`` is the text ``@VALUE``.
        files: See :func:`~armlib.compiler.parameters_files.read_arguments`.
        environment: The variables of the process; those that do not concern parameters are not looked at.
        evaluate: Gives the value of a Jsonnet file.
    """
    read: list[Path] = []
    found: list[Diagnostic] = []
    layers: list[Mapping[str, Argument]] = []
    try:
        layers += from_environment(environment or {})
    except ArmlibError as fault:
        found += fault.diagnostics
    for path in files:
        read.append(path)
        try:
            layers.append(read_arguments(path, evaluate))
        except ArmlibError as fault:
            found += fault.diagnostics
    for text in assignments:
        try:
            name, argument, file = parse_assignment(text)
        except ArmlibError as fault:
            found += fault.diagnostics
            continue
        layers.append({name: argument})
        read += [file] if file else []
    return Gathered(arguments=layered(layers), files=tuple(read), diagnostics=tuple(found))


def layered(layers: Iterable[Mapping[str, Argument]]) -> dict[str, Argument]:
    """Return *layers* in one, each laid over the one before."""
    arguments: dict[str, Argument] = {}
    for layer in layers:
        for name, argument in layer.items():
            arguments[name] = _laid_over(arguments.get(name), argument)
    return arguments


def _laid_over(below: Argument | None, above: Argument) -> Argument:
    if below is None or below.reference is not None or above.reference is not None:
        return above
    if above.text is not None:
        return replace(above, below=below)
    if not isinstance(above.value, dict):
        return above
    if below.text is not None:
        return replace(above, below=below)
    if not isinstance(below.value, dict):
        return above
    sources = dict.fromkeys([*below.source.split(", "), above.source])
    return replace(above, value=merge(below.value, above.value), source=", ".join(sources), below=below.below)


def from_environment(environment: Mapping[str, str]) -> list[dict[str, Argument]]:
    """Return the layers that environment variables hold.

    ``ARMLIB_PARAMETERS`` is a JSON object. The rest of the name of an ``ARMLIB_PARAM_…`` is a parameter's, where case
    and underscores may differ, and its text is read by the declared type; one that no parameter answers to is ignored.

    Raises:
        ParametersError: ``ARMLIB_PARAMETERS`` is not a JSON object.
    """
    layers = []
    if environment.get(ENVIRONMENT_OBJECT, "").strip():
        try:
            values = read_object(environment[ENVIRONMENT_OBJECT], ENVIRONMENT_OBJECT)
        except ParametersError as fault:
            raise ParametersError([replace(one, excerpt=None) for one in fault.diagnostics]) from None
        layers.append({name: Argument(value=value, source=ENVIRONMENT_OBJECT) for name, value in values.items()})
    layers.append(
        {
            variable.removeprefix(ENVIRONMENT_PREFIX): Argument(text=text, source=variable)
            for variable, text in sorted(environment.items())
            if variable.startswith(ENVIRONMENT_PREFIX) and variable != ENVIRONMENT_PREFIX
        }
    )
    return layers


def parse_assignment(text: str) -> tuple[str, Argument, Path | None]:
    """Return the name and the value that an assignment makes, and the file that it was read from.

    Raises:
        ParametersError: It is none of the forms (``bad-assignment``), or its JSON or its file is wrong.
    """
    name, equals, value = text.partition("=")
    is_json = name.endswith(":")
    name = name.removesuffix(":").strip()
    if not equals or not name:
        raise ParametersError([_bad_assignment(name if equals else text)])
    if is_json:
        return name, Argument(value=_parse_json(name, value), source="-p"), None
    if value.startswith("@@") or not value.startswith("@"):
        return name, Argument(text=value[1:] if value.startswith("@@") else value, source="-p"), None
    path = Path(value[1:])
    content = read_text(path)
    return name, Argument(text=content.removesuffix("\n").removesuffix("\r"), source=str(path)), path


def _bad_assignment(text: str) -> Diagnostic:
    shown = text.encode("utf-8", "backslashreplace").decode()
    if not shown:
        return error("bad-assignment", "an assignment to a parameter has no name", hint=_FORMS)
    # It may be a secret whose name was forgotten.
    what = f"'{shown}'" if shown.isidentifier() and len(shown) <= 40 else f"a text of {len(text)} characters"
    return error("bad-assignment", f"{what} is not an assignment to a parameter", hint=_FORMS)


def _parse_json(name: str, text: str) -> Json:
    try:
        return parse_json_text(text, "-p")
    except ParametersError as fault:
        (found,) = fault.diagnostics
        place = found.place or Place(file="-p")
        message = f"parameter '{name}': what follows ':=' is not JSON, at column {place.column or 1}"
        hint = f"'{name}=…' takes a text as it is"
        if found.code == "duplicate-key":
            message, hint = f"parameter '{name}': an object of the JSON has a key twice", ""
        wrong = error(found.code, message, hint=hint or None, path=("parameters", name))
        raise ParametersError([wrong]) from None


def parameters_file(
    template: JsonObject, deploy_parameters: Mapping[str, Json], arguments: Mapping[str, Argument]
) -> ParametersFile:
    """Return the ARM parameters file to deploy *template* with.

    Args:
        template: The compiled template, which declares the deploy-time parameters.
        deploy_parameters: The values given for those of them that are not secret.
        arguments: What was given; a reference to a key vault is written as it is.

    A secret given as a value is left out, with a note: it must be given to the deployment itself.
    """
    declared = template.get("parameters")
    entries: JsonObject = {}
    notes = []
    for name in declared if isinstance(declared, dict) else ():
        argument = arguments.get(name)
        if argument is not None and argument.reference is not None:
            entries[name] = {"reference": argument.reference}
        elif name in deploy_parameters:
            entries[name] = {"value": deploy_parameters[name]}
        elif argument is not None:
            notes.append(_left_out(name))
    content: JsonObject = {"$schema": ARM_SCHEMA, "contentVersion": "1.0.0.0", "parameters": entries}
    return ParametersFile(content=content, diagnostics=tuple(notes))


def _left_out(name: str) -> Diagnostic:
    return Diagnostic(
        code="secret-left-out",
        severity=Severity.NOTE,
        message=f"the value of the secret parameter '{name}' is not written to the parameters file",
        hint="give it when deploying, or refer to a key vault in an ARM parameters file",
        path=("parameters", name),
    )
