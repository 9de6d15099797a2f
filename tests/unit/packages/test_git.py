"""Packages from git: real repositories, over file:// and through git's own HTTP backend."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from armlib.config import Settings
from armlib.packages.add import add
from armlib.packages.cache import Cache
from armlib.packages.errors import DamagedError, PackageError, RegistryError
from armlib.packages.git import Repositories
from armlib.packages.lock import Lock, Locked, read_lock
from armlib.packages.origin import Origin, Reference, git_origin, parse_reference
from armlib.packages.restore import lock_again, require_locked, restore, write_lock
from armlib.settings_file import SettingsError
from tests.unit.packages.conftest import Publish, write
from tests.unit.packages.git_repository import GitRepository, http_backend, needs_git, new_repository

MakeSettings = Callable[..., Settings]
pytestmark = needs_git


@pytest.fixture(autouse=True)
def _nobodys_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return new_repository(tmp_path / "repositories" / "modules.git")


def configure(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Set configuration of git for all that runs in the test; names have __ for dots."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(values)))
    for number, (name, value) in enumerate(values.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", name.replace("__", "."))
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)


def locked(settings: Settings) -> dict[str, Locked]:
    """Restore, write the lock, and return its packages by what the project imports them by."""
    done = restore(settings)
    write_lock(settings.project, done.lock)
    return {name: done.lock.packages[id_] for name, id_ in done.lock.imports.items()}


def files_of(settings: Settings, package: Locked) -> dict[str, bytes]:
    """Return the files of a package that is in the cache."""
    files = Cache(settings.packages.cache or Path()).files(package.tree)
    assert files is not None
    return files


def module(name: str, version: str, dependencies: Mapping[str, str] | None = None) -> str:
    """Return a module.json."""
    return json.dumps({"name": name, "version": version, "dependencies": dependencies or {}})


# What is found


def test_a_folder_of_a_repository_is_a_package(repository: GitRepository, settings: MakeSettings) -> None:
    commit = repository.commit({"web/main.jsonnet": "{}", "web/lib/a.libsonnet": "1", "README.md": "no part of it"})
    made = settings(f'web = {{ git = "{repository.address}", directory = "web" }}')
    web = locked(made)["web"]
    assert (web.digest, web.ref, web.version) == (commit, "HEAD", "0.0.0")
    assert web.source == f"git:{repository.address}#web"
    assert web.name == f"{repository.shown_name}/web"
    assert files_of(made, web) == {"main.jsonnet": b"{}", "lib/a.libsonnet": b"1"}
    assert read_lock(made.project / "armlib.lock") == require_locked(made)


@pytest.mark.parametrize("way", ["tag", "branch", "commit", "whole"])
def test_a_revision_is_a_tag_a_branch_or_a_commit(way: str, repository: GitRepository, settings: MakeSettings) -> None:
    wanted = repository.commit({"a.libsonnet": "'wanted'"}, "stable")
    repository.git("branch", "feature/x")
    repository.commit({"a.libsonnet": "'later'"})
    revision = {"tag": "stable", "branch": "feature/x", "commit": wanted, "whole": "refs/heads/feature/x"}[way]
    made = settings(f'web = {{ git = "{repository.address}", revision = "{revision}" }}')
    web = locked(made)["web"]
    assert web.digest == wanted
    assert web.ref == ("" if way == "commit" else revision)
    assert files_of(made, web) == {"a.libsonnet": b"'wanted'"}


def test_a_tag_goes_before_a_branch_of_the_same_name(repository: GitRepository, settings: MakeSettings) -> None:
    tagged = repository.commit({"a.libsonnet": "1"}, "same")
    repository.commit({"a.libsonnet": "2"})
    repository.git("branch", "same")
    assert locked(settings(f'web = {{ git = "{repository.address}", revision = "same" }}'))["web"].digest == tagged


def test_the_newest_version_that_fits_is_chosen(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a.libsonnet": "1"}, "v1.2.0")
    wanted = repository.commit({"a.libsonnet": "2"}, "1.10.0", "nightly")
    repository.commit({"a.libsonnet": "3"}, "v2.0.0", "v1.11.0-rc.1")
    web = locked(settings(f'web = {{ git = "{repository.address}", version = "^1.2" }}'))["web"]
    assert (web.version, web.digest, web.ref) == ("1.10.0", wanted, "1.10.0")


def test_a_folder_may_have_versions_of_its_own(repository: GitRepository, settings: MakeSettings) -> None:
    wanted = repository.commit({"web/a.libsonnet": "1", "net/a.libsonnet": "1"}, "web/v1.3.0", "v1.1.0")
    repository.commit({"web/a.libsonnet": "2"}, "v1.9.0", "net/v1.5.0")
    entry = f'git = "{repository.address}", version = "1"'
    web = locked(settings(f'web = {{ {entry}, directory = "web" }}'))["web"]
    assert (web.version, web.digest, web.ref) == ("1.3.0", wanted, "web/v1.3.0")


def test_ranges_on_one_repository_meet_and_lines_live_side_by_side(
    repository: GitRepository, settings: MakeSettings, tmp_path: Path
) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0", "2.0.0"):
        repository.commit({"a.libsonnet": version[0]}, f"v{version}")
    user = new_repository(tmp_path / "user")
    toml = '[dependencies]\nbase = {{ git = "{}", version = "{}" }}\n'
    user.commit({"armlib.toml": toml.format(repository.address, "<1.2")})
    entry = f'user = {{ git = "{user.address}" }}\nbase = {{ git = "{repository.address}", version = '
    done = restore(settings(f'{entry}"1" }}'))
    assert [one.version for one in done.lock.packages.values() if one.ref.startswith("v")] == ["1.1.0"]
    done = restore(settings(f'{entry}"2" }}', cache="other"))
    assert [one.version for one in done.lock.packages.values() if one.ref.startswith("v")] == ["1.1.0", "2.0.0"]


def test_the_manifest_of_a_folder_says_what_it_needs(
    repository: GitRepository, settings: MakeSettings, publish: Publish
) -> None:
    publish("net", "1.4.0")
    publish("storage/vault", "1.0.0")
    inner = '[package]\nname = "inner"\nversion = "3.0.0"\nexports = ["a.libsonnet"]\n'
    files = {
        "modules/storage/account/module.json": module(
            "storage/account",
            "1.2.0",
            {"net": "^1", "storage/blob": "^2", "storage/vault": "^1", "inner": "path:../../../in"},
        ),
        "modules/storage/blob/module.json": module("storage/blob", "2.1.0"),
        "modules/storage/vault/module.json": module("storage/vault", "2.0.0"),
        "in/armlib.toml": inner,
    }
    commit = repository.commit(files)
    made = settings(f'acc = {{ git = "{repository.address}", directory = "modules/storage/account" }}')
    account = locked(made)["acc"]
    lock = require_locked(made)
    needs = {name: lock.packages[id_] for name, id_ in account.imports.items()}
    assert account.version == "1.2.0"
    assert {name: (one.version, one.digest == commit) for name, one in needs.items()} == {
        "net": ("1.4.0", False),  # not in the repository
        "storage/blob": ("2.1.0", True),
        "storage/vault": ("1.0.0", False),  # what is beside it does not fit
        "inner": ("3.0.0", True),
    }
    assert needs["inner"].exports == ("a.libsonnet",)


@pytest.mark.parametrize("place", ["path:../../elsewhere", "path:/etc", "folder:~/modules#web", "layout:../l#web"])
def test_a_package_of_git_may_not_name_folders_of_this_machine(
    place: str, repository: GitRepository, settings: MakeSettings
) -> None:
    repository.commit({"web/module.json": module("web", "1.0.0", {"x": place})})
    with pytest.raises(PackageError, match="not in its repository") as caught:
        restore(settings(f'web = {{ git = "{repository.address}", directory = "web" }}'))
    assert caught.value.code == "unsupported-source"


def test_one_commit_by_two_refs_is_two_entries(repository: GitRepository, settings: MakeSettings) -> None:
    commit = repository.commit({"a.libsonnet": "1"}, "one")
    entry = f'git = "{repository.address}", revision ='
    found = locked(settings(f'a = {{ {entry} "one" }}\nb = {{ {entry} "main" }}'))
    assert [(name, one.digest, one.ref) for name, one in found.items()] == [("a", commit, "one"), ("b", commit, "main")]
    assert found["a"].id != found["b"].id


NOT_THERE = {
    'revision = "nowhere"': ("version-not-found", "has no nowhere"),
    f'revision = "{"a" * 40}"': ("version-not-found", "has no commit aaaa"),
    'directory = "nothing"': ("package-not-found", "no such folder"),
    'directory = "a.libsonnet"': ("package-not-found", "no such folder"),
    'version = "^1"': ("version-not-found", "no tag such as v1.2.3"),
}


@pytest.mark.parametrize("entry", NOT_THERE)
def test_what_is_not_there_is_told(entry: str, repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a.libsonnet": "1"})
    code, message = NOT_THERE[entry]
    with pytest.raises(PackageError, match=message) as caught:
        restore(settings(f'web = {{ git = "{repository.address}", {entry} }}'))
    assert caught.value.code == code


def test_a_repository_that_is_not_there_is_told(tmp_path: Path, settings: MakeSettings) -> None:
    with pytest.raises(RegistryError, match="does not appear to be a git repository") as caught:
        restore(settings(f'web = {{ git = "file://{tmp_path}/nothing" }}'))
    assert caught.value.code == "git-failed"


# What stays, and what moves


def test_a_locked_commit_stays_until_update(
    repository: GitRepository, settings: MakeSettings, publish: Publish
) -> None:
    publish("net", "1.0.0")
    entry = f'web = {{ git = "{repository.address}", revision = "main" }}'
    first = repository.commit({"a.libsonnet": "1"})
    assert locked(settings(entry))["web"].digest == first
    second = repository.commit({"a.libsonnet": "2"})
    made = settings(f'{entry}\nnet = "1"')
    assert locked(made)["web"].digest == first
    updated = lock_again(made)
    assert [one.digest for one in updated.lock.packages.values() if one.ref == "main"] == [second]
    assert updated.changes == [(repository.shown_name, f"0.0.0 ({first[:8]})", f"0.0.0 ({second[:8]})")]


def test_another_ref_is_looked_up_anew(repository: GitRepository, settings: MakeSettings) -> None:
    entry = f'web = {{ git = "{repository.address}", revision = "%s" }}'
    repository.commit({"a.libsonnet": "1"})
    locked(settings(entry % "main"))
    second = repository.commit({"a.libsonnet": "2"})
    assert locked(settings(entry % "refs/heads/main"))["web"].digest == second


def test_a_commit_that_moves_alone_is_told(repository: GitRepository, settings: MakeSettings) -> None:
    first = repository.commit({"web/a.libsonnet": "1"})
    made = settings(f'web = {{ git = "{repository.address}", directory = "web" }}')
    locked(made)
    second = repository.commit({"other": "2"})
    changes = [(f"{repository.shown_name}/web", f"0.0.0 ({first[:8]})", f"0.0.0 ({second[:8]})")]
    assert lock_again(made).changes == changes
    assert restore(made).changes == []


def test_a_tag_that_moves_is_told_and_taken_by_update_alone(repository: GitRepository, settings: MakeSettings) -> None:
    first = repository.commit({"a.libsonnet": "1"}, "v1.0.0")
    made = settings(f'web = {{ git = "{repository.address}", version = "1" }}')
    locked(made)
    repository.git("tag", "-d", "v1.0.0")
    second = repository.commit({"a.libsonnet": "2"}, "v1.0.0")
    again = lock_again(made, keep=None)
    assert (again.changes, [one.digest for one in again.lock.packages.values()]) == ([], [first])
    assert lock_again(made).changes == [(repository.shown_name, f"1.0.0 ({first[:8]})", f"1.0.0 ({second[:8]})")]


def test_a_fresh_cache_is_filled_with_the_locked_commit(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a.libsonnet": "1"})
    entry = f'web = {{ git = "{repository.address}" }}'
    locked(settings(entry))
    repository.commit({"a.libsonnet": "2"})
    fresh = settings(entry, cache="fresh")
    assert len(restore(fresh).fetched) == 1
    assert files_of(fresh, *require_locked(fresh).packages.values()) == {"a.libsonnet": b"1"}


def test_a_lock_whose_files_are_others_is_refused(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a.libsonnet": "1"})
    entry = f'web = {{ git = "{repository.address}" }}'
    made = settings(entry)
    web = locked(made)["web"]
    other = replace(web, digest=repository.commit({"a.libsonnet": "2"}))
    write_lock(made.project, replace(require_locked(made), packages={web.id: other}))
    with pytest.raises(DamagedError, match="not what was locked"):
        restore(settings(entry, cache="fresh"))


def test_a_damaged_cache_is_fetched_again(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a.libsonnet": "1"})
    made = settings(f'web = {{ git = "{repository.address}" }}')
    web = locked(made)["web"]
    assert made.packages.cache is not None
    for path in (path for path in made.packages.cache.rglob("*") if path.is_file()):
        path.chmod(0o644)
        path.write_bytes(b"x" + path.read_bytes()[1:])
    assert restore(made).fetched == (web.id,)
    assert files_of(made, web) == {"a.libsonnet": b"1"}


# Ways to it


@pytest.mark.parametrize("version", ["0", "2"])
def test_a_commit_that_no_ref_names_any_more_is_found(
    version: str, repository: GitRepository, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers of the first protocol give out no commit but those of refs, so all of it is fetched."""
    configure(monkeypatch, protocol__version=version)
    wanted = repository.commit({"a.libsonnet": "1"})
    repository.commit({"a.libsonnet": "2"})
    made = settings(f'web = {{ git = "{repository.address}", revision = "{wanted}" }}')
    assert files_of(made, locked(made)["web"]) == {"a.libsonnet": b"1"}


