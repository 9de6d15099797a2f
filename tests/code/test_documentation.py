"""The reference pages say what the code has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import armlib
from tools import reference

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference"


def test_generated_pages_are_current() -> None:
    stale = [path.name for path, text in reference.pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run make docs"


def test_the_contributing_page_names_every_target_of_the_makefile() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in targets[1].split() if f"make {name}" not in page and name not in ("help", "check")] == []


# Results in JSON


def test_every_command_that_gives_json_says_what_is_in_it() -> None:
    gives = [
        words.removeprefix("armlib ")
        for words, command in reference.commands()
        if any("--format" in parameter.opts for parameter in command.params)
    ]
    assert sorted(reference.RESULTS) == sorted(gives)


def results_in(path: Path) -> Iterator[str]:
    """Yield the names that a command gives results by: its ``result``, and the keys of what it finishes with."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        made = {ast.unparse(each.target): each.value for each in ast.walk(function) if isinstance(each, ast.AnnAssign)}
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                yield from (word for each in node.keywords if each.arg == "result" for word in _constants(each.value))
                if isinstance(node.func, ast.Attribute) and node.func.attr == "finish":
                    result = made.get(ast.unparse(node.args[0]), node.args[0])
                    yield from (str(key.value) for key in getattr(result, "keys", ()) if isinstance(key, ast.Constant))
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "app.result":
                yield from _constants(node.value)


def test_no_result_in_json_is_kept_quiet() -> None:
    page = {path.stem: "" for path in (ROOT / "armlib" / "cli").glob("*.py")}
    for words, text in reference.RESULTS.items():
        page[words.partition(" ")[0].replace("-", "_")] += text
    page["package_options"] = page["add"]
    page["run_deployment"] = page["target"] = page["deploy"]
    found = [(name, key) for name in page for key in results_in(ROOT / "armlib" / "cli" / f"{name}.py")]
    assert ("deploy", "deployment") not in found
    assert len(found) > 60
    assert [(name, key) for name, key in found if f"`{key}`" not in page[name]] == []


# Settings


def test_every_variable_of_the_environment_is_documented() -> None:
    page = (PAGES / "settings.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "armlib").rglob("*.py"))
    named = set(re.findall(r"ARMLIB_[A-Z]+(?:_[A-Z]+)*", sources)) - {"ARMLIB_COMPLETE"}  # which is click's own
    assert [name for name in sorted(named) if name not in page] == []


# Diagnostics

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What is written with hyphens and is no code: encodings, formats, keys of armlib.toml and of JSON Schema, headers,
# commands of git.
NO_CODES = re.compile(
    r"(utf|latin|iso|us|x-armlib|x-ms|x-identity|if|sec-fetch|content)-.*|date-time|read-only|write-only|surrogate-.*"
    r"|no-cache|no-store|same-origin|api-version|local-token|oci-layout|what-if"
    r"|ls-remote|ls-tree|cat-file"
)


def codes_in(path: Path) -> Iterator[str]:
    """Yield the codes that a module can put into a diagnostic: constants with a hyphen, or where a code stands."""
    settings = path.name == "settings_file.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("error", "warning") and node.args:
                yield from _constants(node.args[0])
            yield from (code for word in node.keywords if word.arg == "code" for code in _constants(word.value))
        elif isinstance(node, ast.ClassDef):
            yield from (code for statement in node.body for code in _class_code(statement))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not settings:
            yield from [node.value] if _looks_like_a_code(node.value) else []


def _looks_like_a_code(text: str) -> bool:
    return "-" in text and KEBAB.fullmatch(text) is not None and not NO_CODES.fullmatch(text)


def _class_code(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign) and [getattr(target, "id", "") for target in statement.targets] == ["code"]:
        yield from _constants(statement.value)


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body), *_constants(node.orelse))


@cache
def all_codes() -> set[str]:
    # The rules of lint have names of their own, which its own page and tests hold.
    modules = [path for path in (ROOT / "armlib").rglob("*.py") if "lint" not in path.parts]
    codes = {code for path in modules for code in codes_in(path)}
    library = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "lib").rglob("*.libsonnet"))
    return codes | set(re.findall(r"""(?:\bproblem\(|\bbounded\(|\bcode: )'([\w-]+)'""", library))


def documented_codes() -> set[str]:
    page = (PAGES / "diagnostics.md").read_text(encoding="utf-8")
    return {code for row in re.findall(r"^\| (`.+?`) \|", page, re.MULTILINE) for code in re.findall(r"`([^`]+)`", row)}


def test_every_code_of_a_diagnostic_is_documented() -> None:
    assert sorted(all_codes() - documented_codes()) == []


def test_no_documented_code_is_gone() -> None:
    sources = [*(ROOT / "armlib").rglob("*.py"), *(ROOT / "lib").rglob("*.libsonnet")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    quoted = set(re.findall(r"""(?<=["'])[\w-]+(?=["'])""", text))
    assert sorted(documented_codes() - quoted) == []


def test_our_own_codes_are_kebab_case() -> None:
    """Those of Azure's own errors keep their spelling, which starts with a capital."""
    assert [code for code in all_codes() if not KEBAB.fullmatch(code) and not code[:1].isupper()] == []


# The public interface


def test_the_public_interface_is_what_the_page_says() -> None:
    page = (PAGES / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^## `armlib\.(\w+)", page, re.MULTILINE)) == sorted(armlib.__all__)


def test_everything_public_is_there_and_documented() -> None:
    for name in armlib.__all__:
        value = getattr(armlib, name)
        assert isinstance(value, str) or value.__doc__
