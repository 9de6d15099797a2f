"""How the program tells what it found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from armlib.cli.app import relative, run, without_library_place
from armlib.diagnostics import Diagnostic, Excerpt, Frame, Place, Severity
from armlib.resources import library_folder

BASE = Path("/project")


def diagnostic(message: str = "m", hint: str | None = None, file: str | None = None) -> Diagnostic:
    place = Place(file=file, line=1, column=1) if file else None
    frames = (Frame(place=place),) if place else ()
    return Diagnostic(code="c", severity=Severity.ERROR, message=message, hint=hint, place=place, frames=frames)


def test_paths_in_texts_are_relative_to_the_current_folder() -> None:
    shown = relative(diagnostic("/project/a.jsonnet: no such file", "did you mean '/project/b.jsonnet'?"), BASE)
    assert (shown.message, shown.hint) == ("a.jsonnet: no such file", "did you mean 'b.jsonnet'?")


def test_what_the_user_wrote_stays_as_it_is() -> None:
    message = 'import "/project/a.jsonnet": an absolute path is not allowed'
    assert relative(diagnostic(message), BASE).message == message


def test_a_folder_with_a_longer_name_is_another() -> None:
    assert relative(diagnostic("/project-2/a and /old/project/b"), BASE).message == "/project-2/a and /old/project/b"


def test_a_place_in_the_own_library_gives_way_to_the_path() -> None:
    found = replace(
        diagnostic(file=str(library_folder() / "arm" / "x.libsonnet")),
        path=("parameters", "a"),
        excerpt=Excerpt(text="", column=1),
    )
    shown = without_library_place(found)
    assert (shown.place, shown.excerpt) == (None, None)
    bare = without_library_place(replace(found, path=()))
    assert bare.place is not None
    assert bare.place.file == "<armlib>/arm/x.libsonnet"


@pytest.mark.parametrize(("words", "result"), [(["version"], "versions"), (["init", "p"], "files")])
def test_commands_of_no_project_report_as_the_environment_asks(
    words: list[str],
    result: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMLIB_FORMAT", "json")
    assert run(words) == 0
    assert list(json.loads(capfdbinary.readouterr().out)) == [result, "diagnostics"]
    monkeypatch.setenv("ARMLIB_FORMAT", "xml")
    assert run(words) == 2
    assert b"ARMLIB_FORMAT: 'xml' is none of" in capfdbinary.readouterr().err
