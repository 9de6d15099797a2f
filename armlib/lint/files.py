"""JSON files and Jsonnet sources as subjects: what kind of file it is, what lies beside it, and what is found in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from armlib.diagnostics import Place
from armlib.errors import InputError
from armlib.files import read_file
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.lint.check import Checker, Result, check, check_suppressions, in_order
from armlib.lint.document import Document
from armlib.lint.reading import template_subject
from armlib.lint.rule import Stage
from armlib.lint.subject import (
    FormSubject,
    ParametersSubject,
    SourceSubject,
    Surroundings,
)
from armlib.lint.suppression import Line, Suppression, in_json_comments, in_jsonnet_comments, in_metadata
from armlib.lint.walk import member
from armlib.template.jsonc import JsonSyntaxError, parse_json

_MAIN: Final = ("azuredeploy", "maintemplate", "main", "template")
_TEMPLATES: Final = ("azuredeploy.json", "maintemplate.json", "main.json", "template.json")
_ENDINGS: Final = (".parameters", ".param", ".parameter", "-parameters", "_parameters")
_TEMPLATE_STAGES: Final = (Stage.TEMPLATE, Stage.RESOURCES)


class Kind(StrEnum):
    """What a JSON file is."""

    TEMPLATE = "template"
    PARAMETERS = "parameters"
    FORM = "form"


def kind_of(value: Json, path: Path) -> Kind:
    """Return what the JSON file *path* that holds *value* is: by its schema, else by its name."""
    schema = str(member(value, "$schema") or "").lower()
    name = path.name.lower()
    if "createuidefinition" in schema or "uiformdefinition" in schema or name == "createuidefinition.json":
        return Kind.FORM
    if "deploymentparameters" in schema or (
        path.stem.lower().endswith(_ENDINGS) and "deploymenttemplate" not in schema
    ):
        return Kind.PARAMETERS
    return Kind.TEMPLATE


def lint_json(
    path: Path,
    text: str,
    using: Checker,
    around: Surroundings | None = None,
    *,
    arguments: Mapping[str, Json] | None = None,
) -> Result:
    """Return what the rules find in the JSON file *path*, which holds *text*.

    Raises:
        JsonSyntaxError: The text is not JSON.
        InputError: It holds no object.
    """
    value = parse_json(text, str(path))
    if not isinstance(value, dict):
        raise InputError(f"{path} is no template: it does not hold an object", code="not-an-object")
    document = Document(text, str(path))
    around = around or Surroundings()
    kind = kind_of(value, path)
    stages: tuple[Stage, ...] = _TEMPLATE_STAGES
    subject: Any
    if kind is Kind.PARAMETERS:
        stages, subject = (Stage.PARAMETERS,), ParametersSubject(value, _template_of(path), around)
    elif kind is Kind.FORM:
        stages, subject = (Stage.FORM,), FormSubject(value, _template_beside(path), around)
    else:
        is_main = path.stem.lower() in _MAIN or path.stem.lower().endswith(".azuredeploy")
        subject = template_subject(value, around, arguments=arguments, is_main=is_main)
    return _checked(subject, stages, using, document, [*in_json_comments(document), *in_metadata(value)])


def lint_template(
    template: JsonObject,
    using: Checker,
    around: Surroundings | None = None,
    *,
    sources: Mapping[str, str] | None = None,
    file: str = "",
    arguments: Mapping[str, Json] | None = None,
    places: Callable[[JsonPath], Iterable[Place]] | None = None,
    linked: Mapping[str, JsonObject] | None = None,
) -> Result:
    """Return what the rules find in a template that was compiled from the Jsonnet module *file*.

    The fixes are those of the template, by its paths: where that is written is for others to tell.

    Args:
        template: The template.
        using: Which rules.
        around: What surrounds it.
        sources: The text of *file* and of the project's files that it imports, by path: they are looked at, too, and a
            suppression before the first line of *file* covers the template.
        file: The entry.
        arguments: Values of the template's own parameters.
        places: Where what is at a path of the template was written: suppressions there are heeded, too.
        linked: The templates that it links, by address; what is found there has paths from ``linkedTemplates``.
    """
    around = around or Surroundings()

    def lines(path: JsonPath) -> set[Line]:
        written = places(path) if places is not None else ()
        return {(file, 0), *(line for place in written for line in ((place.file, place.line), (place.file, 0)))}

    documents = {name: Document(text, name) for name, text in (sources or {}).items()}
    comments = {name: in_jsonnet_comments(document) for name, document in documents.items()}
    in_sources = [each for found in comments.values() for each in found]
    own = [*in_metadata(template), *in_sources]
    subject = template_subject(template, around, arguments=arguments, from_module=True)
    results = [check(subject, _TEMPLATE_STAGES, using, document=None, suppressions=own, file=file, lines=lines)]
    for uri, inner in (linked or {}).items():
        about = [*in_metadata(inner), *in_sources]
        results.append(_in_linked(inner, uri, using, around, about, file, lines))
    stages = (*_TEMPLATE_STAGES, Stage.SOURCE)
    results.append(check_suppressions(in_metadata_of(own), stages, using, document=None, file=file))
    for name, document in documents.items():
        results.append(lint_source(document, using, around, comments[name], is_entry=name == file))
        results.append(check_suppressions(comments[name], stages, using, document=document))
    return replace(joined(results), fixes=results[0].fixes)


def _in_linked(
    template: JsonObject,
    uri: str,
    using: Checker,
    around: Surroundings,
    suppressions: list[Suppression],
    file: str,
    lines: Callable[[JsonPath], Collection[Line]],
) -> Result:
    """Return what the rules find in a linked template, with paths that begin in the template around it."""
    above: JsonPath = ("linkedTemplates", uri)
    found = check(
        template_subject(template, around, from_module=True),
        _TEMPLATE_STAGES,
        using,
        document=None,
        suppressions=suppressions,
        file=file,
        lines=lambda path: lines((*above, *path)),
    )
    return Result(diagnostics=tuple(replace(each, path=(*above, *each.path)) for each in found.diagnostics))


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonSyntaxError(f"{path} is not UTF-8 text", code="not-utf-8") from error


def in_metadata_of(suppressions: list[Suppression]) -> list[Suppression]:
    """Return those of *suppressions* that stand in the metadata of a template."""
    return [each for each in suppressions if each.line is None]


def lint_source(
    document: Document, using: Checker, around: Surroundings, suppressions: list[Suppression], *, is_entry: bool = True
) -> Result:
    """Return what the rules about sources find in a Jsonnet text."""
    pins = _pins(Path(document.file).parent) if is_entry else {}
    subject = SourceSubject(text=document.text, file=document.file, is_entry=is_entry, pins=pins, around=around)
    return check(subject, (Stage.SOURCE,), using, document=document, suppressions=suppressions)


def joined(results: list[Result]) -> Result:
    """Return several results as one; the fixes are those of none, for they belong to single files."""
    return Result(diagnostics=in_order(each for result in results for each in result.diagnostics))


def _checked(
    subject: Any, stages: tuple[Stage, ...], using: Checker, document: Document, suppressions: list[Suppression]
) -> Result:
    found = check(subject, stages, using, document=document, suppressions=suppressions)
    about = check_suppressions(suppressions, stages, using, document=document)
    return Result(diagnostics=in_order((*found.diagnostics, *about.diagnostics)), fixes=found.fixes)


def _template_of(path: Path) -> JsonObject | None:
    """Return the template that the parameters file *path* is for, by its name or as the only main one beside it."""
    stem = path.stem
    for ending in _ENDINGS:
        if stem.lower().endswith(ending):
            found = _read(path.with_name(stem[: -len(ending)] + ".json"))
            if found is not None:
                return found
    return _template_beside(path)


def _template_beside(path: Path) -> JsonObject | None:
    try:
        beside = sorted(each for each in path.parent.iterdir() if each.name.lower() in _TEMPLATES)
    except OSError:
        return None
    return _read(beside[0]) if beside else None


def _read(path: Path) -> JsonObject | None:
    try:
        value = parse_json(path.read_bytes(), str(path))
    except (OSError, InputError):
        return None
    return value if isinstance(value, dict) else None


def _pins(folder: Path) -> dict[str, str]:
    """Return what the project of *folder* depends on by jsonnetfile.json: the address, and the version asked for."""
    for each in (folder, *folder.parents):
        file = each / "jsonnetfile.json"
        if file.is_file() and not (each / "jsonnetfile.lock.json").is_file():
            return _pinned(file)
        if file.is_file() or (each / "armlib.toml").is_file():
            return {}
    return {}


def _pinned(file: Path) -> dict[str, str]:
    try:
        listed = member(json.loads(file.read_text(encoding="utf-8")), "dependencies")
    except (OSError, ValueError):
        return {}
    found: dict[str, str] = {}
    for each in listed if isinstance(listed, list) else ():
        remote = member(member(member(each, "source"), "git"), "remote")
        if isinstance(remote, str):
            found[remote] = str(member(each, "version") or "")
    return found
