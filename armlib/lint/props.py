"""Settings of resources that had better have one value: a table for rules that ask the same of many types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from armlib.diagnostics import Severity
from armlib.expressions.parser import is_expression
from armlib.expressions.values import Secret, Unknown
from armlib.jsontypes import JsonPath
from armlib.lint.rule import Finding, Replace
from armlib.lint.subject import Resource, TemplateSubject


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a setting of a type is to be.

    Attributes:
        type: The type, in lower case.
        path: The steps to the setting, below the resource.
        bad: Whether a known value is wrong; *None* is asked for an absent one.
        says: What a wrong value means, after the name of the setting.
        hint: What to do.
        absent: The severity when it is absent and that is wrong; None for that of the rule.
        value: What ``--fix`` writes in place of a wrong value that is there; None for nothing.
        applies: Whether the resource is one that this is asked of.
    """

    type: str
    path: tuple[str, ...]
    bad: Callable[[Any], bool]
    says: str
    hint: str
    absent: Severity | None = None
    value: Any = None
    applies: Callable[[Resource], bool] = lambda resource: True


UNKNOWN: Final = (Unknown, Secret)


def is_true(value: Any) -> bool:
    """Return whether a setting is on."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "enabled"))


def is_false(value: Any) -> bool:
    """Return whether a setting is off."""
    return value is False or (isinstance(value, str) and value.lower() in ("false", "disabled"))


def not_true(value: Any) -> bool:
    """Return whether a setting is not on; absent is not."""
    return not is_true(value)


def old_tls(value: Any) -> bool:
    """Return whether a setting allows TLS below 1.2; absent is not asked."""
    if not isinstance(value, str):
        return False
    digits = "".join(char for char in value if char.isdigit())
    return digits in ("10", "11") or value.lower() in ("tlsenforcementdisabled", "none")


def wanted(subject: TemplateSubject, table: tuple[Wanted, ...]) -> Iterator[Finding]:
    """Yield a finding for each setting of *table* that is wrong in a resource that may be deployed."""
    by_type: dict[str, list[Wanted]] = {}
    for each in table:
        by_type.setdefault(each.type, []).append(each)
    for resource in subject.deployed:
        for each in by_type.get(resource.lower_type, ()):
            if each.applies(resource):
                yield from _compared(resource, each)


def _compared(resource: Resource, each: Wanted) -> Iterator[Finding]:
    found = resource.value(*each.path)
    if isinstance(found, UNKNOWN) or not each.bad(found):
        return
    path = resource.place(*each.path)
    is_literal = len(path) == len(resource.path) + len(each.path) and not _is_expression(resource, path)
    yield Finding(
        path=path,
        message=f"'{'.'.join(each.path[1:] or each.path)}' of '{resource.label}' {each.says}",
        hint=each.hint,
        severity=each.absent if found is None else None,
        edits=(Replace(path=path, value=each.value),) if is_literal and each.value is not None else (),
    )


def _is_expression(resource: Resource, path: JsonPath) -> bool:
    """Return whether what is written at *path* is worked out: to mend it is to mend what it refers to."""
    item: Any = resource.body
    for step in path[len(resource.path) :]:
        item = item[step]
    return isinstance(item, str) and is_expression(item)
