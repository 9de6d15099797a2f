"""Changes of some kinds left out, as ``--exclude-change-types`` of the Azure CLI does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from armlib.deployment.whatif.model import Change, ChangeType, WhatIf


def change_types(names: Iterable[str]) -> frozenset[ChangeType]:
    """Return the kinds of changes with *names*, in any case.

    Raises:
        ValueError: A name is none of a kind.
    """
    by_name = {kind.casefold(): kind for kind in ChangeType}
    found = []
    for name in names:
        kind = by_name.get(name.strip().casefold())
        if kind is None:
            raise ValueError(f"'{name}' is no kind of change; there are {', '.join(ChangeType)}")
        found.append(kind)
    return frozenset(found)


def apply_filters(what_if: WhatIf, exclude: Collection[ChangeType]) -> WhatIf:
    """Return *what_if* without the changes of the kinds in *exclude*."""

    def kept(changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(change for change in changes if change.kind not in exclude)

    return replace(what_if, changes=kept(what_if.changes), potential=kept(what_if.potential))
