"""Servers between a client and a registry: a relay that loses connections, and a proxy."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Call *serve* with each connection, in a thread of its own, and give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=_served, args=(serve, connection), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _served(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        serve(connection)


def connect(address: str) -> socket.socket:
    """Return a connection to *address*, HOST:PORT."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either side sends, until both have ended."""
    back = threading.Thread(target=_pump, args=(other, one), daemon=True)
    back.start()
    _pump(one, other)
    back.join(10)


def _pump(source: socket.socket, target: socket.socket, is_cut: threading.Event | None = None) -> None:
    """Pass on what *source* sends until it ends; once it *is_cut*, nothing of it arrives."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if is_cut is None or not is_cut.is_set():
                target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def lossy(server: str, losses: list[tuple[bytes, int]]) -> Iterator[str]:
    """Give the address of a relay to *server* that loses connections.

    Each of *losses* is used once: a connection whose client sends its bytes is cut after so many more.
    """

    def serve(client: socket.socket) -> None:
        is_cut = threading.Event()
        with connect(server) as upstream:
            back = threading.Thread(target=_pump, args=(upstream, client, is_cut), daemon=True)
            back.start()
            seen, left = b"", None
            while data := client.recv(4096):
                seen = (seen + data)[-8192:]
                if left is not None:
                    left -= len(data)
                elif losses and losses[0][0] in seen:
                    left = losses[0][1]
                upstream.sendall(data)
                if left is not None and left <= 0:
                    losses.pop(0)
                    is_cut.set()
                    break
            upstream.shutdown(socket.SHUT_WR)
            back.join(10)  # the server is done with what it got before the client knows that more is lost

    with listening(serve) as address:
        yield address


@contextlib.contextmanager
def proxy(routes: dict[str, str], asked: list[str], *, password: str | None = None) -> Iterator[str]:
    """Give the address of a proxy that connects to the *routes* alone, HOST:PORT to where that really is.

    *asked* gets the first line of each request. With a *password*, in base64 as ``Proxy-Authorization`` has it, others
    are refused.
    """

    def serve(client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = client.recv(4096)
            if not data:
                return
            head += data
        line = head.split(b"\r\n", 1)[0].decode()
        asked.append(line)
        method, target, _ = line.split()
        if password is not None and f"Proxy-Authorization: Basic {password}".encode() not in head:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif method != "CONNECT" or target not in routes:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        else:
            with connect(routes[target]) as upstream:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                pass_on(client, upstream)

    with listening(serve) as address:
        yield address
