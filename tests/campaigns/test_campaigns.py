"""Short runs of the campaigns; ``python -m tests.campaigns.NAME`` runs each at its length."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns import bicep, corpus, flipped_bits, many, restore_kills, restore_many
from tests.corpus.test_corpus_eval import FOLDER

ROOT = Path(__file__).parents[2]


def test_a_killed_deployment_leaves_a_state_to_go_on_from() -> None:
    """In a process of its own: it forks, and is to have no threads of others."""
    command = [sys.executable, "-m", "tests.campaigns.kill", "--times", "6", "--seed", "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_deployments_at_once_have_nothing_to_do_with_each_other(tmp_path: Path) -> None:
    assert many.campaign(12, 3, tmp_path / "state.sqlite3") == []


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the corpus is not at {FOLDER}")
@pytest.mark.parametrize("remainder", range(2))
def test_templates_of_the_corpus_deploy_and_change_nothing_again(remainder: int) -> None:
    """A tenth of them, the whole of which takes a minute."""
    names = [name for number, name in enumerate(corpus.names()) if number % 20 == 10 * remainder]
    assert len(names) > 10
    outcomes = map(corpus.run, names)
    assert {each.name: each.wrong for each in outcomes if each.wrong and corpus.cause_of(each) is None} == {}


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the corpus is not at {FOLDER}")
def test_exceptions_of_the_corpus_are_templates_of_it() -> None:
    assert set(corpus.KNOWN) <= set(corpus.names())


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the corpus is not at {FOLDER}")
def test_modules_of_bicep_from_a_registry_deploy_as_their_templates_do() -> None:
    """One in twelve of them, from a storage account to templates of the scopes above."""
    names = [name for number, name in enumerate(bicep.names()) if number % 12 == 0]
    assert len(names) > 10
    with bicep.project() as used:
        outcomes = [bicep.run(name, used) for name in names]
    assert {each.name: each.wrong for each in outcomes if each.wrong and bicep.cause_of(each) is None} == {}


def test_a_killed_restore_leaves_a_lock_and_a_cache_to_go_on_from(tmp_path: Path) -> None:
    results = restore_kills.campaign(3, 11, "layout:" + str(tmp_path / "layout"), tmp_path)
    assert [result.wrong for result in results] == [()] * 3
    assert any(result.was_alive for result in results)


def test_restores_at_once_share_what_each_of_them_fetches(tmp_path: Path) -> None:
    wrong, times = restore_many.campaign(4, tmp_path, 7)
    assert wrong == []
    assert set(times) == {1}


def test_no_bit_can_flip_anywhere(tmp_path: Path) -> None:
    with flipped_bits.opened(tmp_path, layout=True) as made:
        results = list(flipped_bits.campaign(28, 5, made))
    assert [result for result in results if result.wrong] == []
    assert {"lock", "blob", "index", "cached file", "cached listing"} <= {each.kind for each in results}
    assert sum(bool(result.refused) for result in results) > 10
