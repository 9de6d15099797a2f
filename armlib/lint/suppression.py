"""What is left out on purpose: by a comment, or by the metadata of a template, each with its reason.

``// armlib-ignore: RULE REASON`` stands on the line of what it is about, or on one before it. It covers all that begins
on that line, and what of a template was written inside of that; before the first line of code, it covers the whole
file. In a template without comments, ``"metadata": {"armlib": {"ignore": [{"rule": RULE, "reason": REASON}]}}`` covers
the resource, parameter, output or template that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from armlib.diagnostics import nearest
from armlib.jsontypes import JsonPath
from armlib.lint.document import Document
from armlib.lint.registry import RULES
from armlib.lint.rule import Finding
from armlib.lint.walk import member, values

_MARK: Final = re.compile(r"^[\s*]*armlib-ignore:[ \t]*(?P<rule>[\w-]*)[ \t:,-]*(?P<reason>[^\r\n]*)")
_JSONNET_COMMENT: Final = re.compile(
    r"""(?P<code>\|\|\|-?[ \t]*\r?\n.*?\n[ \t]*\|\|\|
      | @'(?:[^']|'')*' | @"(?:[^"]|"")*" | '(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*")
      | (?P<comment>//[^\r\n]*|\#[^\r\n]*|/\*.*?(?:\*/|\Z))""",
    re.VERBOSE | re.DOTALL,
)
_TTK: Final = re.compile(r"disable-([\w-]+)", re.IGNORECASE)

Line: TypeAlias = tuple[str, int]
"""A line of a file, from 1; 0 is the file as a whole."""


@dataclass(slots=True, eq=False)
class Suppression:
    """One rule that is left out somewhere; *used* is set when it covers a finding.

    *paths* are those below which it covers findings; *file* and *line* a line of a Jsonnet source, 0 for the whole of
    it. *at* and *offset* say where the suppression itself stands.
    """

    rule: str
    reason: str
    paths: tuple[JsonPath, ...] = ()
    line: int | None = None
    file: str = ""
    at: JsonPath = ()
    offset: int | None = None
    used: bool = field(default=False)

    def covers(self, finding: Finding, lines: Collection[Line]) -> bool:
        """Return whether it leaves out *finding* of its rule, that stands on *lines* of Jsonnet sources."""
        if self.line is not None:
            return (self.file, self.line) in lines
        return any(finding.path[: len(path)] == path for path in self.paths)

    def problem(self, checked: Iterable[str], known: Iterable[str]) -> Finding | None:
        """Return what is wrong with the suppression itself.

        Args:
            checked: The rules that ran, for which one that covers nothing is not needed.
            known: The codes of all rules.
        """
        names = set(known)
        if self.rule not in names:
            near = nearest(self.rule, names)
            said = f"there is no rule '{self.rule}' to ignore" if self.rule else "no rule is named to ignore"
            return self._finding(said, f"did you mean '{near}'?" if near else "'armlib lint --list' lists the rules")
        if not self.reason:
            return self._finding(f"'{self.rule}' is ignored without a reason", "write it after the name of the rule")
        if not self.used and self.rule in set(checked):
            return self._finding(f"'{self.rule}' is ignored, and finds nothing here", "remove it")
        return None

    def _finding(self, message: str, hint: str) -> Finding:
        return Finding(message=message, hint=hint, path=self.at, offset=self.offset)


def in_metadata(value: Any) -> list[Suppression]:
    """Return the suppressions in the metadata of a template and its parts."""
    return [each for path, item in values(value) if isinstance(item, dict) for each in _of_object(path, item)]


def _of_object(path: JsonPath, item: dict[str, Any]) -> Iterator[Suppression]:
    metadata = item.get("metadata")
    listed = member(member(metadata, "armlib"), "ignore")
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        rule, reason = (member(entry, name) for name in ("rule", "reason"))
        yield Suppression(
            rule=rule if isinstance(rule, str) else "",
            reason=reason.strip() if isinstance(reason, str) else "",
            paths=(path,),
            at=(*path, "metadata", "armlib", "ignore", number),
        )
    for text in metadata if isinstance(metadata, list) else [metadata]:
        yield from _of_ttk(path, text)


def _of_ttk(path: JsonPath, text: Any) -> Iterator[Suppression]:
    """Yield the rules that ARM-TTK is told to leave out here, ``disable-RULE``; who moves over keeps them."""
    found = _TTK.fullmatch(text) if isinstance(text, str) else None
    for rule in RULES.values() if found else ():
        if any(name.lower() == found[1].lower() for name in rule.covers):  # type: ignore[index]
            yield Suppression(rule=rule.code, reason=str(text), paths=(path,), at=(*path, "metadata"), used=True)


def in_json_comments(document: Document) -> list[Suppression]:
    """Return the suppressions in the comments of a JSON text."""
    marked = [(comment, found) for comment in document.comments if (found := _MARK.match(comment.text))]
    if not marked:
        return []
    starts: dict[int, list[JsonPath]] = {}
    for path, span in document.spans.items():
        starts.setdefault(document.position(span.member)[0], []).append(path)
    return [
        Suppression(
            rule=found["rule"],
            reason=_reason(found["reason"]),
            paths=_outermost(starts.get(_target(document, comment.start, starts), ())),
            offset=comment.start,
        )
        for comment, found in marked
    ]


def _target(document: Document, offset: int, starts: Iterable[int]) -> int:
    """Return the line that a comment is about: its own when something begins there, else the next such one."""
    line = document.position(offset)[0]
    known = set(starts)
    return line if line in known else min((each for each in known if each > line), default=line)


def _outermost(paths: Sequence[JsonPath]) -> tuple[JsonPath, ...]:
    least = min(map(len, paths), default=0)
    return tuple(path for path in paths if len(path) == least)


def in_jsonnet_comments(document: Document) -> list[Suppression]:
    """Return the suppressions in the comments of a Jsonnet source."""
    text = document.text
    if "armlib-ignore" not in text:
        return []
    found: list[Suppression] = []
    first_code = _first_code(text)
    for match in _JSONNET_COMMENT.finditer(text):
        comment = match["comment"]
        marked = _MARK.match(re.sub(r"^(//|#|/\*)", "", comment)) if comment else None
        if marked:
            at = match.start()
            line = 0 if at < first_code else _line_of_code(document, at, match.end())
            found.append(
                Suppression(
                    rule=marked["rule"],
                    reason=_reason(marked["reason"]),
                    line=line,
                    file=document.file,
                    offset=at,
                )
            )
    return found


def _line_of_code(document: Document, start: int, end: int) -> int:
    line, column = document.position(start)
    if document.line(line)[: column - 1].strip():
        return line
    rest = document.text[end:]
    return document.position(end + _first_code(rest))[0]


def _first_code(text: str) -> int:
    at = 0
    skip = re.compile(r"(?:\s+|//[^\r\n]*|#[^\r\n]*|/\*.*?(?:\*/|\Z))*", re.DOTALL)
    found = skip.match(text, at)
    return found.end() if found else 0


def _reason(text: str) -> str:
    return text.removesuffix("*/").strip()
