"""``armlib local serve``: the state, the service and the sockets together, and what is told about them."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armlib.emulator.engine import Engine
from armlib.emulator.http.app import Application
from armlib.emulator.http.guard import LOOPBACK, host_name
from armlib.emulator.http.server import Endpoint, Server, bind, is_loopback
from armlib.emulator.http.service import Service
from armlib.emulator.http.table import routes
from armlib.emulator.location import state_path
from armlib.emulator.settings import Settings
from armlib.emulator.status import forget_server, note_server
from armlib.errors import InputError
from armlib.files import write_private_file

if TYPE_CHECKING:
    from armlib.jsontypes import JsonObject

Say = Callable[[str], None]

TOKEN_FILE = "local-token"  # noqa: S105 - the name of a file
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - to tell that a server listens there


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the server is started.

    Attributes:
        host: The address to listen on.
        port: The port; 0 for any that is free.
        state: The file of the state; None for the one in the user's state folder.
        in_memory: Whether the state is in memory alone.
        is_secure: Whether the server speaks https.
        certificates: The folder of the certificate; None for that of the state.
        token_file: The file of the secret that clients must know, made when it is not there. Beyond the loopback there
            is always one, by default beside the state.
        hosts: Further names that clients call the server by.
        ready_file: Is written once the server answers: a JSON object that says where it is and how clients get there.
        settings: How strict the engine is.
    """

    host: str = "127.0.0.1"
    port: int = 8070
    state: Path | None = None
    in_memory: bool = False
    is_secure: bool = False
    certificates: Path | None = None
    token_file: Path | None = None
    hosts: Sequence[str] = ()
    ready_file: Path | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A server that answers, and what clients need to know of it.

    *environment* has what the clients of the Azure SDK read; *token_file* and *certificate* are None where there is
    none.
    """

    endpoint: Endpoint
    state: Path | None
    subscription: str
    tenant: str
    environment: Mapping[str, str]
    certificate: Path | None = None
    token_file: Path | None = None

    def as_json(self) -> JsonObject:
        """Return it for programs; the secret itself is not in it."""
        return {
            "url": self.endpoint.url,
            "port": self.endpoint.port,
            "pid": os.getpid(),
            "subscriptionId": self.subscription,
            "tenantId": self.tenant,
            "state": None if self.state is None else str(self.state),
            "certificate": None if self.certificate is None else str(self.certificate),
            "tokenFile": None if self.token_file is None else str(self.token_file),
            "environment": dict(self.environment),
        }


def serve(
    options: Options, ready: Callable[[Ready], None], *, log: Say | None = None, complain: Say | None = None
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        options: What is served, and where.
        ready: Is called once requests are answered.
        log: Is told a line for each request.
        complain: Is told the traceback of a failure that nobody foresaw.

    Raises:
        BindError: The address cannot be used.
        StateError: The state cannot be used.
        WriteError: The certificate, the token or the ready file cannot be written.
    """
    state = None if options.in_memory else state_path(options.state)
    folder = state_path(options.state).parent
    with Engine.open(state, options.settings) as engine:
        token_file = _token_file(options, folder)
        service = Service(engine, routes(), hosts=_hosts(options), token=_token(token_file))
        files = _certificate(options, folder) if options.is_secure else None
        bound = bind(options.host, options.port)
        endpoint = Endpoint(host=_shown_host(options.host), port=bound.getsockname()[1], is_secure=options.is_secure)
        found = Ready(
            endpoint=endpoint,
            state=state,
            subscription=engine.settings.subscription_id,
            tenant=engine.settings.tenant_id,
            environment=_environment(endpoint, engine.settings.subscription_id, files, token_file),
            certificate=files[0] if files else None,
            token_file=token_file,
        )

        def tell() -> None:
            if state is not None:
                note_server(state, endpoint.url)
            if options.ready_file is not None:
                write_private_file(options.ready_file, json.dumps(found.as_json(), indent=2).encode() + b"\n")
            ready(found)
            threading.Thread(target=_warm_up, args=(engine,), daemon=True).start()

        try:
            Server(Application(service, log=log, complain=complain), files=files, ready=tell).run(sockets=[bound])
        finally:
            bound.close()
            if state is not None:
                forget_server(state)
            if options.ready_file is not None:
                options.ready_file.unlink(missing_ok=True)
        service.background.wait(5)


