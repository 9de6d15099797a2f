"""Sources -> documents: binds the arguments, runs Jsonnet, and gives each module's members as plain JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from armlib.compiler.bind import Bound, bind
from armlib.compiler.parameters_metadata import ParameterMetadata, as_warnings, parse_metadata
from armlib.compiler.request import Argument, CompileRequest, Entry
from armlib.compiler.resolve import Source, Sources, resolve_module
from armlib.compiler.wrapper import (
    FILE,
    PARAMETERS,
    Settings,
    by_field_program,
    document_program,
    inspect_program,
    inspect_with,
    refused_program,
    settings_of,
)
from armlib.dataclass import dataclass
from armlib.diagnostics import Diagnostic, Place, error, has_errors, warning
from armlib.errors import InputError
from armlib.expressions.parser import is_expression
from armlib.jsonnet.port import EvaluationError, Evaluator, Program, Read
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.template.jsonc import finite, refuse_constant

if TYPE_CHECKING:
    from armlib.compiler.trace import Trace

MODULE_TYPE = "armlib/modules"
_DEEPEST_MODULE = 32  # modules that name each other,
_MOST_MODULES = 2000  # and all of them: two that each of a level names are billions


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTemplate:
    """A template that a deployment loads from *uri*."""

    uri: str
    template: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A module's members as it yields them; nothing in it has been checked.

    *is_arm* tells an ARM template in JSON from a Jsonnet module. *fields* names all visible members, *hidden*
    those of members that it hides. *deploy_time* are the declared parameters that become the template's. *children*
    are the modules that resources of the type ``armlib/modules`` name, by the resource's key in ``resources``;
    *child_arguments* what such a child, if it is an ARM template, was given. *trace* tells where its objects were
    written; *tracing* is the program that gives it, when it was not asked for.
    """

    entry: Entry
    template: JsonObject
    is_arm: bool = False
    anchor: Json = None
    fields: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    deploy_time: Mapping[str, ParameterMetadata] = field(default_factory=dict)
    linked: tuple[LinkedTemplate, ...] = ()
    children: Mapping[str | int, Document] = field(default_factory=dict)
    child_arguments: Mapping[str, Json] = field(default_factory=dict)
    tracing: Program | None = None
    trace: Trace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What the modules of a request came to, in order, and the values for parameters that are left to deploy time."""

    modules: tuple[Document, ...]
    deploy_parameters: Mapping[str, Json] = field(default_factory=dict)
    references: Mapping[str, JsonObject] = field(default_factory=dict)
    secrets: Mapping[str, Json] = field(default_factory=dict, repr=False)
    diagnostics: tuple[Diagnostic, ...] = ()
    reads: tuple[Read, ...] = ()


def evaluate(sources: Sources, request: CompileRequest, evaluator: Evaluator) -> Documents:
    """Return the documents of *sources*; what a module does wrong becomes diagnostics, and the others go on.

    Raises:
        StoppedError: A limit of time or memory was reached, or the user interrupted.
    """
    arguments, settings = _arguments(request)
    unused = _unused(arguments, settings)
    runs = [_Run(source, settings, evaluator) for source in sources.modules]
    for run, given in zip(runs, _shared(runs, arguments), strict=True):
        run.evaluate(given)
    return Documents(
        modules=tuple(run.document for run in runs if run.document is not None),
        deploy_parameters=_merged(run.bound.deploy_parameters for run in runs),
        references=_merged(run.bound.references for run in runs),
        secrets=_merged(run.bound.secrets for run in runs),
        diagnostics=(*unused, *(diagnostic for run in runs for diagnostic in of_file(run.diagnostics, run.file))),
        reads=tuple(dict.fromkeys(read for run in runs for read in run.reads)),
    )


def of_file(diagnostics: Iterable[Diagnostic], file: str) -> Iterator[Diagnostic]:
    """Yield *diagnostics*; those of resources of the module *file* that have no place have that one."""
    for found in diagnostics:
        is_placed = found.place is not None or found.path[:1] != ("resources",)
        yield found if is_placed else replace(found, place=Place(file=file))


def _arguments(request: CompileRequest) -> tuple[Mapping[str, Argument], Settings]:
    """Return the arguments and the settings of a request.

    What is given as the external variable itself, ``--ext-str parameters=…``, are arguments like any others.
    """
    ext_str = dict(request.ext_str)
    arguments = dict(request.arguments)
    try:
        given = json.loads(ext_str.get(PARAMETERS, "null"), parse_constant=refuse_constant, parse_float=finite)
    except ValueError:
        given = None  # Jsonnet tells what is wrong with it
    if isinstance(given, dict):
        del ext_str[PARAMETERS]
        outside = {name: Argument(value=value, source="--ext-str parameters") for name, value in given.items()}
        arguments = outside | arguments
    return arguments, settings_of(request, ext_str)


def _unused(arguments: Mapping[str, Argument], settings: Settings) -> list[Diagnostic]:
    """Return a warning when the external variable is no JSON, or is set besides and the arguments reach no module."""
    if PARAMETERS in settings.ext_str:
        from armlib.compiler.external_parameters import not_json

        wrong = not_json(settings.ext_str[PARAMETERS])
        if wrong is not None:
            return [wrong]
    if not arguments or PARAMETERS not in {**settings.ext_str, **settings.ext_code}:
        return []
    message = f"the external variable '{PARAMETERS}' is set: the arguments {', '.join(arguments)} are not used"
    return [warning("unused-arguments", message, hint="give all of them in one way")]


_Value = TypeVar("_Value")


def _merged(parts: Iterable[Mapping[str, _Value]]) -> dict[str, _Value]:
    return {name: value for part in parts for name, value in part.items()}


def _shared(runs: list[_Run], arguments: Mapping[str, Argument]) -> list[dict[str, Argument]]:
    """Return the arguments of each module: those it declares, and those that no module declares, for the first to tell.

    A module that declares nothing takes whatever no other declares.
    """
    if len(runs) < 2 or not arguments:
        return [dict(arguments) for _ in runs]
    declared = [run.declared_names(arguments) for run in runs]
    known = {name for names in declared if names is not None for name in names}
    rest = {name: argument for name, argument in arguments.items() if name not in known}
    open_ = [number for number, names in enumerate(declared) if names is None]
    shares = []
    for number, names in enumerate(declared):
        own = {name: argument for name, argument in arguments.items() if names is not None and name in names}
        takes_rest = number in open_ or (not open_ and number == 0)
        shares.append(own | rest if takes_rest else own)
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What a module says of its parameters; *parameters* is None when it declares nothing.

    *own* are the names of the arguments that it gives itself, beside those from outside. A module *checks itself* when
    it is made with a library other than armlib's, which may do without some arguments and have types of its own.
    """

    kind: str
    takes_arguments: bool = True
    own: frozenset[str] = frozenset()
    is_library_module: bool = False
    checks_itself: bool = False
    parameters: Mapping[str, ParameterMetadata] | None = None
    template_parameters: Mapping[str, ParameterMetadata] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def deploy_time(self) -> dict[str, ParameterMetadata]:
        declared = self.parameters or {}
        return {name: parameter for name, parameter in declared.items() if parameter.is_deploy_time}


