"""The sha256 of what was read, without the start-up time of ``hashlib`` and OpenSSL."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:  # CPython 3.12 and later
        from _sha2 import sha256
    except ImportError:
        try:  # CPython 3.11
            from _sha256 import sha256
        except ImportError:  # an interpreter built without it
            from hashlib import sha256


def sha256_hex(data: bytes) -> str:
    """Return the sha256 of *data* in lower-case hexadecimal.

    OpenSSL does it where it is loaded anyway: it uses the processor's instructions, and lets other threads run.
    """
    openssl = sys.modules.get("_hashlib")
    if openssl is not None:
        digest: str = openssl.openssl_sha256(data).hexdigest()
        return digest
    return sha256(data).hexdigest()


def md5_text(text: str) -> str:
    """Return the md5 of *text*; an identifier, nothing to lean on for security."""
    return _hexdigest("md5", text)


def sha1_text(text: str) -> str:
    """Return the sha1 of *text*; an identifier, nothing to lean on for security."""
    return _hexdigest("sha1", text)


def sha256_text(text: str) -> str:
    """Return the sha256 of *text*."""
    return sha256_hex(text.encode())


def sha512_text(text: str) -> str:
    """Return the sha512 of *text*."""
    return _hexdigest("sha512", text)


def uuid5_text(namespace: str, name: str) -> str:
    """Return the name-based UUID of *name* in the UUID *namespace*.

    Source: RFC 9562, section 5.5.
    """
    import uuid

    return str(uuid.uuid5(uuid.UUID(namespace), name))


def _hexdigest(algorithm: str, text: str) -> str:
    import hashlib

    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()
