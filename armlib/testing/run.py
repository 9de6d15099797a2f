"""A file of tests -> what came of each test in it; many files in several processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from armlib.build.compilation import compile_target, roots_of
from armlib.build.workers import interrupts_held
from armlib.config import Flags, Settings, Target, load_settings
from armlib.diagnostics import Diagnostic, Severity
from armlib.errors import ArmlibError, DiagnosticsError
from armlib.jsonnet.port import Evaluator
from armlib.jsonnet.process import WorkerEvaluator
from armlib.jsontypes import JsonObject
from armlib.testing.branches import CoveringEvaluator
from armlib.testing.cases import Case, RandomCase, failures, problem, read_table, told
from armlib.testing.discovery import Kind, TestFile
from armlib.testing.golden import compare, forget, forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How tests are run.

    *text* leaves out tests whose file and name do not have it in them; *deploys* says whether examples are deployed.
    The branches that are taken in the files of the folders *covered* are noted.
    """

    flags: Flags = field(default_factory=Flags)
    text: str = ""
    deploys: bool = True
    update_golden: bool = False
    examples: int = 20  # arguments that are made for a random case
    covered: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one test: it passed when there are no problems. *file* is absolute; *reads* are paths.

    *given* are the arguments that a case gave to *module*, *taken* the numbers of the branches that it took, by file.
    """

    file: Path
    name: str
    problems: tuple[str, ...] = ()
    seconds: float = 0.0
    reads: tuple[str, ...] = ()
    module: Path | None = None
    given: tuple[JsonObject, ...] = ()
    taken: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.problems


def run_all(
    files: Sequence[TestFile], how: How, environ: dict[str, str], *, jobs: int, evaluator: Evaluator | None = None
) -> Iterator[tuple[Outcome, ...]]:
    """Yield what comes of each of *files*, in their order; *jobs* processes work at once.

    Raises:
        ArmlibError: The settings of a project are wrong.
    """
    processes = min(jobs, len(files))
    if processes < 2:
        with _own(evaluator) as one:
            for file in files:
                yield run_file(file, how, environ, one)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start)
    try:
        with interrupts_held():
            outcomes = pool.map(_run_in_process, files, [how] * len(files), [environ] * len(files))
        yield from outcomes
    finally:
        pool.shutdown(cancel_futures=True)


_evaluators: list[WorkerEvaluator] = []  # of a process that runs tests


def _start() -> None:
    from multiprocessing.util import Finalize

    _evaluators.append(WorkerEvaluator())
    Finalize(None, _evaluators[0].close, exitpriority=10)


def _run_in_process(file: TestFile, how: How, environ: dict[str, str]) -> tuple[Outcome, ...]:
    return run_file(file, how, environ, _evaluators[0])


@contextmanager
def _own(evaluator: Evaluator | None) -> Iterator[Evaluator]:
    if evaluator is not None:
        yield evaluator
        return
    with WorkerEvaluator() as made:
        yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test that can be run, by its name."""

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    name: str
    run: Callable[[], Outcome]


def run_file(file: TestFile, how: How, environ: dict[str, str], evaluator: Evaluator) -> tuple[Outcome, ...]:
    """Return what came of the tests in *file* that are wanted."""
    return tuple(test.run() for test in tests_of(file, how, environ, evaluator) if _wanted(file, test.name, how))


def tests_of(file: TestFile, how: How, environ: dict[str, str], evaluator: Evaluator) -> tuple[Test, ...]:
    """Return the tests in *file*; one that cannot be read is a test that fails.

    Raises:
        ArmlibError: The settings of its project are wrong.
    """
    settings = load_settings(file.path, how.flags, environ)
    # What a project looks for when it compiles is not what its tests are about.
    settings = replace(settings, lint=replace(settings.lint, on_compile="off"))
    covering = CoveringEvaluator(evaluator, how.covered)
    if file.kind is Kind.EXAMPLE:
        name = "deploys twice" if how.deploys else "compiles"
        example = partial(_timed, file, name, partial(_example, file, how, settings, covering))
        return (Test(name=name, run=lambda: replace(example(), taken=covering.take())),)
    target = Target(name="test", entries=((None, file.path),))
    try:
        project = settings.project
        table = read_table(file.path, replace(roots_of(target, settings), project=project), covering)
    except ArmlibError as error:
        unread = Outcome(file=file.path, name="can be read", problems=problems_of(error), reads=(str(file.path),))
        return (Test(name=unread.name, run=lambda: unread),)

    def outcome(case: Case | RandomCase) -> Outcome:
        if isinstance(case, RandomCase):
            found = _random(file, case, how, settings, covering)
        else:
            found = _timed(file, case.name, partial(_case, case, how, settings, covering))
            found = replace(found, module=case.module, given=(case.parameters,) if not case.errors else ())
        reads = (*(read.path for read in table.reads), *found.reads)
        return replace(found, reads=reads, taken=covering.take())

    tests = tuple(Test(name=case.name, run=partial(outcome, case)) for case in table.cases)
    left = forgotten(file.path, [case.golden for case in table.cases if isinstance(case, Case) and case.golden])
    return (*tests, _forgetting(file, left, how)) if left else tests


