"""The check of whole templates as the compiler and the command line ask for it: on when types are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armlib.azuretypes.corrections import Corrections, CorrectionsError, packaged
from armlib.azuretypes.location import store_path
from armlib.azuretypes.store import Store, StoreError, open_store
from armlib.azuretypes.template import Expanded, check_expanded, check_template
from armlib.diagnostics import Diagnostic, warning
from armlib.template.scope import ScopeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCheck:
    """The installed definitions as a check; it never stops what it is asked for: nothing installed, nothing said.

    Attributes:
        store: Where they are; None for where :func:`~armlib.azuretypes.store.store_path` says.
        corrections: A project's file of corrections, beside the packaged ones.
    """

    store: Path | None = None
    corrections: Path | None = None

    def template(self, template: Mapping[str, Any], scope: ScopeKind | None = None) -> list[Diagnostic]:
        """Return what the definitions say against a template."""
        return self._with_store(lambda store, known: check_template(template, store, corrections=known, scope=scope))

    def expanded(self, resources: Iterable[Expanded]) -> list[Diagnostic]:
        """Return what the definitions say against expanded resources."""
        return self._with_store(lambda store, known: check_expanded(resources, store, corrections=known))

    def _with_store(self, check: Callable[[Store, Corrections], list[Diagnostic]]) -> list[Diagnostic]:
        """Run *check*; a store or a file that cannot be used becomes a warning."""
        try:
            store = open_store(store_path(self.store))
            if store is None:
                return []
            with closing(store):
                return check(store, self._corrections())
        except (StoreError, CorrectionsError) as problem:
            return [warning(problem.code, f"types are not checked: {problem.message}", hint=problem.hint)]

    def _corrections(self) -> Corrections:
        return packaged() if self.corrections is None else packaged().with_file(self.corrections)
