"""Many deployments at once into a few groups: ``python -m tests.campaigns.many [--deployments N] [--groups N]``.

All must end, and none may have to do with another: each has its own resources, operations and outputs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from armlib.emulator.engine import Engine
from armlib.emulator.settings import SUBSCRIPTION, Settings

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
RESOURCES = 20


def template() -> dict[str, Any]:
    """Return a template whose resources are named after the deployment, and wait for each other in twos."""
    widgets = {
        "type": "Contoso.Things/widgets",
        "apiVersion": "2020-01-01",
        "name": "[format('{0}-{1}', parameters('who'), copyIndex())]",
        "location": "westeurope",
        "tags": {"who": "[parameters('who')]"},
        "copy": {"name": "widgets", "count": RESOURCES, "mode": "serial", "batchSize": 2},
        "properties": {"number": "[copyIndex()]"},
    }
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"who": {"type": "string"}},
        "resources": [widgets],
        "outputs": {"who": {"type": "string", "value": "[parameters('who')]"}},
    }


def campaign(deployments: int, groups: int, path: Path | None = None) -> list[str]:
    """Run *deployments* at once, spread over *groups*; return what is wrong."""
    with Engine.open(path, Settings(definitions=Path("none.sqlite3"), rules=("Contoso.Things/*:2ms",))) as engine:
        scopes = [f"/subscriptions/{SUBSCRIPTION}/resourceGroups/many{number}" for number in range(groups)]
        for scope in scopes:
            engine.scopes.put_group(scope, "westeurope")
        tasks = [(scopes[number % groups], f"d{number}") for number in range(deployments)]
        gate = threading.Barrier(len(tasks))
        threads = [threading.Thread(target=_create, args=(engine, gate, *task)) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wrong = [fault for scope, name in tasks for fault in _wrong(engine, scope, name)]
        for scope in scopes:
            wanted = sum(each == scope for each, _ in tasks)
            found = len(engine.resources.list(scope).items)
            if found != wanted * RESOURCES:
                wrong.append(f"{scope} has {found} resources instead of {wanted * RESOURCES}")
            if len(engine.deployments.list(scope).items) != wanted:
                wrong.append(f"{scope} has {len(engine.deployments.list(scope).items)} deployments instead of {wanted}")
        return [*wrong, *engine.check()]


def _create(engine: Engine, gate: threading.Barrier, scope: str, name: str) -> None:
    body: Any = {"properties": {"template": template(), "parameters": {"who": {"value": name}}}}
    gate.wait()
    engine.deployments.create(scope, name, body)


def _wrong(engine: Engine, scope: str, name: str) -> list[str]:
    body: Any = engine.deployments.wait(scope, name, timeout=120)
    properties = body["properties"]
    if properties["provisioningState"] != "Succeeded":
        return [f"{name} ended as {properties['provisioningState']}: {properties.get('error')}"]
    wanted = {f"{scope}/providers/Contoso.Things/widgets/{name}-{number}" for number in range(RESOURCES)}
    wrong = []
    if {each["id"] for each in properties["outputResources"]} != wanted or properties["outputs"]["who"][
        "value"
    ] != name:
        wrong.append(f"{name} has the resources or outputs of another")
    operations: list[Any] = engine.deployments.operations(scope, name)
    targets = {
        each["properties"]["targetResource"]["id"] for each in operations if "targetResource" in each["properties"]
    }
    if targets != wanted:
        wrong.append(f"{name} has the operations of another")
    if any(engine.resources.get(id_)["tags"] != {"who": name} for id_ in wanted):
        wrong.append(f"{name} has a resource that another one made")
    return wrong


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.many", description=__doc__)
    parser.add_argument("--deployments", type=int, default=50)
    parser.add_argument("--groups", type=int, default=10)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="armlib-many-") as folder:
        wrong = campaign(options.deployments, options.groups, Path(folder) / "state.sqlite3")
    for each in wrong:
        print(each, file=sys.stderr)
    print(f"{options.deployments} deployments of {RESOURCES} resources at once into {options.groups} groups: ", end="")
    print(f"{len(wrong)} things wrong; {time.monotonic() - began:.1f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
