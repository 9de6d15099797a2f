"""The sandboxed importer: what a Jsonnet program may read, and a record of what it read.

An import is looked for beside the importing file, then in the project, the library folders, the packages that the
project depends on, and armlib's own library. A file of a package reaches that package, what it depends on and armlib's
own library. Absolute paths, and paths that ``..`` or a symbolic link takes out of all of these folders, are refused.
Only regular files are opened, and of a package only those that are what its listing says. Nothing here is imported that
would slow the start of the evaluator process.
"""

from __future__ import annotations

import os
import stat

from armlib.jsonnet.digest import sha256_hex
from armlib.jsonnet.packages import RESTORE, PackageRoot, Packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armlib.jsonnet.instrument import Instrumenter

LARGEST_FILE = 128 * 1024 * 1024  # bytes
# The engine's texts have lines and tabs: a name with control characters has the letters that stand for them there.
_CONTROL = {code: 0x2400 + code for code in range(32)} | {127: 0x2421}
_GLOBS = {"glob:": "import", "globstr:": "importstr", "globbin:": "importbin"}


class FailedImportError(Exception):
    """An import that cannot be had; *code*, *message* and *hint* are those of the diagnostic it becomes."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Boundary:
    """The folders that may be read, in the order they are searched in, as given and with symbolic links followed."""

    def __init__(
        self,
        project: str,
        library: Sequence[str] = (),
        packaged: Sequence[str] = (),
        packages: Packages | None = None,
    ) -> None:
        self.packages = packages or Packages()
        self.packaged = tuple(os.path.abspath(folder) for folder in packaged)
        self._of_packages: dict[str, Boundary] = {}
        self.folders = tuple(os.path.abspath(folder) for folder in (project, *library, *packaged))
        self._real = tuple(dict.fromkeys(os.path.realpath(folder) for folder in self.folders))
        self._named = tuple(dict.fromkeys((*self.folders, *self._real)))
        self._real_folders: dict[str, str] = {}
        own = 1 + len(library)
        self._names = _names(self.folders[1:own]) | _names(self.folders[own:], "armlib/") | {self.project: ""}

    @property
    def project(self) -> str:
        """The project's folder, absolute."""
        return self.folders[0]

    def of(self, folder: str) -> Boundary:
        """Return what a file in *folder* may read: this, or when it belongs to a package that and the base library."""
        owner = self.packages.owner(folder) if self.packages.roots else None
        if owner is None:
            return self
        if owner.folder not in self._of_packages:
            # The collection is among what a package must say that it needs; the base library is not.
            self._of_packages[owner.folder] = Boundary(owner.folder, (), self.packaged[:1])
        return self._of_packages[owner.folder]

    def names(self, path: str) -> bool:
        """Return whether the normalized absolute *path* is spelt as one inside the folders."""
        return _is_inside(path, self._named)

    def called(self, path: str) -> str:
        """Return what the engine, and ``std.thisFile``, call the file at the absolute *path*: alike on every machine.

        A file of the project is called by its path in it, any other by its library or package and its path in that.
        """
        owner = self.packages.owner(path) if self.packages.roots else None
        if owner is not None and (owner.listing or not _is_inside(path, self.folders[:1])):
            return f"<{owner.label}>/{path[len(owner.folder) + 1 :]}".translate(_CONTROL)
        for folder in self.folders:
            if _is_inside(path, (folder,)):
                return (self._names[folder] + path[len(folder.rstrip("/")) + 1 :]).translate(_CONTROL)
        return path.translate(_CONTROL)

    def holds(self, path: str) -> bool:
        """Return whether the absolute *path* is inside the folders when its symbolic links are followed.

        Those of its folder are followed once in an evaluation: a module reads many files of one.
        """
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            return _is_inside(os.path.realpath(path), self._real)
        if folder not in self._real_folders:
            self._real_folders[folder] = os.path.realpath(folder)
        return _is_inside(os.path.join(self._real_folders[folder], name), self._real)


