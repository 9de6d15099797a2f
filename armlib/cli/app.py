"""The program around the commands: finding them, handing them what they need, reporting, and the exit code."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib import __version__
from armlib.diagnostics import Diagnostic, Severity, nearest
from armlib.errors import ArmlibError, ExitCode, InputError
from armlib.jsonnet.process import MEMORY_LIMIT, TIME_LIMIT, WorkerEvaluator
from armlib.jsontypes import JsonObject
from armlib.resources import library_folder

if TYPE_CHECKING:
    from armlib.config import Flags, Settings

# command -> where it is and what `armlib --help` says of it, so that help imports none of them
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("armlib.cli.init:init_command", "Make a project that compiles at once."),
    "compile": ("armlib.cli.compile:compile_command", "Compile ENTRY to an ARM template."),
    "describe": ("armlib.cli.describe:describe_command", "Show the parameters and outputs of ENTRY."),
    "build": ("armlib.cli.build:build_command", "Compile the targets of armlib.toml into files."),
    "eval": ("armlib.cli.eval:eval_command", "Show what ENTRY deploys, every expression evaluated."),
    "validate": ("armlib.cli.validate:validate_command", "Ask Azure, or the local ARM, whether it would take ENTRY."),
    "what-if": ("armlib.cli.what_if:what_if_command", "Show what deploying ENTRY would change."),
    "deploy": ("armlib.cli.deploy:deploy_command", "Deploy ENTRY to Azure, or to the local ARM."),
    "destroy": ("armlib.cli.destroy:destroy_command", "Delete the resources that ENTRY deploys."),
    "lint": ("armlib.cli.lint:lint_command", "Say what had better be otherwise in ENTRY."),
    "graph": ("armlib.cli.graph:graph_command", "Show in which order ENTRY is deployed, and why."),
    "test": ("armlib.cli.test:test_command", "Run the tests of modules, and deploy their examples."),
    "types": ("armlib.cli.types:types_command", "Azure's resource types: install, list, show, check, generate."),
    "add": ("armlib.cli.add:add_command", "Add packages to the dependencies of the project."),
    "restore": ("armlib.cli.restore:restore_command", "Fetch the packages that armlib.lock names."),
    "update": ("armlib.cli.update:update_command", "Choose newer versions of packages."),
    "list": ("armlib.cli.list:list_command", "List the packages of the project."),
    "vendor": ("armlib.cli.vendor:vendor_command", "Write the packages into a folder for plain jsonnet."),
    "local": (
        "armlib.cli.local:local_command",
        "The local Azure Resource Manager: a server, and its state.",
    ),
    "publish": ("armlib.cli.publish:publish_command", "Publish a package to a registry."),
    "pull": ("armlib.cli.pull:pull_command", "Unpack a package into a folder."),
    "copy": ("armlib.cli.copy:copy_command", "Copy a package to another registry."),
    "inspect": ("armlib.cli.inspect:inspect_command", "Show what a registry has of a package."),
    "diff": ("armlib.cli.diff:diff_command", "Say what differs between two versions of a package."),
    "verify": ("armlib.cli.verify:verify_command", "Check a package and its signatures."),
    "completion": ("armlib.cli.completion:completion_command", "Print the completion script for a shell."),
    "version": ("armlib.cli.version:version_command", "Print the versions of armlib and its parts."),
}


class App:
    """What a command is given: settings, the evaluator, and the ways to report.

    *format* and *result* are how the command reports: they are set as soon as they are known, so that an error that
    ends it is told in the same form. *shown_as* has the names that files are told by instead of their own.
    """

    def __init__(self, evaluator: WorkerEvaluator | None = None) -> None:
        self.environ = dict(os.environ)
        self.folder = _current_folder()
        self.format = "text"
        self.result = "result"
        self.shown_as: dict[str, str] = {}
        self._evaluator = evaluator
        self._limits: tuple[float | None, int | None] = (TIME_LIMIT, MEMORY_LIMIT)

    def settings(self, start: Path, flags: Flags, *, result: str) -> Settings:
        """Return the settings for work on *start*; *result* is the key of the command's result in JSON."""
        from armlib.config import load_settings

        self.result = result
        self.format = flags.format or self.format
        settings = load_settings(start, flags, self.environ)
        self.format = settings.format
        return settings

    def without_settings(self, said: str | None, *, result: str) -> None:
        """Report as the command line has *said*, or the environment; for a command that is of no project."""
        from armlib.config import asked_format

        self.result = result
        self.format = asked_format(said, self.environ) or self.format

    def evaluator(self, settings: Settings) -> WorkerEvaluator:
        """Return an evaluator that keeps to the limits of *settings*; it ends with the command."""
        limits = (settings.timeout, settings.max_memory)
        if self._evaluator is not None and limits != self._limits:
            self.close()
        if self._evaluator is None:
            self._evaluator = WorkerEvaluator(time_limit=limits[0], memory_limit=limits[1])
            self._limits = limits
        return self._evaluator

    def close(self) -> None:
        """End the evaluator, if there is one."""
        if self._evaluator is not None:
            self._evaluator.close()
            self._evaluator = None

    def report(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Show *diagnostics* on stderr when the format is text; otherwise they go with the result."""
        if diagnostics and self.format == "text":
            from armlib.report.text import render_text

            diagnostics = self._shown(diagnostics)
            write_err(render_text(diagnostics, base=self.folder, colour=has_colour(sys.stderr, self.environ)))

    def finish(self, result: JsonObject, text: bytes, diagnostics: Sequence[Diagnostic]) -> None:
        """Report *diagnostics*, and print the result in the command's format.

        Args:
            result: The result as JSON, without diagnostics.
            text: The result as text, printed as it is.
            diagnostics: What was found on the way.
        """
        self.report(diagnostics)
        if self.format == "text":
            write_out(text)
        else:
            write_out(self._for_machines(result, diagnostics))

    def fail(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Report what ended the command; there is no result."""
        self.finish({self.result: None}, b"", diagnostics)

    def _shown(self, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        found = [without_library_place(diagnostic) for diagnostic in diagnostics]
        if self.shown_as:
            from armlib.report.names import renamed

            found = [renamed(diagnostic, self.shown_as) for diagnostic in found]
        return [relative(diagnostic, self.folder) for diagnostic in found]

    def _for_machines(self, result: JsonObject, diagnostics: Sequence[Diagnostic]) -> bytes:
        from armlib.template.canonical import json_bytes

        diagnostics = self._shown(diagnostics)
        if self.format == "sarif":
            from armlib.report.sarif import as_sarif

            return json_bytes(as_sarif(diagnostics, base=self.folder, version=__version__))
        from armlib.report.machine import as_json

        return json_bytes({**result, "diagnostics": as_json(diagnostics, base=self.folder)})


def without_library_place(diagnostic: Diagnostic) -> Diagnostic:
    """Return *diagnostic* without a place in armlib's own library, which is nobody's to mend."""
    place, library = diagnostic.place, f"{library_folder()}{os.sep}"
    if place is None or not place.file.startswith(library):
        return diagnostic
    if diagnostic.path:
        return replace(diagnostic, place=None, excerpt=None)
    return replace(diagnostic, place=replace(place, file=f"<armlib>/{place.file.removeprefix(library)}"))


def relative(diagnostic: Diagnostic, base: Path) -> Diagnostic:
    """Return *diagnostic* with the paths that its texts mention relative to *base*.

    In a message those in quotes stay: they are what the user wrote.
    """
    folder = str(base).rstrip("/") + "/"
    if folder not in diagnostic.message and folder not in (diagnostic.hint or ""):
        return diagnostic
    in_message = re.compile(r"(?<![\w'\"./])" + re.escape(folder))
    in_hint = re.compile(r"(?<![\w./])" + re.escape(folder))
    hint = diagnostic.hint and in_hint.sub("", diagnostic.hint)
    return replace(diagnostic, message=in_message.sub("", diagnostic.message), hint=hint)


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise InputError("the current folder does not exist any more", code="no-folder") from error


class LazyGroup(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = nearest(name, COMMANDS)
            ctx.fail(f"there is no command '{name}'." + (f" Did you mean '{close}'?" if close else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings are taken from flags, then ARMLIB_* variables, then armlib.toml. Exit codes: 0 fine, 1 wrong "
    "input, 2 wrong usage, 3 refused by the service, 4 differences, 5 timed out or interrupted, 70 a bug of armlib.",
)
@click.version_option(__version__, "-V", "--version", prog_name="armlib", message="%(prog)s %(version)s")
def root() -> None:
    """Azure infrastructure as Jsonnet modules: compile them to ARM templates, check them, and deploy them."""


def run(arguments: Sequence[str], evaluator: WorkerEvaluator | None = None) -> int:
    """Run the command that *arguments* say and return its exit code; every error ends here.

    Args:
        arguments: The words after the name of the program.
        evaluator: One with the default limits that was started already; it is ended here, too.
    """
    app = None
    try:
        app = App(evaluator)
        return _run(app, arguments)
    except BrokenPipeError:
        return _die_of_broken_pipe()
    except ArmlibError as error:
        write_err(f"armlib: {error}\n")
        return error.exit_code
    finally:
        if app is not None:
            app.close()


def _run(app: App, arguments: Sequence[str]) -> int:
    try:
        code = root.main(args=list(arguments), prog_name="armlib", standalone_mode=False, obj=app)
        sys.stdout.flush()
        return int(code or ExitCode.FINE)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        app.fail([Diagnostic(code="interrupted", severity=Severity.ERROR, message="interrupted")])
        return ExitCode.STOPPED
    except ArmlibError as error:
        app.fail(error.diagnostics)
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno not in _DISK_ERRORS:
            return _tell_bug()
        _abandon_stdout()
        message = f"cannot write the result: {error.strerror}"
        app.fail([Diagnostic(code="cannot-write", severity=Severity.ERROR, message=message)])
        return ExitCode.WRONG_INPUT
    except Exception:  # noqa: BLE001 - the last resort: whatever is not foreseen is our bug, and is told as one
        return _tell_bug()


def _tell_bug() -> ExitCode:
    import traceback

    write_err(f"{traceback.format_exc()}\n{_BUG}")
    return ExitCode.BUG


_DISK_ERRORS = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])  # of what stdout is sent to
_BUG = f"""This is a bug in armlib {__version__} (Python {sys.version.split()[0]}, {sys.platform}), not in your files.
Please report it in armlib's issue tracker, with the lines above and the command that was run;
CONTRIBUTING.md says what else helps. Take out what is confidential first.
"""


def _die_of_broken_pipe() -> int:
    """End as other programs do whose reader went away: quietly, by the signal."""
    import signal

    _abandon_stdout()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    return ExitCode.STOPPED


def _abandon_stdout() -> None:
    """Send what stdout still holds nowhere, so that the interpreter does not fail to write it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def has_colour(stream: Any, environ: dict[str, str]) -> bool:
    """Return whether text for *stream* is coloured: on a terminal that can, unless NO_COLOR is set to anything."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and bool(stream.isatty())


def write_out(data: bytes) -> None:
    """Write *data* to stdout as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_err(text: str) -> None:
    """Write *text* to stderr, whatever its encoding."""
    stream = sys.stderr
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
