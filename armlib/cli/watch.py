"""A running deployment on a terminal, as a live tree; in a pipe, as a line for each step that ends."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from armlib.cli.app import has_colour, write_err
from armlib.deployment.scopes import DEPLOYMENTS, id_key, short_id
from armlib.deployment.target import Progress, Step, is_final

if TYPE_CHECKING:
    from rich.tree import Tree

    from armlib.cli.app import App

_QUIET = frozenset({"evaluatedeploymentoutput", "read"})
_SPARE_LINES = 4  # of a terminal, left for what is above and below the tree


class Watch(Protocol):
    """Is told how far a deployment is."""

    def __call__(self, progress: Progress) -> None:
        """Show *progress*."""
        ...

    def close(self) -> None:
        """Leave the last state on the screen."""
        ...


def watch_for(app: App, stream: Any, title: str, wanted: Mapping[str, str]) -> Watch:
    """Return what shows a deployment on *stream*: a tree on a terminal, lines elsewhere, nothing for machines.

    Args:
        app: Says the format of the report.
        stream: Where to.
        title: What is deployed.
        wanted: The types of the resources that will be there, by id.
    """
    if app.format != "text":
        return _Silent()
    if stream.isatty() and app.environ.get("TERM") != "dumb":
        return _LiveTree(stream, title, wanted, colour=has_colour(stream, app.environ))
    return _Lines()


class _Silent:
    def __call__(self, progress: Progress) -> None:
        pass

    def close(self) -> None:
        pass


class _Lines:
    def __init__(self) -> None:
        self._told: set[tuple[str, str, str]] = set()

    def __call__(self, progress: Progress) -> None:
        for step in progress.steps:
            key = (step.id, step.operation, step.state)
            if key not in self._told and _is_shown(step) and _has_ended(step):
                self._told.add(key)
                write_err(f"{step.state:<9} {step.seconds:6.1f} s  {_label(step)}\n")

    def close(self) -> None:
        pass


class _LiveTree:
    def __init__(self, stream: Any, title: str, wanted: Mapping[str, str], *, colour: bool) -> None:
        from rich.console import Console
        from rich.live import Live

        self._title = title
        self._wanted = {id_key(id_): (id_, type_) for id_, type_ in wanted.items()}
        self._since: dict[tuple[str, str], float] = {}
        self._console = Console(file=stream, no_color=not colour, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=10, transient=False)
        self._live.start()

    def __call__(self, progress: Progress) -> None:
        self._live.update(self._tree(progress))

    def close(self) -> None:
        self._live.stop()

    def _tree(self, progress: Progress) -> Tree:
        from rich.markup import escape
        from rich.tree import Tree

        steps = [self._timed(step) for step in progress.steps if _is_shown(step)]
        begun = {id_key(step.id) for step in steps}
        ended = sum(map(_has_ended, steps))
        whole = len(begun | set(self._wanted))
        state = _painted(progress.state, progress.state)
        tree = Tree(f"[bold]{escape(self._title)}[/]  {state}  {ended} of {whole}", guide_style="dim")
        branches: dict[str, Tree] = {}
        for step in self._fitting(steps):
            parent = branches.get(id_key(step.deployment), tree)
            branch = parent.add(_line(step))
            if step.type.casefold() == DEPLOYMENTS:
                branches[id_key(step.id)] = branch
        waiting = [id_ for key, (id_, _) in self._wanted.items() if key not in begun]
        if waiting and not progress.is_final:
            more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
            tree.add(f"[dim]{escape(short_id(waiting[0]))}{more} waiting[/]")
        return tree

    def _timed(self, step: Step) -> Step:
        """Return *step* with the seconds that a running one has been seen for, which its service does not tell."""
        if _has_ended(step):
            return step
        since = self._since.setdefault((step.id, step.operation), time.monotonic())
        return replace(step, seconds=max(step.seconds, time.monotonic() - since))

    def _fitting(self, steps: list[Step]) -> list[Step]:
        """Return the steps that fit on the screen: failed and running ones first, then the last ones that ended."""
        room = max(self._console.height - _SPARE_LINES, 5)
        if len(steps) <= room:
            return steps
        by_weight = sorted(range(len(steps)), key=lambda place: (_weight(steps[place]), -place))
        return [steps[place] for place in sorted(by_weight[:room])]


def _weight(step: Step) -> int:
    if step.state.casefold() == "failed":
        return 0
    if not _has_ended(step) or step.type.casefold() == DEPLOYMENTS:
        return 1
    return 2


def _line(step: Step) -> str:
    from rich.markup import escape

    took = f"  [dim]{step.seconds:.1f} s[/]" if step.seconds >= 0.05 else ""
    told = f"  [red]{escape(step.fault.code)}[/]" if step.fault is not None else ""
    return f"{_painted(step.state, _mark(step.state))} {escape(_label(step))}{took}{told}"


def _mark(state: str) -> str:
    return {"succeeded": "✓", "failed": "✗", "canceled": "–"}.get(state.casefold(), "…")


def _painted(state: str, text: str) -> str:
    colour = {"succeeded": "green", "failed": "red", "canceled": "yellow"}.get(state.casefold(), "cyan")
    return f"[{colour}]{text}[/]"


def _label(step: Step) -> str:
    verb = "delete " if step.operation.casefold() in {"delete", "deploymentcleanup"} else ""
    return f"{verb}{short_id(step.id)}"


def _is_shown(step: Step) -> bool:
    return bool(step.id) and step.operation.casefold() not in _QUIET


def _has_ended(step: Step) -> bool:
    return is_final(step.state)