class Importer:
    """The import callback of one evaluation, given the boundary and the texts, by file, that are not imported.

    An *instrumenter* rewrites what is imported as Jsonnet, so that objects tell where they were written. *instead* has
    texts that are taken in place of the content of files.

    Attributes:
        reads: What was looked up: (path, digest, kind) as in :class:`~armlib.jsonnet.port.Read`, each once, in order.
        fault: Why the evaluation failed, when an import made it; the engine loses the text of exceptions.
    """

    def __init__(
        self,
        boundary: Boundary,
        sources: dict[str, str],
        instrumenter: Instrumenter | None = None,
        instead: dict[str, str] | None = None,
    ) -> None:
        self.fault: Exception | None = None
        self._instead = {path: text.encode() for path, text in (instead or {}).items()}
        self._instrumenter = instrumenter
        self._boundary = boundary
        self._sources = {os.path.join(boundary.project, file): text.encode() for file, text in sources.items()}
        self._contents: dict[str, bytes] = {}
        self._resolved: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._answers: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._folders: dict[str, str] = {}
        self._reads: dict[tuple[str, str], tuple[str, str, str]] = {}
        if instrumenter is not None:
            for file, content in self._sources.items():
                instrumenter.note(os.path.dirname(file), content.decode())

    @property
    def reads(self) -> list[tuple[str, str, str]]:
        return list(self._reads.values())

    @property
    def resolved(self) -> dict[tuple[str, str], tuple[str, bytes]]:
        """What each import came to, by the folder of the importing file and the name."""
        return self._resolved

    def called(self, path: str) -> str:
        """Return what the engine is to call the file *path*, so that its imports are found from there."""
        name = self._boundary.called(path)
        self._folders[name[: name.rfind("/") + 1]] = os.path.dirname(path)
        return name

    def __call__(self, folder: str, name: str) -> tuple[str, bytes]:
        """Return the name and the content of what a file in *folder*, as the engine calls it, imports as *name*."""
        answer = self._answers.get((folder, name))
        if answer is None:
            real = self._folders.get(folder, os.path.join(self._boundary.project, folder))
            try:
                path, content = self._resolved[real, name] = self._resolve(real, name)
            except Exception as error:
                self.fault = error
                raise
            answer = self._answers[folder, name] = self.called(path), content
        return answer

    def _resolve(self, folder: str, name: str) -> tuple[str, bytes]:
        for scheme, keyword in _GLOBS.items():
            if name.startswith(scheme):
                return self._match(folder, name.removeprefix(scheme), keyword)
        folder = os.path.normpath(folder)
        boundary = self._boundary.of(folder)
        for candidate in self._candidates(boundary, folder, name):
            content = self._read(candidate, name, boundary)
            if content is not None:
                return candidate, self._instrumented(
                    self._checked(content, candidate, folder, name), candidate, folder, name
                )
        raise self._not_found(folder, name)

    def _candidates(self, boundary: Boundary, folder: str, name: str) -> Iterator[str]:
        """Yield where *name* may be, in order; what names a package is not looked for in armlib's own library."""
        packages = self._boundary.packages
        found = packages.find(packages.owner(folder), name) if packages.roots else None
        if found is None:
            yield from (_join(base, name) for base in self._bases_for(folder, name, name))
            return
        package, rest = found
        if not os.path.isabs(name):
            places = [_join(base, name) for base in self._bases(folder) if base not in boundary.packaged]
            yield from (place for place in places if boundary.names(place))
        place = _join(package.folder, rest)
        if not package.holds(place) or not package.exports_file(place):
            why = "is not among its exports" if package.holds(place) else "leads out of it"
            raise FailedImportError("import-refused", f'import "{name}": {package.label}: "{rest}" {why}')
        yield place

    def _bases(self, folder: str) -> list[str]:
        """Return the folders to search, in order, each once."""
        return list(dict.fromkeys((folder, *self._boundary.of(folder).folders)))

    def _bases_for(self, folder: str, name: str, path: str) -> list[str]:
        """Return the folders from which *path*, a part of the import *name*, stays inside what may be read."""
        if os.path.isabs(path):
            raise FailedImportError(
                "import-refused",
                f'import "{name}": an absolute path is not allowed',
                "write the path from the importing file, the project or a library folder (-J)",
            )
        boundary = self._boundary.of(folder)
        inside = [base for base in self._bases(folder) if boundary.names(_join(base, path))]
        if not inside:
            raise _outside(name, self._boundary.packages.owner(folder))
        return inside

    def _read(self, path: str, name: str, boundary: Boundary) -> bytes | None:
        """Return the content of *path*, or None when there is no such file."""
        known = self._contents.get(path)
        if known is not None:
            return known
        package = self._boundary.packages.owner(path) if self._boundary.packages.roots else None
        if package is not None:
            return self._read_of_package(package, path, name)
        if not boundary.holds(path):
            raise FailedImportError(
                "import-refused",
                f'import "{name}": a symbolic link leads out of the project and the library folders',
                "copy the file into the project, or name its folder with -J",
            )
        try:
            content = self._instead[path] if path in self._instead else _read_regular(path, name)
        except (FileNotFoundError, NotADirectoryError):
            self._record(path, "", "absent")
            return None
        except OSError as error:
            raise FailedImportError("import-unreadable", f'import "{name}": {path}: {error.strerror}') from error
        self._contents[path] = content
        self._record(path, sha256_hex(content), "file")
        return content

    def _read_of_package(self, package: PackageRoot, path: str, name: str) -> bytes | None:
        """Return the content of *path* in *package*, held to its listing."""
        try:
            if not package.has(path):
                return None
            if not _is_inside(os.path.realpath(path), (os.path.realpath(package.folder),)):
                raise FailedImportError(
                    "import-refused", f'import "{name}": a symbolic link leads out of {package.label}'
                )
            content = _read_regular(path, name)
        except (FileNotFoundError, NotADirectoryError) as error:
            if package.listing:
                problem = f'import "{name}": {package.label} is not whole in the cache: {error.filename} is missing'
                raise FailedImportError("package-damaged", problem, RESTORE) from error
            self._record(path, "", "absent")
            return None
        except (OSError, ValueError) as error:
            raise FailedImportError("package-damaged", f'import "{name}": {error}', RESTORE) from error
        if not package.is_whole(path, content):
            problem = f'import "{name}": {path} is not what {package.label} was locked with'
            raise FailedImportError("package-damaged", problem, RESTORE)
        self._contents[path] = content
        self._record(path, sha256_hex(content), "file")
        return content

    def _record(self, path: str, digest: str, kind: str) -> None:
        self._reads.setdefault((kind, path), (path, digest, kind))

    def _checked(self, content: bytes, path: str, folder: str, name: str) -> bytes:
        """Return *content* ready for the engine, which would replace bytes that are not UTF-8 without a word."""
        has_globs = b"glob:" in content
        if not has_globs and _is_utf8(content):
            self._sources[path] = content
            return content
        keywords = self._keywords(folder, name)
        if not _is_utf8(content):
            if keywords == {"importbin"}:
                return content
            raise _not_text(content, name)
        self._sources[path] = content
        if "import" not in keywords:
            return content
        from armlib.jsonnet.lexer import with_glob_imports

        return with_glob_imports(content.decode()).encode()

    def _instrumented(self, content: bytes, path: str, folder: str, name: str) -> bytes:
        if self._instrumenter is None or not _is_utf8(content):
            return content
        return self._instrumenter.rewritten(content, path, folder, name, list(self._reads).index(("file", path)))

    def _keywords(self, folder: str, name: str) -> set[str]:
        """Return how the files of *folder* import *name*; the engine does not tell an import from an importstr."""
        from armlib.jsonnet.lexer import imports

        texts = [text for path, text in self._sources.items() if os.path.dirname(path) == os.path.normpath(folder)]
        return {found.keyword for text in texts for found in imports(text.decode()) if found.name == name}

    def _match(self, folder: str, pattern: str, keyword: str) -> tuple[str, bytes]:
        """Return a generated source that imports each file that matches, from the first folder where one does."""
        from armlib.jsonnet.glob import list_matches, split_pattern

        folder = os.path.normpath(folder)
        boundary = self._boundary.of(folder)
        package = self._boundary.packages.owner(folder)
        bases = self._bases_for(
            folder, f"glob:{pattern}", "/" if pattern.startswith("/") else split_pattern(pattern)[0]
        )
        for base in bases:
            names = list_matches(boundary, base, pattern)
            if package is not None and package.holds(base):
                names = [name for name in names if package.has(_join(base, name))]
            self._record(glob_path(base, pattern), listing_digest(names), "glob")
            if names:
                break
        else:
            base = bases[0]
        path = os.path.join(base, f"<{keyword} glob:{_as_file_name(pattern)}>")
        content = _object_of_imports(names, keyword).encode()
        self._sources[path] = content
        if self._instrumenter is not None:
            self._instrumenter.note(base, content.decode())
        return path, content

    def _not_found(self, folder: str, name: str) -> FailedImportError:
        packages = self._boundary.packages
        found = packages.find(packages.owner(folder), name)
        if found is not None:
            package, rest = found
            near = self._nearest(package.folder, rest)
            hint = f'did you mean "{name.removesuffix(rest)}{near}"?' if near else ""
            return FailedImportError("import-not-found", f'import "{name}": {package.label} has no file {rest}', hint)
        bases = self._bases_for(folder, name, name)
        near = self._nearest_in(bases, name)
        hint = f'did you mean "{near}"?' if near else f"looked in {', '.join(bases)}; add a folder with -J"
        return FailedImportError("import-not-found", f'import "{name}": no such file', hint)

    def _nearest_in(self, bases: Sequence[str], name: str) -> str | None:
        """Return the path in one of *bases* that *name* is most likely a misspelling of."""
        from armlib.diagnostics import nearest

        found = [near for base in bases if (near := self._nearest(base, name))]
        return nearest(name, reversed(found)) or next(iter(found), None)

    def _nearest(self, base: str, name: str) -> str | None:
        """Return the path in *base* that *name* is likely a misspelling of, each of its steps on its own."""
        spelt: list[str] = []
        for step in name.split("/"):
            entries = self._entries(_join(base, "/".join(spelt)))
            near = step if step in ("", ".", "..") or step in entries else _like(step, entries)
            if near is None:
                return None
            spelt.append(near)
        path = "/".join(spelt)
        return path if path != name and os.path.isfile(_join(base, path)) else None

    def _entries(self, folder: str) -> list[str]:
        if self._boundary.packages.owner(folder) is None and not (
            self._boundary.names(folder) and self._boundary.holds(folder)
        ):
            return []
        try:
            return sorted(os.listdir(folder))
        except OSError:
            return []


