"""Module folder -> its README: what the module takes, gives and deploys, and what each parameter changes.

What a parameter changes is not told by its author: the module is evaluated once with the least that it takes, and once
more for each parameter with another value for it; what differs is named. The keyword ``examples`` of a parameter says
that value, or the one to start from when it must be given; for the others it follows from the declaration. A parameter
that changes nothing without others names these in ``metadata: { examplesWith: { NAME: value } }``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armlib.errors import InputError
from armlib.files import read_file
from armlib.jsonnet.port import Evaluator, Program, Roots
from armlib.jsontypes import Json, JsonObject
from armlib.resources import packaged_folders
from armlib.template.jsonc import parse_json

MARK = "<!-- Written by `make docs` from the module; do not edit. -->"
EXAMPLES = ("minimal", "hardened")
_MOST_CHANGES = 6  # told of one parameter
_LONGEST_DEFAULT = 60  # letters

_QUESTION = """
local module = import './main.jsonnet';
local isSecure(meta) = std.member(['securestring', 'secureobject'], std.asciiLower(std.toString(meta.type)));
local later(name) = "[parameters('%s')]" % name;
local plain(value) =
  if std.isArray(value) then [plain(item) for item in value]
  else if std.isObject(value) then
    { [name]: plain(value[name]) for name in std.objectFieldsAll(value) if !std.isFunction(value[name]) }
  else value;

local declared(arguments) = (module { parameters:: arguments }).parameterMetadata;
local required(metadata) = {
  [name]: if isSecure(metadata[name]) then later(name) else metadata[name].examples[0]
  for name in std.objectFields(metadata)
  if !('defaultValue' in metadata[name])
};
local least = required(declared({}));
local metadata = declared(least);

// What must be given for a parameter to change anything.
local around(name) = std.get(std.get(metadata[name], 'metadata', {}), 'examplesWith', {});
local other(name) =
  local given = least + around(name);
  local meta = { examples: [], allowedValues: [], maxValue: 1e308 } + declared(given)[name];
  local default = std.get(meta, 'defaultValue', std.get(given, name));
  local values = [value for value in meta.examples + meta.allowedValues if value != default];
  if values != [] then values[0]
  else if std.isBoolean(default) then !default
  else if std.isNumber(default) then if default == meta.maxValue then default - 1 else default + 1
  else if isSecure(meta) then later(name + '-2')
  else later(name);

