"""Options that the commands on packages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions
from armlib.config import Flags, Settings, absolute
from armlib.jsontypes import JsonObject
from armlib.report.text import counted

if TYPE_CHECKING:
    from armlib.packages.restore import Restored

_Command = TypeVar("_Command", bound=Callable[..., Any])


def offline_option(command: _Command) -> _Command:
    """Add ``--offline`` to *command*."""
    return click.option(
        "--offline", is_flag=True, help="Ask no registry: only what is in the cache, in folders and layouts."
    )(command)


def package_settings(app: App, project: Path, report: ReportOptions, *, result: str, offline: bool = False) -> Settings:
    """Return the settings for a command on the packages of the project around the folder *project*."""
    settings = app.settings(absolute(project, app.folder), Flags(format=report.format), result=result)
    return replace(settings, packages=replace(settings.packages, offline=offline or settings.packages.offline))


def finish_restored(app: App, restored: Restored) -> None:
    """Tell what changed, and what was fetched."""
    lines = [f"{_sign(before, now)} {name} {versions_text(before, now)}\n" for name, before, now in restored.changes]
    lines.append(f"{counted(len(restored.lock.packages), 'package')}, {len(restored.fetched)} fetched\n")
    result: JsonObject = {
        "packages": [
            {
                "name": locked.name,
                "version": locked.version,
                "source": locked.source,
                "digest": locked.digest,
                "fetched": locked.id in restored.fetched,
            }
            for locked in restored.lock.packages.values()
        ],
        "changes": [{"name": name, "before": before, "after": after} for name, before, after in restored.changes],
    }
    app.finish(result, "".join(lines).encode(), ())


def _sign(before: str, now: str) -> str:
    return "+" if not before else "~" if now else "-"


def versions_text(before: str, now: str) -> str:
    """Return the version of a package before and now, "" for none, as they are told."""
    return f"{before} -> {now}" if before and now and before != now else before or now
