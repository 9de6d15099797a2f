"""What providers see of the state."""

from __future__ import annotations

from collections.abc import Sequence

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import parse_address
from armlib.emulator.providers.lookup import provider_of
from armlib.emulator.settings import Settings, timestamp
from armlib.emulator.store import Row, Store
from armlib.jsontypes import JsonObject


class StoreView:
    """The state as it is, or as it will be once what lies at *leaving* (a key) is gone."""

    def __init__(self, store: Store, settings: Settings, leaving: str | None = None) -> None:
        self._store = store
        self._settings = settings
        self._leaving = leaving

    @property
    def now(self) -> str:
        """The time, as the service writes it."""
        return timestamp(self._settings.clock())

    @property
    def tenant(self) -> str:
        """The id of the tenant."""
        return self._settings.tenant_id

    @property
    def checks_references(self) -> bool:
        """Whether what a resource names must exist."""
        return self._settings.references

    def get(self, id_: str) -> JsonObject | None:
        """Return a resource as GET answers, or None."""
        row = self._find(id_)
        return None if row is None else self.shown(row)

    def exists(self, id_: str) -> bool:
        """Return whether there is such a resource."""
        return self._find(id_) is not None

    def list(self, type_: str, scope: str = "", text: str = "") -> Sequence[JsonObject]:
        """Return the resources of a type inside a scope, "" for everywhere; with *text*, those that hold it."""
        within = parse_address(scope).key if scope else ""
        return [self.shown(row) for row in self._store.of_type(type_.casefold(), within, text)]

    def named(self, type_: str, name: str) -> Sequence[str]:
        """Return the ids of the resources of a type, anywhere, whose last name is *name*."""
        return self._store.named(type_.casefold(), name.casefold())

    def referrers(self, id_: str, type_: str = "") -> Sequence[JsonObject]:
        """Return the resources that name *id_* and stay: those of a type, or all."""
        target = id_.casefold().rstrip("/")
        wanted = type_.casefold()
        rows = (self._store.find(source) for source in self._store.sources(target) if not self._leaves(source))
        return [row.value for row in rows if row is not None and (not wanted or row.type == wanted)]

    def location(self, id_: str) -> str:
        """Return the location of the resource group that *id_* lies in; "" when it lies in none."""
        group = parse_address(id_).group
        row = self._store.find(group) if group else None
        return "" if row is None else str(row.value.get("location", ""))

    def shown(self, row: Row) -> JsonObject:
        """Return what GET answers for a row."""
        return provider_of(row.type).show(row.value, self)

    def _find(self, id_: str) -> Row | None:
        try:
            return self._store.find(parse_address(id_).key)
        except Fault:
            return None

    def _leaves(self, key: str) -> bool:
        leaving = self._leaving
        return leaving is not None and (key == leaving or key.startswith(leaving + "/"))
