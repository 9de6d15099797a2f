"""Settings: where they come from, and what is said of a wrong armlib.toml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from armlib import config
from armlib.config import Flags, Target, load_settings, parse_duration, parse_size, project_root
from armlib.diagnostics import Diagnostic
from armlib.errors import UsageError
from armlib.jsonnet import process
from armlib.settings_file import SettingsError


def project(folder: Path, text: str) -> Path:
    (folder / "armlib.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SettingsError) as raised:
        load_settings(project(folder, text), Flags(), {})
    return raised.value.diagnostics


def told(folder: Path, text: str) -> list[tuple[str, str | None, int, int]]:
    found = problems(folder, text)
    assert all(one.place is not None and one.place.file == str(folder / "armlib.toml") for one in found)
    return [(one.message, one.hint, one.place.line, one.place.column) for one in found if one.place]


@pytest.mark.parametrize(
    ("flag", "variable", "file", "expected"),
    [
        (None, None, None, "text"),
        (None, None, "json", "json"),
        (None, "sarif", "json", "sarif"),
        ("text", "sarif", "json", "text"),
        (None, "", "json", "json"),  # an empty variable is not set
    ],
)
def test_flag_wins_over_variable_over_file_over_default(
    tmp_path: Path, flag: str | None, variable: str | None, file: str | None, expected: str
) -> None:
    project(tmp_path, f'format = "{file}"\n' if file else "")
    environ = {} if variable is None else {"ARMLIB_FORMAT": variable}
    assert load_settings(tmp_path, Flags(format=flag), environ).format == expected


def test_each_setting_has_its_variable(tmp_path: Path) -> None:
    environ = {
        "ARMLIB_TIMEOUT": "1500ms",
        "ARMLIB_MAX_MEMORY": "64MiB",
        "ARMLIB_JOBS": "3",
        "ARMLIB_OUTPUT": "made",
        "ARMLIB_CACHE": "/somewhere/cache",
        "ARMLIB_PATH": os.pathsep.join(["/a", "/b"]),
    }
    settings = load_settings(tmp_path, Flags(library=(Path("/flag"),)), environ)
    assert (settings.timeout, settings.max_memory, settings.jobs) == (1.5, 64 << 20, 3)
    assert settings.output == Path.cwd() / "made"
    assert settings.cache == Path("/somewhere/cache")
    assert settings.library == (Path("/flag"), Path("/a"), Path("/b"))


def test_paths_of_the_file_start_from_its_folder(tmp_path: Path) -> None:
    project(tmp_path, 'library = ["vendor", "/opt/lib"]\n[build]\noutput = "made"\ncache = "../cache"\n')
    settings = load_settings(tmp_path, Flags(), {})
    assert settings.library == (tmp_path / "vendor", Path("/opt/lib"))
    assert settings.output == tmp_path / "made"
    assert settings.cache == tmp_path.parent / "cache"


def test_zero_is_no_limit(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, Flags(timeout=0, max_memory=0), {})
    assert (settings.timeout, settings.max_memory) == (None, None)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "ARMLIB_TIMEOUT",
            "soon",
            "environment variable ARMLIB_TIMEOUT: 'soon' is not a duration, such as 30s, 500ms or 2m",
        ),
        (
            "ARMLIB_MAX_MEMORY",
            "-1",
            "environment variable ARMLIB_MAX_MEMORY: '-1' is not a size, such as 512MiB or 2GB",
        ),
        ("ARMLIB_JOBS", "0", "environment variable ARMLIB_JOBS: '0' is not a number of processes, 1 or more"),
        ("ARMLIB_FORMAT", "xml", "environment variable ARMLIB_FORMAT: 'xml' is none of text, json, sarif"),
    ],
)
def test_a_wrong_variable_is_a_usage_error_that_names_it(tmp_path: Path, name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_settings(tmp_path, Flags(), {name: value})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("30", 30), ("1.5s", 1.5), ("500ms", 0.5), ("2 m", 120), ("1h", 3600), (" 3S ", 3)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1024", 1024), ("1kb", 1000), ("1KiB", 1024), ("1.5GiB", 3 << 29), ("2 mb", 2_000_000)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "s", "1x", "1 2", "-1s", "1e3", "٣s", "inf"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_the_nearest_mark_above_makes_the_project(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert project_root(inner / "main.jsonnet") == tmp_path
    (tmp_path / "a" / "jsonnetfile.json").touch()
    assert project_root(inner / "main.jsonnet") == tmp_path / "a"
    (tmp_path / "armlib.toml").touch()  # of the marks it is the first, however far up
    assert project_root(inner) == tmp_path


def test_without_a_mark_the_current_folder_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a"
    inner.mkdir()
    monkeypatch.chdir(tmp_path)
    assert project_root(Path("a/main.jsonnet")) == tmp_path
    monkeypatch.chdir(inner)
    assert project_root(tmp_path / "main.jsonnet") == tmp_path


FULL = """
[targets."eu/production"]
entries = { hub = "hub.jsonnet", spoke = "spokes/main.jsonnet" }
parameters = ["common.yaml", "production.yaml"]
values = { count = 2, tags = { a = "b" }, ratio = 0.5, on = true, list = [1, "x"] }
parameters-as = "code"
library = ["vendor"]
ext-str = { A = "1" }
ext-code = { B = "2" }
tla-str = { C = "3" }
tla-code = { D = "4" }
scope-kind = "subscription"
minify = true
symbolic = true
output = "eu.json"
parameters-out = "eu.parameters.json"
linked-out = "linked"
"""


def test_a_target_with_everything(tmp_path: Path) -> None:
    target = load_settings(project(tmp_path, FULL), Flags(), {}).targets["eu/production"]
    assert target == Target(
        name="eu/production",
        entries=(("hub", tmp_path / "hub.jsonnet"), ("spoke", tmp_path / "spokes/main.jsonnet")),
        output=tmp_path / "out/eu.json",
        parameters=(tmp_path / "common.yaml", tmp_path / "production.yaml"),
        values={"count": 2, "tags": {"a": "b"}, "ratio": 0.5, "on": True, "list": [1, "x"]},
        values_from="armlib.toml",
        parameters_as_code=True,
        library=(tmp_path / "vendor",),
        ext_str={"A": "1"},
        ext_code={"B": "2"},
        tla_str={"C": "3"},
        tla_code={"D": "4"},
        scope_kind="subscription",
        minify=True,
        symbolic=True,
        parameters_out=tmp_path / "out/eu.parameters.json",
        linked_out=tmp_path / "out/linked",
    )


@pytest.mark.parametrize(
    ("entry", "entries"),
    [
        ('entry = "main.jsonnet"', ((None, "main.jsonnet"),)),
        ('entries = ["a.jsonnet", "b.jsonnet"]', ((None, "a.jsonnet"), (None, "b.jsonnet"))),
    ],
)
def test_entries_may_have_no_alias(tmp_path: Path, entry: str, entries: Any) -> None:
    target = load_settings(project(tmp_path, f"[targets.x]\n{entry}\n"), Flags(), {}).targets["x"]
    assert target.entries == tuple((alias, tmp_path / file) for alias, file in entries)
    assert target.output == tmp_path / "out/x.json"


WRONG: list[tuple[str, list[tuple[str, str | None, int, int]]]] = [
    ("a = 1\nlib = [", [("Invalid value", None, 2, 8)]),
    ("librari = []\n", [("librari: there is no such setting", "did you mean 'library'?", 1, 1)]),
    ("format = 'xml'\n", [("format: 'xml' is not allowed", "it is one of text, json, sarif", 1, 1)]),
    ("format = 'jsn'\n", [("format: 'jsn' is not allowed", "did you mean 'json'?", 1, 1)]),
    ("timeout = true\n", [("timeout: it must be a number, or a text with a unit, not true or false", None, 1, 1)]),
    ("timeout = 'soon'\n", [("timeout: 'soon' is not a duration, such as 30s, 500ms or 2m", None, 1, 1)]),
    ("library = 'x'\n", [("library: it must be an array of texts, not a text", None, 1, 1)]),
    ("\n[build]\n  jobs = 0\n", [("build.jobs: 0 is too small", "1 is the least", 3, 3)]),
    ("[build]\njobs = true\n", [("build.jobs: it must be a whole number, not true or false", None, 2, 1)]),
    ("[targets]\nx = 1\n", [("targets.x: it must be a table, not a number", None, 2, 1)]),
    (
        "[targets.a]\nentry = 'x'\n[targets.b]\nentry = 'x'\nentries = ['y']\n",
        [
            (
                "targets.b: the target has both 'entry' and 'entries'",
                'say entry = "FILE", or entries = { ALIAS = "FILE" }',
                3,
                2,
            )
        ],
    ),
    (
        "[targets.a]\nentry = 'x'\nscope-kind = 'Group'\nvalues = { d = 2020-01-01 }\next-str = { n = 1 }\n",
        [
            ("targets.a.values.d: a date, a time, inf or nan is not a JSON value", "write it as a text", 4, 1),
            ("targets.a.ext-str.n: it must be a text, not a number", None, 5, 1),
            ("targets.a.scope-kind: 'Group' is not allowed", "did you mean 'group'?", 3, 1),
        ],
    ),
    (
        "[targets.'../x']\nentry = 'x'\n",
        [("targets.../x: '../x' cannot name a target", "use letters, digits, '-', '_', '.' and '/'", 1, 2)],
    ),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_what_is_wrong_with_the_file(tmp_path: Path, text: str, expected: list[Any]) -> None:
    assert told(tmp_path, text) == expected


def test_a_problem_shows_its_line(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '# a comment\nformat = "xml"\n')
    assert found.excerpt is not None
    assert (found.excerpt.text, found.excerpt.column, found.excerpt.length) == ('format = "xml"', 1, 6)


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "armlib.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError) as raised:
        load_settings(tmp_path, Flags(), {})
    assert raised.value.diagnostics[0].message == "the file is not UTF-8 text"


@pytest.mark.parametrize(
    ("text", "said", "variable", "expected"),
    [
        ("", None, "", "off"),
        ("", True, "", "warning"),
        ("", None, "on", "warning"),
        ("", False, "on", "off"),
        ("[lint]\n", None, "", "warning"),
        ("[lint]\n", None, "off", "off"),
        ("[lint]\n", True, "off", "warning"),
        ('[lint]\non-compile = "note"\n', True, "", "note"),
        ('[lint]\non-compile = "off"\n', None, "", "off"),
    ],
)
def test_lint_while_compiling(tmp_path: Path, text: str, said: bool | None, variable: str, expected: str) -> None:
    settings = load_settings(project(tmp_path, text), Flags(lint=said), {"ARMLIB_LINT": variable})
    assert settings.lint.on_compile == expected


def test_a_wrong_level_of_lint_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, '[lint]\non-compile = "warnings"\n') == [
        ("lint.on-compile: 'warnings' is not allowed", "did you mean 'warning'?", 2, 1)
    ]


def test_the_limits_are_those_that_an_evaluator_starts_with() -> None:
    """The evaluator is started before the settings are imported; with other limits it would be started again."""
    assert (config.TIME_LIMIT, config.MEMORY_LIMIT) == (process.TIME_LIMIT, process.MEMORY_LIMIT)
