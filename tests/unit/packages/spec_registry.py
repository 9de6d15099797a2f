"""A registry in memory, as the OCI distribution specification 1.1 has it, with the API for referrers."""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from armlib.packages.oci import INDEX, digest_of

_ROUTE = re.compile(r"/v2/(?P<name>[a-z0-9/_.-]+?)/(?P<kind>blobs/uploads|blobs|manifests|referrers|tags)/(?P<what>.*)")
_PAGE = 2  # referrers in one answer


@dataclass
class Request:
    """What a client asked for; *query* and *form* have the first value of each name."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Answer:
    """What the registry says."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class SpecRegistry:
    """The registry: *host* is where it is, *requests* what it was asked.

    *before* may answer a request in its place: a guard, or a token service.
    """

    host: str = ""
    before: Callable[[Request], Answer | None] = lambda request: None
    requests: list[Request] = field(default_factory=list)
    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    uploads: dict[str, bytearray] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        """Return the answer to *request*."""
        said = self.before(request)
        if said is not None:
            return said
        if request.path == "/v2/":
            return Answer(200)
        found = _ROUTE.fullmatch(request.path)
        if found is None:
            return Answer(404)
        work = {
            "blobs/uploads": self._upload,
            "blobs": self._blob,
            "manifests": self._manifest,
            "referrers": self._referrers,
            "tags": self._tags,
        }[found["kind"]]
        return work(request, found["name"], found["what"])

    def _upload(self, request: Request, name: str, id_: str) -> Answer:
        if request.method == "POST":
            source = request.query.get("from", ""), request.query.get("mount", "")
            if source in self.blobs:
                self.blobs[name, source[1]] = self.blobs[source]
                return Answer(201, headers={"Location": f"/v2/{name}/blobs/{source[1]}"})
            id_ = str(len(self.uploads))
            self.uploads[id_] = bytearray()
            return Answer(202, headers={"Location": f"/v2/{name}/blobs/uploads/{id_}"})
        upload = self.uploads[id_]
        place = {"Location": f"/v2/{name}/blobs/uploads/{id_}"}
        if request.method == "PATCH":
            start = request.headers.get("Content-Range", f"{len(upload)}-").partition("-")[0]
            if int(start) != len(upload):
                return Answer(416)
            upload += request.body
        if request.method in ("PATCH", "GET"):
            status = 202 if request.method == "PATCH" else 204
            return Answer(status, headers={**place, "Range": f"0-{max(len(upload) - 1, 0)}"})
        data = bytes(upload) + request.body
        if digest_of(data) != request.query.get("digest"):
            return Answer(400)
        self.blobs[name, digest_of(data)] = data
        return Answer(201, headers={"Location": f"/v2/{name}/blobs/{digest_of(data)}"})

    def _blob(self, request: Request, name: str, digest: str) -> Answer:
        data = self.blobs.get((name, digest))
        return Answer(404) if data is None else Answer(200, data)

    def _manifest(self, request: Request, name: str, reference: str) -> Answer:
        if request.method != "PUT":
            digest = self.tags.get((name, reference), reference)
            found = self.manifests.get((name, digest))
            return Answer(404) if found is None else Answer(200, found[1], {"Content-Type": found[0]})
        digest, said = digest_of(request.body), json.loads(request.body)
        for blob in [said["config"], *said["layers"]] if "config" in said else []:
            if (name, blob["digest"]) not in self.blobs:
                return Answer(404, b'{"errors": [{"code": "MANIFEST_BLOB_UNKNOWN"}]}')
        self.manifests[name, digest] = request.headers["Content-Type"], request.body
        if ":" not in reference:
            self.tags[name, reference] = digest
        subject = {"OCI-Subject": said["subject"]["digest"]} if "subject" in said else {}
        return Answer(201, headers={"Docker-Content-Digest": digest, **subject})

    def _referrers(self, request: Request, name: str, digest: str) -> Answer:
        found = []
        for (where, one), (media_type, data) in self.manifests.items():
            said = json.loads(data)
            kind = said.get("artifactType") or said.get("config", {}).get("mediaType")
            if where == name and said.get("subject", {}).get("digest") == digest:
                found.append({"mediaType": media_type, "digest": one, "size": len(data), "artifactType": kind})
        wanted = request.query.get("artifactType")
        found = [one for one in found if one["artifactType"] == wanted] if wanted else found
        start = int(request.query.get("start", "0"))
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": found[start : start + _PAGE]}
        headers = {"Content-Type": INDEX, "OCI-Filters-Applied": "artifactType" if wanted else ""}
        if start + _PAGE < len(found):
            headers["Link"] = f'<{request.path}?artifactType={wanted}&start={start + _PAGE}>; rel="next"'
        return Answer(200, json.dumps(index).encode(), headers)

    def _tags(self, request: Request, name: str, what: str) -> Answer:
        found = sorted(tag for where, tag in self.tags if where == name)
        return Answer(200, json.dumps({"name": name, "tags": found}).encode()) if found else Answer(404)


@contextlib.contextmanager
def spec_registry(
    before: Callable[[Request], Answer | None] = lambda request: None, *, tls: tuple[Path, Path] | None = None
) -> Iterator[SpecRegistry]:
    """Run such a registry; *tls* are the files of its certificate and key."""
    registry = SpecRegistry(before=before)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else a body waits 40 ms for the headers before it to be confirmed

        def serve(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, parts.path, dict(self.headers), body, query)
            registry.requests.append(request)
            answer = registry.answer(request)
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = serve  # noqa: N815 - as the server calls them

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    registry.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
