"""``armlib local``: the local Azure Resource Manager, as a server and as a state to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App, write_err, write_out
from armlib.cli.options import FILE, ReportOptions, flags, report_options
from armlib.errors import UsageError

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.emulator.settings import Settings as EngineSettings

SERVE_EXAMPLES = """\b
Examples:
  armlib local serve
  armlib local serve --port 0 --ready-file ready.json --memory
  armlib local serve --https
"""


def state_option(command: Any) -> Any:
    """Add the option that says where the state is."""
    return click.option(
        "--state",
        metavar="FILE",
        type=FILE,
        help="The file of the state.  [default: ARMLIB_STATE, else local.sqlite3 in the user's state folder]",
    )(command)


@click.group("local", short_help="The local Azure Resource Manager: a server for any client.")
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
        settings=_engine_settings(settings),
    )
    serve(options, ready, log=_say if is_logged else None, complain=_say)


def _say(line: str) -> None:
    write_err(line + "\n")


def _settings(app: App, report: ReportOptions, result: str) -> Settings:
    return app.settings(app.folder, flags(None, None, report), result=result)


def _engine_settings(settings: Settings) -> EngineSettings:
    from armlib.emulator.settings import Settings as EngineSettings

    return EngineSettings(definitions=settings.types.store)
