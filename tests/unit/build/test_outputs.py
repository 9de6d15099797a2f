"""The files that a target writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from armlib.build.compilation import Result, entries_of
from armlib.build.outputs import dependency_list, files_of
from armlib.compiler.request import Compilation
from armlib.config import Target
from armlib.errors import InputError
from armlib.jsonnet.port import Read

OUT = Path("/project/out")


def files(
    linked: dict[str, str], *, output: str | None = "main.json", linked_out: str | None = None
) -> dict[str, bytes]:
    target = Target(
        name="x",
        entries=(),
        output=OUT / output if output else None,
        linked_out=Path(linked_out) if linked_out else None,
        minify=True,
    )
    compilation = Compilation(template={}, linked={address: {"a": text} for address, text in linked.items()})
    made, _ = files_of(target, Result(compilation=compilation, arguments={}))
    return {str(path): data for path, data in made.items()}


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("child.json", "/project/out/child.json"),
        ("a/b/child.json", "/project/out/a/b/child.json"),
        ("./a/../a%20b.json", "error"),
        ("a%20b.json", "/project/out/a b.json"),
        ("https://example.com/t/child.json?sv=1&sig=x", "/project/out/child.json"),
        ("/absolute/child.json", "/project/out/child.json"),
        ("../child.json", "error"),
        ("a/%2e%2e/%2e%2e/child.json", "error"),
        ("https://example.com/", "error"),
    ],
)
def test_linked_templates_lie_below_the_output(address: str, path: str) -> None:
    if path == "error":
        with pytest.raises(InputError, match="would be written outside"):
            files({address: "x"})
    else:
        assert files({address: "x"}) == {"/project/out/main.json": b"{}", path: b'{"a":"x"}'}


def test_linked_templates_may_have_a_folder_of_their_own() -> None:
    assert "/linked/child.json" in files({"child.json": "x"}, output=None, linked_out="/linked")


def test_two_linked_templates_may_not_have_one_path() -> None:
    with pytest.raises(InputError, match="two results would be written to /project/out/child"):
        files({"child.json": "x", "https://example.com/child.json": "y"})


def test_linked_templates_without_a_folder_are_told() -> None:
    target = Target(name="x", entries=())
    compilation = Compilation(template={}, linked={"child.json": {}})
    made, notes = files_of(target, Result(compilation=compilation, arguments={}))
    assert made == {}
    assert [note.code for note in notes] == ["linked-not-written"]


def test_a_rule_for_make_escapes_what_make_would_read() -> None:
    reads = [
        Read(path="/a b/$x#y.jsonnet", digest=""),
        Read(path="/z", digest="", kind="absent"),
        Read(path="/g/./*", digest="", kind="glob"),
    ]
    assert dependency_list(Path("/o:1.json"), reads).decode() == (
        "/o\\:1.json: \\\n  /a\\ b/$$x\\#y.jsonnet\n\n/a\\ b/$$x\\#y.jsonnet:\n"
    )
    assert dependency_list(None, reads).decode() == "/a b/$x#y.jsonnet\n"


@pytest.mark.parametrize(
    ("paths", "aliases"),
    [
        (["/a/hub.jsonnet", "/a/spoke.jsonnet"], ["hub", "spoke"]),
        (["/a/hub/main.jsonnet", "/a/spoke/main.jsonnet"], ["hub", "spoke"]),
        (["/a/one/net.jsonnet", "/a/two/net.jsonnet"], ["one", "two"]),
        (["/main.jsonnet"], ["main"]),
    ],
)
def test_a_module_is_called_after_its_file_or_its_folder(paths: list[str], aliases: list[str]) -> None:
    assert [entry.alias for entry in entries_of([(None, Path(path)) for path in paths])] == aliases