def _like(name: str, entries: Sequence[str]) -> str | None:
    """Return the one of *entries* that *name* is likely a misspelling of; suffixes, which are long, do not count."""
    from armlib.diagnostics import nearest

    stem, suffix = os.path.splitext(name)
    by_stem: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.endswith(suffix)):
        by_stem[os.path.splitext(entry)[0]] = entry
    found = nearest(stem, by_stem)
    return None if found is None else by_stem[found]


def glob_path(base: str, pattern: str) -> str:
    """Return the path that the listing of *pattern* in the folder *base* is recorded under: ``base/./pattern``."""
    return f"{base}/./{pattern}"


def listing_digest(names: Sequence[str]) -> str:
    """Return the digest of a sorted listing."""
    return sha256_hex("\n".join(names).encode("utf-8", "surrogateescape"))


def _join(base: str, path: str) -> str:
    """Return *path* from *base*, its ``..`` taken by their letters: they do not follow a symbolic link."""
    return os.path.normpath(os.path.join(base, path))


def _names(folders: Sequence[str], prefix: str = "") -> dict[str, str]:
    """Return what the *folders* are called in the names of their files, each otherwise: ``<NAME>/``."""
    names: dict[str, str] = {}
    for folder in dict.fromkeys(folders):
        name = f"<{prefix}{os.path.basename(folder)}>/"
        names[folder] = name if name not in names.values() else f"<{prefix}{os.path.basename(folder)} {len(names)}>/"
    return names


