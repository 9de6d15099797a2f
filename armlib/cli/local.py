"""``armlib local``: the local Azure Resource Manager, as a server and as a state to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App, write_err, write_out
from armlib.cli.asking import ask, yes_option
from armlib.cli.options import FILE, ReportOptions, flags, report_options
from armlib.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.emulator.engine import Engine
    from armlib.emulator.settings import Settings as EngineSettings

STATUS_EXAMPLES = """\b
Examples:
  armlib local status
  armlib local status --state ./state.sqlite3 --format json
"""
SHOW_EXAMPLES = """\b
Examples:
  armlib local show
  armlib local show /subscriptions/SUBSCRIPTION/resourceGroups/GROUP
  armlib local show --fidelity
"""
RESET_EXAMPLES = """\b
Examples:
  armlib local reset
  armlib local reset --yes
"""
SAVE_EXAMPLES = """\b
Examples:
  armlib local save before.json
"""
LOAD_EXAMPLES = """\b
Examples:
  armlib local load before.json --yes
"""
SERVE_EXAMPLES = """\b
Examples:
  armlib local serve
  armlib local serve --port 0 --ready-file ready.json --memory
  armlib local serve --https
  armlib local serve --fault 'Microsoft.Storage/*:429:0.1' --latency 'Microsoft.Sql/*:2s'
