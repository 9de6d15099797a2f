"""An evaluator process for the tests of a folder, and a project to evaluate in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from armlib.diagnostics import Diagnostic
from armlib.jsonnet.port import Evaluated, EvaluationError, Program, Roots
from armlib.jsonnet.process import WorkerEvaluator

Files = Mapping[str, str | bytes]


@pytest.fixture(scope="session")
def evaluator() -> Iterator[WorkerEvaluator]:
    with WorkerEvaluator(time_limit=20, memory_limit=1024**3) as shared:
        yield shared


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def write(project: Path) -> Callable[[Files], None]:
    """Write files, by their paths from the project."""

    def write_files(files: Files) -> None:
        for name, content in files.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write_files


@pytest.fixture
def program(project: Path) -> Callable[..., Program]:
    """Return a program whose text is given, in the file main.jsonnet of the project."""

    def make(
        source: str,
        library: tuple[Path, ...] = (),
        packaged: tuple[Path, ...] = (),
        file: str = "main.jsonnet",
        **variables: Mapping[str, str],
    ) -> Program:
        roots = Roots(project=project, library=library, packaged=packaged)
        plain = Program(source=source, file=str(project / file), roots=roots)
        return replace(plain, **variables)  # type: ignore[arg-type]  # only the variables are mappings

    return make


@pytest.fixture
def evaluate(evaluator: WorkerEvaluator, program: Callable[..., Program]) -> Callable[..., Evaluated]:
    """Return what a text evaluates to."""
    return lambda source, **options: evaluator.evaluate(program(source, **options))


@pytest.fixture
def failure(evaluate: Callable[..., Evaluated]) -> Callable[..., Diagnostic]:
    """Return the one diagnostic of a text that is wrong."""

    def diagnostic(source: str, **options: object) -> Diagnostic:
        with pytest.raises(EvaluationError) as caught:
            evaluate(source, **options)
        (found,) = caught.value.diagnostics
        return found

    return diagnostic
