"""Builds targets: compiles those that the cache cannot answer for, and writes what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from armlib import __version__
from armlib.build.cache import Cache
from armlib.build.compilation import roots_of
from armlib.build.entries import names_of, with_pinned_entries
from armlib.config import Settings, Target
from armlib.diagnostics import Diagnostic, error
from armlib.errors import ArmlibError, DiagnosticsError, ExitCode
from armlib.files import write_files
from armlib.jsonnet.port import Roots
from armlib.resources import is_checkout, package_folder

_MEMBERS = [member.name for member in fields(Target)]

if TYPE_CHECKING:
    from armlib.build.workers import Compiled


class Status(StrEnum):
    """What became of a target."""

    UNCHANGED = "unchanged"
    BUILT = "built"
    RESTORED = "restored"  # written again from the cache
    WOULD_CHANGE = "would change"  # when only checking
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of *target*, and the files that are its result."""

    target: str
    status: Status
    files: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    exit_code: ExitCode = ExitCode.FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How to build: with *check* nothing is written, with *force* nothing is taken from the cache."""

    check: bool = False
    force: bool = False


def build(
    targets: Sequence[Target],
    settings: Settings,
    environ: Mapping[str, str],
    how: How,
    done: Callable[[Outcome], None],
) -> tuple[Outcome, ...]:
    """Build *targets* and return what became of each, in their order.

    Args:
        targets: What to build.
        settings: The project's settings.
        environ: Where parameters may come from.
        how: Whether to write and to use the cache.
        done: Called with each outcome as it is known.

    Raises:
        DiagnosticsError: Two targets have one output.
    """
    _refuse_clashes(targets)
    cache = Cache(settings.cache)
    job = _Job(settings, environ, cache, _Writer(how), _stamp())
    outcomes: dict[str, Outcome] = {}
    stale: list[_Asked] = []
    try:
        for target in targets:
            asked = job.ask(target)
            outcome = None if how.force else job.from_cache(asked)
            if outcome is None:
                stale.append(asked)
            else:
                outcomes[target.name] = outcome
                done(outcome)
        for outcome in job.compiled(stale):
            outcomes[outcome.target] = outcome
            done(outcome)
    finally:
        cache.save(settings.targets)
    return tuple(outcomes[target.name] for target in targets)


def _refuse_clashes(targets: Iterable[Target]) -> None:
    first: dict[Path, str] = {}
    found = []
    for target in targets:
        for path in filter(None, (target.output, target.parameters_out)):
            other = first.setdefault(path, target.name)
            if other != target.name:
                message = f"the targets '{other}' and '{target.name}' both write {path}"
                found.append(error("output-clash", message, hint="give each an 'output' of its own"))
    if found:
        raise DiagnosticsError(found)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A target with the digest of all that it depends on but the files it reads."""

    target: Target
    roots: Roots
    key: str


