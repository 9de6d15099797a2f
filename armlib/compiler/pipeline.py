"""The way from a request to a template, one stage after another."""

from __future__ import annotations

from collections.abc import Iterable

from armlib.compiler.check import Rule, check
from armlib.compiler.collect import collect
from armlib.compiler.emit import emit
from armlib.compiler.evaluate import evaluate
from armlib.compiler.link import link
from armlib.compiler.request import Compilation, CompileRequest
from armlib.compiler.resolve import resolve
from armlib.diagnostics import Diagnostic, has_errors
from armlib.jsonnet.port import Evaluator


def compile_template(request: CompileRequest, evaluator: Evaluator, rules: Iterable[Rule] = ()) -> Compilation:
    """Compile *request*; the template is None when a diagnostic is an error.

    *rules* are checked beside those that every template is held to.
    """
    sources = resolve(request)
    documents = evaluate(sources, request, evaluator)
    draft = collect(documents, request)
    linked = link(draft)
    found = in_order(
        sources.diagnostics, documents.diagnostics, draft.diagnostics, linked.diagnostics, check(linked, rules)
    )
    return Compilation(
        template=None if has_errors(found) else emit(linked, request),
        diagnostics=found,
        deploy_parameters=documents.deploy_parameters,
        references=documents.references,
        secrets=documents.secrets,
        reads=documents.reads,
    )


def in_order(*stages: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of all stages in the order in which they were found, each once."""
    return tuple(dict.fromkeys(diagnostic for stage in stages for diagnostic in stage))
