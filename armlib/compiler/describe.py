"""What a module takes and gives, as text to read and as JSON for machines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from armlib.compiler.parameters_check import canonical_type, names_shown, shown, type_names
from armlib.compiler.parameters_metadata import ParameterMetadata, parse_metadata
from armlib.compiler.schema import to_json_schema
from armlib.diagnostics import Diagnostic, error
from armlib.jsontypes import Json, JsonObject

WIDTH = 100  # characters; what a line of text may take
_NARROWEST = 30  # characters; the least that the last column gets
_INDENT = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDescription:
    """An output; *type* is None when it is not declared."""

    type: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A module that this one needs: of which *kind*, whether it may be absent, whether there may be several."""

    kind: str | None = None
    optional: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action that the module has beside create, update and delete."""

    parameters: Mapping[str, ParameterMetadata] = field(default_factory=dict)
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleDescription:
    """A module as its user sees it; *diagnostics* say what is wrong with how it describes itself.

    *own* are the names of the parameters that it gives itself.
    """

    name: str
    description: str | None = None
    parameters: Mapping[str, ParameterMetadata] = field(default_factory=dict)
    outputs: Mapping[str, OutputDescription] = field(default_factory=dict)
    dependencies: Mapping[str, Dependency] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_description(name: str, facts: Mapping[str, Json]) -> ModuleDescription:
    """Return the description of the module *name* from the *facts* that it yields.

    Args:
        name: What the module is called.
        facts: As JSON, without functions; every member may be absent. ``metadata`` is the ``parameterMetadata`` in the
            form of :func:`~armlib.compiler.parameters_metadata.parse_metadata`, ``definitions`` the shared types,
            ``outputs`` ``{NAME: {type, description}}`` without the values, ``dependencies`` ``{KEY: {kind, optional,
            many}}``, ``actions`` ``{NAME: {description, parameterMetadata}}``, ``description`` a text, ``own`` the
            names of the parameters that it gives itself.
    """
    definitions = facts.get("definitions")
    parsed = parse_metadata(facts.get("metadata"), definitions)
    found = list(parsed.diagnostics)
    outputs = _members(facts, "outputs", found)
    dependencies = _members(facts, "dependencies", found)
    own = facts.get("own")
    actions = {}
    for action, spec in _members(facts, "actions", found).items():
        of_action = parse_metadata(spec.get("parameterMetadata"), definitions)
        found += of_action.diagnostics
        actions[action] = Action(parameters=of_action.parameters, description=_text(spec, "description"))
    return ModuleDescription(
        name=name,
        description=_text(facts, "description"),
        parameters=parsed.parameters,
        outputs={
            output: OutputDescription(type=_text(spec, "type"), description=_about(spec))
            for output, spec in outputs.items()
        },
        dependencies={
            key: Dependency(
                kind=_text(spec, "kind"), optional=spec.get("optional") is True, many=spec.get("many") is True
            )
            for key, spec in dependencies.items()
        },
        actions=actions,
        own=frozenset(each for each in parsed.parameters if isinstance(own, list) and each in own),
        diagnostics=tuple(found),
    )


def describe_json(module: ModuleDescription) -> JsonObject:
    """Return *module* as JSON: ``{name, description?, parameters, outputs, dependencies, actions}``.

    ``parameters``, also those of an action, are a JSON Schema of draft 2020-12.
    """
    about: JsonObject = {} if module.description is None else {"description": module.description}
    return {
        "name": module.name,
        **about,
        "parameters": to_json_schema(module.parameters, own=module.own),
        "outputs": {
            name: _present({"type": output.type, "description": output.description})
            for name, output in module.outputs.items()
        },
        "dependencies": {
            key: _present({"kind": needed.kind, "optional": needed.optional, "many": needed.many})
            for key, needed in module.dependencies.items()
        },
        "actions": {
            name: _present({"description": action.description, "parameters": to_json_schema(action.parameters)})
            for name, action in module.actions.items()
        },
    }


def describe_text(module: ModuleDescription, width: int = WIDTH) -> str:
    """Return *module* as text in aligned columns, *width* characters wide, ending with a line break."""
    lines = [module.name]
    if module.description:
        lines += textwrap.wrap(module.description, width)
    rows = (_parameter_row(each, is_own=each.name in module.own) for each in module.parameters.values())
    lines += _section("Parameters", "none", rows, width)
    lines += _section("Outputs", "none", map(_output_row, module.outputs.items()), width)
    if module.dependencies:
        lines += _section("Dependencies", "", map(_dependency_row, module.dependencies.items()), width)
    if module.actions:
        lines += _section("Actions", "", map(_action_row, module.actions.items()), width)
    return "\n".join(lines) + "\n"


# Reading facts


def _members(facts: Mapping[str, Json], name: str, found: list[Diagnostic]) -> dict[str, JsonObject]:
    value = facts.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        found.append(error("bad-metadata", f"{name} must be an object, {{name: …}}", path=(name,)))
        return {}
    for key, spec in value.items():
        if not isinstance(spec, dict):
            found.append(error("bad-metadata", f"{name}.{key} must be an object", path=(name, key)))
    return {key: spec for key, spec in value.items() if isinstance(spec, dict)}


def _text(spec: Mapping[str, Json], name: str) -> str | None:
    value = spec.get(name)
    return value if isinstance(value, str) else None


def _about(spec: Mapping[str, Json]) -> str | None:
    metadata = spec.get("metadata")
    return _text(spec, "description") or (_text(metadata, "description") if isinstance(metadata, dict) else None)


def _present(members: JsonObject) -> JsonObject:
    return {name: value for name, value in members.items() if value is not None}


# Rows: a name, a summary, and paragraphs about it

_Row = tuple[str, str, list[str]]


def _parameter_row(parameter: ParameterMetadata, *, is_own: bool) -> _Row:
    spec = parameter.specification
    about = [parameter.description] if parameter.description else []
    limits = "; ".join(_limits(spec, parameter.is_secret))
    deprecated = spec.get("deprecated")
    if deprecated not in (None, False):
        about.append(f"Deprecated: {deprecated}" if isinstance(deprecated, str) else "Deprecated.")
    about += [limits] if limits else []
    about += _inner_rows(spec, parameter.name)
    examples = spec.get("examples")
    if isinstance(examples, list) and examples and not parameter.is_secret:
        about.append("for example " + ", ".join(map(_literal, examples)))
    return parameter.name, _summary(parameter, is_own=is_own), about


def _summary(parameter: ParameterMetadata, *, is_own: bool) -> str:
    words = [_types(parameter.types)]
    spec = parameter.specification
    if spec.get("nullable") is True:
        words[0] += " or null"
    if is_own:
        words.append("set by the module")
    elif parameter.is_computed:
        words.append("default computed")
    elif "defaultValue" in spec:
        words.append("has a default" if parameter.is_secret else f"default {_literal(spec['defaultValue'])}")
    elif parameter.is_deploy_time:
        words.append("required when deploying")
    elif parameter.is_required:
        words.append("required")
    else:
        words.append("optional")
    if parameter.is_secret:
        words.append("secret")
    elif parameter.is_deploy_time:
        words.append("deploy time")
    return ", ".join(words)


def _types(names: Iterable[str]) -> str:
    return " or ".join(names) or "any"


def _literal(value: Json) -> str:
    """Return *value* as JSON when it is short."""
    if isinstance(value, list | dict) and value:
        import json

        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= 60 else shown(value)
    return shown(value)


def _limits(spec: JsonObject, secret: bool) -> Iterator[str]:
    allowed = spec.get("allowedValues")
    if isinstance(allowed, list) and not secret:
        yield "one of " + ", ".join(map(shown, allowed))
    lengths = _range(spec.get("minLength"), spec.get("maxLength"))
    if lengths:
        types = {canonical_type(name) for name in type_names(spec)}
        unit = "items" if types == {"array"} else "characters" if "array" not in types else "characters or items"
        yield f"{lengths} {unit}"
    values = _range(spec.get("minValue"), spec.get("maxValue"))
    if values:
        yield values
    if spec.get("pattern") is not None:
        yield f"pattern {spec['pattern']}"
    if spec.get("format") is not None:
        yield f"format {spec['format']}"
    if spec.get("validate") is not None:
        yield "checked by a function"


def _range(low: Json, high: Json) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {shown(low)}"
    return f"at most {shown(high)}" if low is None else f"{shown(low)} to {shown(high)}"


def _inner_rows(spec: JsonObject, prefix: str) -> Iterator[str]:
    """Yield a paragraph for each property and item of *spec*, as deep as they are declared in place."""
    items, properties, extra = spec.get("items"), spec.get("properties"), spec.get("additionalProperties")
    required = spec.get("required")
    if isinstance(items, dict):
        yield from _inner_row(items, f"{prefix}[]", False)
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        if isinstance(inner, dict):
            yield from _inner_row(inner, f"{prefix}.{name}", isinstance(required, list) and name in required)
    if isinstance(extra, dict):
        yield from _inner_row(extra, f"{prefix}.*", False)


def _inner_row(spec: JsonObject, name: str, required: bool) -> Iterator[str]:
    reference = spec.get("$ref")
    types = reference if isinstance(reference, str) else _types(map(str, type_names(spec)))
    words = [f"{name}: {types}", *(["required"] if required else []), *_limits(spec, False)]
    about = _about(spec)
    yield ", ".join(words) + (f". {about}" if about else "")
    yield from _inner_rows(spec, name)


def _output_row(item: tuple[str, OutputDescription]) -> _Row:
    name, output = item
    return name, output.type or "any", [output.description] if output.description else []


def _dependency_row(item: tuple[str, Dependency]) -> _Row:
    key, needed = item
    words = [needed.kind or "any kind", *(["several"] if needed.many else []), *(["optional"] * needed.optional)]
    return key, ", ".join(words), []


def _action_row(item: tuple[str, Action]) -> _Row:
    name, action = item
    takes = f"takes {names_shown(action.parameters)}" if action.parameters else "takes nothing"
    return name, takes, [action.description] if action.description else []


# Columns


def _section(title: str, empty: str, rows: Iterable[_Row], width: int) -> list[str]:
    listed = list(rows)
    if not listed:
        return ["", f"{title}: {empty}"]
    first = max(len(name) for name, _, _ in listed)
    second = min(max(len(summary) for _, summary, _ in listed), 36)
    indent = len(_INDENT) + first + 2
    third = indent + second + 2
    lines = ["", f"{title}:"]
    for name, summary, about in listed:
        lines += _row_lines(f"{_INDENT}{name.ljust(first)}  ", summary, about, (indent, third, width))
    return lines


def _row_lines(start: str, summary: str, about: list[str], columns: tuple[int, int, int]) -> list[str]:
    """Return the lines of a row; what is *about* it stands beside the summary, or below it when there is no room."""
    indent, third, width = columns
    fits = len(start) + len(summary) <= third - 2 and width - third >= _NARROWEST
    left = third if width - third >= _NARROWEST else indent
    paragraphs = [line for text in about for line in _wrapped(text, max(width - left, _NARROWEST))]
    if fits and paragraphs:
        head = (start + summary).ljust(third) + paragraphs.pop(0)
        return [head, *(" " * left + line for line in paragraphs)]
    return [start + summary, *(" " * left + line for line in paragraphs)]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="", break_on_hyphens=False) or [""]
