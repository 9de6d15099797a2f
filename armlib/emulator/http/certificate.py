"""The certificate of a server that speaks https: made here, for this machine's own names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from armlib.files import write_private_file

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, GeneralName

FILE_NAME = "local.pem"
_NAMES = ("localhost", "127.0.0.1", "::1")
_LIFETIME = timedelta(days=365)
_RENEWED_BEFORE = timedelta(days=7)


def certificate(folder: Path, names: Iterable[str] = ()) -> tuple[Path, Path]:
    """Return the files of the certificate and of its private key in *folder*; both are made when they have to be.

    They are kept, so that who has trusted the certificate once need not do it again, and made anew a week before they
    expire, when a name is missing, or when they do not belong together. The key is readable for its owner alone.

    Args:
        folder: Where they are.
        names: Further names and addresses of the server, beside those of the loopback.

    Raises:
        WriteError: The files cannot be written.
    """
    cert, key = folder / FILE_NAME, folder / "local-key.pem"
    wanted = tuple(dict.fromkeys([*_NAMES, *names]))
    if not _can_be_kept(cert, key, wanted):
        made, private = _make(wanted)
        write_private_file(key, private)
        write_private_file(cert, made)
    return cert, key


def _can_be_kept(cert: Path, key: Path, names: tuple[str, ...]) -> bool:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import SubjectAlternativeName, load_pem_x509_certificate

    try:
        found: Certificate = load_pem_x509_certificate(cert.read_bytes())
        private = load_pem_private_key(key.read_bytes(), None)
        extension = found.extensions.get_extension_for_class(SubjectAlternativeName)
    except (OSError, ValueError, LookupError):
        return False
    has_names = {_general_name(name) for name in names} <= set(extension.value)
    return (
        has_names
        and private.public_key() == found.public_key()
        and found.not_valid_after_utc - datetime.now(UTC) > _RENEWED_BEFORE
        and key.stat().st_mode & 0o077 == 0
    )


def _make(names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Return a new certificate for *names* and its key, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "armlib local server")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    usages = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, key_cert_sign=True, encipher_only=False, decipher_only=False, **usages
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), private


def _general_name(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
