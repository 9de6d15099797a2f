"""Signatures beside what they sign: by the API for referrers, and by the tag where a registry has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from armlib.errors import ArmlibError
from armlib.packages.client import RegistryRepository
from armlib.packages.http import Transport
from armlib.packages.lookup import copy, find, opened_at, verify
from armlib.packages.oci import (
    EMPTY,
    MANIFEST,
    Descriptor,
    Repository,
    descriptor_of,
    manifest_bytes,
)
from armlib.packages.signatures import ARTIFACT, fetch_signatures, push_signature, sign
from tests.unit.packages.conftest import MakeSettings, Publish
from tests.unit.packages.registry_server import Server, docker_registry
from tests.unit.packages.spec_registry import Answer, Request, spec_registry

EMPTY_CONFIG = descriptor_of(b"{}", EMPTY)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


def repository(host: str, name: str = "area/web") -> RegistryRepository:
    return RegistryRepository(Transport(host, lambda: None, sleep=lambda _: None), name)


def store(target: Repository) -> Descriptor:
    """Store something that can be referred to."""
    target.put_blob(b"{}")
    return target.put_manifest(manifest_bytes("x/y", EMPTY_CONFIG, [EMPTY_CONFIG], {}), MANIFEST, "1.0.0")


def refer(target: Repository, subject: Descriptor, kind: str, number: int) -> str:
    data = manifest_bytes(kind, EMPTY_CONFIG, [EMPTY_CONFIG], {"number": str(number)}, subject=subject)
    return target.put_manifest(data, MANIFEST, None).digest


def test_the_api_lists_referrers_in_pages_and_no_tag_does(server: Server) -> None:
    with spec_registry() as running:
        for host, has_api in ((running.host, True), (server.host, False)):
            target = repository(host)
            subject = store(target)
            mine = [refer(target, subject, "application/x.mine", number) for number in range(5)]
            for number in range(3):
                refer(target, subject, "application/x.other", number)
            found = target.referrers(subject.digest, "application/x.mine")
            assert sorted(one.digest for one in found) == sorted(mine)
            assert target.referrers(subject.digest, "application/x.nothing") == []
            assert target.referrers(descriptor_of(b"else", MANIFEST).digest, "application/x.mine") == []
            fallback = [tag for tag in target.tags() if tag.startswith("sha256-")]
            assert (fallback == []) is has_api


def test_a_signature_goes_along_from_a_registry_without_the_api_to_one_with_it_and_back(
    server: Server, publish: Publish, settings: MakeSettings
) -> None:
    key = Ed25519PrivateKey.generate()
    origin = repository(server.host, "signed/web")
    digest = publish("web", "1.0.0", repository=origin)
    stored = origin.manifest("1.0.0")
    assert stored is not None
    envelope = sign(key, digest, "web", "1.0.0")
    push_signature(origin, stored.descriptor, envelope)
    told = settings("", f'[registries]\ndefault = "oci://{server.host}/signed"\n')
    with spec_registry() as running, opened_at(told, told.project) as (sources, manifest):
        places = [f"oci://{running.host}/there", f"oci://{server.host}/back"]
        text = "web"
        for place in places:
            copy(find(text, sources, manifest), sources, place, dependencies=False)
            text = f"{place}/web:1.0.0"
            found = find(text, sources, manifest)
            assert found.digest == digest
            assert verify(found, sources, {"release": key.public_key()})[1] == {"release"}
            assert fetch_signatures(sources.repository(found.origin), digest) == [envelope]


def test_a_registry_that_filters_nothing_is_filtered_here() -> None:
    with spec_registry() as running:
        target = repository(running.host)
        subject = store(target)
        mine, _ = (refer(target, subject, f"application/x.{name}", 1) for name in ("mine", "other"))

        def unfiltered(request: Request) -> Answer | None:
            request.query.pop("artifactType", None)
            return None

        running.before = unfiltered
        assert [one.digest for one in target.referrers(subject.digest, "application/x.mine")] == [mine]


LIES = {
    "a page for people": Answer(200, b"<html>", {"Content-Type": "text/html"}),
    "no JSON": Answer(200, b"{"),
    "what is no index": Answer(200, b'{"manifests": [{"digest": 1}]}'),
    "a descriptor without a size": Answer(200, b'{"manifests": [{"digest": "sha256:00"}]}'),
    "the rest elsewhere": Answer(200, b'{"manifests": []}', {"Link": '<http://127.0.0.2:1/x>; rel="next"'}),
    "too much": Answer(200, b" " * (5 * 2**20)),
    "a refusal": Answer(403),
    "an internal error": Answer(500),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_referrers_is_told(lie: str) -> None:
    with spec_registry(lambda request: LIES[lie]) as running, pytest.raises(ArmlibError) as caught:
        repository(running.host).referrers(descriptor_of(b"", MANIFEST).digest, ARTIFACT)
    assert caught.value.code in (
        "registry-answer",
        "bad-package",
        "too-large",
        "registry-refused",
        "registry-unreachable",
    )
    assert "127.0.0.1" in caught.value.message


def test_an_endless_list_of_referrers_ends() -> None:
    page = Answer(200, b'{"manifests": []}', {"Link": '</v2/area/web/referrers/x?more>; rel="next"'})
    with spec_registry(lambda request: page) as running:
        assert repository(running.host).referrers(descriptor_of(b"", MANIFEST).digest, ARTIFACT) == []
    assert len(running.requests) == 200


def test_the_registry_of_the_tests_keeps_to_what_it_is_for(tmp_path: Path) -> None:
    """It refuses what the specification says that it must: a wrong digest, and a manifest before its blobs."""
    with spec_registry() as running:
        target = repository(running.host)
        with pytest.raises(ArmlibError, match="404"):
            target.put_manifest(manifest_bytes("x/y", EMPTY_CONFIG, [EMPTY_CONFIG], {}), MANIFEST, "1.0.0")
        target.put_blob(b"{}")
        assert target.blob(EMPTY_CONFIG) == b"{}"
