"""Diagnostics as text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.diagnostics import Diagnostic, Excerpt, Frame, Place, Severity, error, warning
from armlib.report.text import render_text

BASE = Path("/project")


def rendered(*diagnostics: Diagnostic, colour: bool = False) -> list[str]:
    return render_text(diagnostics, base=BASE, colour=colour).splitlines()


def test_the_first_line_says_place_severity_message_and_code() -> None:
    found = error(
        "unknown-variable", "there is no variable 'x'", place=Place(file="/project/main.jsonnet", line=3, column=7)
    )
    assert rendered(found) == ["main.jsonnet:3:7: error: there is no variable 'x' [unknown-variable]"]


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Place(file="/project/a/b.jsonnet", line=3), "a/b.jsonnet:3: "),
        (Place(file="/project/b.json"), "b.json: "),
        (Place(file="/elsewhere/b.json", line=1, column=2), "/elsewhere/b.json:1:2: "),
        (Place(file="/project-2/b.json", line=1, column=2), "/project-2/b.json:1:2: "),
        (Place(file="<stdin>", line=1, column=2), "<stdin>:1:2: "),
    ],
)
def test_a_place_is_shown_as_far_as_it_is_known(place: Place, shown: str) -> None:
    assert rendered(error("code", "message", place=place))[0].startswith(f"{shown}error:")


def test_a_path_stands_for_a_place_that_is_not_known() -> None:
    (line,) = rendered(error("code", "message", path=("resources", 0, "a b")))
    assert line == "resources[0]['a b']: error: message [code]"


def test_a_path_follows_a_place() -> None:
    found = error("code", "message", path=("parameters", "x"), place=Place(file="a", line=1, column=1))
    assert rendered(found)[1] == "  in parameters.x"


def test_nothing_stands_before_what_has_no_place() -> None:
    assert rendered(error("code", "message")) == ["error: message [code]"]


def test_the_source_line_has_a_caret_under_it() -> None:
    found = error(
        "code",
        "message",
        place=Place(file="a", line=12, column=9),
        excerpt=Excerpt(text="local a = bcd;", column=11, length=3),
    )
    assert rendered(found)[1:] == [
        "  12 | local a = bcd;",
        "     |           ^^^",
    ]


@pytest.mark.parametrize(
    ("text", "column", "length", "shown", "caret"),
    [
        ("\tname: x", 8, 1, "    name: x", "          ^"),
        ("a\t\tx", 4, 1, "a        x", "         ^"),
        ("'日本' + x", 8, 1, "'日本' + x", "         ^"),
        ("'日本'", 2, 2, "'日本'", " ^^^^"),
        ("'e\u0301' + x", 8, 1, "'e\u0301' + x", "      ^"),
        ("abc", 4, 1, "abc", "   ^"),  # after the end of the line
        ("abc", 9, 5, "abc", "   ^"),
        ("abc", 2, 99, "abc", " ^^"),
        ("", 1, 1, "", "^"),
        ("abc\r\n", 1, 3, "abc", "^^^"),
    ],
)
def test_the_caret_is_under_what_it_points_to(text: str, column: int, length: int, shown: str, caret: str) -> None:
    excerpt = Excerpt(text=text, column=column, length=length)
    lines = rendered(error("code", "m", place=Place(file="a", line=1, column=column), excerpt=excerpt))
    assert lines[1:] == [f"  1 | {shown}".rstrip() if not shown else f"  1 | {shown}", f"    | {caret}"] or (
        not shown and lines[1:] == ["  1 | ", f"    | {caret}"]
    )


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = "a" * 5000 + "HERE" + "b" * 5000
    _, source, caret = rendered(
        error(
            "code", "m", place=Place(file="a", line=1, column=5001), excerpt=Excerpt(text=text, column=5001, length=4)
        )
    )
    assert len(source) < 200
    assert source[caret.index("^") : caret.rindex("^") + 1] == "HERE"
    assert source.startswith("  1 | …aaa")
    assert source.endswith("bbb…")


@given(text=st.text(max_size=400), column=st.integers(0, 450), length=st.integers(1, 500))
def test_any_source_line_is_shown_on_one_line_that_a_terminal_can_take(text: str, column: int, length: int) -> None:
    excerpt = Excerpt(text=text, column=column, length=length)
    shown = render_text([error("code", "m", excerpt=excerpt)], base=BASE)
    assert shown.count("\n") == 3
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cf") and char != "\n"]


def test_control_characters_of_the_input_do_not_reach_the_terminal() -> None:
    found = error("code", "bad \x1b[31mname\x07", hint="\x9b0m", place=Place(file="a\x1b.jsonnet"), path=("\x1b",))
    assert not {"\x1b", "\x07", "\x9b"} & set("".join(rendered(found)))
    assert rendered(found)[0] == "a\\x1b.jsonnet: error: bad \\x1b[31mname\\x07 [code]"


def test_the_name_of_a_file_stays_in_one_line() -> None:
    found = error("code", "/project/a\nb.jsonnet is wrong\nand more", place=Place(file="/project/a\nb.jsonnet"))
    assert rendered(found) == ["a\\nb.jsonnet: error: /project/a\\nb.jsonnet is wrong [code]", "  and more"]


def test_hints_and_messages_may_have_several_lines() -> None:
    assert rendered(error("code", "one\ntwo", hint="three\nfour")) == [
        "error: one [code]",
        "  two",
        "  hint: three",
        "        four",
    ]


def frame(line: int, name: str = "", *, library: bool = False) -> Frame:
    return Frame(place=Place(file="/project/a.jsonnet", line=line, column=1), name=name, library=library)


def test_frames_of_the_user_are_listed_and_those_of_the_library_counted() -> None:
    found = Diagnostic(
        code="code",
        severity=Severity.ERROR,
        message="m",
        frames=(frame(1, "function <f>"), frame(2, library=True), frame(3), frame(4, library=True)),
    )
    assert rendered(found)[1:] == [
        "  called from a.jsonnet:1:1 in function <f>",
        "  called from a.jsonnet:3:1",
        "  (2 frames inside armlib's library)",
    ]


def test_a_frame_that_repeats_the_place_is_left_out() -> None:
    found = Diagnostic(
        code="code",
        severity=Severity.ERROR,
        message="m",
        place=Place(file="/project/a.jsonnet", line=1, column=1, end_column=4),
        frames=(frame(1), frame(2)),
    )
    assert rendered(found)[1:] == ["  called from a.jsonnet:2:1"]


def test_frames_of_an_endless_recursion_are_cut() -> None:
    frames = tuple(frame(line) for line in range(1, 501))
    lines = rendered(Diagnostic(code="code", severity=Severity.ERROR, message="m", frames=frames))
    assert lines[-1] == "  … and 492 more frames"
    assert len(lines) == 10


def test_several_diagnostics_are_counted() -> None:
    lines = rendered(error("a", "m"), warning("b", "m"), error("c", "m"))
    assert lines[-1] == "2 errors, 1 warning"
    assert rendered(error("a", "m"))[-1] != "1 error"


def test_colours_change_nothing_but_the_colours() -> None:
    import re

    found = error(
        "code",
        "m",
        hint="h",
        place=Place(file="a", line=1, column=1),
        excerpt=Excerpt(text="abc", column=1),
        path=("x",),
    )
    coloured = "\n".join(rendered(found, colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == "\n".join(rendered(found))
