"""Every provider is found, under its namespace."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from armlib.emulator import providers
from armlib.emulator.providers.generic import Generic
from armlib.emulator.providers.lookup import is_special, provider_of, special_types

MODULES = sorted(path.stem for path in Path(providers.__path__[0]).glob("*.py"))
SERVICES = [name for name in MODULES if hasattr(import_module(f"armlib.emulator.providers.{name}"), "PROVIDERS")]


@pytest.mark.parametrize("name", SERVICES)
def test_each_provider_is_found_by_its_types(name: str) -> None:
    module = import_module(f"armlib.emulator.providers.{name}")
    for provider in module.PROVIDERS:
        assert provider.types
        for type_ in provider.types:
            assert provider_of(type_.casefold()) is provider
            assert is_special(type_.casefold())
            assert type_ in special_types()


def test_each_class_of_a_service_is_a_provider() -> None:
    for name in SERVICES:
        module = import_module(f"armlib.emulator.providers.{name}")
        classes = {each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Generic)}
        own = {each for each in classes if each.__module__ == module.__name__}
        assert own == {type(provider) for provider in module.PROVIDERS}


def test_all_else_is_generic() -> None:
    assert type(provider_of("contoso.shop/shops")) is Generic
    assert type(provider_of("microsoft.storage/nothing")) is Generic
