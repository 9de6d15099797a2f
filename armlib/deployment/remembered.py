"""A reader that asks each thing once: for as long as nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.target import Reader
from armlib.jsontypes import Json, JsonObject


class Remembered:
    """Answers as *reader* did the first time; so do its refusals."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._answers: dict[tuple[str, ...], Any] = {}

    def get(self, id_: str, api_version: str | None = None) -> JsonObject | None:
        """Return what is at *id_*."""
        found: JsonObject | None = self._asked(
            ("get", id_key(id_), api_version or ""), lambda: self._reader.get(id_, api_version)
        )
        return found

    def list(self, scope: str) -> Iterable[JsonObject]:
        """Return the resources in a scope."""
        found: list[JsonObject] = self._asked(("list", id_key(scope)), lambda: list(self._reader.list(scope)))
        return found

    def act(self, id_: str, action: str, api_version: str, body: Json = None) -> Json:
        """Return the answer to an action; only what lists is asked for."""
        key = ("act", id_key(id_), action.casefold(), api_version, json.dumps(body, sort_keys=True))
        found: Json = self._asked(key, lambda: self._reader.act(id_, action, api_version, body))
        return found

    def baseline(self, id_: str) -> JsonObject | None:
        """Return what was put last."""
        return self._reader.baseline(id_)

    def provider(self, namespace: str) -> JsonObject | None:
        """Return what is known of a resource provider."""
        found: JsonObject | None = self._asked(
            ("provider", namespace.casefold()), lambda: self._reader.provider(namespace)
        )
        return found

    def _asked(self, key: tuple[str, ...], ask: Callable[[], Any]) -> Any:
        if key not in self._answers:
            try:
                self._answers[key] = ask()
            except Fault as fault:
                self._answers[key] = fault
        answer = self._answers[key]
        if isinstance(answer, Fault):
            raise answer
        return answer