def test_over_http_one_commit_is_fetched_once(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"old.bin": "x"})
    repository.commit({"web/a.libsonnet": "1", "net/a.libsonnet": "2"}, "v1.0.0")
    with http_backend(repository.folder.parent) as (address, asked):
        entry = f'git = "{address}/modules.git", version = "1", directory ='
        made = settings(f'web = {{ {entry} "web" }}\nnet = {{ {entry} "net" }}')
        found = locked(made)
        fetches = [line for line in asked if line.startswith("POST")]
        asked.clear()
        assert restore(made).fetched == ()
        assert asked == []
    assert {name: files_of(made, one)["a.libsonnet"] for name, one in found.items()} == {"web": b"1", "net": b"2"}
    assert len(fetches) == 2  # the refs and one pack, for both folders


def test_a_password_is_asked_of_helpers_alone(
    repository: GitRepository, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit({"a.libsonnet": "1"})
    secret = base64.b64encode(b"reader:geheim").decode()
    with http_backend(repository.folder.parent, secret) as (address, _):
        entry = f'web = {{ git = "{address}/modules.git" }}'
        with pytest.raises(RegistryError, match="could not read Username") as caught:
            restore(settings(entry))
        assert "credential helpers" in (caught.value.hint or "")
        configure(monkeypatch, credential__helper="!f() { echo username=reader; echo password=geheim; }; f")
        made = settings(entry)
        locked(made)
    assert b"geheim" not in (made.project / "armlib.lock").read_bytes()
    assert made.packages.cache is not None
    assert not [path for path in made.packages.cache.rglob("*") if path.is_file() and b"geheim" in path.read_bytes()]


def test_a_password_that_git_puts_into_an_address_is_not_told(
    repository: GitRepository, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a.libsonnet": "1"})
    with http_backend(repository.folder.parent, "other") as (address, _):
        host = address.removeprefix("http://")
        configure(monkeypatch, **{f"url__http://reader:geheim@{host}/__insteadOf": f"{address}/"})
        monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.http://reader:geheim@{host}/.insteadOf")
        with pytest.raises(RegistryError) as caught:
            restore(settings(f'web = {{ git = "{address}/modules.git" }}'))
    assert "geheim" not in str(caught.value)


def test_offline_the_cache_and_this_machine_must_do(
    repository: GitRepository, settings: MakeSettings, publish: Publish
) -> None:
    publish("net", "1.0.0")
    repository.commit({"a.libsonnet": "1"})
    with http_backend(repository.folder.parent) as (address, asked):
        entry = f'web = {{ git = "{address}/modules.git", revision = "main" }}'
        web = locked(settings(entry))["web"]
        asked.clear()
        assert restore(settings(entry, offline=True)).fetched == ()
        assert locked(settings(f'{entry}\nnet = "1"', offline=True))["web"] == web
        with pytest.raises(RegistryError) as caught:
            lock_again(settings(entry, offline=True))
        assert caught.value.code == "offline"
        with pytest.raises(RegistryError):
            restore(settings(entry, offline=True, cache="empty"))
        assert asked == []
    assert restore(settings(f'web = {{ git = "{repository.address}" }}', offline=True, cache="empty")).fetched


@pytest.mark.parametrize("mirror", ["git:https://git.invalid/team/modules.git", "git:https://git.invalid/team"])
def test_a_mirror_is_asked_first(mirror: str, repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"web/a.libsonnet": "1"})
    place = repository.address if mirror.endswith(".git") else repository.address.removesuffix("/modules.git")
    mirrors = f'[mirrors]\n"{mirror}" = ["git:file:///nowhere", "git:{place}"]\n'
    entry = 'web = { git = "https://git.invalid/team/modules.git", directory = "web" }'
    for number, offline in enumerate((False, True)):
        made = settings(entry, mirrors, offline=offline, cache=f"cache{number}")
        assert locked(made)["web"].source == "git:https://git.invalid/team/modules.git#web"


# What is refused


def test_links_and_submodules_are_refused(repository: GitRepository, settings: MakeSettings, tmp_path: Path) -> None:
    repository.commit({"web/a.libsonnet": "1", "link/a.libsonnet": "1", "sub/a.libsonnet": "1"})
    (repository.folder / "link" / "passwd").symlink_to("/etc/passwd")
    commit = repository.commit()
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub/module")
    repository.git("commit", "-q", "-m", "a submodule")
    for directory, problem in {"link": "'passwd' is a link", "sub": "'module' is a submodule"}.items():
        with pytest.raises(DamagedError, match=problem) as caught:
            restore(settings(f'x = {{ git = "{repository.address}", directory = "{directory}" }}'))
        assert caught.value.code == "archive-refused"
    assert locked(settings(f'x = {{ git = "{repository.address}", directory = "web" }}'))


@pytest.mark.parametrize("name", ["..", ".", "a\\b", "c:d", "e\nf"])
def test_names_that_leave_the_folder_are_refused(name: str, repository: GitRepository, settings: MakeSettings) -> None:
    """Git's own commands refuse to write most of these, so the tree is written object by object."""
    blob = _object(repository, "blob", b"1")
    inner = _object(repository, "tree", b"100644 " + name.encode() + b"\0" + bytes.fromhex(blob))
    tree = _object(repository, "tree", b"40000 web\0" + bytes.fromhex(inner))
    commit = repository.git("commit-tree", "-m", "bad", tree)
    repository.git("update-ref", "refs/heads/main", commit)
    with pytest.raises((DamagedError, RegistryError)):
        restore(settings(f'web = {{ git = "{repository.address}", directory = "web" }}'))


def _object(repository: GitRepository, kind: str, data: bytes) -> str:
    command = ["git", "-C", str(repository.folder), "hash-object", "-w", "--literally", "-t", kind, "--stdin"]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout.decode().strip()


def test_names_that_differ_in_case_alone_are_refused(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"web/a.libsonnet": "1", "web/A.libsonnet": "2"})
    with pytest.raises(DamagedError, match="in case alone"):
        restore(settings(f'web = {{ git = "{repository.address}", directory = "web" }}'))


