"""The small Jsonnet program around a module that gives the compiler the module's members as plain JSON.

A module may hold functions, hidden fields and defaults that fail when they are looked at; the program takes from it what
it needs and nothing else, so that a module compiles whenever ``jsonnet`` can evaluate it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from armlib.jsonnet.port import Program, Roots
from armlib.jsontypes import Json

PARAMETERS = "parameters"  # the external variable that arguments arrive in
FILE = "<armlib>"  # the name of the program in places and frames

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYWORDS = frozenset(
    "assert else error false for function if import importstr importbin in local null self super tailstrict then true "
    "std".split()
)

# A specification is given without its functions (validators) and without its default, which may fail when it is forced;
# the default of a deploy-time parameter becomes part of the template and is given.
_HELPERS = """
local plain(value) =
  local kind = std.type(value);
  if kind == 'function' then null
  else if kind == 'array' then [plain(item) for item in value if std.type(item) != 'function']
  else if kind == 'object' then
    { [name]: plain(value[name]) for name in std.objectFieldsAll(value) if name != 'validate' && std.type(value[name]) != 'function' }
  else value;
local isSecure(type) = std.type(type) == 'string' && std.startsWith(std.asciiLower(type), 'secure');
local typesOf(spec) = if !('type' in spec) then [] else if std.type(spec.type) == 'array' then spec.type else [spec.type];
local isDeployTime(spec) =
  ('deployTime' in spec && spec.deployTime == true) || std.length([1 for type in typesOf(spec) if isSecure(type)]) > 0;
local specification(spec) =
  if std.type(spec) != 'object' then plain(spec)
  else {
    [name]: plain(spec[name])
    for name in std.objectFieldsAll(spec)
    if name != 'validate' && (name != 'defaultValue' || isDeployTime(spec))
  } + (if 'defaultValue' in spec && !isDeployTime(spec) then { defaultValue: 'DEFAULT' } else {});
local metadataOf(module) =
  if !('parameterMetadata' in module) then {}
  else if std.type(module.parameterMetadata) != 'object' then module.parameterMetadata
  else { [name]: specification(module.parameterMetadata[name]) for name in std.objectFieldsAll(module.parameterMetadata) };
local injected = local given = std.extVar('parameters'); if std.type(given) == 'string' then std.parseJson(given) else given;
local takesArguments(module) =
  !('parameters' in module)
  || std.type(module.parameters) == 'string'
  || (std.type(module.parameters) == 'object' && ('$root' in module.parameters || module.parameters == injected));
local linkedIn(resources) =
  if std.type(resources) == 'object' then std.flatMap(linkedBy, std.objectValues(resources))
  else if std.type(resources) == 'array' then std.flatMap(linkedBy, resources)
  else [], linkedBy(resource) =
  if std.type(resource) != 'object' then []
  else
    local template =
      if 'properties' in resource && std.type(resource.properties) == 'object' && 'template' in resource.properties
      then resource.properties.template;
    (if 'linkedTemplate' in resource
     then [resource.linkedTemplate] + linkedIn(std.get(resource.linkedTemplate.template, 'resources', []))
     else [])
    + (if std.type(template) == 'object' then linkedIn(std.get(template, 'resources', [])) else [])
    + (if 'resources' in resource then linkedIn(resource.resources) else []);
local members = ['resources', 'outputs', 'variables', 'functions', 'definitions', 'metadata', 'asserts', 'parameters',
                 '$schema', 'contentVersion', 'languageVersion', 'apiProfile', 'imports', 'extensions'];
local isTemplateParameters(value) =
  std.type(value) == 'object'
  && std.length([1 for name in std.objectFields(value)
                 if !(std.type(value[name]) == 'object' && ('type' in value[name] || '$ref' in value[name]))]) == 0;
local taken(module) = [
  name
  for name in members
  if std.objectHas(module, name) && (name != 'parameters' || isTemplateParameters(module.parameters))
];
local inspect(module) = {
  kind: std.type(module),
  [if std.type(module) == 'object' then 'facts']: {
    metadata: metadataOf(module),
    root: takesArguments(module),
    library: '$arm' in module,
  },
};
local document(module) = inspect(module) + {
  [if std.type(module) == 'object' then 'template']: { [name]: module[name] for name in taken(module) },
  [if std.type(module) == 'object' then 'fields']: std.objectFields(module),
  [if std.type(module) == 'object' then 'hidden']: [name for name in members if 'resources' == name && name in module && !std.objectHas(module, name)],
  [if std.type(module) == 'object' && 'id' in module then 'id']: module.id,
  [if std.type(module) == 'object' && 'resources' in module then 'linked']: linkedIn(module.resources),
};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every program of a compilation has in common."""

    roots: Roots
    as_code: bool = False
    ext_str: Mapping[str, str] = field(default_factory=dict)
    ext_code: Mapping[str, str] = field(default_factory=dict)
    tla_str: Mapping[str, str] = field(default_factory=dict)
    tla_code: Mapping[str, str] = field(default_factory=dict)


def inspect_program(path: Path, settings: Settings, arguments: Iterable[str]) -> Program:
    """Return the program that tells what parameters the module at *path* declares.

    The result is ``{kind, facts?: {metadata, root, library}}``: the type of the module, its specifications by name,
    whether it takes its arguments from the external variable, whether it is made with the base library. *arguments* are
    the names that will be given; each stands for a value not known yet. A function is not called.
    """
    unknown: dict[str, Json] = {name: f"[parameters('{name}')]" for name in arguments}
    return _program("inspect(entry)", path, settings, unknown)


def document_program(path: Path, settings: Settings, arguments: Mapping[str, Json]) -> Program:
    """Return the program that gives the members of the module at *path*, called with *arguments*.

    The result is that of :func:`inspect_program` with ``template`` (the known visible members), ``fields`` (the names of
    all visible members), ``hidden`` (members that should be visible), ``id`` and ``linked`` (``[{uri, template}]``).
    """
    given = {f"{name}=injected.{name}" for name in arguments} | {f"{name}={name}" for name in _tlas(settings)}
    wrong = sorted(name for name in arguments if not _is_identifier(name))
    if wrong:
        call = "error " + json.dumps(f"'{wrong[0]}' cannot be the name of a function's parameter", ensure_ascii=False)
    else:
        call = f"entry({', '.join(sorted(given))})"
    return _program(f"document(if std.isFunction(entry) then {call} else entry)", path, settings, arguments)


def _program(expression: str, path: Path, settings: Settings, arguments: Mapping[str, Json]) -> Program:
    ext_str, ext_code = dict(settings.ext_str), dict(settings.ext_code)
    if PARAMETERS not in ext_str and PARAMETERS not in ext_code:
        text = json.dumps(arguments, ensure_ascii=False)
        if settings.as_code:
            ext_code[PARAMETERS] = text + " + { '$root':: true }"
        else:
            ext_str[PARAMETERS] = text
    tlas = _tlas(settings)
    function = f"function({', '.join(tlas)}) " if tlas else ""
    imported = json.dumps("./" + path.name, ensure_ascii=False)
    return Program(
        source=f"{_HELPERS}local entry = import {imported};\n{function}{expression}\n",
        file=str(path.parent / FILE),
        roots=settings.roots,
        ext_str=ext_str,
        ext_code=ext_code,
        tla_str=settings.tla_str,
        tla_code=settings.tla_code,
    )


def _tlas(settings: Settings) -> tuple[str, ...]:
    return tuple(filter(_is_identifier, (*settings.tla_str, *settings.tla_code)))


def _is_identifier(name: str) -> bool:
    return bool(_IDENTIFIER.match(name)) and name not in _KEYWORDS
