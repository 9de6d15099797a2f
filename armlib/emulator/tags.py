"""Tags: those of one scope, ``{scope}/providers/Microsoft.Resources/tags/default``, and all of a subscription.

Source: "Tags" of the Azure Resource Manager REST API.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, parse_address
from armlib.emulator.caller import Caller
from armlib.emulator.resources import Resources, Stored
from armlib.emulator.store import Store
from armlib.jsontypes import JsonObject

TYPE: Final = "microsoft.resources/tags"
_NAMES: Final = "tagNames"


class Tags:
    """The tags of scopes and resources; a handler of ``Resources`` for their type."""

    def __init__(self, resources: Resources, store: Store) -> None:
        self._resources = resources
        self._store = store

    def get(self, address: Address) -> JsonObject:
        """Return the tags of what *address* extends."""
        return _shown(address, _tags_of(self._resources.get(_target(address))))

    def put(self, address: Address, body: dict[str, Any], caller: Caller) -> Stored:
        """Replace the tags of what *address* extends."""
        had = bool(_tags_of(self._resources.get(_target(address))))
        return self._set(address, _sent(body), caller, created=not had)

    def patch(self, address: Address, body: dict[str, Any], caller: Caller) -> Stored:
        """Merge, replace or delete tags, as ``operation`` says; a tag is deleted when its value is given too.

        Source: "Tags - Update At Scope".
        """
        operation = str(body.get("operation", "")).casefold()
        wanted = _sent(body)
        tags = dict(_tags_of(self._resources.get(_target(address))))
        if operation == "replace":
            tags = dict(wanted)
        elif operation in ("merge", "delete"):
            spelt = {name.casefold(): name for name in tags}
            for name, value in wanted.items():
                known = spelt.get(name.casefold(), name)
                if operation == "merge":
                    tags[known] = value
                elif tags.get(known) == value:
                    del tags[known]
        else:
            raise Fault(
                400,
                "InvalidRequestContent",
                "The request content was invalid: 'operation' must be Merge, Replace or Delete.",
            )
        return self._set(address, tags, caller, created=False)

    def delete(self, address: Address, caller: Caller) -> bool:
        """Take all tags from what *address* extends."""
        had = bool(_tags_of(self._resources.get(_target(address))))
        self._resources.set_tags(_target(address), {}, caller=caller)
        return had

    def names(self, subscription: str) -> list[JsonObject]:
        """Return the names of tags in a subscription, in use or made for it, with how often each is used."""
        key = parse_address(subscription).key
        used: dict[str, Counter[str]] = {}
        spelt: dict[str, str] = {}
        for row in self._store.inside(key):
            for name, value in _tags_of(row.value).items():
                spelt.setdefault(name.casefold(), name)
                used.setdefault(name.casefold(), Counter())[str(value)] += 1
        for document in self._store.documents(_NAMES, scope=key):
            name = str(document.body["name"])
            spelt.setdefault(name.casefold(), name)
            values = used.setdefault(name.casefold(), Counter())
            made = document.body["values"]
            for value in made if isinstance(made, list) else ():
                values.setdefault(str(value), 0)
        return [_detail(parse_address(subscription).id, spelt[folded], used[folded]) for folded in sorted(used)]

    def make_name(self, subscription: str, name: str) -> tuple[JsonObject, bool]:
        """Make a name that tags can have; return it, and whether it is new."""
        key = parse_address(subscription).key
        known = self._store.document(_NAMES, f"{key} {name.casefold()}")
        if known is None:
            self._store.keep(_NAMES, f"{key} {name.casefold()}", {"name": name, "values": []}, scope=key)
        return self._found(subscription, name), known is None

    def make_value(self, subscription: str, name: str, value: str) -> tuple[JsonObject, bool]:
        """Make a value that the tag *name* can have; return it, and whether it is new."""
        key = parse_address(subscription).key
        with self._store.write():
            known = self._store.document(_NAMES, f"{key} {name.casefold()}")
            if known is None:
                raise Fault(404, "TagNotFound", f"The tag '{name}' could not be found.")
            values = [str(each) for each in known["values"]] if isinstance(known["values"], list) else []
            is_new = value not in values
            if is_new:
                body: JsonObject = {"name": known["name"], "values": [*values, value]}
                self._store.keep(_NAMES, f"{key} {name.casefold()}", body, scope=key)
        found = self._found(subscription, name)["values"]
        assert isinstance(found, list)
        return next(each for each in found if isinstance(each, dict) and each["tagValue"] == value), is_new

    def delete_name(self, subscription: str, name: str) -> bool:
        """Delete a name that was made; return whether there was one.

        Raises:
            Fault: a resource has a tag with the name.
        """
        key = parse_address(subscription).key
        for detail in self.names(subscription):
            count = detail["count"]
            if str(detail["tagName"]).casefold() == name.casefold() and isinstance(count, dict) and count["value"]:
                raise Fault(
                    409, "TagNameInUse", f"The tag '{name}' cannot be deleted: {count['value']} resources have it."
                )
        return self._store.drop(_NAMES, f"{key} {name.casefold()}")

    def delete_value(self, subscription: str, name: str, value: str) -> bool:
        """Delete a value that was made; return whether there was one."""
        key = parse_address(subscription).key
        with self._store.write():
            known = self._store.document(_NAMES, f"{key} {name.casefold()}")
            values = known["values"] if known is not None else []
            if known is None or not isinstance(values, list) or value not in values:
                return False
            body: JsonObject = {"name": known["name"], "values": [each for each in values if each != value]}
            self._store.keep(_NAMES, f"{key} {name.casefold()}", body, scope=key)
            return True

    def _found(self, subscription: str, name: str) -> JsonObject:
        return next(each for each in self.names(subscription) if str(each["tagName"]).casefold() == name.casefold())

    def _set(self, address: Address, tags: dict[str, Any], caller: Caller, *, created: bool) -> Stored:
        self._resources.set_tags(_target(address), tags, caller=caller)
        etag = self._resources.etag(_target(address)) or ""
        return Stored(_shown(address, tags), created, etag)


def _target(address: Address) -> str:
    if address.name.casefold() != "default":
        raise Fault(
            400, "InvalidTagsResourceName", f"The name of a tags resource must be 'default', and not '{address.name}'."
        )
    return address.scope


def _sent(body: dict[str, Any]) -> dict[str, Any]:
    properties = body.get("properties")
    tags = properties.get("tags") if isinstance(properties, dict) else None
    if not isinstance(tags, dict):
        raise Fault(
            400,
            "InvalidRequestContent",
            "The request content was invalid: 'properties.tags' must be an object of texts.",
        )
    return tags


def _shown(address: Address, tags: dict[str, Any]) -> JsonObject:
    return {"id": address.id, "name": "default", "type": "Microsoft.Resources/tags", "properties": {"tags": tags}}


def _tags_of(body: JsonObject) -> dict[str, Any]:
    tags = body.get("tags")
    return tags if isinstance(tags, dict) else {}


def _detail(subscription: str, name: str, values: Counter[str]) -> JsonObject:
    id_ = f"{subscription}/tagNames/{name}"
    return {
        "id": id_,
        "tagName": name,
        "count": {"type": "Total", "value": sum(values.values())},
        "values": [
            {"id": f"{id_}/tagValues/{value}", "tagValue": value, "count": {"type": "Total", "value": count}}
            for value, count in sorted(values.items())
        ],
    }
