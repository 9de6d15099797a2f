"""Target -> description: asks a module what it takes and gives, without values for its parameters.

A module may compute anything from its arguments, and fail without them. So it is asked bit by bit, the arguments that
it must have stand for values that are not known yet, assertions that fail are left out, and so is what cannot be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.build.compilation import entries_of, roots_of
from armlib.compiler.resolve import resolve_entry
from armlib.config import Settings, Target
from armlib.diagnostics import Diagnostic, error
from armlib.errors import DiagnosticsError
from armlib.jsonnet.port import EvaluationError, Evaluator, Program
from armlib.jsontypes import Json, JsonObject

if TYPE_CHECKING:
    from armlib.compiler.describe import ModuleDescription

_FILE = "<describe>"  # the name of the programs in places

# What JSON can hold of a value.
_PLAIN = """
local plain(value) =
  if std.isArray(value) then [plain(item) for item in value if !std.isFunction(item)]
  else if std.isObject(value) then
    { [name]: plain(value[name]) for name in std.objectFieldsAll(value) if !std.isFunction(value[name]) }
  else value;
"""
# With no arguments to look at, a default that needs some fails.
_ALONE = "local alone = entry + { arguments:: error 'computed', parameters:: error 'computed' };\n"
_OUTPUT = """
local told(output) =
  local has(value, name) = std.isObject(value) && name in value && std.isString(value[name]);
  {
    [if has(output, 'type') then 'type']: output.type,
    [if has(std.get(output, 'metadata'), 'description') then 'description']: output.metadata.description,
  };
