"""The client of registries, against Debian's docker-registry and against servers that lie."""

from __future__ import annotations

import base64
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from armlib.errors import ArmlibError
from armlib.packages import client as client_module
from armlib.packages import http as http_module
from armlib.packages.client import RegistryRepository
from armlib.packages.credentials import Credential, find_credential
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.http import Transport
from armlib.packages.layout import Layout
from armlib.packages.oci import EMPTY, MANIFEST, Repository, canonical, descriptor_of, digest_of, manifest_bytes
from tests.unit.packages.registry_server import PASSWORD, USER, Reply, Rule, Server, docker_registry, liar

EMPTY_CONFIG = descriptor_of(b"{}", EMPTY)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


def repository_at(host: str, name: str = "area/web", credential: Credential | None = None) -> RegistryRepository:
    waits: list[float] = []
    transport = Transport(host, lambda: credential, sleep=waits.append)
    transport.waits = waits  # type: ignore[attr-defined]  # for the tests that look
    return RegistryRepository(transport, name)


def store(repository: Repository, content: bytes, tag: str) -> str:
    """Store an artifact with one layer and return the digest of its manifest."""
    repository.put_blob(b"{}")
    repository.put_blob(content)
    layer = descriptor_of(content, "text/plain")
    return repository.put_manifest(manifest_bytes("x/y", EMPTY_CONFIG, [layer], {}), MANIFEST, tag).digest


