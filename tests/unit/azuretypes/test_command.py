"""``armlib types``, and the check in ``compile`` and ``eval``: what a user sees, and the exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from armlib.cli.app import run

Make = Callable[..., dict[str, Any]]
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


@pytest.fixture(autouse=True)
def installed(shop_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARMLIB_TYPES", str(shop_path))
    monkeypatch.chdir(tmp_path)


def write_template(path: Path, *resources: Any) -> Path:
    path.write_text(json.dumps({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources)}))
    return path


def test_install_tells_what_is_there(shop_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "armlib.toml").write_text('[types]\nstore = "here/types.sqlite3"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ARMLIB_TYPES")
        assert run(["types", "install", "--from", str(shop_folder)]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("8 types of 3 providers in 20 versions are installed")
    assert (tmp_path / "here" / "types.sqlite3").is_file()


def test_a_failed_install_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["types", "install", "--from", str(tmp_path / "nothing")]) == 1
    assert "does not exist" in capsys.readouterr().err


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["types", "list", "shelves"]) == 0
    assert capsys.readouterr().out == "Contoso.Shop/shops/shelves  2024-06-01-preview (3 versions)\n"
    assert run(["types", "list", "shelves", "--format", "json"]) == 0
    versions = ["2022-01-01", "2024-01-01", "2024-06-01-preview"]
    types = json.loads(capsys.readouterr().out)["types"]
    assert types == [{"type": "Contoso.Shop/shops/shelves", "apiVersions": versions}]
    assert run(["types", "list", "nothing"]) == 1


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["types", "show", "contoso.shop/shops", "--path", "properties.owner"]) == 0
    assert "mail  string (required) - The mail." in capsys.readouterr().out
    assert run(["types", "show", "Contoso.Shop/shops", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["type"]["apiVersion"] == "2024-01-01"
    assert run(["types", "show", "Contoso.Shop/shops", "--diff", "2022-01-01", "2024-01-01"]) == 0
    assert capsys.readouterr().out == "+ properties.discount: int\n"
    assert run(["types", "show", "Contoso.Shop/shop"]) == 1
    assert "did you mean 'Contoso.Shop/shops'?" in capsys.readouterr().err
    assert run(["types", "show", "Contoso.Shop/shops@2024-01-01", "--diff", "2022-01-01", "2024-01-01"]) == 2


def test_check(tmp_path: Path, shop_resource: Make, capsys: pytest.CaptureFixture[str]) -> None:
    good = write_template(tmp_path / "good.json", shop_resource())
    assert run(["types", "check", str(good)]) == 0
    bad = write_template(tmp_path / "bad.json", shop_resource(colur="Red"))
    assert run(["types", "check", str(bad), "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (found["code"], found["path"]) == ("unknown-property", "resources[0].properties.colur")
    (tmp_path / "none.json").write_text("[]")
    assert run(["types", "check", str(tmp_path / "none.json")]) == 1
    assert run(["types", "check", str(tmp_path / "absent.json")]) == 1


def test_check_without_types_says_how_to_install_them(
    tmp_path: Path, shop_resource: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARMLIB_TYPES", str(tmp_path / "none.sqlite3"))
    assert run(["types", "check", str(write_template(tmp_path / "t.json", shop_resource()))]) == 1
    assert "run 'armlib types install'" in capsys.readouterr().err


@pytest.fixture
def module(tmp_path: Path, shop_resource: Make) -> Path:
    path = tmp_path / "main.jsonnet"
    path.write_text(json.dumps({"resources": [shop_resource(colur="Red")]}))
    return path


def test_a_module_is_checked_too(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["types", "check", str(module)]) == 1
    assert "did you mean 'colour'?" in capsys.readouterr().err


def test_stdin_and_packages_are_checked_too(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(module.read_bytes())))
    assert run(["types", "check", "-"]) == 1
    assert "did you mean 'colour'?" in capsys.readouterr().err
    assert run(["types", "check", "armlib:storage/account", "-p", "name=stexample"]) == 0
    assert run(["types", "check", "armlib:storage/acount"]) == 1
    assert "did you mean" in capsys.readouterr().err


def test_compile_checks_types_once_they_are_installed(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compile", str(module)]) == 1
    shown = capsys.readouterr()
    assert (shown.out, "did you mean 'colour'?" in shown.err) == ("", True)
    monkeypatch.setenv("ARMLIB_TYPES_CHECK", "off")
    assert run(["compile", str(module)]) == 0
    monkeypatch.delenv("ARMLIB_TYPES_CHECK")
    monkeypatch.setenv("ARMLIB_TYPES", str(tmp_path / "none.sqlite3"))
    assert run(["compile", str(module)]) == 0


def test_a_project_corrects_definitions(module: Path, tmp_path: Path) -> None:
    (tmp_path / "armlib.toml").write_text('[types]\ncorrections = "ours.json"\n')
    entry = {"type": "Contoso.Shop/shops", "path": "properties.colur", "accept": "any", "reason": "British and short."}
    (tmp_path / "ours.json").write_text(json.dumps({"corrections": [entry]}))
    assert run(["compile", str(module)]) == 0
    assert run(["types", "check", str(module)]) == 0


def test_eval_checks_what_expressions_give(
    tmp_path: Path, shop_resource: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    template = write_template(tmp_path / "t.json", shop_resource(colour="[toUpper('pink')]"))
    assert run(["types", "check", str(template)]) == 0
    capsys.readouterr()
    assert run(["eval", str(template), "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (found["code"], found["path"]) == ("enum-value", "resources[0].properties.colour")


def test_a_template_that_is_linked_is_checked_at_its_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inner.jsonnet").write_text(
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module { shop:: arm.Resource('Contoso.Shop/shops', '2024-01-01') {\n"
        "  name: 'corner', location: 'here', properties: {\n"
        "    owner: { mail: 'x' }, color: 'Red' } } }\n"
    )
    (tmp_path / "main.jsonnet").write_text(
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module { inner:: arm.linked((import 'inner.jsonnet') { parameters:: {} }, 'inner.json') }\n"
    )
    assert run(["compile", "main.jsonnet", "-o", "out/main.json"]) == 1
    assert "inner.jsonnet:4:27: error: 'color' is no property" in capsys.readouterr().err
