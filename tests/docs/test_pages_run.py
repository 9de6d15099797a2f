"""Every example in the pages runs: what a reader copies from them works.

In a page, a block of ``console`` holds commands behind ``$ ``; they run in the folder of the page, as one shell script.
A block whose first word is followed by ``title=FILE`` is written to that file first. Any other block of ``jsonnet`` is
a module of its own and must compile. What a block prints is not compared; that the commands end with 0 is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]
    if "```console" in path.read_text(encoding="utf-8") or "```jsonnet" in path.read_text(encoding="utf-8")
)
_BLOCK = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SKIPPED_COMMANDS = ("make ", "pip ", "python", "git ")  # what sets a machine up is run by the build itself


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    language: str
    title: str | None
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(*match.groups()) for match in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


def commands(block: Block) -> list[str]:
    lines = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
    return [line for line in lines if not line.startswith(_SKIPPED_COMMANDS)]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_example_of_the_page_runs(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "page"
    if page.parent.parent == ROOT / "examples":
        shutil.copytree(page.parent, folder)
    else:
        folder.mkdir()
    for number, block in enumerate(blocks(page)):
        if block.title:
            target = folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "jsonnet":
            (folder / f"block-{number}.jsonnet").write_text(block.text, encoding="utf-8")
            _run(f"armlib compile block-{number}.jsonnet", folder)
        elif block.language == "console" and commands(block):
            _run("\n".join(commands(block)), folder)


def _run(script: str, folder: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ARMLIB_CACHE": str(folder / ".cache"),
        "ARMLIB_PACKAGES": str(folder / ".packages"),
        "ARMLIB_STATE": str(folder / ".state.sqlite3"),
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
