"""How grave a change is: what has to be replaced, loses data, empties lists, or interrupts what runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from armlib.deployment.whatif.model import PropertyChange, PropertyChangeType, Rating, Risk
from armlib.deployment.whatif.rules import Rules


def rate(delta: tuple[PropertyChange, ...], rules: Rules, base: str = "") -> tuple[PropertyChange, ...]:
    """Return *delta* with the ratings that *rules* give; *base* is the rules' path of what the paths start at."""
    return tuple(_rated(change, rules, base) for change in delta)


def rate_deletion(rules: Rules, reason: str) -> tuple[Rating, ...]:
    """Return the ratings of a resource that is deleted; *reason* says why it is."""
    lost = (Rating(Risk.DATA_LOSS, f"{rules.stateful} would be lost"),) if rules.stateful else ()
    return (*lost, Rating(Risk.DELETE, reason))


def _rated(change: PropertyChange, rules: Rules, base: str) -> PropertyChange:
    rule = f"{base}.*" if change.path.isdigit() and base else _joined(base, change.path)
    ratings = (*_replacing(change, rules, rule), *_of_list(change, rules, rule), *_interrupting(change, rules, rule))
    if not ratings and not change.children:
        return change
    return replace(change, ratings=ratings, children=rate(change.children, rules, rule))


def _joined(base: str, path: str) -> str:
    folded = path.casefold()
    return f"{base}.{folded}" if base else folded


def _replacing(change: PropertyChange, rules: Rules, rule: str) -> Iterator[Rating]:
    for reason in _touched(change, rules.immutable, rule):
        if rules.stateful:
            yield Rating(Risk.DATA_LOSS, f"{rules.stateful} would be lost")
        yield Rating(Risk.REPLACE, reason)
        return


def _interrupting(change: PropertyChange, rules: Rules, rule: str) -> Iterator[Rating]:
    for reason in _touched(change, rules.downtime, rule):
        yield Rating(Risk.DOWNTIME, reason)
        return


def _touched(change: PropertyChange, paths: Mapping[str, str], rule: str) -> Iterator[str]:
    """Yield the reasons of the *paths* that a change touches: at it, above it, or in the object that is changed."""
    if change.children:
        yield from (paths[rule] for _ in [0] if rule in paths and change.kind is PropertyChangeType.ARRAY)
        return
    if change.kind is PropertyChangeType.CREATE and change.after is False:
        return  # what is not told is off
    for path, reason in paths.items():
        if rule == path or rule.startswith(f"{path}."):
            yield reason
        elif path.startswith(f"{rule}."):
            rest = path[len(rule) + 1 :].split(".")
            if _at(change.before, rest) != _at(change.after, rest):
                yield reason


def _at(value: Any, path: list[str]) -> Any:
    """Return what *value* has at *path*; ``*`` gives the rest of a list as a whole."""
    for name in path:
        if name == "*":
            return value
        if not isinstance(value, dict):
            return None
        value = next((inner for key, inner in value.items() if key.casefold() == name), None)
    return value


def _of_list(change: PropertyChange, rules: Rules, rule: str) -> Iterator[Rating]:
    gone = [child for child in change.children if child.kind is PropertyChangeType.DELETE]
    if change.kind is PropertyChangeType.ARRAY and gone and (rules.is_list(rule) or any(c.drift for c in gone)):
        what = (
            "an element that the template does not list goes" if len(gone) == 1 else "elements that it does not list go"
        )
        yield Rating(Risk.LIST_REPLACED, f"the template's list replaces the whole: {what}")
    in_owned = rule.startswith(tuple(f"{owned}{mark}" for owned in rules.owned for mark in ".["))
    if change.kind is PropertyChangeType.DELETE and in_owned and (change.drift or not rule.startswith("tags")):
        yield Rating(Risk.LIST_REPLACED, "the template's keys replace all there are, and it does not have this one")
