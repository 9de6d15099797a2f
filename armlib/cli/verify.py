"""``armlib verify``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import FILE, ReportOptions, report_options
from armlib.cli.package_options import package_settings
from armlib.errors import ExitCode
from armlib.jsontypes import JsonObject
from armlib.report.text import counted

EXAMPLES = """\b
Examples:
  armlib verify storage/account                      # by the keys of [trust]
  armlib verify oci://registry.example.com/modules/web:1.2.0 --key release.pub
"""


@click.command("verify", short_help="Check a package and its signatures.", epilog=EXAMPLES)
@click.argument("reference", metavar="REF")
@click.option("--key", "files", metavar="FILE", type=FILE, multiple=True, help="A public key that must have signed.")
@report_options
@click.pass_obj
def verify_command(app: App, /, reference: str, files: tuple[Path, ...], report: ReportOptions) -> ExitCode:
    """Check every byte of the package REF, as its registry has it, against its digests, and who signed it.

    With --key each of these keys must have signed it; without, what [trust] of armlib.toml asks for counts.
    """
    from armlib.diagnostics import error
    from armlib.packages.lookup import find, opened_afresh, verify
    from armlib.packages.signatures import read_public_key, required_keys

    settings = package_settings(app, Path(), report, result="verified")
    with opened_afresh(settings, app.folder) as (sources, manifest):
        found = find(reference, sources, manifest)
        named = {str(path): path for path in files} or dict(manifest.trust.keys)
        keys = {name: read_public_key(path) for name, path in named.items()}
        count, signed = verify(found, sources, keys)
        wanted = required_keys(manifest.trust, found.origin.name)
    missing = [str(path) for path in files if str(path) not in signed]
    if not files and wanted and not signed & set(wanted):
        missing = [" or ".join(wanted)]
    hint = "who has that key signs a version that is there already with 'armlib publish --sign', too"
    diagnostics = [error("signature-missing", f"{found.origin} is not signed by {name}", hint=hint) for name in missing]
    by = f"signed by {', '.join(sorted(signed))}" if signed else "not signed by a key that is known here"
    result: JsonObject = {
        "reference": found.reference,
        "digest": found.digest,
        "files": count,
        "signedBy": [*sorted(signed)],
    }
    app.finish({"verified": result}, f"{found}\n{counted(count, 'file')}, {by}\n".encode(), diagnostics)
    return ExitCode.WRONG_INPUT if missing else ExitCode.FINE
