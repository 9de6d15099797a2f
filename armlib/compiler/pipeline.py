"""The way from a request to a template, one stage after another."""

from __future__ import annotations

from armlib.compiler.collect import collect
from armlib.compiler.emit import emit
from armlib.compiler.evaluate import evaluate
from armlib.compiler.link import link
from armlib.compiler.request import Compilation, CompileRequest
from armlib.compiler.resolve import resolve
from armlib.diagnostics import has_errors
from armlib.jsonnet.port import Evaluator


def compile_template(request: CompileRequest, evaluator: Evaluator) -> Compilation:
    """Compile *request*; the template is None when a diagnostic is an error."""
    sources = resolve(request)
    documents = evaluate(sources, request, evaluator)
    draft = collect(documents, request)
    linked = link(draft)
    found = (*sources.diagnostics, *documents.diagnostics, *draft.diagnostics, *linked.diagnostics)
    return Compilation(
        template=None if has_errors(found) else emit(linked, request),
        diagnostics=found,
        deploy_parameters=documents.deploy_parameters,
        reads=documents.reads,
    )
