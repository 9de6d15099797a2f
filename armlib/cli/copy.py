"""``armlib copy``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, report_options
from armlib.cli.package_options import package_settings

EXAMPLES = """\b
Examples:
  armlib copy oci://registry.example.com/modules/web:1.2.0 oci://mirror.example.com/modules
  armlib copy web@^1 layout:../packages --alone
"""


@click.command("copy", short_help="Copy a package to another registry.", epilog=EXAMPLES)
@click.argument("reference", metavar="REF")
@click.argument("target", metavar="REGISTRY")
@click.option("--alone", is_flag=True, help="Leave out the packages that it depends on.")
@report_options
@click.pass_obj
def copy_command(app: App, /, reference: str, target: str, alone: bool, report: ReportOptions) -> None:
    """Copy the package REF, its signatures and the packages that it depends on to REGISTRY.

    Digests stay as they are, so locks and signatures hold there, too.
    """
    from armlib.packages.lookup import copy, find, opened_at
    from armlib.packages.origin import registry_named

    settings = package_settings(app, Path(), report, result="copied")
    with opened_at(settings, app.folder) as (sources, manifest):
        place = registry_named(target, manifest.registries, app.folder)
        copied = copy(find(reference, sources, manifest), sources, place, dependencies=not alone)
    lines = [str(found) for found in copied]
    app.finish({"copied": [*lines]}, "".join(f"{line}\n" for line in lines).encode(), ())
