"""``armlib pull``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import FILE, ReportOptions, report_options
from armlib.cli.package_options import offline_option, package_settings
from armlib.config import absolute
from armlib.report.text import show_file

EXAMPLES = """\b
Examples:
  armlib pull storage/account
  armlib pull oci://registry.example.com/modules/web:1.2.0 -o web
"""


@click.command("pull", short_help="Unpack a package into a folder.", epilog=EXAMPLES)
@click.argument("reference", metavar="REF")
@click.option("-o", "--output", metavar="DIR", type=FILE, help="Where to.  [default: the name of the package]")
@offline_option
@report_options
@click.pass_obj
def pull_command(app: App, /, reference: str, output: Path | None, offline: bool, report: ReportOptions) -> None:
    """Fetch the package REF, check it, and unpack it into a folder that is empty or not there yet."""
    from armlib.packages.lookup import find, opened_at, pull

    settings = package_settings(app, Path(), report, result="files", offline=offline)
    with opened_at(settings, app.folder) as (sources, manifest):
        found = find(reference, sources, manifest)
        folder = absolute(output or Path(found.origin.name.rpartition("/")[2]), app.folder)
        files = [show_file(str(path), app.folder) for path in pull(found, sources, folder)]
    text = "".join(f"{file}\n" for file in files)
    app.finish({"files": [*files], "digest": found.digest}, text.encode(), ())
