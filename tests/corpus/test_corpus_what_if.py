"""What every template of the corpus makes, put into the local ARM, is no change afterwards.

Neither where it is known what was sent last, nor against the state alone, with all that the local ARM adds to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import DEPLOYMENTS
from armlib.deployment.show import show
from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import ChangeType
from armlib.emulator.engine import Engine
from armlib.emulator.settings import Settings
from armlib.expressions.values import Secret, Unknown
from armlib.jsontypes import Json, JsonObject
from tests.corpus.test_corpus_eval import FOLDER, entries, evaluated

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the corpus is not at {FOLDER}")
LENIENT = Settings(references=False)  # what a resource names is not there when it is put alone
FEWEST = 800  # resources that the local ARM takes one by one, of which the rest need others first


class Reader:
    """Reads the resources of an engine; *keeps_sent* says whether what was sent last is told."""

    def __init__(self, engine: Engine, *, keeps_sent: bool) -> None:
        self.engine = engine
        self.keeps_sent = keeps_sent

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        return self.engine.resources.find(id_)

    def list(self, scope: str) -> Iterable[JsonObject]:
        return ()

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        raise AssertionError("a what-if makes no calls")

    def baseline(self, id_: str) -> JsonObject | None:
        return self.engine.resources.baseline(id_) if self.keeps_sent else None

    def provider(self, namespace: str) -> JsonObject | None:
        return None


def test_what_was_put_is_no_change() -> None:
    count = 0
    changed: list[tuple[str, str, object]] = []
    for name in entries():
        with Engine.open(settings=LENIENT) as engine:
            resources = put_all(engine, evaluated(name).resources)
            count += len(resources)
            for keeps_sent in (True, False):
                found = what_if(resources, Reader(engine, keeps_sent=keeps_sent), scope="/")
                changed += [
                    (name, change.id, change.delta)
                    for change in found.changes
                    if change.kind is not ChangeType.NO_CHANGE
                ]
    assert changed == []
    assert count >= FEWEST


def put_all(engine: Engine, resources: Iterable[ExpandedResource]) -> list[ExpandedResource]:
    """Put *resources*, what is unknown in them as the text of its expression; return those that were taken."""
    taken: dict[str, ExpandedResource] = {}
    for resource in resources:
        if not isinstance(resource.id, str) or resource.type.casefold() == DEPLOYMENTS:
            continue
        body = settled(dict(resource.body))
        version = resource.api_version if isinstance(resource.api_version, str) else "2023-01-01"
        try:
            make_group(engine, resource.id)
            engine.resources.put(resource.id, version, body)
        except Fault:
            continue
        taken[resource.id.casefold()] = replace(resource, body=body, condition=True)
    return list(taken.values())


def make_group(engine: Engine, id_: str) -> None:
    segments = id_.split("/")
    group = "/".join(segments[:5])
    if len(segments) > 5 and segments[3].casefold() == "resourcegroups" and engine.resources.find(group) is None:
        engine.resources.put(group, "2025-04-01", {"location": "eastus"})


def settled(value: Any) -> Any:
    if isinstance(value, Unknown):
        return show(value)
    if isinstance(value, Secret):
        return Secret(settled(value.value))
    if isinstance(value, dict):
        return {name: settled(inner) for name, inner in value.items()}
    return [settled(inner) for inner in value] if isinstance(value, list) else value
