"""What is, and what is not, in the files of the project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Parts of names are joined here, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile("/" + "work/(main|shared|venv|notes)|/" + "root/"),
    "a host of one workplace": re.compile(r"https?://[\w.-]*\.(local|internal|lan|corp)\b"),
    "an address in a private network": re.compile(r"https?://(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+"),
    "a note to oneself": re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|XX" + r"X)\b"),
    "a mark of a merge": re.compile(r"^(<{7}|>{7}) ", re.MULTILINE),
}


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    paths = [ROOT / os.fsdecode(name) for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path in tracked()
        if (text := text_of(path))
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert found == []


def test_what_is_made_is_not_kept() -> None:
    made = ("out", "dist", "build", ".venv", ".armlib", "__pycache__", "node_modules")
    kept = [path for path in tracked() if path.relative_to(ROOT).parts[0] in made or "__pycache__" in path.parts]
    assert kept == []


def test_jsonnet_files_are_formatted() -> None:
    done = subprocess.run(
        [sys.executable, "tools/jsonnetfmt.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), "run make format"


def test_scripts_can_be_run_and_are_right() -> None:
    for script, shell in ((".ci/run", "bash"), ("tools/venv.sh", "sh")):
        subprocess.run([shell, "-n", script], cwd=ROOT, check=True)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
