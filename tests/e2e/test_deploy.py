"""``armlib validate``, ``what-if``, ``deploy`` and ``destroy`` as they are installed, on the local ARM."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ARMLIB, Run, clean_environment

MODULE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3 },
    sku: { type: 'string', defaultValue: 'Standard_LRS' },
  },
  identity:: arm.Resource('Microsoft.ManagedIdentity/userAssignedIdentities', '2023-01-31') {
    name: 'id-' + $.arguments.name,
    location: '[resourceGroup().location]',
  },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    location: '[resourceGroup().location]',
    sku: { name: $.arguments.sku },
    kind: 'StorageV2',
    tags: { principal: arm.expr("reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', '"
                                + 'id-' + $.arguments.name + "'), '2023-01-31').principalId") },
    dependsOn: [$.identity.id],
  },
  outputs: {
    account: arm.output($.account.id),
    blob: arm.output($.account.ref('primaryEndpoints.blob')),
  },
}
"""
SECRET = "hunter2-is-not-a-password"
WITH_SECRET = """{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "password": { "type": "secureString" }, "name": { "type": "string", "defaultValue": "server" } },
  "resources": [
    {
      "type": "Microsoft.Sql/servers",
      "apiVersion": "2021-11-01",
      "name": "[parameters('name')]",
      "location": "westeurope",
      "properties": { "administratorLogin": "sa1", "administratorLoginPassword": "[parameters('password')]" }
    }
  ]
}
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite3"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "main.jsonnet"
    path.parent.mkdir()
    path.write_text(MODULE)
    return path


@pytest.fixture
def local(run: Run, state: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command on the local ARM with a state of its own."""

    def run_local(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
        return run(*words, "--local", "--state", state, **more)

    return run_local


Local = Callable[..., "subprocess.CompletedProcess[str]"]


def test_outputs_go_to_stdout_and_what_happens_to_stderr(local: Local, module: Path) -> None:
    done = local("deploy", module, "-p", "name=webdata", "--yes")
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(" = ") for line in done.stdout.splitlines())
    assert lines["blob"].startswith("https://webdata.blob.")
    assert lines["account"].endswith("/resourceGroups/armlib/providers/Microsoft.Storage/storageAccounts/webdata")
    assert re.search(r"Succeeded +\d+\.\d s  Microsoft\.Storage/storageAccounts/webdata\n", done.stderr)
    assert "main: succeeded after" in done.stderr


def test_json_for_programs(local: Local, module: Path) -> None:
    found = json.loads(local("deploy", module, "-p", "name=webdata", "--yes", "--format", "json").stdout)
    deployment = found["deployment"]
    assert (deployment["state"], found["diagnostics"]) == ("Succeeded", [])
    assert [step["type"] for step in deployment["operations"]] == [
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "Microsoft.Storage/storageAccounts",
    ]
    assert deployment["outputs"]["blob"].startswith("https://webdata.")


def test_the_second_time_nothing_changes(local: Local, module: Path) -> None:
    words = (module, "-p", "name=webdata")
    assert local("what-if", *words, "--exit-code").returncode == 4
    assert local("deploy", *words, "--yes").returncode == 0
    done = local("what-if", *words, "--exit-code")
    assert done.returncode == 0, done.stdout
    assert "no change" in done.stdout
    assert local("what-if", *words, "-p", "sku=Standard_ZRS", "--exit-code").returncode == 4


