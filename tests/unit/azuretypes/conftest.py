"""Stores of small definitions, and of some of the real ones where they lie beside the checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.install import install
from armlib.azuretypes.store import Store
from tests.unit.azuretypes.definitions import TypesFile, deployments, envelope, shop, write_folder
from tests.unit.azuretypes.studio import NEW, OLD, studio

PUBLISHED = Path(__file__).parents[4] / "shared" / "azure-types"


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shop in three versions."""
    folder = tmp_path_factory.mktemp("generated")
    files = {
        "shop/contoso.shop/2022-01-01": shop("2022-01-01", with_discount=False),
        "shop/contoso.shop/2024-01-01": shop("2024-01-01"),
        "shop/contoso.shop/2024-06-01-preview": shop("2024-06-01-preview"),
    }
    other = TypesFile()
    name = "Contoso.Farm/farms"
    other.resource(
        f"{name}@2024-01-01", other.object(name, {**envelope(other, name, "2024-01-01"), "name": (other.string(), 9)})
    )
    files["farm/contoso.farm/2024-01-01"] = other
    files["resources/microsoft.resources/2022-09-01"] = deployments()
    return write_folder(folder, files)


@pytest.fixture(scope="session")
def shop_path(shop_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a store with the shop."""
    return install(str(shop_folder), path=tmp_path_factory.mktemp("store") / "types.sqlite3").path


@pytest.fixture
def store(shop_path: Path) -> Iterator[Store]:
    """A store with the shop."""
    opened = Store.open(shop_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def published_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a store with some of the real definitions."""
    if not PUBLISHED.exists():
        pytest.skip("the published definitions are not beside the checkout")
    path = tmp_path_factory.mktemp("published") / "types.sqlite3"
    wanted = [
        "Microsoft.Storage",
        "Microsoft.Web",
        "Microsoft.Authorization",
        "Microsoft.Resources",
        "Microsoft.KeyVault",
    ]
    return install(str(PUBLISHED), wanted, path=path).path


@pytest.fixture
def published(published_path: Path) -> Iterator[Store]:
    """A store with some of the real definitions."""
    opened = Store.open(published_path)
    yield opened
    opened.close()


@pytest.fixture
def shop_resource() -> Callable[..., dict[str, Any]]:
    """A valid shop; keyword arguments replace or add properties."""

    def make(**properties: Any) -> dict[str, Any]:
        return {
            "type": "Contoso.Shop/shops",
            "apiVersion": "2024-01-01",
            "name": "corner",
            "location": "[resourceGroup().location]",
            "properties": {"owner": {"mail": "a@b.c"}, **properties},
        }

    return make


@pytest.fixture(scope="session")
def studio_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a store with the studio."""
    folder = tmp_path_factory.mktemp("studio")
    files = {f"studio/contoso.studio/{version}": studio(version) for version in (OLD, NEW)}
    return install(str(write_folder(folder, files)), path=folder / "types.sqlite3").path
