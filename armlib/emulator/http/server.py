"""The server's sockets: binding, starting, telling that it is ready, and ending."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from uvicorn.config import Config
from uvicorn.server import Server as Uvicorn

from armlib.dataclass import dataclass
from armlib.errors import InputError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_IDLE = 75  # seconds that a connection may rest; clients keep theirs for less
_LAST_ANSWERS = 5  # seconds that requests may go on for once the server is told to end


class BindError(InputError):
    """The server cannot listen where it is told to."""

    code = "cannot-listen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a server listens."""

    host: str
    port: int
    is_secure: bool = False

    @property
    def url(self) -> str:
        """What clients call it by."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' * self.is_secure}://{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach what listens on *host*."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to *host* and *port*, 0 for any free one.

    Raises:
        BindError: The address is taken, not there, or may not be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(2048)
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from error
    return bound


def _cannot_listen(host: str, port: int, error: OSError) -> BindError:
    message = f"cannot listen on {host}, port {port}: {error.strerror or error}"
    return BindError(message, hint="choose another one with --host and --port; --port 0 takes any free one")


class Server(Uvicorn):
    """Serves an application on a socket until it is told to end.

    Args:
        application: What answers.
        files: Those of the certificate and of its key; None for plain http.
        ready: Is called once requests are answered.
    """

    def __init__(
        self,
        application: ASGIApp,
        *,
        files: tuple[Path, Path] | None = None,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            Config(
                application,
                http="httptools",
                loop="auto",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_IDLE,
                timeout_graceful_shutdown=_LAST_ANSWERS,
                ssl_certfile=str(files[0]) if files else None,
                ssl_keyfile=str(files[1]) if files else None,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell that it is done."""
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM; unlike the original, do not raise them again when that is done."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def end(self) -> None:
        """End soon; may be called from any thread."""
        self.should_exit = True


@contextlib.contextmanager
def serving(application: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Endpoint]:
    """Serve *application* in a thread of its own as long as the block lasts.

    Raises:
        BindError: The address cannot be used.
    """
    bound = bind(host, port)
    started = threading.Event()
    server = Server(application, ready=started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="local server", daemon=True)
    thread.start()
    try:
        started.wait(10)
        yield Endpoint(host=host, port=bound.getsockname()[1])
    finally:
        server.end()
        thread.join(10)
        bound.close()