def _is_inside(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_regular(path: str, name: str) -> bytes:
    """Return the content of a regular file; a pipe or a device is not opened, for that may block or act."""
    before = os.stat(path)
    if stat.S_ISDIR(before.st_mode):
        raise FailedImportError("import-unreadable", f'import "{name}": is a folder, not a file')
    if not stat.S_ISREG(before.st_mode):
        raise FailedImportError("import-unreadable", f'import "{name}": is not a regular file')
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or not os.path.samestat(before, status):
            raise FailedImportError("import-unreadable", f'import "{name}": changed while it was opened')
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise FailedImportError(
            "import-too-large", f'import "{name}": is larger than {LARGEST_FILE // 1024**2} MiB', "split the file"
        )
    return content


def _outside(name: str, package: PackageRoot | None) -> FailedImportError:
    if package is not None:
        return FailedImportError(
            "import-refused",
            f'import "{name}": the path leaves {package.label}',
            "a package reads its own files and those of the packages that it declares as dependencies",
        )
    return FailedImportError(
        "import-refused",
        f'import "{name}": the path leaves the project and the library folders',
        "an import reaches only the project, the library folders (-J) and armlib's own library",
    )


def _not_text(content: bytes, name: str) -> FailedImportError:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 text (byte 0x{content[error.start]:02x} on line {line})"
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            problem = "is UTF-16 text, not UTF-8"
    return FailedImportError("import-not-text", f'import "{name}": {problem}', "save it as UTF-8, or use importbin")


def _object_of_imports(names: Sequence[str], keyword: str) -> str:
    import json

    fields = (
        f"  {json.dumps(name, ensure_ascii=False)}: {keyword} {json.dumps(name, ensure_ascii=False)},\n"
        for name in names
    )
    return "{\n" + "".join(fields) + "}\n"


def _as_file_name(pattern: str) -> str:
    return pattern.replace("%", "%25").replace("/", "%2F")
