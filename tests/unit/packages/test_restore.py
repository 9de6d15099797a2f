"""From armlib.toml to a lock and a cache, and what happens when something is wrong with either."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armlib.config import Settings
from armlib.errors import ArmlibError, UsageError
from armlib.packages.add import add
from armlib.packages.cache import Cache
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.layout import Layout
from armlib.packages.listed import as_table, as_tree
from armlib.packages.lock import LOCK_NAME, Lock, Locked, lock_text, read_lock, sealed
from armlib.packages.locked import tree_folder
from armlib.packages.restore import Restored, lock_again, names_but, require_locked, restore, write_lock
from tests.unit.packages.conftest import Publish, package_folder

MakeSettings = Callable[..., Settings]


def restored(settings: Settings) -> list[str]:
    """Restore, write the lock, and return the packages."""
    done = restore(settings)
    write_lock(settings.project, done.lock)
    return list(done.lock.packages)


def test_packages_are_locked_and_fetched(publish: Publish, settings: MakeSettings) -> None:
    publish("net", "1.0.0")
    publish("web", "1.0.0", dependencies={"net": "^1"})
    publish("web", "1.1.0", dependencies={"net": "^1"})
    made = settings('web = "^1"')
    assert restored(made) == ["net 1.0.0", "web 1.1.0"]
    lock = require_locked(made)
    assert lock.imports == {"web": "web 1.1.0"}
    assert lock.packages["web 1.1.0"].imports == {"net": "net 1.0.0"}
    files = Cache(made.packages.cache or Path()).files(lock.packages["web 1.1.0"].tree)
    assert files is not None
    assert set(files) == {"main.jsonnet", "module.json"}


def test_a_second_restore_changes_nothing_and_newer_versions_wait_for_update(
    publish: Publish, settings: MakeSettings
) -> None:
    publish("web", "1.0.0")
    made = settings('web = "^1"')
    restored(made)
    before = (made.project / "armlib.lock").read_bytes()
    publish("web", "1.2.0")
    assert restored(made) == ["web 1.0.0"]
    assert (made.project / "armlib.lock").read_bytes() == before
    updated = lock_again(made)
    assert updated.changes == [("web", "1.0.0", "1.2.0")]


def test_a_new_dependency_leaves_the_others_where_they_were(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    publish("net", "1.0.0")
    restored(settings('web = "^1"'))
    publish("web", "1.1.0")
    assert restored(settings('web = "^1"\nnet = "1"')) == ["net 1.0.0", "web 1.0.0"]


def test_update_of_one_package_leaves_the_others(publish: Publish, settings: MakeSettings) -> None:
    for name in ("web", "net"):
        publish(name, "1.0.0")
    made = settings('web = "1"\nnet = "1"')
    restored(made)
    for name in ("web", "net"):
        publish(name, "1.1.0")
    updated = lock_again(made, keep=names_but(made.project, ["web"]))
    assert updated.changes == [("web", "1.0.0", "1.1.0")]
    with pytest.raises(PackageError, match="no package 'wep'"):
        names_but(made.project, ["wep"])


def test_an_empty_cache_is_filled_with_what_was_locked(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = settings('web = "^1"')
    restored(made)
    publish("web", "1.1.0")
    elsewhere = settings('web = "^1"', cache="other")
    assert restore(elsewhere).fetched == ("web 1.0.0",)


def test_a_damaged_cache_is_healed(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = settings('web = "^1"')
    restored(made)
    cache = made.packages.cache
    assert cache is not None
    for path in [path for path in cache.rglob("*") if path.is_file()]:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(data)
    assert restore(made).fetched == ("web 1.0.0",)
    assert restore(made).fetched == ()
    assert [path for path in (cache / "tmp").iterdir() if ".old" in path.name] == []


def test_offline_what_the_cache_has_not_is_told_and_what_is_damaged_there(
    publish: Publish, settings: MakeSettings, layout: Layout
) -> None:
    for name in ("web", "net", "log"):
        publish(name, "1.0.0")
    rest = '[registries]\ndefault = "oci://registry.example.com/m"\n[mirrors]\n'
    rest += '"oci://registry.example.com/m" = ["layout:../layout"]'
    made = settings('web = "1"\nnet = "1"\nlog = "1"', rest, offline=True)
    restored(made)
    layout.folder.rename(layout.folder.with_name("away"))
    lock, cache = read_lock(made.project / LOCK_NAME), Cache(made.packages.cache or Path())
    assert lock is not None
    assert restore(made).fetched == ()
    web, net = (tree_folder(cache.folder, lock.packages[f"{name} 1.0.0"].tree) for name in ("web", "net"))
    (web / "main.jsonnet").unlink()
    for folder in (net, cache.folder / "blobs"):
        shutil.rmtree(folder)
    with pytest.raises(RegistryError) as caught:
        restore(made)
    assert (caught.value.code, caught.value.message) == (
        "offline",
        "we are offline, and net 1.0.0 of oci://registry.example.com/m is not in the cache, "
        "web 1.0.0 of oci://registry.example.com/m is damaged in the cache: "
        f"{web} is not what it was when it was restored",
    )
    assert "without --offline" in (caught.value.hint or "")


def test_what_the_killed_left_long_ago_is_cleared(tmp_path: Path) -> None:
    made = tmp_path / "tmp"
    (made / "folder.1.ab" / "lib").mkdir(parents=True)
    for name in ("file.1.ab", "folder.1.ab/lib/main.jsonnet", "new.2.ab"):
        (made / name).write_bytes(b"half")
    for name in ("file.1.ab", "folder.1.ab"):
        os.utime(made / name, (0, 0))
    cache = Cache(tmp_path)
    digest = cache.put_blob(b"whole")
    assert cache.blob(digest) == b"whole"
    assert [path.name for path in made.iterdir()] == ["new.2.ab"]


def test_a_bit_that_flips_in_the_registry_is_refused(publish: Publish, settings: MakeSettings, layout: Layout) -> None:
    publish("web", "1.0.0")
    restored(settings('web = "^1"'))
    blobs = [path for path in layout.folder.rglob("*") if path.is_file() and path.name not in (".lock", "oci-layout")]
    assert len(blobs) == 4  # the index, a manifest, a configuration, a layer
    for number, path in enumerate(blobs):
        whole = path.read_bytes()
        for position in range(0, len(whole), max(len(whole) // 5, 1)):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
            fresh = settings('web = "^1"', cache=f"fresh-{number}-{position}")
            try:
                done = restore(fresh)
            except ArmlibError:
                continue
            tree = require_locked(fresh).packages["web 1.0.0"].tree
            assert done.lock.packages["web 1.0.0"].tree == tree, f"{path} at {position}"
            assert Cache(fresh.packages.cache or Path()).is_whole(tree)
        path.write_bytes(whole)


def test_a_version_that_was_replaced_in_the_registry_is_not_taken(
    publish: Publish, settings: MakeSettings, layout: Layout
) -> None:
    digest = publish("web", "1.0.0")
    restored(settings('web = "^1"'))
    (layout.folder / "blobs" / "sha256" / digest.removeprefix("sha256:")).unlink()
    (layout.folder / "index.json").unlink()
    publish("web", "1.0.0", {"main.jsonnet": "{ other: 1 }"})
    with pytest.raises(PackageError) as caught:
        restore(settings('web = "^1"', cache="other"))
    assert caught.value.code == "version-not-found"


def test_a_plain_folder_is_a_registry(tmp_path: Path, settings: MakeSettings) -> None:
    package_folder(tmp_path / "plain" / "area" / "web", "area/web", "1.0.0", dependencies={"net": "1"})
    source = package_folder(tmp_path / "plain" / "net", "net", "1.3.0")
    made = settings('"area/web" = "1"', '[registries]\ndefault = "folder:../plain"')
    assert restored(made) == ["area/web 1.0.0", "net 1.3.0"]
    (source / "main.jsonnet").write_text("{ changed: true }")
    with pytest.raises(DamagedError) as caught:
        restore(settings('"area/web" = "1"', '[registries]\ndefault = "folder:../plain"', cache="other"))
    assert caught.value.code == "package-changed"
    assert [name for name, *_ in lock_again(made).changes] == ["net"]


def test_a_package_that_is_worked_on_is_read_where_it_is(
    tmp_path: Path, settings: MakeSettings, publish: Publish
) -> None:
    publish("net", "1.0.0")
    package_folder(tmp_path / "shared", "shared", "0.1.0", dependencies={"net": "^1"})
    made = settings('shared = { path = "../shared" }')
    assert restored(made) == ["../shared 0.1.0", "net 1.0.0"]
    lock = require_locked(made)
    assert lock.packages["../shared 0.1.0"].tree == ""


def test_add_keeps_comments_and_writes_both_files(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.2.0")
    publish("net", "2.0.0")
    made = settings('# the network\nnet = "2"')
    add(made, ["web"], None, made.project)
    text = (made.project / "armlib.toml").read_text()
    assert '# the network\nnet = "2"\nweb = "^1.2.0"\n' in text
    assert set(require_locked(settings('# the network\nnet = "2"\nweb = "^1.2.0"')).packages) == {
        "web 1.2.0",
        "net 2.0.0",
    }


def test_what_armlibs_library_is_imported_by_is_no_name_of_a_dependency(
    publish: Publish, settings: MakeSettings
) -> None:
    publish("arm", "1.0.0")
    made = settings()
    with pytest.raises(UsageError, match="'arm' is what imports of armlib's own library start with") as caught:
        add(made, ["arm"], None, made.project)
    assert caught.value.hint == "--as NAME says what it is imported by"
    assert add(made, ["arm"], "tools", made.project).lock.imports == {"tools": "arm 1.0.0"}
    with pytest.raises(ArmlibError, match="armlib's own library"):
        restore(settings('arm = "1"'))


def test_add_that_fails_changes_nothing(publish: Publish, settings: MakeSettings) -> None:
    publish("net", "2.0.0")
    made = settings('net = "2"')
    before = (made.project / "armlib.toml").read_bytes()
    wrong = {"nothing": "nothing", "net@^3": "^3", "net@^^": "layout:../layout#net: '^^' is not a range"}
    for reference, said in wrong.items():
        with pytest.raises(PackageError) as caught:
            add(made, [reference], None, made.project)
        assert said in caught.value.message
    assert (made.project / "armlib.toml").read_bytes() == before
    assert not (made.project / "armlib.lock").exists()


def test_what_others_write_while_packages_are_added_stays(
    publish: Publish, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("web", "1.0.0")
    publish("net", "1.0.0")
    made = settings()
    path = made.project / "armlib.toml"

    def interrupted(*arguments: Any, **more: Any) -> Restored:
        done = lock_again(*arguments, **more)
        path.write_text(path.read_text("utf-8").replace("[dependencies]", '[dependencies]\nnet = "1"'), "utf-8")
        return done

    monkeypatch.setattr("armlib.packages.add.lock_again", interrupted)
    with pytest.raises(PackageError) as caught:
        add(made, ["web"], None, made.project)
    assert caught.value.code == "changed-meanwhile"
    assert 'net = "1"' in path.read_text("utf-8")
    assert "web" not in path.read_text("utf-8")
    monkeypatch.undo()
    added = add(settings('net = "1"'), ["web"], None, made.project)
    assert list(added.lock.packages) == ["net 1.0.0", "web 1.0.0"]


def test_what_has_another_id_in_the_lock_has_not_changed() -> None:
    one, two = (
        Locked(id="web 1", name="web", version="1.0.0", source="git:x", digest=mark, tree=mark) for mark in "ab"
    )
    before, after = Lock(packages={"web 1": one}), Lock(packages={"web 1": two, "web 1 (=a)": one})
    assert Restored(lock=after, before=before).changes == [("web", "", "1.0.0")]
    assert Restored(lock=before, before=after).changes == [("web", "1.0.0", "")]
    moved = Lock(packages={"web 1": two})
    assert Restored(lock=moved, before=before).changes == [("web", "1.0.0 (a)", "1.0.0 (b)")]


def test_one_package_by_two_names(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    publish("web", "2.0.0")
    made = settings('web = "2"\nold = { package = "web", version = "1" }')
    restored(made)
    assert require_locked(made).imports == {"web": "web 2.0.0", "old": "web 1.0.0"}


def test_the_tree_shows_who_needs_whom(publish: Publish, settings: MakeSettings) -> None:
    publish("net", "1.0.0")
    publish("web", "1.0.0", dependencies={"net": "^1"})
    made = settings('web = "^1"\nlan = { package = "net", version = "1" }')
    restored(made)
    lock = require_locked(made)
    assert as_tree(lock) == "├─ net 1.0.0 as lan\n└─ web 1.0.0\n   └─ net 1.0.0\n"
    assert as_table(lock) == "net  1.0.0  layout:../layout\nweb  1.0.0  layout:../layout\n"


def test_a_lock_with_both_sides_of_a_merge_is_told_with_a_way_out(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = settings('web = "1"')
    restored(made)
    path = made.project / "armlib.lock"
    whole = path.read_text("utf-8")
    path.write_text(
        whole.replace("\n[[package]]", "\n<<<<<<< HEAD\n[[package]]", 1) + "=======\n>>>>>>> theirs\n", "utf-8"
    )
    with pytest.raises(PackageError) as caught:
        restore(made)
    line = path.read_text("utf-8").splitlines().index("<<<<<<< HEAD") + 1
    assert (caught.value.code, caught.value.message) == (
        "lock-damaged",
        f"{path}:{line}: a merge left both of its sides",
    )
    assert "git checkout --ours armlib.lock" in (caught.value.hint or "")


def test_a_locked_version_that_is_gone_is_told_by_its_name(
    publish: Publish, settings: MakeSettings, layout: Layout
) -> None:
    digest = publish("web", "1.0.0")
    restored(settings('web = "1"'))
    index = json.loads((layout.folder / "index.json").read_text("utf-8"))
    (layout.folder / "index.json").write_text(json.dumps({**index, "manifests": []}), "utf-8")
    with pytest.raises(PackageError) as caught:
        restore(settings('web = "1"', cache="other"))
    assert caught.value.message == (f"layout:../layout#web@1.0.0, which is locked as {digest}, is not there any more")


@pytest.mark.parametrize(
    "text",
    [
        "version = 9",
        "version = 0",
        "version = 1\n[imports]\nx = 'y 1'",
        "{",
        "version = 1\n[[package]]\nid = 'x'",
        "version = 1\n[[package]]\nid='x'\nname='x'\nversion='1'\nsource='local:'\ntree='../../etc'",
        "version = 1\n[[package]]\nid='x'\nname='x'\nversion='1'\nsource='local:'",
    ],
)
def test_a_damaged_lock_is_told(text: str, project: Path) -> None:
    (project / "armlib.lock").write_text(
        sealed(f"{text}\n" if "[" not in text else "version = 1\n", text.partition("\n")[2])
    )
    with pytest.raises(PackageError) as caught:
        read_lock(project / "armlib.lock")
    assert caught.value.code == "lock-damaged"
    assert "checksum" not in str(caught.value)


def test_no_bit_of_a_lock_can_flip(project: Path) -> None:
    lines = {
        f"net {major}.0.0": Locked(
            id=f"net {major}.0.0", name="net", version=f"{major}.0.0", source="l:", tree=tree * 64
        )
        for major, tree in ((2, "a"), (3, "b"))
    }
    path = project / "armlib.lock"
    whole = lock_text(Lock(asked="x", imports={"net": "net 2.0.0"}, packages=lines))
    for at in range(0, len(whole) * 8, 7):
        data = bytearray(whole)
        data[at // 8] ^= 1 << at % 8
        path.write_bytes(data)
        with pytest.raises(PackageError) as caught:
            read_lock(path)
        assert caught.value.code == "lock-damaged"


def test_a_lock_that_was_checked_out_with_other_line_ends_is_the_same(project: Path) -> None:
    path = project / "armlib.lock"
    path.write_bytes(lock_text(Lock(asked="x")).replace(b"\n", b"\r\n"))
    assert read_lock(path) == Lock(asked="x")


def test_a_lock_reads_as_it_was_written(project: Path) -> None:
    locked = Locked(
        id='a "quoted" 1.0.0', name="a", version="1.0.0", source="local:", tree="0" * 64, exports=("x*",), imports={}
    )
    lock = Lock(asked="x", imports={"a": locked.id}, packages={locked.id: locked})
    (project / "armlib.lock").write_bytes(lock_text(lock))
    assert read_lock(project / "armlib.lock") == lock


def test_a_package_missing_from_the_registry_is_told(settings: MakeSettings) -> None:
    with pytest.raises(PackageError) as caught:
        restore(settings('web = "^1"'))
    assert caught.value.code == "package-not-found"


def test_a_tree_is_not_taken_for_whole_when_a_file_is_gone(publish: Publish, settings: MakeSettings) -> None:
    publish("web", "1.0.0")
    made = settings('web = "^1"')
    restored(made)
    assert made.packages.cache is not None
    (tree_folder(made.packages.cache, require_locked(made).packages["web 1.0.0"].tree) / "main.jsonnet").unlink()
    assert restore(made).fetched == ("web 1.0.0",)
