"""Layers: the same files give the same bytes, and nothing hostile is unpacked."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.packages import archive
from armlib.packages.archive import pack, path_problem, unpack
from armlib.packages.errors import DamagedError

NAMES = st.from_regex(r"[a-z0-9_]{1,8}(/[a-z0-9_]{1,8}){0,2}\.jsonnet", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=6))
def test_files_survive_and_their_order_does_not_matter(files: dict[str, bytes]) -> None:
    packed = pack(files)
    assert unpack(packed, "x") == files
    assert pack(dict(reversed(files.items()))) == packed
    assert unpack(gzip.compress(packed), "x") == files


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for member, content in members:
            made.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def member(
    name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = len(content) if kind == tarfile.REGTYPE else 0
    return info, content


REFUSED = {
    "an absolute path": (member("/etc/passwd"),),
    "a way out": (member("a/../../b"),),
    "a way out at once": (member("../b"),),
    "a symbolic link": (member("a", kind=tarfile.SYMTYPE, link="/etc/passwd"),),
    "a hard link": (member("a"), member("b", kind=tarfile.LNKTYPE, link="a")),
    "a device": (member("a", kind=tarfile.CHRTYPE),),
    "a pipe": (member("a", kind=tarfile.FIFOTYPE),),
    "one name twice": (member("a"), member("a", b"y")),
    "names that differ in case": (member("a"), member("A")),
    "a file that is a folder": (member("a"), member("a/b")),
    "a backslash": (member("a\\..\\b"),),
    "a drive": (member("c:/a"),),
    "a control character": (member("a\nb"),),
    "a long name": (member("a" * 300),),
    "an empty step": (member("a//b"),),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_archive_is_refused(what: str) -> None:
    with pytest.raises(DamagedError) as caught:
        unpack(tar_of(*REFUSED[what]), "x")
    assert caught.value.code == "archive-refused"


def large(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(archive, "LARGEST", 1000)
    return tar_of(member("a", b"x" * 600), member("b", b"y" * 600))


def many(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(archive, "MOST_FILES", 5)
    return tar_of(*(member(f"a{number}") for number in range(6)))


def bomb(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(archive, "LARGEST", 1000)
    monkeypatch.setattr(archive, "MOST_FILES", 5)
    return gzip.compress(bytes(10_000_000))


def cut(monkeypatch: pytest.MonkeyPatch) -> bytes:
    return tar_of(member("a", b"x" * 5000))[:2000]


def cut_gzip(monkeypatch: pytest.MonkeyPatch) -> bytes:
    return gzip.compress(tar_of(member("a", b"x" * 5000)))[:-20]


def sparse(monkeypatch: pytest.MonkeyPatch) -> bytes:
    info, _ = member("a", b"")
    info.type = tarfile.GNUTYPE_SPARSE
    return tar_of((info, b""))


def no_archive(monkeypatch: pytest.MonkeyPatch) -> bytes:
    return b"<html>" * 200


@pytest.mark.parametrize("make", [large, many, bomb, cut, cut_gzip, sparse, no_archive])
def test_an_archive_that_is_too_much_or_damaged_is_refused(
    make: Callable[[pytest.MonkeyPatch], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DamagedError) as caught:
        unpack(make(monkeypatch), "x")
    assert caught.value.code == "archive-refused"


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_path_that_passes_stays_inside(path: str) -> None:
    if path_problem(path) is None:
        assert not path.startswith("/")
        assert ".." not in path.split("/")


def test_folders_are_not_files_and_links_can_be_left_out() -> None:
    data = tar_of(member("d", kind=tarfile.DIRTYPE), member("d/a"), member("d/b", kind=tarfile.SYMTYPE, link="a"))
    assert unpack(data, "x", skip_links=True) == {"d/a": b"x"}
    assert unpack(data, "x", skip_links=True, root="d/") == {"a": b"x"}
