"""What a restore is measured against: addresses read to the end over a few connections, nothing checked or kept.

As a program, ``python -P benchmarks/download.py FILE``, it downloads what FILE has, one request a line: an address,
a blank and what to accept.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

CONNECTIONS = 8


def download(wanted: Sequence[tuple[str, str]]) -> int:
    """Return how many bytes the answers to *wanted*, (address, what to accept), have together.

    Raises:
        requests.HTTPError: One is not there.
    """
    with requests.Session() as session, ThreadPoolExecutor(CONNECTIONS) as pool:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))

        def size(request: tuple[str, str]) -> int:
            address, accept = request
            answer = session.get(address, headers={"Accept": accept}, timeout=30)
            answer.raise_for_status()
            return len(answer.content)

        return sum(pool.map(size, wanted))


def read_wanted(text: str) -> list[tuple[str, str]]:
    """Return the requests that the lines of *text* are."""
    return [(address, accept) for address, _, accept in (line.partition(" ") for line in text.splitlines())]


if __name__ == "__main__":
    print(download(read_wanted(Path(sys.argv[1]).read_text("utf-8"))))
