"""A plugin of pytest that collects files of cases, when it is asked to with ``--armlib`` or ``armlib = true``.

Every run of pytest where armlib is installed imports this module, so it imports nothing but pytest until it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from armlib.testing.run import Outcome

_HELP = "collect *_test.jsonnet, the tests of armlib modules"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag and the setting."""
    parser.getgroup("armlib").addoption("--armlib", action="store_true", default=False, help=_HELP)
    parser.addini("armlib", _HELP, type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of cases."""
    if not file_path.name.endswith("_test.jsonnet"):
        return None
    if not (parent.config.getoption("--armlib") or parent.config.getini("armlib")):
        return None
    return CasesFile.from_parent(parent, path=file_path)


class CasesFile(pytest.File):
    """A file of cases; it is run as a whole when it is collected, and its items tell what came of it."""

    def collect(self) -> Iterator[pytest.Item]:
        import os

        from armlib.jsonnet.process import WorkerEvaluator
        from armlib.testing.discovery import Kind, TestFile
        from armlib.testing.run import How, run_file

        with WorkerEvaluator() as evaluator:
            outcomes = run_file(TestFile(path=self.path, kind=Kind.CASES), How(), dict(os.environ), evaluator)
        for outcome in outcomes:
            yield CaseItem.from_parent(self, name=outcome.name, outcome=outcome)


class CaseError(Exception):
    """A case failed."""


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, outcome: Outcome, **known: Any) -> None:
        super().__init__(**known)
        self._outcome = outcome

    def runtest(self) -> None:
        if not self._outcome.passed:
            raise CaseError("\n".join(self._outcome.problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, CaseError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
