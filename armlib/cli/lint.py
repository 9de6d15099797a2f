"""``armlib lint``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App
from armlib.cli.options import (
    FILE,
    Limits,
    ReportOptions,
    SourceOptions,
    flags,
    limit_options,
    report_options,
    source_options,
    target_of,
)
from armlib.diagnostics import Diagnostic, Severity
from armlib.errors import ExitCode, InputError, UsageError

if TYPE_CHECKING:
    from armlib.config import Settings
    from armlib.lint.check import Checker, Result
    from armlib.lint.rule import Rule
    from armlib.lint.subject import Surroundings

EXAMPLES = """\b
Examples:
  armlib lint main.jsonnet -p name=web
  armlib lint azuredeploy.json azuredeploy.parameters.json
  armlib lint azuredeploy.json --rule unused --fix --diff
  armlib lint --explain secure-default
"""
_JSON = (".json", ".jsonc")
_MOST_RUNS = 10  # of --fix over one file: a fix may uncover another


@click.command("lint", short_help="Say what had better be otherwise in ENTRY.", epilog=EXAMPLES)
@click.argument("entries", metavar="ENTRY...", type=FILE, nargs=-1)
@click.option("--list", "lists", is_flag=True, help="List the rules.")
@click.option("--explain", metavar="RULE", help="Say what a rule asks for, why, and show examples.")
@click.option("--rule", "only", metavar="RULE", multiple=True, help="Run this rule alone, or these.")
@click.option("--fix", "fixes", is_flag=True, help="Mend what can be mended without a risk, in the files.")
@click.option("--diff", "shows", is_flag=True, help="With --fix, show what would change, and change nothing.")
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@click.option("--max-warnings", metavar="N", type=click.IntRange(min=0), help="Fail on more warnings than these.")
@click.option("--today", metavar="DATE", help="The day that ages are counted to.  [default: today]")
@source_options
@limit_options
@report_options
@click.pass_obj
def lint_command(
    app: App,
    /,
    entries: tuple[Path, ...],
    source: SourceOptions,
    limits: Limits,
    report: ReportOptions,
    **how: Any,
) -> ExitCode:
    """Say what had better be otherwise in ENTRY.

    ENTRY is a Jsonnet module, an ARM template or parameters file in JSON, a form of the portal, or '-' for stdin.

    The exit code is 1 when an error is among what is found. Rules are set below [lint] in armlib.toml; a comment
    '// armlib-ignore: RULE REASON' leaves one out on the next line.
    """
    from armlib.build.compilation import standard_input, stdin_names
    from armlib.lint.check import checker
    from armlib.lint.user_rules import user_rules

    if not entries and not how["lists"] and not how["explain"]:
        raise UsageError("no ENTRY is given", hint="name a module or a template, or say --list")
    if how["shows"] and not how["fixes"]:
        raise UsageError("--diff shows what --fix would change", hint="say --fix --diff")
    settings = app.settings(entries[0] if entries else app.folder, flags(source, limits, report), result="linted")
    more = user_rules(settings.lint, app.evaluator(settings)) if settings.lint.paths or settings.lint.python else []
    using = checker(settings.lint, more, only=how["only"], settings=settings.file)
    if how["lists"]:
        return _list(app, using)
    if how["explain"]:
        return _explain(app, using, how["explain"])
    around = _surroundings(settings, how["today"])
    if how["fixes"] and Path("-") in entries:
        raise UsageError("what comes from stdin cannot be mended in place", hint="name a file with --fix")
    changed, difference = _fix(app, entries, using, around, shows=how["shows"]) if how["fixes"] else ([], b"")
    found: list[Diagnostic] = []
    with standard_input(entries, sys.stdin.buffer) as files:
        app.shown_as = stdin_names(files)
        for entry in files:
            found += _lint(app, entry, source, settings, using, around).diagnostics
        app.finish({"linted": [str(entry) for entry in entries], "fixed": [*changed]}, difference, found)
    return _exit_code(found, strict=how["strict"], most=how["max_warnings"])


def _exit_code(found: Sequence[Diagnostic], *, strict: bool, most: int | None) -> ExitCode:
    errors = sum(each.severity is Severity.ERROR for each in found)
    warnings = sum(each.severity is Severity.WARNING for each in found)
    too_many = warnings > (0 if strict else most if most is not None else warnings)
    return ExitCode.WRONG_INPUT if errors or too_many else ExitCode.FINE


def _surroundings(settings: Settings, today: str | None) -> Surroundings:
    from armlib.lint.subject import Surroundings
    from armlib.lint.types import types_of

    try:
        day = date.fromisoformat(today) if today else date.today()
    except ValueError as error:
        raise UsageError(f"'{today}' is no date", hint="write it as 2026-01-31") from error
    return Surroundings(today=day, types=types_of(settings.types), options=settings.lint.options)


def _lint(
    app: App, entry: Path, source: SourceOptions, settings: Settings, using: Checker, around: Surroundings
) -> Result:
    """Return what is found in one entry; one that cannot be read or compiled is a finding, too."""
    from armlib.lint.check import Result

    try:
        if entry.suffix.lower() in _JSON:
            return _lint_json(app, entry, source, settings, using, around)
        return _lint_module(app, entry, source, settings, using, around)
    except InputError as fault:
        if fault.code.startswith("lint-"):
            raise
        return Result(diagnostics=fault.diagnostics)


def _lint_json(
    app: App, entry: Path, source: SourceOptions, settings: Settings, using: Checker, around: Surroundings
) -> Result:
    from armlib.build.compilation import gather_arguments, roots_of
    from armlib.lint.files import lint_json

    target = target_of("lint", (entry,), (), source)
    given, _ = gather_arguments(target, roots_of(target, settings), app.evaluator(settings), app.environ)
    arguments = {name: argument.value for name, argument in given.items() if argument.text is None}
    arguments |= {name: argument.text for name, argument in given.items() if argument.text is not None}
    return lint_json(entry, read_text(entry), using, around, arguments=arguments)


def _lint_module(
    app: App, entry: Path, source: SourceOptions, settings: Settings, using: Checker, around: Surroundings
) -> Result:
    """Return what is found in a module: in its template, in those that it links, and in its sources."""
    from armlib.build.compilation import compile_target
    from armlib.lint.check import in_order
    from armlib.lint.files import lint_template

    unchecked = replace(settings, types=replace(settings.types, check=False))  # the rules ask the types themselves
    target = target_of("lint", (entry,), (), source)
    evaluator = app.evaluator(settings)
    compilation = compile_target(target, unchecked, evaluator, app.environ, provenance=True).compilation
    if compilation.template is None:
        return _only(compilation.diagnostics)
    file = str(target.entries[0][1])
    sources = _sources([file, *(read.path for read in compilation.reads)], settings.project)
    given = compilation.deploy_parameters
    found = lint_template(compilation.template, using, around, sources=sources, file=file, arguments=given)
    linked = [lint_template(each, using, around, file=file) for each in compilation.linked.values()]
    places = compilation.provenance
    in_template = found.diagnostics if places is None else places.located(found.diagnostics)
    told = (*in_template, *(each for result in linked for each in result.diagnostics))
    return _only((*compilation.diagnostics, *in_order(told)))


def _only(diagnostics: Sequence[Diagnostic]) -> Result:
    from armlib.lint.check import Result

    return Result(diagnostics=tuple(diagnostics))


def _sources(paths: Sequence[str], project: Path) -> dict[str, str]:
    """Return the texts of the Jsonnet sources among *paths* that belong to the project."""
    own = [path for path in dict.fromkeys(paths) if path.endswith((".jsonnet", ".libsonnet"))]
    return {path: read_text(Path(path)) for path in own if Path(path).is_file() and Path(path).is_relative_to(project)}


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        InputError: It cannot be read.
    """
    from armlib.template.jsonc import JsonSyntaxError

    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", code="cannot-read") from error
    except UnicodeDecodeError as error:
        raise JsonSyntaxError(f"{path} is not UTF-8 text", code="not-utf-8") from error


