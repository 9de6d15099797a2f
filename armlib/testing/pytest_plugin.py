"""A plugin of pytest that collects the tests of modules, when it is asked to with ``--armlib`` or ``armlib = true``.

Every run of pytest where armlib is installed imports this module, so it imports nothing but pytest until it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from armlib.jsonnet.process import WorkerEvaluator
    from armlib.testing.discovery import TestFile
    from armlib.testing.run import Test

_HELP = "collect the tests of armlib modules: *_test.jsonnet, and examples/*.jsonnet beside a manifest"
_EVALUATOR: pytest.StashKey[WorkerEvaluator] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flags and the setting."""
    group = parser.getgroup("armlib")
    group.addoption("--armlib", action="store_true", default=False, help=_HELP)
    group.addoption("--armlib-no-deploy", action="store_true", default=False, help="compile examples, and deploy none")
    group.addoption(
        "--armlib-update-golden", action="store_true", default=False, help="write golden templates, compare with none"
    )
    group.addoption(
        "--armlib-examples", metavar="N", type=int, default=20, help="arguments that are made for a random case"
    )
    parser.addini("armlib", _HELP, type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of cases, or an example."""
    if file_path.suffix != ".jsonnet" or not (parent.config.getoption("--armlib") or parent.config.getini("armlib")):
        return None
    from armlib.testing.discovery import is_left_out, test_file

    found = test_file(file_path)
    if found is None or is_left_out(file_path, parent.config.rootpath):
        return None
    return ModuleTests.from_parent(parent, path=file_path, tests=found)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the evaluator process, if there is one."""
    evaluator = config.stash.get(_EVALUATOR, None)
    if evaluator is not None:
        evaluator.close()


class ModuleTests(pytest.File):
    """A file of tests."""

    def __init__(self, *, tests: TestFile, **known: Any) -> None:
        super().__init__(**known)
        self._tests = tests

    def collect(self) -> Iterator[pytest.Item]:
        import os

        from armlib.errors import ArmlibError
        from armlib.jsonnet.process import WorkerEvaluator
        from armlib.testing.run import How, problems_of, tests_of

        option, stash = self.config.getoption, self.config.stash
        how = How(
            deploys=not option("--armlib-no-deploy"),
            update_golden=option("--armlib-update-golden"),
            examples=max(1, option("--armlib-examples")),
        )
        evaluator = stash.setdefault(_EVALUATOR, WorkerEvaluator())
        try:
            tests = tests_of(self._tests, how, dict(os.environ), evaluator)
        except ArmlibError as error:
            raise self.CollectError("\n".join(problems_of(error))) from error
        for test in tests:
            yield ModuleTest.from_parent(self, name=test.name, test=test)


class FailedError(Exception):
    """A test of a module failed."""


class ModuleTest(pytest.Item):
    """One case, random case or example."""

    def __init__(self, *, test: Test, **known: Any) -> None:
        super().__init__(**known)
        self._test = test

    def runtest(self) -> None:
        outcome = self._test.run()
        if not outcome.passed:
            raise FailedError("\n".join(outcome.problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, FailedError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