@pytest.fixture(params=["server", "layout"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    """A repository of each kind; both must behave alike."""
    if request.param == "layout":
        return Layout(tmp_path / "layout").repository("area/web")
    name = f"r{random.getrandbits(40):x}/web"
    return repository_at(request.getfixturevalue("server").host, name)


def test_what_is_stored_is_there_by_tag_and_by_digest(repository: Repository) -> None:
    assert list(repository.tags()) == []
    assert repository.manifest("1.0.0") is None
    digest = store(repository, b"content", "1.0.0")
    store(repository, b"other", "1.1.0")
    assert sorted(repository.tags()) == ["1.0.0", "1.1.0"]
    for reference in ("1.0.0", digest):
        stored = repository.manifest(reference)
        assert stored is not None
        assert stored.descriptor.digest == digest
    assert repository.blob(descriptor_of(b"content", "text/plain")) == b"content"


def test_referrers_are_found_with_and_without_the_api(repository: Repository) -> None:
    subject = store(repository, b"content", "1.0.0")
    stored = repository.manifest("1.0.0")
    assert stored is not None
    for text in (b"one", b"two"):
        repository.put_blob(text)
        layer = descriptor_of(text, "text/plain")
        data = manifest_bytes("a/signature", EMPTY_CONFIG, [layer], {}, subject=stored.descriptor)
        repository.put_manifest(data, MANIFEST, None)
        repository.put_manifest(data, MANIFEST, None)
    assert len(repository.referrers(subject, "a/signature")) == 2
    assert repository.referrers(subject, "another/kind") == []
    assert repository.referrers(digest_of(b"none"), "a/signature") == []


def test_a_missing_blob_is_told(repository: Repository) -> None:
    store(repository, b"content", "1.0.0")
    with pytest.raises(RegistryError) as caught:
        repository.blob(descriptor_of(b"never", "text/plain"))
    assert caught.value.code == "blob-missing"


def test_a_large_blob_goes_up_in_parts(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "CHUNK", 1000)
    content = random.Random(1).randbytes(4500)
    repository = repository_at(server.host, "area/parts")
    assert repository.put_blob(content) == digest_of(content)
    assert repository.blob(descriptor_of(content, "text/plain")) == content


def test_an_upload_goes_on_where_it_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try of every second part is lost after the server has got it, or before."""
    monkeypatch.setattr(client_module, "CHUNK", 10)
    content = bytes(range(35))
    received = bytearray()
    losses = itertools.cycle([False, True, True, False])

    def rule(method: str, path: str, headers: dict[str, str]) -> Reply:
        if method == "HEAD":
            return Reply(404)
        if method == "POST":
            return Reply(202, headers={"Location": "/upload/1"})
        if method == "PATCH":
            first, _, last = headers["Content-Range"].partition("-")
            assert int(first) == len(received), "a part came twice, or out of order"
            received.extend(content[int(first) : int(last) + 1])
            return Reply(503) if next(losses) else Reply(202, headers={"Location": "/upload/1"})
        if method == "GET":
            return Reply(204, headers={"Range": f"0-{len(received) - 1}", "Location": "/upload/1"})
        return Reply(201)

    with liar(rule) as running:
        repository_at(running.host).put_blob(content)
    assert bytes(received) == content


def test_what_was_changed_on_the_disk_of_the_registry_is_refused(server: Server) -> None:
    content = b"some content"
    repository = repository_at(server.host, "area/tampered")
    store(repository, content, "1.0.0")
    name = digest_of(content).removeprefix("sha256:")
    (server.storage / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data").write_bytes(b"SOME content")
    with pytest.raises(DamagedError) as caught:
        repository.blob(descriptor_of(content, "text/plain"))
    assert caught.value.code == "digest-mismatch"


def test_a_blob_that_is_there_is_not_sent_again(server: Server) -> None:
    repository = repository_at(server.host, "area/twice")
    digest = repository.put_blob(b"once")
    assert repository.put_blob(b"once") == digest
    assert [one.split()[0] for one in server.requests("area/twice")] == ["HEAD", "POST", "PUT", "HEAD"]


def test_a_registry_takes_a_blob_over_from_its_other_repository(server: Server) -> None:
    store(repository_at(server.host, "area/from"), b"mounted", "1.0.0")
    other = repository_at(server.host, "area/to")
    blob = descriptor_of(b"mounted", "text/plain")
    for _ in range(2):
        other.copy_blob(blob, never, "area/from")
    assert other.blob(blob) == b"mounted"
    query = f"blobs/uploads/?mount={blob.digest.replace(':', '%3A')}&from=area%2Ffrom"
    assert server.requests("area/to")[:3] == [
        f"HEAD blobs/{blob.digest} 404",
        f"POST {query} 201",
        f"HEAD blobs/{blob.digest} 200",
    ]


def never() -> bytes:
    raise AssertionError("the registry has it")


def test_what_the_other_repository_does_not_have_is_sent(server: Server) -> None:
    repository = repository_at(server.host, "area/sent")
    blob = descriptor_of(b"sent", "text/plain")
    repository.copy_blob(blob, lambda: b"sent", "area/nowhere")
    assert repository.blob(blob) == b"sent"
    assert [one.split()[0] for one in server.requests("area/sent")][:3] == ["HEAD", "POST", "PUT"], "one upload"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_a_registry_that_does_not_take_over_blobs_is_sent_them(status: int) -> None:
    def rule(method: str, path: str, headers: dict[str, str]) -> Reply:
        if method == "HEAD":
            return Reply(404)
        if method == "POST":
            return Reply(status) if "mount=" in path else Reply(202, headers={"Location": "/upload/1"})
        return Reply(201)

    with liar(rule) as running:
        repository_at(running.host).copy_blob(descriptor_of(b"x", "text/plain"), lambda: b"x", "area/other")
    assert [method for method, _, _ in running.requests] == ["HEAD", "POST", "POST", "PUT"]


# Lying and failing registries

DATA = b"the blob"
BLOB = descriptor_of(DATA, "text/plain")


def endless() -> Iterator[bytes]:
    while True:
        yield bytes(65536)


def chunked(*parts: bytes) -> Reply:
    return Reply(
        200,
        iter([b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]),
        {"Transfer-Encoding": "chunked"},
    )


def always(**reply: object) -> Rule:
    return lambda method, path, headers: Reply(**reply)  # type: ignore[arg-type]


BLOB_LIES: dict[str, tuple[Rule, str]] = {
    "other bytes": (always(body=b"THE blob"), "digest-mismatch"),
    "too few bytes": (always(body=b"the"), "digest-mismatch"),
    "too many bytes": (always(body=DATA + b"!"), "too-large"),
    "too many bytes without saying so": (lambda *_: chunked(DATA, b"!"), "too-large"),
    "fewer than it announces": (always(body=DATA, headers={"Content-Length": "8000"}), "too-large"),
    "cut off": (always(body=b"the", headers={"Content-Length": "8"}), "registry-unreachable"),
    "an endless body": (lambda *_: Reply(200, endless()), "too-large"),
    "a bomb": (
        always(body=__import__("gzip").compress(bytes(10**7)), headers={"Content-Encoding": "gzip"}),
        "too-large",
    ),
    "a redirect to itself": (always(status=307, headers={"Location": "/v2/x"}), "registry-redirects"),
    "a redirect to a file": (always(status=307, headers={"Location": "file:///etc/passwd"}), "registry-redirects"),
    "a redirect to nowhere": (always(status=307, headers={"Location": "http://[::"}), "registry-redirects"),
    "not found": (always(status=404), "blob-missing"),
    "not authorized": (always(status=401), "registry-refused"),
    "a sign-in at a plain address": (
        always(status=401, headers={"WWW-Authenticate": 'Bearer realm="http://example.com/token",service="x"'}),
        "registry-answer",
    ),
    "forbidden": (always(status=403), "registry-refused"),
    "too many requests": (always(status=429), "registry-busy"),
    "too many requests for long": (always(status=429, headers={"Retry-After": "7200"}), "registry-busy"),
    "an internal error": (always(status=500), "registry-unreachable"),
    "a teapot": (always(status=418), "registry-answer"),
}


@pytest.mark.parametrize("lie", BLOB_LIES)
def test_a_lie_about_a_blob_is_told(lie: str) -> None:
    rule, code = BLOB_LIES[lie]
    with liar(rule) as running, pytest.raises(ArmlibError) as caught:
        repository_at(running.host).blob(BLOB)
    assert caught.value.code == code, caught.value.message


MANIFEST_LIES: dict[str, tuple[Rule, str]] = {
    "a page for people": (
        always(body=b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}),
        "registry-answer",
    ),
    "no JSON": (always(body=b"{"), "registry-answer"),
    "an array": (always(body=b"[]"), "registry-answer"),
    "JSON without end": (always(body=b"[" * 200_000), "registry-answer"),
    "another digest": (always(body=b"{}", headers={"Docker-Content-Digest": f"sha256:{'0' * 64}"}), "digest-mismatch"),
    "too much": (always(body=b" " * (5 * 2**20)), "too-large"),
    "an endless body": (lambda *_: Reply(200, endless()), "too-large"),
}


@pytest.mark.parametrize("lie", MANIFEST_LIES)
def test_a_lie_about_a_manifest_is_told(lie: str) -> None:
    rule, code = MANIFEST_LIES[lie]
    with liar(rule) as running, pytest.raises(ArmlibError) as caught:
        repository_at(running.host).manifest("1.0.0")
    assert caught.value.code == code, caught.value.message


def test_a_manifest_that_is_not_the_one_of_the_digest_is_refused() -> None:
    with liar(always(body=b"{}")) as running, pytest.raises(DamagedError) as caught:
        repository_at(running.host).manifest(digest_of(b"{ }"))
    assert caught.value.code == "digest-mismatch"


def test_a_body_that_trickles_does_not_take_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "_LEAST_TIME", 0.2)
    monkeypatch.setattr(http_module, "_LEAST_RATE", 2**40)

    def trickle() -> Iterator[bytes]:
        while True:
            time.sleep(0.02)
            yield b" "

    with liar(lambda *_: Reply(200, trickle())) as running, pytest.raises(RegistryError) as caught:
        repository_at(running.host).manifest("1.0.0")
    assert caught.value.code == "registry-unreachable"
    assert "did not end within" in caught.value.message


TAG_LIES: dict[str, Rule] = {
    "tags that are no texts": always(body=b'{"tags": [1]}'),
    "tags that are no list": always(body=b'{"tags": {"a": 1}}'),
    "a page for people": always(body=b"<html>", headers={"Content-Type": "text/html"}),
    "the rest elsewhere": always(body=b'{"tags": ["1"]}', headers={"Link": '<http://127.0.0.2:1/x>; rel="next"'}),
}


@pytest.mark.parametrize("lie", TAG_LIES)
def test_a_lie_about_tags_is_told(lie: str) -> None:
    with liar(TAG_LIES[lie]) as running, pytest.raises(RegistryError) as caught:
        repository_at(running.host).tags()
    assert caught.value.code == "registry-answer"


def test_tags_come_in_pages_and_an_endless_list_ends() -> None:
    def paged(method: str, path: str, headers: dict[str, str]) -> Reply:
        more = {} if "last=b" in path else {"Link": '</v2/area/web/tags/list?last=b>; rel="next"'}
        return Reply(200, json.dumps({"tags": ["c"] if "last=b" in path else ["a", "b"]}).encode(), more)

    with liar(paged) as running:
        assert repository_at(running.host).tags() == ["a", "b", "c"]
    endless_pages = always(body=b'{"tags": ["1"]}', headers={"Link": '</v2/x?more>; rel="next"'})
    with liar(endless_pages) as running:
        assert len(repository_at(running.host).tags()) == 200


def test_what_passes_is_tried_again_with_growing_pauses() -> None:
    answers = iter([Reply(503), Reply(429, headers={"Retry-After": "7"}), Reply(500), Reply(200, DATA)])
    with liar(lambda *_: next(answers)) as running:
        repository = repository_at(running.host)
        assert repository.blob(BLOB) == DATA
    first, second, third = repository._transport.waits  # type: ignore[attr-defined]
    assert 0.3 < first < 0.7
    assert second == 7
    assert 1.5 < third < 2.5


def test_a_registry_that_is_not_there_is_told() -> None:
    with pytest.raises(RegistryError) as caught:
        repository_at("127.0.0.1:1").tags()
    assert caught.value.code == "registry-unreachable"


def test_who_was_not_there_is_not_waited_for_again() -> None:
    repository = repository_at("127.0.0.1:1")
    waits: list[float] = repository._transport.waits  # type: ignore[attr-defined]
    for _ in range(3):
        with pytest.raises(RegistryError):
            repository.tags()
        assert len(waits) == 4


# Signing in

SECRET = "s3cr3t-token"


def guarded(credential: Credential | None = None) -> tuple[Rule, Callable[[Credential | None], RegistryRepository]]:
    """Return the rule of a registry with a token service, which gives tokens to USER or to an identity token."""

    def rule(method: str, path: str, headers: dict[str, str]) -> Reply:
        host = headers["Host"]
        if path.startswith("/token"):
            basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if headers.get("Authorization") == basic or method == "POST":
                return Reply(200, json.dumps({"access_token": SECRET}).encode())
            return Reply(401)
        if headers.get("Authorization") != f"Bearer {SECRET}":
            return Reply(401, headers={"WWW-Authenticate": f'Bearer realm="http://{host}/token",service="registry"'})
        return Reply(200, DATA)

    return rule, lambda credential: repository_at("", credential=credential)


@pytest.mark.parametrize("credential", [Credential(user=USER, password=PASSWORD), Credential(identity_token="refresh")])
def test_a_token_is_fetched_once_and_used_again(credential: Credential) -> None:
    with liar(guarded()[0]) as running:
        repository = repository_at(running.host, credential=credential)
        assert repository.blob(BLOB) == DATA
        assert repository.blob(BLOB) == DATA
    assert [path.partition("?")[0] for _, path, _ in running.requests].count("/token") == 1
    asked = next(path for _, path, _ in running.requests if path.startswith("/token"))
    if credential.user:
        assert asked == "/token?service=registry&scope=repository%3Aarea%2Fweb%3Apull"


def test_without_a_right_password_the_error_says_how_to_sign_in_and_no_secret() -> None:
    with liar(guarded()[0]) as running, pytest.raises(RegistryError) as caught:
        repository_at(running.host, credential=Credential(user=USER, password="wrong-pass")).blob(BLOB)
    told = f"{caught.value.message} {caught.value.hint} {caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.code == "registry-refused"
    assert "docker login" in told
    assert "wrong-pass" not in told


def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    with liar(always(body=DATA)) as other:

        def rule(method: str, path: str, headers: dict[str, str]) -> Reply:
            if "Authorization" not in headers:
                return Reply(401, headers={"WWW-Authenticate": 'Basic realm="x"'})
            return Reply(307, headers={"Location": f"http://{other.host}/elsewhere"})

        with liar(rule) as running:
            repository = repository_at(running.host, credential=Credential(user=USER, password=PASSWORD))
            assert repository.blob(BLOB) == DATA
    assert all("Authorization" not in headers for _, _, headers in other.requests)


def test_netrc_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with liar(always(body=DATA)) as running:
        repository_at(running.host).blob(BLOB)
    assert "Authorization" not in running.requests[0][2]


def test_docker_registry_lets_in_who_has_the_password(tmp_path: Path) -> None:
    with docker_registry(tmp_path, auth=True) as running:
        store(repository_at(running.host, credential=Credential(user=USER, password=PASSWORD)), b"x", "1.0.0")
        assert repository_at(running.host, credential=Credential(user=USER, password=PASSWORD)).tags() == ["1.0.0"]
        for credential in (None, Credential(user=USER, password="wrong")):
            with pytest.raises(RegistryError) as caught:
                repository_at(running.host, credential=credential).tags()
            assert caught.value.code == "registry-refused"


def write_config(folder: Path, config: object) -> dict[str, str]:
    (folder / "config.json").write_bytes(canonical(config))  # type: ignore[arg-type]
    return {"DOCKER_CONFIG": str(folder)}


def test_credentials_are_those_of_docker(tmp_path: Path) -> None:
    auth = base64.b64encode(b"me:pa:ss").decode()
    environ = write_config(
        tmp_path, {"auths": {"h.example.com": {"auth": auth}, "t.example.com": {"identitytoken": "t"}}}
    )
    assert find_credential("h.example.com", environ) == Credential(user="me", password="pa:ss")
    assert find_credential("t.example.com", environ) == Credential(identity_token="t")
    assert find_credential("other.example.com", environ) is None
    assert find_credential("h.example.com", {"DOCKER_CONFIG": str(tmp_path / "none")}) is None
    assert "pa:ss" not in repr(find_credential("h.example.com", environ))


def test_credential_helpers_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-mine"
    helper.write_text('#!/bin/sh\nread host; echo "{\\"Username\\": \\"me\\", \\"Secret\\": \\"$host\\"}"\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    for config in ({"credHelpers": {"h.example.com": "mine"}}, {"credsStore": "mine"}):
        found = find_credential("h.example.com", write_config(tmp_path, config))
        assert found == Credential(user="me", password="h.example.com")


def test_azure_gives_an_identity_token_for_its_registries() -> None:
    environ = {"DOCKER_CONFIG": "/nonexistent"}
    found = find_credential("mine.azurecr.io", environ, lambda host: f"for {host}")
    assert found == Credential(identity_token="for mine.azurecr.io")
    assert find_credential("mine.example.com", environ, lambda host: "no") is None


@pytest.mark.parametrize(
    "config",
    [
        "[]",
        "{",
        {"auths": {"h": {"auth": "!"}}},
        {"auths": {"h": 1}},
        {"credHelpers": {"h": "../x"}},
        {"credHelpers": {"h": "nonexistent"}},
    ],
)
def test_a_wrong_configuration_of_docker_is_told(config: object, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    with pytest.raises(PackageError) as caught:
        find_credential("h", {"DOCKER_CONFIG": str(tmp_path)})
    assert caught.value.code == "credentials"
