"""Files as one layer, and back: a tar archive that depends on nothing but names and contents.

Layers are not compressed: what a compressor writes differs between its releases, and a digest must not.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from armlib.packages.errors import DamagedError

MOST_FILES: Final = 20_000
LARGEST: Final = 256 * 2**20  # bytes, of all files together
_LONGEST_NAME: Final = 200  # bytes of UTF-8, of one step of a path
_LONGEST_PATH: Final = 1000


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return *files*, by their paths, as a tar archive: the same files, the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files):
            problem = path_problem(path)
            if problem:
                raise DamagedError(f"'{path}' {problem}", code="archive-refused")
            member = tarfile.TarInfo(path)
            member.size = len(files[path])
            archive.addfile(member, io.BytesIO(files[path]))
    return buffer.getvalue()


def unpack(data: bytes, origin: str, *, root: str = "", skip_links: bool = False) -> dict[str, bytes]:
    """Return the files of the tar archive *data*, which may be compressed with gzip.

    Args:
        data: The archive.
        origin: What it is called in errors.
        root: A folder that every member is in, which is taken off.
        skip_links: Whether symbolic links are left out; else they are refused.

    Raises:
        DamagedError: It is no archive, or has a member that is an absolute path, leaves the archive by ``..``, is a
        link,
            a device or a pipe, comes twice, or is too large (``archive-refused``).
    """
    if data[:2] == b"\x1f\x8b":
        data = _decompressed(data, origin)
    files: dict[str, bytes] = {}
    size = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in _members(archive, origin, skip_links):
                path = member.name.removeprefix("./").removeprefix(root)
                problem = path_problem(path) or ("comes twice" if path in files else None)
                size += member.size
                if size > LARGEST:
                    problem = f"and those before it have more than {LARGEST // 2**20} MiB"
                if problem:
                    raise _refused(origin, member.name, problem)
                stream = archive.extractfile(member)
                content = stream.read() if stream is not None else b""
                if len(content) != member.size:
                    raise _refused(origin, member.name, "is cut off")
                files[path] = content
    except (tarfile.TarError, EOFError, OSError, ValueError, RecursionError, OverflowError) as error:
        raise DamagedError(f"{origin} is not a tar archive: {error}", code="archive-refused") from error
    require_apart(files, origin)
    return files


def _members(archive: tarfile.TarFile, origin: str, skip_links: bool) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(archive):
        if count >= MOST_FILES:
            raise _refused(origin, member.name, f"is one of more than {MOST_FILES}")
        if member.isdir() or (skip_links and member.issym()):
            continue
        if not member.isreg() or member.issparse():
            kind = "a link" if member.issym() or member.islnk() else "not a plain file"
            raise _refused(origin, member.name, f"is {kind}")
        yield member


def path_problem(path: str) -> str | None:
    """Return why *path* may not be in a package, or None."""
    steps = path.split("/")
    if not path or path.startswith("/"):
        return "is an absolute path" if path else "has no name"
    if any(step in ("", ".", "..") for step in steps):
        return "is not a path without '.' and '..'"
    if not path.isprintable() or "\\" in path or ":" in steps[0]:
        return "has a letter that no file name may have everywhere"
    try:
        if any(len(step.encode()) > _LONGEST_NAME for step in steps) or len(path) > _LONGEST_PATH:
            return "has a name that is too long"
    except UnicodeEncodeError:
        return "is not UTF-8"
    return None


def require_apart(paths: Iterable[str], origin: str) -> None:
    """Refuse names that differ in case alone, and a file that is also a folder: no file system has room for both."""
    seen: dict[str, str] = {}
    folders: set[str] = set()
    for path in paths:
        folded = path.casefold()
        if folded in seen:
            raise _refused(origin, path, f"differs from {seen[folded]} in case alone")
        seen[folded] = path
        steps = folded.split("/")
        folders |= {"/".join(steps[:count]) for count in range(1, len(steps))}
    for folder in folders & seen.keys():
        raise _refused(origin, seen[folder], "is a file and a folder")


def _decompressed(data: bytes, origin: str) -> bytes:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    most = LARGEST + MOST_FILES * 2048
    try:
        plain = inflate.decompress(data, most)
    except zlib.error as error:
        raise DamagedError(f"{origin} is not gzip: {error}", code="archive-refused") from error
    if inflate.unconsumed_tail or not inflate.eof:
        problem = "unpacks to too much" if inflate.unconsumed_tail else "is cut off"
        raise DamagedError(f"{origin} {problem}", code="archive-refused")
    return plain


def _refused(origin: str, name: str, problem: str) -> DamagedError:
    hint = "whoever made the archive should make it again with 'armlib publish'"
    return DamagedError(f"{origin}: '{name[:200]}' {problem}", code="archive-refused", hint=hint)
