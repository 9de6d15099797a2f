"""``armlib publish``."""

from __future__ import annotations

from pathlib import Path

import click

from armlib.cli.app import App
from armlib.cli.options import FILE, ReportOptions, report_options
from armlib.cli.package_options import package_settings
from armlib.config import Flags, absolute, load_settings
from armlib.jsontypes import JsonObject

EXAMPLES = """\b
Examples:
  armlib publish --dry-run
  armlib publish --to oci://registry.example.com/modules --sign release.pem
  armlib publish registry/storage/account --to layout:packages
  armlib publish --as bicep --to oci://registry.example.com/bicep -p sku=Standard_ZRS
"""


@click.command("publish", short_help="Publish a package to a registry.", epilog=EXAMPLES)
@click.argument("folder", metavar="[DIR]", type=FILE, default=Path())
@click.option(
    "--to", "target", metavar="REGISTRY", help="oci://HOST/PREFIX, layout:FOLDER, local: or a name of theirs."
)
@click.option("--sign", "key", metavar="FILE", type=FILE, help="Sign with the private Ed25519 key in this PEM file.")
@click.option("--as", "kind", type=click.Choice(["package", "bicep"]), default="package", help="Publish it for Bicep.")
@click.option("-p", "assignments", metavar="NAME=VALUE", multiple=True, help="For Bicep: a parameter to settle now.")
@click.option("--dry-run", is_flag=True, help="Make the package and say what would be published.")
@report_options
@click.pass_obj
def publish_command(
    app: App,
    /,
    folder: Path,
    target: str | None,
    key: Path | None,
    kind: str,
    assignments: tuple[str, ...],
    dry_run: bool,
    report: ReportOptions,
) -> None:
    """Publish the package in DIR, as the version that its manifest says, to the default registry or to REGISTRY.

    A version is published once, and its step from the version before must be honest about what differs, as armlib diff
    tells it. The passphrase of a key is taken from the variable ARMLIB_KEY_PASSPHRASE.

    With '--as bicep' the main module is compiled, its parameters left to the deployment, and published with the media
    types of Bicep, where it is module x 'br:HOST/PREFIX/NAME:VERSION'. What must be known when compiling comes with -p.
    """
    from armlib.packages.bicep import build_bicep, compile_for_bicep
    from armlib.packages.interface import interface_of_template
    from armlib.packages.lookup import opened_at, registries_around
    from armlib.packages.manifest import read_manifest
    from armlib.packages.origin import Origin, registry_named
    from armlib.packages.publish import make_artifact, publish, require_honest_version, require_package
    from armlib.packages.signatures import read_private_key

    settings = package_settings(app, folder, report, result="published")
    manifest = read_manifest(absolute(folder, app.folder), app.folder)
    name, _ = require_package(manifest)
    signing = read_private_key(key, app.environ.get("ARMLIB_KEY_PASSPHRASE")) if key else None
    with opened_at(settings, app.folder) as (sources, project):
        around = registries_around(app.folder, load_settings(app.folder, Flags(), app.environ).project)
        known = {"default": "local:", **around, **project.registries, **manifest.registries}
        origin = Origin(registry_named(target or "default", known, app.folder), name)
        repository = sources.repository(origin)
        if kind == "bicep":
            template = compile_for_bicep(manifest, settings, app.evaluator(settings), assignments)
            artifact, interface = build_bicep(manifest, template), interface_of_template(name, template)
        else:
            artifact, interface = make_artifact(manifest, settings, app.evaluator(settings))
        require_honest_version(manifest, interface, sources, origin)
        done = publish(manifest, artifact, repository, origin, files=len(interface.files), key=signing, dry_run=dry_run)
    word = "would publish" if dry_run else "published" if done.is_new else "already there:"
    text = f"{word} {done.origin}:{done.tag}\n{done.descriptor.digest}\n"
    result: JsonObject = {
        "reference": f"{origin}:{done.tag}",
        "digest": done.descriptor.digest,
        "new": done.is_new,
        "signed": done.is_signed,
        "files": done.files,
    }
    app.finish({"published": result}, text.encode(), ())
