"""Signing in at registries: what docker keeps, its helpers, tokens that docker-registry verifies, and Azure's flow."""

from __future__ import annotations

import base64
import importlib.util
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from armlib.packages.client import RegistryRepository
from armlib.packages.credentials import Credential, find_credential, from_environment
from armlib.packages.errors import RegistryError
from armlib.packages.http import Transport
from armlib.packages.oci import descriptor_of
from tests.unit.packages.certificates import Authority, authority, issue
from tests.unit.packages.registry_server import PASSWORD, USER, Server, docker_registry
from tests.unit.packages.spec_registry import Answer, Request, SpecRegistry, spec_registry
from tests.unit.packages.tcp import proxy
from tests.unit.packages.test_network import VARIABLES

BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
CONTENT = descriptor_of(b"content", "text/plain")
IDENTITY = "identity-t0ken"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a configuration of docker, nor proxies."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return tmp_path


def write_config(home: Path, config: object) -> None:
    (home / "config.json").write_text(json.dumps(config))


def write_helper(home: Path, monkeypatch: pytest.MonkeyPatch, user: str, secret: str) -> None:
    """Install ``docker-credential-tests``, which knows one host and keeps what it was asked."""
    helper = home / "docker-credential-tests"
    said = json.dumps({"ServerURL": "x", "Username": user, "Secret": secret})
    helper.write_text(
        f'#!/bin/sh\n[ "$1" = get ] || exit 1\nread -r host\necho "$host" >> \'{home}/asked\'\n'
        f"case $host in 127.*|*docker.io*) echo '{said}' ;;\n"
        "*) echo 'credentials not found in native keychain'; exit 1 ;; esac\n"
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(home), prepend=":")


def repository(host: str, name: str = "area/web", ca: str | None = None) -> RegistryRepository:
    """Return a repository where we are who the environment says."""
    transport = Transport(host, lambda: from_environment(host, ca), ca_file=ca, sleep=lambda _: None)
    return RegistryRepository(transport, name)


# What docker keeps


