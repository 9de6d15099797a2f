"""``armlib vendor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armlib.cli.app import App
from armlib.cli.options import FILE, ReportOptions, project_option, report_options
from armlib.cli.package_options import offline_option, package_settings, versions_text
from armlib.config import absolute
from armlib.errors import ExitCode
from armlib.report.text import counted, show_file

if TYPE_CHECKING:
    from armlib.jsontypes import Json
    from armlib.packages.vendor import Comparison
    from armlib.packages.vendored import Vendored

EXAMPLES = """\b
Examples:
  armlib vendor && jsonnet -J vendor main.jsonnet --ext-str parameters='{}'
  armlib vendor --check              # in CI: exit code 4 when vendor is not up to date
"""


@click.command("vendor", short_help="Write the packages into a folder for plain jsonnet.", epilog=EXAMPLES)
@click.argument("folder", metavar="[DIR]", type=FILE, required=False)
@project_option
@click.option("--check", is_flag=True, help="Write nothing; exit with 4 when DIR is not up to date.")
@click.option("--force", is_flag=True, help="Remove files that others put into DIR, or changed, since armlib wrote it.")
@offline_option
@report_options
@click.pass_obj
def vendor_command(
    app: App, /, folder: Path | None, project: Path, check: bool, force: bool, offline: bool, report: ReportOptions
) -> ExitCode:
    """Write the packages of armlib.lock and armlib's library into DIR, by the names that they are imported by.

    Plain 'jsonnet -J DIR' then evaluates the modules of the project. DIR is 'vendor' beside armlib.toml unless it is
    given. It is brought up to date as a whole; one that armlib did not write is refused unless it is empty.
    """
    from armlib.packages.vendor import compare, for_project, write

    settings = package_settings(app, project, report, result="vendor", offline=offline)
    wanted = for_project(settings)
    target = absolute(folder, app.folder) if folder else settings.project / "vendor"
    found = compare(target, wanted) if check else write(target, wanted, force=force)
    _finish(app, target, wanted, found)
    return ExitCode.DIFFERENCES if check and not found.is_same else ExitCode.FINE


def _finish(app: App, target: Path, wanted: Vendored, found: Comparison) -> None:
    from armlib.packages.vendor import packages_json

    lines = [f"{one.mark} {one.folder} {versions_text(one.before, one.now)}".rstrip() + "\n" for one in found.changes]
    if not lines:
        lines = [f"{mark} {path}\n" for path, mark in found.files.items()]
    shown = show_file(str(target), app.folder)
    told = "up to date" if found.is_same else f"{counted(len(found.files), 'file')} differed"
    lines.append(f"{counted(len(wanted.packages), 'package')} in {shown}, {told}\n")
    changes: list[Json] = [{"folder": one.folder, "before": one.before, "after": one.now} for one in found.changes]
    app.finish(
        {
            "vendor": {
                "folder": shown,
                "packages": packages_json(wanted),
                "changes": changes,
                "files": dict(found.files),
            }
        },
        "".join(lines).encode(),
        wanted.diagnostics,
    )