def _forgetting(file: TestFile, left: Sequence[Path], how: How) -> Test:
    name = "has no golden files but those of its cases"
    clear = partial(forget, left, update=how.update_golden)
    return Test(name=name, run=partial(_timed, file, name, lambda: (clear(), [*map(str, left)])))


def _wanted(file: TestFile, name: str, how: How) -> bool:
    return how.text in f"{file.path}: {name}"


def _timed(file: TestFile, name: str, test: Callable[[], tuple[Sequence[str], Sequence[str]]]) -> Outcome:
    begun = time.perf_counter()
    try:
        problems, reads = test()
    except ArmlibError as error:
        problems, reads = problems_of(error), ()
    seconds = time.perf_counter() - begun
    return Outcome(file=file.path, name=name, problems=tuple(problems), seconds=seconds, reads=(str(file.path), *reads))


def problems_of(error: ArmlibError) -> tuple[str, ...]:
    """Return what a test tells of *error*, a line for each thing that is wrong."""
    return tuple(map(problem, error.diagnostics))


def _case(case: Case, how: How, settings: Settings, evaluator: Evaluator) -> tuple[list[str], list[str]]:
    target = Target(name="test", entries=((None, case.module),), values=case.parameters)
    compilation = compile_target(target, settings, evaluator, {}).compilation
    problems = failures(case, compilation)
    if case.golden is not None and compilation.template is not None and not problems:
        problems = compare(case.golden, compilation.template, update=how.update_golden)
    reads = [read.path for read in compilation.reads]
    return problems, [*reads, *([str(case.golden)] if case.golden is not None else [])]


def _example(file: TestFile, how: How, settings: Settings, evaluator: Evaluator) -> tuple[list[str], list[str]]:
    target = Target(name="test", entries=((None, file.path),))
    compilation = compile_target(target, settings, evaluator, {}).compilation
    problems = [problem(found) for found in compilation.diagnostics if found.severity is not Severity.NOTE]
    if how.deploys and not problems:
        from armlib.evaluation import deployable
        from armlib.testing.twice import deployed_twice

        problems = deployed_twice(deployable(target, settings, evaluator, {}), settings)
    return problems, [read.path for read in compilation.reads]


def _random(file: TestFile, case: RandomCase, how: How, settings: Settings, evaluator: CoveringEvaluator) -> Outcome:
    given: list[JsonObject] = []
    found = _timed(file, case.name, partial(_made, case, how, settings, evaluator, given))
    return replace(found, module=case.module, given=tuple(given))


def _made(
    case: RandomCase, how: How, settings: Settings, evaluator: CoveringEvaluator, given: list[JsonObject]
) -> tuple[list[str], list[str]]:
    """Compile the module with arguments that are made, until some fail; these are told with as few as fail, too."""
    from armlib.testing.arguments import NoValueError, arguments

    schema = schema_of(case.module, settings, evaluator.inner)  # what a module is asked takes no branch for a test
    names: Any = schema["properties"]
    required: Any = schema.get("required", ())
    unknown = [name for name in case.vary or () if name not in names]
    if unknown:
        return [f"vary: the module has no parameter '{unknown[0]}'"], []

    def errors(values: JsonObject) -> list[Diagnostic]:
        target = Target(name="test", entries=((None, case.module),), values=values)
        try:
            found = compile_target(target, settings, evaluator, {}).compilation.diagnostics
        except DiagnosticsError as error:
            found = error.diagnostics
        return [each for each in found if each.severity is Severity.ERROR]

    kept = {*case.parameters, *required}
    valid, found = 0, []
    for number in range(how.examples):
        try:
            values = arguments(schema, case.parameters, case.vary or tuple(names), f"{case.name} {number}")
        except NoValueError as error:
            return [str(error)], []
        found = errors(values)
        while refused := _refused(found) & (set(values) - kept):
            values = {name: value for name, value in values.items() if name not in refused}
            found = errors(values)
        if _refused(found):
            continue
        valid += 1
        given.append(values)
        if found:
            values = _fewer(values, kept, lambda fewer: bool(errors(fewer)) and not _refused(errors(fewer)))
            return [f"with {json.dumps(values, ensure_ascii=False)}", *map(told, errors(values))], []
    if not valid:
        return ["a function of the module refuses all arguments that are made; give some in 'parameters'"], []
    return [], []


def _refused(found: Sequence[Diagnostic]) -> set[str]:
    """Return the parameters that a function of the module finds not valid, which no schema tells before."""
    return {str(each.path[1]) for each in found if each.code == "failed-validator" and len(each.path) > 1}


def _fewer(values: JsonObject, kept: Collection[str], fails: Callable[[JsonObject], bool]) -> JsonObject:
    """Return *values* without those that it fails without."""
    for name in [name for name in values if name not in kept]:
        fewer = {other: value for other, value in values.items() if other != name}
        if fails(fewer):
            values = fewer
    return values


def schema_of(module: Path, settings: Settings, evaluator: Evaluator) -> JsonObject:
    """Return the JSON Schema of the arguments of *module*.

    Raises:
        InputError: It cannot say what its parameters are.
    """
    from armlib.build.description import describe_target
    from armlib.compiler.schema import to_json_schema

    described = describe_target(Target(name="test", entries=((None, module),)), settings, evaluator)
    return to_json_schema(described.parameters)
