"""Locked packages, as the importer sees them: whose a file is, what its imports may name, and what it must hold.

Nothing here is imported that would slow the start of the evaluator process.
"""

from __future__ import annotations

import os

from armlib.jsonnet.digest import sha256_hex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

RESTORE = "run 'armlib restore'"


class PackageRoot:
    """One locked package: *folder*, how it is told to the user, and what it may import, by number.

    *listing* is the path of the listing of its files, whose digest is *digest*; both are "" for a package that is being
    worked on. *exports* are patterns of the files that others may import; none means all.
    """

    __slots__ = ("_files", "digest", "exports", "folder", "imports", "label", "listing")

    def __init__(
        self,
        *,
        label: str,
        folder: str,
        listing: str = "",
        digest: str = "",
        exports: Sequence[str] = (),
        imports: dict[str, int] | None = None,
    ) -> None:
        self.label = label
        self.folder = os.path.abspath(folder)
        self.listing = listing
        self.digest = digest
        self.exports = tuple(exports)
        self.imports = imports or {}
        self._files: dict[str, str] | None = None

    def pack(self) -> list[str]:
        """Return the package as texts, for :meth:`unpack`."""
        imports = [text for name, number in self.imports.items() for text in (name, str(number))]
        return [self.label, self.folder, self.listing, self.digest, str(len(self.exports)), *self.exports, *imports]

    @staticmethod
    def unpack(texts: list[str]) -> PackageRoot:
        """Return the package that *texts* were made from."""
        label, folder, listing, digest, count, *rest = texts
        names = rest[int(count) :]
        return PackageRoot(
            label=label,
            folder=folder,
            listing=listing,
            digest=digest,
            exports=rest[: int(count)],
            imports={name: int(number) for name, number in zip(names[::2], names[1::2], strict=True)},
        )

    def holds(self, path: str) -> bool:
        """Return whether the normalized *path* is spelt as one inside the package."""
        return path == self.folder or path.startswith(self.folder + "/")

    def has(self, path: str) -> bool:
        """Return whether the package lists the file *path*; one without a listing does not say."""
        files = self._listed()
        return files is None or path[len(self.folder) + 1 :] in files

    def exports_file(self, path: str) -> bool:
        """Return whether others may import the file *path*."""
        if not self.exports:
            return True
        from fnmatch import fnmatchcase

        inner = path[len(self.folder) + 1 :]
        return any(fnmatchcase(inner, pattern) for pattern in self.exports)

    def is_whole(self, path: str, content: bytes) -> bool:
        """Return whether *content* is what the listing says of the file *path*."""
        files = self._listed()
        return files is None or files.get(path[len(self.folder) + 1 :]) == sha256_hex(content)

    def _listed(self) -> dict[str, str] | None:
        if not self.listing:
            return None
        if self._files is None:
            with open(self.listing, "rb") as file:
                data = file.read()
            if sha256_hex(data) != self.digest:
                raise ValueError(f"the listing of {self.label} in the cache is damaged")
            lines = (line.split(" ", 2) for line in data.decode().splitlines())
            self._files = {path: digest for digest, _, path in lines}
        return self._files


class Packages:
    """The packages of an evaluation, and what the project imports of them."""

    def __init__(self, roots: Sequence[PackageRoot] = (), imports: dict[str, int] | None = None) -> None:
        self.roots = tuple(roots)
        self._imports = imports or {}
        self._deepest = sorted(self.roots, key=lambda root: -len(root.folder))

    def owner(self, path: str) -> PackageRoot | None:
        """Return the package that the file or folder *path* belongs to, or None when it is none's."""
        return next((root for root in self._deepest if root.holds(path)), None)

    def find(self, owner: PackageRoot | None, name: str) -> tuple[PackageRoot, str] | None:
        """Return the package and the file in it that a file of *owner* means by *name*; the longest name counts."""
        imports = self._imports if owner is None else owner.imports
        end = len(name)
        while (end := name.rfind("/", 0, end)) > 0:
            number = imports.get(name[:end])
            if number is not None:
                return self.roots[number], name[end + 1 :]
        return None