@pytest.fixture(scope="module")
def with_password(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with docker_registry(tmp_path_factory.mktemp("htpasswd"), auth=True) as server:
        yield server


@pytest.mark.parametrize("form", ["{}", "http://{}", "https://{}/v2/", "https://{}/v1/", "https://{}/"])
def test_a_password_that_docker_login_kept_opens_the_registry(form: str, with_password: Server, home: Path) -> None:
    write_config(home, {"auths": {form.format(with_password.host): {"auth": BASIC}}})
    one = repository(with_password.host)
    one.put_blob(b"content")
    assert one.blob(CONTENT) == b"content"


@pytest.mark.parametrize("table", ["credHelpers", "credsStore"])
def test_a_helper_opens_the_registry(
    table: str, with_password: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_helper(home, monkeypatch, USER, PASSWORD)
    write_config(home, {table: "tests" if table == "credsStore" else {with_password.host: "tests"}})
    repository(with_password.host).put_blob(b"content")
    assert (home / "asked").read_text().splitlines() == [with_password.host]


def test_a_helper_that_knows_nothing_leaves_us_nameless(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_helper(home, monkeypatch, USER, PASSWORD)
    write_config(home, {"credsStore": "tests"})
    assert from_environment("registry.example.com") is None


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_dockers_own_registry_goes_by_its_old_address(host: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_config(home, {"auths": {"https://index.docker.io/v1/": {"auth": BASIC}}})
    assert from_environment(host) == Credential(user=USER, password=PASSWORD)
    write_helper(home, monkeypatch, "<token>", IDENTITY)
    write_config(home, {"auths": {"https://index.docker.io/v1/": {}}, "credsStore": "tests"})
    assert from_environment(host) == Credential(identity_token=IDENTITY)
    assert (home / "asked").read_text().splitlines() == ["https://index.docker.io/v1/"]


def test_another_host_gets_nothing(home: Path) -> None:
    write_config(home, {"auths": {"https://registry.example.com.evil.example.org/v1/": {"auth": BASIC}, "x": {}}})
    assert from_environment("registry.example.com") is None
    assert find_credential("x", {"DOCKER_CONFIG": str(home)}) is None


# Tokens that docker-registry verifies


@dataclass(frozen=True)
class TokenService:
    """Who gives tokens, as the registry of docker wants them: its key, and what it was asked."""

    by: Authority
    asked: list[dict[str, str]]

    def answer(self, request: Request) -> Answer:
        """Return a token for whoever has the password, or the identity token; a wrong one is refused."""
        form = request.form if request.method == "POST" else request.query
        self.asked.append(form)
        said = request.headers.get("Authorization")
        if form.get("refresh_token", IDENTITY) != IDENTITY or said not in (None, f"Basic {BASIC}"):
            return Answer(401)
        known = said is not None or "refresh_token" in form
        access = [_access(one, known=known) for one in form.get("scope", "").split()]
        name = "access_token" if request.method == "POST" else "token"
        return Answer(200, json.dumps({name: self._token(form["service"], access)}).encode())

    def _token(self, service: str, access: list[dict[str, object]]) -> str:
        now = int(time.time())
        certificate = base64.b64encode(self.by.certificate.public_bytes(Encoding.DER)).decode()
        header = {"typ": "JWT", "alg": "ES256", "x5c": [certificate]}
        times = {"iat": now, "nbf": now - 10, "exp": now + 300, "jti": secrets.token_hex(8)}
        claims = {"iss": "tests", "sub": USER, "aud": service, "access": access, **times}
        signed = f"{_url64(json.dumps(header).encode())}.{_url64(json.dumps(claims).encode())}"
        first, second = decode_dss_signature(self.by.key.sign(signed.encode(), ECDSA(hashes.SHA256())))
        return f"{signed}.{_url64(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"


def _access(scope: str, *, known: bool) -> dict[str, object]:
    kind, name, actions = scope.split(":")
    allowed = [one for one in actions.split(",") if known or one == "pull"]
    return {"type": kind, "name": name, "actions": allowed}


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture(scope="module")
def with_tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, TokenService]]:
    """docker-registry, which believes the tokens of a service."""
    folder = tmp_path_factory.mktemp("tokens")
    service = TokenService(authority("tokens"), [])
    (folder / "roots.pem").write_bytes(service.by.pem)
    with spec_registry(service.answer) as running:
        realm = f"http://{running.host}/token"
        auth = f"auth: {{ token: {{ realm: '{realm}', service: docker, issuer: tests, "
        auth += f"rootcertbundle: '{folder / 'roots.pem'}' }} }}\n"
        with docker_registry(folder, more=auth) as server:
            yield server, service


@pytest.mark.parametrize("kind", ["password", "identity token", "helper", "helper with an identity token"])
def test_tokens_open_the_registry(
    kind: str, with_tokens: tuple[Server, TokenService], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, service = with_tokens
    entry = {"auth": BASIC} if kind == "password" else {"identitytoken": IDENTITY}
    write_config(home, {"auths": {server.host: entry}})
    if kind.startswith("helper"):
        user, secret = ("<token>", IDENTITY) if "identity" in kind else (USER, PASSWORD)
        write_helper(home, monkeypatch, user, secret)
        write_config(home, {"credsStore": "tests"})
    name = kind.replace(" ", "-")
    service.asked.clear()
    one = repository(server.host, name)
    one.put_blob(b"content")
    assert one.blob(CONTENT) == b"content"
    assert [asked["scope"] for asked in service.asked] == [f"repository:{name}:pull,push", f"repository:{name}:pull"]
    assert ("grant_type" in service.asked[0]) == ("identity" in kind)


def test_a_blob_is_taken_over_with_a_token_for_both_repositories(
    with_tokens: tuple[Server, TokenService], home: Path
) -> None:
    server, service = with_tokens
    write_config(home, {"auths": {server.host: {"auth": BASIC}}})
    repository(server.host, "mount/from").put_blob(b"content")
    service.asked.clear()
    repository(server.host, "mount/to").copy_blob(CONTENT, lambda: pytest.fail("it is there"), "mount/from")
    both = {"repository:mount/to:pull,push", "repository:mount/from:pull"}
    assert both in [set(asked["scope"].split()) for asked in service.asked]


def test_whoever_may_only_read_is_told_when_writing(with_tokens: tuple[Server, TokenService]) -> None:
    server, _ = with_tokens
    with pytest.raises(RegistryError) as caught:
        repository(server.host, "nobody").put_blob(b"content")
    assert caught.value.code == "registry-refused"
    assert caught.value.hint is not None
    assert f"docker login {server.host}" in caught.value.hint


def test_a_wrong_password_is_told_and_not_shown(with_tokens: tuple[Server, TokenService], home: Path) -> None:
    server, _ = with_tokens
    wrong = base64.b64encode(b"reader:wr0ng").decode()
    write_config(home, {"auths": {server.host: {"auth": wrong}}})
    with pytest.raises(RegistryError) as caught:
        repository(server.host).tags()
    told = f"{caught.value.message} {caught.value.hint} {caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.code == "registry-refused"
    assert "wr0ng" not in told
    assert wrong not in told


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(200, b"<html>please sign in"), "registry-answer"),
        (Answer(200, b"{}"), "registry-answer"),
        (Answer(200, b'{"token": "two\\nlines"}'), "registry-answer"),
        (Answer(200, b" " * 300_000), "too-large"),
        (Answer(403), "registry-refused"),
        (Answer(503), "registry-unreachable"),
    ],
)
def test_a_token_service_that_gives_no_token_is_told(answer: Answer, code: str) -> None:
    def before(request: Request) -> Answer:
        if request.path == "/token":
            return answer
        realm = f'Bearer realm="http://{request.headers["Host"]}/token",service="x"'
        return Answer(401, headers={"WWW-Authenticate": realm})

    with spec_registry(before) as running, pytest.raises(RegistryError) as caught:
        repository(running.host).tags()
    assert caught.value.code == code, caught.value.message


