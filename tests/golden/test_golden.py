"""Golden files for what each stage makes of a case: the first file that changed names the stage at fault.

A case is a folder with ``main.jsonnet``, or with several files and a ``request.json``:
``{entries: [{path, alias}], arguments: {NAME: value}, texts: {NAME: text}, …}``, the rest as in ``CompileRequest``.
``pytest --update-golden`` rewrites what is expected; read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.collect import collect
from armlib.compiler.evaluate import evaluate
from armlib.compiler.link import link
from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.compiler.resolve import resolve
from armlib.diagnostics import Diagnostic
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Roots
from armlib.jsontypes import Json, format_path
from armlib.resources import library_folder
from armlib.template.canonical import json_bytes
from armlib.template.scope import ScopeKind

HERE = Path(__file__).parent
CASES = sorted({path.parent.name for file in ("main.jsonnet", "request.json") for path in HERE.glob(f"*/{file}")})


@pytest.mark.parametrize("name", CASES)
def test_stages_make_what_the_golden_files_say(name: str, update_golden: bool) -> None:
    folder = HERE / name
    request = request_of(folder)
    made = stages_of(request, folder)
    if update_golden:
        for file in ("draft.json", "linked.json", "template.json", "others.json", "diagnostics.txt"):
            (folder / file).unlink(missing_ok=True)
        for file, text in made.items():
            (folder / file).write_text(text, encoding="utf-8")
    for file, text in made.items():
        assert text == (folder / file).read_text(encoding="utf-8"), f"{name}/{file}"
    assert not (folder / "template.json").exists() or "template.json" in made


@pytest.mark.parametrize("name", CASES)
def test_the_same_case_gives_the_same_bytes_again(name: str) -> None:
    request = request_of(HERE / name)
    evaluator = InProcessEvaluator()
    first, second = (compile_template(request, evaluator) for _ in range(2))
    assert first.diagnostics == second.diagnostics
    assert first.template is None or json_bytes(first.template) == json_bytes(second.template)


def request_of(folder: Path) -> CompileRequest:
    """Return the request that a case makes."""
    file = folder / "request.json"
    options: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    entries = options.pop("entries", [{"path": "main.jsonnet", "alias": "main"}])
    arguments = {name: Argument(value=value, source="-p") for name, value in options.pop("arguments", {}).items()}
    arguments |= {name: Argument(text=text, source="-p") for name, text in options.pop("texts", {}).items()}
    if "scope_kind" in options:
        options["scope_kind"] = ScopeKind(options["scope_kind"])
    return CompileRequest(
        entries=tuple(Entry(path=folder / entry["path"], alias=entry["alias"]) for entry in entries),
        roots=Roots(project=folder, packaged=(library_folder(),)),
        arguments=arguments,
        **options,
    )


def stages_of(request: CompileRequest, folder: Path) -> dict[str, str]:
    """Return the text of each golden file."""
    evaluator = InProcessEvaluator()
    documents = evaluate(resolve(request), request, evaluator)
    draft = collect(documents, request)
    linked = link(draft)
    compilation = compile_template(request, evaluator)
    made = {
        "draft.json": text_of({"scopeKind": draft.scope_kind.value, "template": draft.template}),
        "linked.json": text_of(linked.template),
        "diagnostics.txt": "".join(line_of(diagnostic) for diagnostic in compilation.diagnostics),
    }
    if compilation.template is not None:
        made["template.json"] = json_bytes(compilation.template, compact=request.minify).decode()
    others = others_of(compilation)
    if others:
        made["others.json"] = text_of(others)
    return {file: text.replace(f"{folder}/", "") for file, text in made.items()}


def others_of(compilation: Compilation) -> dict[str, Json]:
    """Return what comes of a compilation beside the template."""
    found: dict[str, Json] = {
        "linked": dict(compilation.linked),
        "deployParameters": dict(compilation.deploy_parameters),
        "references": dict(compilation.references),
    }
    return {name: value for name, value in found.items() if value}


def text_of(value: Json) -> str:
    return json_bytes(value).decode()


def line_of(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.severity} {diagnostic.code} at {format_path(diagnostic.path)}: {diagnostic.message}"]
    if diagnostic.place is not None:
        lines[0] = f"{diagnostic.place.file}:{diagnostic.place.line}:{diagnostic.place.column}: {lines[0]}"
    shown = diagnostic.excerpt
    if shown is not None:
        lines += [f"  | {shown.text}", "  | " + " " * (shown.column - 1) + "^" * shown.length]
    if diagnostic.hint is not None:
        lines.append(f"  hint: {diagnostic.hint}")
    return "\n".join(lines) + "\n"
