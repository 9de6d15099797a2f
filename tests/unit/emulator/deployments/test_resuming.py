"""What becomes of a deployment whose process ends: it goes on, or says why it cannot."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from armlib.emulator.engine import Engine
from armlib.emulator.store import Store
from tests.unit.emulator.conftest import RG, settings
from tests.unit.emulator.deployments.conftest import nested, request, template, widget

DIES = """
import os, sys, time, json
from pathlib import Path
from armlib.emulator.engine import Engine
from armlib.emulator.settings import Settings
engine = Engine.open(Path(sys.argv[1]), Settings(definitions=Path(sys.argv[2]), rules=("Contoso.Things/*:50ms",)))
engine.scopes.put_group(sys.argv[3], "westeurope")
engine.deployments.create(sys.argv[3], "d", json.loads(sys.argv[4]))
while len([s for s in engine.deployments.progress(sys.argv[3], "d").steps if s.state == "Succeeded"]) < 2:
    time.sleep(0.005)
os.kill(os.getpid(), 9)
"""


def killed(tmp_path: Path, body: dict[str, Any]) -> Path:
    """Return the state that a process left that was killed in the middle of a deployment."""
    import json

    path = tmp_path / "state.sqlite3"
    arguments = [str(path), str(tmp_path / "none.sqlite3"), RG, json.dumps(body)]
    done = subprocess.run([sys.executable, "-c", DIES, *arguments], check=False, timeout=60)
    assert done.returncode == -9
    return path


def chain(count: int) -> list[dict[str, Any]]:
    return [widget(f"w{number}", *([f"w{number - 1}"] if number else [])) for number in range(count)]


def test_a_deployment_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    inner = {**nested("n", template(resources=chain(6))), "dependsOn": []}
    path = killed(tmp_path, request(template(resources=[inner, widget("last")])))
    with closing(Store.open(path)) as store:
        made = {row.id: row.etag for row in store.inside(RG.casefold(), tracked=True)}
    with Engine.open(path, settings(tmp_path)) as engine:
        found: Any = engine.deployments.wait(RG, "d", timeout=30)
        assert found["properties"]["provisioningState"] == "Succeeded", found["properties"].get("error")
        assert {str(each["name"]) for each in engine.resources.list(RG).items} == {f"w{n}" for n in range(6)} | {"last"}
        assert 1 <= len(made) < 7
        assert all(engine.resources.etag(id_) == etag for id_, etag in made.items())
        nested_one: Any = engine.deployments.get(RG, "n")
        assert nested_one["properties"]["provisioningState"] == "Succeeded"
        operations: list[Any] = engine.deployments.operations(RG, "n")
        targets = [each["properties"]["targetResource"]["resourceName"] for each in operations]
        assert sorted(targets) == [f"w{n}" for n in range(6)]
        assert engine.check() == []


def test_one_with_secrets_fails_and_says_that_it_can_be_run_again(tmp_path: Path) -> None:
    text = template(parameters={"secret": {"type": "securestring"}}, resources=chain(6))
    path = killed(tmp_path, request(text, {"secret": "open sesame"}))
    assert b"open sesame" not in path.read_bytes()
    with Engine.open(path, settings(tmp_path)) as engine:
        found: Any = engine.deployments.get(RG, "d")
        assert found["properties"]["provisioningState"] == "Failed"
        assert found["properties"]["error"]["code"] == "DeploymentInterrupted"
        assert "'secret'" in found["properties"]["error"]["message"]
        engine.deployments.create(RG, "d", request(text, {"secret": "open sesame"}))
        found = engine.deployments.wait(RG, "d", timeout=30)
        assert found["properties"]["provisioningState"] == "Succeeded"


def test_an_engine_that_is_closed_leaves_its_deployments_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with Engine.open(path, settings(tmp_path, rules=("Contoso.Things/*:100ms",))) as engine:
        engine.scopes.put_group(RG, "westeurope")
        engine.deployments.create(RG, "d", request(template(resources=chain(5))))
    with Engine.open(path, settings(tmp_path)) as engine:
        found: Any = engine.deployments.wait(RG, "d", timeout=30)
        assert found["properties"]["provisioningState"] == "Succeeded"


def test_what_another_engine_runs_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with Engine.open(path, settings(tmp_path, rules=("Contoso.Things/*:100ms",))) as engine:
        engine.scopes.put_group(RG, "westeurope")
        engine.deployments.create(RG, "d", request(template(resources=chain(3))))
        with Engine.open(path, settings(tmp_path)) as other:
            found: Any = other.deployments.wait(RG, "d", timeout=30)
            assert found["properties"]["provisioningState"] == "Succeeded"
        assert len(engine.deployments.operations(RG, "d")) == 3