"""


def describe_target(target: Target, settings: Settings, evaluator: Evaluator) -> ModuleDescription:
    """Return what the module of *target* takes and gives.

    Raises:
        InputError: It cannot be read, or cannot say what its parameters are.
    """
    from armlib.compiler.describe import parse_description
    from armlib.compiler.parameters_metadata import as_warnings

    entry = entries_of(target.entries)[0]
    source = resolve_entry(entry)
    if source.template is not None:
        return describe_template(entry.alias, source.template)
    facts = _Questions(target, settings, evaluator, entry.path).facts()
    module = parse_description(entry.alias, facts)
    if target.parameters_as_code and facts.get("isLibraryModule") is not True:
        return replace(module, diagnostics=as_warnings(module.diagnostics))
    return module


def describe_template(alias: str, template: JsonObject) -> ModuleDescription:
    """Return what the ARM template *template*, called *alias*, takes and gives."""
    from armlib.compiler.describe import parse_description

    return parse_description(alias, _template_facts(template))


class _Questions:
    """The questions to one Jsonnet module."""

    def __init__(self, target: Target, settings: Settings, evaluator: Evaluator, path: Path) -> None:
        self._target = target
        self._roots = roots_of(target, settings)
        self._evaluator = evaluator
        self._path = path

    def facts(self) -> JsonObject:
        """Return what the module says of itself, as ``parse_description`` takes it."""
        try:
            facts = self._ask("{ kind: std.type(entry) } + if std.isObject(entry) then " + _INSPECTED + " else {}", {})
        except EvaluationError as fault:
            raise EvaluationError(tuple(map(_of_module, fault.outside(_FILE))), fault.reads) from fault
        if facts["kind"] not in ("object", "function"):
            message = (
                f"a module must be an object or a function, not {_ARTICLES.get(str(facts['kind']), facts['kind'])}"
            )
            raise DiagnosticsError([error("not-an-object", f"{self._path}: {message}")])
        if facts["kind"] == "function":
            return {**facts, "metadata": _parameters_of(self._path)}
        metadata = facts.get("metadata")
        own = self._own()
        required = []
        if isinstance(metadata, dict):
            self._add_defaults(metadata)
            needed = [name for name, spec in metadata.items() if isinstance(spec, dict) and not _has_default(spec)]
            required = [name for name in needed if name not in own]
        unknown: JsonObject = {name: f"[parameters('{name}')]" for name in required}
        return {**facts, "own": own, **self._given(unknown)}

    def _own(self) -> list[Json]:
        """Return the names of the arguments that the module gives itself: ``parameters+:: { name: 'x' }``."""
        names = "if std.isObject(entry.parameters) then std.objectFieldsAll(entry.parameters) else []"
        found = self._answers("", {"names": f"if 'parameters' in entry then {names} else []"}, {}).get("names")
        return found if isinstance(found, list) else []

    def _add_defaults(self, metadata: Mapping[str, Json]) -> None:
        """Put the defaults that are constant into *metadata*; the others are computed."""
        specs = {name: spec for name, spec in metadata.items() if isinstance(spec, dict) and spec.pop("hasDefault", 0)}
        questions = {name: f"plain(alone.parameterMetadata[{json.dumps(name)}].defaultValue)" for name in specs}
        found = self._answers(_PLAIN + _ALONE, questions, None)
        for name, spec in specs.items():
            if name in found:
                spec["defaultValue"] = found[name]
            else:
                spec["computedDefault"] = True

    def _given(self, unknown: JsonObject) -> JsonObject:
        """Return what the module says when it has arguments: outputs, dependencies, actions, what it is for."""
        questions = {
            "dependencies": "plain(std.get(entry, 'dependencies', {}))",
            "actions": "plain(std.get(entry, 'actions', {}))",
            "description": "std.get(entry, 'description', std.get(std.get(entry, 'metadata', {}), 'description'))",
            "outputs": "std.mapWithKey(function(name, output) told(output), std.get(entry, 'outputs', {}))",
        }
        found = {"dependencies": {}, "actions": {}, **self._answers(_PLAIN + _OUTPUT, questions, unknown)}
        if not isinstance(found.get("description"), str):
            found.pop("description", None)
        if not isinstance(found.get("outputs"), dict):
            found["outputs"] = self._outputs(unknown)
        return found

    def _outputs(self, unknown: JsonObject) -> JsonObject:
        """Return what each of the outputs says, for not all of them can."""
        names = self._answers("", {"names": "std.objectFields(entry.outputs)"}, unknown).get("names")
        texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        questions = {name: f"told(entry.outputs[{json.dumps(name)}])" for name in texts}
        return {**{name: {} for name in texts}, **self._answers(_OUTPUT, questions, unknown)}

    def _answers(self, start: str, questions: Mapping[str, str], arguments: JsonObject | None) -> JsonObject:
        """Return the answers to those of *questions*, by name, that have one; *start* goes before them.

        They are asked together, since the engine reads the module anew each time; only where one has no answer in
        halves.
        """
        if not questions:
            return {}
        asked = ", ".join(f"{json.dumps(name)}: {question}" for name, question in questions.items())
        try:
            return self._ask(f"{start}{{ {asked} }}", arguments)
        except EvaluationError:
            names = [*questions]
            middle = len(names) // 2
            halves = [names[:middle], names[middle:]] if middle else []
            parts = [self._answers(start, {name: questions[name] for name in half}, arguments) for half in halves]
            return {name: answer for part in parts for name, answer in part.items()}

    def _ask(self, question: str, arguments: JsonObject | None) -> JsonObject:
        """Return the answer to *question*, a Jsonnet expression; with *arguments* None, to look at them is an error."""
        given = "error 'computed'" if arguments is None else self._parameters(arguments)
        program = Program(
            source=f"local entry = import {json.dumps('./' + self._path.name)};\n{question}",
            file=str(self._path.parent / _FILE),
            roots=self._roots,
            ext_str=self._target.ext_str,
            ext_code={**self._target.ext_code, "parameters": given},
        )
        try:
            evaluated = self._evaluator.evaluate(program)
        except EvaluationError as fault:
            from armlib.compiler.declared import without_assertions

            weaker = without_assertions(program, self._evaluator, fault.reads)
            if weaker is None:
                raise
            evaluated = weaker
        answer: JsonObject = json.loads(evaluated.text)
        return answer

    def _parameters(self, arguments: JsonObject) -> str:
        text = json.dumps(arguments)
        return text if self._target.parameters_as_code else json.dumps(text)


_ARTICLES = {"array": "an array", "string": "a text", "number": "a number", "boolean": "a boolean", "null": "null"}
# A default is left out here, for it may fail; and a function can only be told of.
_INSPECTED = f"""(
  {_PLAIN}
  local specification(value) =
    if !std.isObject(value) then plain(value)
    else {{
      [name]: if name == 'validate' then true else plain(value[name])
      for name in std.objectFieldsAll(value)
      if name != 'defaultValue' && (name == 'validate' || !std.isFunction(value[name]))
    }} + {{ [if 'defaultValue' in value then 'hasDefault']: true }};
  local specifications(value) =
    if !std.isObject(value) then plain(value)
    else {{ [name]: specification(value[name]) for name in std.objectFieldsAll(value) }};
  {{
    isLibraryModule: '$arm' in entry,
    [if 'parameterMetadata' in entry then 'metadata']: specifications(entry.parameterMetadata),
    [if 'definitions' in entry then 'definitions']: plain(entry.definitions),
  }}
)"""


def _parameters_of(path: Path) -> JsonObject:
    """Return the metadata of the parameters of a module that is a function, of which there are but names to tell."""
    from armlib.jsonnet.names import parameters_of_whole

    found = parameters_of_whole(path.read_text(encoding="utf-8"))
    return {name: {"computedDefault": True} if has_default else {} for name, has_default in found.items()}


def _of_module(found: Diagnostic) -> Diagnostic:
    """Return *found* with a path in the module instead of one in the answer to the first question."""
    path = ("parameterMetadata", *found.path[1:]) if found.path[:1] == ("metadata",) else found.path
    return replace(found, path=path)


def _has_default(spec: Mapping[str, Json]) -> bool:
    return "defaultValue" in spec or "computedDefault" in spec


def _template_facts(template: JsonObject) -> JsonObject:
    """Return what an ARM template says of itself."""
    metadata = template.get("metadata")
    facts: JsonObject = {
        "metadata": {name: _declared(spec) for name, spec in _objects(template.get("parameters"))},
        "outputs": {name: _declared(spec) for name, spec in _objects(template.get("outputs"))},
        "definitions": {name: _declared(spec) for name, spec in _objects(template.get("definitions"))},
    }
    if isinstance(metadata, dict) and isinstance(metadata.get("description"), str):
        facts["description"] = metadata["description"]
    return facts


def _objects(section: Json) -> Iterable[tuple[str, JsonObject]]:
    if isinstance(section, dict):
        for name, spec in section.items():
            if isinstance(spec, dict):
                yield name, spec


def _declared(spec: JsonObject) -> JsonObject:
    """Return a declaration of a template as one of a module: its description is a member of its own."""
    metadata = spec.get("metadata")
    about = {"description": metadata["description"]} if isinstance(metadata, dict) and "description" in metadata else {}
    return {name: value for name, value in spec.items() if name not in ("metadata", "value", "copy")} | about
