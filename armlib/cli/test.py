"""``armlib test``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armlib.cli.app import App, write_err
from armlib.cli.options import FILE, Limits, ReportOptions, flags, limit_options, report_options
from armlib.diagnostics import error
from armlib.errors import ExitCode, InputError
from armlib.jsontypes import JsonObject

if TYPE_CHECKING:
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
@click.option("--jobs", "-j", metavar="N", type=click.IntRange(min=1), help="Processes at once.  [default: cores]")
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
    from armlib.testing.discovery import test_files
    from armlib.testing.report import as_json, as_junit, summary
    from armlib.testing.run import How

    given = flags(None, limits, report)
    settings = app.settings(paths[0] if paths else app.folder, given, result="tests")
    files = test_files(paths or (app.folder,))
    begun = time.perf_counter()
    how = How(flags=given, text=text, deploys=not no_deploy, update_golden=update_golden)
    outcomes = _run(app, files, how, jobs or settings.jobs)
    if not outcomes:
        raise InputError(
            "there are no tests" + (f" with '{text}' in file and name" if text else ""),
            code="no-tests",
            hint="tests are files *_test.jsonnet, and examples/*.jsonnet beside a module.json or an armlib.toml",
        )
    if junit is not None:
        from armlib.files import write_file

        write_file(junit, as_junit(outcomes, app.folder))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    result: JsonObject = {
        "tests": as_json(outcomes, app.folder),
        "passed": len(outcomes) - len(failed),
        "failed": len(failed),
    }
    told = [
        error("test-failed", f"{outcome.name}: {problem}", path=(str(outcome.file),))
        for outcome in failed
        for problem in outcome.problems
    ]
    app.finish(
        result,
        summary(outcomes, time.perf_counter() - begun).encode(),
        told if app.format == "sarif" else (),
    )
    return ExitCode.WRONG_INPUT if failed else ExitCode.FINE


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
