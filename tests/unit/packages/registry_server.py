"""Debian's docker-registry, started by the tests; and registries that lie, which no server that can be had does."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

PROGRAM = shutil.which("docker-registry") or shutil.which("docker-registry", path="/usr/bin:/usr/local/bin")
USER, PASSWORD = "reader", "secret"
_HASH = "$2b$04$QAkRn4XskrmEHIshy4jAp.kkyUYRYyh3Eadgr8uT6UO5VNcm9NB/y"  # of the password

_CONFIG = """
version: 0.1
log: {{ level: error }}
storage:
  filesystem: {{ rootdirectory: {storage} }}
  delete: {{ enabled: true }}
http: {{ addr: "127.0.0.1:{port}", secret: x }}
"""
_AUTH = """
auth:
  htpasswd: {{ realm: tests, path: {path} }}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running registry: where it is, and where it keeps its blobs."""

    host: str
    storage: Path

    def requests(self, name: str) -> list[str]:
        """Return the requests to the repository *name*, in order, each as METHOD, the path in it, and status."""
        mark = f"mark{time.monotonic_ns()}"
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://{self.host}/v2/{mark}/tags/list", timeout=5).close()
        ends = time.monotonic() + 10
        while mark not in (text := (self.storage.parent / "access.log").read_text("utf-8")):
            assert time.monotonic() < ends, "the registry writes no log"
            time.sleep(0.01)
        found = re.findall(r'"([A-Z]+) /v2/(\S+) HTTP/[\d.]+" (\d+)', text)
        start = f"{name}/"
        return [
            f"{method} {path.removeprefix(start)} {status}" for method, path, status in found if path.startswith(start)
        ]


@contextlib.contextmanager
def docker_registry(
    folder: Path, *, auth: bool = False, tls: tuple[Path, Path] | None = None, more: str = ""
) -> Iterator[Server]:
    """Run a registry that keeps its blobs in *folder*; the test is skipped where the program is not installed.

    *tls* are the files of a certificate and of its key, *more* is added to the configuration.
    """
    if PROGRAM is None:
        pytest.skip("docker-registry is not installed (apt-get install docker-registry)")
    port = _free_port()
    config = _CONFIG.format(storage=folder / "storage", port=port) + more
    if tls is not None:
        config = config.replace("secret: x", f'secret: x, tls: {{ certificate: "{tls[0]}", key: "{tls[1]}" }}')
    if auth:
        (folder / "htpasswd").write_text(f"{USER}:{_HASH}\n")
        config += _AUTH.format(path=folder / "htpasswd")
    (folder / "config.yml").write_text(config)
    with (folder / "access.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "serve", folder / "config.yml"], stdout=log, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Server(f"127.0.0.1:{port}", folder / "storage")
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    pytest.fail(f"docker-registry did not start (exit code {process.poll()})")


@dataclass
class Reply:
    """What a lying registry answers; *body* may be endless."""

    status: int = 200
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)


Rule = Callable[[str, str, dict[str, str]], Reply]  # from method, path and headers


@dataclass
class Liar:
    """A server that answers as a rule says, and the requests that it got: (method, path, headers)."""

    host: str
    requests: list[tuple[str, str, dict[str, str]]]


@contextlib.contextmanager
def liar(rule: Rule) -> Iterator[Liar]:
    """Run a server that answers as *rule* says."""
    requests: list[tuple[str, str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else a body waits 40 ms for the headers before it to be confirmed

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = dict(self.headers)
            requests.append((self.command, self.path, headers))
            reply = rule(self.command, self.path, headers)
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            if isinstance(reply.body, bytes):
                if "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)
                if reply.headers.get("Content-Length", str(len(reply.body))) != str(len(reply.body)):
                    self.close_connection = True
                return
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(OSError):
                for part in reply.body:
                    self.wfile.write(part)
            self.close_connection = True

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - as the server calls them

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Liar(f"127.0.0.1:{server.server_address[1]}", requests)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
