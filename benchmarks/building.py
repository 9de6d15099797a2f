"""Building a project of 1,000 targets: the first time, with nothing changed, with one changed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks import sources
from benchmarks.measure import commands_in_turn
from benchmarks.table import Row

ARMLIB = str(Path(sys.executable).parent / "armlib")
TARGETS = 1000


def thousand_targets(folder: Path, repeat: int) -> list[Row]:
    """Return the time of the three kinds of builds, as whole processes."""
    project = sources.project(folder / "project", TARGETS)
    build = [ARMLIB, "build"]
    first = commands_in_turn({"first": [sys.executable, "-c", _FIRST, str(project), ARMLIB]}, max(1, repeat // 3))
    unchanged = commands_in_turn({"unchanged": build}, repeat, cwd=str(project))
    changed = commands_in_turn({"changed": [sys.executable, "-c", _CHANGED, str(project), ARMLIB]}, repeat)
    shutil.rmtree(project)
    return [
        Row(
            "build: 1,000 targets, first",
            f"{first['first'].median:.1f} s",
            f"{first['first'].peak_mib:.0f} MiB peak",
            "",
        ),
        Row("build: 1,000 targets, nothing changed", f"{unchanged['unchanged'].median:.2f} s", "", "under 0.5 s"),
        Row("build: 1,000 targets, one changed", f"{changed['changed'].median:.2f} s", "", ""),
    ]


_FIRST = """
import shutil, subprocess, sys
from pathlib import Path
project = Path(sys.argv[1])
for folder in ('out', '.armlib'):
    shutil.rmtree(project / folder, ignore_errors=True)
command = [sys.argv[2], 'build', '--force']
subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
"""

_CHANGED = """
import subprocess, sys, time
from pathlib import Path
project = Path(sys.argv[1])
module = project / 'modules' / 'm7.jsonnet'
module.write_text(module.read_text() + '// ' + str(time.time_ns()) + '\\n')
subprocess.run([sys.argv[2], 'build'], cwd=project, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
"""