"""


def state_option(command: Any) -> Any:
    """Add the option that says where the state is."""
    return click.option(
        "--state",
        metavar="FILE",
        type=FILE,
        help="The file of the state.  [default: ARMLIB_STATE, else local.sqlite3 in the user's state folder]",
    )(command)


@click.group("local", short_help="The local Azure Resource Manager: a server, and its state.")
def local_command() -> None:
    """The local Azure Resource Manager: a server for any client, and the state that it and --local share."""


@local_command.command("serve", short_help="Serve until Ctrl-C.", epilog=SERVE_EXAMPLES)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8070, show_default=True, help="The port; 0 takes any free one."
)
@state_option
@click.option("--memory", is_flag=True, help="Keep the state in memory; it is gone when the server ends.")
@click.option("--https", is_flag=True, help="Speak https, with a certificate that is made for this machine.")
@click.option(
    "--certificates", metavar="DIR", type=FILE, help="Where the certificate is kept.  [default: beside the state]"
)
@click.option(
    "--token-file",
    metavar="FILE",
    type=FILE,
    help="Want the secret in FILE from every client; it is made when it is not there.  [default: none on the "
    "loopback, local-token beside the state elsewhere]",
)
@click.option(
    "--allow-host", "hosts", metavar="NAME", multiple=True, help="A further name that clients call the server by."
)
@click.option(
    "--fault",
    "faults",
    metavar="RULE",
    multiple=True,
    help="Refuse changes: TYPE[@VERB]:STATUS[:CHANCE[:TIMES]], 'Microsoft.Storage/*:429:0.1' for one in ten.",
)
@click.option(
    "--latency",
    "latencies",
    metavar="RULE",
    multiple=True,
    help="Let changes take longer: TYPE[@VERB]:TIME[:CHANCE[:TIMES]], 'Microsoft.Sql/*:2s'.",
)
@click.option(
    "--ready-file", metavar="FILE", type=FILE, help="Write where the server is to FILE, as JSON, once it answers."
)
@click.option("--log", "is_logged", is_flag=True, help="Print a line for each request on stderr.")
@report_options
@click.pass_obj
def serve_command(app: App, /, report: ReportOptions, is_logged: bool, **given: Any) -> None:
    """Serve the local Azure Resource Manager to any client, on this machine alone unless --host says otherwise.

    The line that says where it listens goes to stdout once it answers, what clients need to know to stderr.
    """
    from armlib.emulator.http.serve import Options, Ready, instructions, serve

    settings = _settings(app, report, "ready")
    if given["state"] is not None and given["memory"]:
        raise UsageError("--state and --memory exclude each other")

    def ready(found: Ready) -> None:
        if app.format == "json":
            app.finish({"ready": found.as_json()}, b"", ())
        else:
            write_out(f"The local Azure Resource Manager is ready at {found.endpoint.url}\n".encode())
            write_err(instructions(found))

    options = Options(
        host=given["host"],
        port=given["port"],
        state=given["state"],
        in_memory=given["memory"],
        is_secure=given["https"],
        certificates=given["certificates"],
        token_file=given["token_file"],
        hosts=given["hosts"],
        ready_file=given["ready_file"],
        settings=_engine_settings(settings, rules=(*given["faults"], *given["latencies"])),
    )
    serve(options, ready, log=_say if is_logged else None, complain=_say)


@local_command.command("status", short_help="Show what there is.", epilog=STATUS_EXAMPLES)
@state_option
@report_options
@click.pass_obj
def status_command(app: App, state: Path | None, report: ReportOptions) -> ExitCode:
    """Show where the state is, how much there is in it, whether it is sound, and whether a server serves it."""
    from armlib.emulator.status import as_text, status

    settings = _settings(app, report, "status")
    path = _path(state)
    with _engine(path, settings) as engine:
        found = status(engine, path)
    app.finish({"status": found.as_json()}, as_text(found).encode(), ())
    return ExitCode.WRONG_INPUT if found.problems else ExitCode.FINE


@local_command.command("show", short_help="Show a resource, or all that there is.", epilog=SHOW_EXAMPLES)
@click.argument("id_", metavar="[ID]", default="")
@click.option("--fidelity", is_flag=True, help="Show for each type how closely it is followed.")
@state_option
@report_options
@click.pass_obj
def show_command(app: App, id_: str, fidelity: bool, state: Path | None, report: ReportOptions) -> None:
    """Show what is at ID, as a GET answers; without an ID, the ids of all resource groups and resources.

    With --fidelity: the types that the local Azure Resource Manager knows more of than their bodies (special), and
    those that it keeps as it keeps any (generic).
    """
    from armlib.emulator.status import contents, fidelity_as_text
    from armlib.template.canonical import json_bytes

    if fidelity and id_:
        raise UsageError("--fidelity takes no ID")
    settings = _settings(app, report, "fidelity" if fidelity else "resource" if id_ else "ids")
    with _engine(_path(state), settings) as engine:
        if fidelity:
            types = engine.fidelity()
            app.finish({"fidelity": list(types)}, fidelity_as_text(types).encode(), ())
        elif id_:
            found = engine.resources.get(id_)
            app.finish({"resource": found}, json_bytes(found), ())
        else:
            ids = contents(engine)
            app.finish({"ids": list(ids)}, "".join(f"{each}\n" for each in ids).encode(), ())


@local_command.command("reset", short_help="Delete everything.", epilog=RESET_EXAMPLES)
@yes_option
@state_option
@report_options
@click.pass_obj
def reset_command(app: App, yes: bool, state: Path | None, report: ReportOptions) -> None:
    """Delete everything in the state: resources, deployments, events."""
    settings = _settings(app, report, "reset")
    path = _path(state)
    with _engine(path, settings) as engine:
        if not yes:
            ask(f"Delete everything in {path}?")
        engine.reset()
    app.finish({"reset": str(path)}, f"{path} is empty\n".encode(), ())


@local_command.command("save", short_help="Save the state as one file.", epilog=SAVE_EXAMPLES)
@click.argument("file", type=FILE)
@state_option
@report_options
@click.pass_obj
def save_command(app: App, file: Path, state: Path | None, report: ReportOptions) -> None:
    """Save the whole state to FILE, as JSON; it holds no secret."""
    from armlib.emulator.snapshot import save_file

    settings = _settings(app, report, "saved")
    with _engine(_path(state), settings) as engine:
        save_file(engine.store, file)
    app.finish({"saved": str(file)}, f"saved to {file}\n".encode(), ())


@local_command.command("load", short_help="Load a state that was saved.", epilog=LOAD_EXAMPLES)
@click.argument("file", type=FILE)
@yes_option
@state_option
@report_options
@click.pass_obj
def load_command(app: App, file: Path, yes: bool, state: Path | None, report: ReportOptions) -> None:
    """Put the state that was saved to FILE in place of the whole state; one that is damaged changes nothing."""
    from armlib.emulator.snapshot import load_file

    settings = _settings(app, report, "loaded")
    path = _path(state)
    with _engine(path, settings) as engine:
        if not yes:
            ask(f"Replace everything in {path}?")
        load_file(engine.store, file)
    app.finish({"loaded": str(file)}, f"{path} is as it was in {file}\n".encode(), ())


def _path(state: Path | None) -> Path:
    from armlib.emulator.location import state_path

    return state_path(state)


def _engine(path: Path, settings: Settings) -> Engine:
    from armlib.emulator.engine import Engine

    return Engine.open(path, _engine_settings(settings))


def _say(line: str) -> None:
    write_err(line + "\n")


def _settings(app: App, report: ReportOptions, result: str) -> Settings:
    return app.settings(app.folder, flags(None, None, report), result=result)


def _engine_settings(settings: Settings, rules: tuple[str, ...] = ()) -> EngineSettings:
    from armlib.emulator.settings import Settings as EngineSettings

    return EngineSettings(definitions=settings.types.store, rules=rules)
