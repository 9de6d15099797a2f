"""Who we are at a registry: what ``docker login`` and its helpers keep, and who is signed in to Azure."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from armlib.packages.errors import PackageError

_HELPER_TIME: Final = 30  # seconds
_LONGEST_REASON: Final = 700  # letters
_TOKEN_USER: Final = "<token>"  # noqa: S105 - what helpers call the user of an identity token
_AZURE: Final = (".azurecr.io", ".azurecr.cn", ".azurecr.us")
_ADDRESS: Final = re.compile(r"(?:https?://)?([^/]*)(?:/.*)?")
_HUB: Final = "https://index.docker.io/v1/"  # what docker calls its own registry
_HUB_HOSTS: Final = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_AZURE_SCOPE: Final = "https://containerregistry.azure.net/.default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A user and a password, or an identity token; never shown."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    def basic(self) -> str:
        """Return it as ``Authorization`` has it."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class NobodyError(Exception):
    """It is known at Azure's registries alone who we are, and nobody is signed in; the text says why."""


def find_credential(
    host: str, environ: Mapping[str, str], azure: Callable[[str], str] | None = None
) -> Credential | None:
    """Return who we are at *host*, or None.

    ``config.json`` of docker is asked (in ``DOCKER_CONFIG``, else ``~/.docker``): a helper of the host, what is kept
    for the host, a helper for all. For Azure's registries *azure* then gives an identity token, by default from
    azure-identity where that is installed.

    Raises:
        PackageError: The file, or what a helper says, cannot be used.
        NobodyError: Azure does not tell who we are.
    """
    path = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    config = _read_config(path)
    helper, kept = (_of_host(config.get(table) or {}, host) for table in ("credHelpers", "auths"))
    server = _HUB if host in _HUB_HOSTS else host
    found = _ask_helper(helper, server) if helper else None
    found = found or (_kept(kept, path) if kept else None)
    if found is None and not helper and config.get("credsStore"):
        found = _ask_helper(config["credsStore"], server)
    if found is None and host.partition(":")[0].endswith(_AZURE):
        token = (azure or _azure_token)(host)
        found = Credential(identity_token=token) if token else None
    return found


def _of_host(table: Mapping[str, Any], host: str) -> Any:
    """Return what *table* has for *host*: by its name, or by an address there, as older clients wrote them."""
    if host in table:
        return table[host]
    hosts = _HUB_HOSTS if host in _HUB_HOSTS else {host}
    return next((entry for name, entry in table.items() if _ADDRESS.sub(r"\1", name) in hosts), None)


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PackageError(
            f"{path} cannot be read as JSON", code="credentials", hint="'docker login' writes it"
        ) from error
    if isinstance(config, dict):
        tables = [config.get(name) or {} for name in ("auths", "credHelpers")]
        if all(isinstance(table, dict) for table in tables):
            return config
    raise PackageError(f"{path} is not what 'docker login' writes", code="credentials")


def _kept(entry: Any, path: Path) -> Credential | None:
    """Return what ``auths`` has for a host; an empty entry stands for a helper."""
    if not isinstance(entry, dict):
        raise PackageError(f"{path}: an entry of auths is no object", code="credentials")
    if entry.get("identitytoken"):
        return Credential(identity_token=str(entry["identitytoken"]))
    if not entry.get("auth"):
        return None
    try:
        user, colon, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
    except (binascii.Error, ValueError, TypeError):
        colon = ""
    if not colon:
        raise PackageError(f"{path}: an 'auth' is not USER:PASSWORD in base64", code="credentials") from None
    return Credential(user=user, password=password)


def _ask_helper(helper: Any, host: str) -> Credential | None:
    """Return what ``docker-credential-HELPER`` has for *host*, or None when it has nothing."""
    if not isinstance(helper, str) or not helper.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise PackageError(f"'{helper}' cannot be the name of a credential helper", code="credentials")
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own configuration names
            [program, "get"], input=host.encode(), capture_output=True, timeout=_HELPER_TIME, check=False
        )
    except FileNotFoundError as error:
        hint = "install it, or take it out of ~/.docker/config.json"
        raise PackageError(f"there is no program {program}", code="credentials", hint=hint) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PackageError(f"{program} does not answer", code="credentials") from error
    if done.returncode:
        return None
    try:
        said = json.loads(done.stdout)
        user, secret = said["Username"], said["Secret"]
    except (ValueError, KeyError, TypeError) as error:
        raise PackageError(f"{program} does not answer as credential helpers do", code="credentials") from error
    return Credential(identity_token=secret) if user == _TOKEN_USER else Credential(user=user, password=secret)


def _azure_token(host: str, ca_file: str | None = None) -> str:
    """Return a refresh token of Azure's registry *host* for whoever is signed in to Azure.

    Raises:
        NobodyError: Nobody is, or the registry does not take it.
    """
    try:
        from azure.identity import DefaultAzureCredential  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise NobodyError("azure-identity is not installed") from error
    import requests
    from azure.core.exceptions import AzureError  # type: ignore[import-not-found,unused-ignore]

    try:
        token = DefaultAzureCredential().get_token(_AZURE_SCOPE).token
        form = {"grant_type": "access_token", "service": host, "access_token": token}
        address = f"https://{host}/oauth2/exchange"
        answer = requests.post(address, data=form, timeout=30, allow_redirects=False, verify=ca_file or True)
        refresh = answer.json().get("refresh_token") if answer.status_code == 200 else None
    except AzureError as error:
        raise NobodyError(f"nobody is signed in to Azure: {_in_a_line(str(error))}") from error
    except (requests.RequestException, ValueError, AttributeError) as error:
        raise NobodyError("the registry gives no token for who is signed in to Azure") from error
    if not refresh:
        status = f"it answers {answer.status_code}"
        raise NobodyError(f"the registry gives no token for who is signed in to Azure: {status}")
    return str(refresh)


def _in_a_line(text: str) -> str:
    """Return what azure-identity says, which has a line for each way that it tried, in one."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"


def from_environment(host: str, ca_file: str | None = None) -> Credential | None:
    """Return who we are at *host* by the files of the user that runs this process.

    Azure's registries are trusted by *ca_file*, or as the system has it.
    """
    return find_credential(host, os.environ, lambda name: _azure_token(name, ca_file))
