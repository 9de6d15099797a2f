"""The published cases through ``armlib eval``, as someone who only has the command would run them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.cli import main
from tests.conformance.test_arm_functions import DISPUTED, FOLDER, covers, without_hash

FAMILIES = ("access", "copy", "deployment", "nested", "resource", "scope", "template", "types", "user-functions")
SCOPES = {
    "resourceGroup": "/subscriptions/{subscription}/resourceGroups/{group}",
    "subscription": "/subscriptions/{subscription}",
    "managementGroup": "/providers/Microsoft.Management/managementGroups/{management}",
    "tenant": "/",
}
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the conformance data is not at {FOLDER}")


def cases(families: tuple[str, ...]) -> Iterator[Any]:
    for family in families:
        file = FOLDER / f"{family}.json"
        for case in json.loads(file.read_text(encoding="utf-8")) if file.is_file() else ():
            if not case.get("suspect") and case["id"] not in DISPUTED:
                yield pytest.param(case, id=case["id"])


def arguments(case: dict[str, Any], folder: Path) -> list[str]:
    """The words of the command line for *case*, whose files go to *folder*."""
    given = {name: {"value": value} for name, value in (case.get("parameters") or {}).items()}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
    files = {
        "template.json": case["template"],
        "parameters.json": {"$schema": schema, "contentVersion": "1.0.0.0", "parameters": given},
        "context.json": case.get("context") or {},
    }
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    words = ["eval", str(folder / "template.json"), "--context", str(folder / "context.json"), "--format", "json"]
    return [*words, "-P", str(folder / "parameters.json")] if given else words


@pytest.mark.parametrize("case", list(cases(FAMILIES)))
def test_the_command_gives_the_published_result(
    case: dict[str, Any], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code = main(arguments(case, tmp_path))
    check(case["expected"], json.loads(capfdbinary.readouterr().out), code)


@pytest.mark.parametrize("case", list(cases(("copy", "nested", "template")))[::4])
def test_the_installed_command_gives_the_published_result(case: dict[str, Any], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "armlib", *arguments(case, tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    check(case["expected"], json.loads(done.stdout), done.returncode)


@pytest.mark.parametrize("case", list(cases(("scope", "copy"))))
def test_the_scope_may_be_said_on_the_command_line(
    case: dict[str, Any], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    context = case.get("context") or {}
    zero = "00000000-0000-0000-0000-000000000000"
    scope = SCOPES[case["scope"]].format(
        subscription=context.get("subscriptionId", zero),
        group=(context.get("resourceGroup") or {}).get("name", "DummyResourceGroup"),
        management=context.get("managementGroupId") or (context.get("managementGroup") or {}).get("name", zero),
    )
    code = main([*arguments(case, tmp_path), "--scope", scope])
    check(case["expected"], json.loads(capfdbinary.readouterr().out), code)


def check(expected: dict[str, Any], result: dict[str, Any], code: int) -> None:
    assert set(result) == {"resources", "outputs", "asserts", "templateHash", "diagnostics"}
    problems = [found["message"] for found in result["diagnostics"] if found["severity"] == "error"]
    if "error" in expected:
        assert code == 1
        assert any(expected["error"]["contains"].lower() in problem.lower() for problem in problems), problems
        return
    assert (code, problems) == (0, [])
    for name, output in expected.get("outputs", {}).items():
        found = result["outputs"][name]
        assert found["type"] == output["type"]
        if "value" in output:
            assert without_hash(found["value"], output["value"]) == output["value"]
        elif "pattern" in output:
            assert re.search(output["pattern"], found["value"])
    check_resources(expected, result["resources"])


def check_resources(expected: dict[str, Any], resources: list[dict[str, Any]]) -> None:
    if "resources" in expected:
        assert len(resources) == len(expected["resources"])
        for wanted in expected["resources"]:
            assert any(covers(resource, wanted) for resource in resources)
    symbols = {resource["id"]: resource.get("symbolicName") for resource in resources}
    for symbol, wanted in expected.get("resourcesBySymbol", {}).items():
        (found,) = [resource for resource in resources if resource.get("symbolicName") == symbol]
        assert covers({**found, "dependsOn": [symbols[id_] for id_ in found["dependsOn"]]}, wanted)