def _warm_up(engine: Engine) -> None:
    """Import what the first deployment and the first page need, while nobody waits for it."""
    from armlib.emulator.http.page import views

    assert views is not None and engine.stacks is not None


def _hosts(options: Options) -> frozenset[str] | None:
    """Return the names that clients may use: on the loopback its own; beyond, any, since there is a secret."""
    if not is_loopback(options.host):
        return None
    return LOOPBACK | {host_name(name) for name in (*options.hosts, options.host)}


def _shown_host(host: str) -> str:
    return "localhost" if host in _EVERYWHERE else host


def _token_file(options: Options, folder: Path) -> Path | None:
    if options.token_file is not None:
        return options.token_file
    return None if is_loopback(options.host) else folder / TOKEN_FILE


def _token(file: Path | None) -> str | None:
    """Return the secret in *file*, which is made, readable for its owner alone, when it is not there.

    Raises:
        InputError: The file cannot be read, or is empty.
    """
    if file is None:
        return None
    if not file.exists():
        write_private_file(file, secrets.token_urlsafe(32).encode() + b"\n")
    try:
        token = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        message = f"cannot read the token in {file}: {getattr(error, 'strerror', None) or 'it is not plain text'}"
        raise InputError(message, code="cannot-read") from error
    if not token:
        raise InputError(f"the token file {file} is empty", code="cannot-read", hint="delete it; it is made anew")
    return token


def _certificate(options: Options, folder: Path) -> tuple[Path, Path]:
    from armlib.emulator.http.certificate import certificate

    names = [name for name in (*options.hosts, options.host) if name not in _EVERYWHERE]
    return certificate(options.certificates or folder, names)


def _environment(
    endpoint: Endpoint, subscription: str, files: tuple[Path, Path] | None, token_file: Path | None
) -> dict[str, str]:
    """Return the variables that clients read; the secret is left out, it is in a file of its own."""
    found: dict[str, Any] = {
        "AZURE_SUBSCRIPTION_ID": subscription,
        "IDENTITY_ENDPOINT": f"{endpoint.url}/msi/token",
    }
    if token_file is None:
        found["IDENTITY_HEADER"] = "local"
    if files is not None:
        found |= {"REQUESTS_CA_BUNDLE": str(files[0]), "SSL_CERT_FILE": str(files[0])}
    return found


def instructions(ready: Ready) -> str:
    """Return what people are told: how each client finds the server."""
    url = ready.endpoint.url
    exports = "\n".join(f"    export {name}={shlex.quote(value)}" for name, value in ready.environment.items())
    if ready.token_file is not None:
        exports += f'\n    export IDENTITY_HEADER="$(cat {shlex.quote(str(ready.token_file))})"'
    state = "in memory, gone when the server ends" if ready.state is None else str(ready.state)
    text = f"""
  To look at    {url}/
  State         {state}

  Azure SDK, with DefaultAzureCredential:
{exports}
    base_url="{url}", credential_scopes=["{url}/.default"]
"""
    if not ready.endpoint.is_secure:
        return text + (
            "    and, since the SDK sends no token over http unless it is told to: enforce_https=False with each call\n"
            "\n  Azure CLI and Terraform want https: armlib local serve --https\n"
        )
    host = f"localhost:{ready.endpoint.port}"
    return (
        text
        + f"""
  Azure CLI, with the same variables, in a configuration of its own:
    export AZURE_CONFIG_DIR=$HOME/.azure-armlib
    az cloud register -n armlib --endpoint-resource-manager https://{host}
    az cloud set -n armlib && az login --identity

  Terraform (azurerm), signed in through az:
    export ARM_METADATA_HOSTNAME={host} ARM_SUBSCRIPTION_ID={ready.subscription}
    resource_provider_registrations = "none" in the provider's block
"""
    )
