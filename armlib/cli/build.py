"""``armlib build``."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from armlib.cli.app import App, has_colour, write_out
from armlib.cli.options import (
    FILE,
    Limits,
    ReportOptions,
    jobs_option,
    limit_options,
    lint_option,
    project_option,
    report_options,
)
from armlib.config import Flags, Settings, Target, absolute, no_project
from armlib.diagnostics import nearest
from armlib.errors import ExitCode, InputError
from armlib.jsontypes import Json
from armlib.report.text import show_file

if TYPE_CHECKING:
    from armlib.build.run import Outcome

EXAMPLES = """\b
Examples:
  armlib build                       # every target of armlib.toml
  armlib build production staging
  armlib build --check               # in CI: fails with exit code 4 when a file would change
"""

_Done: TypeAlias = "Callable[[Outcome], None]"


@click.command("build", short_help="Compile the targets of armlib.toml into files.", epilog=EXAMPLES)
@click.argument("names", metavar="[TARGET]...", nargs=-1)
@project_option
@click.option("--check", is_flag=True, help="Write nothing; exit with 4 when a file would change.")
@click.option("--force", is_flag=True, help="Compile every target, whatever the cache has.")
@jobs_option
@click.option("--out", metavar="DIR", type=FILE, help="The folder of relative outputs.  [default: out]")
@lint_option
@limit_options
@report_options
@click.pass_obj
def build_command(
    app: App,
    /,
    names: tuple[str, ...],
    project: Path,
    check: bool,
    force: bool,
    jobs: int | None,
    out: Path | None,
    lint: bool | None,
    limits: Limits,
    report: ReportOptions,
) -> ExitCode:
    """Compile each TARGET of armlib.toml, or all of them, into its file.

    What has not changed since the last build is not compiled again. A target with an error keeps its old file, and the
    others are still built.
    """
    from armlib.build.run import How, build

    started = time.monotonic()
    said = Flags(
        format=report.format,
        timeout=limits.timeout,
        max_memory=limits.max_memory,
        jobs=jobs,
        output=out,
        lint=lint,
    )
    settings = app.settings(project, said, result="targets")
    targets = _chosen(settings, names, absolute(project, app.folder))
    with _progress(app, len(targets)) as done:
        outcomes = build(targets, settings, app.environ, How(check=check, force=force), done)
    _report(app, outcomes, time.monotonic() - started)
    return _exit_code(outcomes)


def _chosen(settings: Settings, names: Sequence[str], start: Path) -> list[Target]:
    if settings.file is None:
        raise no_project(start)
    if not settings.targets:
        hint = 'add a table: [targets.NAME] with entry = "main.jsonnet"'
        raise InputError(f"{settings.file} has no targets", code="no-targets", hint=hint)
    for name in names:
        if name not in settings.targets:
            close = nearest(name, settings.targets)
            hint = f"did you mean '{close}'?" if close else f"known: {', '.join(settings.targets)}"
            raise InputError(f"{settings.file} has no target '{name}'", code="unknown-target", hint=hint)
    return [target for name, target in settings.targets.items() if not names or name in names]


@contextlib.contextmanager
def _progress(app: App, total: int) -> Iterator[_Done]:
    """Tell of each target as it is done: a bar on a terminal, and a line for each that was not up to date."""
    from armlib.build.run import Status

    def say(outcome: Outcome) -> None:
        if outcome.status is not Status.UNCHANGED:
            write_out(f"{outcome.status.value:12} {outcome.target}{_files(app, outcome)}\n".encode())
        if app.format == "text" and outcome.diagnostics:
            app.report(outcome.diagnostics)

    if app.format != "text":
        yield lambda outcome: None
    elif sys.stderr.isatty() and total > 1:
        with _bar(app, total, say) as done:
            yield done
    else:
        yield say


@contextlib.contextmanager
def _bar(app: App, total: int, say: _Done) -> Iterator[_Done]:
    """Show a bar once a target has taken a moment; what is up to date never makes one."""
    from armlib.build.run import Status

    with contextlib.ExitStack() as stack:
        state: list[Callable[[], None]] = []
        count = 0

        def done(outcome: Outcome) -> None:
            nonlocal count
            count += 1
            if not state and outcome.status is not Status.UNCHANGED:
                state.append(stack.enter_context(_rich_bar(app, total, count)))
            if state:
                state[0]()
            say(outcome)

        yield done


@contextlib.contextmanager
def _rich_bar(app: App, total: int, count: int) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, no_color=not has_colour(sys.stderr, app.environ))
    columns = (TextColumn("building"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total, completed=count - 1)
        yield lambda: progress.advance(task)


def _files(app: App, outcome: Outcome) -> str:
    shown = ", ".join(show_file(file, app.folder) for file in outcome.files)
    return f" -> {shown}" if shown else ""


def _report(app: App, outcomes: Sequence[Outcome], seconds: float) -> None:
    counts = Counter(outcome.status.value for outcome in outcomes)
    summary = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    if app.format == "text":
        write_out(f"{summary} in {seconds:.2f} s\n".encode())
        return
    targets: list[Json] = [
        {
            "name": outcome.target,
            "status": outcome.status.value,
            "files": [show_file(file, app.folder) for file in outcome.files],
        }
        for outcome in outcomes
    ]
    found = [diagnostic for outcome in outcomes for diagnostic in outcome.diagnostics]
    app.finish({"targets": targets, "summary": dict(counts)}, b"", found)


def _exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    from armlib.build.run import Status

    failed = [outcome.exit_code for outcome in outcomes if outcome.status is Status.FAILED]
    if failed:
        return min(failed)
    changed = any(outcome.status is Status.WOULD_CHANGE for outcome in outcomes)
    return ExitCode.DIFFERENCES if changed else ExitCode.FINE
