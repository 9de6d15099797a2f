"""``armlib test``."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armlib.cli.app import App, write_err
from armlib.cli.options import FILE, Limits, ReportOptions, flags, jobs_option, limit_options, report_options
from armlib.diagnostics import Place, error
from armlib.errors import ExitCode, InputError
from armlib.jsontypes import JsonObject

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.testing.coverage import Coverage
    from armlib.testing.discovery import TestFile
    from armlib.testing.run import How, Outcome

EXAMPLES = """\b
Examples:
  armlib test
  armlib test registry/storage --filter keys
  armlib test --junit results.xml --no-deploy
"""


@click.command("test", short_help="Run the tests of modules, and deploy their examples.", epilog=EXAMPLES)
@click.argument("paths", metavar="[PATH]...", type=FILE, nargs=-1)
@click.option("--filter", "text", metavar="TEXT", default="", help="Run the tests with this in 'FILE: NAME' alone.")
@click.option("--no-deploy", is_flag=True, help="Compile the examples, and do not deploy them.")
@click.option("--update-golden", is_flag=True, help="Write the golden templates of cases instead of comparing.")
@click.option(
    "--examples", metavar="N", type=click.IntRange(min=1), default=20, help="Arguments made for a random case."
)
@click.option("--coverage", is_flag=True, help="Say which parameters, values and branches no test touches.")
@click.option(
    "--coverage-lcov", "lcov", metavar="FILE", type=FILE, help="Write which branches are taken, as LCOV does."
)
@click.option(
    "--watch", is_flag=True, help="Run the tests again when a file that they have read is changed, or a test is new."
)
@jobs_option
@click.option("--junit", metavar="FILE", type=FILE, help="Write the results as JUnit's XML, too.")
@limit_options
@report_options
@click.pass_obj
def test_command(
    app: App,
    /,
    paths: tuple[Path, ...],
    text: str,
    no_deploy: bool,
    update_golden: bool,
    examples: int,
    coverage: bool,
    lcov: Path | None,
    watch: bool,
    jobs: int | None,
    junit: Path | None,
    limits: Limits,
    report: ReportOptions,
) -> ExitCode:
    """Run the tests of modules below PATH, by default the current folder, and deploy their examples.

    The tests are files *_test.jsonnet with tables of cases. The examples are examples/*.jsonnet beside a module.json or
    an armlib.toml: each is deployed twice to a local ARM in memory, where the second deployment must change nothing,
    and destroyed, which must leave nothing. The exit code is 1 when a test fails.
    """
    from armlib.files import write_file
    from armlib.testing.coverage import as_lcov
    from armlib.testing.discovery import test_files, tested_folders
    from armlib.testing.report import as_junit
    from armlib.testing.run import How

    given = flags(None, limits, report)
    settings = app.settings(paths[0] if paths else app.folder, given, result="tests")
    how = How(flags=given, text=text, deploys=not no_deploy, update_golden=update_golden, examples=examples)
    coverage = coverage or lcov is not None
    read: set[Path] = set()  # by any run: a module that fails may not say what it reads
    while True:
        files, since = test_files(paths or (app.folder,)), time.time_ns()
        begun = time.perf_counter()
        if coverage:
            how = replace(how, covered=tested_folders(paths or (app.folder,), files))
        outcomes = _run(app, files, how, jobs or settings.jobs)
        if not outcomes and not watch:
            raise InputError(
                "there are no tests" + (f" with '{text}' in file and name" if text else ""),
                code="no-tests",
                hint="tests are files *_test.jsonnet, and examples/*.jsonnet beside a module.json or an armlib.toml",
            )
        found = _coverage(app, outcomes, settings) if coverage else None
        _report(app, outcomes, found, time.perf_counter() - begun)
        if lcov is not None and found is not None:
            write_file(lcov, as_lcov(found.files, app.folder))
        if junit is not None:
            write_file(junit, as_junit(outcomes, app.folder))
        if not watch:
            return ExitCode.FINE if all(outcome.passed for outcome in outcomes) else ExitCode.WRONG_INPUT
        read |= {Path(name) for outcome in outcomes for name in outcome.reads} | {file.path for file in files}
        _wait(read, since, [file.path for file in files], paths or (app.folder,))


def _report(app: App, outcomes: Sequence[Outcome], coverage: Coverage | None, seconds: float) -> None:
    from armlib.testing.coverage import branches_json, lines
    from armlib.testing.report import as_json, summary

    failed = [outcome for outcome in outcomes if not outcome.passed]
    passed = len(outcomes) - len(failed)
    result: JsonObject = {"tests": as_json(outcomes, app.folder), "passed": passed, "failed": len(failed)}
    if coverage is not None:
        result["coverage"] = {module: list(found) for module, found in coverage.parameters.items()}
        result["branches"] = branches_json(coverage.files, app.folder)
    told = [
        error("test-failed", f"{outcome.name}: {problem}", place=Place(file=str(outcome.file)))
        for outcome in failed
        for problem in outcome.problems
    ]
    shown = "" if coverage is None else "".join(f"{line}\n" for line in lines(coverage, app.folder))
    text = shown + summary(outcomes, seconds)
    app.finish(result, text.encode(), told if app.format == "sarif" else ())


def _wait(read: Collection[Path], since: int, files: Collection[Path], paths: Sequence[Path]) -> None:
    """Wait until a file that the tests have read is changed, also if that was while they ran, or *files* are others."""
    from armlib.testing.discovery import test_files
    from armlib.testing.watching import changed, stamps

    now, folders = stamps(read), {file.parent for file in files} | {path for path in paths if path.is_dir()}
    while not any(stamp is not None and stamp[0] > since for stamp in now.values()):
        before = {**now, **stamps(folders)}
        if {file.path for file in test_files(paths)} != set(files) or changed(before) & now.keys():
            return


def _run(app: App, files: Sequence[TestFile], how: How, jobs: int) -> list[Outcome]:
    from armlib.testing.report import failure_text
    from armlib.testing.run import run_all

    outcomes: list[Outcome] = []
    for done in run_all(files, how, app.environ, jobs=jobs):
        outcomes += done
        if app.format == "text":
            for outcome in done:
                if not outcome.passed:
                    write_err(failure_text(outcome, app.folder))
    return outcomes


def _coverage(app: App, outcomes: Sequence[Outcome], settings: Settings) -> Coverage:
    from armlib.testing.coverage import Coverage, covered, untouched
    from armlib.testing.report import shown
    from armlib.testing.run import schema_of

    found: dict[str, list[str]] = {}
    for module in sorted({outcome.module for outcome in outcomes if outcome.module is not None}):
        given = [each for outcome in outcomes if outcome.module == module for each in outcome.given]
        found[shown(module, app.folder)] = list(untouched(schema_of(module, settings, app.evaluator(settings)), given))
    return Coverage(parameters=found, files=covered(outcome.taken for outcome in outcomes))
