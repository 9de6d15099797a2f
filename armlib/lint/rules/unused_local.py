"""Locals and imports that nothing refers to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from armlib.diagnostics import Severity
from armlib.jsonnet.lexer import Token, tokens
from armlib.lint.rule import Cut, Finding, Rule, Stage
from armlib.lint.subject import SourceSubject


def check(subject: SourceSubject) -> Iterator[Finding]:
    found = list(tokens(subject.text))
    counts = Counter(token.text for token in found if token.kind == "word")
    for number, token in enumerate(found):
        if token.text != "local" or token.kind != "word":
            continue
        name, end = _bound(found, number)
        if name is None or counts[name.text] > 1 or name.text.startswith("_"):
            continue
        yield Finding(
            message=f"the local '{name.text}' is not used",
            offset=name.start,
            length=len(name.text),
            hint="remove it",
            edits=(_cut(subject.text, token.start, end),) if end else (),
        )


def _bound(found: list[Token], at: int) -> tuple[Token | None, int]:
    """Return the name that a ``local`` binds and where it ends, 0 when it binds more than one or ends elsewhere."""
    name = found[at + 1] if at + 1 < len(found) else None
    if name is None or name.kind != "word" or name.text in ("function",):
        return None, 0
    depth = 0
    for number in range(at + 2, len(found)):
        token = found[number]
        text = token.text if token.kind == "symbol" else ""
        if token.kind == "word" and token.text in ("local", "assert", "if"):
            return name, 0  # one inside another: where the outer one ends is for a parser to tell
        if text and text in "([{":
            depth += 1
        elif text and text in ")]}":
            depth -= 1
        if depth < 0:
            return name, 0
        if depth == 0 and text == ",":
            return name, 0
        if depth == 0 and text == ";":
            return name, token.start + 1
    return name, 0


def _cut(text: str, start: int, end: int) -> Cut:
    line = text.rfind("\n", 0, start) + 1
    rest = end
    while rest < len(text) and text[rest] in " \t\r":
        rest += 1
    if not text[line:start].strip() and rest < len(text) and text[rest] == "\n":
        return Cut(start=line, end=rest + 1)
    return Cut(start=start, end=end)


RULE = Rule(
    code="unused-local",
    severity=Severity.WARNING,
    stage=Stage.SOURCE,
    summary="every local of a Jsonnet source is used",
    why="An import that is not used makes readers look for what it does.",
    bad="local arm = import 'arm.libsonnet';\n{ resources: [] }",
    good="{ resources: [] }",
    check=check,
    fix="removes a local that stands alone",
)
