"""Publishing, pulling, copying, verifying: against the layout and against docker-registry alike."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from armlib.config import Flags, Settings, load_settings
from armlib.jsonnet.process import WorkerEvaluator
from armlib.packages.contents import package_files
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.http import Transport
from armlib.packages.lock import lock_text
from armlib.packages.lookup import copy, files_of, find, inspect, opened_afresh, opened_at, pull, verify
from armlib.packages.manifest import read_manifest
from armlib.packages.origin import Origin
from armlib.packages.publish import Published, make_artifact, publish, require_honest_version
from armlib.packages.restore import require_locked, restore, write_lock
from armlib.packages.signatures import read_private_key, read_public_key, sign, signers
from tests.unit.packages.conftest import package_folder, write
from tests.unit.packages.registry_server import Server, docker_registry

MODULE = """local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: { name: { type: 'string', description: 'Its name' } },
  thing:: arm.Resource('A.B/c', '2024-01-01') { name: $.arguments.name },
  outputs: { id: arm.output($.thing.id) },
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(params=["layout", "server"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The location of an empty registry of each kind."""
    if request.param == "layout":
        return f"layout:{tmp_path}/registry"
    return f"oci://{request.getfixturevalue('server').host}/{tmp_path.name.replace('_', '-').lower()}"


class Person:
    """Someone who publishes and uses packages, with a cache of their own."""

    def __init__(self, folder: Path, registry: str) -> None:
        self.folder = folder
        self.registry = registry
        folder.mkdir(parents=True, exist_ok=True)

    def settings(self, toml: str = "", **packages: object) -> Settings:
        (self.folder / "armlib.toml").write_text(f'[registries]\ndefault = "{self.registry}"\n{toml}')
        loaded = load_settings(self.folder, Flags(), {})
        changed = replace(loaded.packages, cache=self.folder / "cache", **packages)  # type: ignore[arg-type]
        return replace(loaded, packages=changed)

    def publish(self, name: str, version: str, *, key: Ed25519PrivateKey | None = None, **more: object) -> Published:
        files = {"main.jsonnet": MODULE, **more.pop("files", {})}  # type: ignore[dict-item]
        source = self.folder / "sources" / version / name
        folder = package_folder(source, name, version, files, **more)  # type: ignore[arg-type]
        settings = self.settings()
        manifest = read_manifest(folder)
        origin = Origin(self.registry, name)
        with WorkerEvaluator() as evaluator, opened_at(settings, self.folder) as (sources, _):
            artifact, interface = make_artifact(manifest, settings, evaluator)
            require_honest_version(manifest, interface, sources, origin)
            repository = sources.repository(origin)
            return publish(manifest, artifact, repository, origin, files=len(interface.files), key=key)


@pytest.fixture
def person(tmp_path: Path, registry: str) -> Person:
    return Person(tmp_path / "person", registry)


def other(person: Person, name: str = "other") -> Person:
    return Person(person.folder.parent / name, person.registry)


def test_what_was_published_is_restored_by_others(person: Person) -> None:
    person.publish("net", "1.0.0")
    person.publish("area/web", "1.1.0", dependencies={"net": "^1"}, files={"README.md": "# web"})
    user = other(person)
    settings = user.settings('[dependencies]\n"area/web" = "^1"')
    lock = restore(settings).lock
    assert list(lock.packages) == ["area/web 1.1.0", "net 1.0.0"]
    write_lock(user.folder, lock)
    assert restore(replace(settings, packages=replace(settings.packages, offline=True))).fetched == ()


def test_who_restores_by_one_lock_at_once_downloads_once_and_keeps_the_files_alone(
    tmp_path: Path, server: Server
) -> None:
    name = tmp_path.name.replace("_", "-").lower()
    person = Person(tmp_path / "person", f"oci://{server.host}/{name}")
    digest = person.publish("web", "1.0.0").descriptor.digest
    settings = person.settings('[dependencies]\nweb = "1"\n')
    write_lock(person.folder, restore(settings).lock)
    before = len(server.requests(f"{name}/web"))
    fresh = replace(settings, packages=replace(settings.packages, cache=tmp_path / "fresh"))
    with ThreadPoolExecutor(8) as pool:
        locks = [done.lock for done in pool.map(restore, [fresh] * 8)]
    assert set(map(lock_text, locks)) == {(person.folder / "armlib.lock").read_bytes()}
    asked = server.requests(f"{name}/web")[before:]
    assert asked[0] == f"GET manifests/{digest} 200"
    assert [one.partition(":")[0] for one in asked[1:]] == ["GET blobs/sha256"]
    assert not (tmp_path / "fresh" / "blobs").exists()
    assert restore(fresh).fetched == ()


def test_a_version_never_changes_and_the_same_again_is_fine(person: Person) -> None:
    first = person.publish("web", "1.0.0")
    again = person.publish("web", "1.0.0")
    assert (again.is_new, again.descriptor.digest) == (False, first.descriptor.digest)
    with pytest.raises(PackageError) as caught:
        person.publish("web", "1.0.0", files={"more.txt": "x"})
    assert caught.value.code == "version-exists"


def test_the_same_source_gives_the_same_digest_whoever_publishes_it(person: Person, tmp_path: Path) -> None:
    elsewhere = Person(tmp_path / "elsewhere", f"layout:{tmp_path}/elsewhere-registry")
    first, second = person.publish("web", "1.0.0"), elsewhere.publish("web", "1.0.0")
    assert first.descriptor.digest == second.descriptor.digest


def test_a_package_says_what_it_is(person: Person) -> None:
    person.publish("web", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        package = inspect(find("web", sources, manifest), sources)
    assert isinstance(package["descriptor"], dict)
    assert "name" in package["descriptor"]["parameters"]["properties"]  # type: ignore[index,call-overload,operator]
    assert package["annotations"] == {
        "org.opencontainers.image.title": "web",
        "org.opencontainers.image.version": "1.0.0",
    }
    assert [one["path"] for one in package["files"]] == ["main.jsonnet", "module.json"]  # type: ignore[index,call-overload,union-attr]


def test_a_package_is_unpacked_once(person: Person) -> None:
    person.publish("web", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        found = find("web@^1", sources, manifest)
        files = pull(found, sources, person.folder / "unpacked")
        assert [path.name for path in files] == ["main.jsonnet", "module.json"]
        with pytest.raises(PackageError) as caught:
            pull(found, sources, person.folder / "unpacked")
    assert caught.value.code == "folder-exists"


@pytest.mark.parametrize(("reference", "code"), [("web@^2", "version-not-found"), ("nothing", "package-not-found")])
def test_what_is_not_there_is_told(person: Person, reference: str, code: str) -> None:
    person.publish("web", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest), pytest.raises(PackageError) as caught:
        find(reference, sources, manifest)
    assert caught.value.code == code


# Signatures


def write_keys(folder: Path, *names: str) -> dict[str, Ed25519PrivateKey]:
    keys = {name: Ed25519PrivateKey.generate() for name in names}
    for name, key in keys.items():
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(public)
    return keys


TRUST = (
    '[trust]\nkeys = { release = "release.pub", other = "other.pub" }\nrequire = { "*" = ["release"], "free/*" = [] }\n'
)


def test_a_signature_is_asked_for_and_verified_on_restore(person: Person) -> None:
    keys = write_keys(person.folder, "release", "other")
    person.publish("signed", "1.0.0", key=keys["release"])
    person.publish("wrong", "1.0.0", key=keys["other"])
    person.publish("unsigned", "1.0.0")
    person.publish("free/unsigned", "1.0.0")
    fine = f'[dependencies]\nsigned = "1"\n"free/unsigned" = "1"\n{TRUST}'
    settings = person.settings(fine)
    lock = restore(settings).lock
    write_lock(person.folder, lock)
    assert list(lock.packages) == ["free/unsigned 1.0.0", "signed 1.0.0"]
    offline = replace(settings, packages=replace(settings.packages, offline=True))
    assert restore(offline).fetched == ()
    for name in ("wrong", "unsigned"):
        with pytest.raises(DamagedError) as caught:
            restore(person.settings(f'[dependencies]\n{name} = "1"\n{TRUST}'))
        assert caught.value.code == "signature-missing"
        assert "release" in caught.value.message


def test_a_package_that_is_signed_later_is_fine_then(person: Person) -> None:
    keys = write_keys(person.folder, "release", "other")
    person.publish("web", "1.0.0", key=keys["other"])
    toml = f'[dependencies]\nweb = "1"\n{TRUST}'
    with pytest.raises(DamagedError):
        restore(person.settings(toml))
    person.publish("web", "1.0.0", key=keys["release"])
    assert list(restore(person.settings(toml)).lock.packages) == ["web 1.0.0"]


def test_verify_tells_who_signed(person: Person) -> None:
    keys = write_keys(person.folder, "release", "other")
    person.publish("web", "1.0.0", key=keys["release"])
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        public = {name: key.public_key() for name, key in keys.items()}
        assert verify(find("web", sources, manifest), sources, public) == (2, frozenset({"release"}))


def test_what_the_registry_has_is_verified_whatever_the_cache_has(tmp_path: Path) -> None:
    person = Person(tmp_path / "person", f"layout:{tmp_path}/layout")
    person.publish("web", "1.0.0")
    restore(person.settings('[dependencies]\nweb = "1"'))
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        layer = find("web", sources, manifest).manifest.layers[0].digest
    blob = tmp_path / "layout" / "blobs" / "sha256" / layer.removeprefix("sha256:")
    blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    with opened_afresh(person.settings(), person.folder) as (sources, manifest), pytest.raises(DamagedError):
        verify(find("web", sources, manifest), sources, {})
    with opened_afresh(person.settings(offline=True), person.folder) as (sources, manifest):
        assert verify(find("web", sources, manifest), sources, {})[0] == 2


def test_a_wrong_passphrase_is_told_as_that(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"geheim"))
    (tmp_path / "key.pem").write_bytes(locked)
    assert read_private_key(tmp_path / "key.pem", "geheim").private_bytes_raw() == key.private_bytes_raw()
    for passphrase in (None, "falsch"):
        with pytest.raises(PackageError) as caught:
            read_private_key(tmp_path / "key.pem", passphrase)
        assert "passphrase" in caught.value.message


def test_no_bit_of_a_signature_can_flip() -> None:
    key = Ed25519PrivateKey.generate()
    digest = f"sha256:{'a' * 64}"
    envelope = sign(key, digest, "web", "1.0.0")
    keys = {"k": key.public_key()}
    assert signers(envelope, digest, keys) == {"k"}
    assert signers(envelope, f"sha256:{'b' * 64}", keys) == frozenset()
    said = json.loads(envelope)
    for position in range(len(envelope)):
        flipped = envelope[:position] + bytes([envelope[position] ^ 1]) + envelope[position + 1 :]
        try:
            same = {name: json.loads(flipped)[name] for name in ("payload", "payloadType")}
            unchanged = same == {name: said[name] for name in same} and (
                json.loads(flipped)["signatures"][0]["sig"] == said["signatures"][0]["sig"]
            )
        except (ValueError, KeyError, TypeError):
            unchanged = False
        assert (signers(flipped, digest, keys) == {"k"}) == unchanged


def test_keys_are_read_and_others_refused(tmp_path: Path) -> None:
    keys = write_keys(tmp_path, "release")
    locked = keys["release"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"phrase"))
    (tmp_path / "locked.pem").write_bytes(locked)
    assert (
        read_private_key(tmp_path / "locked.pem", "phrase").private_bytes_raw() == keys["release"].private_bytes_raw()
    )
    assert (
        read_public_key(tmp_path / "release.pub").public_bytes_raw() == keys["release"].public_key().public_bytes_raw()
    )
    (tmp_path / "none").write_text("no key")
    for read in (
        lambda: read_private_key(tmp_path / "locked.pem", None),
        lambda: read_private_key(tmp_path / "locked.pem", "wrong"),
        lambda: read_private_key(tmp_path / "release.pem", "needless"),
        lambda: read_private_key(tmp_path / "none", None),
        lambda: read_public_key(tmp_path / "release.pem"),
        lambda: read_public_key(tmp_path / "none"),
    ):
        with pytest.raises(PackageError) as caught:
            read()
        assert caught.value.code == "bad-key"


# Copies and mirrors


def test_a_copy_has_the_same_digests_dependencies_and_signatures(
    person: Person, tmp_path: Path, server: Server
) -> None:
    keys = write_keys(person.folder, "release")
    person.publish("net", "1.0.0", key=keys["release"])
    person.publish("net", "1.2.0", key=keys["release"])
    person.publish("web", "1.0.0", dependencies={"net": "^1"}, key=keys["release"])
    for target in (f"oci://{server.host}/copy-{tmp_path.name.replace('_', '-').lower()}", f"layout:{tmp_path}/copy"):
        with opened_at(person.settings(), person.folder) as (sources, manifest):
            copied = copy(find("web", sources, manifest), sources, target, dependencies=True)
        assert [f"{one.origin.name} {one.tag}" for one in copied] == ["net 1.2.0", "web 1.0.0"]
        user = Person(tmp_path / target.partition(":")[0], target)
        write(user.folder, {"release.pub": (person.folder / "release.pub").read_text()})
        toml = '[dependencies]\nweb = "1"\n[trust]\nkeys = { k = "release.pub" }\nrequire = { "*" = ["k"] }\n'
        lock = restore(user.settings(toml)).lock
        assert lock.packages["web 1.0.0"].digest == copied[1].digest


def test_a_copy_within_a_registry_moves_no_files(tmp_path: Path, server: Server) -> None:
    place = f"oci://{server.host}/{tmp_path.name.replace('_', '-').lower()}"
    Person(tmp_path / "person", f"{place}/old").publish("web", "1.0.0")
    copier = Person(tmp_path / "copier", f"{place}/old")
    with opened_at(copier.settings(), copier.folder) as (sources, manifest):
        (copied,) = copy(find("web", sources, manifest), sources, f"{place}/new", dependencies=False)
    target = f"{place.removeprefix(f'oci://{server.host}/')}/new/web"
    sent = [one for one in server.requests(target) if not one.startswith("HEAD")]
    assert [one.split("?")[0].split()[0] for one in sent] == ["POST", "POST", "PUT"]
    assert all("mount=" in one and one.endswith(" 201") for one in sent[:2])
    assert sent[2] == "PUT manifests/1.0.0 201"
    layer = copied.manifest.layers[0].digest
    assert not any(layer in one for one in server.requests(target.replace("/new/", "/old/")) if one.startswith("GET"))


def test_copied_are_packages_after_those_that_they_need(person: Person, tmp_path: Path) -> None:
    needs: dict[str, dict[str, str]] = {"c": {}, "b": {"c": "1"}, "a": {"b": "1"}}
    for name, dependencies in needs.items():
        person.publish(name, "1.0.0", dependencies=dependencies)
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        copied = copy(find("a", sources, manifest), sources, f"layout:{tmp_path}/mirror", dependencies=True)
    assert [one.origin.name for one in copied] == ["c", "b", "a"]


def test_a_mirror_is_asked_first_and_the_registry_when_it_has_not(person: Person, tmp_path: Path) -> None:
    person.publish("web", "1.0.0")
    person.publish("net", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        copy(find("web", sources, manifest), sources, f"layout:{tmp_path}/mirror", dependencies=True)
    user = other(person)
    mirrors = f'[mirrors]\n"{person.registry}" = ["layout:{tmp_path}/mirror"]\n'
    settings = user.settings(f'[dependencies]\nweb = "1"\nnet = "1"\n{mirrors}')
    assert list(restore(settings).lock.packages) == ["net 1.0.0", "web 1.0.0"]


def test_offline_uses_a_mirror_that_is_a_folder_and_else_says_so(tmp_path: Path, server: Server) -> None:
    person = Person(tmp_path / "person", f"oci://{server.host}/offline-{tmp_path.name.replace('_', '-').lower()}")
    person.publish("web", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        copy(find("web", sources, manifest), sources, f"layout:{tmp_path}/mirror", dependencies=True)
    user = other(person)
    asked = '[dependencies]\nweb = "1"\n'
    with pytest.raises(RegistryError) as caught:
        restore(user.settings(asked, offline=True))
    assert caught.value.code == "offline"
    mirrors = f'[mirrors]\n"{person.registry}" = ["layout:{tmp_path}/mirror"]\n'
    assert list(restore(user.settings(asked + mirrors, offline=True)).lock.packages) == ["web 1.0.0"]


def test_a_lying_mirror_is_passed_over(person: Person, tmp_path: Path) -> None:
    person.publish("web", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        copy(find("web", sources, manifest), sources, f"layout:{tmp_path}/mirror", dependencies=True)
    for blob in (tmp_path / "mirror" / "blobs" / "sha256").iterdir():
        blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    user = other(person)
    mirrors = f'[mirrors]\n"{person.registry}" = ["layout:{tmp_path}/mirror"]\n'
    assert list(restore(user.settings(f'[dependencies]\nweb = "1"\n{mirrors}')).lock.packages) == ["web 1.0.0"]


# What may not be published


def test_what_depends_on_a_folder_is_not_published(person: Person, tmp_path: Path) -> None:
    package_folder(tmp_path / "shared", "shared", "1.0.0")
    with pytest.raises(PackageError) as caught:
        person.publish("web", "1.0.0", dependencies={"shared": "path:../shared"})
    assert caught.value.code == "not-publishable"


def test_links_and_pipes_are_not_published_and_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    folder = package_folder(tmp_path, "web", "1.0.0")
    (folder / "link.txt").symlink_to("/etc/passwd")
    with pytest.raises(PackageError) as caught:
        package_files(read_manifest(folder))
    assert (caught.value.code, "link.txt: the file is a symbolic link" in caught.value.message) == (
        "package-contents",
        True,
    )
    (folder / "link.txt").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(PackageError) as caught:
        package_files(read_manifest(folder))
    assert (caught.value.code, "pipe: the file is a pipe" in caught.value.message) == ("package-contents", True)


def test_a_folder_that_cannot_be_read_is_not_left_out_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = package_folder(tmp_path, "web", "1.0.0", {"lib/a.libsonnet": "{}"})
    scan = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "lib":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PackageError) as caught:
        package_files(read_manifest(folder))
    assert (caught.value.code, caught.value.message) == (
        "cannot-read",
        f"cannot read {folder / 'lib'}: Permission denied",
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"main": "../main.jsonnet"}, "the main module ../main.jsonnet is none of the files"),
        ({"main": "gone.jsonnet"}, "the main module gone.jsonnet is none of the files"),
        ({"exclude": ["main.*"]}, "the main module main.jsonnet is none of the files"),
        ({"exports": ["main.jsonnet", "libs/*"]}, "has 'libs/*', and none of its files fits"),
    ],
)
def test_what_others_enter_a_package_by_is_in_it(said: dict[str, object], message: str, person: Person) -> None:
    folder = write(person.folder / "web", {"main.jsonnet": MODULE, "lib/a.libsonnet": "{}", "../main.jsonnet": MODULE})
    (folder / "module.json").write_text(json.dumps({"name": "web", "version": "1.0.0", **said}), "utf-8")
    with WorkerEvaluator() as evaluator, pytest.raises(PackageError) as caught:
        make_artifact(read_manifest(folder), person.settings(), evaluator)
    assert message in caught.value.message


def test_tests_and_hidden_files_stay_at_home(person: Person) -> None:
    files = {
        "tests/a_test.jsonnet": "1",
        ".secret": "x",
        "out/x.json": "1",
        "lib/a.libsonnet": "{}",
        "b_test.jsonnet": "1",
    }
    person.publish("web", "1.0.0", files=files)
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        assert set(files_of(find("web", sources, manifest), sources)) == {
            "lib/a.libsonnet",
            "main.jsonnet",
            "module.json",
        }


# Tampering


def test_no_bit_can_flip_in_what_a_registry_stores(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each blob of a registry is changed on its disk, at several places, and a fresh restore refuses it.

    A registry that notices has an internal error, and is asked again; nothing is waited for in between.
    """
    monkeypatch.setattr("armlib.packages.sources.Transport", partial(Transport, sleep=lambda _: None))
    person = Person(tmp_path / "person", f"oci://{server.host}/flip-{tmp_path.name.replace('_', '-').lower()}")
    published = person.publish("web", "1.0.0")
    user = other(person)
    toml = '[dependencies]\nweb = "1"\n'
    write_lock(user.folder, restore(user.settings(toml)).lock)
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        found = find("web", sources, manifest)
    digests = [published.descriptor.digest, *(one.digest for one in found.manifest.layers)]
    for number, digest in enumerate(digests):
        name = digest.removeprefix("sha256:")
        path = server.storage / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data"
        whole = path.read_bytes()
        for position in range(0, len(whole), len(whole) // 7):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
            settings = user.settings(toml)
            fresh = replace(
                settings, packages=replace(settings.packages, cache=tmp_path / f"fresh-{number}-{position}")
            )
            with pytest.raises((DamagedError, RegistryError, PackageError)):
                restore(fresh)
        path.write_bytes(whole)
    assert require_locked(user.settings(toml)).packages["web 1.0.0"].digest == published.descriptor.digest


def test_no_bit_can_flip_in_what_versions_are_chosen_by(tmp_path: Path, server: Server) -> None:
    """Without a lock the configuration of a package is read; random bits of it are changed on the registry's disk."""
    person = Person(tmp_path / "person", f"oci://{server.host}/config-{tmp_path.name.replace('_', '-').lower()}")
    person.publish("web", "1.0.0")
    with opened_at(person.settings(), person.folder) as (sources, manifest):
        name = find("web", sources, manifest).manifest.config.digest.removeprefix("sha256:")
    path = server.storage / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data"
    whole = path.read_bytes()
    chosen = random.Random(5)
    for number in range(24):
        flipped = bytearray(whole)
        flipped[chosen.randrange(len(whole))] ^= 1 << chosen.randrange(8)
        path.write_bytes(flipped)
        user = other(person, f"user-{number}")
        with pytest.raises(DamagedError) as caught:
            restore(user.settings('[dependencies]\nweb = "1"\n'))
        assert caught.value.code == "digest-mismatch"
    path.write_bytes(whole)
    assert list(restore(other(person, "last").settings('[dependencies]\nweb = "1"\n')).lock.packages) == ["web 1.0.0"]
