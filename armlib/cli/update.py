"""``armlib update``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, project_option, report_options
from armlib.cli.package_options import finish_restored, offline_option, package_settings
from armlib.errors import ExitCode

EXAMPLES = """\b
Examples:
  armlib update                      # everything, within the ranges of armlib.toml
  armlib update storage/account
  armlib update --check              # in CI: exit code 4 when there is something newer
"""


@click.command("update", short_help="Choose newer versions of packages.", epilog=EXAMPLES)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@project_option
@click.option("--check", is_flag=True, help="Write nothing; exit with 4 when a version would change.")
@offline_option
@report_options
@click.pass_obj
def update_command(
    app: App, /, names: tuple[str, ...], project: Path, check: bool, offline: bool, report: ReportOptions
) -> ExitCode:
    """Choose the newest versions that armlib.toml allows, of the packages NAME or of all, and fetch them."""
    from armlib.packages.restore import lock_again, names_but, require_project, write_lock

    settings = package_settings(app, project, report, result="packages", offline=offline)
    require_project(settings)
    updated = lock_again(settings, keep=names_but(settings.project, names))
    if not check:
        write_lock(settings.project, updated.lock)
    finish_restored(app, updated)
    return ExitCode.DIFFERENCES if check and updated.changes else ExitCode.FINE
