"""A registry on the network, as the OCI distribution specification 1.1 has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from armlib.packages.errors import DamagedError, RegistryError
from armlib.packages.http import Answer, Ask, Transport
from armlib.packages.oci import (
    DOCKER_MANIFEST,
    INDEX,
    LARGEST_BLOB,
    LARGEST_MANIFEST,
    MANIFEST,
    Descriptor,
    Stored,
    checked,
    descriptor_of,
    digest_of,
    index_bytes,
    parse_index,
    parse_manifest,
    parse_object,
)

CHUNK: Final = 8 * 2**20  # bytes; what is larger is uploaded in parts
_MOST_PAGES: Final = 200
_MOST_TAGS: Final = 100_000
_TYPES: Final = f"{MANIFEST}, {INDEX}, {DOCKER_MANIFEST}"
_STEPS: Final = 3  # times that an upload is taken up again, or begun
_NEXT: Final = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')


class RegistryRepository:
    """The repository *name* of the registry that *transport* leads to."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._name = name
        self._where = f"oci://{transport.host}/{name}"

    def tags(self) -> Sequence[str]:
        """Return the tags, none when there is no such repository."""
        found: list[str] = []
        for answer in self._pages(f"{self._path('tags/list')}?n=1000"):
            if answer.status == 404:
                break
            tags = self._json(answer).get("tags") or []
            if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
                raise RegistryError(f"{self._where} gives a list of tags that is none", code="registry-answer")
            found += tags
            if len(found) > _MOST_TAGS:
                break
        return found

    def _pages(self, path: str) -> Iterator[Answer]:
        """Yield the pages of a list, as far as there is a next one; there may be no list, too (404)."""
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", path, limit=LARGEST_MANIFEST, accepted={200, 404})
            yield answer
            link = _NEXT.search(answer.header("Link"))
            if link is None:
                return
            path = urljoin(answer.address, link[1])
            if urlsplit(path).netloc != urlsplit(answer.address).netloc:
                raise RegistryError(f"{self._where} has the rest of a list elsewhere", code="registry-answer")

    def manifest(self, reference: str) -> Stored | None:
        """Return the manifest that a tag or digest names, or None."""
        path, where = self._path(f"manifests/{reference}"), f"{self._where}:{reference}"
        answer = self._ask("GET", path, headers={"Accept": _TYPES}, limit=LARGEST_MANIFEST, accepted={200, 404})
        if answer.status == 404:
            return None
        said = parse_object(answer.body, where) if self._json(answer) is not None else {}
        digest = digest_of(answer.body)
        for promised in (reference if ":" in reference else "", answer.header("Docker-Content-Digest")):
            if promised.startswith("sha256:") and promised != digest:
                message = f"{where} is promised as {promised}, but has the digest {digest}"
                raise DamagedError(message, code="digest-mismatch", hint="nothing of it was used")
        media_type = said.get("mediaType") or answer.header("Content-Type").partition(";")[0]
        return Stored(descriptor=descriptor_of(answer.body, str(media_type)), data=answer.body)

    def blob(self, descriptor: Descriptor) -> bytes:
        """Return a blob."""
        if descriptor.size > LARGEST_BLOB:
            message = f"{self._where} has a blob of {descriptor.size} bytes; {LARGEST_BLOB} is the most"
            raise RegistryError(message, code="too-large")
        path = self._path(f"blobs/{descriptor.digest}")
        answer = self._ask("GET", path, limit=descriptor.size, accepted={200, 404})
        if answer.status == 404:
            raise RegistryError(f"{self._where} has no {descriptor.digest}", code="blob-missing")
        return checked(answer.body, descriptor, self._where)

    # Writing

    def put_blob(self, data: bytes) -> str:
        """Store *data*, in parts when it is large, and return its digest."""
        digest = digest_of(data)
        if not self._has(digest):
            self._upload(data, digest)
        return digest

    def copy_blob(self, descriptor: Descriptor, fetch: Callable[[], bytes], source: str | None = None) -> None:
        """Store a blob that is elsewhere, unless it is there.

        The registry takes it over from its repository *source* by itself, where it can and may; else *fetch* gives it.
        """
        digest = descriptor.digest
        if self._has(digest):
            return
        started = self._mount(digest, source) if source is not None else None
        if started is None:
            self._upload(fetch(), digest)
        elif started.status != 201:
            self._upload(fetch(), digest, started)

    def _mount(self, digest: str, source: str) -> Answer | None:
        """Return the answer to the wish to have a blob from *source*: 201 is done, 202 an upload; None is a refusal."""
        path = f"{self._path('blobs/uploads/')}?{urlencode({'mount': digest, 'from': source})}"
        scope = f"repository:{self._name}:pull,push repository:{source}:pull"
        ask = Ask(method="POST", path=path, scope=scope, accepted=frozenset({201, 202}))
        try:
            return self._transport.send(ask)
        except RegistryError as error:
            if error.code not in ("registry-refused", "registry-answer"):
                raise
            return None

    def _has(self, digest: str) -> bool:
        return self._ask("HEAD", self._path(f"blobs/{digest}"), accepted={200, 404}, push=True).status == 200

    def _upload(self, data: bytes, digest: str, started: Answer | None = None) -> None:
        """Send *data*, into the upload that has *started*; what is lost is begun anew, unless only the answer was."""
        for left in reversed(range(_STEPS)):
            if started is None:
                started = self._ask("POST", self._path("blobs/uploads/"), accepted={202}, push=True)
            try:
                self._send(self._location(started), data, digest)
                return
            except RegistryError as error:
                if error.code not in ("registry-answer", "registry-unreachable"):
                    raise
                if self._has(digest):
                    return
                if not left:
                    raise
                started = None

    def _send(self, place: str, data: bytes, digest: str) -> None:
        body = data
        if len(data) > CHUNK:
            place, body = self._upload_parts(place, data), b""
        address = urlsplit(place)
        query = "&".join(filter(None, (address.query, urlencode({"digest": digest}))))
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(body))}
        self._ask(
            "PUT", urlunsplit(address._replace(query=query)), headers=headers, data=body, accepted={201}, push=True
        )

    def _upload_parts(self, place: str, data: bytes) -> str:
        """Send *data* part by part, and go on from where the registry is when one is lost; return where to end."""
        start, lost = 0, 0
        while start < len(data):
            part = data[start : start + CHUNK]
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Length": str(len(part)),
                "Content-Range": f"{start}-{start + len(part) - 1}",
            }
            try:
                answer = self._ask("PATCH", place, headers=headers, data=part, accepted={202}, push=True, attempts=1)
                start += len(part)
            except RegistryError:
                lost += 1
                if lost > _STEPS:
                    raise
                answer = self._ask("GET", place, accepted={204}, push=True)
                start = self._received(answer, len(data))
            place = self._location(answer)
        return place

    def _received(self, answer: Answer, size: int) -> int:
        """Return how many bytes of an upload the registry has."""
        found = re.fullmatch(r"(?:bytes=)?0-(\d+)", answer.header("Range"))
        if found is None or int(found[1]) >= size:
            return 0
        return int(found[1]) + 1 if found[1] != "0" else 0

    def _location(self, answer: Answer) -> str:
        target = answer.header("Location")
        if not target:
            raise RegistryError(f"{self._where} does not say where to upload to", code="registry-answer")
        address = urljoin(answer.address, target)
        if urlsplit(address).scheme != urlsplit(self._transport.base).scheme:
            raise RegistryError(f"{self._where} sends an upload away from HTTPS", code="registry-answer")
        return address

    def put_manifest(self, data: bytes, media_type: str, tag: str | None) -> Descriptor:
        """Store a manifest whose blobs are there already, and let *tag* name it."""
        descriptor = descriptor_of(data, media_type)
        path = self._path(f"manifests/{tag or descriptor.digest}")
        answer = self._ask("PUT", path, headers={"Content-Type": media_type}, data=data, accepted={201}, push=True)
        stored = answer.header("Docker-Content-Digest")
        if stored.startswith("sha256:") and stored != descriptor.digest:
            message = f"{self._where} stored {stored} instead of {descriptor.digest}"
            raise DamagedError(message, code="digest-mismatch")
        if media_type == MANIFEST:
            self._list_referrer(data, descriptor, answer)
        return descriptor

    # Referrers

    def referrers(self, digest: str, artifact_type: str) -> Sequence[Descriptor]:
        """Return the manifests of that type whose subject has *digest*, by the API or by the fallback tag."""
        path = self._path(f"referrers/{digest}") + "?" + urlencode({"artifactType": artifact_type})
        found: list[Descriptor] = []
        for answer in self._pages(path):
            if answer.status == 404:
                stored = self.manifest(_fallback_tag(digest))
                found += parse_index(stored.data, self._where) if stored is not None else ()
                break
            self._json(answer)
            found += parse_index(answer.body, self._where)
        return [one for one in found if one.artifact_type == artifact_type]

    def _list_referrer(self, data: bytes, descriptor: Descriptor, answer: Answer) -> None:
        """List a manifest with a subject under the fallback tag, where the registry does not do so itself."""
        stored = Stored(descriptor=descriptor, data=data)
        manifest = parse_manifest(stored, self._where)
        if manifest.subject is None or answer.header("OCI-Subject"):
            return
        tag = _fallback_tag(manifest.subject.digest)
        index = self.manifest(tag)
        listed = parse_index(index.data, self._where) if index is not None else []
        if all(one.digest != descriptor.digest for one in listed):
            mine = descriptor_of(data, MANIFEST, artifact_type=manifest.kind, annotations=manifest.annotations)
            self.put_manifest(index_bytes([*listed, mine]), INDEX, tag)

    # Asking

    def _path(self, rest: str) -> str:
        return f"/v2/{self._name}/{rest}"

    def _ask(
        self,
        method: str,
        path: str,
        *,
        accepted: set[int],
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
        limit: int = 1024 * 1024,
        push: bool = False,
        attempts: int = 5,
    ) -> Answer:
        return self._transport.send(
            Ask(
                method=method,
                path=path,
                scope=f"repository:{self._name}:{'pull,push' if push else 'pull'}",
                headers=headers or {},
                data=data,
                limit=limit,
                accepted=frozenset(accepted),
                attempts=attempts,
            )
        )

    def _json(self, answer: Answer) -> dict[str, object]:
        """Return the object that an answer holds; a page for people is told as one."""
        if answer.header("Content-Type").partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml"):
            message = f"{self._transport.host} answers with a page for people, not as a registry"
            hint = "check the name of the registry, and whether a proxy wants a sign-in"
            raise RegistryError(message, code="registry-answer", hint=hint)
        try:
            return parse_object(answer.body, self._where)
        except DamagedError as error:
            raise RegistryError(error.message, code="registry-answer") from error


def _fallback_tag(digest: str) -> str:
    """Return the tag under which referrers of *digest* are listed where the registry has no API for them."""
    return digest.replace(":", "-")
