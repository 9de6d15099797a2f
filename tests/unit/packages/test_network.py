"""The way to a registry: HTTPS with an authority of one's own, proxies, and connections that break."""

from __future__ import annotations

import base64
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.packages import client as client_module
from armlib.packages.client import RegistryRepository
from armlib.packages.errors import RegistryError
from armlib.packages.http import Transport
from armlib.packages.oci import descriptor_of
from tests.unit.packages.certificates import Authority, authority, issue
from tests.unit.packages.registry_server import Server, docker_registry
from tests.unit.packages.spec_registry import spec_registry
from tests.unit.packages.tcp import lossy, proxy

HOST = "registry.example.com"
CONTENT = descriptor_of(b"over TLS", "text/plain")
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def trusted() -> Authority:
    return authority("the tests")


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory, trusted: Authority) -> Iterator[Server]:
    """docker-registry with TLS, and a certificate for HOST."""
    folder = tmp_path_factory.mktemp("secure")
    with docker_registry(folder, tls=issue(trusted, HOST, folder)) as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let HOST be this machine."""
    look_up = socket.getaddrinfo

    def found(host: Any, *arguments: Any, **more: Any) -> Any:
        return look_up("127.0.0.1" if host == HOST else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def ca_file(folder: Path, one: Authority) -> str:
    path = folder / "ca.pem"
    path.write_bytes(one.pem)
    return str(path)


def repository(host: str, ca: str | None = None) -> RegistryRepository:
    return RegistryRepository(Transport(host, lambda: None, ca_file=ca, sleep=lambda _: None), "area/web")


def port_of(server: Server) -> str:
    return server.host.rpartition(":")[2]


# TLS


@pytest.mark.usefixtures("named")
def test_a_registry_is_trusted_by_the_authority_that_is_named(
    secure: Server, trusted: Authority, tmp_path: Path
) -> None:
    one = repository(f"{HOST}:{port_of(secure)}", ca_file(tmp_path, trusted))
    one.put_blob(b"over TLS")
    assert one.blob(CONTENT) == b"over TLS"


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_may_name_the_authority(
    secure: Server, trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, ca_file(tmp_path, trusted))
    one = repository(f"{HOST}:{port_of(secure)}")
    one.put_blob(b"over TLS")
    assert one.blob(CONTENT) == b"over TLS"
    (tmp_path / "own").mkdir()
    with pytest.raises(RegistryError, match="does not prove who it is"):  # packages.ca counts before it
        repository(f"{HOST}:{port_of(secure)}", ca_file(tmp_path / "own", authority("the tests"))).tags()


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("ca", ["another", "none"])
def test_a_registry_that_nobody_vouches_for_is_told(secure: Server, ca: str, tmp_path: Path) -> None:
    file = ca_file(tmp_path, authority("the tests")) if ca == "another" else None
    with pytest.raises(RegistryError) as caught:
        repository(f"{HOST}:{port_of(secure)}", file).tags()
    assert caught.value.code == "registry-untrusted"
    assert caught.value.message.startswith(f"{HOST}:{port_of(secure)} does not prove who it is: ")
    assert "certificate verify failed" in caught.value.message
    assert caught.value.hint is not None
    assert "packages.ca" in caught.value.hint


def test_a_certificate_for_another_host_is_told(
    secure: Server, trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    with proxy({"other.example.com:443": secure.host}, asked) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        with pytest.raises(RegistryError) as caught:
            repository("other.example.com", ca_file(tmp_path, trusted)).tags()
    assert caught.value.code == "registry-untrusted"
    assert "other.example.com" in caught.value.message


@pytest.mark.parametrize("text", ["", "no certificate", None])
def test_a_file_of_certificates_that_is_none_is_told(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "ca.pem").write_text(text)
    with pytest.raises(RegistryError) as caught:
        repository(HOST, str(tmp_path / "ca.pem")).tags()
    assert caught.value.code == "registry-untrusted"
    assert str(tmp_path / "ca.pem") in caught.value.message


# Proxies


def test_a_registry_is_reached_through_the_proxy(
    secure: Server, trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    password = base64.b64encode(b"me:pass").decode()
    with proxy({f"{HOST}:443": secure.host}, asked, password=password) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass@{address}")
        one = repository(HOST, ca_file(tmp_path, trusted))
        one.put_blob(b"over TLS")
        assert one.blob(CONTENT) == b"over TLS"
    assert {line.rpartition(" ")[0] for line in asked} == {f"CONNECT {HOST}:443"}


def test_a_proxy_that_refuses_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy({}, []) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@{address}")
        with pytest.raises(RegistryError) as caught:
            repository(HOST).tags()
    assert caught.value.code == "registry-unreachable"
    assert f"its proxy {address} does not connect us: " in caught.value.message
    assert "403" in caught.value.message
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with pytest.raises(RegistryError) as caught:
        repository(HOST).tags()
    assert caught.value.message.startswith(f"{HOST} cannot be reached: its proxy 127.0.0.1:1 does not connect us: ")
    assert caught.value.hint is not None
    assert "HTTPS_PROXY" in caught.value.hint


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("said", [HOST, ".example.com", "*"])
def test_what_no_proxy_names_is_asked_directly(
    said: str, secure: Server, trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", said)
    assert repository(f"{HOST}:{port_of(secure)}", ca_file(tmp_path, trusted)).tags() == []


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_registry_on_this_machine_needs_no_proxy(
    variable: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    assert repository(server.host).tags() == []


# Connections that break


@pytest.mark.parametrize("after", [0, 10_000, 60_000])
def test_an_upload_whose_connection_breaks_is_finished(
    after: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "CHUNK", 100_000)
    content = random.Random(after).randbytes(350_000)
    losses = [(b"Content-Range: 100000-199999", after), (b"PUT /v2/", 0)]
    with lossy(server.host, losses) as address:
        repository(address).put_blob(content)
    assert losses == []
    assert repository(server.host).blob(descriptor_of(content, "x")) == content


def test_an_upload_goes_on_from_the_range_that_the_registry_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "CHUNK", 100_000)
    content = random.Random(2).randbytes(350_000)
    with spec_registry() as running:
        with lossy(running.host, [(b"Content-Range: 100000-199999", 50_000)]) as address:
            repository(address).put_blob(content)
        assert repository(running.host).blob(descriptor_of(content, "x")) == content
    parts = [one for one in running.requests if one.method == "PATCH"]
    starts = [int(one.headers["Content-Range"].partition("-")[0]) for one in parts]
    assert starts[:2] == [0, 100_000]
    assert 100_000 < starts[2] < 200_000
    assert sum(len(one.body) for one in parts) == len(content), "what the registry has is not sent again"


def test_a_download_whose_connection_breaks_is_tried_again(server: Server) -> None:
    content = random.Random(1).randbytes(200_000)
    repository(server.host).put_blob(content)
    losses = [(b"GET /v2/", 0)]
    with lossy(server.host, losses) as address:
        assert repository(address).blob(descriptor_of(content, "x")) == content
    assert losses == []
