"""The way from a request to a template, one stage after another."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from armlib.compiler.check import Rule, check
from armlib.compiler.collect import Draft, collect, collect_linked
from armlib.compiler.emit import emit
from armlib.compiler.evaluate import Document, Documents, evaluate
from armlib.compiler.link import Linked, link
from armlib.compiler.request import Compilation, CompileRequest
from armlib.compiler.resolve import resolve
from armlib.diagnostics import Diagnostic, folded, has_errors
from armlib.errors import InputError, StoppedError
from armlib.jsonnet.port import Evaluator
from armlib.jsontypes import JsonObject

if TYPE_CHECKING:
    from armlib.compiler.provenance import Provenance

_LONGEST = 3  # times the first evaluation that one for the places may take,
_LEAST_TIME = 2.0  # and seconds besides


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the search for cyclic garbage: a template is a tree of very many objects, and none of them is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():
                gc.freeze()  # counts what there is as old without looking at it; enabling would walk through all of it
                gc.unfreeze()
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
    start = monotonic()
    documents = evaluate(sources, request, evaluator)
    took = monotonic() - start
    draft = collect(documents, request)
    linked, found = finish(draft, request, rules)
    found = (*sources.diagnostics, *found)
    elsewhere = {}
    for uri, inner in collect_linked(draft, request).items():
        elsewhere[uri], problems = finish(inner, request, rules)
        found += tuple(replace(problem, path=("linkedTemplates", uri, *problem.path)) for problem in problems)
    written = (*documents.diagnostics, *draft.written)
    found = _placed(written, found, documents, linked.template, evaluator, took)
    succeeded = not has_errors(found)
    template = emit(linked, request) if succeeded else None
    return Compilation(
        template=template,
        diagnostics=tuple(dict.fromkeys(found)),
        linked={uri: emit(inner, request) for uri, inner in elsewhere.items()} if succeeded else {},
        deploy_parameters=documents.deploy_parameters,
        references=documents.references,
        secrets=documents.secrets,
        reads=documents.reads,
        provenance=_provenance(documents, template) if request.provenance and template is not None else None,
    )


def _provenance(documents: Documents, template: JsonObject) -> Provenance:
    from armlib.compiler.provenance import Provenance

    return Provenance(documents.modules, template)


def _placed(
    written: tuple[Diagnostic, ...],
    found: tuple[Diagnostic, ...],
    documents: Documents,
    template: JsonObject,
    evaluator: Evaluator,
    took: float,
) -> tuple[Diagnostic, ...]:
    """Return what was *found* with the places in the modules; these are evaluated once more where they must be.

    Resources of *written* are those of the modules, others those of *template*. The evaluation takes about as long as
    the first one, *took* seconds; when it takes much longer, paths have to do.
    """
    every = (*written, *found)
    if all((each.place is not None and each.place.line) or not each.path for each in every):
        return every
    if not any(map(_is_jsonnet, documents.modules)):
        return every
    from armlib.compiler.provenance import located, traced

    try:
        modules = traced(documents.modules, evaluator, _LONGEST * took + _LEAST_TIME)
    except StoppedError as stopped:
        if stopped.code == "interrupted":
            raise
        return every
    return folded(located(modules, template, written, found))


def _is_jsonnet(document: Document) -> bool:
    """Return whether *document*, or a module that it names, comes from Jsonnet."""
    return document.tracing is not None or any(map(_is_jsonnet, document.children.values()))


def finish(draft: Draft, request: CompileRequest, rules: Iterable[Rule]) -> tuple[Linked, tuple[Diagnostic, ...]]:
    """Return *draft* with its dependencies, and all that is wrong with it."""
    linked = link(draft)
    return linked, (*draft.diagnostics, *linked.diagnostics, *check(linked, rules, limits=request.limits))
