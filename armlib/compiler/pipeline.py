"""The way from a request to a template, one stage after another."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from armlib.compiler.check import Rule, check
from armlib.compiler.collect import Draft, collect, collect_linked
from armlib.compiler.emit import emit
from armlib.compiler.evaluate import evaluate
from armlib.compiler.link import Linked, link
from armlib.compiler.request import Compilation, CompileRequest
from armlib.compiler.resolve import resolve
from armlib.diagnostics import Diagnostic, has_errors
from armlib.errors import InputError
from armlib.jsonnet.port import Evaluator


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the search for cyclic garbage: a template is a tree of very many objects, and none of them is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_collector_paused()
def compile_template(request: CompileRequest, evaluator: Evaluator, rules: Iterable[Rule] = ()) -> Compilation:
    """Compile *request*; the template is None when a diagnostic is an error.

    *rules* are checked beside those that every template is held to.

    Raises:
        InputError: There is no entry, or the template is nested too deep (``too-deep``).
        StoppedError: A limit of time or memory was reached, or the user interrupted.
    """
    try:
        return _compiled(request, evaluator, tuple(rules))
    except RecursionError as fault:
        raise InputError("the template is nested too deep", code="too-deep") from fault


def _compiled(request: CompileRequest, evaluator: Evaluator, rules: tuple[Rule, ...]) -> Compilation:
    sources = resolve(request)
    documents = evaluate(sources, request, evaluator)
    draft = collect(documents, request)
    linked, found = finish(draft, request, rules)
    found = (*sources.diagnostics, *documents.diagnostics, *found)
    elsewhere = {}
    for uri, inner in collect_linked(draft, request).items():
        elsewhere[uri], problems = finish(inner, request, rules)
        found += tuple(replace(problem, path=("linkedTemplates", uri, *problem.path)) for problem in problems)
    succeeded = not has_errors(found)
    return Compilation(
        template=emit(linked, request) if succeeded else None,
        diagnostics=tuple(dict.fromkeys(found)),
        linked={uri: emit(inner, request) for uri, inner in elsewhere.items()} if succeeded else {},
        deploy_parameters=documents.deploy_parameters,
        references=documents.references,
        secrets=documents.secrets,
        reads=documents.reads,
    )


def finish(draft: Draft, request: CompileRequest, rules: Iterable[Rule]) -> tuple[Linked, tuple[Diagnostic, ...]]:
    """Return *draft* with its dependencies, and all that is wrong with it."""
    linked = link(draft)
    return linked, (*draft.diagnostics, *linked.diagnostics, *check(linked, rules, limits=request.limits))
