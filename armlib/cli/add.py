"""``armlib add``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, project_option, report_options
from armlib.cli.package_options import finish_restored, offline_option, package_settings

EXAMPLES = """\b
Examples:
  armlib add storage/account         # the newest version, and what is compatible with it
  armlib add storage/account@^1.2 network/virtual-network
  armlib add oci://registry.example.com/modules/web:1.2.0 --as web
  armlib add path:../shared --as shared
  armlib add 'git+https://git.example.com/team/modules.git@^1.2#network/vnet'
"""


@click.command("add", short_help="Add packages to the dependencies of the project.", epilog=EXAMPLES)
@click.argument("references", metavar="REF...", nargs=-1, required=True)
@click.option("--as", "alias", metavar="NAME", help="What the package is imported by.  [default: its name]")
@project_option
@offline_option
@report_options
@click.pass_obj
def add_command(
    app: App,
    /,
    references: tuple[str, ...],
    alias: str | None,
    project: Path,
    offline: bool,
    report: ReportOptions,
) -> None:
    """Add each REF to [dependencies] of armlib.toml, fetch it, and write armlib.lock.

    REF is NAME[@RANGE] in the default registry, ALIAS:NAME[@RANGE] in one of [registries], oci://HOST/REPOSITORY:TAG,
    layout:FOLDER#NAME[@RANGE], path:FOLDER or git+ADDRESS[@REVISION|@RANGE][#FOLDER]. When something is wrong, both
    files stay as they are.
    """
    from armlib.packages.add import add

    settings = package_settings(app, project, report, result="packages", offline=offline)
    finish_restored(app, add(settings, references, alias, app.folder))
