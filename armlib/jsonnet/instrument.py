"""Sources that carry their places: each object tells which object literals made it.

Every object literal of the user's files gets a hidden field, :data:`FIELD`, an array with the number of the literal.
It is added with ``+::``, so that inheritance itself makes the chain: the field of ``a + b`` holds the literals of *a*,
then those of *b*. Hidden fields take no part in equality, manifestation, ``std.length`` or comprehensions; the few
functions of ``std`` that list hidden fields are replaced by ones that leave this one out. What is added stands on the
line of the brace, so lines stay as they are; columns do not, which is why an evaluation that fails is done again
without.

A literal whose objects and arrays the source alone tells is *closed* and its number is enough. An open one has, after
its number, what :data:`TRACE` finds at its *leaves*, the values that may come from elsewhere, in their order; this is
evaluated only for what is in the template.

Runs in the evaluator process, and is imported only when places are asked for.
"""

from __future__ import annotations

import os
import re

from armlib.jsonnet.literals import Literal, Scan, UnreadableError, scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELD = "$armlib:at"
VARIABLE = "armlib:trace"  # the external variable that holds TRACE
LITERALS_PER_FILE = 1 << 20
WALK = 0  # in a chain: the object has to be looked at, its literals do not tell all of its fields

_LARGEST_FILE = 1024**2  # characters
_MOST_TEXT = 16 * 1024**2  # characters in one evaluation
_LONGEST_ENTRY = 2000  # characters added to one literal
_WALKER = "__armlibWalk"
_ALL_FIELDS = {f"std.{name}": name for name in ("objectFieldsAll", "objectValuesAll", "objectKeysValuesAll")}
_WATCHED = frozenset(_ALL_FIELDS)
_ALL_FIELDS_USED = re.compile("|".join(map(re.escape, _ALL_FIELDS)))
_PLAIN = frozenset(" -_.:/$#@")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# Of armlib's own library, those files whose objects hold objects of the user.
_TRACED_LIBRARY = frozenset(["copy.libsonnet", "placement.libsonnet"])
# And those that pass over fields whose names start with "$".
_AWARE_LIBRARY = frozenset(["collect.libsonnet"])

# none + object has the field in any case, and asking so is faster than the operator `in`; but it is another object,
# which works out all its fields anew.
# walk(value): 0 for what is neither object nor array; [[…]] for an array; for an object of one literal what its field
# holds; for any other { FIELD: numbers, name: walk(…) } with its visible fields that are objects or arrays.
TRACE = """\
local at = '$armlib:at', none = { [at]:: [] };
local numbers(object) = [if std.type(made) == 'number' then made else made[0] for made in (none + object)[at]];
local isBranch(type) = type == 'object' || type == 'array';
local members(object) = {
  [name]: if name == at then numbers(object) else walk(object[name])
  for name in [at] + std.objectFields(object)
  if name == at || isBranch(std.type(object[name]))
},
walk(value) =
  if std.type(value) == 'object' then
    if std.length((none + value)[at]) == 1 then value[at][0] else members(value)
  else if std.type(value) == 'array' then [[
    if std.type(item) == 'object' && std.length((none + item)[at]) == 1 then item[at][0] else walk(item)
    for item in value
  ]]
  else 0;
local names(object) = [name for name in std.objectFieldsAll(object) if name != at];
{
  walk: walk,
  numbers(value): if std.type(value) == 'object' then numbers(value) else [],
  objectFieldsAll: names,
  objectValuesAll(object): [object[name] for name in names(object)],
  objectKeysValuesAll(object): [{ key: name, value: object[name] } for name in names(object)],
}
"""


