from __future__ import annotations

from pathlib import Path

import pytest

from armlib.compiler.request import CompileRequest, Entry
from armlib.compiler.resolve import resolve, resolve_module
from armlib.errors import InputError
from armlib.jsonnet.port import Roots


def request(folder: Path, *names: str, alias: str = "") -> CompileRequest:
    entries = tuple(Entry(path=folder / name, alias=alias or name) for name in names)
    return CompileRequest(entries=entries, roots=Roots(project=folder))


def test_the_suffix_tells_json_from_jsonnet(tmp_path: Path) -> None:
    for name in ("a.json", "b.JSONC", "c.jsonnet", "d"):
        (tmp_path / name).write_text('{"resources": [] /* none */}')
    modules = resolve(request(tmp_path, "a.json", "b.JSONC", "c.jsonnet", "d")).modules
    assert [module.template for module in modules] == [{"resources": []}, {"resources": []}, None, None]
    assert [len(module.reads) for module in modules] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("name", "content", "code", "hint"),
    [
        ("mian.jsonnet", None, "entry-not-found", "main.json"),
        ("folder", None, "entry-is-a-folder", "main.jsonnet"),
        ("bad.json", b"[]", "not-an-object", None),
        ("bad.json", b"{a}", "json-syntax", None),
        ("bad.json", b"\xff", "not-utf-8", "UTF-8"),
        ("bad.json", b"", "json-syntax", None),
    ],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, name: str, content: bytes | None, code: str, hint: str | None
) -> None:
    (tmp_path / "main.jsonnet").write_text("{}")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "main.jsonnet").write_text("{}")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    (found,) = resolve(request(tmp_path, name)).diagnostics
    assert found.code == code
    assert (hint or "") in (found.hint or "")


def test_all_that_is_wrong_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "good.jsonnet").write_text("{}")
    sources = resolve(request(tmp_path, "one.json", "good.jsonnet", "two.json", alias="x"))
    assert [found.code for found in sources.diagnostics] == [
        "alias-clash",
        "alias-clash",
        "entry-not-found",
        "entry-not-found",
    ]
    assert len(sources.modules) == 1


def test_there_must_be_an_entry(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        resolve(request(tmp_path))


def test_a_module_is_found_beside_the_file_then_in_the_project_then_in_the_libraries(tmp_path: Path) -> None:
    roots = Roots(project=tmp_path / "project", library=(tmp_path / "library",))
    importer = tmp_path / "project" / "deep" / "main.json"
    for place in ("library", "project", "project/deep"):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / "m.jsonnet").write_text("{}")
        assert (
            resolve_module("m.jsonnet", importer, roots, "m").entry.path == (tmp_path / place / "m.jsonnet").resolve()
        )


@pytest.mark.parametrize(
    "reference", ["../outside.jsonnet", "/etc/passwd", "deep/../../outside.jsonnet", "link.jsonnet", "https://x/y"]
)
def test_a_module_outside_of_the_roots_is_refused(tmp_path: Path, reference: str) -> None:
    project = tmp_path / "project"
    (project / "deep").mkdir(parents=True)
    (tmp_path / "outside.jsonnet").write_text("{}")
    (project / "link.jsonnet").symlink_to(tmp_path / "outside.jsonnet")
    with pytest.raises(InputError) as caught:
        resolve_module(reference, project / "main.json", Roots(project=project), "m")
    assert caught.value.code == "import-refused"
