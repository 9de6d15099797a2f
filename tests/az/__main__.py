"""The Azure CLI, as it is published, against the local ARM over https: ``make test-az``.

Runs a server and one az command after the other, prints each with its time, and ends with 1 when one of them does not
say what it should. Nothing of the user's is touched: az gets a configuration folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
# Comments and a text over several lines: az puts the file into its request as it is.
TEMPLATE = f"""{{
  // an account, and where its blobs are
  "$schema": "{SCHEMA}",
  "contentVersion": "1.0.0.0",
  "parameters": {{
    "name": {{ "type": "string" }}, /* the tier */ "sku": {{ "type": "string", "defaultValue": "Standard_LRS" }}
  }},
  "resources": [
    {{
      "type": "Microsoft.Storage/storageAccounts",
      "apiVersion": "2023-05-01",
      "name": "[parameters('name')]",
      "location": "[resourceGroup().location]",
      "sku": {{ "name": "[parameters('sku')]" }},
      "kind": "StorageV2"
    }}
  ],
  "outputs": {{
    "blob": {{
      "type": "string",
      "value": "[reference(resourceId('Microsoft.Storage/storageAccounts',
                  parameters('name'))).primaryEndpoints.blob]"
    }}
  }}
}}
"""
STACK_TEMPLATE = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Network/publicIPAddresses",
            "apiVersion": "2024-05-01",
            "name": "pip",
            "location": "westeurope",
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static"},
        }
    ],
}
OF_SUBSCRIPTION = {
    "$schema": SCHEMA.replace("2019-04-01/deployment", "2018-05-01/subscriptionDeployment"),
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2024-03-01",
            "name": "from-az",
            "location": "westeurope",
        }
    ],
}
BROKEN = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "resources": [],
    "outputs": {"x": {"type": "string", "value": "[nonsense()]"}},
}


@dataclass
class Az:
    """Runs az commands, and keeps what went wrong."""

    program: Path
    folder: Path
    environment: dict[str, str]
    wrong: list[str] = field(default_factory=list)

    def run(self, text: str, *, code: int = 0, says: str = "", check: Callable[[Any], bool] | None = None) -> Any:
        """Run ``az TEXT``; it must end with *code*, say *says* and print JSON that *check* likes."""
        started = time.perf_counter()
        command = [str(self.program), *text.split()]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        took = time.perf_counter() - started
        output = done.stdout + done.stderr
        value = _json(done.stdout)
        is_fine = (done.returncode == 0) == (code == 0) and says in output and (check is None or check(value))
        print(f"{'ok  ' if is_fine else 'FAIL'} {took:6.1f} s  az {text}", flush=True)
        if not is_fine:
            self.wrong.append(text)
            print(f"      ended with {done.returncode}:\n{output[-3000:]}", flush=True)
        return value


def transcript(az: Az) -> None:
    """Run the commands."""
    group = "az group create -n shop -l westeurope --tags env=dev"[3:]
    deploy = "-g shop -n first --template-file main.json --parameters name=stshop01"
    az.run(group, check=lambda found: found["properties"]["provisioningState"] == "Succeeded")
    az.run("group show -n shop", check=lambda found: found["tags"] == {"env": "dev"})
    az.run("group exists -n SHOP", check=lambda found: found is True)
    az.run(f"deployment group validate {deploy}", check=lambda found: not found.get("error"))
    az.run(f"deployment group what-if {deploy}", says="Resource changes: 1 to create.")
    az.run(f"deployment group create {deploy}", check=_has_output)
    az.run(f"deployment group what-if {deploy}", says="Resource changes: 1 no change.")
    az.run("deployment group show -g shop -n first", check=_has_output)
    az.run("deployment group list -g shop", check=lambda found: [one["name"] for one in found] == ["first"])
    az.run("deployment operation group list -g shop -n first", check=lambda found: len(found) == 2)
    az.run("deployment group export -g shop -n first", check=lambda found: "resources" in found)
    az.run("deployment group create -g shop -n broken --template-file broken.json", code=1, says="InvalidTemplate")
    az.run("deployment group show -g shop -n none", code=3, says="DeploymentNotFound")
    sub = "deployment sub create -n sub -l westeurope --template-file sub.json"
    az.run(sub, check=lambda found: found["properties"]["provisioningState"] == "Succeeded")
    az.run("group show -n from-az", check=lambda found: found["location"] == "westeurope")
    stack = "stack group create -g shop -n base --template-file stack.json --deny-settings-mode none"
    az.run(
        f"{stack} --action-on-unmanage deleteAll --yes", check=lambda found: found["provisioningState"] == "succeeded"
    )
    az.run("stack group show -g shop -n base", check=lambda found: len(found["resources"]) == 1)
    az.run("stack group list -g shop", check=lambda found: len(found) == 1)
    account = "-g shop -n stshop01 --resource-type Microsoft.Storage/storageAccounts"
    az.run("resource list -g shop", check=lambda found: sorted(one["name"] for one in found) == ["pip", "stshop01"])
    az.run(f"resource show {account}", check=lambda found: found["kind"] == "StorageV2")
    az.run(f"resource tag {account} --tags tier=data", check=lambda found: found["tags"] == {"tier": "data"})
    az.run("resource list --tag tier=data", check=lambda found: [one["name"] for one in found] == ["stshop01"])
    az.run("stack group delete -g shop -n base --action-on-unmanage deleteAll --yes")
    az.run("resource list -g shop", check=lambda found: [one["name"] for one in found] == ["stshop01"])
    az.run(f"resource delete {account}")
    az.run("group delete -n shop --yes")
    az.run("group delete -n from-az --yes")
    az.run("group exists -n shop", check=lambda found: found is False)


def _has_output(found: Any) -> bool:
    return bool(found["properties"]["outputs"]["blob"]["value"] == "https://stshop01.blob.core.windows.net/")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it all; return 1 when something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.az", description=__doc__)
    parser.add_argument("--az", type=Path, default=Path(".venv-az/bin/az"), help="the az to run")
    program = parser.parse_args(arguments).az.absolute()
    if not program.exists():
        print(f"there is no {program}: make test-az installs it", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "main.json").write_text(TEMPLATE)
        for file, template in (("stack", STACK_TEMPLATE), ("sub", OF_SUBSCRIPTION), ("broken", BROKEN)):
            (folder / f"{file}.json").write_text(json.dumps(template))
        return _serve_and_run(program, folder)


def _serve_and_run(program: Path, folder: Path) -> int:
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "armlib", "local", "serve", "--port", "0", "--https", "--memory"]
    command += ["--ready-file", str(ready), "--certificates", str(folder / "certificates")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            print(server.stdout.readline().strip(), flush=True)
            found = json.loads(ready.read_text())
            az = Az(program, folder, _environment(folder, found))
            _sign_in(az, found)
            if not az.wrong:
                transcript(az)
        finally:
            server.terminate()
            code = server.wait(20)
    print(f"{len(az.wrong)} commands went wrong; the server ended with {code}")
    return 1 if az.wrong or code else 0


def _environment(folder: Path, ready: dict[str, Any]) -> dict[str, str]:
    own = {
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_NO_COLOR": "true",
        "AZURE_CORE_SURVEY_MESSAGE": "false",
        "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
        "NO_PROXY": "localhost,127.0.0.1",
    }
    given: dict[str, str] = ready["environment"]
    return os.environ | own | given


def _sign_in(az: Az, ready: dict[str, Any]) -> None:
    az.run(f"cloud register -n armlib --endpoint-resource-manager https://localhost:{ready['port']}")
    az.run("cloud set -n armlib")
    az.run("login --identity", check=lambda found: found[0]["id"] == ready["subscriptionId"])


if __name__ == "__main__":
    sys.exit(main())
