"""The cases of the modules, and what they do not try."""

from __future__ import annotations

from armlib.testing.coverage import covered
from armlib.testing.discovery import Kind, test_files
from armlib.testing.run import How, run_all
from tests.registry.collection import COLLECTION, MODULES


def test_the_cases_of_the_modules_hold_and_take_every_branch() -> None:
    # The examples take no part: other tests compile and deploy them, and a branch is to be tried by a case, which says
    # what comes of it. CONTRIBUTING.md has the command for more random arguments.
    files = [file for file in test_files([COLLECTION]) if file.kind is Kind.CASES]
    assert {file.path.parents[1] for file in files} >= {module.path for module in MODULES}, "a module has cases"
    how = How(examples=1, covered=(COLLECTION,))
    found = [outcome for done in run_all(files, how, {"ARMLIB_TYPES_CHECK": "off"}, jobs=1) for outcome in done]
    assert {f"{each.file.name}: {each.name}": each.problems for each in found if not each.passed} == {}
    sources = covered(outcome.taken for outcome in found)
    assert sum(len(file.branches) for file in sources) > 400
    assert {str(file.file.relative_to(COLLECTION)): file.missed for file in sources if file.missed} == {}, (
        "a branch that no test takes"
    )
