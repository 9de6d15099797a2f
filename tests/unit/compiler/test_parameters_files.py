"""Files of parameters in all their formats, and what is wrong with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from armlib.compiler import parameters_files
from armlib.compiler.parameters_files import ParametersError, read_arguments
from armlib.diagnostics import Diagnostic

SECRET = "hunter2"
ARM = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def fault(path: Path) -> Diagnostic:
    with pytest.raises(ParametersError) as raised:
        read_arguments(path)
    (found,) = raised.value.diagnostics
    assert SECRET not in repr(found)
    return found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", '{"a": 1, "b": {"c": [true, null]}}'),
        ("p.json", '\ufeff// comment\n{"a": 1, /* two */ "b": {"c": [true, null,],},}'),
        ("p.jsonc", '{"a": 1, "b": {"c": [true, null]}} // end'),
        ("p.json", '{"$schema": "./schema.json", "a": 1, "b": {"c": [true, null]}}'),
        ("p.yaml", "a: 1\nb:\n  c: [true, null]\n"),
        ("p.YML", "# comment\na: 1\nb: {c: [true, ~]}\n"),
        (
            "p.arm.json",
            json.dumps({"$schema": ARM, "parameters": {"a": {"value": 1}, "b": {"value": {"c": [True, None]}}}}),
        ),
        (
            "p.json",
            '{"contentVersion": "1.0.0.0", "parameters": {"a": {"value": 1}, "b": {"value": {"c": [true, null]}}}}',
        ),
        ("p", ' {"a": 1, "b": {"c": [true, null]}}'),
        ("p", "a: 1\nb: {c: [true, null]}"),
    ],
)
def test_formats(tmp_path: Path, name: str, content: str) -> None:
    path = written(tmp_path, name, content)
    arguments = read_arguments(path)
    assert {key: one.value for key, one in arguments.items()} == {"a": 1, "b": {"c": [True, None]}}
    assert {one.source for one in arguments.values()} == {str(path)}


def test_toml(tmp_path: Path) -> None:
    path = written(tmp_path, "p.toml", 'a = 1\nday = 2024-02-29\n[b]\nc = ["x"]\n')
    values = {name: one.value for name, one in read_arguments(path).items()}
    assert values == {"a": 1, "day": "2024-02-29", "b": {"c": ["x"]}}


def test_jsonnet_is_evaluated_by_the_given_function(tmp_path: Path) -> None:
    path = written(tmp_path, "p.jsonnet", "{ a: 1 }")
    assert read_arguments(path, lambda found: {"path": str(found)})["path"].value == str(path)
    assert fault(path).code == "not-supported"
    assert fault(tmp_path / "absent.jsonnet").code == "not-supported"
    with pytest.raises(ParametersError) as raised:
        read_arguments(tmp_path / "absent.jsonnet", lambda _: {})
    assert raised.value.diagnostics[0].code == "file-not-found"


def test_empty_yaml_and_toml_are_no_parameters(tmp_path: Path) -> None:
    assert read_arguments(written(tmp_path, "p.yaml", "# nothing\n")) == {}
    assert read_arguments(written(tmp_path, "p.toml", "")) == {}


def test_parameter_may_be_called_parameters(tmp_path: Path) -> None:
    assert read_arguments(written(tmp_path, "p.json", '{"parameters": {"a": 1}}'))["parameters"].value == {"a": 1}


def test_vault_reference_of_an_arm_file(tmp_path: Path) -> None:
    reference = {"keyVault": {"id": "/v"}, "secretName": "s", "secretVersion": "1"}
    path = written(tmp_path, "p.json", json.dumps({"$schema": ARM, "parameters": {"p": {"reference": reference}}}))
    assert read_arguments(path)["p"].reference == reference


@pytest.mark.parametrize(
    ("name", "content", "code", "place"),
    [
        ("p.json", "", "json-syntax", (1, 1)),
        ("p.json", '{"a": 1,\n "b" 2}', "json-syntax", (2, 6)),
        ("p.json", '{"a": NaN}', "json-syntax", (1, 7)),
        ("p.json", '{"a": 1e999}', "json-syntax", (1, 7)),
        ("p.yaml", "a:\n  - .nan", "yaml-syntax", (2, 5)),
        ("p.json", "[" * 100_000, "json-syntax", None),
        ("p.json", '{"a": 1,\n// "a"\n "a": 2}', "duplicate-key", (3, 2)),
        ("p.json", '{"a": {"b": [{"c": 1, "c": 2}]}}', "duplicate-key", (1, 23)),
        ("p.json", "[1]", "not-an-object", (0, 0)),
        ("p.json", '"a"', "not-an-object", (0, 0)),
        ("p.json", "null", "not-an-object", (0, 0)),
        ("p.json", b'{"a": "\xff"}', "not-utf-8", (1, 8)),
        ("p.yaml", "a: 1\na: 2\n", "duplicate-key", (2, 1)),
        ("p.yaml", "a: [1\nb: 2\n", "yaml-syntax", (2, 2)),
        ("p.yaml", "a: 1\n---\nb: 2\n", "yaml-syntax", None),
        ("p.yaml", "- a\n", "not-an-object", (0, 0)),
        ("p.yaml", b"a: \xff", "not-utf-8", (1, 4)),
        ("p.toml", "a = \n", "toml-syntax", (1, 5)),
        ("p.bicepparam", "using 'main.bicep'", "not-supported", (0, 0)),
        ("p.json", json.dumps({"$schema": ARM, "parameters": []}), "bad-parameters-file", (0, 0)),
        ("p.json", json.dumps({"$schema": ARM, "parameters": {"a": 1}}), "bad-parameters-file", (0, 0)),
        (
            "p.json",
            json.dumps({"$schema": ARM, "parameters": {"a": {"expression": "x"}}}),
            "bad-parameters-file",
            (0, 0),
        ),
        ("p.json", json.dumps({"$schema": ARM, "parameters": {"a": {"reference": {}}}}), "bad-parameters-file", (0, 0)),
    ],
)
def test_wrong_files(tmp_path: Path, name: str, content: str | bytes, code: str, place: Any) -> None:
    path = written(tmp_path, name, content)
    found = fault(path)
    assert found.code == code
    assert found.place is not None
    assert found.place.file == str(path)
    assert str(path) in found.message
    if place is not None:
        assert (found.place.line, found.place.column) == place


def test_bicep_is_told_the_way_out(tmp_path: Path) -> None:
    assert (
        fault(written(tmp_path, "p.bicepparam", "")).hint
        == "'bicep build-params p.bicepparam' makes a JSON parameters file of it"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", f'{{"a": "{SECRET}" "b": 1}}'),
        ("p.json", f'{{"a": {SECRET}}}'),
        ("p.json", f'{{"a": "{SECRET}'),
        ("p.json", f'{{"a": "{SECRET}", "b": "\\u12"}}'),
        ("p.json", f'{{"a": "x{SECRET}:{SECRET}" {SECRET}: }}'),
        ("p.json", f'{{"a": "{SECRET}", "a": "{SECRET}"}}'),
        ("p.yaml", f"a: *{SECRET}\n"),
        ("p.yaml", f"a: !{SECRET}\n"),
        ("p.yaml", f"a: {SECRET}: {SECRET}\n"),
        ("p.yaml", f'a: "{SECRET}\\q"\n'),
        ("p.yaml", f"a: @{SECRET}\n"),
        ("p.yaml", f"%{SECRET}\n"),
        ("p.toml", f"a = {SECRET}\n"),
        ("p.toml", f'a = "{SECRET}\n'),
        ("p.json", f'"{SECRET}"'),
        ("p.json", json.dumps({"$schema": ARM, "parameters": {"a": SECRET}})),
        ("p.json", f'{{"a": "{SECRET}"}}'.encode() + b"\xff"),
    ],
)
def test_wrong_file_is_not_quoted(tmp_path: Path, name: str, content: str | bytes) -> None:
    fault(written(tmp_path, name, content))  # looks for the secret


def test_excerpt_shows_where_with_the_values_blotted_out(tmp_path: Path) -> None:
    found = fault(written(tmp_path, "p.json", f'{{\n  "name": "x", "password": "{SECRET}" 5,\n}}'))
    assert found.excerpt is not None
    assert found.excerpt.text == '  "name": ***, "password": ********* *,'
    assert found.excerpt.text[found.excerpt.column - 1] == "*"


def test_absent_file_has_its_nearest_name_as_a_hint(tmp_path: Path) -> None:
    written(tmp_path, "production.json", "{}")
    found = fault(tmp_path / "prodction.json")
    assert (found.code, found.hint) == ("file-not-found", f"did you mean '{tmp_path / 'production.json'}'?")
    assert fault(tmp_path / "no" / "p.json").hint == f"there is no folder {tmp_path / 'no'}"


def test_folder_cannot_be_read(tmp_path: Path) -> None:
    assert fault(tmp_path).code == "cannot-read"


def test_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters_files, "MAXIMUM_SIZE", 10)
    assert fault(written(tmp_path, "p.json", '{"a": "0123456789"}')).code == "file-too-large"


def test_endless_pipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parameters_files, "MAXIMUM_SIZE", 1000)
    assert fault(Path("/dev/zero")).code == "file-too-large"


def test_yaml_whose_aliases_stand_for_billions_of_values_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert fault(written(tmp_path, "p.yaml", "\n".join(lines))).code == "yaml-syntax"


def test_pipe_is_read(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b'{"a": 1}')
    os.close(write_end)
    assert read_arguments(Path(f"/dev/fd/{read_end}"))["a"].value == 1
    os.close(read_end)
