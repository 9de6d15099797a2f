"""Asking before something is done that cannot be taken back."""

from __future__ import annotations

import sys
from typing import Any

import click

from armlib.errors import UsageError


def yes_option(command: Any) -> Any:
    """Add ``--yes`` to *command*, which gets it as ``yes``."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")(command)


def ask(question: str) -> None:
    """Go on when the user says so.

    Raises:
        UsageError: There is nobody to ask.
        click.Abort: The answer is no.
    """
    require_someone()
    click.confirm(question, abort=True, err=True)


def require_someone(*, hint: str = "add --yes") -> None:
    """Hold stdin to a terminal, on which can be asked.

    Raises:
        UsageError: It is none.
    """
    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked whether to go on", hint=hint)
