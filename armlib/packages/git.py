"""Git repositories, read with the ``git`` program: which refs there are, and the files of a folder at a commit.

Nothing is ever checked out, so that no hook and no filter of a repository runs here.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final

from armlib.packages.archive import LARGEST, MOST_FILES, path_problem, require_apart
from armlib.packages.errors import DamagedError, PackageError, RegistryError

_ASK_TIME: Final = 60.0  # seconds, for what a repository answers at once
_FETCH_TIME: Final = 600.0
_END_TIME: Final = 5.0  # between asking git to end and killing it
_PROTOCOLS: Final = ("https", "http", "ssh", "git", "file")  # not ext::, which runs programs
# What a hook of git, which may have started us, says of its own repository.
_OF_ANOTHER: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_CEILING_DIRECTORIES",
)
_OPTIONS: Final = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false")
_SLOW: Final = ("http.lowSpeedLimit=1000", "http.lowSpeedTime=30")
_SECRET: Final = re.compile(r"://[^/@\s]*@")
_ASKS_WHO: Final = ("could not read Username", "could not read Password", "Authentication failed", "Permission denied")


class Repositories:
    """The repositories that one run reads, each fetched into a temporary folder of its own.

    Addresses have been checked by :func:`~armlib.packages.origin.git_origin`; *ca_file* has the certificates to trust.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        self._ca_file = ca_file
        self._folder: Path | None = None
        self._guard = Lock()
        self._turns: dict[str, Lock] = {}
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def close(self) -> None:
        """End what runs, and remove what was fetched."""
        with self._guard:
            self._is_closed = True
            running, folder = list(self._running), self._folder
        for process in running:
            _end(process)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    @cached_property
    def _environment(self) -> dict[str, str]:
        """The environment for git: it asks nobody anything, and speaks the protocols of addresses alone."""
        given = os.environ
        allowed = given.get("GIT_ALLOW_PROTOCOL", ":".join(_PROTOCOLS)).split(":")
        environment = {name: value for name, value in given.items() if name not in _OF_ANOTHER}
        if self._ca_file:
            environment.setdefault("GIT_SSL_CAINFO", str(self._ca_file))
        environment["GIT_TERMINAL_PROMPT"] = "0"
        environment["GIT_ALLOW_PROTOCOL"] = ":".join(name for name in _PROTOCOLS if name in allowed)
        environment["LC_ALL"] = "C"
        if not ({"GIT_SSH", "GIT_SSH_COMMAND"} & environment.keys() or _ssh_command(environment)):
            environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
        return environment

    def refs(self, address: str) -> dict[str, str]:
        """Return the commits of all refs of a repository, by their whole names; a tag's is what it points to.

        Raises:
            RegistryError: The repository cannot be read.
        """
        refs: dict[str, str] = {}
        for line in self._git(["ls-remote", "-q", "--", address], address).decode("utf-8", "replace").splitlines():
            commit, _, name = line.partition("\t")
            refs[name.removesuffix("^{}")] = commit  # what an annotated tag points to follows the tag
        return refs

    def files(self, address: str, commit: str, ref: str | None, folder: str) -> dict[str, bytes]:
        """Return the files of *folder* at *commit*, by their paths in it.

        Args:
            address: That of the repository.
            commit: In full.
            ref: The whole name of a ref that named it just now, for servers that give out no other commits.
            folder: In the repository, "" for all of it.

        Raises:
            RegistryError: The repository cannot be read.
            PackageError: It has no such commit or folder.
            DamagedError: A file may not be in a package: a link, a submodule, too much.
        """
        with self._guard:
            turn = self._turns.setdefault(address, Lock())
        with turn:
            repository = self._repository(address, commit)
            self._fetch(repository, address, commit, ref)
            return self._read(repository, commit, folder, f"{address}{f'#{folder}' if folder else ''}@{commit[:12]}")

    def _repository(self, address: str, commit: str) -> Path:
        """Return the folder that the repository at *address* is fetched into."""
        from armlib.jsonnet.digest import sha256_hex

        with self._guard:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="armlib-git-"))
            folder = self._folder / sha256_hex(f"{len(commit)} {address}".encode())[:16]
        if not folder.is_dir():
            kind = "sha256" if len(commit) == 64 else "sha1"
            self._git(["init", "-q", "--bare", "--template=", f"--object-format={kind}", "--", str(folder)], address)
        return folder

    def _fetch(self, repository: Path, address: str, commit: str, ref: str | None) -> None:
        """Fetch *commit* alone; where that is refused, the ref that named it; at last everything."""
        if self._has(repository, commit):
            return
        ways = [["--depth=1", "--", address, commit]]
        ways += [["--depth=1", "--", address, ref]] if ref else []
        ways += [["--", address, "+refs/*:refs/armlib/*"]]
        for place, way in enumerate(ways, 1):
            try:
                self._git(["fetch", "-q", "--no-tags", "--no-recurse-submodules", *way], address, repository)
            except RegistryError as error:
                if place == len(ways) or error.code != "git-failed":
                    raise
            if self._has(repository, commit):
                return
        hint = "'armlib update' chooses among what is there"
        raise PackageError(f"{address} has no commit {commit}", code="version-not-found", hint=hint)

    def _has(self, repository: Path, commit: str) -> bool:
        try:
            self._git(["cat-file", "-e", f"{commit}^{{commit}}"], str(repository), repository)
        except RegistryError as error:
            if error.code != "git-failed":
                raise
            return False
        return True

    def _read(self, repository: Path, commit: str, folder: str, where: str) -> dict[str, bytes]:
        try:
            listed = self._git(["ls-tree", "-r", "-z", "-l", "--full-tree", f"{commit}:{folder}"], where, repository)
        except RegistryError as error:
            if error.code != "git-failed":
                raise
            hint = "the folder in the repository is what follows '#', or what directory says in armlib.toml"
            raise PackageError(f"{where}: there is no such folder", code="package-not-found", hint=hint) from error
        objects = _checked(listed, where)
        asked = "".join(f"{name}\n" for name in objects.values()).encode()
        answer = self._git(["cat-file", "--batch"], where, repository, asked)
        return dict(_contents(objects, answer))

    def _git(self, arguments: Sequence[str], where: str, repository: Path | None = None, said: bytes = b"") -> bytes:
        """Run git and return what it writes; *where* is what it is about."""
        at = [f"--git-dir={repository}"] if repository else []
        with self._guard:
            environment = self._environment
        settings = [text for option in (*_OPTIONS, *_SLOW) for text in ("-c", option)]
        with self._started(["git", *at, *settings, *arguments], environment) as process:
            try:
                written, told = process.communicate(said, _FETCH_TIME if arguments[0] == "fetch" else _ASK_TIME)
            except subprocess.TimeoutExpired:
                raise RegistryError(f"{where}: git takes too long", code="git-timeout") from None
        if process.returncode:
            raise _failure(where, told.decode("utf-8", "replace"))
        return written

    @contextlib.contextmanager
    def _started(self, command: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """Give the process of *command*; it has ended at the end of the block, whatever happens."""
        with self._guard:
            if self._is_closed:
                raise RegistryError("git was stopped", code="git-failed")
            try:
                process = subprocess.Popen(  # noqa: S603 - no shell; what others chose stands behind "--"
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment,
                    start_new_session=True,  # without a terminal, where ssh would ask
                )
            except FileNotFoundError as error:
                message, hint = "there is no program git, which reads git repositories", "install git"
                raise PackageError(message, code="no-git", hint=hint) from error
            self._running.add(process)
        try:
            yield process
        finally:
            _end(process)
            with self._guard:
                self._running.discard(process)
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()


def _ssh_command(environment: Mapping[str, str]) -> str:
    """Return what git is configured to start instead of ssh, "" for nothing."""
    command = ["git", "config", "--get", "core.sshCommand"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - no argument comes from outside
            command, env=environment, capture_output=True, timeout=_ASK_TIME, check=False
        )
        return done.stdout.decode("utf-8", "replace").strip()
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End *process* and those that it has started, by asking first."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, way)
            process.wait(_END_TIME)


def _failure(where: str, told: str) -> RegistryError:
    """Return the error for what git told; an address that its configuration puts in may have a password."""
    lines = [line for line in told.splitlines() if line.startswith(("fatal:", "error:", "remote:"))]
    reason = _SECRET.sub("://", "; ".join(line.partition(":")[2].strip() for line in lines[:3])) or "it fails"
    hint = "check the address; 'git ls-remote ADDRESS' must answer"
    if any(text in told for text in _ASKS_WHO):
        hint = "git asks nobody for a password here; set up one of its credential helpers, or ssh-agent"
    return RegistryError(f"git cannot read {where}: {reason}", code="git-failed", hint=hint)


def _checked(listed: bytes, where: str) -> dict[str, str]:
    """Return the objects of the files that ``git ls-tree -z -l`` has listed, by their paths.

    Raises:
        DamagedError: One may not be in a package.
    """
    objects: dict[str, str] = {}
    size = 0
    for entry in filter(None, listed.split(b"\0")):
        told, _, name = entry.partition(b"\t")
        mode, _, digest, length = told.decode().split()
        path = name.decode("utf-8", "surrogateescape")
        size += int(length) if length != "-" else 0
        problem = path_problem(path) or {"120000": "is a link", "160000": "is a submodule"}.get(mode)
        if len(objects) >= MOST_FILES or size > LARGEST:
            problem = f"is more than the {MOST_FILES} files and {LARGEST // 2**20} MiB that a package may have"
        if problem:
            shown = path.encode("utf-8", "replace").decode()[:200]
            hint = "name the folder of the repository that is needed, one without it"
            raise DamagedError(f"{where}: '{shown}' {problem}", code="archive-refused", hint=hint)
        objects[path] = digest
    require_apart(objects, where)
    return objects


def _contents(objects: Mapping[str, str], answer: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield paths and contents from what ``git cat-file --batch`` answers: ``OBJECT blob SIZE``, the content, each."""
    start = 0
    for path, name in objects.items():
        end = answer.index(b"\n", start)
        digest, kind, size = answer[start:end].decode().split()
        if digest != name or kind != "blob":
            raise DamagedError(f"git gives {kind} {digest} instead of {name}", code="bad-package")
        start = end + 1 + int(size) + 1
        yield path, answer[end + 1 : start - 1]
