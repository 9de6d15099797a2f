"""``armlib list``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, project_option, report_options
from armlib.cli.package_options import package_settings

EXAMPLES = """\b
Examples:
  armlib list
  armlib list --tree
"""


@click.command("list", short_help="List the packages of the project.", epilog=EXAMPLES)
@project_option
@click.option("--tree", is_flag=True, help="Show which package needs which.")
@report_options
@click.pass_obj
def list_command(app: App, /, project: Path, tree: bool, report: ReportOptions) -> None:
    """List the packages that armlib.lock has, with their versions and where they come from."""
    from armlib.packages.listed import as_json, as_table, as_tree
    from armlib.packages.restore import locked_project

    settings = package_settings(app, project, report, result="packages")
    lock = locked_project(settings)
    text = as_tree(lock) if tree else as_table(lock)
    app.finish({"packages": as_json(lock), "imports": dict(lock.imports)}, text.encode(), ())
