"""The lint cases of others: each of their rules gives what it says through the rules of armlib that correspond to it.

The cases lie in ``../shared/corpus/lint``, or in the folder that ``ARMLIB_LINT_CORPUS`` names.
"""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from armlib.azuretypes.install import install
from armlib.config import Types as TypeSettings
from armlib.errors import InputError
from armlib.lint.check import Checker
from armlib.lint.files import lint_json
from armlib.lint.pages import corresponding
from armlib.lint.subject import NoTypes, Surroundings, Types
from armlib.lint.types import types_of

SHARED = Path(__file__).parents[3] / "shared"
CORPUS = Path(os.environ.get("ARMLIB_LINT_CORPUS", SHARED / "corpus" / "lint"))
PUBLISHED = SHARED / "azure-types"
TODAY = date(2022, 6, 1)  # about when the cases were written; what is recent depends on it
MANIFEST = CORPUS / "manifest.json"
CASES: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))["cases"] if MANIFEST.exists() else []
# What armlib says otherwise, each with the reason.
OTHERWISE = {
    "arm-ttk/Allowed-Values-Should-Actually-Be-Allowed/pass/LocationValueAllowed": (
        "the form offers Create and Update for a parameter that allows 'test' alone: the deployment would be refused"
    ),
}


def providers() -> list[str]:
    """Return the namespaces of the types that the cases about versions name."""
    texts = [(CORPUS / case["template"]).read_text(encoding="utf-8-sig") for case in CASES if "api" in case["rule"]]
    named = {each.lower() for text in texts for each in re.findall(r"\bMicrosoft\.\w+(?=/)", text)}
    index = json.loads((PUBLISHED / "index.json").read_text(encoding="utf-8"))["resources"]
    known = {type_.partition("/")[0] for type_ in index}
    return sorted(each for each in known if each.lower() in named)


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Types:
    """The versions of the types that the cases are about."""
    if not PUBLISHED.exists():
        return NoTypes()
    path = install(str(PUBLISHED), providers(), path=tmp_path_factory.mktemp("types") / "types.sqlite3").path
    return types_of(TypeSettings(store=path))


def found(case: dict[str, Any], types: Types) -> list[str]:
    """Return what the rules that correspond to the case's rule say of its file."""
    theirs = case["rule"]
    codes = corresponding(theirs)
    path = CORPUS / case["template"]
    names = [each for each in case.get("files") or [case["template"]] if _is_of(each, case["category"])]
    said: list[str] = []
    for name in names or [case["template"]]:
        path = CORPUS / name
        try:
            result = lint_json(
                path,
                path.read_text(encoding="utf-8-sig"),
                Checker(only=frozenset(codes)),
                Surroundings(today=TODAY, types=types),
            )
        except InputError as fault:
            said.append(f"{fault.code}: {fault}")
        else:
            said += [f"{each.code}: {each.message}" for each in result.diagnostics]
    return said


def _is_of(name: str, category: str) -> bool:
    """Return whether a file of a case is one that rules of *category* look at."""
    is_form = name.lower().endswith("createuidefinition.json")
    is_parameters = ".parameters" in name.lower()
    if category == "CreateUIDefinition":
        return is_form
    if category == "deploymentParameters":
        return is_parameters
    return not is_form and not is_parameters


@pytest.mark.skipif(not CASES, reason="the corpus of lint cases is not beside the checkout")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any], types: Types) -> None:
    said = found(case, types)
    wanted = case["expect"] == "fail"
    if case["id"] in OTHERWISE:
        assert bool(said) is not wanted, "it is as upstream says now: take it out of OTHERWISE"
        pytest.skip(OTHERWISE[case["id"]])
    assert bool(said) is wanted, said


@pytest.mark.skipif(not CASES, reason="the corpus of lint cases is not beside the checkout")
def test_nearly_all_cases_agree() -> None:
    known = {case["id"] for case in CASES} & set(OTHERWISE)
    assert 1 - len(known) / len(CASES) >= 0.95
