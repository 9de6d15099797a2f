"""A submission carried out: watched to its end, tried again when that may help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from armlib.deployment.fault import Fault
from armlib.deployment.run import Patience, is_transient, run
from armlib.deployment.target import Progress, Submission

SUBMISSION = Submission(scope="/subscriptions/s", name="d", template={})
BUSY = Fault(429, "TooManyRequests", "wait")
WRONG = Fault(400, "InvalidTemplate", "no")


class Scripted:
    """A target that refuses submissions, or ends them, as it is told."""

    def __init__(self, *attempts: Fault | list[Progress]) -> None:
        self._attempts = list(attempts)
        self._left: list[Progress] = []
        self.submitted = 0

    def submit(self, submission: Submission) -> None:
        self.submitted += 1
        attempt = self._attempts.pop(0)
        if isinstance(attempt, Fault):
            raise attempt
        self._left = list(attempt)

    def progress(self, submission: Submission) -> Progress:
        return self._left.pop(0)


def carried_out(target: Any, tries: int = 3) -> tuple[Progress, list[str], list[float], list[str]]:
    seen: list[str] = []
    slept: list[float] = []
    again: list[str] = []
    ended = run(
        target,
        SUBMISSION,
        Patience(interval=1, tries=tries, pause=5, sleep=slept.append),
        lambda progress: seen.append(progress.state),
        lambda fault, seconds: again.append(f"{fault.code} {seconds:g}"),
    )
    return ended, seen, slept, again


def test_it_is_watched_until_it_ends() -> None:
    target = Scripted([Progress(state="Accepted"), Progress(state="Running"), Progress(state="Succeeded")])
    ended, seen, slept, again = carried_out(target)
    assert (ended.state, seen, slept, again) == ("Succeeded", ["Accepted", "Running", "Succeeded"], [1, 1], [])


def test_what_passes_by_itself_is_tried_again_after_longer_and_longer() -> None:
    failed = Progress(state="Failed", fault=Fault(409, "DeploymentFailed", "…", details=[BUSY]))
    target = Scripted(BUSY, [failed], [Progress(state="Succeeded")])
    ended, _, slept, again = carried_out(target)
    assert (ended.state, target.submitted) == ("Succeeded", 3)
    assert (slept, again) == ([5, 10], ["TooManyRequests 5", "DeploymentFailed 10"])


def test_it_is_not_tried_for_ever() -> None:
    target = Scripted(BUSY, BUSY)
    with pytest.raises(Fault, match="wait"):
        carried_out(target, tries=2)
    assert target.submitted == 2


def test_what_is_wrong_is_not_tried_again() -> None:
    target = Scripted(WRONG)
    with pytest.raises(Fault, match="no"):
        carried_out(target)
    failed = Progress(state="Failed", fault=WRONG)
    assert carried_out(Scripted([failed]))[0] is failed


@pytest.mark.parametrize(
    ("faults", "expected"),
    [([BUSY], True), ([BUSY, WRONG], False), ([Fault(500, "Odd", "")], True), ([Fault(409, "Conflict", "")], False)],
)
def test_all_that_failed_has_to_be_transient(faults: Iterable[Fault], expected: bool) -> None:
    assert is_transient(Fault(409, "DeploymentFailed", "…", details=list(faults))) is expected