def _fix(
    app: App, entries: Sequence[Path], using: Checker, around: Surroundings, *, shows: bool
) -> tuple[list[str], bytes]:
    """Mend the entries; with *shows*, leave them as they are. Return their names, and then the difference."""
    from armlib.files import write_files
    from armlib.report.text import show_file

    changed: dict[Path, str] = {}
    for path in entries:
        text = read_text(path)
        mended = _mended(path, text, using, around)
        if mended != text:
            changed[path] = mended
    names = {path: show_file(str(path), app.folder) for path in changed}
    if shows:
        parts = [_difference(read_text(path), text, names[path]) for path, text in changed.items()]
        return list(names.values()), b"".join(parts)
    write_files({path.resolve(): _with_mark(path, text) for path, text in changed.items()})
    return list(names.values()), b""


def _mended(path: Path, text: str, using: Checker, around: Surroundings) -> str:
    from armlib.lint.document import Document
    from armlib.lint.files import lint_json, lint_source
    from armlib.lint.fix import apply
    from armlib.lint.suppression import in_jsonnet_comments

    for _ in range(_MOST_RUNS):
        document = Document(text, str(path))
        try:
            if path.suffix.lower() in _JSON:
                found = lint_json(path, text, using, around)
            else:
                found = lint_source(document, using, around, in_jsonnet_comments(document))
        except InputError:  # told when the entry is linted
            return text
        text, made = apply(document, found.fixes)
        if not made:
            break
    return text


def _with_mark(path: Path, text: str) -> bytes:
    """Return *text* as it goes into the file: with the byte order mark that was there."""
    mark = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode()


def _difference(old: str, new: str, name: str) -> bytes:
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines).encode()


def _list(app: App, using: Checker) -> ExitCode:
    rules = [each for each in using.rules.values() if using.only is None or each.code in using.only]
    width = max(len(rule.code) for rule in rules)
    lines = [f"{rule.code:{width}}  {_weight(rule, using):7}  {rule.summary}\n" for rule in rules]
    app.finish({"rules": [_as_json(rule, using) for rule in rules]}, "".join(lines).encode(), ())
    return ExitCode.FINE


def _explain(app: App, using: Checker, code: str) -> ExitCode:
    from armlib.lint.check import unknown_rule
    from armlib.lint.pages import explanation

    rule = using.rules.get(code)
    if rule is None:
        raise unknown_rule(code, using.rules)
    app.finish({"rule": _as_json(rule, using)}, explanation(rule, _weight(rule, using)).encode(), ())
    return ExitCode.FINE


def _weight(rule: Rule, using: Checker) -> str:
    said = using.severities.get(rule.code, rule.severity)
    return "off" if said is None else str(said)


def _as_json(rule: Rule, using: Checker) -> Any:
    found: Mapping[str, Any] = {
        "code": rule.code,
        "severity": _weight(rule, using),
        "stage": str(rule.stage),
        "summary": rule.summary,
        "why": rule.why,
        "bad": rule.bad,
        "good": rule.good,
        "fix": rule.fix,
        "covers": list(rule.covers),
    }
    return dict(found)