def test_hooks_filters_and_attributes_do_nothing(
    repository: GitRepository, settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, filter__bad__smudge=f"touch {tmp_path}/ran; cat", core__hooksPath=str(tmp_path / "hooks"))
    hook = write(tmp_path / "hooks", {"reference-transaction": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    (hook / "reference-transaction").chmod(0o755)
    text = "$Format:%H$\r\n"
    repository.git("-c", "core.hooksPath=/dev/null", "config", "core.autocrlf", "false")
    write(repository.folder, {".gitattributes": "a.libsonnet export-subst filter=bad\nb.libsonnet export-ignore\n"})
    (repository.folder / "a.libsonnet").write_bytes(text.encode())
    (repository.folder / "b.libsonnet").write_bytes(b"2")
    repository.git("-c", "core.hooksPath=/dev/null", "add", "-A")
    repository.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "x")
    made = settings(f'web = {{ git = "{repository.address}" }}')
    files = files_of(made, locked(made)["web"])
    assert (files["a.libsonnet"], files["b.libsonnet"]) == (text.encode(), b"2")
    assert not (tmp_path / "ran").exists()


def test_a_repository_around_us_is_not_meant(
    repository: GitRepository, settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook of git has its repository in the environment."""
    commit = repository.commit({"a.libsonnet": "1"})
    other = new_repository(tmp_path / "other")
    made = settings(f'web = {{ git = "{repository.address}" }}')
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / "index"))
    assert locked(made)["web"].digest == commit


def test_what_must_be_signed_may_not_come_from_git(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a.libsonnet": "1"})
    made = settings(
        f'web = {{ git = "{repository.address}" }}', '[trust]\nkeys = { k = "k.pub" }\nrequire = { "*" = ["k"] }\n'
    )
    write(made.project, {"k.pub": PUBLIC_KEY})
    with pytest.raises(DamagedError, match="where nothing is signed") as caught:
        restore(made)
    assert caught.value.code == "signature-missing"


PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""


def test_without_git_it_says_so(
    repository: GitRepository, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit({"a.libsonnet": "1"})
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(PackageError) as caught:
        restore(settings(f'web = {{ git = "{repository.address}" }}'))
    assert caught.value.code == "no-git"


def test_protocols_that_run_programs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, url__x__insteadOf="y", protocol__ext__allow="always")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "url.ext::sh -c touch% .insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://git.invalid/")
    with pytest.raises(RegistryError, match="transport 'ext' not allowed"):
        Repositories().refs(f"https://git.invalid/{tmp_path}/ran")
    assert not (tmp_path / "ran").exists()


def test_whoever_interrupts_does_not_wait_for_git(tmp_path: Path) -> None:
    """A server that never answers; the process, and git with it, ends at once."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        write(
            tmp_path,
            {"armlib.toml": f'[dependencies]\nx = {{ git = "http://127.0.0.1:{listener.getsockname()[1]}/x.git" }}\n'},
        )
        command = [sys.executable, "-m", "armlib", "restore", "--project", str(tmp_path)]
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "NO_PROXY": "127.0.0.1"}
        process = subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(20)
            assert connection.recv(100)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
            assert process.returncode != 0
            while connection.recv(4096):
                pass  # git has let go of it


