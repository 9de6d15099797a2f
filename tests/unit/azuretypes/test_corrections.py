"""Corrections: what each kind accepts, and files that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.corrections import Corrections, CorrectionsError, packaged, read_corrections
from armlib.azuretypes.store import Store
from armlib.azuretypes.template import check_template

Make = Callable[..., dict[str, Any]]


def file_of(tmp_path: Path, *entries: Any) -> Path:
    path = tmp_path / "corrections.json"
    path.write_text(json.dumps({"corrections": list(entries)}))
    return path


def entry(path: str, accept: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Contoso.Shop/shops", "path": path, "accept": accept, "reason": "It is so.", **more}


def codes(store: Store, resource: dict[str, Any], corrections: Corrections) -> list[str]:
    template = {"$schema": "https://x/deploymentTemplate.json#", "resources": [resource]}
    return [found.code for found in check_template(template, store, corrections=corrections)]


@pytest.mark.parametrize(
    ("properties", "correction", "before"),
    [
        ({"extra": 1}, entry("properties.extra", "any"), ["unknown-property"]),
        ({"floor": "many"}, entry("properties.floor", "any"), ["wrong-type"]),
        ({"owner": {}}, entry("properties.owner.mail", "absent"), ["required-missing"]),
        ({"state": "Ready"}, entry("properties.state", "written"), ["readonly-write"]),
        ({"colour": "Pink"}, entry("properties.colour", ["Pink"]), ["enum-value"]),
        ({"colour": "red"}, entry("properties.colour", ["red"]), ["enum-case"]),
        ({"items": [{"name": "a", "extra": 1}]}, entry("properties.items.extra", "any"), ["unknown-property"]),
        ({"extra": 1}, entry("properties.*", "any"), ["unknown-property"]),
        ({"payment": {"how": "Barter"}}, entry("properties.payment.how", ["barter"]), ["enum-value"]),
        ({"payment": {}}, entry("properties.payment.how", "absent"), ["required-missing"]),
        ({"copy": [{"name": "extra", "count": 1, "input": 1}]}, entry("properties.extra", "any"), ["unknown-property"]),
    ],
)
def test_a_correction_accepts_what_it_names(
    store: Store, shop_resource: Make, tmp_path: Path, properties: dict[str, Any], correction: Any, before: list[str]
) -> None:
    resource = shop_resource(**properties)
    assert codes(store, resource, Corrections()) == before
    assert codes(store, resource, Corrections().with_file(file_of(tmp_path, correction))) == []
    other = {**correction, "versions": ["2022-*"]}
    assert codes(store, resource, Corrections().with_file(file_of(tmp_path, other))) == before
    same = {**correction, "versions": ["2024-*"], "type": "contoso.*/SHOPS"}
    assert codes(store, resource, Corrections().with_file(file_of(tmp_path, same))) == []


def test_a_version_and_a_type_can_be_accepted(store: Store, shop_resource: Make, tmp_path: Path) -> None:
    resource = {**shop_resource(), "apiVersion": "2023-01-01"}
    corrections = Corrections().with_file(file_of(tmp_path, entry("", "version", versions=["2023-01-01"])))
    assert codes(store, resource, Corrections()) == ["unknown-api-version"]
    assert codes(store, resource, corrections) == []
    custom = {"type": "Contoso.Shop/made", "apiVersion": "2023-01-01", "name": "x"}
    accepted = Corrections().with_file(file_of(tmp_path, {**entry("", "any"), "type": "Contoso.Shop/made"}))
    assert (codes(store, custom, Corrections()), codes(store, custom, accepted)) == (["unknown-type"], [])


def test_a_scope_can_be_accepted(store: Store, tmp_path: Path) -> None:
    chain = {"type": "Contoso.Shop/chains", "apiVersion": "2024-01-01", "name": "c"}
    accepted = Corrections().with_file(file_of(tmp_path, {**entry("", "scope"), "type": "Contoso.Shop/chains"}))
    assert (codes(store, chain, Corrections()), codes(store, chain, accepted)) == (["wrong-scope"], [])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("nothing", "is no JSON"),
        ("[]", "expected an object"),
        ('{"corrections": [3]}', r"corrections\[0\]"),
        (json.dumps({"corrections": [{"type": "a/b", "accept": "any"}]}), "'reason' must be"),
        (json.dumps({"corrections": [{"type": "a/b", "accept": "any", "reason": " "}]}), "'reason' must be"),
        (json.dumps({"corrections": [{"type": "a/b", "accept": "all", "reason": "r"}]}), "'accept' must be"),
        (json.dumps({"corrections": [{"type": "a/b", "accept": [1], "reason": "r"}]}), "'accept' must be"),
        (json.dumps({"corrections": [entry("a", "any", versions="2020-01-01")]}), "'versions' must be"),
        (json.dumps({"corrections": [entry("a", "any", why="x")]}), "keys of"),
    ],
)
def test_a_file_that_is_wrong_is_told(tmp_path: Path, content: str, text: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(content)
    with pytest.raises(CorrectionsError, match=text):
        read_corrections(path)


def test_every_packaged_correction_has_its_reason() -> None:
    assert len(packaged().entries) > 5
    assert all(len(entry.reason) > 20 for entry in packaged().entries)
