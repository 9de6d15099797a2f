"""What a program may import, what is recorded, and what a wrong import is told."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from armlib.diagnostics import Diagnostic
from armlib.jsonnet import importer
from armlib.jsonnet.glob import list_matches
from armlib.jsonnet.importer import Boundary, FailedImportError, listing_digest
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluated, EvaluationError, Program, Roots

Evaluate = Callable[..., Evaluated]
Failure = Callable[..., Diagnostic]
Write = Callable[..., None]


def test_import_is_looked_for_beside_the_file_then_in_the_project_the_library_and_the_package(
    evaluate: Evaluate, write: Write, project: Path, tmp_path: Path
) -> None:
    library, packaged = tmp_path / "library", tmp_path / "packaged"
    write(
        {
            "sub/entry.libsonnet": "import 'a.libsonnet'",
            "sub/a.libsonnet": "['beside', import 'b.libsonnet']",
            "b.libsonnet": "['project', import 'c.libsonnet']",
            "../library/a.libsonnet": "'wrong'",
            "../library/b.libsonnet": "'wrong'",
            "../library/c.libsonnet": "['library', import 'd.libsonnet']",
            "../packaged/c.libsonnet": "'wrong'",
            "../packaged/d.libsonnet": "['packaged']",
        }
    )
    found = evaluate("import 'sub/entry.libsonnet'", library=(library,), packaged=(packaged,))
    assert json.loads(found.text) == ["beside", ["project", ["library", ["packaged"]]]]


def test_files_are_called_alike_on_every_machine(
    evaluate: Evaluate, write: Write, project: Path, tmp_path: Path
) -> None:
    library, twin, packaged = tmp_path / "one" / "library", tmp_path / "two" / "library", tmp_path / "packaged"
    this = "std.thisFile"
    write(
        {
            "sub/a.libsonnet": f"[{this}, import './b.libsonnet', import '../c.libsonnet', import 'glob:d*.libsonnet']",
            "sub/b.libsonnet": this,
            "c.libsonnet": this,
            "d.libsonnet": this,
            "../one/library/x/one.libsonnet": f"[{this}, import 'two.libsonnet']",
            "../two/library/two.libsonnet": f"[{this}, import 'packaged.libsonnet']",
            "../packaged/packaged.libsonnet": this,
        }
    )
    found = evaluate(
        "[std.thisFile, import 'sub/a.libsonnet', import 'x/one.libsonnet']",
        library=(library, twin),
        packaged=(packaged,),
    )
    assert json.loads(found.text) == [
        "main.jsonnet",
        ["sub/a.libsonnet", "sub/b.libsonnet", "c.libsonnet", {"d.libsonnet": "d.libsonnet"}],
        ["<library>/x/one.libsonnet", ["<library 1>/two.libsonnet", "<armlib/packaged>/packaged.libsonnet"]],
    ]
    assert all(Path(read.path).is_absolute() for read in found.reads)


def test_everything_looked_up_is_recorded_once(evaluate: Evaluate, write: Write, project: Path, tmp_path: Path) -> None:
    write({"../library/a.txt": "text", "b.libsonnet": "importstr 'a.txt'"})
    library = tmp_path / "library"
    found = evaluate("[import 'b.libsonnet', importstr 'a.txt', importstr './a.txt']", library=(library,))
    digest = hashlib.sha256(b"text").hexdigest()
    assert [(read.path, read.kind, read.digest) for read in found.reads] == [
        (str(project / "b.libsonnet"), "file", hashlib.sha256(b"importstr 'a.txt'").hexdigest()),
        (str(project / "a.txt"), "absent", ""),
        (str(library / "a.txt"), "file", digest),
    ]


def test_what_was_read_is_recorded_of_a_failed_evaluation_too(evaluate: Evaluate, write: Write, project: Path) -> None:
    write({"a.libsonnet": "error 'no'"})
    with pytest.raises(EvaluationError) as caught:
        evaluate("import 'a.libsonnet'")
    assert [read.path for read in caught.value.reads] == [str(project / "a.libsonnet")]


def test_a_folder_that_leads_out_and_back_is_fine(evaluate: Evaluate, write: Write, project: Path) -> None:
    write({"sub/a.libsonnet": "import '../../project/b.libsonnet'", "b.libsonnet": "1"})
    assert json.loads(evaluate("import 'sub/a.libsonnet'").text) == 1


def test_a_symbolic_link_inside_the_roots_is_fine(evaluate: Evaluate, write: Write, project: Path) -> None:
    write({"real/a.libsonnet": "import 'b.libsonnet'", "real/b.libsonnet": "'real'"})
    (project / "link").symlink_to("real")
    (project / "file.libsonnet").symlink_to("real/b.libsonnet")
    assert json.loads(evaluate("[import 'link/a.libsonnet', import 'file.libsonnet']").text) == ["real", "real"]


def test_a_project_given_by_a_symbolic_link_works(write: Write, project: Path, tmp_path: Path) -> None:
    write({"a.libsonnet": "1", "sub/b.libsonnet": "import '../a.libsonnet'"})
    (tmp_path / "alias").symlink_to(project)
    alias = tmp_path / "alias"
    program = Program(source="import 'sub/b.libsonnet'", file=str(alias / "main.jsonnet"), roots=Roots(project=alias))
    assert InProcessEvaluator().evaluate(program).text == "1\n"


@pytest.mark.parametrize(
    ("content", "expression", "result"),
    [
        (b"\xff\x00\xfe", "importbin 'data'", [255, 0, 254]),
        ("é𝒳".encode(), "importstr 'data'", "é𝒳"),
        (b"", "importstr 'data'", ""),
        ("'é'".encode(), "import 'data'", "é"),
    ],
)
def test_content_arrives_unchanged(
    content: bytes, expression: str, result: object, evaluate: Evaluate, write: Write
) -> None:
    write({"data": content})
    assert json.loads(evaluate(expression).text) == result


@pytest.mark.parametrize("expression", ["importstr 'data'", "import 'data'", "[importbin 'data', importstr 'data']"])
def test_text_that_is_not_utf8_is_an_error_at_the_import(expression: str, failure: Failure, write: Write) -> None:
    write({"data": b"fine\nnot \xff fine"})
    found = failure(expression)
    assert (found.code, found.message) == (
        "import-not-text",
        'import "data": is not UTF-8 text (byte 0xff on line 2)',
    )
    assert found.place is not None
    assert found.place.line == 1


def test_binary_file_may_be_imported_from_code_given_as_a_variable(evaluate: Evaluate, write: Write) -> None:
    write({"data": b"\xff"})
    assert json.loads(evaluate("std.extVar('x')", ext_code={"x": "importbin 'data'"}).text) == [255]


def test_folder_pipe_and_device_are_not_opened(failure: Failure, project: Path) -> None:
    (project / "folder").mkdir()
    os.mkfifo(project / "pipe")
    (project / "null").symlink_to("/dev/null")
    assert failure("importstr 'folder'").message == 'import "folder": is a folder, not a file'
    assert failure("importstr 'pipe'").message == 'import "pipe": is not a regular file'
    assert failure("importstr 'null'").code == "import-refused"


def test_a_device_inside_the_roots_is_not_opened(tmp_path: Path) -> None:
    device = Path("/dev/zero")
    with pytest.raises(FailedImportError) as caught:
        importer.Importer(Boundary("/dev"), {})("/dev/", device.name)
    assert caught.value.message == 'import "zero": is not a regular file'


def test_a_file_that_is_too_large_is_not_read(failure: Failure, project: Path) -> None:
    with (project / "large").open("wb") as file:
        file.truncate(importer.LARGEST_FILE + 1)
    assert failure("importstr 'large'").message == 'import "large": is larger than 128 MiB'


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(failure: Failure, write: Write, project: Path) -> None:
    write({"secret": "x"})
    (project / "secret").chmod(0)
    assert failure("importstr 'secret'").code == "import-unreadable"


def test_links_that_go_in_a_circle_say_so(failure: Failure, project: Path) -> None:
    (project / "a").symlink_to("b")
    (project / "b").symlink_to("a")
    assert failure("importstr 'a'").code == "import-unreadable"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("storage.libsonet", 'did you mean "storage.libsonnet"?'),
        ("Storage.libsonnet", 'did you mean "storage.libsonnet"?'),
        ("lib/netwrok.libsonnet", 'did you mean "lib/network.libsonnet"?'),
        ("./storage.jsonnet", 'did you mean "./storage.libsonnet"?'),
    ],
)
def test_a_misspelt_import_is_told_the_nearest_file(name: str, hint: str, failure: Failure, write: Write) -> None:
    write({"storage.libsonnet": "1", "lib/network.libsonnet": "1"})
    found = failure(f"import '{name}'")
    assert (found.code, found.hint) == ("import-not-found", hint)


def test_an_import_that_is_like_no_file_is_told_where_it_was_looked_for(failure: Failure, project: Path) -> None:
    assert failure("import 'zzz'").hint == f"looked in {project}; add a folder with -J"


# Globs


def test_glob_gives_an_object_by_path(evaluate: Evaluate, write: Write) -> None:
    write({"configs/b.json": '{"n": 2}', "configs/a.json": '{"n": 1}', "configs/c.txt": "text", "configs/.d.json": "0"})
    assert json.loads(evaluate("import 'glob:configs/*.json'").text) == {
        "configs/a.json": {"n": 1},
        "configs/b.json": {"n": 2},
    }
    assert json.loads(evaluate("importstr 'glob:configs/*.txt'").text) == {"configs/c.txt": "text"}
    assert json.loads(evaluate('importbin "glob:configs/*.txt"').text) == {"configs/c.txt": list(b"text")}
    assert json.loads(evaluate("importstr /* why */ @'glob:configs/?.txt'").text) == {"configs/c.txt": "text"}


def test_glob_is_lazy(evaluate: Evaluate, write: Write, project: Path) -> None:
    write({"configs/good.json": "1", "configs/wrong.json": "{"})
    found = evaluate("local all = import 'glob:configs/*'; [std.objectFields(all), all['configs/good.json']]")
    assert json.loads(found.text) == [["configs/good.json", "configs/wrong.json"], 1]
    assert str(project / "configs/wrong.json") not in [read.path for read in found.reads]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("**/*.json", ["a.json", "x/a.json", "x/y/a.json", "z/a.json"]),
        ("**", ["a.json", "b.txt", "x/a.json", "x/y/a.json", "z/a.json"]),
        ("x/**/a.json", ["x/a.json", "x/y/a.json"]),
        ("*/a.json", ["x/a.json", "z/a.json"]),
        ("[xy]/*", ["x/a.json"]),
        ("[!x]/*", ["z/a.json"]),
        ("?.???", ["b.txt"]),
        ("./x/*", ["x/a.json"]),
        ("a.json", ["a.json"]),
        (".hidden/*", [".hidden/a.json"]),
        ("none/*", []),
        ("*.none", []),
    ],
)
def test_pattern_matches(pattern: str, names: list[str], project: Path, write: Write) -> None:
    write(dict.fromkeys(["a.json", "b.txt", "x/a.json", "x/y/a.json", "z/a.json", ".hidden/a.json"], "1"))
    assert list_matches(Boundary(str(project)), str(project), pattern) == names


def test_glob_is_relative_to_the_importing_file_first(evaluate: Evaluate, write: Write, project: Path) -> None:
    write({"sub/m.libsonnet": "import 'glob:c/*'", "sub/c/near": "1", "c/far": "2"})
    assert json.loads(evaluate("import 'sub/m.libsonnet'").text) == {"c/near": 1}


def test_glob_falls_back_to_the_library(evaluate: Evaluate, write: Write, tmp_path: Path) -> None:
    write({"../library/c/far": "import 'c/other'", "../library/c/other": "2"})
    found = evaluate("import 'glob:c/f*'", library=(tmp_path / "library",))
    assert json.loads(found.text) == {"c/far": 2}


def test_glob_without_a_match_is_empty_and_recorded(evaluate: Evaluate, project: Path) -> None:
    found = evaluate("import 'glob:none/*'")
    assert json.loads(found.text) == {}
    assert [(read.path, read.kind, read.digest) for read in found.reads] == [
        (f"{project}/./none/*", "glob", listing_digest([]))
    ]


def test_glob_listing_changes_its_digest_with_the_names_alone(evaluate: Evaluate, write: Write) -> None:
    def digest() -> str:
        reads = evaluate("std.length(import 'glob:*.json')").reads
        return next(read.digest for read in reads if read.kind == "glob")

    write({"a.json": "1"})
    before = digest()
    write({"a.json": "2"})
    assert digest() == before
    write({"b.json": "1"})
    assert digest() != before


def test_glob_names_need_not_be_plain(evaluate: Evaluate, write: Write) -> None:
    write({'c/it\'s "é" %2F.json': "1"})
    assert json.loads(evaluate("import 'glob:c/*'").text) == {'c/it\'s "é" %2F.json': 1}


def test_glob_up_inside_the_roots_is_fine(evaluate: Evaluate, write: Write) -> None:
    write({"sub/m.libsonnet": "import 'glob:../c/*'", "c/a": "1"})
    assert json.loads(evaluate("import 'sub/m.libsonnet'").text) == {"../c/a": 1}


def test_text_that_looks_like_a_glob_import_stays_as_it_is(evaluate: Evaluate, write: Write) -> None:
    text = "importstr 'glob:*' // importbin 'glob:*'"
    write({"text.txt": text})
    assert json.loads(evaluate(f"[importstr 'text.txt', {json.dumps(text)}, |||\n  {text}\n|||]").text) == [
        text,
        text,
        text + "\n",
    ]


def test_pipes_and_broken_links_are_left_out_of_globs(evaluate: Evaluate, project: Path, write: Write) -> None:
    write({"c/a": "1"})
    os.mkfifo(project / "c/pipe")
    (project / "c/broken").symlink_to("nowhere")
    assert json.loads(evaluate("import 'glob:c/*'").text) == {"c/a": 1}
