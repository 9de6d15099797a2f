"""What a lint rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from armlib.diagnostics import Severity
from armlib.jsontypes import Json, JsonPath


class Stage(StrEnum):
    """What a rule looks at.

    SOURCE      the text of a Jsonnet module
    TEMPLATE    a template as it is written or compiled
    RESOURCES   the resources of a template, with what is known of their values worked out
    PARAMETERS  an ARM parameters file
    FORM        a form of the portal, createUiDefinition.json
    """

    SOURCE = "source"
    TEMPLATE = "template"
    RESOURCES = "resources"
    PARAMETERS = "parameters"
    FORM = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """A fix: take the member or element at *path* out."""

    path: JsonPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """A fix: write *value* in place of what is at *path*."""

    path: JsonPath
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A fix of a source text: put *text* in place of the characters from *start* to *end*."""

    start: int
    end: int
    text: str = ""


Edit: TypeAlias = Remove | Replace | Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule has found: a place, by its path or, in a source text, by its offset.

    *severity* is for what weighs less than the rule usually does. *edits* are what mends it, all of them or none.
    """

    message: str
    path: JsonPath = ()
    hint: str | None = None
    severity: Severity | None = None
    offset: int | None = None  # in characters of the source text
    length: int = 1
    edits: tuple[Edit, ...] = ()


Check: TypeAlias = Callable[[Any], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Attributes:
        code: Its name, kebab-case and stable: users set its severity and suppress it by this name.
        severity: How much its findings weigh, unless the settings say otherwise.
        stage: What it looks at; *check* takes the subject of that stage.
        summary: What it asks for, in one line without a full stop.
        why: What goes wrong otherwise.
        bad: A small text that it finds something in.
        good: The same, mended.
        check: The rule itself, a pure function.
        fix: What ``--fix`` does, when it can mend what is found; None when it cannot.
        covers: The rules of ARM-TTK and Template Analyzer that ask the same.
        options: Names of the settings below ``[lint]`` that it reads.
        is_dated: Whether what it says depends on the day; it is left out where the same input must give the same.
    """

    code: str
    severity: Severity
    stage: Stage
    summary: str
    why: str
    bad: str
    good: str
    check: Check
    fix: str | None = None
    covers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    is_dated: bool = False
