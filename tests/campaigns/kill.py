"""A deployment of 100 resources, killed at random moments: ``python -m tests.campaigns.kill [--times N] [--seed N]``.

Each time a process deploys to a state in a file, tells what has been acknowledged, and is killed with SIGKILL. The
state is then opened again: it must pass its integrity check, have all that was acknowledged, and the deployment must
end as if nothing had happened.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armlib.deployment.scopes import id_key
from armlib.emulator.engine import Engine
from armlib.emulator.settings import SUBSCRIPTION, Settings

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/killed"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
RESOURCES = 100
CHAINED = 10  # resources in a row that wait for each other


@dataclass(frozen=True)
class Result:
    """What was found after one kill: how many resources had been acknowledged, and what is wrong."""

    acknowledged: int
    accepted: bool
    wrong: tuple[str, ...] = ()


def template(count: int = RESOURCES) -> dict[str, Any]:
    """Return a template of *count* resources in rows that wait for each other, half of them in a nested deployment."""
    resources = [_widget(number) for number in range(count)]
    inner = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources[count // 2 :]}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "template": inner},
    }
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [*resources[: count // 2], nested]}


def _widget(number: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "Contoso.Things/widgets",
        "apiVersion": "2020-01-01",
        "name": f"w{number}",
        "location": "westeurope",
        "properties": {"number": number},
    }
    if number % CHAINED:
        body["dependsOn"] = [f"[resourceId('Contoso.Things/widgets', 'w{number - 1}')]"]
    return body


def kill_once(folder: Path, delay: float, count: int = RESOURCES) -> Result:
    """Deploy in a process of its own, kill it after *delay* seconds, and look at what it left in *folder*."""
    path = folder / "state.sqlite3"
    for left in folder.glob("state.sqlite3*"):
        left.unlink()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _deploy(path, writing, count)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = told.read().split("\n")[:-1]  # the last line may be half a line
    return _found(path, lines, count)


def _deploy(path: Path, writing: int, count: int) -> None:
    """Deploy, and tell of each resource that is acknowledged as made; never returns."""
    try:
        with Engine.open(path, _settings(path)) as engine:
            engine.scopes.put_group(GROUP, "westeurope")
            engine.deployments.create(GROUP, "d", {"properties": {"template": template(count)}})
            os.write(writing, b"accepted\n")
            told: set[str] = set()
            while True:
                progress = engine.deployments.progress(GROUP, "d")
                for step in progress.steps:
                    if step.state == "Succeeded" and step.id not in told:
                        told.add(step.id)
                        os.write(writing, f"{step.id}\n".encode())
                time.sleep(60 if progress.is_final else 0.002)
    finally:
        os._exit(1)


def _found(path: Path, lines: list[str], count: int) -> Result:
    accepted, acknowledged = "accepted" in lines, [line for line in lines if line.startswith("/")]
    if not path.exists():
        return Result(0, accepted=False)
    wrong: list[str] = []
    with Engine.open(path, _settings(path)) as engine:
        wrong += engine.check()
        for id_ in acknowledged:
            is_there = (
                engine.deployments.exists(GROUP, "inner") if "/deployments/" in id_ else engine.resources.find(id_)
            )
            if not is_there:
                wrong.append(f"{id_} was acknowledged and is not there")
        if accepted and not engine.deployments.exists(GROUP, "d"):
            wrong.append("the deployment was accepted and is not there")
        elif engine.resources.find(GROUP) is not None and engine.deployments.exists(GROUP, "d"):
            wrong += _ended(engine, count)
        wrong += engine.check()
    return Result(len(acknowledged), accepted, tuple(wrong))


def _ended(engine: Engine, count: int) -> list[str]:
    body: Any = engine.deployments.wait(GROUP, "d", timeout=60)
    wrong = []
    if body["properties"]["provisioningState"] != "Succeeded":
        wrong.append(
            f"the deployment ended as {body['properties']['provisioningState']}: {body['properties'].get('error')}"
        )
    made = {id_key(str(each["id"])) for each in engine.resources.list(GROUP).items}
    if len(made) != count:
        wrong.append(f"{len(made)} resources instead of {count}")
    for name in ("d", "inner"):
        operations: list[Any] = engine.deployments.operations(GROUP, name)
        states = {each["properties"]["provisioningState"] for each in operations}
        targets = Counter(each["properties"].get("targetResource", {}).get("id") for each in operations)
        if states != {"Succeeded"} or max(targets.values()) != 1:
            wrong.append(f"the operations of '{name}' are {states}, one target {max(targets.values())} times")
    return wrong


def _settings(path: Path) -> Settings:
    return Settings(definitions=path.with_name("none.sqlite3"), rules=("Contoso.Things/*:3ms",))


def longest(folder: Path, count: int = RESOURCES) -> float:
    """Return the seconds that one such deployment takes, with the start of the engine."""
    path = folder / "first.sqlite3"
    began = time.monotonic()
    with Engine.open(path, _settings(path)) as engine:
        engine.scopes.put_group(GROUP, "westeurope")
        engine.deployments.create(GROUP, "d", {"properties": {"template": template(count)}})
        engine.deployments.wait(GROUP, "d", timeout=120)
    return time.monotonic() - began


def campaign(times: int, seed: int, count: int = RESOURCES) -> list[Result]:
    """Kill *times* deployments, each at a random moment of its time."""
    chosen = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="armlib-kill-") as folder:
        longest(Path(folder), count)  # the first one warms up
        (Path(folder) / "first.sqlite3").unlink()
        most = longest(Path(folder), count) * 1.5  # told of, it takes longer
        return [kill_once(Path(folder), chosen.uniform(0, most), count) for _ in range(times)]


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.kill", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how often to kill")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    options = parser.parse_args()
    began = time.monotonic()
    results = campaign(options.times, options.seed)
    for number, result in enumerate(results):
        for wrong in result.wrong:
            print(f"kill {number}: {wrong}", file=sys.stderr)
    spread = Counter(
        "before it was accepted"
        if not result.accepted
        else f"with {result.acknowledged // 25 * 25} to "
        f"{min(RESOURCES, result.acknowledged // 25 * 25 + 24)} acknowledged"
        for result in results
    )
    for when, number in sorted(spread.items()):
        print(f"{number:5} killed {when}")
    bad = sum(bool(result.wrong) for result in results)
    print(f"{len(results)} kills of a deployment of {RESOURCES} resources, {bad} with something wrong; ", end="")
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
