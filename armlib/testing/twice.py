"""An example deployed to a local ARM in memory, twice, and destroyed: what went wrong on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from armlib.config import Settings
from armlib.deploying import Delivery, How, Place, deliver, make_group, preview, with_secrets
from armlib.deployment.destroy import destroy, removal
from armlib.deployment.fault import Fault
from armlib.deployment.run import Patience, run
from armlib.deployment.scopes import DeploymentScope, id_key, parse_scope, short_id
from armlib.deployment.types import is_nullable, resolve
from armlib.deployment.whatif.model import Change, ChangeType
from armlib.emulator.engine import Engine
from armlib.emulator.settings import Settings as EngineSettings
from armlib.emulator.target import LocalTarget
from armlib.errors import DiagnosticsError
from armlib.evaluation import Deployable
from armlib.jsontypes import Json, JsonObject
from armlib.template.scope import ScopeKind

SECRET = "Sup3r-Secret-Value"  # noqa: S105 - what stands for texts that an example is not given
_STILL = (ChangeType.NO_CHANGE, ChangeType.IGNORE)
_LOCKS = "microsoft.authorization/locks"
_PLACE = Place(local=True)
_LATER = timedelta(days=400)  # what the time gives is another one then, however it is written


def deployed_twice(entry: Deployable, settings: Settings) -> list[str]:
    """Return what goes wrong when *entry* is deployed, looked at, deployed again and destroyed.

    A second deployment must change nothing, and nothing may be left when it is destroyed.
    """
    engine = Engine.open(None, EngineSettings(definitions=settings.types.store))
    target = LocalTarget(engine)
    try:
        return list(_problems(_with_values(entry), target, settings))
    except Fault as fault:
        return list(_told(fault))
    except DiagnosticsError as error:
        return [f"{found.message} [{found.code}]" for found in error.diagnostics]
    finally:
        target.close()


def _with_values(entry: Deployable) -> Deployable:
    """Return *entry* with values for the parameters of its template that have none: any that their types allow."""
    declared: Any = entry.template.get("parameters") or {}
    given = {name.casefold() for name in entry.parameters}
    values = {
        name: _any(resolve(declaration, entry.template))
        for name, declaration in declared.items()
        if name.casefold() not in given and "defaultValue" not in declaration and not is_nullable(declaration)
    }
    return with_secrets(entry, values)


def _any(schema: JsonObject) -> Json:
    allowed = schema.get("allowedValues")
    if isinstance(allowed, list) and allowed:
        return allowed[0]
    others: dict[str, Json] = {"int": schema.get("minValue", 1), "bool": False, "array": []}
    others |= {"object": {}, "secureobject": {}}
    return others.get(str(schema.get("type")).casefold(), SECRET)


def _problems(entry: Deployable, target: LocalTarget, settings: Settings) -> Iterator[str]:
    first = _delivered(entry, target)
    make_group(first, target)
    before = _ids(target, first.scope)
    failed = list(_run(first, target))
    if failed:
        yield from (f"the first deployment: {each}" for each in failed)
        return
    second = _delivered(entry, target, datetime.now(UTC) + _LATER)
    changes = preview(second, target, settings.types)
    for change in (*changes.changes, *changes.potential):
        if change.kind not in _STILL:
            yield f"a second deployment: {_change(change)}"
    yield from (f"the second deployment: {each}" for each in _run(second, target))
    yield from _destroyed(entry, target, before)


def _delivered(entry: Deployable, target: LocalTarget, now: datetime | None = None) -> Delivery:
    return deliver(entry, target, _PLACE, How(), "test", now=now)


def _run(delivery: Delivery, target: LocalTarget) -> Iterator[str]:
    patience = Patience(interval=0.005, tries=1, sleep=time.sleep)
    try:
        ended = run(target, delivery.submission, patience, lambda _: None, lambda _, __: None)
    except Fault as fault:
        yield from _told(fault)
        return
    if ended.fault is not None:
        yield from _told(ended.fault)


def _told(fault: Fault) -> Iterator[str]:
    for cause in fault.causes():
        about = f"{short_id(cause.target)}: " if cause.target else ""
        yield f"{about}{cause.message} [{cause.code}]"


def _change(change: Change) -> str:
    paths = [path for path, _ in change.properties()]
    shown = f" at {', '.join(paths)}" if paths else ""
    why = f" ({change.reason})" if change.reason else ""
    return f"{short_id(change.id)}: {change.kind.value}{shown}{why}"


def _destroyed(entry: Deployable, target: LocalTarget, before: dict[str, str]) -> Iterator[str]:
    delivery = _delivered(entry, target)
    # A lock is there to be taken away by hand, before anything below it can be deleted.
    locks = [one for one in delivery.expansion.resources if one.type.casefold() == _LOCKS]
    for resources in (locks, delivery.expansion.resources):
        for one, fault in destroy(target, removal(resources, target).doomed, lambda _, __: None):
            yield from (f"{short_id(one.id)} cannot be deleted: {each}" for each in _told(fault))
    left = {id_key(one.id): one.id for one in removal(delivery.expansion.resources, target).doomed}
    left |= _ids(target, delivery.scope)
    yield from (f"destroying leaves {short_id(id_)}" for key, id_ in left.items() if key not in before)


def _ids(target: LocalTarget, scope: DeploymentScope) -> dict[str, str]:
    """Return the ids of the resources in *scope* by their keys; of the one subscription above subscriptions."""
    below = scope.kind in (ScopeKind.GROUP, ScopeKind.SUBSCRIPTION)
    where = str(scope.id) if below else target.default_scope(ScopeKind.SUBSCRIPTION)
    found: list[JsonObject] = list(target.list(str(parse_scope(where).id)))
    return {id_key(str(one["id"])): str(one["id"]) for one in found}
