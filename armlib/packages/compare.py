"""What differs between two versions of a module for those who use it, and the smallest honest step of its version.

=======  =====================================================================================================
major    something that worked may fail, or means something else: a parameter or output is gone, a value is no longer
         allowed, a default is another one, a resource of an example is gone or called otherwise
minor    there is more than before, or the same arguments deploy something else: new parameters, outputs and resources,
         wider limits, other properties
patch    nothing of this: descriptions, sources
=======  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from semver import Version

from armlib.jsontypes import Json, JsonObject

_MOST_SHOWN: Final = 60  # characters of a value
_DEEPEST: Final = 20  # references that lead to each other
_NULL: Final = {"type": "null"}


class Step(IntEnum):
    """How much a change weighs."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: how much it weighs, where it is (``parameters.name``), and what it is."""

    step: Step
    path: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A version of a module as its users see it.

    *descriptor* is what ``armlib describe --format json`` says, *examples* the templates of its examples by name,
    *files* the digests of its files by path. *template* is what a module for Bicep is, None for another.
    """

    descriptor: JsonObject
    examples: Mapping[str, JsonObject] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    template: JsonObject | None = None


def compare(old: Interface, new: Interface) -> list[Change]:
    """Return what differs, the gravest first."""
    found = [
        *_schemas(_parameters(old), _parameters(new)),
        *_outputs(_objects(old.descriptor, "outputs"), _objects(new.descriptor, "outputs")),
        *_members("actions", _objects(old.descriptor, "actions"), _objects(new.descriptor, "actions")),
        *_dependencies(_objects(old.descriptor, "dependencies"), _objects(new.descriptor, "dependencies")),
        *_examples(old.examples, new.examples),
        *_templates(old.template, new.template),
    ]
    if not found and old.files != new.files:
        changed = sorted({path for path, _ in old.files.items() ^ new.files.items()})
        found = [Change(Step.PATCH, "files", f"changed: {', '.join(changed[:8])}{' and more' * (len(changed) > 8)}")]
    return sorted(found, key=lambda change: (-change.step, change.path, change.message))


def step_of(changes: Sequence[Change]) -> Step:
    """Return the smallest step that is honest about *changes*."""
    return max((change.step for change in changes), default=Step.NONE)


def least_version(old: Version, step: Step) -> Version:
    """Return the smallest version after *old* that is a *step*; before 1.0.0 a breaking change is a minor step."""
    if step is Step.NONE:
        return old
    if old.prerelease is not None:
        return old.finalize_version()
    if old.major == 0:
        return old.bump_minor() if step is Step.MAJOR else old.bump_patch()
    if step is Step.MAJOR:
        return old.bump_major()
    return old.bump_minor() if step is Step.MINOR else old.bump_patch()


def _objects(descriptor: Mapping[str, Json], name: str) -> dict[str, Any]:
    value = descriptor.get(name)
    return value if isinstance(value, dict) else {}


def _parameters(interface: Interface) -> dict[str, Any]:
    return _objects(interface.descriptor, "parameters")


# Parameters


def _schemas(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Compare the schemas of all parameters."""
    pair = _Pair(old.get("$defs") or {}, new.get("$defs") or {})
    yield from pair.properties("parameters", old, new)


