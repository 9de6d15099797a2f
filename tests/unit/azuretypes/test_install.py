"""Installing: every kind of source, what is kept, and that nothing bad replaces what is there."""

from __future__ import annotations

import http.server
import io
import json
import lzma
import os
import sqlite3
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from armlib.azuretypes import install as install_module
from armlib.azuretypes import source as source_module
from armlib.azuretypes.install import install
from armlib.azuretypes.model import ArrayType, ObjectType, VariantType
from armlib.azuretypes.source import SourceError, digest
from armlib.azuretypes.store import Store, StoreError
from tests.unit.azuretypes.definitions import TypesFile, envelope, shop, write_folder

Pack = Callable[[Path, Path], None]


def as_zip(folder: Path, archive: Path, prefix: str = "bicep-types-az-main/generated/") -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bicep-types-az-main/README.md", "text")
        for path in sorted(folder.rglob("*.json")):
            file.write(path, prefix + path.relative_to(folder).as_posix())


def as_tar(folder: Path, archive: Path, mode: str, prefix: str = "bicep-types-az-main/generated/") -> None:
    with tarfile.open(archive, mode) as file:  # type: ignore[call-overload]
        for path in sorted(folder.rglob("*.json")):
            file.add(path, prefix + path.relative_to(folder).as_posix())


def as_packed(folder: Path, target: Path, **facts: Any) -> Path:
    """Write the layout of one archive a provider, with its list of archives."""
    (target / "providers").mkdir(parents=True)
    (target / "index.json").write_bytes((folder / "index.json").read_bytes())
    listed = []
    for namespace in sorted({path.name for path in folder.glob("*/*")}):
        archive = target / "providers" / f"{namespace}.tar.xz"
        paths = sorted(folder.glob(f"*/{namespace}/*/types.json"))
        with tarfile.open(archive, "w:xz") as file:
            for path in paths:
                file.add(path, path.relative_to(folder).as_posix())
        listed.append(
            {
                "archive": f"providers/{namespace}.tar.xz",
                "files": len(paths),
                "raw": sum(path.stat().st_size for path in paths),
                "packed": archive.stat().st_size,
                "sha256": digest(archive),
                **facts,
            }
        )
    (target / "archives.json").write_text(json.dumps({"archives": listed}))
    return target


