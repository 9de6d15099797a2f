"""What destroying a deployment deletes, and in which order: the dependencies of the deployment, backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.live import Live
from armlib.deployment.scopes import DEPLOYMENTS, id_key
from armlib.deployment.target import Reader, Target
from armlib.errors import InputError
from armlib.expressions.simplify import reveal


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """A resource that destroying deletes.

    *inside* are the ids of what goes with it and is not in the template: what else lies in a resource group.
    """

    id: str
    type: str
    api_version: str | None
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What destroying deletes, first to last, and the resources that only the deployment knows the ids of."""

    doomed: tuple[Doomed, ...] = ()
    unknown: tuple[str, ...] = ()


def removal(resources: Sequence[ExpandedResource], reader: Reader) -> Removal:
    """Return what of *resources* is there and is to be deleted.

    A resource goes with its parent, with the resource group that it lies in, and with what it extends, when those go;
    then it is not listed. Deployments themselves are no resources that are deleted: what is in them is.
    """
    live = Live(reader, keeps_absent=True)
    found: dict[str, Doomed] = {}
    unknown: list[str] = []
    for one in resources:
        if one.type.casefold() == DEPLOYMENTS:
            continue
        id_, version = _identity(one, live)
        if id_ is None:
            unknown.append(f"{one.type} {one.symbolic_name or ''}".strip())
        elif reader.get(id_, version) is not None:
            found.setdefault(id_key(id_), Doomed(id=id_, type=one.type, api_version=version))
    tops = [one for key, one in found.items() if not _goes_with_another(key, found)]
    return Removal(doomed=tuple(_with_inside(one, found, reader) for one in reversed(tops)), unknown=tuple(unknown))


def _identity(one: ExpandedResource, live: Live) -> tuple[str | None, str | None]:
    if one.environment is None:
        return None, None
    try:
        id_ = reveal(live.value(one.id, one.environment))
        version = reveal(live.value(one.api_version, one.environment))
    except (InputError, Fault):
        return None, None
    return id_ if isinstance(id_, str) else None, version if isinstance(version, str) else None


def _goes_with_another(key: str, found: Iterable[str]) -> bool:
    return any(key != other and key.startswith(f"{other}/") for other in found)


def _with_inside(one: Doomed, found: Iterable[str], reader: Reader) -> Doomed:
    """Return *one* with what lies in it and is not in the template, when it is a resource group."""
    if one.type.casefold() != "microsoft.resources/resourcegroups":
        return one
    known = set(found)
    inside = tuple(str(each["id"]) for each in reader.list(one.id) if id_key(str(each["id"])) not in known)
    return Doomed(id=one.id, type=one.type, api_version=one.api_version, inside=inside)


def destroy(
    target: Target, doomed: Sequence[Doomed], watch: Callable[[Doomed, Fault | None], None]
) -> tuple[tuple[Doomed, Fault], ...]:
    """Delete *doomed* one after the other; return those that could not be deleted, and why.

    One that is refused because another one still uses it is tried again when the others are gone.
    """
    left = list(doomed)
    while left:
        refused: list[tuple[Doomed, Fault]] = []
        for one in left:
            try:
                target.delete(one.id, one.api_version)
                watch(one, None)
            except Fault as fault:
                refused.append((one, fault))
        if len(refused) == len(left):
            for one, why in refused:
                watch(one, why)
            return tuple(refused)
        left = [one for one, _ in refused]
    return ()
