"""Fixes of modules: what a rule finds in a compiled template is mended in the source that wrote it, when that is safe.

A fix is an edit of the template. It becomes an edit of a source where it is known for certain what wrote the value,
and where that is a literal. Whether it is safe is not argued but tried: the sources with the edits, which are not on
disk yet, are compiled, and must give the template with the fixes made, and nothing else. An edit that gives something
else is left out: a literal may be used by something that nobody complained of.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from armlib.compiler.provenance import Provenance
from armlib.jsonnet.lexer import string_value
from armlib.jsontypes import Json, JsonObject, JsonPath
from armlib.lint.document import Document
from armlib.lint.fix import apply, removal
from armlib.lint.rule import Cut, Edit, Remove, Replace

_MOST_TRIES: Final = 40  # compilations of one module
_WORDS: Final[Mapping[str, Json]] = {"true": True, "false": False, "null": None}


@dataclass(slots=True)
class _Change:
    """An edit of a file, and what it does to the template."""

    file: str
    text: str
    cut: Cut
    edits: list[Edit] = field(default_factory=list)


def mended(
    template: JsonObject,
    fixes: Iterable[Sequence[Edit]],
    provenance: Provenance,
    is_own: Callable[[Path], bool],
    compiled: Callable[[Mapping[str, str]], JsonObject | None],
) -> dict[str, str]:
    """Return the new texts of the sources in which *fixes* of *template* can be made.

    Args:
        template: What the sources compile to.
        fixes: What is to be done in it; those of one edit can be made.
        provenance: Where it was written.
        is_own: Whether a file may be changed.
        compiled: Returns what the sources compile to with other texts of files; None when that fails.
    """
    changes = [each for each in _changes(template, fixes, provenance) if is_own(Path(each.file))]
    if not changes:
        return {}
    if _gives(changes, template, compiled):
        return _texts(changes)
    kept: list[_Change] = []
    for change in changes[:_MOST_TRIES]:
        if len(changes) > 1 and _gives([*kept, change], template, compiled):
            kept.append(change)
    return _texts(kept)


def _changes(template: JsonObject, fixes: Iterable[Sequence[Edit]], provenance: Provenance) -> list[_Change]:
    """Return the edits of sources, each once: one literal may stand behind several values."""
    found: dict[tuple[str, Cut], _Change] = {}
    for edits in fixes:
        made = _change(template, edits[0], provenance) if len(edits) == 1 else None
        if made is not None:
            found.setdefault((made.file, made.cut), made).edits.append(edits[0])
    return list(found.values())


def _change(template: JsonObject, edit: Edit, provenance: Provenance) -> _Change | None:
    if isinstance(edit, Cut):
        return None
    written = provenance.written_as(edit.path)
    if written is None:
        return None
    file, text, member, (start, end) = written
    if isinstance(edit, Remove):
        is_plain = member is not None and not member.adds
        return _Change(file, text, removal(text, member.start, end)) if member is not None and is_plain else None
    said = text[start:end].strip()
    if not _says(said, _at(template, edit.path)):
        return None
    cut = Cut(start=start, end=start + len(text[start:end].rstrip()), text=_spelt(edit.value, said))
    return _Change(file, text, cut)


def _says(said: str, value: Json) -> bool:
    """Return whether the source text *said* is the literal of *value*."""
    if said in _WORDS:
        return value is _WORDS[said]
    if isinstance(value, str):
        is_literal = said[:1] in ("'", '"') and said[-1:] == said[:1]
        return is_literal and string_value(said) == value
    try:
        return not isinstance(value, bool) and isinstance(value, int | float) and float(said) == value
    except ValueError:
        return False


def _spelt(value: Json, said: str) -> str:
    """Return the literal of *value*, in the quotes of what it replaces."""
    text = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and not said.startswith('"'):
        return "'" + text[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"
    return text


def _gives(
    changes: Sequence[_Change],
    template: JsonObject,
    compiled: Callable[[Mapping[str, str]], JsonObject | None],
) -> bool:
    """Return whether the sources with *changes* compile to *template* with their edits made."""
    wanted = copy.deepcopy(template)
    removed = [edit for change in changes for edit in change.edits if isinstance(edit, Remove)]
    for change in changes:
        for edit in change.edits:
            if isinstance(edit, Replace):
                _around(wanted, edit.path)[edit.path[-1]] = edit.value
    for remove in sorted(removed, key=lambda each: [str(step).zfill(6) for step in each.path], reverse=True):
        del _around(wanted, remove.path)[remove.path[-1]]
    return compiled(_texts(changes)) == wanted


def _texts(changes: Sequence[_Change]) -> dict[str, str]:
    files = {change.file: change.text for change in changes}
    return {
        file: apply(Document(text, file), [(each.cut,) for each in changes if each.file == file])[0]
        for file, text in files.items()
    }


def _around(value: Any, path: JsonPath) -> Any:
    return _at(value, path[:-1])


def _at(value: Any, path: JsonPath) -> Any:
    for step in path:
        value = value[step]
    return value
