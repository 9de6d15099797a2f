"""``armlib init``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import FILE, ReportOptions, report_options
from armlib.report.text import show_file

EXAMPLES = """\b
Examples:
  armlib init                        # in the current folder
  armlib init web && cd web && armlib build
"""


@click.command("init", short_help="Make a project that compiles at once.", epilog=EXAMPLES)
@click.argument("folder", metavar="[DIR]", type=FILE, default=Path())
@report_options
@click.pass_obj
def init_command(app: App, /, folder: Path, report: ReportOptions) -> None:
    """Make a project in DIR, by default the current folder: a module, its parameters for two environments, armlib.toml.

    No file is written over.
    """
    from armlib.config import absolute
    from armlib.skeleton import make_project

    app.without_settings(report.format, result="files")
    files = [show_file(str(path), app.folder) for path in make_project(absolute(folder, app.folder))]
    text = "".join(f"{file}\n" for file in files)
    app.finish({"files": [*files]}, text.encode(), ())
