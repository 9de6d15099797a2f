"""The types against the corpus of real templates: what is found, what is said, and which mutants are noticed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from armlib.azuretypes.install import install
from armlib.azuretypes.store import Store
from armlib.jsontypes import format_path
from benchmarks.types import DEFINITIONS, TEMPLATES, Judged, judge, mutate_corpus

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "types-findings.md"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DEFINITIONS.exists() and TEMPLATES.exists()),
        reason="the published definitions and the corpus are not beside the checkout",
    ),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of all published types."""
    done = install(str(DEFINITIONS), path=tmp_path_factory.mktemp("types") / "types.sqlite3")
    assert (done.versions, done.types, done.providers) == (34509, 3405, 282)
    assert done.size < 60e6
    store = Store.open(done.path)
    yield store
    store.close()


@pytest.fixture(scope="module")
def judged(whole: Store) -> list[Judged]:
    """Every resource of a real type, with its findings."""
    return [each for each in judge(whole) if each.real]


def test_nearly_all_types_are_known(judged: list[Judged]) -> None:
    pairs = {each.key: each.found for each in judged}
    assert sum(pairs.values()) / len(pairs) >= 0.985


def test_nearly_all_resources_are_without_a_finding(judged: list[Judged]) -> None:
    assert sum(not each.diagnostics for each in judged) / len(judged) >= 0.97


def test_every_finding_is_in_the_table_that_judges_it(judged: list[Judged]) -> None:
    found = Counter(
        (each.template, format_path(one.path), one.code, str(one.severity))
        for each in judged
        for one in each.diagnostics
    )
    assert found == Counter((row[0], *row[1:4]) for row in _rows())


def test_false_errors_are_rare(judged: list[Judged]) -> None:
    false = sum(severity == "error" and verdict != "true" for _, _, _, severity, verdict in _rows())
    assert false / len(judged) < 0.002


def test_nearly_all_mutants_are_noticed_at_their_place(whole: Store) -> None:
    mutants = mutate_corpus(whole, 500, random.Random(7))
    told = [mutant for mutant in mutants if mutant.tellable]
    missed = [mutant for mutant in told if not mutant.found]
    assert len(told) > 250
    assert len(missed) / len(told) <= 0.03, missed


def _rows() -> list[tuple[str, str, str, str, str]]:
    """The rows of the page: template, path, code, severity, verdict."""
    pattern = re.compile(r"\| (\S+) \| `(.+?)` \| (\S+) \| (\w+) \| (\w+) \| .+ \|")
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [(row[1], row[2], row[3], row[4], row[5]) for line in lines if (row := pattern.fullmatch(line))]
