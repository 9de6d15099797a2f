"""``armlib version``."""

from __future__ import annotations

import platform
import sys

import click

from armlib import __version__
from armlib.cli.app import App
from armlib.cli.options import ReportOptions, report_options
from armlib.jsontypes import JsonObject

_PARTS = ("gojsonnet", "click", "orjson")

EXAMPLES = """\b
Examples:
  armlib version
  armlib version --format json
"""


@click.command("version", short_help="Print the versions of armlib and its parts.", epilog=EXAMPLES)
@report_options
@click.pass_obj
def version_command(app: App, report: ReportOptions) -> None:
    """Print the versions of armlib, of Python and of the parts that results depend on."""
    from importlib.metadata import PackageNotFoundError, version

    app.without_settings(report.format, result="versions")
    versions: JsonObject = {"armlib": __version__, "python": platform.python_version(), "platform": sys.platform}
    for part in _PARTS:
        try:
            versions[part] = version(part)
        except PackageNotFoundError:
            versions[part] = None
    text = "".join(f"{name} {value or 'unknown'}\n" for name, value in versions.items())
    app.finish({"versions": versions}, text.encode(), ())
