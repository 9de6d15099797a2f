"""Values that the service would make up, as functions of an id: the same id always gets the same values."""

from __future__ import annotations

import base64
from hashlib import blake2b, sha512


def seed(text: str, size: int = 16) -> bytes:
    """Return *size* bytes made of *text*, without regard to its case."""
    return blake2b(text.casefold().encode("utf-8", "surrogatepass"), digest_size=size).digest()


def hexadecimal(text: str, digits: int = 32) -> str:
    """Return *digits* hexadecimal digits made of *text*."""
    return seed(text, (digits + 1) // 2).hex()[:digits]


def guid(text: str) -> str:
    """Return a GUID made of *text*."""
    digits = seed(text).hex()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def key(text: str, size: int = 64) -> str:
    """Return a key of *size* bytes in base 64, made of *text*; it opens nothing."""
    digest = sha512(b"no secret: " + text.casefold().encode("utf-8", "surrogatepass")).digest()
    return base64.b64encode((digest * (size // len(digest) + 1))[:size]).decode("ascii")


def address(text: str) -> str:
    """Return an IPv4 address made of *text*, from the block that is reserved for tests of devices.

    Source: RFC 2544, 198.18.0.0/15.
    """
    one, two, three = seed(text, 3)
    return f"198.{18 + one % 2}.{two}.{1 + three % 254}"


def address6(text: str) -> str:
    """Return an IPv6 address made of *text*, from the block for documentation.

    Source: RFC 3849, 2001:db8::/32.
    """
    digits = hexadecimal(text, 16)
    return "2001:db8:" + ":".join(digits[at : at + 4].lstrip("0") or "0" for at in (0, 4, 8)) + "::1"