# How it is asked for


REFERENCES = {
    "git+https://git.example.com/team/modules.git": Reference(
        origin=Origin("git:https://git.example.com/team/modules.git")
    ),
    "git+https://git.example.com/x/y@v1.2#web/lib/": Reference(
        origin=Origin("git:https://git.example.com/x/y", "web/lib"), tag="v1.2"
    ),
    "git+ssh://git@git.example.com/x/y.git@feature/z": Reference(
        origin=Origin("git:ssh://git@git.example.com/x/y.git"), tag="feature/z"
    ),
    "git+file:///srv/x.git@^1.2#web": Reference(origin=Origin("git:file:///srv/x.git", "web"), version="^1.2"),
}


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference_names_address_revision_and_folder(text: str) -> None:
    assert parse_reference(text, Path(), {}, "local:") == REFERENCES[text]


@pytest.mark.parametrize(
    "address",
    [
        "https://reader:geheim@git.example.com/x",
        "https://geheim@git.example.com/x",
        "ssh://git:geheim@git.example.com/x",
        "https://reader:ge/geheim@git.example.com/x",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_told(address: str, settings: MakeSettings) -> None:
    with pytest.raises(PackageError) as caught:
        git_origin(address)
    assert "geheim" not in f"{caught.value}{caught.value.hint}"
    for said in (f'{{ git = "{address}" }}', f'"git+{address}@v1"', f'"{address}"', f'{{ git = "{address}"'):
        with pytest.raises(SettingsError) as told:
            restore(settings(f"x = {said}"))
        assert "geheim" not in str(told.value.diagnostics)
        assert all(one.excerpt is not None for one in told.value.diagnostics)


@pytest.mark.parametrize(
    "address",
    ["ext::sh -c true", "-x", "https://-x/y", "ssh://-oProxyCommand=x/y", "ssh://-x@host/y", "/srv/x", "../x",
     "ftp://x/y", "git@host:", "https://x/y#z", "https://x/y z", "a@b::c", "https://x"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(PackageError, match="is not the address of a git repository"):
        git_origin(address)


def test_add_writes_the_table(repository: GitRepository, settings: MakeSettings) -> None:
    made = settings()
    commit = repository.commit({"web/a.libsonnet": "1", "net/a.libsonnet": "1"})
    add(made, [f"git+{repository.address}#web"], None, made.project)
    repository.git("tag", "v1.4.0")
    add(made, [f"git+{repository.address}#net", f"git+{repository.address}@{commit}"], None, made.project)
    add(made, [f"git+{repository.address}@~1.4#web"], "other", made.project)
    text = (made.project / "armlib.toml").read_text()
    assert f'web = {{git = "{repository.address}", directory = "web"}}' in text
    assert f'net = {{git = "{repository.address}", directory = "net", version = "^1.4.0"}}' in text
    assert f'modules = {{git = "{repository.address}", revision = "{commit}"}}' in text
    assert f'other = {{git = "{repository.address}", directory = "web", version = "~1.4"}}' in text
    assert set((read_lock(made.project / "armlib.lock") or Lock()).imports) == {"web", "net", "modules", "other"}


# jsonnet-bundler


def bundled(remote: str, subdir: str = "", version: str = "main", sum_: str | None = None) -> dict[str, object]:
    """Return an entry of jsonnetfile.json, or of its lock."""
    entry: dict[str, object] = {"source": {"git": {"remote": remote, "subdir": subdir}}, "version": version}
    return {**entry, "sum": sum_} if sum_ is not None else entry


def bundler_file(*entries: dict[str, object]) -> str:
    return json.dumps({"version": 1, "dependencies": list(entries), "legacyImports": True})


def test_the_lock_of_jsonnet_bundler_counts_for_all_and_its_sums_are_verified(
    repository: GitRepository, settings: MakeSettings, tmp_path: Path
) -> None:
    base = new_repository(tmp_path / "repositories" / "base")
    # Sorted as a walk has it: the folder "a" before the file "a.txt", though "." sorts before "/".
    contents = {"lib/a.txt": "2", "lib/a/z": "1", "lib/.hidden": "0", "lib/B": "B"}
    pinned = base.commit(contents)
    base.commit({"lib/a.txt": "later"})
    user = repository.commit({"x/jsonnetfile.json": bundler_file(bundled(base.address, "lib"))})
    repository.commit({"x/a": "later"})
    made = settings()
    lib_sum = base64.b64encode(hashlib.sha256(b"0B12").digest()).decode()
    user_sum = base64.b64encode(hashlib.sha256(bundler_file(bundled(base.address, "lib")).encode()).digest()).decode()

    def write_lock_of_bundler(sum_: str) -> None:
        lock = (bundled(repository.address, "x", user, user_sum), bundled(base.address, "lib", pinned, sum_))
        files = {
            "jsonnetfile.json": bundler_file(bundled(repository.address, "x")),
            "jsonnetfile.lock.json": bundler_file(*lock),
        }
        write(made.project, files)

    write_lock_of_bundler(lib_sum)
    found = locked(made)
    assert set(found) == {"x", f"{repository.shown_name}/x"}
    lock = require_locked(made)
    assert {one.digest for one in lock.packages.values()} == {user, pinned}
    assert set(found["x"].imports) == {"lib", f"{base.shown_name}/lib"}
    write_lock_of_bundler(user_sum)
    with pytest.raises(DamagedError, match="has the sum of") as caught:
        restore(made)
    assert caught.value.code == "digest-mismatch"


def test_two_packages_with_one_short_name_are_told(repository: GitRepository, settings: MakeSettings) -> None:
    repository.commit({"a/mixin/x": "1", "b/mixin/x": "2"})
    made = settings()
    entries = [bundled(repository.address, "a/mixin"), bundled(repository.address, "b/mixin")]
    write(made.project, {"jsonnetfile.json": bundler_file(*entries)})
    with pytest.raises(PackageError, match="would both be imported as 'mixin'"):
        restore(made)
    write(made.project, {"jsonnetfile.json": bundler_file(entries[0], {**entries[1], "name": "other"})})
    found = locked(made)
    assert (files_of(made, found["mixin"]), files_of(made, found["other"])) == ({"x": b"1"}, {"x": b"2"})


def test_a_package_of_others_goes_without_a_short_name_of_two(
    repository: GitRepository, settings: MakeSettings, tmp_path: Path
) -> None:
    repository.commit({"a/mixin/x": "1", "b/mixin/x": "2", "c/x": "3"})
    user = new_repository(tmp_path / "user")
    entries = [bundled(repository.address, folder) for folder in ("a/mixin", "b/mixin", "c")]
    user.commit({"jsonnetfile.json": bundler_file(*entries)})
    found = locked(settings(f'user = {{ git = "{user.address}" }}'))["user"]
    whole = {f"{repository.shown_name}/{folder}" for folder in ("a/mixin", "b/mixin", "c")}
    assert set(found.imports) == {"c", *whole}