def content(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as database:
        rows = [
            row
            for query in ("select name from types", "select * from versions", "select id, data from nodes order by id")
            for row in database.execute(query)
        ]
    database.close()
    return rows


@pytest.fixture
def shop_zip(shop_folder: Path, tmp_path: Path) -> Path:
    as_zip(shop_folder, tmp_path / "types.zip")
    return tmp_path / "types.zip"


@pytest.mark.parametrize(
    "pack",
    [
        as_zip,
        partial(as_tar, mode="w:gz"),
        partial(as_tar, mode="w:xz"),
        partial(as_tar, mode="w:bz2"),
        partial(as_tar, mode="w"),
        partial(as_zip, prefix=""),
        partial(as_tar, mode="w:gz", prefix="./"),
    ],
)
def test_an_archive_gives_what_the_folder_gives(shop_folder: Path, shop_path: Path, tmp_path: Path, pack: Pack) -> None:
    pack(shop_folder, tmp_path / "archive")
    done = install(str(tmp_path / "archive"), path=tmp_path / "types.sqlite3")
    assert sorted(content(done.path)[:6]) == sorted(content(shop_path)[:6])
    assert (done.providers, done.versions) == (3, 20)


def test_a_packed_folder_gives_what_the_folder_gives(shop_folder: Path, tmp_path: Path) -> None:
    packed = as_packed(shop_folder, tmp_path / "packed")
    assert install(str(packed), path=tmp_path / "types.sqlite3").versions == 20


def test_a_folder_above_generated_will_do(shop_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "generated").symlink_to(shop_folder)
    assert install(str(tmp_path / "clone"), path=tmp_path / "types.sqlite3").types == 8


def test_the_same_definitions_give_the_same_bytes(shop_folder: Path, tmp_path: Path) -> None:
    one = install(str(shop_folder), path=tmp_path / "one.sqlite3").path.read_bytes()
    assert one == install(str(shop_folder), path=tmp_path / "two.sqlite3").path.read_bytes()


def test_versions_share_what_they_have_in_common(shop_folder: Path, shop_path: Path) -> None:
    with sqlite3.connect(shop_path) as database:
        ((nodes,),) = database.execute("select count(*) from nodes")
    database.close()
    objects = sum(
        element["$type"] in ("ObjectType", "DiscriminatedObjectType")
        for path in shop_folder.rglob("types.json")
        for element in json.loads(path.read_text())
    )
    assert nodes < objects / 2


def test_a_provider_takes_its_place_and_the_others_stay(shop_folder: Path, tmp_path: Path) -> None:
    path = install(str(shop_folder), path=tmp_path / "types.sqlite3").path
    changed = TypesFile()
    name = "Contoso.Farm/barns"
    changed.resource(
        f"{name}@2025-01-01", changed.object(name, {**envelope(changed, name, "2025-01-01"), "cows": changed.integer()})
    )
    farm = write_folder(tmp_path / "farm", {"farm/contoso.farm/2025-01-01": changed})
    done = install(str(farm), ["contoso.FARM"], path=path)
    store = Store.open(done.path)
    assert store.names("Contoso.Farm") == ("Contoso.Farm/barns",)
    shop_body = store.find("Contoso.Shop/shops", "2024-01-01")
    barn = store.find("contoso.farm/barns", "2025-01-01")
    assert shop_body is not None and barn is not None and store.complete
    body, barn_body = store.resolve(shop_body.body), store.resolve(barn.body)
    assert isinstance(body, ObjectType) and isinstance(barn_body, ObjectType)
    properties = store.resolve(body.properties["properties"].type)
    assert isinstance(properties, ObjectType) and "discount" in properties.properties
    assert isinstance(store.resolve(properties.properties["payment"].type), VariantType)
    assert store.text(properties.properties["owner"].text) == "The owner."
    assert list(barn_body.properties) == ["id", "cows"]
    store.close()


def test_a_single_provider_makes_a_partial_store(shop_folder: Path, tmp_path: Path) -> None:
    store = Store.open(install(str(shop_folder), ["Contoso.Farm"], path=tmp_path / "types.sqlite3").path)
    assert (store.namespaces(), store.complete) == (("contoso.farm",), False)
    store.close()


def test_an_unknown_provider_is_told_with_the_nearest(shop_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no definitions of 'contoso\.shopp'") as caught:
        install(str(shop_folder), ["Contoso.Shopp"], path=tmp_path / "types.sqlite3")
    assert caught.value.hint == "did you mean 'contoso.shop'?"


def test_of_two_files_with_one_resource_the_lesser_path_wins(tmp_path: Path) -> None:
    files = {}
    for place, key in (("b/contoso.x/2024-01-01", "late"), ("a/contoso.x/2024-01-01", "early")):
        file = files[place] = TypesFile()
        file.resource("Contoso.X/things@2024-01-01", file.object("T", {key: file.string()}))
    path = install(str(write_folder(tmp_path / "f", files, index=False)), path=tmp_path / "types.sqlite3").path
    store = Store.open(path)
    found = store.find("Contoso.X/things", "2024-01-01")
    assert found is not None
    body = store.resolve(found.body)
    assert isinstance(body, ObjectType) and list(body.properties) == ["early"]
    store.close()


def recursive(version: str) -> TypesFile:
    """A tree whose nodes have children and a parent, and a pair of objects that hold each other."""
    file = TypesFile()
    node, left, right = ({"$ref": f"#/{number}"} for number in (10, 11, 12))
    name = "Contoso.Tree/trees"
    body = file.object(name, {**envelope(file, name, version), "root": node, "left": left})
    while len(file.elements) < 9:
        file.any()
    children = file.array(node)
    assert children == {"$ref": "#/9"}
    file.object("Node", {"value": {"$ref": "#/0"}, "children": children, "parent": node})
    file.object("Left", {"other": right})
    file.object("Right", {"other": left, "node": node})
    file.resource(f"{name}@{version}", body)
    return file


def test_recursive_definitions_are_kept_once_and_lead_back(tmp_path: Path) -> None:
    versions = ("2023-01-01", "2024-01-01")
    folder = write_folder(tmp_path / "f", {f"t/contoso.tree/{version}": recursive(version) for version in versions})
    store = Store.open(install(str(folder), path=tmp_path / "types.sqlite3").path)
    found = [store.find("Contoso.Tree/trees", version) for version in versions]
    assert found[0] is not None and found[1] is not None and found[0].body == found[1].body
    body = store.resolve(found[0].body)
    assert isinstance(body, ObjectType)
    node = store.resolve(body.properties["root"].type)
    assert isinstance(node, ObjectType)
    children = node.properties["children"].type
    assert isinstance(children, ArrayType)
    assert store.resolve(children.item) is node is store.resolve(node.properties["parent"].type)
    left = store.resolve(body.properties["left"].type)
    assert isinstance(left, ObjectType)
    right = store.resolve(left.properties["other"].type)
    assert isinstance(right, ObjectType) and store.resolve(right.properties["other"].type) is left
    store.close()


# what is wrong: a clear error, and the old store as it was


@pytest.fixture
def kept(shop_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A store; after the test it must be what it was, with nothing left beside it."""
    folder = tmp_path / "store"
    path = install(str(shop_folder), path=folder / "types.sqlite3").path
    before = path.read_bytes()
    yield path
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]


def refuse(origin: Path | str, path: Path, text: str, *providers: str, **how: Any) -> None:
    with pytest.raises(SourceError, match=text):
        install(str(origin), providers, path=path, **how)


@pytest.mark.parametrize(
    "pack", [as_zip, partial(as_tar, mode="w:gz"), partial(as_tar, mode="w:xz"), partial(as_tar, mode="w")]
)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_truncated_archive(shop_folder: Path, tmp_path: Path, kept: Path, pack: Pack, share: float) -> None:
    archive = tmp_path / "archive"
    pack(shop_folder, archive)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    refuse(archive, kept, "damaged|definitions|index")


@pytest.mark.parametrize("where", [0.3, 0.6])
def test_a_flipped_bit(shop_folder: Path, tmp_path: Path, kept: Path, where: float) -> None:
    archive = tmp_path / "archive"
    as_tar(shop_folder, archive, "w:xz")
    data = bytearray(archive.read_bytes())
    data[int(len(data) * where)] ^= 4
    archive.write_bytes(bytes(data))
    refuse(archive, kept, "damaged")


def test_an_archive_that_is_none(tmp_path: Path, kept: Path) -> None:
    for content_ in (b"", b"hello", b"PK\x03\x04", b"\x1f\x8b", b"\xfd7zXZ\x00"):
        (tmp_path / "x").write_bytes(content_)
        refuse(tmp_path / "x", kept, "damaged|no type definitions")


def test_a_place_that_is_not_there_or_holds_nothing(tmp_path: Path, kept: Path) -> None:
    refuse(tmp_path / "nowhere", kept, "does not exist")
    (tmp_path / "empty").mkdir()
    refuse(tmp_path / "empty", kept, "holds no type definitions")


def test_a_wrong_digest(shop_folder: Path, shop_zip: Path, kept: Path, tmp_path: Path) -> None:
    refuse(shop_zip, kept, "not the SHA-256", sha256="0" * 64)
    refuse(as_packed(shop_folder, tmp_path / "a", sha256="0" * 64), kept, "SHA-256 is not the one of archives.json")


@pytest.mark.parametrize(("fact", "text"), [("packed", "bytes"), ("raw", "raw is"), ("files", "files is")])
def test_a_wrong_size_in_the_list_of_archives(
    shop_folder: Path, tmp_path: Path, kept: Path, fact: str, text: str
) -> None:
    refuse(as_packed(shop_folder, tmp_path / "packed", **{fact: 1}), kept, text)


def test_archives_and_their_list_belong_together(shop_folder: Path, tmp_path: Path, kept: Path) -> None:
    packed = as_packed(shop_folder, tmp_path / "packed")
    (packed / "providers" / "contoso.farm.tar.xz").rename(packed / "providers" / "contoso.other.tar.xz")
    refuse(packed, kept, "is listed in archives.json, but is not there")


def test_a_good_digest_is_accepted(shop_zip: Path, tmp_path: Path) -> None:
    assert install(str(shop_zip), path=tmp_path / "t.sqlite3", sha256=digest(shop_zip).upper()).types == 8


def one_file(tmp_path: Path, elements: Any) -> Path:
    path = tmp_path / "bad" / "a" / "contoso.a" / "2024-01-01" / "types.json"
    path.parent.mkdir(parents=True)
    path.write_text(elements if isinstance(elements, str) else json.dumps(elements))
    return tmp_path / "bad"


RESOURCE = {"$type": "ResourceType", "name": "Contoso.A/as@2024-01-01", "body": {"$ref": "#/1"}}


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ([{**RESOURCE, "body": {"$ref": "#/9"}}], "refers to #/9, but has 1 elements"),
        ([{**RESOURCE, "body": {"$ref": "#/-1"}}], "refers to"),
        ([{**RESOURCE, "body": {"$ref": "other.json#/0"}}], "refers to"),
        ([RESOURCE, {"$type": "ObjectType", "name": "A", "properties": {"b": {"type": {"$ref": "#/7"}}}}], "refers to"),
        ([RESOURCE, {"$type": "ArrayType", "itemType": {"$ref": "#/1"}}], "leads to itself"),
        ([RESOURCE, {"$type": "UnionType", "elements": [{"$ref": "#/1"}]}], "leads to itself"),
        ([RESOURCE, {"$type": "Mystery"}], "unknown kind 'Mystery'"),
        ([RESOURCE, {"$type": "ObjectType", "properties": 3}], "form"),
        ([RESOURCE, {}], "form"),
        ([{"name": "x"}], "form"),
        ({"a": 1}, "form"),
        ("[" * 5000, "form"),
        ("nothing", "form"),
        ("", "form"),
    ],
)
def test_a_file_that_is_no_definition(tmp_path: Path, kept: Path, elements: Any, text: str) -> None:
    refuse(one_file(tmp_path, elements), kept, text)


def test_an_index_that_says_something_else(shop_folder: Path, tmp_path: Path, kept: Path) -> None:
    folder = write_folder(tmp_path / "f", {"shop/contoso.shop/2024-01-01": shop()})
    index = json.loads((folder / "index.json").read_text())
    index["resources"]["Contoso.Shop/shops@2024-01-01"]["$ref"] = "shop/contoso.shop/2024-01-01/types.json#/0"
    (folder / "index.json").write_text(json.dumps(index))
    refuse(folder, kept, "is not there")
    (folder / "index.json").write_text('{"resources": 3}')
    refuse(folder, kept, "form")


def tar_of(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, data in members:
            member.size = len(data) if member.isfile() else 0
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["../../evil/types.json", "/etc/types.json", "a/../../b", "..\\evil", "C:\\evil"])
def test_members_that_would_leave_their_folder(tmp_path: Path, kept: Path, name: str) -> None:
    refuse(tar_of(tmp_path / "slip.tar.gz", [(tarfile.TarInfo(name), b"[]")]), kept, "would leave its folder")
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "[]")
    refuse(tmp_path / "slip.zip", kept, "would leave its folder")


def test_links_are_not_followed(tmp_path: Path, kept: Path) -> None:
    link = tarfile.TarInfo("generated/a/contoso.a/2024-01-01/types.json")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    refuse(tar_of(tmp_path / "link.tar.gz", [(link, b"")]), kept, "no type definitions")


def test_bombs(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "LARGEST_FILE", 1000)
    monkeypatch.setattr(source_module, "LARGEST_SOURCE", 20_000)
    member = "generated/a/contoso.a/2024-01-01/types.json"
    refuse(tar_of(tmp_path / "one.tar.gz", [(tarfile.TarInfo(member), b" " * 2000)]), kept, "more than any definition")
    many = [(tarfile.TarInfo(f"x{number}"), b" " * 900) for number in range(30)]
    refuse(tar_of(tmp_path / "many.tar.gz", many), kept, "unpacks to more")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b" " * 2000)
    refuse(tmp_path / "bomb.zip", kept, "larger than any definition")
    monkeypatch.setattr(source_module, "MOST_MEMBERS", 10)
    refuse(tar_of(tmp_path / "many.tar.gz", [(member, b"") for member, _ in many[:15]]), kept, "more than 10 members")


def test_a_bomb_behind_the_archive_is_not_unpacked_to_memory(tmp_path: Path, kept: Path) -> None:
    tail = io.BytesIO()
    with lzma.open(tail, "w") as file:
        for _ in range(8):
            file.write(bytes(2**20))
    (tmp_path / "bomb").write_bytes(tail.getvalue())
    refuse(tmp_path / "bomb", kept, "damaged|no type definitions")


def test_a_failure_while_writing_leaves_the_old_store(
    shop_folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(install_module, "_fill", fail)
    with pytest.raises(StoreError, match="disk full"):
        install(str(shop_folder), path=kept)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(shop_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="cannot write"):
        install(str(shop_folder), path=tmp_path / "locked" / "types.sqlite3")


# over the network


class _Handler(http.server.BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, bytes, int]]] = {}

    def do_GET(self) -> None:
        status, data, announced = self.answers[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(announced))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(shop_zip: Path) -> Iterator[str]:
    data = shop_zip.read_bytes()
    _Handler.answers = {
        "/main.zip": (200, data, len(data)),
        "/gone.zip": (404, b"", 0),
        "/cut.zip": (200, data[: len(data) // 2], len(data)),
    }
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    served.server_close()
    thread.join()


def test_an_address_is_fetched(server: str, tmp_path: Path) -> None:
    path = tmp_path / "store" / "types.sqlite3"
    assert install(f"{server}/main.zip", path=path).types == 8
    assert list(path.parent.iterdir()) == [path]


def test_an_address_that_does_not_answer_well(server: str, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(f"{server}/gone.zip", kept, "cannot fetch .*Not Found")
    refuse(f"{server}/cut.zip", kept, "broke off|cannot fetch")
    refuse("http://127.0.0.1:1/x.zip", kept, "cannot fetch")
    refuse("ftp://127.0.0.1/x.zip", kept, "not an address of the web")
    monkeypatch.setattr(source_module, "LARGEST_DOWNLOAD", 10)
    refuse(f"{server}/main.zip", kept, "more than")
