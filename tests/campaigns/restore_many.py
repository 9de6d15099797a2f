"""Many restores at once into one empty cache: ``python -m tests.campaigns.restore_many [--processes N]``.

Half of them are of one project in copies, half of projects that need other parts of the same tree. All must succeed and
compile to what they should; the registry's log tells how often each blob and manifest was asked for by its digest.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.campaigns.packages import BEFORE, PACKAGES, damage, expected, make_project, publish_tree
from tests.unit.packages.registry_server import docker_registry

_FETCH = re.compile(r"GET (?:blobs|manifests)/(sha256:[0-9a-f]{64}) 200")


def campaign(processes: int, folder: Path, count: int = PACKAGES) -> tuple[list[str], Counter[int]]:
    """Restore in *processes* at once; return what is wrong, and how many digests were fetched how often."""
    (folder / "registry").mkdir()
    with docker_registry(folder / "registry") as server:
        registry = f"oci://{server.host}/many"
        publish_tree(registry, BEFORE, folder / "packages", count)
        cache = folder / "cache"
        tops = [0 if number % 2 else number % count for number in range(processes)]
        projects = [make_project(folder / f"project{n}", cache, registry, top) for n, top in enumerate(tops)]
        running = [project.start("restore") for project in projects]
        ended = [(process.communicate(timeout=300)[1], process.returncode) for process in running]
        wrong = [f"project {number} ended with {code}: {err}" for number, (err, code) in enumerate(ended) if code]
        for number, (project, top) in enumerate(zip(projects, tops, strict=True)):
            said = project.said()
            if said != expected(BEFORE, top, count):
                wrong.append(f"project {number} compiles to {said}")
        fetched = Counter(found[1] for line in server.requests("many") if (found := _FETCH.search(_in_package(line))))
        return wrong + damage(cache), Counter(fetched.values())


def _in_package(request: str) -> str:
    """Return METHOD, the path within the package, and status."""
    return re.sub(r"^(\w+) \S*?/(blobs|manifests)/", r"\1 \2/", request)


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.restore_many", description=__doc__)
    parser.add_argument("--processes", type=int, default=20)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="armlib-many-") as folder:
        wrong, times = campaign(options.processes, Path(folder))
    for each in wrong:
        print(each, file=sys.stderr)
    for often, digests in sorted(times.items()):
        print(f"{digests:5} digests fetched {often} times")
    print(f"{options.processes} restores at once, {len(wrong)} things wrong; {time.monotonic() - began:.0f} s")
    return 1 if wrong or not times else 0


if __name__ == "__main__":
    raise SystemExit(main())
