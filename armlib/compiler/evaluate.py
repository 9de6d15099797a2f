"""Sources -> documents: runs Jsonnet and gives each module's members as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from armlib.compiler.request import Argument, CompileRequest, Entry
from armlib.compiler.resolve import Source, Sources
from armlib.compiler.wrapper import FILE, PARAMETERS, Settings, document_program, inspect_program
from armlib.diagnostics import Diagnostic, Place, error, has_errors, nearest
from armlib.jsonnet.port import EvaluationError, Evaluator, Program, Read
from armlib.jsontypes import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTemplate:
    """A template that a deployment loads from *uri*."""

    uri: str
    template: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A module's members as it yields them; nothing in it has been checked.

    *metadata* is the module's ``parameterMetadata`` for the parameters that are left to deploy time. *is_arm* tells an
    ARM template in JSON from a Jsonnet module.
    """

    entry: Entry
    template: JsonObject
    is_arm: bool = False
    anchor: Json = None
    fields: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    deploy_time: Mapping[str, JsonObject] = field(default_factory=dict)
    linked: tuple[LinkedTemplate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What the modules of a request came to, in order."""

    modules: tuple[Document, ...]
    deploy_parameters: Mapping[str, Json] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What a module says of its parameters."""

    kind: str
    metadata: Json = None
    takes_arguments: bool = True
    is_library: bool = False


def evaluate(sources: Sources, request: CompileRequest, evaluator: Evaluator) -> Documents:
    """Return the documents of *sources*; what a module does wrong becomes diagnostics, and the others go on.

    Raises:
        StoppedError: A limit of time or memory was reached, or the user interrupted.
    """
    documents: list[Document] = []
    found: list[Diagnostic] = []
    reads: list[Read] = []
    deploy_parameters: dict[str, Json] = {}
    for source in sources.modules:
        run = _Run(source, request, evaluator)
        document = run.evaluate()
        if document is not None:
            documents.append(document)
        found += run.diagnostics
        reads += run.reads
        deploy_parameters |= run.deploy_parameters
    return Documents(
        modules=tuple(documents),
        deploy_parameters=deploy_parameters,
        diagnostics=tuple(found),
        reads=tuple(dict.fromkeys(reads)),
    )


class _Run:
    """The evaluation of one module: collects what it reads and what is wrong."""

    def __init__(self, source: Source, request: CompileRequest, evaluator: Evaluator) -> None:
        self._source = source
        self._evaluator = evaluator
        self._arguments = request.arguments
        self._settings = Settings(
            roots=request.roots,
            as_code=request.parameters_as_code,
            ext_str=request.ext_str,
            ext_code=request.ext_code,
            tla_str=request.tla_str,
            tla_code=request.tla_code,
        )
        self.diagnostics: list[Diagnostic] = []
        self.reads: list[Read] = list(source.reads)
        self.deploy_parameters: dict[str, Json] = {}

    def evaluate(self) -> Document | None:
        source = self._source
        if source.template is not None:
            return Document(entry=source.entry, template=source.template, is_arm=True)
        values = {name: given.value if given.text is None else given.text for name, given in self._arguments.items()}
        answer = self._answer(document_program(source.entry.path, self._settings, values))
        return None if answer is None else self._document(answer)

    def _answer(self, program: Program) -> JsonObject | None:
        try:
            evaluated = self._evaluator.evaluate(program)
        except EvaluationError as fault:
            self.reads += fault.reads
            self.diagnostics += map(_without_wrapper, fault.diagnostics)
            return None
        self.reads += evaluated.reads
        answer: JsonObject = json.loads(evaluated.text)
        return answer

    def _document(self, answer: JsonObject) -> Document | None:
        entry = self._source.entry
        kind = answer["kind"]
        if kind != "object":
            self.diagnostics.append(_not_an_object(entry, str(kind)))
            return None
        template = answer["template"]
        linked = answer.get("linked", [])
        fields = answer["fields"]
        assert isinstance(template, dict)
        assert isinstance(linked, list)
        assert isinstance(fields, list)
        return Document(
            entry=entry,
            template=template,
            anchor=answer.get("id"),
            fields=tuple(map(str, fields)),
            hidden=tuple(map(str, answer.get("hidden") or ())),  # type: ignore[arg-type]
            linked=tuple(_linked(item) for item in linked if isinstance(item, dict)),
        )


def _linked(item: JsonObject) -> LinkedTemplate:
    template = item.get("template")
    return LinkedTemplate(uri=str(item.get("uri")), template=template if isinstance(template, dict) else {})


def _not_an_object(entry: Entry, kind: str) -> Diagnostic:
    article = "an" if kind[0] in "aeiou" else "a"
    what = "null" if kind == "null" else f"{article} {kind}"
    hint = "a module is an object with the fields resources and outputs"
    if kind == "function":
        hint = "the function that a module is must give an object when it is called"
    return error(
        "not-an-object",
        f"{entry.path} evaluates to {what}, not an object",
        hint=hint,
        place=Place(file=str(entry.path)),
    )


def _without_wrapper(diagnostic: Diagnostic) -> Diagnostic:
    """Return *diagnostic* without the places of the program that the compiler put around the module."""
    frames = tuple(frame for frame in diagnostic.frames if not frame.place.file.endswith(FILE))
    place = diagnostic.place
    if place is not None and place.file.endswith(FILE):
        return replace(diagnostic, frames=frames, place=frames[0].place if frames else None, excerpt=None)
    return replace(diagnostic, frames=frames)
