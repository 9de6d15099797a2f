"""What came of tests, as text, as JSON, and as JUnit's XML."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from armlib.jsontypes import Json
from armlib.report.text import counted
from armlib.testing.run import Outcome

_MOST = 12  # problems of one test that are shown as text


def shown(path: Path, base: Path) -> str:
    """Return *path*, from *base* when it is below it."""
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)


def failure_text(outcome: Outcome, base: Path) -> str:
    """Return the lines that tell of a test that failed."""
    lines = [f"FAILED {shown(outcome.file, base)}: {outcome.name}"]
    lines += [f"  {problem}" for problem in outcome.problems[:_MOST]]
    if len(outcome.problems) > _MOST:
        lines.append(f"  and {len(outcome.problems) - _MOST} more")
    return "\n".join(lines) + "\n"


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Return the last line."""
    failed = sum(not outcome.passed for outcome in outcomes)
    files = counted(len({outcome.file for outcome in outcomes}), "file")
    return f"{len(outcomes) - failed} passed, {failed} failed in {files}, {seconds:.1f} s\n"


def as_json(outcomes: Sequence[Outcome], base: Path) -> list[Json]:
    """Return the tests as ``{file, name, passed, seconds, problems}``."""
    return [
        {
            "file": shown(outcome.file, base),
            "name": outcome.name,
            "passed": outcome.passed,
            "seconds": round(outcome.seconds, 3),
            "problems": list(outcome.problems),
        }
        for outcome in outcomes
    ]


def as_junit(outcomes: Sequence[Outcome], base: Path) -> bytes:
    """Return JUnit's XML: a suite for each file, ``<failure>`` in the tests that failed.

    Source: the schema that Jenkins and its xUnit plugin read, and GitLab and Azure Pipelines after it.
    """
    root = ElementTree.Element("testsuites", _counts(outcomes))
    for file, group in groupby(outcomes, key=lambda outcome: outcome.file):
        tests, name = list(group), shown(file, base)
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_counts(tests)})
        for test in tests:
            attributes = {"classname": name, "name": _plain(test.name), "time": f"{test.seconds:.3f}"}
            case = ElementTree.SubElement(suite, "testcase", attributes)
            if not test.passed:
                failure = ElementTree.SubElement(case, "failure", {"message": _plain(test.problems[0])})
                failure.text = _plain("\n".join(test.problems))
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {
        "tests": str(len(outcomes)),
        "failures": str(sum(not outcome.passed for outcome in outcomes)),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }


def _plain(text: str) -> str:
    """Return *text* with the characters that XML 1.0 cannot have shown as escapes."""
    return "".join(letter if letter in "\t\n" or _is_xml(ord(letter)) else f"\\u{ord(letter):04x}" for letter in text)


def _is_xml(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
