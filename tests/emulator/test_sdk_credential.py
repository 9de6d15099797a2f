"""``DefaultAzureCredential`` as it is, and the example of the page on the local ARM."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.emulator.conftest import Local

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "local.md"


def environment(local: Local) -> dict[str, str]:
    """Return the variables that the server prints, without any that Azure's own services set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "IDENTITY_", "MSI_"))}
    return kept | {
        "AZURE_SUBSCRIPTION_ID": local.subscription,
        "IDENTITY_ENDPOINT": f"{local.url}/msi/token",
        "IDENTITY_HEADER": "local",
        "NO_PROXY": "127.0.0.1",
    }


def test_the_example_of_the_page_runs(local: Local) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example],
        env=environment(local),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "['example']\n"), done.stderr
