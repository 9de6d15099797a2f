"""Modules with a version that is said, and recent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from armlib.diagnostics import Severity
from armlib.jsonnet.lexer import imports
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import SourceSubject

_FLOATING: Final = frozenset({"", "latest", "main", "master", "head", "dev", "develop", "trunk"})
_REFERENCE: Final = re.compile(
    r"(?P<module>(?:oci://|br[:/])[\w./:-]+?|[\w-]+(?:/[\w.-]+)+)(?:@|:(?=[^/]*$))(?P<version>[\w.+-]*)"
)


def check(subject: SourceSubject) -> Iterator[Finding]:
    for each in imports(subject.text):
        found = _REFERENCE.fullmatch(each.name)
        if found is None:
            continue
        problem = _problem(found["module"], found["version"], subject.around.modules)
        if problem:
            yield Finding(message=problem, offset=each.string_start, length=len(each.name) + 2, hint=_HINT)
    if subject.is_entry:
        for name, version in subject.pins.items():
            problem = _problem(name, version, subject.around.modules)
            if problem:
                yield Finding(message=f"the project depends on what it does not pin: {problem}", hint=_HINT)


_HINT: Final = "say a version, so that the same source gives the same template"


def _problem(module: str, version: str, known: Mapping[str, tuple[str, ...]]) -> str | None:
    if version.lower() in _FLOATING:
        return f"the module '{module}' has no fixed version" + (f": '{version}'" if version else "")
    newest = max(known.get(module, ()), key=_order, default=None)
    if newest is not None and _order(newest) > _order(version):
        return f"the module '{module}' is used in version {version}, and there is {newest}"
    return None


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("-")[0]))


RULE = Rule(
    code="module-recent",
    severity=Severity.WARNING,
    stage=Stage.SOURCE,
    summary="modules are used in a version that is said, and the newest that is known",
    why="A branch or 'latest' is another module tomorrow; an old version lacks what was mended since. Which versions "
    "there are is for the caller of the rules to say: the command knows none yet, and tells floating versions alone.",
    bad="local vnet = import 'oci://contoso.example/network/vnet:latest';\n{ resources: [vnet] }",
    good="local vnet = import 'oci://contoso.example/network/vnet:1.4.0';\n{ resources: [vnet] }",
    check=check,
)
