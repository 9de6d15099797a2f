"""The modules that come with armlib, as packages that are read where they are: ``armlib:AREA/NAME``.

They need nothing but each other, and there is one version of each, so nothing is chosen, fetched or copied.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from armlib.config import Package
from armlib.diagnostics import nearest
from armlib.packages.errors import PackageError
from armlib.resources import registry_folder

PREFIX = "armlib:"
_MANIFEST = "module.json"


def names() -> list[str]:
    """Return the names of the modules that come with armlib."""
    folder = registry_folder()
    return sorted(file.parent.relative_to(folder).as_posix() for file in folder.glob(f"*/*/{_MANIFEST}"))


def collected(name: str, wanted: str = "") -> tuple[tuple[Package, ...], str]:
    """Return the module *name* and what it depends on, it first, and the path of its main file in it.

    Raises:
        PackageError: There is none, or not in a version that *wanted*, a range, allows.
    """
    known = names()
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean '{PREFIX}{near}'?" if near else f"there is: {', '.join(known)}"
        raise PackageError(f"armlib comes with no module '{name}'", code="package-not-found", hint=hint)
    manifests = {name: _manifest(name)}
    for one in (waiting := [name]):
        for other in manifests[one].get("dependencies") or {}:
            if other not in manifests:
                manifests[other] = _manifest(other)
                waiting.append(other)
    if wanted:
        _require_version(name, str(manifests[name]["version"]), wanted)
    numbers = {one: number for number, one in enumerate(manifests)}
    packages = tuple(_package(one, manifest, numbers) for one, manifest in manifests.items())
    return packages, str(manifests[name].get("main") or "main.jsonnet")


def _manifest(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_folder(name).joinpath(_MANIFEST).read_bytes())
    return found


def _folder(name: str) -> Path:
    return registry_folder() / name


def _require_version(name: str, version: str, wanted: str) -> None:
    from armlib.packages.versions import parse_range, parse_version

    try:
        fits = parse_range(wanted).newest([parse_version(version)]) is not None
    except ValueError:
        fits = False
    if not fits:
        message = f"armlib comes with version {version} of {name}, not {wanted}"
        raise PackageError(message, code="version-not-found", hint="name it without a version")


def _package(name: str, manifest: Mapping[str, Any], numbers: Mapping[str, int]) -> Package:
    return Package(
        label=f"{PREFIX}{name}",
        folder=_folder(name),
        exports=tuple(manifest.get("exports") or ()),
        imports=tuple((one, numbers[one]) for one in (name, *(manifest.get("dependencies") or {}))),
    )
