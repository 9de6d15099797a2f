"""Diagnostics as JSON."""

from pathlib import Path

from armlib.diagnostics import Place, error, warning
from armlib.report.machine import as_json

BASE = Path("/project")


def test_a_diagnostic_has_the_eight_members_of_the_contract() -> None:
    found = error(
        "too-short",
        "it is too short",
        hint="make it longer",
        path=("parameters", "name", 0),
        place=Place(file="/project/main.jsonnet", line=3, column=7, end_line=3, end_column=9),
    )
    assert as_json([found], base=BASE) == [
        {
            "code": "too-short",
            "severity": "error",
            "message": "it is too short",
            "hint": "make it longer",
            "file": "main.jsonnet",
            "line": 3,
            "column": 7,
            "path": "parameters.name[0]",
        }
    ]


def test_what_is_not_known_is_null() -> None:
    (bare,) = as_json([warning("code", "message")], base=BASE)
    assert bare == {
        "code": "code",
        "severity": "warning",
        "message": "message",
        "hint": None,
        "file": None,
        "line": None,
        "column": None,
        "path": None,
    }


def test_a_file_as_a_whole_has_no_line() -> None:
    (found,) = as_json([error("code", "message", place=Place(file="/elsewhere/a.json"))], base=BASE)
    assert isinstance(found, dict)
    assert (found["file"], found["line"], found["column"]) == ("/elsewhere/a.json", None, None)
