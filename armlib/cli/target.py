"""What ``validate``, ``what-if``, ``deploy`` and ``destroy`` have in common: where to, how, and what is read first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from armlib.cli.app import App
from armlib.cli.options import FILE, Limits, ReportOptions, SourceOptions, flags, opened_entries, packed, target_of
from armlib.config import Settings
from armlib.errors import UsageError

if TYPE_CHECKING:
    from armlib.build.compilation import Entries
    from armlib.deploying import How, Place
    from armlib.deployment.target import Target
    from armlib.evaluation import Deployable

_Command = TypeVar("_Command", bound=Any)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions:
    """Where to; *cloud* and *endpoint* are what the command line says over the settings."""

    scope: str | None = None
    local: bool = False
    state: Path | None = None
    location: str | None = None
    cloud: str | None = None
    endpoint: str | None = None

    @property
    def place(self) -> Place:
        """The same for the library."""
        from armlib.deploying import Place

        return Place(scope=self.scope, local=self.local, state=self.state, location=self.location)


def target_options(command: _Command) -> _Command:
    """Add the options of :class:`TargetOptions` to *command*, which gets them as ``where``."""
    return packed(
        command,
        "where",
        _where,
        click.option(
            "--scope",
            metavar="SCOPE",
            help="Id of what is deployed to: /subscriptions/S/resourceGroups/G, /subscriptions/S, "
            "/providers/Microsoft.Management/managementGroups/M, or / for the tenant.",
        ),
        click.option("--local", is_flag=True, help="Deploy to the local ARM, in this process; no account is needed."),
        click.option("--state", metavar="FILE", type=FILE, help="State of the local ARM.  [default: ARMLIB_STATE]"),
        click.option(
            "--location",
            metavar="REGION",
            help="Where the deployment's data is kept above groups; where a group that is not there is made.",
        ),
        click.option("--cloud", metavar="NAME", help="AzureCloud, AzureUSGovernment or AzureChinaCloud."),
        click.option("--endpoint", metavar="URL", help="Address of another Resource Manager, such as a local server."),
    )


def how_options(command: _Command) -> _Command:
    """Add the options of :class:`~armlib.deploying.How` to *command*, which gets them as ``how``."""
    return packed(
        command,
        "how",
        _how,
        click.option("--name", metavar="NAME", help="Name of the deployment.  [default: the name of the file]"),
        click.option(
            "--mode",
            type=click.Choice(["incremental", "complete", "stack"]),
            default="incremental",
            help="What becomes of other resources: they stay, or those of the group are deleted, or those that the "
            "deployment stack made before.",
        ),
        click.option(
            "--rollback",
            metavar="NAME",
            is_flag=False,
            flag_value="",
            help="When it fails, deploy again the deployment NAME, or without NAME the last one that succeeded.",
        ),
        click.option(
            "--unmanage",
            type=click.Choice(["delete", "detach"]),
            default="delete",
            help="What a stack does with resources that it no longer has.",
        ),
        click.option(
            "--deny",
            type=click.Choice(["none", "denyDelete", "denyWriteAndDelete"]),
            default="none",
            help="What a stack forbids others to do with its resources.",
        ),
        click.option("--tag", "tags", metavar="NAME=VALUE", multiple=True, help="A tag of the deployment itself."),
    )


def _how(given: Any) -> How:
    from armlib.deploying import How

    tags: dict[str, str] = {}
    for text in given["tags"]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--tag {text} is not NAME=VALUE")
        tags[name] = value
    if given["mode"] != "stack" and (given["unmanage"] != "delete" or given["deny"] != "none"):
        raise UsageError("--unmanage and --deny are of deployment stacks", hint="add --mode stack")
    return How(**{**given, "tags": tags})


def _where(given: Any) -> TargetOptions:
    if given["local"] and (given["cloud"] or given["endpoint"]):
        raise UsageError("--local is the ARM in this process; it goes with neither --cloud nor --endpoint")
    if given["state"] is not None and not given["local"]:
        raise UsageError("--state is the state of the local ARM", hint="add --local")
    return TargetOptions(**given)


def settings_for(
    app: App, entry: str | Path, source: SourceOptions, limits: Limits, report: ReportOptions, where: TargetOptions
) -> Settings:
    """Return the settings of a command on *entry*."""
    said = {name: value for name, value in (("cloud", where.cloud), ("endpoint", where.endpoint)) if value}
    return app.settings(Path(entry), replace(flags(source, limits, report), azure=said), result="deployment")


@contextmanager
def opened(settings: Settings, where: TargetOptions) -> Iterator[Target]:
    """Give the target; it is closed at the end."""
    from armlib.deploying import open_target

    target = open_target(where.place, settings.azure)
    try:
        yield target
    finally:
        target.close()


def read_entry(app: App, entry: str, source: SourceOptions, settings: Settings) -> tuple[Deployable, str]:
    """Return the template that *entry* is, with its parameters, and what a deployment of it is called by default.

    Missing secrets are asked for on a terminal.
    """
    from armlib.deploying import missing_secrets, with_secrets
    from armlib.evaluation import deployable

    with opened_entries(app, (entry,), settings) as files:
        name = deployment_name(entry, files)
        found = deployable(target_of("deploy", files, (), source), settings, app.evaluator(settings), app.environ)
    missing = missing_secrets(found.template, found.parameters)
    if missing and sys.stdin.isatty():
        asked = {name: click.prompt(f"{name} (secret)", hide_input=True, err=True) for name in missing}
        found = with_secrets(found, asked)
    return found, name


def deployment_name(entry: str, files: Entries) -> str:
    """Return the name that a deployment of *entry*, one of *files*, has when none is said.

    It is that of the file, as other tools have it, or of the package.
    """
    said = files.aliases[0] or Path(entry).stem
    name = "".join(c if c.isalnum() or c in "-_.()" else "-" for c in said)
    return name[:64] if name.strip("-") else "deployment"
