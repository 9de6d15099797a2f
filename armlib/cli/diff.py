"""``armlib diff``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, report_options
from armlib.cli.package_options import offline_option, package_settings
from armlib.config import absolute
from armlib.errors import ExitCode
from armlib.jsontypes import Json

EXAMPLES = """\b
Examples:
  armlib diff storage/account@1.2.0 registry/storage/account
  armlib diff web@1.0.0 web@2.0.0 --exit-code
"""


@click.command("diff", short_help="Say what differs between two versions of a package.", epilog=EXAMPLES)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--exit-code", is_flag=True, help="Exit with 4 when anything differs.")
@offline_option
@report_options
@click.pass_obj
def diff_command(app: App, /, old: str, new: str, exit_code: bool, offline: bool, report: ReportOptions) -> ExitCode:
    """Say what differs for users between OLD and NEW, each the folder of a package or a reference to one.

    Compared are the parameters, with their types, limits and defaults, the outputs, and the resources that the examples
    deploy. Each difference is a major, a minor or a patch step; the largest is the smallest honest step of the version.
    """
    from armlib.packages.compare import Interface, Step, compare, least_version, step_of
    from armlib.packages.interface import interface_of_folder, interface_of_package
    from armlib.packages.lookup import config_of, find, opened_at
    from armlib.packages.manifest import read_manifest
    from armlib.packages.versions import parse_version

    settings = package_settings(app, Path(), report, result="changes", offline=offline)
    with opened_at(settings, app.folder) as (sources, manifest):

        def interface(text: str) -> tuple[Interface, str]:
            folder = absolute(text, app.folder)
            if folder.is_dir():
                own = read_manifest(folder, app.folder)
                its = package_settings(app, folder, report, result="changes", offline=offline)
                return interface_of_folder(own, its, app.evaluator(its)), str(own.version or "")
            found = find(text, sources, manifest)
            return interface_of_package(found, sources), str(config_of(found, sources).get("version") or "")

        before, version = interface(old)
        changes = compare(before, interface(new)[0])
    step = step_of(changes)
    lines = [f"{change.step.name.lower():6}{change.path} {change.message}" for change in changes]
    least = str(least_version(parse_version(version), step)) if version else None
    lines.append(f"{step.name.lower()} step" + (f": at least {least} after {version}" if least and step else ""))
    result: list[Json] = [{"step": one.step.name.lower(), "path": one.path, "message": one.message} for one in changes]
    text = "".join(f"{line}\n" for line in lines)
    app.finish({"changes": result, "step": step.name.lower(), "least": least}, text.encode(), ())
    return ExitCode.DIFFERENCES if exit_code and step is not Step.NONE else ExitCode.FINE