# Azure's registries

AZURE = "modules.azurecr.io"


@dataclass(frozen=True)
class Azure:
    """A registry of Azure, and the endpoint that gives its managed identity's tokens, as Azure documents both."""

    registry: SpecRegistry
    identity: SpecRegistry


def _managed_identity(request: Request) -> Answer:
    if request.headers.get("X-IDENTITY-HEADER") != "its secret":
        return Answer(401)
    if request.query.get("resource") != "https://containerregistry.azure.net":
        return Answer(400)
    said = {"access_token": "of-entra", "expires_on": str(int(time.time()) + 3600), "token_type": "Bearer"}
    return Answer(200, json.dumps({**said, "resource": request.query["resource"]}).encode())


def _azure_guard(request: Request) -> Answer | None:
    if request.path == "/oauth2/exchange":
        wanted = {"grant_type": "access_token", "service": AZURE, "access_token": "of-entra"}
        return Answer(200, b'{"refresh_token": "to-refresh"}') if request.form == wanted else Answer(401)
    if request.path == "/oauth2/token":
        form = request.form
        wanted = {"grant_type": "refresh_token", "service": AZURE, "refresh_token": "to-refresh"}
        if not wanted.items() <= form.items():
            return Answer(401)
        return Answer(200, json.dumps({"access_token": f"for {form['scope']}".replace(" ", "+")}).encode())
    name = request.path.removeprefix("/v2/").partition("/blobs/")[0]
    writes = request.method not in ("GET", "HEAD") or "/uploads/" in request.path
    scope = f"repository:{name}:{'pull,push' if writes else 'pull'}"
    if request.headers.get("Authorization", "").startswith(f"Bearer for+{scope}"):
        return None
    challenge = f'Bearer realm="https://{AZURE}/oauth2/token",service="{AZURE}",scope="{scope}"'
    return Answer(401, headers={"WWW-Authenticate": challenge})


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Azure]:
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_TOKEN_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    by = authority("the tests")
    (tmp_path / "ca.pem").write_bytes(by.pem)
    tls = issue(by, AZURE, tmp_path)
    with spec_registry(_azure_guard, tls=tls) as registry, spec_registry(_managed_identity) as identity:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://{identity.host}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "its secret")
        with proxy({f"{AZURE}:443": registry.host}, []) as address:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
            yield Azure(registry, identity)


def test_a_managed_identity_opens_a_registry_of_azure(azure: Azure, tmp_path: Path) -> None:
    pytest.importorskip("azure.identity")
    one = repository(AZURE, ca=str(tmp_path / "ca.pem"))
    one.put_blob(b"content")
    assert one.blob(CONTENT) == b"content"
    assert {request.path for request in azure.identity.requests} == {"/msi/token"}
    asked = [request.path for request in azure.registry.requests if request.path.startswith("/oauth2/")]
    assert asked == ["/oauth2/exchange", "/oauth2/token", "/oauth2/token"], "who we are is asked once"


def test_who_is_signed_in_to_nothing_is_told(azure: Azure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "another secret")
    with pytest.raises(RegistryError) as caught:
        repository(AZURE, ca=str(tmp_path / "ca.pem")).put_blob(b"content")
    assert caught.value.code == "registry-refused"
    message = caught.value.message
    assert "another secret" not in f"{message} {caught.value!r} {caught.value.__cause__!r}"
    assert "401" in message
    if importlib.util.find_spec("azure.identity") is None:
        assert message.endswith("; azure-identity is not installed")
    else:
        assert "; nobody is signed in to Azure: " in message
        assert "ManagedIdentityCredential" in message
        assert "\n" not in message


def test_a_registry_of_azure_that_takes_nobody_is_told(
    azure: Azure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("azure.identity")
    said = b'{"errors": [{"code": "UNAUTHORIZED", "message": "of-entra"}]}'
    guard = azure.registry.before
    monkeypatch.setattr(
        azure.registry,
        "before",
        lambda request: Answer(401, said) if request.path == "/oauth2/exchange" else guard(request),
    )
    with pytest.raises(RegistryError) as caught:
        repository(AZURE, ca=str(tmp_path / "ca.pem")).put_blob(b"content")
    assert "no token for who is signed in to Azure: it answers 401" in caught.value.message
    assert "of-entra" not in caught.value.message


def test_a_token_of_docker_login_is_used_before_azure_is_asked(azure: Azure, home: Path, tmp_path: Path) -> None:
    write_config(home, {"auths": {AZURE: {"identitytoken": "to-refresh"}}})
    repository(AZURE, ca=str(tmp_path / "ca.pem")).put_blob(b"content")
    assert azure.identity.requests == []
