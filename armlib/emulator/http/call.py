"""A request and its answer, as what answers it sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from armlib.deployment.fault import Fault
from armlib.emulator.caller import Caller
from armlib.emulator.http.body import parse_body
from armlib.jsontypes import Json, JsonObject

if TYPE_CHECKING:
    from armlib.emulator.engine import Engine
    from armlib.emulator.http.service import Service

_IN_PATHS = "/()!$&'*+,;=:@~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back: a value as JSON, a text, or no body when both are None."""

    status: int = 200
    json: Json = None
    text: str | None = None
    media_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request.

    *path* is an id as :func:`armlib.emulator.http.paths.read_path` gives it, *base* what stands before it in the URL
    that the client used, *names* the parts of the path that the route has names for. Names of query parameters and
    headers are in lower case.
    """

    service: Service
    method: str
    base: str
    path: str
    names: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = field(default=b"", repr=False)
    correlation_id: str = ""

    @property
    def engine(self) -> Engine:
        """The engine that the service stands on."""
        return self.service.engine

    @property
    def caller(self) -> Caller:
        """Who writes."""
        return Caller(correlation_id=self.correlation_id)

    @property
    def scope(self) -> str:
        """The id of the scope in the path, ``""`` for the tenant."""
        if "scope" in self.names:
            return self.names["scope"]
        return f"/subscriptions/{self.names['subscription']}/resourceGroups/{self.names['group']}"

    @property
    def name(self) -> str:
        """The name in the path."""
        return self.names["name"]

    @property
    def api_version(self) -> str:
        """The version that the client speaks."""
        return self.query.get("api-version", "")

    @property
    def body(self) -> JsonObject:
        """The object that the request holds; a Fault when it is none."""
        return parse_body(self.content)

    @property
    def optional_body(self) -> JsonObject | None:
        """The object that the request holds; None when there is no body."""
        return parse_body(self.content) if self.content.strip() else None

    @property
    def top(self) -> int | None:
        """How many elements the client wants at most.

        Raises:
            Fault: 400 ``InvalidTopQueryParameter``: ``$top`` is no number above zero.
        """
        text = self.query.get("$top")
        if text is None or text == "":
            return None
        if not text.isdecimal() or not 0 < int(text) < 1_000_000:
            message = f"The '$top' query parameter '{text[:40]}' is not valid: it must be a number above zero."
            raise Fault(400, "InvalidTopQueryParameter", message)
        return int(text)

    def url(self, path: str, **query: str | None) -> str:
        """Return the absolute URL of *path* on this server, with the version that the client speaks."""
        words = {"api-version": self.api_version or None, **query}
        text = urlencode({name: value for name, value in words.items() if value is not None})
        return f"{self.base}{quote(path, safe=_IN_PATHS)}" + (f"?{text}" if text else "")

    def page(self, items: list[Any], next_: str | None) -> Answer:
        """Return a page of a list, with the URL of the next one."""
        found: dict[str, Any] = {"value": items}
        if next_ is not None:
            kept = {name: value for name, value in self.query.items() if name not in ("$skiptoken", "api-version")}
            found["nextLink"] = self.url(self.path, **kept, **{"$skiptoken": next_})
        return Answer(json=found)

    def slice(self, items: Sequence[Any]) -> Answer:
        """Return the page of the whole list *items* that the client asks for."""
        after = self.query.get("$skiptoken", "0")
        start = int(after) if after.isdecimal() and len(after) < 10 else 0
        top = self.top
        end = len(items) if top is None else start + top
        return self.page(list(items[start:end]), str(end) if end < len(items) else None)
