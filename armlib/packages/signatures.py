"""Signatures of packages: Ed25519 over the digest of a manifest, in envelopes of DSSE, stored as referrers.

The digest stands for every byte of a package, so a signature of it does, too.

Source: DSSE 1.0 (Dead Simple Signing Envelope), its pre-authentication encoding.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from armlib.jsonnet.digest import sha256_hex
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.manifest import Trust
from armlib.packages.oci import (
    EMPTY,
    MANIFEST,
    Descriptor,
    Repository,
    canonical,
    descriptor_of,
    manifest_bytes,
    parse_manifest,
)

ARTIFACT: Final = "application/vnd.armlib.signature.v1"
_ENVELOPE: Final = "application/vnd.dsse.envelope.v1+json"
_PAYLOAD: Final = "application/vnd.armlib.package.v1+json"
_MOST: Final = 32  # signatures of one package that are looked at
_LARGEST: Final = 64 * 1024  # bytes of an envelope


def sign(key: Ed25519PrivateKey, digest: str, name: str, version: str) -> bytes:
    """Return an envelope that signs the package of *digest* with *key*."""
    payload = canonical({"digest": digest, "name": name, "version": version})
    signature = key.sign(_encoded(payload))
    return canonical(
        {
            "payloadType": _PAYLOAD,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}],
        }
    )


def signers(envelope: bytes, digest: str, keys: Mapping[str, Ed25519PublicKey]) -> frozenset[str]:
    """Return the names of the *keys* that signed the package of *digest* in *envelope*; none when it is not one."""
    try:
        said = json.loads(envelope)
        payload = base64.b64decode(said["payload"], validate=True)
        if said["payloadType"] != _PAYLOAD or json.loads(payload)["digest"] != digest:
            return frozenset()
        signatures = [base64.b64decode(one["sig"], validate=True) for one in said["signatures"][:_MOST]]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return frozenset()
    return frozenset(name for name, key in keys.items() if any(_is_valid(key, one, payload) for one in signatures))


def _is_valid(key: Ed25519PublicKey, signature: bytes, payload: bytes) -> bool:
    try:
        key.verify(signature, _encoded(payload))
    except InvalidSignature:
        return False
    return True


def _encoded(payload: bytes) -> bytes:
    """Return what is signed: the type and the payload, each with its length."""
    kind = _PAYLOAD.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


# Keys


def key_id(key: Ed25519PublicKey) -> str:
    """Return what a key is called where its name is not known."""
    return sha256_hex(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def read_private_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """Return the private key in the PEM file *path*.

    Raises:
        PackageError: It cannot be read, or is of another kind.
    """
    try:
        key: Any = load_pem_private_key(_read(path), passphrase.encode() if passphrase else None)
    except TypeError as error:
        hint = "ARMLIB_KEY_PASSPHRASE has the passphrase of a key that is locked, and is empty for others"
        raise PackageError(f"{path} cannot be opened with this passphrase", code="bad-key", hint=hint) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase:
            message = f"{path} cannot be opened with the passphrase in ARMLIB_KEY_PASSPHRASE, or is not a key"
            raise PackageError(message, code="bad-key", hint="'openssl pkey -in FILE' tells which") from error
        raise _no_key(path, "openssl genpkey -algorithm ed25519") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "openssl genpkey -algorithm ed25519")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in the PEM file *path*; that of a private key is told apart, and refused.

    Raises:
        PackageError: It cannot be read, or is of another kind.
    """
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "openssl pkey -pubout") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "openssl pkey -pubout")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PackageError(f"cannot read {path}: {error.strerror}", code="cannot-read") from error


def _no_key(path: Path, command: str) -> PackageError:
    hint = f"'{command}' writes one"
    return PackageError(f"{path} is not a key for Ed25519 in PEM form", code="bad-key", hint=hint)


# In registries


def push_signature(repository: Repository, subject: Descriptor, envelope: bytes) -> Descriptor:
    """Store *envelope* as a signature of the manifest *subject*."""
    empty = b"{}"
    repository.put_blob(empty)
    repository.put_blob(envelope)
    plain = Descriptor(media_type=subject.media_type, digest=subject.digest, size=subject.size)
    layer = descriptor_of(envelope, _ENVELOPE)
    manifest = manifest_bytes(ARTIFACT, descriptor_of(empty, EMPTY), [layer], {}, subject=plain)
    return repository.put_manifest(manifest, MANIFEST, None)


def fetch_signatures(repository: Repository, digest: str) -> list[bytes]:
    """Return the envelopes that a registry has for the manifest of *digest*; whoever asks verifies them."""
    envelopes = []
    for descriptor in repository.referrers(digest, ARTIFACT)[:_MOST]:
        stored = repository.manifest(descriptor.digest)
        if stored is None:
            continue
        layers = parse_manifest(stored, f"signature {descriptor.digest}").layers
        if len(layers) == 1 and layers[0].media_type == _ENVELOPE and layers[0].size <= _LARGEST:
            envelopes.append(repository.blob(layers[0]))
    return envelopes


# The policy


def required_keys(trust: Trust, name: str) -> Sequence[str]:
    """Return the keys of which one must have signed the package *name*; none when it may be unsigned.

    The longest pattern that matches counts.
    """
    matching = [pattern for pattern in trust.require if fnmatchcase(name, pattern)]
    return trust.require[max(matching, key=len)] if matching else ()


def require_signature(
    trust: Trust, name: str, digest: str, envelopes: Sequence[bytes], keys: Mapping[str, Ed25519PublicKey]
) -> frozenset[str]:
    """Return the names of the keys that signed, of those that *trust* asks for.

    Raises:
        DamagedError: None of them did (``signature-missing``).
    """
    wanted = required_keys(trust, name)
    usable = {one: keys[one] for one in wanted}
    found = frozenset(one for envelope in envelopes for one in signers(envelope, digest, usable))
    if wanted and not found:
        many = f"{len(envelopes)} signature{'' if len(envelopes) == 1 else 's'}, none of them"
        said = f"it has {many} by" if envelopes else "nobody signed it, it wants"
        message = f"{name} is not signed as [trust] asks: {said} {' or '.join(wanted)}"
        hint = "ask who publishes it to sign it, or change require in [trust]"
        raise DamagedError(message, code="signature-missing", hint=hint)
    return found


def kept(envelopes: Sequence[bytes]) -> bytes:
    """Return *envelopes* as one file, for :func:`from_kept`."""
    return canonical([base64.b64encode(envelope).decode() for envelope in envelopes])


def from_kept(data: bytes | None) -> list[bytes]:
    """Return the envelopes that :func:`kept` made a file of; what is damaged counts as none."""
    try:
        return [base64.b64decode(text, validate=True) for text in json.loads(data or b"[]")]
    except (ValueError, TypeError, binascii.Error):
        return []