class Instrumenter:
    """Rewrites the sources of one evaluation.

    Args:
        packaged: Folders of armlib's own library, which is left as it is but for a few files.
        skipped: Files to leave as they are.
    """

    def __init__(self, packaged: Iterable[str], skipped: Iterable[str] = ()) -> None:
        self._packaged = tuple(folder.rstrip("/") + "/" for folder in packaged)
        self._keywords: dict[tuple[str, str], set[str]] = {}
        self._rewritten: dict[str, bytes] = {}
        self._skipped = frozenset(skipped)
        self._total = 0

    def note(self, folder: str, text: str) -> None:
        """Take note of what *text*, the source of a file in *folder* that stays as it is, imports."""
        from armlib.jsonnet.lexer import imports

        for found in imports(text):
            self._keywords.setdefault((folder, found.name), set()).add(found.keyword)

    def code(self, text: str) -> str:
        """Return a source that stays as it is but for the functions that list hidden fields."""
        return _ALL_FIELDS_USED.sub(lambda found: _replacement(found[0]), text)

    def rewritten(self, content: bytes, path: str, folder: str, name: str, index: int) -> bytes:
        """Return *content* of *path*, which a file in *folder* imports as *name*, for the engine.

        *index* is the number of the file among what the evaluation reads.
        """
        if path not in self._rewritten:
            self._rewritten[path] = self._rewrite(content, path, folder, name, index)
        return self._rewritten[path]

    def _rewrite(self, content: bytes, path: str, folder: str, name: str, index: int) -> bytes:
        is_packaged = path.startswith(self._packaged)
        if is_packaged and os.path.basename(path) not in _TRACED_LIBRARY:
            is_aware = os.path.basename(path) in _AWARE_LIBRARY or b"sAll(" not in content
            return content if is_aware else self.code(content.decode()).encode()
        if not is_packaged and self._keywords.get((os.path.normpath(folder), name)) != {"import"}:
            return content
        self._total += len(content)
        if path in self._skipped or len(content) > _LARGEST_FILE or self._total > _MOST_TEXT:
            self.note(os.path.dirname(path), content.decode())
            return content
        text = content.decode()
        try:
            found = scan(text, _WATCHED)
        except UnreadableError:
            return content  # the engine tells what is wrong
        for each in found.imports:
            self._keywords.setdefault((os.path.dirname(path), each.name), set()).add(each.keyword)
        if _WALKER in text or FIELD in text or len(found.literals) >= LITERALS_PER_FILE:
            return content
        return with_places(text, found, first_number(index)).encode()

    def misread(self, resolved: Mapping[tuple[str, str], tuple[str, bytes]]) -> set[str]:
        """Return the files that were rewritten and also read as text; they must be skipped.

        *resolved* tells what each import, by folder and name, came to.
        """
        return {
            path
            for (folder, name), (path, _) in resolved.items()
            if path in self._rewritten
            and not self._keywords.get((os.path.normpath(folder), name), {"import"}) <= {"import"}
        }


def first_number(index: int) -> int:
    """Return the number of the first literal in file number *index* of those that an evaluation reads."""
    return (index + 1) * LITERALS_PER_FILE


def with_places(text: str, found: Scan, first: int) -> str:
    """Return *text* with the field in each of its literals, the numbers of which start with *first*."""
    edits: list[tuple[int, int, str]] = []
    uses_walker = False
    for literal in found.literals:
        number = first + literal.number
        if literal.is_comprehension:
            edits.append((literal.end, literal.end, f" {{'{FIELD}'+::[{number},{WALK}]}}"))
            continue
        made = _entry(literal, number)
        uses_walker = uses_walker or _WALKER in made
        edits.append((literal.start + 1, literal.start + 1, f"'{FIELD}'+::[{made}],"))
    edits += [(use.start, use.start + len(use.text), _replacement(use.text)) for use in found.watched]
    edits.sort()
    pieces, position = [], 0
    for start, end, piece in edits:
        pieces += [text[position:start], piece]
        position = end
    head = f'local {_WALKER}=std.extVar("{VARIABLE}").walk;' if uses_walker else ""
    return head + "".join(pieces) + text[position:]


def _entry(literal: Literal, number: int) -> str:
    """Return what the literal adds to the chain."""
    if literal.is_closed:
        return str(number)
    if literal.needs_walk:
        return f"{number},{WALK}"
    made = ",".join((str(number), *(f"{_WALKER}(self{''.join(map(_access, path))})" for path in literal.leaves)))
    return f"[{made}]" if len(made) <= _LONGEST_ENTRY else f"{number},{WALK}"


_KEYWORDS = frozenset(
    [
        *("assert", "else", "error", "false", "for", "function", "if", "import", "importbin", "importstr", "in"),
        *("local", "null", "self", "super", "tailstrict", "then", "true"),
    ]
)


def _access(name: str | int) -> str:
    if isinstance(name, int):
        return f"[{name}]"
    if _IDENTIFIER.match(name) and name not in _KEYWORDS:
        return f".{name}"
    escaped = "".join(letter if letter.isalnum() or letter in _PLAIN else _escaped(letter) for letter in name)
    return f'["{escaped}"]'


def _escaped(letter: str) -> str:
    """Return a character as a string literal has it: by its UTF-16 code units."""
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _replacement(word: str) -> str:
    return f'std.extVar("{VARIABLE}").{_ALL_FIELDS[word]}'
