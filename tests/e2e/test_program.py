"""The program around the commands: help, versions, completion, and what happens when armlib itself fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from armlib import __version__
from armlib.cli.app import COMMANDS, root
from tests.e2e.conftest import ARMLIB, Run, clean_environment


def commands() -> list[str]:
    """Return the commands, those of a group by two words."""
    found = []
    for name in COMMANDS:
        command = root.get_command(click.Context(root), name)
        assert command is not None
        assert command.get_short_help_str(200) == COMMANDS[name][1].removesuffix(".") or (
            command.get_short_help_str(200) == COMMANDS[name][1]
        )
        found += [f"{name} {inner}" for inner in command.commands] if isinstance(command, click.Group) else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_with_examples(run: Run, command: str) -> None:
    done = run(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: armlib {command} ")
    assert f"armlib {command}" in done.stdout.split("Examples:")[1]


def test_help_lists_every_command(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0
    for command, (_, about) in COMMANDS.items():
        assert f"  {command} " in done.stdout
        assert about in done.stdout
    assert run("-h").stdout == done.stdout


def test_no_command_shows_the_help_and_is_wrong_usage(run: Run) -> None:
    done = run()
    assert done.returncode == 2
    assert "Commands:" in done.stderr


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"armlib {__version__}\n"
    assert run("version").stdout.splitlines()[0] == f"armlib {__version__}"
    assert json.loads(run("version", "--format", "json").stdout)["versions"]["armlib"] == __version__


def test_python_m_is_the_same_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "armlib", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == f"armlib {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_ARMLIB_COMPLETE" in done.stdout


def test_completion_offers_commands(run: Run) -> None:
    done = run(env={"_ARMLIB_COMPLETE": "bash_complete", "COMP_WORDS": "armlib co", "COMP_CWORD": "1"})
    assert done.stdout.splitlines() == ["plain,compile", "plain,copy", "plain,completion"]


def test_a_bug_ends_with_70_and_says_where_to_report_it(tmp_path: Path) -> None:
    program = (
        "import sys; import armlib.cli.version as v, armlib.cli\n"
        "v.version_command.callback = lambda **_: 1 / 0\n"
        "sys.exit(armlib.cli.main(['version']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert done.returncode == 70
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert f"This is a bug in armlib {__version__}" in done.stderr


def test_a_current_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    script = f"rmdir '{folder}'; exec '{ARMLIB}' version"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "the current folder does not exist any more" in done.stderr


def test_text_that_the_terminal_cannot_show_is_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{ a: 'ü' + x }", encoding="utf-8")
    done = run("compile", "main.jsonnet", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 1
    assert "there is no variable" in done.stderr


def test_the_template_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{ resources: [], metadata: { a: '日本' } }", encoding="utf-8")
    environment = clean_environment(PYTHONIOENCODING="ascii", LC_ALL="C")
    done = subprocess.run(
        [ARMLIB, "compile", "main.jsonnet"], cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=True
    )
    assert "日本".encode() in done.stdout


def test_nothing_is_left_behind_in_the_environment(tmp_path: Path) -> None:
    """A command started with closed standard streams does not write into files that get their numbers."""
    (tmp_path / "main.jsonnet").write_text("{ resources: [] }")
    script = f"'{ARMLIB}' compile main.jsonnet -o out.json <&- 2>&-"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=dict(os.environ), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert json.loads((tmp_path / "out.json").read_text())["resources"] == []


def test_the_command_may_be_called_again_in_one_process() -> None:
    code = "from armlib.cli import main; import armlib.cli.list, armlib.cli.copy; raise SystemExit(main(['version']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
