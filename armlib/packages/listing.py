"""The listing of a tree of files: what is in it, byte for byte; its digest stands for the tree.

One line a file, sorted by path: SHA-256, size in bytes, path. Nothing here is slow to import: the evaluator's process
reads listings too.
"""

from __future__ import annotations

from armlib.jsonnet.digest import sha256_hex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def listing_of(files: Mapping[str, bytes]) -> bytes:
    """Return the listing of *files*, by their paths."""
    return listing_from((path, sha256_hex(data), len(data)) for path, data in files.items())


def listing_from(facts: Iterable[tuple[str, str, int]]) -> bytes:
    """Return the listing of (path, digest, size)."""
    return "".join(f"{digest} {size} {path}\n" for path, digest, size in sorted(facts)).encode()


def parse_listing(data: bytes) -> dict[str, tuple[str, int]]:
    """Return digest and size of each file of a listing.

    Raises:
        ValueError: It is none.
    """
    files = {}
    for line in data.decode().splitlines():
        digest, size, path = line.split(" ", 2)
        files[path] = (digest, int(size))
    return files
