"""The collection is compiled in process, and held to the definitions of the types that it uses and no others."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.install import install
from armlib.jsonnet.inprocess import InProcessEvaluator
from tests.registry.collection import Workbench, example_files

PUBLISHED = Path(__file__).parents[3] / "shared" / "azure-types"


@pytest.fixture(scope="session")
def bench() -> Workbench:
    """What the modules are compiled with."""
    return Workbench(InProcessEvaluator())


@pytest.fixture(scope="session")
def types_path(bench: Workbench, published_index: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a store with the definitions of every type that an example uses."""
    used = {pair for file in example_files() for pair in types_in(bench.compiled(file).template or {})}
    folder = tmp_path_factory.mktemp("types")
    wanted = {name: path for name, path in published_index.items() if name.casefold() in used}
    _unpack({path.partition("#")[0] for path in wanted.values()}, folder)
    index = {"resources": {name: {"$ref": path} for name, path in wanted.items()}}
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return install(str(folder), path=folder / "types.sqlite3").path


@pytest.fixture(scope="session")
def published_index() -> dict[str, str]:
    """Return where each ``TYPE@VERSION`` is defined, a path in the published definitions."""
    if not PUBLISHED.exists():
        pytest.skip("the published definitions are not beside the checkout")
    index = json.loads((PUBLISHED / "index.json").read_text(encoding="utf-8"))
    return {name: entry["$ref"] for name, entry in index["resources"].items()}


def types_in(template: Any) -> set[str]:
    """Return every ``type@version`` of a template and of those nested in it, in lower case."""
    if isinstance(template, list):
        return {found for item in template for found in types_in(item)}
    if not isinstance(template, dict):
        return set()
    inner = {found for value in template.values() for found in types_in(value)}
    if isinstance(template.get("type"), str) and isinstance(template.get("apiVersion"), str):
        inner.add(f"{template['type']}@{template['apiVersion']}".casefold())
    return inner


def _unpack(paths: Iterable[str], folder: Path) -> None:
    """Write the published files at *paths* below *folder*."""
    by_provider: dict[str, set[str]] = {}
    for path in paths:
        by_provider.setdefault(path.split("/")[1], set()).add(path)
    for provider, wanted in by_provider.items():
        with tarfile.open(PUBLISHED / "providers" / f"{provider}.tar.xz") as archive:
            for member in archive:
                if member.name in wanted:
                    target = folder / member.name
                    target.parent.mkdir(parents=True)
                    content = archive.extractfile(member)
                    assert content is not None
                    target.write_bytes(content.read())
