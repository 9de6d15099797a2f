"""Modules of people who have a base library of their own: it takes ``parameters`` as an object and is lazy about them.

The project beside this file has such a base library (``core``). Its defaults may have the wrong type or fail when they
are looked at, its ``id`` is an object; its entries are a module with its own arguments, an open one, and a function.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

PROJECT = Path(__file__).parent / "project"
ARMLIB = str(Path(sys.executable).parent / "armlib")


def compiled(entry: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [ARMLIB, "compile", entry, "-J", ".", "--parameters-as", "code", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)


def template(entry: str, *arguments: str) -> dict[str, Any]:
    done = compiled(entry, *arguments)
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("engine", [_gojsonnet, _jsonnet], ids=["go", "c++"])
@pytest.mark.parametrize(
    ("entry", "parameters"),
    [
        ("network/Net/module.libsonnet", {}),
        ("network/Net/open.libsonnet", {"name": "open"}),
        ("app/tests/simple.jsonnet", {}),
    ],
)
def test_a_module_gives_the_resources_and_outputs_of_plain_jsonnet(
    engine: Any, entry: str, parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    plain = json.loads(engine.evaluate_file(entry, jpathdir=["."], ext_codes={"parameters": json.dumps(parameters)}))
    ours = template(entry, *(word for name, value in parameters.items() for word in ("-p", f"{name}={value}")))
    assert ours["resources"] == plain["resources"]
    assert ours["outputs"] == plain["outputs"]


def test_the_entry_that_is_a_function_is_given_its_parameter() -> None:
    given = '{"parameters": {"name": {"value": "front"}}}'
    by_parameter = template("app/root.jsonnet", "-p", f"params:={given}")
    assert {resource["name"] for resource in by_parameter["resources"]} == {"front", "front2"}
    assert template("app/root.jsonnet", "--tla-code", f"params={given}") == by_parameter


def test_a_misspelt_parameter_is_told_before_the_module_is_asked() -> None:
    done = compiled("network/Net/open.libsonnet", "-p", "name=a", "-p", "siz=9")
    assert done.returncode == 1
    assert "unknown-parameter" in done.stderr and "did you mean 'size'?" in done.stderr


def test_the_parameters_of_a_module_are_described_though_its_defaults_fail() -> None:
    command = [ARMLIB, "describe", "network/Net/module.libsonnet", "-J", ".", "--format", "json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    properties = json.loads(done.stdout)["parameters"]["properties"]
    assert properties["small"]["x-armlib-computed-default"] is True
    assert properties["osType"]["default"] is None
