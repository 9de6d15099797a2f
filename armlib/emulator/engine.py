"""The local ARM: one state, and everything that can be done with it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from armlib.emulator.definitions import Definitions
from armlib.emulator.providers.lookup import is_special, special_types
from armlib.emulator.resources import Resources
from armlib.emulator.scopes import Scopes
from armlib.emulator.settings import Settings
from armlib.emulator.store import Store
from armlib.jsontypes import JsonObject

DEFAULTS = Settings()


class Engine:
    """The local ARM over one store; it can be used by several threads.

    Attributes:
        settings: What it was opened with.
        store: The state.
        resources: Resources, and the scopes as resources.
        scopes: Subscriptions, resource groups, management groups.
    """

    def __init__(self, store: Store, settings: Settings, definitions: Definitions) -> None:
        self.settings = settings
        self.store = store
        self.definitions = definitions
        self.resources = Resources(store, settings, definitions)
        self.scopes = Scopes(self.resources, store, settings)

    @classmethod
    def open(cls, path: Path | None = None, settings: Settings = DEFAULTS) -> Engine:
        """Open the state at *path*, made when it is not there; None is a state in memory.

        Raises:
            StateError: the file cannot be used.
            StoreError: the installed type definitions cannot be used.
        """
        definitions = Definitions.open(settings)
        try:
            store = Store.open(path)
        except BaseException:
            definitions.close()
            raise
        engine = cls(store, settings, definitions)
        engine.scopes.begin()
        return engine

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()
        self.definitions.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def fidelity(self) -> list[JsonObject]:
        """Return ``{type, fidelity}`` for each type that is special or there is a resource of, sorted.

        ``special``: the local ARM does what the service does beside keeping the body. ``generic``: it keeps it, and
        fills in what every service does.
        """
        seen = {type_ for type_, _, _ in self.store.types()}
        spelt = {type_: _spelling(id_) for type_, id_, _ in self.store.types()}
        return [
            {"type": spelt.get(type_, type_), "fidelity": "special" if is_special(type_) else "generic"}
            for type_ in sorted(seen | set(special_types()))
        ]

    def check(self) -> list[str]:
        """Return what is wrong with the state; nothing, when it is sound."""
        return self.store.problems()


def _spelling(id_: str) -> str:
    from armlib.emulator.addresses import parse_address

    return parse_address(id_).type
