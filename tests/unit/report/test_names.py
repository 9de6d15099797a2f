"""Files that have other names for the user."""

from __future__ import annotations

from armlib.diagnostics import Diagnostic, Frame, Place, Severity
from armlib.report.names import renamed


def test_a_file_may_be_told_by_another_name() -> None:
    place = Place(file="/tmp/x", line=1, column=1)
    found = Diagnostic(
        code="c", severity=Severity.ERROR, message="in /tmp/x", place=place, frames=(Frame(place=place),)
    )
    shown = renamed(found, {"/tmp/x": "<stdin>"})
    assert shown.place is not None
    assert (shown.place.file, shown.frames[0].place.file, shown.message) == ("<stdin>", "<stdin>", "in <stdin>")
