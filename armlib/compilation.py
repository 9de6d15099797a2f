"""Entries and arguments to an ARM template, for Python programs: ``armlib.compile``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.errors import ArmlibError
from armlib.jsontypes import Json, JsonObject

if TYPE_CHECKING:
    from armlib.config import Settings, Target
    from armlib.diagnostics import Diagnostic


def compile_entries(
    entry: str | Path | Mapping[str, str | Path],
    parameters: Mapping[str, Json] | None = None,
    *,
    library: Iterable[str | Path] = (),
    ext_str: Mapping[str, str] | None = None,
    scope_kind: str | None = None,
    symbolic: bool = False,
    minify: bool = False,
    parameters_as_code: bool = False,
    lint: bool | None = None,
) -> JsonObject:
    """Return the ARM template that *entry* makes, as ``armlib compile --format json`` prints it.

    Args:
        entry: A Jsonnet module or an ARM template, by its path, or a package, by a reference such as
            ``armlib:storage/account``; several by their names, to merge them into one.
        parameters: Values by parameter name.
        library: Folders to look for imports in, the first one first.
        ext_str: External variables, texts by name.
        scope_kind: ``group``, ``subscription``, ``managementGroup`` or ``tenant``; by default what the module says.
        symbolic: Whether to write language version 2.0.
        minify: Whether to leave descriptions out.
        parameters_as_code: Whether the module takes its parameters as an object, as older ones do.
        lint: Whether the lint rules run, too; by default as ``armlib.toml`` says.

    Returns:
        ``{"template": {…} or None, "diagnostics": […]}``. Wrong input becomes diagnostics: errors never raise, but for
        a bug.
    """
    from armlib.build.compilation import find_entries
    from armlib.config import Flags, Target, absolute, load_settings
    from armlib.report.machine import as_json
    from armlib.report.names import renamed

    current = Path.cwd()
    named = entry if isinstance(entry, Mapping) else {None: entry}
    target = Target(
        name="compile",
        entries=(),
        values=parameters or {},
        library=tuple(absolute(folder, current) for folder in library),
        ext_str=ext_str or {},
        scope_kind=scope_kind,
        symbolic=symbolic,
        minify=minify,
        parameters_as_code=parameters_as_code,
    )
    names: Mapping[str, str] = {}
    try:
        texts = [str(text) for text in named.values()]
        settings = load_settings(absolute(texts[0], current), Flags(lint=lint), dict(os.environ))
        found = find_entries(texts, settings, current)
        names = found.names
        aliases = [alias or own for alias, own in zip(named, found.aliases, strict=True)]
        entries = tuple(zip(aliases, (absolute(path, current) for path in found.paths), strict=True))
        template, diagnostics = _compiled(replace(target, entries=entries, packages=found.packages), settings)
    except ArmlibError as error:
        template, diagnostics = None, error.diagnostics
    return {"template": template, "diagnostics": as_json([renamed(one, names) for one in diagnostics], base=current)}


def _compiled(target: Target, settings: Settings) -> tuple[JsonObject | None, tuple[Diagnostic, ...]]:
    from armlib.build.compilation import compile_target
    from armlib.jsonnet.process import WorkerEvaluator

    evaluator = WorkerEvaluator(time_limit=settings.timeout, memory_limit=settings.max_memory)
    try:
        compilation = compile_target(target, settings, evaluator, os.environ).compilation
    finally:
        evaluator.close()
    return compilation.template if compilation.succeeded else None, compilation.diagnostics
