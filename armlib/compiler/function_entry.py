"""What is told when a module that is a function is called with wrong arguments."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from armlib.compiler.parameters_check import did_you_mean
from armlib.diagnostics import Diagnostic, Place
from armlib.jsonnet.names import parameters_of_whole

_CALLED = re.compile(r'"entry" (?:needs the argument|has no parameter) "(?P<name>\w+)"')


def of_entry(found: Diagnostic, path: Path) -> Diagnostic:
    """Return *found* in words about the file at *path* if it is about calling that, else as it is."""
    match = _CALLED.fullmatch(found.message)
    if match is None or found.place is not None:
        return found
    known = parameters_of_whole(path.read_text(encoding="utf-8"))
    if found.code == "missing-argument":
        hint: str | None = f"give it with -p {match['name']}=VALUE"
    else:
        hint = did_you_mean(match["name"], known) or ("its parameters are " + ", ".join(known) if known else None)
    message = f"{path} is a function that" + found.message.removeprefix('"entry"')
    return replace(found, message=message, hint=hint, place=Place(file=str(path)))
