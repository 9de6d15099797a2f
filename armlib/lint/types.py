"""The installed resource types, as rules ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from armlib.azuretypes.check import TypeCheck
from armlib.azuretypes.location import store_path
from armlib.azuretypes.store import StoreError, open_store
from armlib.config import Types as TypeSettings
from armlib.diagnostics import Diagnostic
from armlib.lint.subject import NoTypes, Types


class InstalledTypes:
    """The store of types; one that cannot be used says so once, among the problems of the template."""

    def __init__(self, settings: TypeSettings) -> None:
        self._check = TypeCheck(store=settings.store, corrections=settings.corrections)
        self._path = store_path(settings.store)

    def versions(self, type_: str) -> tuple[str, ...]:
        """Return the known API versions of a type, oldest first."""
        return _versions(self._path, type_.lower())

    def problems(self, template: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
        """Return what the definitions say against the resources of a template."""
        return tuple(self._check.template(template))


def types_of(settings: TypeSettings) -> Types:
    """Return the installed types, when they are wanted and there are any."""
    if not settings.check or not store_path(settings.store).is_file():
        return NoTypes()
    return InstalledTypes(settings)


@lru_cache(maxsize=4096)
def _versions(path: Path, type_: str) -> tuple[str, ...]:
    try:
        store = open_store(path)
        if store is None:
            return ()
        with closing(store):
            return store.versions(type_)
    except StoreError:
        return ()
