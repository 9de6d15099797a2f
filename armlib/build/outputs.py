"""Compilation -> files: the bytes of everything that a target writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from armlib.build.compilation import Result
from armlib.compiler.request import Compilation
from armlib.config import Target, absolute
from armlib.diagnostics import Diagnostic, warning
from armlib.errors import InputError
from armlib.jsonnet.port import Read
from armlib.template.canonical import json_bytes

if TYPE_CHECKING:
    from armlib.compiler.provenance import Provenance


def template_bytes(target: Target, compilation: Compilation) -> bytes:
    """Return the text of the template, which *compilation* must have."""
    assert compilation.template is not None
    return json_bytes(compilation.template, compact=target.minify)


def files_of(target: Target, result: Result) -> tuple[dict[Path, bytes], tuple[Diagnostic, ...]]:
    """Return what *target* writes, by path (the template, linked templates, the parameters file), and notes on it.

    Raises:
        InputError: Two of them have one path, or one would be written over a source of it.
    """
    compilation = result.compilation
    files: dict[Path, bytes] = {}
    notes = tuple(_unwritten_linked(target, compilation))
    if target.output is not None:
        _add(files, target.output, template_bytes(target, compilation))
    if target.parameters_out is not None:
        from armlib.compiler.parameters import parameters_file

        assert compilation.template is not None
        file = parameters_file(compilation.template, compilation.deploy_parameters, result.arguments)
        _add(files, target.parameters_out, json_bytes(file.content))
        notes = (*notes, *file.diagnostics)
    folder = linked_folder(target)
    if folder is not None:
        for address, template in compilation.linked.items():
            _add(files, _linked_path(folder, address), json_bytes(template, compact=target.minify))
    keep_sources(files, compilation.reads)
    return files, notes


def keep_sources(files: Iterable[Path], reads: Iterable[Read]) -> None:
    """Refuse to write one of *files* over a Jsonnet source that was read; a template in JSON may be compiled in place.

    Raises:
        InputError: One would be.
    """
    sources = {read.path for read in reads if read.kind == "file" and read.path.endswith((".jsonnet", ".libsonnet"))}
    lost = next((path for path in files if os.path.realpath(path) in sources), None)
    if lost is not None:
        message = f"{lost} is a source of what would be written over it"
        raise InputError(message, code="output-clash", hint="write the result to another file")


def linked_folder(target: Target) -> Path | None:
    """Return the folder that linked templates go to; None when nothing says where."""
    if target.linked_out is not None:
        return target.linked_out
    return target.output.parent if target.output is not None else None


def _unwritten_linked(target: Target, compilation: Compilation) -> Iterable[Diagnostic]:
    """Return a warning when there are linked templates and no folder for them."""
    if compilation.linked and linked_folder(target) is None:
        names = ", ".join(sorted(compilation.linked))
        yield warning(
            "linked-not-written", f"linked templates are not written: {names}", hint="say -o FILE or --linked-out DIR"
        )


def source_map_bytes(provenance: Provenance, names: Mapping[str, str]) -> bytes:
    """Return the text of the source map; files are called by *names*, else relative to the current folder below it."""
    base = Path.cwd()
    value = provenance.source_map().as_json(lambda file: names.get(file) or _near(file, base))
    return json_bytes(value, compact=True)


def dependency_list(output: Path | None, reads: Sequence[Read]) -> bytes:
    """Return the files of *reads*: a rule for make with *output* as its target, else one path a line.

    Paths are relative to the current folder when they lie below it.
    """
    base = Path.cwd()
    paths = sorted({_near(read.path, base) for read in reads if read.kind == "file"})
    if output is None:
        return "".join(f"{path}\n" for path in paths).encode("utf-8", "surrogateescape")
    words = [_make_word(path) for path in (_near(str(output), base), *paths)]
    rule = " \\\n  ".join([f"{words[0]}:", *words[1:]])
    absent = "".join(f"\n{word}:\n" for word in words[1:])  # a file that is gone makes the rule stale, not wrong
    return f"{rule}\n{absent}".encode("utf-8", "surrogateescape")


def _near(path: str, base: Path) -> str:
    return str(Path(path).relative_to(base)) if Path(path).is_relative_to(base) else path


def _make_word(path: str) -> str:
    escaped = path.replace("$", "$$").replace("#", "\\#")
    return escaped.replace(" ", "\\ ").replace(":", "\\:")


def _add(files: dict[Path, bytes], path: Path, data: bytes) -> None:
    if path in files:
        raise InputError(f"two results would be written to {path}", code="output-clash", hint="name them differently")
    files[path] = data


def _linked_path(folder: Path, address: str) -> Path:
    """Return where the template at *address* goes: its path below *folder*, or its last name when it is a URL.

    Raises:
        InputError: The path would leave the folder.
    """
    parts = urlsplit(address)
    relative = PurePosixPath(unquote(parts.path))
    path = Path(relative.name) if parts.scheme or parts.netloc or relative.is_absolute() else Path(relative)
    if not path.name or ".." in path.parts:
        raise InputError(
            f"the linked template '{address}' would be written outside {folder}",
            code="linked-path",
            hint="give it an address that is a path below the template's folder, or a URL that ends in a file's name",
        )
    return absolute(path, folder)
