"""A package as a registry holds it: one configuration and one layer, under a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from semver import Version

from armlib.jsontypes import Json, JsonObject
from armlib.packages.archive import pack, unpack
from armlib.packages.errors import DamagedError, PackageError
from armlib.packages.manifest import SIBLING, Dependency, Manifest
from armlib.packages.names import is_import_name, is_package_name
from armlib.packages.oci import (
    MANIFEST,
    Descriptor,
    ImageManifest,
    Repository,
    Stored,
    canonical,
    descriptor_of,
    manifest_bytes,
    parse_object,
)
from armlib.packages.origin import Origin, parse_source
from armlib.packages.versions import parse_range, parse_version

ARTIFACT: Final = "application/vnd.armlib.module.v1"
CONFIG: Final = "application/vnd.armlib.module.config.v1+json"
LAYER: Final = "application/vnd.armlib.module.layer.v1.tar"
_NAMES: Final = "org.opencontainers.image."


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of a package, before it is fetched: what it needs, and the *digest* that stands for it.

    *digest* is that of a manifest, a commit, or "" for a folder; *ref* the tag or branch of git that the commit was
    found by. The sources of its dependencies are settled.
    """

    origin: Origin
    version: Version
    digest: str = ""
    ref: str = ""
    dependencies: Mapping[str, Dependency] = field(default_factory=dict)
    exports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A package ready to be published: the bytes of its manifest, its configuration and its layer."""

    manifest: bytes
    config: bytes
    layer: bytes
    artifact_type: str = ARTIFACT

    @property
    def descriptor(self) -> Descriptor:
        """What the manifest is."""
        return descriptor_of(self.manifest, MANIFEST, artifact_type=self.artifact_type)


def build(manifest: Manifest, files: Mapping[str, bytes], descriptor: JsonObject) -> Artifact:
    """Return the package of *files*; *descriptor* is what ``armlib describe`` says of its main module.

    The same files and manifest give the same bytes: nothing here knows a clock or a machine.

    Raises:
        PackageError: It depends on a folder or on git, which who installs it may not have.
    """
    config = canonical(_config(manifest, descriptor))
    layer = pack(files)
    described = descriptor_of(layer, LAYER, annotations={f"{_NAMES}title": f"{_short(manifest)}.tar"})
    data = manifest_bytes(ARTIFACT, descriptor_of(config, CONFIG), [described], _annotations(manifest))
    return Artifact(manifest=data, config=config, layer=layer)


def _short(manifest: Manifest) -> str:
    return (manifest.name or "").rpartition("/")[2] + f"-{manifest.version}"


def _annotations(manifest: Manifest) -> dict[str, str]:
    said = {
        "title": manifest.name,
        "version": str(manifest.version),
        "description": manifest.description,
        "licenses": manifest.license,
        "url": manifest.homepage,
    }
    return {f"{_NAMES}{name}": text for name, text in said.items() if text}


def _config(manifest: Manifest, descriptor: JsonObject) -> JsonObject:
    config: JsonObject = {
        "name": manifest.name,
        "version": str(manifest.version),
        "main": manifest.main,
        "exports": list(manifest.exports),
        "dependencies": {name: _asked(dependency) for name, dependency in manifest.dependencies.items()},
        "descriptor": descriptor,
    }
    for name in ("description", "license", "homepage"):
        if getattr(manifest, name):
            config[name] = getattr(manifest, name)
    return config


def _asked(dependency: Dependency) -> Json:
    if dependency.origin.kind in ("path", "git"):
        raise PackageError(
            f"the dependency '{dependency.name}' comes from {dependency.origin}",
            code="not-publishable",
            hint="publish it too, and depend on a version of it",
        )
    asked: JsonObject = {"package": dependency.origin.name, "version": dependency.range.text}
    if dependency.origin.source.startswith("oci:"):
        asked["registry"] = dependency.origin.source
    if dependency.revision:
        asked["revision"] = dependency.revision
    return asked


def push(artifact: Artifact, repository: Repository, tag: str) -> Descriptor:
    """Store *artifact* under *tag*, the manifest last: it never names what is not there."""
    repository.put_blob(artifact.config)
    repository.put_blob(artifact.layer)
    return repository.put_manifest(artifact.manifest, MANIFEST, tag)


def read_release(stored: Stored, config: bytes, source: str, name: str) -> Release:
    """Return what a package says of itself; its dependencies are where it is, unless it names a registry.

    Raises:
        DamagedError: It is not the package that was asked for, or its configuration is wrong.
    """
    origin = Origin(source, name)
    where = f"{origin}@{stored.descriptor.digest}"
    said = parse_object(config, where)
    try:
        if said["name"] != name and not name.endswith(f"/{said['name']}"):
            raise ValueError(f"it says that it is '{said['name']}'")
        within = source if said["name"] == name else f"{source}/{name.removesuffix('/' + said['name'])}"
        return Release(
            origin=origin,
            version=parse_version(said["version"]),
            digest=stored.descriptor.digest,
            dependencies={key: _dependency(key, one, within) for key, one in said["dependencies"].items()},
            exports=_texts(said.get("exports", [])),
        )
    except (KeyError, TypeError, AttributeError, ValueError, PackageError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise DamagedError(f"{where} is not a package of armlib: {reason}", code="bad-package") from error


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError("exports is no array of texts")
    return tuple(value)


def _dependency(name: str, asked: Mapping[str, Any], source: str) -> Dependency:
    if not is_import_name(name) or not is_package_name(asked["package"]):
        raise ValueError(f"'{name}' is not the name of a dependency")
    if asked.get("registry"):
        source = parse_source(asked["registry"], Path())
        if not source.startswith("oci:"):
            raise ValueError(f"'{source}' is not the registry of others")
    return Dependency(
        name=name,
        origin=Origin(source, asked["package"]),
        range=parse_range(asked.get("version", "*")),
        revision=asked.get("revision"),
    )


def package_layer(manifest: ImageManifest, where: str) -> Descriptor:
    """Return the one layer of a package.

    Raises:
        DamagedError: There is not one.
    """
    layers = [layer for layer in manifest.layers if layer.media_type in (LAYER, f"{LAYER}+gzip")]
    if len(layers) != 1:
        raise DamagedError(f"{where} has {len(layers)} layers of files, not one", code="bad-package")
    return layers[0]


def layer_files(layer: bytes, where: str) -> dict[str, bytes]:
    """Return the files of a layer."""
    return unpack(layer, where)


def settled(dependencies: Mapping[str, Dependency], source: str) -> dict[str, Dependency]:
    """Return *dependencies* with those that say no source in *source*."""
    from dataclasses import replace

    return {
        name: replace(one, origin=Origin(source, one.origin.name)) if one.origin.source == SIBLING else one
        for name, one in dependencies.items()
    }


def release_of(manifest: Manifest, origin: Origin, source: str) -> Release:
    """Return the release that a folder with *manifest* is; what says no source is in *source*."""
    return Release(
        origin=origin,
        version=manifest.version or parse_version("0.0.0"),
        dependencies=settled(manifest.dependencies, source),
        exports=manifest.exports,
    )
