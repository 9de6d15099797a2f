"""``armlib inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from armlib.cli.app import App
from armlib.cli.options import ReportOptions, report_options
from armlib.cli.package_options import offline_option, package_settings

EXAMPLES = """\b
Examples:
  armlib inspect storage/account
  armlib inspect oci://registry.example.com/modules/web:1.2.0 --format json
"""


@click.command("inspect", short_help="Show what a registry has of a package.", epilog=EXAMPLES)
@click.argument("reference", metavar="REF")
@offline_option
@report_options
@click.pass_obj
def inspect_command(app: App, /, reference: str, offline: bool, report: ReportOptions) -> None:
    """Show the package REF: digest, dependencies, parameters, files, and who says to have signed it."""
    from armlib.packages.lookup import find, inspect, opened_at

    settings = package_settings(app, Path(), report, result="package", offline=offline)
    with opened_at(settings, app.folder) as (sources, manifest):
        package = inspect(find(reference, sources, manifest), sources)
    app.finish({"package": package}, _text(package).encode(), ())


def _text(package: Any) -> str:
    lines = [f"{package['name']} {package['version']}", package["reference"], package["digest"]]
    if package["description"]:
        lines.insert(1, package["description"])
    lines += _section("Dependencies", [f"{name} {one['version']}" for name, one in package["dependencies"].items()])
    parameters = package["descriptor"].get("parameters", {}).get("properties", {})
    lines += _section("Parameters", [f"{name}: {_kind(schema)}" for name, schema in parameters.items()])
    lines += _section("Files", [f"{one['path']} ({one['size']} bytes)" for one in package["files"]])
    lines += _section("Signatures", [f"by the key {key}" for key in package["signatures"]])
    return "".join(f"{line}\n" for line in lines)


def _section(title: str, rows: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {row}" for row in rows)] if rows else ["", f"{title}: none"]


def _kind(schema: Any) -> str:
    kind = schema.get("type", "any") if isinstance(schema, dict) else "any"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
