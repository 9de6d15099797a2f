"""Every way out of the roots that came to mind, tried with a file that is really there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from armlib.diagnostics import Diagnostic
from armlib.jsonnet.port import Evaluated, EvaluationError

SECRET = "the-text-outside"
WAYS = (
    "{outside}",
    "/{outside}",
    "//{outside}",
    "../outside/secret",
    "./../outside/secret",
    "sub/../../outside/secret",
    "sub/./../../outside/./secret",
    "../outside//secret",
    "sub/../../project/../outside/secret",
    "../../../../../../../../../../../../{outside}",
    "file://{outside}",
    "link",
    "linked/secret",
    "linked/../outside/secret",
    "sub/chain",
    "up/outside/secret",
    "%2e%2e/outside/secret",
    "..%2foutside%2fsecret",
    "..\\\\outside\\\\secret",
    "~/secret",
    "$HOME/secret",
    "/proc/self/root{outside}",
    "/proc/self/cwd/../{outside}",
    "/dev/fd/0",
    "glob:{outside}",
    "glob:/**/secret",
    "glob:../outside/*",
    "glob:sub/../../outside/*",
    "glob:*/../../outside/*",
    "glob:linked/*",
    "glob:link",
    "glob:up/outside/*",
    "glob:**/secret",
    "glob:*/secret",
    "glob:linke[d]/secret",
    "globstr:../outside/*",
    "globstr:{outside}",
    "globbin:linked/*",
    "glob:glob:{outside}",
)


@pytest.fixture
def outside(project: Path, tmp_path: Path) -> Path:
    """A file beside the project, and the links that lead to it."""
    secret = tmp_path / "outside" / "secret"
    secret.parent.mkdir()
    secret.write_text(json.dumps(SECRET))
    (project / "sub").mkdir()
    (project / "link").symlink_to(secret)
    (project / "linked").symlink_to(secret.parent)
    (project / "up").symlink_to("..")
    (project / "sub" / "chain").symlink_to("../link")
    return secret


@pytest.mark.parametrize("keyword", ["import", "importstr", "importbin"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_out(way: str, keyword: str, outside: Path, evaluate: Callable[..., Evaluated]) -> None:
    source = f'{keyword} "{way.format(outside=outside)}"'
    try:
        text = evaluate(source).text
    except EvaluationError as error:
        (found,) = error.diagnostics
        assert found.code in ("import-refused", "import-not-found")
        assert SECRET not in repr(found)
    else:
        assert json.loads(text) == {}


@pytest.mark.parametrize("way", ["{outside}", "../outside/secret", "link", "linked/secret", "glob:../outside/*"])
def test_what_leads_out_is_refused_and_said_to_be(way: str, outside: Path, failure: Callable[..., Diagnostic]) -> None:
    assert failure(f"importstr '{way.format(outside=outside)}'").code == "import-refused"


def test_no_imported_file_leads_out_either(outside: Path, project: Path, failure: Callable[..., Diagnostic]) -> None:
    (project / "sub" / "module.libsonnet").write_text("{ x: importstr '../../outside/secret' }")
    assert failure("import 'sub/module.libsonnet'").code == "import-refused"


def test_code_in_variables_does_not_lead_out(outside: Path, failure: Callable[..., Diagnostic]) -> None:
    assert failure("std.extVar('x')", ext_code={"x": f"importstr '{outside}'"}).code == "import-refused"
    assert failure("function(x) x", tla_code={"x": "importstr '../outside/secret'"}).code == "import-refused"


def test_the_same_file_is_reached_when_its_folder_is_a_library(
    outside: Path, evaluate: Callable[..., Evaluated]
) -> None:
    assert json.loads(evaluate("import 'secret'", library=(outside.parent,)).text) == SECRET
    assert json.loads(evaluate("import 'linked/secret'", library=(outside.parent,)).text) == SECRET
    assert json.loads(evaluate("import '../outside/secret'", library=(outside.parent,)).text) == SECRET


def test_a_file_outside_is_not_told_from_one_that_is_absent(outside: Path, failure: Callable[..., Diagnostic]) -> None:
    there, absent = failure("import '../outside/secret'"), failure("import '../outside/absent'")
    assert (there.code, there.hint) == (absent.code, absent.hint)
    assert there.message.replace("secret", "absent") == absent.message


def test_a_null_letter_does_not_smuggle_a_path(outside: Path, failure: Callable[..., Diagnostic]) -> None:
    assert failure('importstr "../outside/secret\\u0000.libsonnet"').code == "import-refused"


def test_natives_read_no_files(outside: Path, evaluate: Callable[..., Evaluated]) -> None:
    arguments = json.dumps(json.dumps([f"!!python/object/apply:builtins.open ['{outside}']"]))
    answer = json.loads(json.loads(evaluate(f"std.native('armlib.parseYaml')({arguments})").text))
    assert set(answer) == {"error"}


def test_the_environment_of_the_caller_is_not_there(
    monkeypatch: pytest.MonkeyPatch, evaluate: Callable[..., Evaluated], failure: Callable[..., Diagnostic]
) -> None:
    monkeypatch.setenv("JSONNET_PATH", "/etc")
    assert failure("importstr 'passwd'").code == "import-not-found"
    assert os.path.exists("/etc/passwd")
