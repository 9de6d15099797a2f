"""What registries hold, by the OCI image and distribution specifications 1.1: descriptors, manifests, repositories."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from armlib.jsonnet.digest import sha256_hex
from armlib.jsontypes import Json, JsonObject
from armlib.packages.errors import DamagedError
from armlib.packages.origin import DIGEST

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
EMPTY: Final = "application/vnd.oci.empty.v1+json"
LARGEST_MANIFEST: Final = 4 * 2**20  # bytes; what the specification asks registries to take
LARGEST_BLOB: Final = 256 * 2**20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What a blob or manifest is: its type, digest and size in bytes."""

    media_type: str
    digest: str
    size: int
    artifact_type: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """Return the descriptor as JSON has it."""
        plain: JsonObject = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        if self.artifact_type:
            plain["artifactType"] = self.artifact_type
        if self.annotations:
            plain["annotations"] = dict(self.annotations)
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A manifest as a registry holds it: its bytes and what they are."""

    descriptor: Descriptor
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageManifest:
    """A manifest that has been read."""

    artifact_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str]
    subject: Descriptor | None = None

    @property
    def kind(self) -> str:
        """What the artifact is: its type, or that of its configuration where it says none."""
        return self.artifact_type or self.config.media_type


class Repository(Protocol):
    """A repository of a registry; everything that it gives has been held to its digest."""

    def tags(self) -> Sequence[str]:
        """Return the tags, none when there is no such repository."""

    def manifest(self, reference: str) -> Stored | None:
        """Return the manifest that a tag or digest names, or None."""

    def blob(self, descriptor: Descriptor) -> bytes:
        """Return a blob."""

    def put_blob(self, data: bytes) -> str:
        """Store *data* and return its digest."""

    def copy_blob(self, descriptor: Descriptor, fetch: Callable[[], bytes], source: str | None = None) -> None:
        """Store the blob that *fetch* gives, unless it is there; *source* is a repository beside it that has it."""

    def put_manifest(self, data: bytes, media_type: str, tag: str | None) -> Descriptor:
        """Store a manifest whose blobs are there already, and let *tag* name it."""

    def referrers(self, digest: str, artifact_type: str) -> Sequence[Descriptor]:
        """Return the manifests of that type whose subject has *digest*."""


def descriptor_of(data: bytes, media_type: str, **more: Any) -> Descriptor:
    """Return the descriptor of *data*."""
    return Descriptor(media_type=media_type, digest=digest_of(data), size=len(data), **more)


def digest_of(data: bytes) -> str:
    """Return the digest of *data*, ``sha256:…``."""
    return f"sha256:{sha256_hex(data)}"


def checked(data: bytes, descriptor: Descriptor, origin: str) -> bytes:
    """Return *data* if it is what *descriptor* says.

    Raises:
        DamagedError: It is not.
    """
    if len(data) != descriptor.size:
        problem = f"has {len(data)} bytes instead of {descriptor.size}"
    elif digest_of(data) != descriptor.digest:
        problem = f"has the digest {digest_of(data)}"
    else:
        return data
    hint = "it was damaged on its way or where it is stored, or someone changed it; nothing of it was used"
    raise DamagedError(f"{origin}: {descriptor.digest} {problem}", code="digest-mismatch", hint=hint)


def canonical(value: Json) -> bytes:
    """Return *value* as JSON of one form: the same value, the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def manifest_bytes(
    artifact_type: str,
    config: Descriptor,
    layers: Sequence[Descriptor],
    annotations: Mapping[str, str],
    subject: Descriptor | None = None,
) -> bytes:
    """Return a manifest."""
    manifest: JsonObject = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": artifact_type,
        "config": config.as_json(),
        "layers": [layer.as_json() for layer in layers],
    }
    if annotations:
        manifest["annotations"] = dict(annotations)
    if subject is not None:
        manifest["subject"] = subject.as_json()
    return canonical(manifest)


def parse_manifest(stored: Stored, origin: str) -> ImageManifest:
    """Return what a manifest says.

    Raises:
        DamagedError: It is none.
    """
    manifest = parse_object(stored.data, origin)
    try:
        subject = manifest.get("subject")
        return ImageManifest(
            artifact_type=_text(manifest.get("artifactType", "")),
            config=_descriptor(manifest["config"]),
            layers=tuple(map(_descriptor, manifest["layers"])),
            annotations={name: _text(value) for name, value in (manifest.get("annotations") or {}).items()},
            subject=None if subject is None else _descriptor(subject),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedError(f"{origin} is not the manifest of a package: {error!r}", code="bad-package") from error


def parse_index(data: bytes, origin: str) -> list[Descriptor]:
    """Return the descriptors that an index lists.

    Raises:
        DamagedError: It is none.
    """
    index = parse_object(data, origin)
    try:
        return [_descriptor(one) for one in index.get("manifests") or []]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedError(f"{origin} is not an index: {error!r}", code="bad-package") from error


def index_bytes(descriptors: Sequence[Descriptor]) -> bytes:
    """Return an index of *descriptors*."""
    manifests: list[Json] = [descriptor.as_json() for descriptor in descriptors]
    return canonical({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests})


def parse_object(data: bytes, origin: str) -> dict[str, Any]:
    """Return the JSON object *data*.

    Raises:
        DamagedError: It is none.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{origin} is not JSON: {error}", code="bad-package") from error
    if not isinstance(value, dict):
        raise DamagedError(f"{origin} is no JSON object", code="bad-package")
    return value


def _descriptor(value: Mapping[str, Any]) -> Descriptor:
    digest, size = value["digest"], value["size"]
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise ValueError(f"'{digest}' is no digest of SHA-256")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError(f"{size} is no size")
    return Descriptor(
        media_type=_text(value["mediaType"]),
        digest=digest,
        size=size,
        artifact_type=_text(value.get("artifactType", "")),
        annotations={name: _text(text) for name, text in (value.get("annotations") or {}).items()},
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