class _Job:
    """One build: the targets go through it one by one."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], cache: Cache, writer: _Writer, stamp: str
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._cache = cache
        self._writer = writer
        self._stamp = stamp
        self._parameters = {name: text for name, text in environ.items() if name.startswith("ARMLIB_PARAM")}
        self._types = _types(settings)
        self._lint = _lint(settings)
        self._roots: dict[tuple[Path, tuple[Path, ...]], Roots] = {}  # by folder and own library

    def ask(self, target: Target) -> _Asked:
        """Return *target* with its key."""
        target = with_pinned_entries(target, self._settings)
        roots = self._roots_of(target)
        asked = {
            "armlib": self._stamp,
            "target": {name: getattr(target, name) for name in _MEMBERS},
            "roots": [roots.project, *roots.library, None, *roots.packaged],
            "packages": [[asdict(package) for package in roots.packages], roots.imports],
            "environment": self._parameters,
            "types": self._types,
            "lint": self._lint,
        }
        return _Asked(target, roots, self._cache.digest(_text(asked)))

    def _roots_of(self, target: Target) -> Roots:
        """Return the folders that the imports of *target* may reach; they are found once for those that share them."""
        if target.packages:
            return roots_of(target, self._settings)
        shared = target.entries[0][1].parent, target.library
        if shared not in self._roots:
            self._roots[shared] = roots_of(target, self._settings)
        return self._roots[shared]

    def from_cache(self, asked: _Asked) -> Outcome | None:
        """Return the outcome when the cache has what the target makes; else None."""
        record = self._cache.find(asked.target.name, asked.key, asked.roots)
        if record is None:
            return None
        digests = {made.path: made.digest for made in record.made}
        lost = [made for made in record.made if not self._cache.is_on_disk(made)]
        contents = {made.path: self._cache.content(made) for made in lost}
        files = {path: data for path, data in contents.items() if data is not None}
        if len(files) < len(lost):
            return None
        status = Status.RESTORED if files else Status.UNCHANGED
        return self._writer.finish(asked.target.name, status, digests, files, record.diagnostics)

    def compiled(self, stale: Sequence[_Asked]) -> Iterator[Outcome]:
        """Compile the targets that are *stale*, and yield their outcomes as they get ready."""
        if not stale:
            return
        from armlib.build.workers import compile_all

        by_name = {asked.target.name: asked for asked in stale}
        for compiled in compile_all([asked.target for asked in stale], self._settings, self._environ):
            yield self._settled(compiled, by_name[compiled.target])

    def _settled(self, compiled: Compiled, asked: _Asked) -> Outcome:
        name, found = compiled.target, compiled.diagnostics
        if found and asked.target.packages:
            from armlib.report.names import renamed

            names = names_of(asked.target.packages)
            found = tuple(renamed(one, names) for one in found)
        if compiled.files is None:
            return Outcome(target=name, status=Status.FAILED, diagnostics=found, exit_code=compiled.exit_code)
        digests = {path: sha256(data).hexdigest() for path, data in compiled.files.items()}
        different = {path: data for path, data in compiled.files.items() if not _holds(path, data)}
        outcome = self._writer.finish(name, Status.BUILT, digests, different, found)
        if outcome.status is not Status.FAILED:
            self._cache.add(name, asked.key, compiled.reads, compiled.files, found)
        return outcome


def _types(settings: Settings) -> list[object]:
    """Return what tells one state of the check of resource types from another; a store is replaced, never changed."""
    from armlib.azuretypes.location import store_path

    if not settings.types.check:
        return []
    found: list[object] = ["checked"]
    for path in (store_path(settings.types.store), settings.types.corrections):
        try:
            stat = path.stat() if path else None
        except OSError:
            stat = None
        found += [path, stat and [stat.st_mtime_ns, stat.st_size, stat.st_ino]]
    return found


def _lint(settings: Settings) -> list[object]:
    """Return what tells one state of lint from another, beside the files that its rules read."""
    lint = settings.lint
    if lint.on_compile == "off":
        return []
    from importlib.metadata import PackageNotFoundError, version

    versions: list[object] = []
    for package in lint.packages:
        try:
            versions.append(version(package))
        except (PackageNotFoundError, ValueError):
            versions.append(None)
    pins = [_digest(settings.project / name) for name in ("jsonnetfile.json", "jsonnetfile.lock.json")]
    return [lint, versions, pins]


def _digest(path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _text(asked: Mapping[str, object]) -> bytes:
    """Return a text that tells *asked* from anything else."""
    import orjson

    try:
        return orjson.dumps(asked, default=_plain, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a text that is no Unicode, or an integer of more than 64 bits
        return json.dumps(asked, default=_plain, sort_keys=True).encode()


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _holds(path: str, data: bytes) -> bool:
    """Return whether *path* is a file that holds *data*."""
    try:
        return Path(path).stat().st_size == len(data) and Path(path).read_bytes() == data
    except OSError:
        return False


class _Writer:
    """Writes what targets make, unless only checking; refuses to let one target overwrite what another made."""

    def __init__(self, how: How) -> None:
        self._check = how.check
        self._owners: dict[str, tuple[str, str]] = {}

    def finish(
        self,
        target: str,
        status: Status,
        digests: Mapping[str, str],
        different: Mapping[str, bytes],
        found: tuple[Diagnostic, ...],
    ) -> Outcome:
        """Write the files of *target* that are *different* from those on disk, and return what became of it.

        Args:
            target: Its name.
            status: What became of it when they could be written.
            digests: The digests of all its files, by their paths.
            different: The content of those to write.
            found: The diagnostics of its compilation.
        """
        try:
            self._claim(target, digests)
            if self._check:
                status = Status.WOULD_CHANGE if different else Status.UNCHANGED
            elif different:
                write_files({Path(path): data for path, data in different.items()})
        except ArmlibError as failure:
            found = (*found, *failure.diagnostics)
            return Outcome(target=target, status=Status.FAILED, diagnostics=found, exit_code=failure.exit_code)
        return Outcome(target=target, status=status, files=tuple(digests), diagnostics=found)

    def _claim(self, target: str, digests: Mapping[str, str]) -> None:
        for path, digest in digests.items():
            owner, other = self._owners.setdefault(path, (target, digest))
            if other != digest:
                message = f"the targets '{owner}' and '{target}' write different content to {path}"
                raise DiagnosticsError([error("output-clash", message, hint="give each a 'linked-out' of its own")])


def _stamp() -> str:
    """Return what tells one armlib from another: the version, and for a checkout when its code was last changed."""
    if not is_checkout():
        return __version__
    newest = max(path.stat().st_mtime_ns for path in package_folder().rglob("*.py"))
    return f"{__version__}+{newest}"
