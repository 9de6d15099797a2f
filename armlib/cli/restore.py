"""``armlib restore``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, project_option, report_options
from armlib.cli.package_options import finish_restored, offline_option, package_settings

EXAMPLES = """\b
Examples:
  armlib restore
  armlib restore --locked            # in CI: fails when armlib.lock is not up to date
  armlib restore --offline
"""


@click.command("restore", short_help="Fetch the packages that armlib.lock names.", epilog=EXAMPLES)
@project_option
@click.option("--locked", is_flag=True, help="Fail when armlib.lock is absent or does not go with armlib.toml.")
@offline_option
@report_options
@click.pass_obj
def restore_command(app: App, /, project: Path, locked: bool, offline: bool, report: ReportOptions) -> None:
    """Bring the packages of the project into the cache, exactly as armlib.lock has them.

    When armlib.toml asks for something else than it did, versions are chosen first, those locked are kept where they
    will do, and armlib.lock is written. What is in the cache is checked, and fetched again when it is damaged.
    """
    from armlib.packages.restore import require_locked, require_project, restore, write_lock

    settings = package_settings(app, project, report, result="packages", offline=offline)
    require_project(settings)
    if locked:
        require_locked(settings)
    restored = restore(settings)
    write_lock(settings.project, restored.lock)
    finish_restored(app, restored)
