"""Packages that are folders of git repositories: any folder at a commit, and versions by tags."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from semver import Version

from armlib.jsonnet.digest import sha256_hex
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.locked import tree_folder
from armlib.packages.manifest import ANY, SIBLING, Dependency, Manifest, Pin, read_manifest
from armlib.packages.origin import COMMIT, FOLDER_KINDS, Origin, git_origin
from armlib.packages.package import Release, release_of, settled
from armlib.packages.versions import from_tag, parse_version

if TYPE_CHECKING:
    from armlib.packages.sources import Sources

_TAGS = "refs/tags/"


class GitSource:
    """Folders of git repositories; what was found is in the cache, under repository, folder and commit."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def versions(self, origin: Origin) -> Sequence[Version]:
        """Return the versions that tags have: ``FOLDER/v1.2.3`` when there are such, else ``v1.2.3`` or ``1.2.3``."""
        found = self._version_tags(origin)
        if not found:
            hint = "say a revision instead of a version: a tag, a branch or a commit"
            raise PackageError(f"{origin} has no tag such as v1.2.3", code="version-not-found", hint=hint)
        return list(found)

    def release(self, origin: Origin, version: Version | None, revision: str | None) -> Release:
        """Return the folder at what *revision* names, or at the tag of *version*."""
        ref = revision or self._version_tags(origin)[version or parse_version("0.0.0")]
        kept = self._sources.kept_commits.get((str(origin), ref))
        commit, whole = (kept, None) if kept else self._commit(origin, ref)
        tree = self._tree(origin, commit, whole)
        manifest = self._manifest(origin, tree)
        asked = settled(manifest.dependencies, manifest.registries.get("default", SIBLING))
        within = {name: self._within(one, manifest, origin, commit) for name, one in asked.items()}
        own = release_of(replace(manifest, dependencies=within), origin, self._sources.default)
        said = version or manifest.version or from_tag(ref.rpartition("/")[2]) or own.version
        return replace(own, version=said, digest=commit, ref=ref if ref != commit else "")

    def fetch(self, origin: Origin, version: str, digest: str, tree: str) -> str:
        """Put the folder at the commit *digest* into the cache."""
        return self._tree(origin, digest, None)

    def _version_tags(self, origin: Origin) -> Mapping[Version, str]:
        names = [name.removeprefix(_TAGS) for name in self._refs(origin) if name.startswith(_TAGS)]
        own = f"{origin.name}/"
        inner = {from_tag(name.removeprefix(own)): name for name in names if origin.name and name.startswith(own)}
        found = inner if any(inner) else {from_tag(name): name for name in names}
        return {version: name for version, name in found.items() if version is not None}

    def _refs(self, origin: Origin) -> dict[str, str]:
        return self._sources.git_refs(origin)

    def _commit(self, origin: Origin, ref: str) -> tuple[str, str | None]:
        """Return the commit that *ref* is now, and the whole name of that; a tag goes before a branch."""
        if COMMIT.fullmatch(ref):
            return ref, None
        refs = self._refs(origin)
        for whole in (ref, f"{_TAGS}{ref}", f"refs/heads/{ref}"):
            if whole in refs and (whole == "HEAD" or whole.startswith("refs/")):
                return refs[whole], whole
        hint = "it is a tag, a branch, or a commit in full"
        raise PackageError(f"{origin} has no {ref}", code="version-not-found", hint=hint)

    def _tree(self, origin: Origin, commit: str, ref: str | None) -> str:
        """Return the tree of the folder at *commit*, from the cache when it is there."""
        cache = self._sources.cache
        key = sha256_hex(f"{origin}\n{commit}".encode())
        with cache.turn(key):
            tree = cache.commit(key)
            if tree is None:
                files = self._sources.git_files(origin, commit, ref)
                if not files:
                    raise PackageError(f"{origin} has no files", code="package-empty")
                tree = cache.put_tree(files)
                cache.put_commit(key, tree)
        self._require_sum(origin, commit, tree)
        return tree

    def _require_sum(self, origin: Origin, commit: str, tree: str) -> None:
        pin = self._sources.pins.get(origin.shown_name, Pin(commit=""))
        if pin.commit != commit or not pin.sum:
            return
        files = self._sources.cache.files(tree) or {}
        if bundler_sum(files) != pin.sum:
            hint = "'jb update' writes the lock again, if this is what is wanted"
            message = f"{origin} at {commit} is not what jsonnetfile.lock.json has the sum of"
            raise DamagedError(message, code="digest-mismatch", hint=hint)

    def _manifest(self, origin: Origin, tree: str) -> Manifest:
        """Return the manifest in the folder; without one it is a folder of files, which depends on nothing."""
        folder = tree_folder(self._sources.cache.folder, tree)
        try:
            return read_manifest(folder, is_fetched=True)
        except PackageError as error:
            if error.code == "no-manifest":
                return Manifest(folder=folder)
            raise PackageError(f"{origin}: {error.message}", code=error.code, hint=error.hint) from error

    def _within(self, dependency: Dependency, manifest: Manifest, origin: Origin, commit: str) -> Dependency:
        """Return *dependency* of the package at *origin*: a folder is one of the same repository, at the same commit.

        What jsonnet-bundler's lock of the project has of it counts.
        """
        wanted = dependency.origin
        if wanted.source == SIBLING:
            return self._sibling(dependency, manifest, origin, commit)
        if wanted.kind == "git":
            pin = self._sources.pins.get(wanted.shown_name)
            return replace(dependency, revision=pin.commit) if pin and dependency.revision else dependency
        if wanted.kind not in FOLDER_KINDS:
            return dependency
        folder = _joined(origin.name, wanted.place, wanted.name if wanted.kind == "folder" else "")
        if folder is None or wanted.kind == "layout":
            hint = "a package from git depends on registries, git, and folders of its own repository"
            message = f"{origin} depends on {wanted}, which is not in its repository"
            raise PackageError(message, code="unsupported-source", hint=hint)
        return Dependency(name=dependency.name, origin=git_origin(origin.place, folder), revision=commit)

    def _sibling(self, dependency: Dependency, manifest: Manifest, origin: Origin, commit: str) -> Dependency:
        """Return *dependency* as the folder beside the package, when packages lie there by their names and it fits."""
        if not manifest.name or not f"/{origin.name}".endswith(f"/{manifest.name}") or dependency.revision:
            return dependency
        folder = origin.name.removesuffix(manifest.name) + dependency.origin.name
        beside = git_origin(origin.place, folder)
        try:
            found = self._manifest(beside, self._tree(beside, commit, None))
        except PackageError as error:
            if error.code != "package-not-found":
                raise
            return dependency
        if found.name != dependency.origin.name or not found.version or not dependency.range.allows(found.version):
            return dependency
        return replace(dependency, origin=beside, range=ANY, revision=commit)


def _joined(*steps: str) -> str | None:
    """Return the folder that relative *steps* lead to, "" for where they start, or None when they leave it."""
    found: list[str] = []
    for step in (part for text in steps for part in PurePosixPath(text).parts):
        if step == ".." and found:
            found.pop()
        elif step in ("..", "/"):
            return None
        else:
            found.append(step)
    return "/".join(found)


def bundler_sum(files: Mapping[str, bytes]) -> str:
    """Return the sum that jsonnet-bundler's lock has of *files*: of the contents, folder by folder, sorted by name."""
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.encode().split(b"/")):
        digest.update(files[path])
    return base64.b64encode(digest.digest()).decode()
