"""Git repositories made by the tests, and git's own HTTP backend behind a small server."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.unit.packages.conftest import write

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


@dataclass(frozen=True, slots=True)
class GitRepository:
    """A repository with a working tree, at the branch ``main``."""

    folder: Path

    @property
    def address(self) -> str:
        """Its address as a file."""
        return f"file://{self.folder}"

    @property
    def shown_name(self) -> str:
        """What its packages are called before their folder."""
        return self.folder.as_posix().strip("/").removesuffix(".git")

    def git(self, *arguments: str) -> str:
        """Run git in it and return what that writes."""
        who = ("-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgSign=false")
        command = ["git", "-C", str(self.folder), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: Mapping[str, str] = {}, *tags: str) -> str:
        """Commit *files* beside what is there, tag the commit, and return it."""
        write(self.folder, files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        for tag in tags:
            self.git("tag", "-a", "-m", tag, tag)
        return self.git("rev-parse", "HEAD")


def new_repository(folder: Path) -> GitRepository:
    """Make an empty repository in *folder*."""
    folder.mkdir(parents=True)
    repository = GitRepository(folder)
    repository.git("init", "-q", "-b", "main")
    return repository


@contextlib.contextmanager
def http_backend(root: Path, password: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """Serve the repositories below *root* over HTTP, and give the address and the requests there were.

    With a *password*, in base64 as ``Authorization: Basic`` has it, others are refused.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            if password and self.headers.get("Authorization") != f"Basic {password}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="tests"')
                self.end_headers()
                return
            self._run(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        do_POST = do_GET  # noqa: N815 - the name that http.server wants

        def _run(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            environment = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            command = ["git", "http-backend"]
            done = subprocess.run(command, input=body, env=environment, capture_output=True, check=False)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