class _Pair:
    """Two schemas that are compared, with the definitions of each."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self._definitions = (old, new)
        self._seen: set[tuple[str, str]] = set()

    def properties(self, path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
        """Compare the members of two objects."""
        before, after = old.get("properties") or {}, new.get("properties") or {}
        needed, needs = set(old.get("required") or ()), set(new.get("required") or ())
        others, other = old.get("additionalProperties", True), new.get("additionalProperties", True)
        for name in before.keys() - after.keys():
            step = Step.MINOR if other is not False and name not in needs else Step.MAJOR
            yield Change(step, f"{path}.{name}", "is gone")
            if isinstance(other, dict):
                yield from self.values(f"{path}.{name}", before[name], other)
        for name in after.keys() - before.keys():
            step = Step.MAJOR if name in needs else Step.MINOR
            yield Change(step, f"{path}.{name}", "is new and required" if name in needs else "is new")
            if isinstance(others, dict):
                yield from self.values(f"{path}.{name}", others, after[name])
        for name in before.keys() & after.keys():
            if name in needs - needed:
                yield Change(Step.MAJOR, f"{path}.{name}", "is required now")
            if name in needed - needs:
                yield Change(Step.MINOR, f"{path}.{name}", "is optional now")
            yield from self.values(f"{path}.{name}", before[name], after[name])
        if path != "parameters":
            yield from self._others(path, others, other)

    def _others(self, path: str, old: Any, new: Any) -> Iterator[Change]:
        """Compare what properties may be that are not named."""
        if old is not False and new is False:
            yield Change(Step.MAJOR, path, "takes no other properties any more")
        elif old is False and new is not False:
            yield Change(Step.MINOR, path, "takes other properties, too")
        elif old is not False:
            yield from self.values(f"{path}.*", {} if old is True else old, {} if new is True else new)

    def values(self, path: str, old: Any, new: Any) -> Iterator[Change]:
        """Compare what a value may be."""
        if isinstance(old, dict) and isinstance(new, dict):
            (one, of_one), (other, of_other) = self._whole(old, 0), self._whole(new, 1)
            key = (of_one, of_other)
            if any(key):
                if key in self._seen or len(self._seen) > _DEEPEST:
                    return
                self._seen.add(key)
            yield from self._whole_values(path, one, other)
            self._seen.discard(key)
        elif old != new:
            yield Change(Step.MAJOR if new is False else Step.MINOR, path, "takes other values")

    def _whole(self, schema: dict[str, Any], side: int) -> tuple[dict[str, Any], str]:
        """Return *schema* with all that holds beside it, and the last name that it refers to, if any."""
        merged, name, is_nullable = schema, "", False
        for _ in range(_DEEPEST):
            reference, parts = merged.get("$ref"), _parts(merged)
            if reference is None and not parts:
                break
            if reference is not None:
                name = str(reference).removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
                parts.append(self._definitions[side].get(name) or {})
            is_nullable = is_nullable or _NULL in parts
            taken = ("$ref", "anyOf") if _is_id(merged) else ("$ref", "anyOf", "allOf")
            merged = {keyword: value for keyword, value in merged.items() if keyword not in taken}
            for part in parts:
                merged = merged if part == _NULL else {**part, **merged}
        if is_nullable and "type" in merged:
            merged["type"] = sorted({*_type_set(merged), "null"})
        return merged, name

    def _whole_values(self, path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
        yield from _types(path, old, new)
        yield from _allowed(path, old, new)
        yield from _limits(path, old, new)
        yield from _defaults(path, old, new)
        yield from _marks(path, old, new)
        if {"properties", "required", "additionalProperties"} & (old.keys() | new.keys()):
            yield from self.properties(path, old, new)
        if "items" in old or "items" in new:
            yield from self.values(f"{path}[]", old.get("items", {}), new.get("items", {}))
        if old.get("description") != new.get("description"):
            yield Change(Step.PATCH, path, "is described otherwise")


def _is_id(schema: dict[str, Any]) -> bool:
    return bool(schema.get("x-armlib-resource-id"))


def _parts(schema: dict[str, Any]) -> list[Any]:
    """Return the schemas that hold beside *schema*: what may be null, too, a type of others, values to choose from."""
    options = schema.get("anyOf", [])
    chosen = options if _NULL in options else options[:1]  # the second is for an array with some of the values
    return [*chosen, *([] if _is_id(schema) else schema.get("allOf", []))]


def _types(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = _type_set(old), _type_set(new)
    if before == after:
        return
    shown = f"was {_names(before)} and is {_names(after)}"
    wider = not after or (bool(before) and before <= after)
    yield Change(Step.MINOR if wider else Step.MAJOR, path, shown)


def _type_set(schema: dict[str, Any]) -> frozenset[str]:
    """Return the types that are taken; none when all are."""
    said = schema.get("type", [])
    types = frozenset(said if isinstance(said, list) else [said])
    return types | {"integer"} if "number" in types else types


def _names(types: frozenset[str]) -> str:
    return " or ".join(sorted(types)) or "anything"


def _allowed(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = old.get("enum"), new.get("enum")
    if before == after:
        return
    if after is None:
        yield Change(Step.MINOR, path, "takes any value now")
    elif before is None:
        yield Change(Step.MAJOR, path, f"takes only {_shown(after)} now")
    else:
        gone, more = [one for one in before if one not in after], [one for one in after if one not in before]
        if gone:
            yield Change(Step.MAJOR, path, f"does not take {_shown(gone)} any more")
        if more:
            yield Change(Step.MINOR, path, f"takes {_shown(more)}, too")


_LEAST: Final = ("minimum", "minLength", "minItems", "minProperties")
_MOST: Final = ("maximum", "maxLength", "maxItems", "maxProperties")


def _limits(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in (*_LEAST, *_MOST):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        tighter = before is None or (after is not None and (after > before) == (name in _LEAST))
        said = f"{name} was {_shown(before)} and is {_shown(after)}"
        yield Change(Step.MAJOR if tighter and after is not None else Step.MINOR, path, said)
    for name in ("pattern", "format", "x-armlib-validated"):
        before, after = old.get(name), new.get(name)
        if before != after:
            what = name.removeprefix("x-armlib-")
            said = f"{what} was {_shown(before)} and is {_shown(after)}"
            yield Change(Step.MINOR if after is None else Step.MAJOR, path, said)


def _defaults(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    before, after = old.get("default", ...), new.get("default", ...)
    computed = old.get("x-armlib-computed-default"), new.get("x-armlib-computed-default")
    if before == after and computed[0] == computed[1]:
        return
    said = f"has the default {_shown_default(after, computed[1])}, before {_shown_default(before, computed[0])}"
    had_none = before is ... and not computed[0]
    yield Change(Step.MINOR if had_none else Step.MAJOR, path, said)


def _shown_default(value: Any, computed: Any) -> str:
    return "that is worked out" if computed else "none" if value is ... else _shown(value)


def _marks(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in ("x-armlib-secret", "x-armlib-deploy-time", "x-armlib-resource-id"):
        if old.get(name) != new.get(name):
            what = name.removeprefix("x-armlib-").replace("-", " ")
            yield Change(Step.MAJOR, path, f"is {what} now" if new.get(name) else f"is not {what} any more")
    if _is_id(old) and _is_id(new) and old.get("allOf") != new.get("allOf"):
        is_wider = len(str(new.get("allOf"))) < len(str(old.get("allOf")))
        yield Change(
            Step.MINOR if is_wider else Step.MAJOR, path, f"takes {'more than ids' if is_wider else 'ids alone'} now"
        )


def _shown(value: Any) -> str:
    import json

    if value is None:
        return "none"
    text = ", ".join(map(_shown, value)) if isinstance(value, list) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"


# Outputs, actions, dependencies


def _outputs(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    yield from _members("outputs", old, new)
    for name in old.keys() & new.keys():
        before, after = str(old[name].get("type")).lower(), str(new[name].get("type")).lower()
        if before != after:
            yield Change(Step.MAJOR, f"outputs.{name}", f"was {before} and is {after}")


def _members(what: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in old.keys() - new.keys():
        yield Change(Step.MAJOR, f"{what}.{name}", "is gone")
    for name in new.keys() - old.keys():
        yield Change(Step.MINOR, f"{what}.{name}", "is new")


def _dependencies(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in old.keys() - new.keys():
        yield Change(Step.MINOR, f"dependencies.{name}", "is needed no more")
    for name in new.keys() - old.keys():
        step = Step.MINOR if new[name].get("optional") else Step.MAJOR
        yield Change(step, f"dependencies.{name}", "is new")
    for name in old.keys() & new.keys():
        if old[name] != new[name]:
            yield Change(Step.MAJOR, f"dependencies.{name}", "is another one")


# Examples


def _examples(old: Mapping[str, JsonObject], new: Mapping[str, JsonObject]) -> Iterator[Change]:
    for name in sorted(old.keys() & new.keys()):
        yield from _resources(f"examples.{name}", old[name], new[name])


def _templates(old: JsonObject | None, new: JsonObject | None) -> Iterator[Change]:
    if old is not None and new is not None:
        yield from _resources("template", old, new)


def _resources(path: str, old: JsonObject, new: JsonObject) -> Iterator[Change]:
    before, after = dict(_identified(old)), dict(_identified(new))
    for key in before.keys() - after.keys():
        yield Change(Step.MAJOR, path, f"does not deploy {key} any more")
    for key in after.keys() - before.keys():
        yield Change(Step.MINOR, path, f"deploys {key}, too")
    for key in before.keys() & after.keys():
        changed = sorted(_differences("", before[key], after[key]))
        if changed:
            shown = ", ".join(changed[:4]) + (f" and {len(changed) - 4} more" if len(changed) > 4 else "")
            yield Change(Step.MINOR, path, f"deploys {key} with another {shown}")


def _identified(template: JsonObject) -> Iterator[tuple[str, Any]]:
    """Yield the resources by type and name; what comes twice is told apart by its place."""
    resources = template.get("resources")
    listed = list(resources.values()) if isinstance(resources, dict) else resources
    seen: dict[str, int] = {}
    for resource in listed if isinstance(listed, list) else []:
        if isinstance(resource, dict):
            key = f"{resource.get('type')} '{resource.get('name')}'"
            seen[key] = seen.get(key, 0) + 1
            yield (key if seen[key] == 1 else f"{key} ({seen[key]})"), resource


def _differences(path: str, old: Any, new: Any) -> Iterator[str]:
    """Yield the paths of properties that differ, as far down as both have objects."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old.keys() | new.keys():
            inner = f"{path}.{name}" if path else name
            yield from _differences(inner, old.get(name, ...), new.get(name, ...))
    elif old != new:
        yield path
