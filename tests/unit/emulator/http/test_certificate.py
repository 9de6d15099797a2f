"""The certificate of a server that speaks https."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from armlib.emulator.http.certificate import certificate
from armlib.files import WriteError


def handshake(files: tuple[Path, Path], name: str) -> str:
    """Return the version of TLS on which a client that trusts the certificate alone agrees with a server *name*."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection = listening.accept()[0]
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        client = ssl.create_default_context(cafile=str(files[0]))
        client.verify_flags |= ssl.VERIFY_X509_STRICT
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=10) as plain,
                client.wrap_socket(plain, server_hostname=name) as connection,
            ):
                return connection.version() or ""
        finally:
            thread.join(10)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "example.test", "192.0.2.7"])
def test_a_client_that_trusts_the_certificate_connects(name: str, tmp_path: Path) -> None:
    assert handshake(certificate(tmp_path, ["example.test", "192.0.2.7"]), name) == "TLSv1.3"


def test_it_is_for_no_other_name(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(files, "management.azure.com")


def test_both_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    for path in certificate(tmp_path / "new"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["local-key.pem", "local.pem"]


def test_it_is_kept_as_long_as_it_serves(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path)
    first = cert.read_bytes()
    certificate(tmp_path)
    assert cert.read_bytes() == first
    certificate(tmp_path, ["example.test"])
    assert cert.read_bytes() != first


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Path, Path, bytes]]:
    cert, key = certificate(tmp_path)
    yield cert, key, cert.read_bytes()


def test_it_is_made_anew_when_others_could_read_the_key(kept: tuple[Path, Path, bytes], tmp_path: Path) -> None:
    kept[1].chmod(0o644)
    certificate(tmp_path)
    assert kept[0].read_bytes() != kept[2]
    assert kept[1].stat().st_mode & 0o777 == 0o600


def test_it_is_made_anew_when_the_key_is_another_one(
    kept: tuple[Path, Path, bytes], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = certificate(tmp_path_factory.mktemp("other"))[1]
    kept[1].write_bytes(other.read_bytes())
    certificate(tmp_path)
    assert kept[0].read_bytes() != kept[2]


def test_it_is_made_anew_when_a_file_is_broken(kept: tuple[Path, Path, bytes], tmp_path: Path) -> None:
    kept[0].write_text("not a certificate")
    certificate(tmp_path)
    assert handshake((kept[0], kept[1]), "localhost") == "TLSv1.3"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError) as caught:
        certificate(tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.message
    assert os.listdir(tmp_path) == ["file"]