// Fields that are said, not found: they hold resources of other fields, or none.
local aside = ['resources', 'parameters', 'arguments', 'parameterMetadata', 'outputs', 'id'];
local isField(name) = name != '' && name[0] != '#' && name[0] != '$' && !std.member(aside, name);
local made(arguments) =
  local instance = module { parameters:: arguments };
  {
    resources: instance.resources,
    outputs: instance.outputs,
    fields: {
      [name]: [resource.type for resource in (import 'arm/collect.libsonnet').of({ found: instance[name] })]
      for name in std.objectFieldsAll(instance)
      if isField(name)
    },
  };
{
  metadata: plain(metadata),
  least: made(least),
  others: {
    [name]: {
      before: if around(name) == {} then null else made(least + around(name)),
      after: made(least + around(name) + { [name]: other(name) }),
    }
    for name in std.objectFields(metadata)
  },
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFolder:
    """A folder with a module that others use.

    *manifest* is what its ``module.json`` says: ``{name, version, description, dependencies?, devDependencies?}``.
    """

    path: Path
    manifest: JsonObject

    @property
    def name(self) -> str:
        return str(self.manifest["name"])

    @property
    def dependencies(self) -> Mapping[str, Json]:
        """The modules that it imports, and the ranges of their versions."""
        found = self.manifest.get("dependencies", {})
        return found if isinstance(found, dict) else {}

    def example(self, name: str) -> str:
        """Return the text of an example."""
        return (self.path / "examples" / f"{name}.jsonnet").read_text(encoding="utf-8")


def module_folders(collection: Path) -> tuple[ModuleFolder, ...]:
    """Return the modules of *collection* that can be deployed, by name."""
    files = sorted(collection.glob("*/*/module.json"))
    return tuple(read_module_folder(file.parent) for file in files if (file.parent / "main.jsonnet").is_file())


def read_module_folder(path: Path) -> ModuleFolder:
    """Return the module in the folder *path*.

    Raises:
        InputError: Its ``module.json`` cannot be read, or does not say what it must.
    """
    file = path / "module.json"
    manifest = parse_json(read_file(file), str(file))
    missing = [name for name in ("name", "version", "description") if not _is_text(manifest, name)]
    if missing:
        raise InputError(f"{file} has no {' and no '.join(missing)}", code="bad-manifest", hint="each is a text")
    assert isinstance(manifest, dict)
    return ModuleFolder(path=path, manifest=manifest)


def _is_text(manifest: Json, name: str) -> bool:
    return isinstance(manifest, dict) and isinstance(manifest.get(name), str) and manifest[name] != ""


def module_page(folder: ModuleFolder, evaluator: Evaluator) -> str:
    """Return the README of a module.

    Raises:
        EvaluationError: The module fails with the least that it takes, or with another value for a parameter.
    """
    facts = _facts(folder, evaluator)
    metadata = facts["metadata"]
    parts = [
        f"{MARK}\n# {folder.name}\n",
        f"{folder.manifest['description']}\n",
        _code(folder.example("minimal")),
        "## Parameters\n",
        "A parameter without a default must be given. What it changes is told by the fields of the resources below.\n",
        _table(("parameter", "type", "default", "is", "changes"), list(_parameter_rows(facts))),
        *(_inner(name, metadata[name]) for name in _in_order(metadata)),
        "## Outputs\n",
        _table(("output", "type", "value"), _output_rows(facts)),
        "## Resources\n",
        "Any property of these can be bent, as the second example does.\n",
        _table(("field", "resources"), _field_rows(facts)),
        "## Hardened\n",
        _code(folder.example("hardened")),
    ]
    return "\n".join(part for part in parts if part)


def _facts(folder: ModuleFolder, evaluator: Evaluator) -> dict[str, Any]:
    program = Program(
        source=_QUESTION,
        file=str(folder.path / "<page>"),
        roots=Roots(project=folder.path, packaged=packaged_folders()),
        ext_str={"parameters": "{}"},
    )
    facts: dict[str, Any] = json.loads(evaluator.evaluate(program).text)
    return facts


# Parameters ----------------------------------------------------------------------------------------------------------


def _in_order(metadata: Mapping[str, Any]) -> list[str]:
    """Return the names of parameters: those that must be given first."""
    return sorted(metadata, key=lambda name: ("defaultValue" in metadata[name], name))


def _parameter_rows(facts: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name in _in_order(facts["metadata"]):
        meta = facts["metadata"][name]
        made = facts["others"][name]
        changes = list(dict.fromkeys(_changes(made["before"] or facts["least"], made["after"])))
        told = changes[:_MOST_CHANGES] + (["…"] if len(changes) > _MOST_CHANGES else [])
        default = _default(meta["defaultValue"]) if "defaultValue" in meta else ""
        yield f"`{name}`", _type(meta), default, _about(meta), ", ".join(told)


def _default(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= _LONGEST_DEFAULT else "see below"


def _type(meta: Mapping[str, Any]) -> str:
    types = meta["type"] if isinstance(meta["type"], list) else [meta["type"]]
    return " or ".join(types) + (" or null" if meta.get("nullable") else "")


def _about(meta: Mapping[str, Any]) -> str:
    """Return what a parameter is and may be."""
    bounds = [
        *([f"One of {', '.join(f'`{value}`' for value in meta['allowedValues'])}"] if "allowedValues" in meta else []),
        *_range(meta, "minValue", "maxValue", ""),
        *_range(meta, "minLength", "maxLength", " items" if meta["type"] == "array" else " characters"),
        *([f"`{meta['pattern']}`"] if "pattern" in meta else []),
        *([f"Format `{meta['format']}`"] if "format" in meta else []),
    ]
    description = meta.get("description", "")
    return ". ".join([*([description] if description else []), *bounds])


def _range(meta: Mapping[str, Any], low: str, high: str, unit: str) -> list[str]:
    if low not in meta and high not in meta:
        return []
    if high not in meta:
        return [f"At least {meta[low]}{unit}"]
    return [f"{meta[low]} to {meta[high]}{unit}" if low in meta else f"At most {meta[high]}{unit}"]


def _inner(name: str, meta: Mapping[str, Any]) -> str:
    """Return the section about the members of a parameter; "" where it has none."""
    for keyword, title in (("items", f"Each of `{name}`"), ("additionalProperties", f"Each of `{name}`, by its name")):
        if isinstance(meta.get(keyword), dict):
            return _members(title, meta[keyword])
    return _members(f"`{name}`", meta) if "properties" in meta else ""


def _members(title: str, meta: Mapping[str, Any]) -> str:
    if "properties" not in meta:
        return f"{title}: {_type(meta)}. {_about(meta)}\n" if _about(meta) else ""
    rows = [
        f"- `{name}` ({_type(inner)}{', must be given' if name in meta.get('required', ()) else ''}): {_about(inner)}"
        for name, inner in meta["properties"].items()
    ]
    return f"{title}:\n\n" + "\n".join(rows) + "\n"


# Changes -------------------------------------------------------------------------------------------------------------


def _changes(least: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Yield what differs between two evaluations: members of resources, resources, outputs."""
    fields = [field for field in other["fields"] if other["fields"][field] or least["fields"].get(field)]
    before, after = _by_place(least), _by_place(other)
    for place in after:
        if place in before:
            yield from (f"`{place[0]}.{path}`" for path in _paths(before[place], after[place]))
    for field in sorted(fields):
        many, few = len(other["fields"][field]), len(least["fields"].get(field, ()))
        if many != few:
            yield f"{'adds' if many > few else 'takes away'} `{field}`"
    for name in other["outputs"]:
        if name not in least["outputs"]:
            yield f"adds the output `{name}`"


def _by_place(made: Mapping[str, Any]) -> dict[tuple[str, int], Json]:
    """Return the resources by the field that they stand in, and their number there."""
    places: dict[tuple[str, int], Json] = {}
    left = list(made["resources"])
    for field, types in sorted(made["fields"].items()):
        for number, type_ in enumerate(types):
            found = next((resource for resource in left if resource["type"] == type_), None)
            if found is not None:
                left.remove(found)
                places[field, number] = found
    return places


def _paths(before: Json, after: Json, path: str = "") -> Iterator[str]:
    """Yield the paths where two values differ, a list as a whole."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if before != after:
            yield path
        return
    for name in {**before, **after}:
        here = f"{path}.{name}" if path else name
        if name not in before or name not in after:
            yield here
        else:
            yield from _paths(before[name], after[name], here)


# Outputs and resources -----------------------------------------------------------------------------------------------


def _output_rows(facts: Mapping[str, Any]) -> list[tuple[str, ...]]:
    least = facts["least"]["outputs"]
    found = dict(least)
    for made in _after(facts):
        found |= {name: output for name, output in made["outputs"].items() if name not in found}
    return [
        (f"`{name}`", output["type"], _value(output["value"]) + ("" if name in least else ", with some parameters"))
        for name, output in found.items()
    ]


def _after(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what the module makes with another value for each of its parameters."""
    return [made["after"] for made in facts["others"].values()]


def _value(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text}`"


def _field_rows(facts: Mapping[str, Any]) -> list[tuple[str, ...]]:
    least = facts["least"]["fields"]
    names = sorted({name for made in (facts["least"], *_after(facts)) for name in made["fields"]})
    rows: list[tuple[str, ...]] = []
    for name in names:
        others = (made["fields"].get(name, []) for made in _after(facts))
        types: list[str] = least.get(name) or next((found for found in others if found), [])
        if types:
            told = ", ".join(f"`{type_}`" for type_ in dict.fromkeys(types))
            rows.append((f"`{name}`", told + ("" if least.get(name) else ", with some parameters")))
    return rows


# Markdown ------------------------------------------------------------------------------------------------------------


def _code(text: str) -> str:
    return f"```jsonnet\n{text.strip()}\n```\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
