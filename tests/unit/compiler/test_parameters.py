"""Gathering arguments from all sources, and the parameters file for the deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.bind import bind
from armlib.compiler.parameters import ENVIRONMENT_OBJECT, gather, layered, parameters_file, parse_assignment
from armlib.compiler.parameters_files import ParametersError
from armlib.compiler.parameters_metadata import parse_metadata
from armlib.compiler.request import Argument
from armlib.diagnostics import Severity

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("a=b", "a", Argument(text="b", source="-p")),
        ("a=", "a", Argument(text="", source="-p")),
        ("a=b=c", "a", Argument(text="b=c", source="-p")),
        ("a = b", "a", Argument(text=" b", source="-p")),
        ("a=@@b", "a", Argument(text="@b", source="-p")),
        ("a:=[1, {}]", "a", Argument(value=[1, {}], source="-p")),
        ("a:=null", "a", Argument(value=None, source="-p")),
        ("a.b=c", "a.b", Argument(text="c", source="-p")),
    ],
)
def test_assignments(text: str, name: str, argument: Argument) -> None:
    assert parse_assignment(text) == (name, argument, None)


@pytest.mark.parametrize("content", ["text\n", "text", "text\r\n"])
def test_assignment_from_a_file_leaves_the_last_line_break(tmp_path: Path, content: str) -> None:
    path = tmp_path / "value.txt"
    path.write_bytes(content.encode())
    assert parse_assignment(f"a=@{path}") == ("a", Argument(text="text", source=str(path)), path)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SECRET + " with spaces", "bad-assignment"),
        ("=" + SECRET, "bad-assignment"),
        (":=" + SECRET, "bad-assignment"),
        ("a:=" + SECRET, "json-syntax"),
        ('a:={"x": "' + SECRET, "json-syntax"),
        ('a:={"x": 1, "x": "' + SECRET + '"}', "duplicate-key"),
        ("a=@/nowhere/at/all", "file-not-found"),
        ("\udcff", "bad-assignment"),
    ],
)
def test_wrong_assignments_do_not_quote_the_value(text: str, code: str) -> None:
    with pytest.raises(ParametersError) as raised:
        parse_assignment(text)
    (found,) = raised.value.diagnostics
    assert found.code == code
    assert SECRET not in repr(found)
    found.message.encode()


def test_assignment_without_an_equals_sign_is_named_when_it_looks_like_a_name() -> None:
    (found,) = gather(["location"]).diagnostics
    assert (found.code, found.message) == ("bad-assignment", "'location' is not an assignment to a parameter")


def test_later_sources_win_and_objects_merge(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.yaml"
    first.write_text('{"a": 1, "tags": {"x": 1, "deep": {"y": 1}}, "list": [1, 2]}')
    second.write_text("a: 2\ntags: {deep: {z: 2}}\nlist: [3]\ngone: null\n")
    gathered = gather(
        ['tags:={"w": 4}', "b=text"],
        [first, second],
        {
            "ARMLIB_PARAMETERS": '{"a": 0, "env": 5, "gone": 1}',
            "ARMLIB_PARAM_b": "env",
            "ARMLIB_PARAM_c": "7",
            "HOME": "/",
        },
    )
    assert gathered.diagnostics == ()
    assert gathered.files == (first, second)
    metadata: Any = {name: {} for name in ("a", "b", "env", "gone", "list", "tags")} | {"c": {"type": "int"}}
    assert bind(gathered.arguments, parse_metadata(metadata).parameters).injected == {
        "a": 2,
        "env": 5,
        "gone": None,
        "b": "text",
        "c": 7,
        "tags": {"x": 1, "deep": {"y": 1, "z": 2}, "w": 4},
        "list": [3],
    }


def test_text_is_laid_over_an_object_once_its_type_is_known() -> None:
    gathered = gather(['t:={"a": 1}', 't={"b": 2}', 't:={"c": 3}'])
    parameters = parse_metadata({"t": {"type": "object"}}).parameters
    assert bind(gathered.arguments, parameters).injected == {"t": {"a": 1, "b": 2, "c": 3}}
    parameters = parse_metadata({"t": {"type": ["string", "object"]}}).parameters
    assert bind(gathered.arguments, parameters).injected == {"t": {"c": 3}}


def test_merged_value_names_all_its_sources() -> None:
    layers = [{"a": Argument(value={"x": 1}, source="1.json")}, {"a": Argument(value={"y": 2}, source="2.json")}]
    assert layered(layers)["a"].source == "1.json, 2.json"


def test_reference_and_value_replace_each_other() -> None:
    reference = Argument(reference={"keyVault": {"id": "/v"}, "secretName": "s"})
    value = Argument(value={"a": 1})
    assert layered([{"p": value}, {"p": reference}])["p"] == reference
    assert layered([{"p": reference}, {"p": value}])["p"] == value


def test_all_wrong_sources_are_told_in_one_run(tmp_path: Path) -> None:
    gathered = gather(["a:={", "=b", "ok=1"], [tmp_path / "absent.json"], {"ARMLIB_PARAMETERS": f"[{SECRET}"})
    assert [found.code for found in gathered.diagnostics] == [
        "json-syntax",
        "file-not-found",
        "json-syntax",
        "bad-assignment",
    ]
    assert SECRET not in repr(gathered.diagnostics)
    assert set(gathered.arguments) == {"ok"}


@pytest.mark.parametrize("text", ["[1]", "5", '{"a": 1, "a": 2}'])
def test_object_in_the_environment_must_be_one(text: str) -> None:
    (found,) = gather(environment={ENVIRONMENT_OBJECT: text}).diagnostics
    assert found.message.startswith(f"{ENVIRONMENT_OBJECT}: ")


def test_empty_environment_variable_is_as_good_as_absent() -> None:
    assert gather(environment={ENVIRONMENT_OBJECT: " ", "ARMLIB_PARAM_": "x"}).arguments == {}


def test_parameters_file_keeps_references_and_leaves_secrets_out() -> None:
    reference: dict[str, Any] = {"keyVault": {"id": "/v"}, "secretName": "s"}
    template: dict[str, Any] = {
        "parameters": {
            "count": {"type": "int"},
            "password": {"type": "secureString"},
            "certificate": {"type": "secureString"},
            "later": {"type": "string"},
        }
    }
    arguments = {
        "count": Argument(value=3),
        "password": Argument(value=SECRET),
        "certificate": Argument(reference=reference),
        "name": Argument(value="compile time"),
    }
    written = parameters_file(template, {"count": 3}, arguments)
    assert written.content == {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"count": {"value": 3}, "certificate": {"reference": reference}},
    }
    (note,) = written.diagnostics
    assert (note.code, note.severity, note.path) == ("secret-left-out", Severity.NOTE, ("parameters", "password"))
    assert SECRET not in repr(written)
