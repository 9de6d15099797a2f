"""What waits for what in a deployment, and which resources may go next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from armlib.deployment.expand import ExpandedResource


class State(Enum):
    """How far a resource is."""

    WAITING = auto()
    BEGUN = auto()
    DONE = auto()
    SKIPPED = auto()  # its condition does not hold
    FAILED = auto()
    LEFT = auto()  # not begun, because of what it waits for or because the deployment ends


_WELL = frozenset((State.DONE, State.SKIPPED))


@dataclass(slots=True, eq=False)
class Task:
    """A resource in a deployment that runs.

    *missing* is how many others it still waits for, the start of the nested deployment around it among them. *inner*
    are the resources of a nested deployment.
    """

    resource: ExpandedResource
    missing: int = 0
    state: State = State.WAITING
    followers: list[Task] = field(default_factory=list)
    inner: list[Task] = field(default_factory=list)
    attempts: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state not in (State.WAITING, State.BEGUN)


def tasks_of(resources: Iterable[ExpandedResource], around: Task | None = None) -> list[Task]:
    """Return the tasks of *resources* that are in no nested deployment among them; those that are hang below theirs.

    *around* is the nested deployment that all of them are part of.
    """
    made: dict[int, Task] = {}
    tops: list[Task] = []
    listed = list(resources)
    for resource in listed:
        made[id(resource)] = Task(resource)
    for resource in listed:
        task = made[id(resource)]
        for waited in resource.waits:
            other = made.get(id(waited))
            if other is not None:
                other.followers.append(task)
                task.missing += 1
        parent = made.get(id(resource.part_of)) if resource.part_of is not None else None
        if parent is not None:
            parent.inner.append(task)
            task.missing += 1
        else:
            tops.append(task)
            task.missing += 1
    if around is not None:
        around.inner = tops
    return tops


class Schedule:
    """Lets tasks go when what they wait for is there.

    Args:
        ready: Called with each task that may begin.
        over: Called with each task that is over, in the order that it happens.
    """

    def __init__(self, ready: Callable[[Task], None], over: Callable[[Task], None]) -> None:
        self._ready = ready
        self._over = over

    def start(self, tasks: Sequence[Task]) -> None:
        """Let *tasks*, the resources of one deployment, go as soon as they can."""
        for task in tasks:
            self._released(task)

    def end(self, task: Task, state: State) -> None:
        """Note that *task* is over; what waits for it may go, or is left when it did not end well."""
        pending = [(task, state)]
        while pending:
            current, how = pending.pop()
            if current.is_over:
                continue
            was_begun = current.state is State.BEGUN
            current.state = how
            if how is not State.DONE and not was_begun:
                pending += [(inner, how) for inner in current.inner]
            for follower in current.followers:
                if how in _WELL:
                    self._released(follower)
                else:
                    pending.append((follower, State.LEFT))
            self._over(current)

    def _released(self, task: Task) -> None:
        task.missing -= 1
        if task.missing == 0 and task.state is State.WAITING:
            self._ready(task)