def test_a_plan_is_done_exactly_or_not_at_all(local: Local, module: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    words = (module, "-p", "name=webdata")
    assert local("what-if", *words, "--plan", plan).returncode == 0
    assert plan.stat().st_mode & 0o777 == 0o600
    assert local("deploy", "--plan", plan, "--yes").returncode == 0
    again = local("deploy", "--plan", plan, "--yes")
    assert again.returncode == 1
    assert "[plan-moved]" in again.stderr
    assert "storageAccounts/webdata" in again.stderr


def test_destroying_leaves_nothing(local: Local, module: Path) -> None:
    words = (module, "-p", "name=webdata")
    local("deploy", *words, "--yes")
    found = json.loads(local("destroy", *words, "--yes", "--format", "json").stdout)
    assert [id_.rpartition("/")[2] for id_ in found["deleted"]] == ["webdata", "id-webdata"]
    assert json.loads(local("destroy", *words, "--yes", "--format", "json").stdout)["deleted"] == []
    assert local("what-if", *words, "--exit-code").returncode == 4


def test_a_stack_deletes_what_leaves_it(local: Local, tmp_path: Path) -> None:
    entry = tmp_path / "app.jsonnet"
    two = "[{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-05-01', name: n, location: 'westeurope', "
    two += "sku: { name: 'Standard_LRS' }, kind: 'StorageV2' } for n in %s]"
    entry.write_text(f"{{ resources: {two % json.dumps(['first', 'second'])} }}")
    assert local("deploy", entry, "--mode", "stack", "--yes").returncode == 0
    entry.write_text(f"{{ resources: {two % json.dumps(['first'])} }}")
    shown = local("what-if", entry, "--mode", "stack")
    assert re.search(r"- .*storageAccounts/second", shown.stdout), shown.stdout
    assert local("deploy", entry, "--mode", "stack", "--yes").returncode == 0
    assert "second" not in local("what-if", entry, "--mode", "stack").stdout
    assert local("destroy", entry, "--mode", "stack", "--yes").returncode == 0
    assert local("what-if", entry, "--exit-code").returncode == 4


def test_validating_changes_nothing(local: Local, module: Path) -> None:
    assert "[group-not-there]" in local("validate", module, "-p", "name=webdata").stderr
    local("deploy", module, "-p", "name=webdata", "--yes")
    local("destroy", module, "-p", "name=webdata", "--yes")
    done = local("validate", module, "-p", "name=webdata")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2
    assert local("what-if", module, "-p", "name=webdata", "--exit-code").returncode == 4


def test_a_refusal_is_one_line_with_its_place(local: Local, tmp_path: Path) -> None:
    entry = tmp_path / "child.jsonnet"
    entry.write_text(
        "{\n  resources: [\n    {\n      type: 'Microsoft.Network/virtualNetworks/subnets',\n"
        "      apiVersion: '2023-11-01',\n      name: 'none/s',\n      properties: { addressPrefix: '10.0.0.0/24' },\n"
        "    },\n  ],\n}\n"
    )
    done = local("deploy", entry, "--yes")
    assert done.returncode == 3
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    assert len(errors) == 1, done.stderr
    assert errors[0].startswith("child.jsonnet:3:5: error: Microsoft.Network/virtualNetworks/none/subnets/s: ")
    assert errors[0].endswith("[ParentResourceNotFound]")
    assert "hint: deploy the parent first" in done.stderr


def test_nobody_is_deployed_to_without_being_asked(local: Local, module: Path) -> None:
    done = local("deploy", module, "-p", "name=webdata")
    assert done.returncode == 2
    assert "add --yes" in done.stderr


def test_azure_needs_a_scope(run: Run, module: Path) -> None:
    done = run("deploy", module, "-p", "name=webdata", "--yes")
    assert done.returncode == 2
    assert "--local" in done.stderr


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the local ARM."""
    ready = tmp_path / "ready.json"
    words = ("local", "serve", "--port", "0", "--memory", "--ready-file", ready)
    process = subprocess.Popen(
        [ARMLIB, *map(str, words)], env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < end:
            time.sleep(0.05)
        yield str(json.loads(ready.read_text())["url"])
    finally:
        process.terminate()
        process.wait(30)


def test_a_server_is_deployed_to_as_azure_is(run: Run, module: Path, endpoint: str) -> None:
    subscription = "/subscriptions/00000000-0000-4000-8000-000000000002"
    words = (module, "-p", "name=webdata", "--scope", f"{subscription}/resourceGroups/g", "--endpoint", endpoint)
    missing = run("deploy", *words, "--yes")
    assert (missing.returncode, "[ResourceGroupNotFound]" in missing.stderr) == (3, True)
    done = run("deploy", *words, "--yes", "--location", "westeurope", "--format", "json")
    assert done.returncode == 0, done.stdout
    deployment = json.loads(done.stdout)["deployment"]
    assert deployment["outputs"]["blob"].startswith("https://webdata.blob.")
    assert [step["type"].rpartition("/")[2] for step in deployment["operations"]] == [
        "userAssignedIdentities",
        "storageAccounts",
    ]
    assert run("what-if", *words, "--exit-code").returncode == 0
    assert run("what-if", *words, "-p", "sku=Standard_ZRS", "--exit-code").returncode == 4
    assert len(run("validate", *words).stdout.splitlines()) == 2
    stack = run("deploy", *words, "--yes", "--mode", "stack", "--name", "app")
    assert stack.returncode == 0, stack.stderr
    assert run("destroy", *words, "--yes", "--mode", "stack", "--name", "app").returncode == 0
    assert run("what-if", *words, "--exit-code").returncode == 4


def test_a_server_that_does_not_listen_is_told(run: Run, module: Path) -> None:
    scope = "/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/g"
    done = run("what-if", module, "-p", "name=webdata", "--scope", scope, "--endpoint", "http://127.0.0.1:9")
    assert done.returncode == 5
    assert "[unreachable]" in done.stderr


def test_a_secret_is_nowhere(local: Local, tmp_path: Path, state: Path) -> None:
    entry, plan = tmp_path / "secret.json", tmp_path / "plan.json"
    entry.write_text(WITH_SECRET)
    (tmp_path / "word").write_text(SECRET)
    words = (entry, "-p", f"password=@{tmp_path / 'word'}")
    said = ""
    for command in (
        ("what-if", *words, "--plan", plan, "--explain"),
        ("deploy", *words, "--yes", "--format", "json"),
        ("deploy", *words, "--yes", "-p", "name=also", "-v"),
        ("deploy", *words, "--yes", "-p", "name=Not Allowed!", "-v"),
        ("what-if", *words, "--format", "json", "--explain"),
        ("destroy", *words, "--yes"),
    ):
        done = local(*command)
        said += done.stdout + done.stderr
    assert "Microsoft.Sql/servers/also" in said
    assert SECRET not in said
    for file in (plan, *state.parent.glob("state.sqlite3*")):
        assert SECRET.encode() not in file.read_bytes(), file


def test_a_secret_that_may_be_null_reaches_a_nested_module(local: Local, tmp_path: Path) -> None:
    (tmp_path / "server.jsonnet").write_text(
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module { parameterMetadata:: { word: { type: 'secureString', nullable: true } },\n"
        "server:: arm.Resource('Microsoft.Sql/servers', '2023-08-01') {\n"
        "  name: 'sql-null', location: 'westeurope', properties: { administratorLoginPassword: $.arguments.word } } }\n"
    )
    entry = tmp_path / "main.jsonnet"
    entry.write_text(
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module { parameterMetadata:: { word: { type: 'secureString', nullable: true } },\n"
        "server:: arm.nested((import 'server.jsonnet') { parameters:: { word: $.arguments.word } }, 'server') }\n"
    )
    for words in ((), ("-p", f"word={SECRET}")):
        done = local("deploy", entry, *words, "--yes")
        assert done.returncode == 0, done.stderr
        assert "Microsoft.Sql/servers/sql-null" in done.stderr


def test_a_plan_asks_for_its_secrets_again(local: Local, tmp_path: Path) -> None:
    entry, plan = tmp_path / "secret.json", tmp_path / "plan.json"
    entry.write_text(WITH_SECRET)
    local("what-if", entry, "-p", f"password={SECRET}", "--plan", plan)
    done = local("deploy", "--plan", plan, "--yes")
    assert done.returncode == 1
    assert "the plan needs the value of the secret 'password'" in done.stderr
    assert local("deploy", "--plan", plan, "--yes", "-p", f"password={SECRET}").returncode == 0


@contextmanager
def on_a_terminal(*words: object) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run a command with a terminal; give the other end of it."""
    ours, theirs = pty.openpty()
    environment = {**clean_environment(), "TERM": "xterm", "COLUMNS": "100", "LINES": "30"}
    process = subprocess.Popen(
        [ARMLIB, *map(str, words)], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        yield ours, process
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(terminal: int, text: str, seconds: float = 60) -> str:
    """Return what the terminal shows until *text* is there, or it is closed."""
    shown = b""
    end = time.monotonic() + seconds
    while text.encode() not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # closed by the other side
                break
    assert text.encode() in shown, shown.decode(errors="replace")
    return shown.decode(errors="replace")


def test_a_terminal_shows_the_changes_asks_and_draws_a_tree(module: Path, state: Path) -> None:
    with on_a_terminal("deploy", module, "-p", "name=webdata", "--local", "--state", state) as (terminal, process):
        shown = read_until(terminal, "[y/N]")
        assert "2 to create" in shown
        os.write(terminal, b"y\n")
        tree = read_until(terminal, "blob = ")
        assert "└── " in tree
        assert "✓" in tree
        assert process.wait(30) == 0


def test_no_means_no(module: Path, state: Path) -> None:
    with on_a_terminal("deploy", module, "-p", "name=webdata", "--local", "--state", state) as (terminal, process):
        read_until(terminal, "[y/N]")
        os.write(terminal, b"n\n")
        assert process.wait(30) == 5


def test_a_secret_is_asked_for_and_not_shown(tmp_path: Path, state: Path) -> None:
    entry = tmp_path / "secret.json"
    entry.write_text(WITH_SECRET)
    with on_a_terminal("deploy", entry, "--local", "--state", state, "--yes") as (terminal, process):
        read_until(terminal, "password (secret)")
        time.sleep(0.2)  # until the terminal is told not to echo
        os.write(terminal, f"{SECRET}\n".encode())
        assert SECRET not in read_until(terminal, "succeeded after")
        assert process.wait(30) == 0