class _Run:
    """The evaluation of one module: collects what it reads and what is wrong."""

    def __init__(
        self,
        source: Source,
        settings: Settings,
        evaluator: Evaluator,
        place: JsonPath = (),
        around: tuple[tuple[Path, str], ...] = (),
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._source = source
        self._settings = settings
        self._evaluator = evaluator
        self._depth = len(around)
        self._place = place
        self._around = around  # the modules that name this one, each with its file and what this one is given
        self._numbers = numbers or itertools.count(1)
        self._facts: _Facts | None = None
        self._trace: Trace | None = None
        self._has_declared = True
        self.document: Document | None = None
        self.bound = Bound(injected={})
        self.diagnostics: list[Diagnostic] = []
        self.reads: list[Read] = list(source.reads)

    @property
    def file(self) -> str:
        return str(self._source.entry.path)

    def evaluate(self, arguments: Mapping[str, Argument]) -> None:
        """Evaluate the module with *arguments*; sets *document*, *bound* and *diagnostics*."""
        if self._source.template is not None:
            self.document = self._arm_document(self._source.template, arguments)
        else:
            self.document = self._jsonnet_document(arguments)
        if self.document is not None:
            self.document = self._with_children(self.document)

    def declared_names(self, arguments: Mapping[str, Argument]) -> set[str] | None:
        """Return the names of the parameters that the module declares; None when it takes any."""
        if self._source.template is not None:
            return set(_object(self._source.template, "parameters"))
        facts = self._inspected(arguments)
        if facts is None:
            return set()
        if facts.parameters is None and not facts.template_parameters:
            return None
        return {*(facts.parameters or ()), *facts.template_parameters}

    # An ARM template

    def _arm_document(self, template: JsonObject, arguments: Mapping[str, Argument]) -> Document:
        entry = self._source.entry
        parameters = _template_parameters(_object(template, "parameters"), _object(template, "definitions"))
        self._take(bind(arguments, parameters))
        anchor = None
        if "$schema" not in template:  # a plain object, which says no more than that it is a module
            anchor = template.get("id")
            template = {name: value for name, value in template.items() if name != "id"}
        if self._depth:
            given = {**self.bound.deploy_parameters, **self.bound.secrets}
            return Document(entry=entry, template=template, is_arm=True, anchor=anchor, child_arguments=given)
        return Document(entry=entry, template=_with_defaults(template, self.bound), is_arm=True, anchor=anchor)

    # A Jsonnet module

    def _jsonnet_document(self, arguments: Mapping[str, Argument]) -> Document | None:
        facts = None
        if arguments or self._depth:
            facts = self._inspected(arguments)
            if facts is None or not self._bind(facts, arguments):
                return None
        answer, failures = self._document_answer()
        if facts is None:
            facts = self._facts_after(answer)
            if not self._has_declared:
                self.diagnostics += as_warnings(failures)
                answer, failures = self._document_answer()
            elif facts is not None and self._needs_injection(facts):
                self._take(bind({}, facts.parameters, lenient=True))
                answer, failures = self._document_answer()
        if answer is None or facts is None:
            self.diagnostics += self._failed(facts, arguments, failures)
            return None
        return self._document(answer, facts)

    def _document_answer(self) -> tuple[JsonObject | None, tuple[Diagnostic, ...]]:
        """Return the document, or what is wrong with it.

        Modules that place templates elsewhere are few, so these are asked for when the document has such a deployment.
        """
        answer, failures = self._evaluated()
        if answer is not None and _places_templates(_object(answer, "template").get("resources")):
            return self._evaluated(with_linked=True)
        return answer, failures

    def _evaluated(self, *, with_linked: bool = False) -> tuple[JsonObject | None, tuple[Diagnostic, ...]]:
        if self._settings.is_traced:
            from armlib.compiler.trace import evaluate_traced

            program = self._document_program(is_traced=True, with_linked=with_linked)
            try:
                answer, self._trace = evaluate_traced(program, self._evaluator)
            except EvaluationError:
                pass  # the places are those of another text; the evaluation below tells the right ones
            else:
                self.reads += self._trace.reads if self._trace else ()
                return answer, ()
        return self._answer(self._document_program(with_linked=with_linked))

    def _document_program(self, *, is_traced: bool = False, with_linked: bool) -> Program:
        return document_program(
            self._source.entry.path,
            self._settings,
            self.bound.injected,
            is_child=self._depth > 0,
            is_traced=is_traced,
            with_linked=with_linked,
            has_declared=self._has_declared,
        )

    def _needs_injection(self, facts: _Facts) -> bool:
        """Return whether the module must be told of its deploy-time parameters, which the base library knows itself."""
        return facts.takes_arguments and not facts.is_library_module and bool(facts.deploy_time)

    def _inspected(self, arguments: Mapping[str, Argument]) -> _Facts | None:
        """Return what the module declares; None when it cannot be evaluated, which is then reported."""
        if self._facts is None:
            answer, failures = self._declared(arguments)
            if answer is None:
                self.diagnostics += failures
                return None
            self._facts = _facts(answer, as_code=self._settings.as_code)
            self.diagnostics += as_warnings(failures)
        return self._facts

    def _declared(self, arguments: Mapping[str, Argument]) -> tuple[JsonObject | None, tuple[Diagnostic, ...]]:
        """Return what the module declares, or what is wrong with it.

        One that fails for arguments that stand for unknown values is asked in other ways. When it is not made with
        armlib's library, and what fails is its ``parameterMetadata``, it counts as one that declares nothing.
        """
        program = inspect_program(self._source.entry.path, self._settings, arguments)
        try:
            return self._answer_of(program), ()
        except EvaluationError as fault:
            failures = self._told(fault)
            reads = fault.reads
        from armlib.compiler.declared import guesses, speaks_of_secrets, without_assertions

        evaluated = without_assertions(program, self._evaluator, reads)
        if evaluated is not None:
            return json.loads(evaluated.text), ()
        if speaks_of_secrets(program, reads):
            return None, failures
        found: list[tuple[Diagnostic, ...]] = []
        for values in guesses(bind(arguments, None).injected):
            answer, failures = self._answer(inspect_with(self._source.entry.path, self._settings, values))
            if answer is not None:
                return answer, ()
            answer, _ = self._answer(inspect_with(self._source.entry.path, self._settings, values, has_declared=False))
            if answer is not None and answer.get("isLibraryModule") is not True:
                self._has_declared = False
                return answer, failures
            found.append(failures)
        return None, found[0]

    def _bind(self, facts: _Facts, arguments: Mapping[str, Argument]) -> bool:
        """Bind *arguments*; return whether they are right."""
        if not facts.takes_arguments and self._depth == 0:
            path = self._source.entry.path
            message = f"{path} sets its parameters itself: the arguments {', '.join(arguments)} are not used"
            self.diagnostics.append(warning("unused-arguments", message))
            return True
        of_template = {name: argument for name, argument in arguments.items() if name in facts.template_parameters}
        others = {name: argument for name, argument in arguments.items() if name not in of_template}
        declared = facts.parameters
        if declared is None and facts.template_parameters:
            declared = {}
        lenient = facts.checks_itself
        bound = bind(others, declared if facts.kind == "object" else None, own=facts.own, lenient=lenient)
        if self._depth:
            bound = self._as_child(bound, declared or {}, lenient)
        if of_template:
            bound = _joined(bound, bind(of_template, facts.template_parameters))
        self.diagnostics += as_warnings(facts.diagnostics) if facts.checks_itself else facts.diagnostics
        self._take(bound)
        if not has_errors(bound.diagnostics):
            return True
        if facts.is_library_module:
            self._take(replace(bound, diagnostics=tuple(self._refused(bound))))
        return False

    def _refused(self, bound: Bound) -> Iterator[Diagnostic]:
        """Yield what the validators of the module refuse, beside all else that is wrong with its arguments."""
        answer, _ = self._answer(refused_program(self._source.entry.path, self._settings, bound.injected))
        for found in _list(answer, "refused"):
            if isinstance(found, dict):
                path = tuple(step for step in _list(found, "path") if isinstance(step, str | int))
                hint = found.get("hint")
                yield error(
                    str(found["code"]), str(found["message"]), hint=hint if isinstance(hint, str) else None, path=path
                )

    def _as_child(self, bound: Bound, declared: Mapping[str, ParameterMetadata], lenient: bool) -> Bound:
        """Return *bound* for a module inside a template, whose deploy-time parameters the template gives."""
        found = list(bound.diagnostics)
        given = {**bound.deploy_parameters, **bound.secrets}
        for name, parameter in declared.items():
            value = given.get(name)
            if not parameter.is_deploy_time:
                continue
            if name not in given and not lenient and not parameter.has_default:
                message = f"parameter '{name}': it is missing"
                found.append(error("missing-parameter", message, path=("parameters", name)))
            elif name in bound.secrets and not (isinstance(value, str) and is_expression(value)):
                found.append(_secret_in_template(name))
        left_out = {name for name, parameter in declared.items() if parameter.is_deploy_time and name not in given}
        injected = {name: value for name, value in bound.injected.items() if name not in left_out}
        return Bound(injected={**injected, **given}, diagnostics=tuple(found))

    def _facts_after(self, answer: JsonObject | None) -> _Facts | None:
        """Return what the module declares, from its document or, where that failed, by asking for it alone."""
        if answer is None:
            answer, _ = self._declared({})
        return None if answer is None else _facts(answer, as_code=self._settings.as_code)

    def _failed(
        self, facts: _Facts | None, arguments: Mapping[str, Argument], failures: tuple[Diagnostic, ...]
    ) -> tuple[Diagnostic, ...]:
        """Return what is told of a module that failed: what the arguments lack, if it may have failed for that."""
        if facts is None or facts.parameters is None or not facts.takes_arguments:
            return failures if facts is None else self._in_fields(facts, failures)
        missing = bind(arguments, facts.parameters, own=facts.own).diagnostics
        return (
            (*failures, *as_warnings(missing)) if facts.checks_itself else missing or self._in_fields(facts, failures)
        )

    def _in_fields(self, facts: _Facts, failures: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """Return *failures* with the fields of the module that they are in, where only the library's frames tell."""
        if not facts.is_library_module or facts.kind != "object":
            return failures
        from armlib.compiler.failing_field import in_field

        program = by_field_program(self._source.entry.path, self._settings, self.bound.injected)
        return in_field(failures, self.file, program, self._evaluator)

    def _take(self, bound: Bound) -> None:
        """Take *bound*; what is wrong with the arguments of a child is in the ``properties`` of its resource."""
        self.bound = bound
        self.diagnostics += (
            replace(found, path=(*self._place, "properties" if self._depth else found.path[0], *found.path[1:]))
            if found.path[:1] == ("parameters",)
            else replace(found, path=(*self._place, *found.path))
            for found in bound.diagnostics
        )

    def _answer(self, program: Program) -> tuple[JsonObject | None, tuple[Diagnostic, ...]]:
        """Return what *program* comes to, or what is wrong with it."""
        try:
            return self._answer_of(program), ()
        except EvaluationError as fault:
            return None, self._told(fault)

    def _told(self, fault: EvaluationError) -> tuple[Diagnostic, ...]:
        """Return what is wrong, with no place of the program around the module; without a place it is the entry."""
        path = self._source.entry.path
        told = tuple(_of_entry(_of_module(found), path) for found in fault.outside(FILE))
        if not any(found.code == "type-error" for found in told):
            return told
        from armlib.compiler.external_parameters import with_hint

        as_code = self._settings.as_code or PARAMETERS in self._settings.ext_code
        return tuple(with_hint(found, fault.reads, as_code=as_code) for found in told)

    def _answer_of(self, program: Program) -> JsonObject:
        try:
            evaluated = self._evaluator.evaluate(program)
        except EvaluationError as fault:
            self.reads += fault.reads
            raise
        self.reads += evaluated.reads
        answer: JsonObject = json.loads(evaluated.text)
        return answer

    def _document(self, answer: JsonObject, facts: _Facts) -> Document | None:
        entry = self._source.entry
        kind = str(answer["kind"])
        if kind != "object":
            self.diagnostics.append(_not_an_object(entry, kind))
            return None
        if not self._facts:
            self.diagnostics += as_warnings(facts.diagnostics) if facts.checks_itself else facts.diagnostics
        deploy_time = facts.deploy_time if facts.takes_arguments and not self._depth else {}
        given = {**self.bound.deploy_parameters, **self.bound.secrets}
        document = Document(
            entry=entry,
            template=_object(answer, "template"),
            child_arguments=given if self._depth else {},
            anchor=answer.get("id"),
            fields=_texts(answer.get("fields")),
            hidden=_texts(answer.get("hidden")),
            deploy_time=deploy_time,
            linked=_linked(answer.get("linked")),
            tracing=self._document_program(is_traced=True, with_linked="linked" in answer),
            trace=self._trace,
        )
        if facts.template_parameters and not self._depth:
            document = replace(document, template=_with_defaults(document.template, self.bound))
        return document

    # Modules that the template names

    def _with_children(self, document: Document) -> Document:
        resources = document.template.get("resources")
        items: Iterable[tuple[str | int, Json]] = (
            resources.items()
            if isinstance(resources, dict)
            else enumerate(resources if isinstance(resources, list) else ())
        )
        children = {}
        for key, resource in items:
            if isinstance(resource, dict) and str(resource.get("type")).casefold() == MODULE_TYPE:
                child = self._child(resource, (*self._place, "resources", key))
                if child is not None:
                    children[key] = child
        return replace(document, children=children) if children else document

    def _child(self, resource: JsonObject, place: JsonPath) -> Document | None:
        properties = _object(resource, "properties")
        reference = properties.get("module")
        if not isinstance(reference, str) or is_expression(reference):
            message = "a resource of the type armlib/modules needs properties.module, the path of a module"
            self.diagnostics.append(error("missing-member", message, path=(*place, "properties")))
            return None
        given = {name: value for name, value in properties.items() if name != "module"}
        step = (self._source.entry.path, json.dumps([reference, given], sort_keys=True))
        number = next(self._numbers)
        if self._depth >= _DEEPEST_MODULE or step in self._around or number >= _MOST_MODULES:
            if number <= _MOST_MODULES:
                message = f"the modules name each other in a circle: {self._source.entry.path} names {reference}"
                self.diagnostics.append(error("module-cycle", message, path=place))
            return None
        try:
            source = resolve_module(reference, self._source.entry.path, self._settings.roots, str(resource.get("name")))
        except InputError as fault:
            self.diagnostics += (replace(found, path=(*place, "properties", "module")) for found in fault.diagnostics)
            return None
        settings = Settings(
            roots=self._settings.roots,
            as_code=self._settings.as_code,
            ext_str=self._settings.ext_str,
            is_traced=self._settings.is_traced,
        )
        run = _Run(source, settings, self._evaluator, place, (*self._around, step), self._numbers)
        run.evaluate({name: Argument(value=value) for name, value in given.items()})
        self.diagnostics += run.diagnostics
        self.reads += run.reads
        return run.document


def _facts(answer: JsonObject, *, as_code: bool) -> _Facts:
    """Return the facts in *answer*; who takes parameters *as_code* and not armlib's library has rules of its own."""
    metadata, definitions = answer.get("parameterMetadata"), answer.get("definitions")
    parsed = parse_metadata(metadata, definitions) if "parameterMetadata" in answer else None
    is_library_module = answer.get("isLibraryModule") is True
    checks_itself = answer.get("checksItself") is True or (as_code and not is_library_module)
    return _Facts(
        kind=str(answer["kind"]),
        takes_arguments=answer.get("takesArguments") is not False,
        own=frozenset(_texts(answer.get("ownArguments"))),
        is_library_module=is_library_module,
        checks_itself=checks_itself,
        parameters=parsed.parameters if parsed and (isinstance(metadata, dict) or not checks_itself) else None,
        template_parameters=_template_parameters(_object(answer, "templateParameters"), _object(answer, "definitions")),
        diagnostics=parsed.diagnostics if parsed else (),
    )


def _template_parameters(section: JsonObject, definitions: JsonObject) -> Mapping[str, ParameterMetadata]:
    """Return the parameters of an ARM template as declared parameters, all of them left to deploy time."""
    specifications: JsonObject = {
        name: {**declared, "deployTime": True} for name, declared in section.items() if isinstance(declared, dict)
    }
    return parse_metadata(specifications, definitions).parameters if specifications else {}


def _with_defaults(template: JsonObject, bound: Bound) -> JsonObject:
    """Return an ARM template whose parameters have the given values as their defaults.

    So a deployment needs no other values, and can still be given some. A secret is never put into the template.
    """
    if not bound.deploy_parameters:
        return template
    section = dict(_object(template, "parameters"))
    for name, value in bound.deploy_parameters.items():
        declared = section.get(name)
        if isinstance(declared, dict):
            section[name] = {**declared, "defaultValue": value}
    return {**template, "parameters": section}


def _joined(one: Bound, other: Bound) -> Bound:
    """Return *one*, of the arguments of a module, and *other*, of the parameters of the template that it makes.

    A module may look at these too, as it does where plain Jsonnet evaluates it; at a secret it may not.
    """
    return Bound(
        injected={**one.injected, **other.deploy_parameters},
        deploy_parameters={**one.deploy_parameters, **other.deploy_parameters},
        references={**one.references, **other.references},
        secrets={**one.secrets, **other.secrets},
        diagnostics=(*one.diagnostics, *other.diagnostics),
    )


def _places_templates(resources: Json) -> bool:
    """Return whether *resources*, or those of a template nested in them, may load templates from elsewhere."""
    items = resources.values() if isinstance(resources, dict) else resources if isinstance(resources, list) else ()
    for resource in items:
        properties = resource.get("properties") if isinstance(resource, dict) else None
        if not isinstance(properties, dict):
            continue
        if "templateLink" in properties:
            return True
        if "template" in properties and _places_templates(_object(properties, "template").get("resources")):
            return True
    return False


def _linked(items: Json) -> tuple[LinkedTemplate, ...]:
    return tuple(
        LinkedTemplate(uri=str(item.get("uri")), template=_object(item, "template"))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    )


def _secret_in_template(name: str) -> Diagnostic:
    return error(
        "secret-in-template",
        f"parameter '{name}': the secret stands in the template for all to read",
        hint="declare a secureString parameter in the template and pass it on: [parameters('…')]",
        path=("parameters", name),
    )


def _not_an_object(entry: Entry, kind: str) -> Diagnostic:
    article = "an" if kind[0] in "aeiou" else "a"
    what = "null" if kind == "null" else f"{article} {kind}"
    hint = "a module is an object with the fields resources and outputs"
    if kind == "function":
        hint = "the function that a module is must give an object when it is called"
    message = f"{entry.path} evaluates to {what}, not an object"
    return error("not-an-object", message, hint=hint, place=Place(file=str(entry.path)))


def _of_entry(diagnostic: Diagnostic, path: Path) -> Diagnostic:
    """Return *diagnostic* with the place of the entry at *path* where it has none and is about the entry."""
    if diagnostic.code == "infinite-recursion" and diagnostic.place is None:
        return replace(diagnostic, place=Place(file=str(path)))
    if diagnostic.code in ("missing-argument", "unknown-argument"):
        from armlib.compiler.function_entry import of_entry

        return of_entry(diagnostic, path)
    return diagnostic


def _of_module(diagnostic: Diagnostic) -> Diagnostic:
    """Return *diagnostic* with a path in the module instead of one in the answer of the program around it."""
    if diagnostic.path[:1] == ("template",):
        return replace(diagnostic, path=diagnostic.path[1:])
    if diagnostic.path == ("ownArguments",):
        return replace(diagnostic, path=("parameters",))
    if diagnostic.code == "assertion" and diagnostic.path == ("parameterMetadata",):
        return replace(diagnostic, path=())  # of the module, whatever was asked of it first
    return diagnostic


def _object(owner: Mapping[str, Json], name: str) -> JsonObject:
    value = owner.get(name)
    return value if isinstance(value, dict) else {}


def _list(owner: Mapping[str, Json] | None, name: str) -> list[Json]:
    value = (owner or {}).get(name)
    return value if isinstance(value, list) else []


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
