"""The small Jsonnet program around a module that gives the compiler the module's members as plain JSON.

``wrapper.libsonnet`` says what is taken from the module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.dataclass import dataclass
from armlib.jsonnet.port import Program, Roots
from armlib.jsontypes import Json

if TYPE_CHECKING:
    from armlib.compiler.request import CompileRequest

PARAMETERS = "parameters"  # the external variable that arguments arrive in
FILE = "<armlib>"  # the name of the program in places and frames

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYWORDS = frozenset(
    [
        *("assert", "else", "error", "false", "for", "function", "if", "import", "importbin", "importstr", "in"),
        *("local", "null", "self", "super", "tailstrict", "then", "true"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the programs of a compilation have in common."""

    roots: Roots
    as_code: bool = False
    ext_str: Mapping[str, str] = field(default_factory=dict)
    ext_code: Mapping[str, str] = field(default_factory=dict)
    tla_str: Mapping[str, str] = field(default_factory=dict)
    tla_code: Mapping[str, str] = field(default_factory=dict)
    is_traced: bool = False


def settings_of(request: CompileRequest, ext_str: Mapping[str, str]) -> Settings:
    """Return the settings of *request*, with *ext_str* for its external variables."""
    return Settings(
        roots=request.roots,
        as_code=request.parameters_as_code,
        ext_str=ext_str,
        ext_code=request.ext_code,
        tla_str=request.tla_str,
        tla_code=request.tla_code,
        is_traced=request.provenance,
    )


def first_program(request: CompileRequest) -> Program | None:
    """Return the program that the compilation of *request* starts with, so that an evaluator can begin with it before.

    It is None where that is not plain to see: for several modules, and for arguments in an external variable.
    """
    if len(request.entries) != 1 or PARAMETERS in request.ext_str:
        return None
    path = request.entries[0].path
    settings = settings_of(request, request.ext_str)
    if request.arguments:
        return inspect_program(path, settings, request.arguments)
    return document_program(path, settings, {}, is_traced=request.provenance)


def inspect_program(path: Path, settings: Settings, arguments: Iterable[str]) -> Program:
    """Return the program that tells what parameters the module at *path* declares.

    *arguments* are the names that will be given; each stands for a value that is not known yet. A function is not
    called.
    """
    return inspect_with(path, settings, {name: f"[parameters('{name}')]" for name in arguments})


def inspect_with(
    path: Path, settings: Settings, arguments: Mapping[str, Json], *, has_declared: bool = True
) -> Program:
    """Return the same program for known *arguments*; a module that *has_declared* nothing is not asked what it did."""
    return _program(f"armlib.inspect(entry, {_bool(has_declared)})", path, settings, arguments)


def refused_program(path: Path, settings: Settings, arguments: Mapping[str, Json]) -> Program:
    """Return the program that gives ``{ refused: problems }``, what validators of the module at *path* refuse."""
    return _program("{ refused: armlib.refused(entry) }", path, settings, arguments)


def by_field_program(path: Path, settings: Settings, arguments: Mapping[str, Json]) -> Program:
    """Return the program that gives what is found in each field of the module at *path*, of armlib's library."""
    return _program("armlib.byField(entry)", path, settings, arguments)


def document_program(
    path: Path,
    settings: Settings,
    arguments: Mapping[str, Json],
    *,
    is_child: bool = False,
    is_traced: bool = False,
    with_linked: bool = False,
    has_declared: bool = True,
) -> Program:
    """Return the program that gives the members of the module at *path*, called with *arguments*.

    A child is a module that a template names; it is given its arguments as in Jsonnet. A traced program gives
    ``{ document, trace }``; the trace tells where its objects were written (:mod:`armlib.compiler.provenance`). The
    templates that are placed elsewhere come *with_linked* only: to look for them takes a fifth of an evaluation. What a
    module that *has_declared* nothing says of its parameters is not looked at.
    """
    module = f"if std.isFunction(entry) then {_call(settings, arguments)} else entry"
    module = f"armlib.given({module})" if is_child else module
    asked = f"{_bool(with_linked)}, {_bool(has_declared)}"
    if not is_traced:
        return _program(f"armlib.document({module}, {asked})", path, settings, arguments)
    has_metadata = "'parameterMetadata' in module" if has_declared else "false"
    return replace(_program(_TRACED % (module, asked, has_metadata), path, settings, arguments), is_traced=True)


def _bool(value: bool) -> str:
    return "true" if value else "false"


_TRACED = """\
local module = %s, document = armlib.document(module, %s), at = std.extVar('armlib:trace');
{
  document: document,
  trace: if std.type(module) == 'object' then {
    module: at.numbers(module),
    template: at.walk(document.template),
    found: if '$found' in module then
      local found = module['$found'];
      { names: found.names, counts: found.counts, kept: found.kept },
    metadata: if %s then at.numbers(module.parameterMetadata) else [],
    linked: [at.walk(linked.template) for linked in std.get(document, 'linked', [])],
  },
}"""


def _call(settings: Settings, arguments: Mapping[str, Json]) -> str:
    """Return the call of a module that is a function, with what is given for its parameters."""
    wrong = next((name for name in arguments if not _is_identifier(name)), None)
    if wrong is not None:
        return "error " + json.dumps(f"'{wrong}' cannot be the name of a function's parameter", ensure_ascii=False)
    given = {name: f"armlib.injected.{name}" for name in arguments} | {name: name for name in _tlas(settings)}
    return f"entry({', '.join(f'{name}={value}' for name, value in given.items())})"


def _program(expression: str, path: Path, settings: Settings, arguments: Mapping[str, Json]) -> Program:
    ext_str, ext_code = dict(settings.ext_str), dict(settings.ext_code)
    if PARAMETERS not in ext_str and PARAMETERS not in ext_code:
        text = json.dumps(arguments, ensure_ascii=False)
        if settings.as_code:
            ext_code[PARAMETERS] = text
        else:
            ext_str[PARAMETERS] = text
    tlas = _tlas(settings)
    function = f"function({', '.join(tlas)}) " if tlas else ""
    imported = json.dumps("./" + path.name, ensure_ascii=False)
    return Program(
        source=f"local armlib = {_library()};\nlocal entry = import {imported};\n{function}{expression}\n",
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


@cache
def _library() -> str:
    text = Path(__file__).with_name("wrapper.libsonnet").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    return "\n".join(filter(None, lines))
