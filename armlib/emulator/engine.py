"""The local ARM: one state, and everything that can be done with it."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from armlib.emulator import snapshot
from armlib.emulator.catalogue import Catalogue
from armlib.emulator.definitions import Definitions
from armlib.emulator.events import Events
from armlib.emulator.export import Exports
from armlib.emulator.locks import Locks
from armlib.emulator.move import Moves
from armlib.emulator.operations import Operations
from armlib.emulator.providers.lookup import is_special, special_types
from armlib.emulator.resources import Resources
from armlib.emulator.rules import Rules
from armlib.emulator.scopes import Scopes
from armlib.emulator.settings import Settings
from armlib.emulator.stacks.deny import Denials
from armlib.emulator.store import RUNNING_DEPLOYMENTS, RUNNING_STACKS, Store
from armlib.emulator.tags import TYPE as TAGS
from armlib.emulator.tags import Tags
from armlib.jsontypes import Json, JsonObject

if TYPE_CHECKING:
    from armlib.deployment.loader import Loader
    from armlib.emulator.deployments.service import Deployments
    from armlib.emulator.stacks.service import Stacks

DEFAULTS = Settings()


class Engine:
    """The local ARM over one store; it can be used by several threads.

    Attributes:
        settings: What it was opened with.
        store: The state.
        resources: Resources, and the scopes as resources.
        scopes: Subscriptions, resource groups, management groups.
        catalogue: Namespaces, types, API versions; registration.
        tags: Tags of scopes, and the names of tags.
        locks: What is locked.
        moves: Moves resources to other groups.
        exports: Resource groups as templates.
        events: The activity log.
        operations: What goes on while its caller waits.
        rules: Faults and latencies that were asked for.
    """

    def __init__(
        self, store: Store, settings: Settings, definitions: Definitions, loader: Loader | None = None
    ) -> None:
        self.settings = settings
        self.store = store
        self.definitions = definitions
        self.resources = Resources(store, settings, definitions)
        self.scopes = Scopes(self.resources, store, settings)
        self.catalogue = Catalogue(store, definitions)
        self.tags = Tags(self.resources, store)
        self.locks = Locks(store)
        self.moves = Moves(self.resources, store)
        self.exports = Exports(store)
        self.events = Events(store, settings)
        self.operations = Operations(store, settings)
        self.rules = Rules(settings.rules, settings.sleep)
        self.resources.handlers[TAGS] = self.tags
        self.resources.before.append(self.rules.apply)
        self.resources.guards += [self.catalogue.guard, self.locks.guard]
        self.resources.recorders.append(self.events.record)
        self.resources.guards.append(Denials(store).guard)
        self._loader = loader
        self._deployments: Deployments | None = None
        self._stacks: Stacks | None = None
        self._lock = threading.RLock()

    # What evaluates templates is imported when there is one: a server has to be ready before that would be done.

    @property
    def deployments(self) -> Deployments:
        """Deployments of templates."""
        with self._lock:
            if self._deployments is None:
                from armlib.emulator.deployments.service import Deployments

                self._deployments = Deployments(
                    self.store,
                    self.resources,
                    self.settings,
                    loader=self._loader,
                    latency=self.rules.latency,
                    provider=self.catalogue.provider,
                    definitions=self.definitions.store,
                )
            return self._deployments

    @property
    def stacks(self) -> Stacks:
        """Deployment stacks."""
        with self._lock:
            if self._stacks is None:
                from armlib.emulator.stacks.service import Stacks

                self._stacks = Stacks(self.store, self.resources, self.deployments, self.settings)
            return self._stacks

    @classmethod
    def open(cls, path: Path | None = None, settings: Settings = DEFAULTS, *, loader: Loader | None = None) -> Engine:
        """Open the state at *path*, made when it is not there; None is a state in memory.

        *loader* finds linked templates; without one, template specs of the state alone are found.

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
        engine = cls(store, settings, definitions, loader)
        engine.scopes.begin()
        engine.operations.resume()
        engine.resume()
        return engine

    def resume(self) -> None:
        """Go on with the deployments and stacks that a process which is gone left running."""
        if self.store.documents(RUNNING_DEPLOYMENTS, limit=1):
            self.deployments.resume()
        if self.store.documents(RUNNING_STACKS, limit=1):
            self.stacks.resume()

    def close(self) -> None:
        """Wait for what is running, and let go of the files.

        Deployments that run are left in a state from which the next engine goes on.
        """
        if self._deployments is not None:
            self._deployments.close()
        if self._stacks is not None:
            self._stacks.close()
        self.operations.close()
        self.store.close()
        self.definitions.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, id_: str) -> JsonObject:
        """Return what is at *id_*: a resource, a scope, a deployment or a deployment stack.

        Raises:
            Fault: there is nothing.
        """
        found = self.deployments.history.find(id_) or self.stacks.at(id_)
        return found if found is not None else self.resources.get(id_)

    def fidelity(self) -> list[JsonObject]:
        """Return ``{type, fidelity}`` for each type that is special or there is a resource of, sorted.

        ``special``: the local ARM does what the service does beside keeping the body. ``generic``: it keeps it, and
        fills in what every service does.
        """
        spelt = {type_: _spelling(id_) for type_, id_, _ in self.store.types()}
        spelt |= {type_.casefold(): type_ for type_ in special_types()}
        return [
            {"type": spelt[type_], "fidelity": "special" if is_special(type_) else "generic"} for type_ in sorted(spelt)
        ]

    def snapshot(self) -> JsonObject:
        """Return the whole state as one JSON value."""
        return snapshot.take(self.store)

    def restore(self, state: Json) -> None:
        """Put what :meth:`snapshot` returned in place of the whole state.

        Raises:
            SnapshotError: it is no snapshot.
        """
        snapshot.restore(self.store, state)

    def reset(self) -> None:
        """Put what a new state holds in place of the whole state."""
        snapshot.clear(self.store)
        self.scopes.begin()

    def check(self) -> list[str]:
        """Return what is wrong with the state; nothing, when it is sound."""
        return self.store.problems()


def _spelling(id_: str) -> str:
    from armlib.emulator.addresses import parse_address

    return parse_address(id_).type
