"""A submission carried out on a target: submitted, watched until it ends, and tried again when that may help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from armlib.deployment.fault import Fault
from armlib.deployment.target import Progress, Submission, Target

# What passes by itself. Source: "Troubleshoot common Azure deployment errors", and the codes that the SDKs repeat.
TRANSIENT = frozenset(
    {
        "AnotherOperationInProgress",
        "DeploymentActive",
        "GatewayTimeout",
        "InternalServerError",
        "OperationTimedOut",
        "PrincipalNotFound",
        "RetryableError",
        "ServerTimeout",
        "ServiceUnavailable",
        "TooManyRequests",
    }
)
_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often to wait: *interval* between two looks, *tries* in all, *pause* before the second one."""

    interval: float = 2.0  # seconds
    tries: int = 3
    pause: float = 10.0  # seconds; twice as long before each further one
    sleep: Callable[[float], None]


def run(
    target: Target,
    submission: Submission,
    patience: Patience,
    watch: Callable[[Progress], None],
    retried: Callable[[Fault, float], None],
    mended: Callable[[Submission, Fault], Submission | None] = lambda submission, fault: None,
) -> Progress:
    """Return how *submission* ended on *target*.

    Args:
        target: What it is submitted to.
        submission: The deployment.
        patience: How long to wait.
        watch: Is told how far it is, again and again.
        retried: Is told of a refusal that passes by itself, and in how many seconds there is another try.
        mended: Gives what to submit instead after a failure that is none, such as a role that is assigned already.

    Raises:
        Fault: It was refused before it began.
    """
    pause = patience.pause
    for left in reversed(range(patience.tries)):
        ended = _tried(target, submission, patience, watch)
        fault = ended if isinstance(ended, Fault) else ended.fault
        if fault is None or not left:
            break
        instead = mended(submission, fault)
        if instead is not None:
            submission = instead
            continue
        if not is_transient(fault):
            break
        retried(fault, pause)
        patience.sleep(pause)
        pause *= 2
    if isinstance(ended, Fault):
        raise ended
    return ended


def _tried(
    target: Target, submission: Submission, patience: Patience, watch: Callable[[Progress], None]
) -> Progress | Fault:
    """Return how one try ended: by a refusal, or as the last progress tells."""
    try:
        target.submit(submission)
    except Fault as fault:
        return fault
    return follow(target, submission, patience, watch)


def follow(target: Target, submission: Submission, patience: Patience, watch: Callable[[Progress], None]) -> Progress:
    """Watch *submission*, which was submitted, until it ends; return how it did."""
    while True:
        progress = target.progress(submission)
        watch(progress)
        if progress.is_final:
            return progress
        patience.sleep(patience.interval)


def is_transient(fault: Fault) -> bool:
    """Return whether everything that *fault* tells passes by itself."""
    return all(cause.code in TRANSIENT or cause.status in _STATUSES for cause in fault.causes())
