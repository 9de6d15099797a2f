"""``armlib lint``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armlib.cli.app import App
from armlib.cli.options import (
    ENTRY,
    Limits,
    ReportOptions,
    SourceOptions,
    flags,
    limit_options,
    opened_entries,
    report_options,
    source_options,
    target_of,
)
from armlib.diagnostics import Diagnostic, Severity
from armlib.errors import ExitCode, InputError, UsageError

if TYPE_CHECKING:
    from armlib.build.compilation import Entries
    from armlib.build.linting import Linter
    from armlib.config import Settings, Target
    from armlib.lint.check import Checker
    from armlib.lint.rule import Rule

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
@click.argument("entries", metavar="ENTRY...", type=ENTRY, nargs=-1)
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
    entries: tuple[str, ...],
    source: SourceOptions,
    limits: Limits,
    report: ReportOptions,
    **how: Any,
) -> ExitCode:
    """Say what had better be otherwise in ENTRY.

    ENTRY is a Jsonnet module, an ARM template or parameters file in JSON, a form of the portal, a package, or '-' for
    stdin.

    The exit code is 1 when an error is among what is found. Rules are set below [lint] in armlib.toml; a comment
    '// armlib-ignore: RULE REASON' leaves one out on the next line.
    """
    from armlib.build.compilation import files_alone, roots_of
    from armlib.build.linting import linter

    if not entries and not how["lists"] and not how["explain"]:
        raise UsageError("no ENTRY is given", hint="name a module or a template, or say --list")
    if how["shows"] and not how["fixes"]:
        raise UsageError("--diff shows what --fix would change", hint="say --fix --diff")
    settings = app.settings(Path(entries[0]) if entries else app.folder, flags(source, limits, report), result="linted")
    target = target_of("lint", files_alone([settings.project / "main.jsonnet"]), (), source)
    roots = roots_of(target, settings, settings.project)
    using = linter(settings, app.evaluator(settings), roots, only=how["only"], today=_day(how["today"]))
    if how["lists"]:
        return _list(app, using)
    if how["explain"]:
        return _explain(app, using.using, how["explain"])
    if how["fixes"] and "-" in entries:
        raise UsageError("what comes from stdin cannot be mended in place", hint="name a file with --fix")
    changed: list[str] = []
    difference = b""
    found: list[Diagnostic] = []
    with opened_entries(app, entries, settings) as files:
        targets = [_target_of_one(files, number, source) for number in range(len(entries))]
        if how["fixes"]:
            if any(one.package_of(one.entries[0][1]) for one in targets):
                raise UsageError("a package cannot be mended in place", hint="'armlib pull' unpacks it into a folder")
            changed, difference = _fix(app, targets, using, shows=how["shows"])
        for one in targets:
            found += _lint(app, one, using)
        app.finish({"linted": [str(entry) for entry in entries], "fixed": [*changed]}, difference, found)
    return _exit_code(found, strict=how["strict"], most=how["max_warnings"])


def _exit_code(found: Sequence[Diagnostic], *, strict: bool, most: int | None) -> ExitCode:
    errors = sum(each.severity is Severity.ERROR for each in found)
    warnings = sum(each.severity is Severity.WARNING for each in found)
    too_many = warnings > (0 if strict else most if most is not None else warnings)
    return ExitCode.WRONG_INPUT if errors or too_many else ExitCode.FINE


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError as error:
        raise UsageError(f"'{text}' is no date", hint="write it as 2026-01-31") from error


def _target_of_one(files: Entries, number: int, source: SourceOptions) -> Target:
    one = replace(files, paths=files.paths[number : number + 1], aliases=files.aliases[number : number + 1])
    return target_of("lint", one, (), source)


def _lint(app: App, target: Target, using: Linter) -> tuple[Diagnostic, ...]:
    """Return what is found in one entry; one that cannot be read or compiled is a finding, too."""
    try:
        if target.entries[0][1].suffix.lower() in _JSON:
            return _lint_json(app, target, using)
        return _lint_module(app, target, using)
    except InputError as fault:
        if fault.code.startswith("lint-"):
            raise
        return fault.diagnostics


def _lint_json(app: App, target: Target, using: Linter) -> tuple[Diagnostic, ...]:
    from armlib.build.compilation import gather_arguments

    arguments, _ = gather_arguments(target, using.settings, app.evaluator(using.settings), app.environ)
    return using.json(target.entries[0][1], arguments)


def _lint_module(app: App, target: Target, using: Linter) -> tuple[Diagnostic, ...]:
    """Return what is found in a module: in its template, in those that it links, and in its sources."""
    from armlib.build.compilation import compile_target, roots_of

    settings = _bare(using.settings)
    compilation = compile_target(target, settings, app.evaluator(settings), app.environ, provenance=True).compilation
    library = roots_of(target, settings).library
    path = target.entries[0][1]
    package = target.package_of(path)
    if package is not None:  # its sources are what is asked for
        using = replace(using, settings=replace(using.settings, project=package.folder))
    return (*compilation.diagnostics, *using.module(compilation, [path], library))


def _bare(settings: Settings) -> Settings:
    """Return the settings to compile with: the rules ask the types themselves, and run once."""
    return replace(settings, types=replace(settings.types, check=False), lint=replace(settings.lint, on_compile="off"))


def _mended_module(app: App, target: Target, using: Linter) -> dict[Path, str]:
    """Return the new texts of the sources of a module, as far as what is found in its template can be mended there."""
    from armlib.build.compilation import compile_target, roots_of
    from armlib.build.linting import is_own
    from armlib.build.mending import mended

    settings, entries = _bare(using.settings), [target.entries[0][1]]
    evaluator, library = app.evaluator(settings), roots_of(target, settings).library
    compilation = compile_target(target, settings, evaluator, app.environ, provenance=True).compilation
    if compilation.template is None or compilation.provenance is None:
        return {}

    def compiled(texts: Mapping[str, str]) -> Any:
        return compile_target(target, settings, evaluator, app.environ, instead=texts).compilation.template

    texts = mended(
        compilation.template,
        using.fixes(compilation, entries, library),
        compilation.provenance,
        lambda path: is_own(path, settings.project, library),
        compiled,
    )
    return {Path(file): text for file, text in texts.items()}


def _fix(app: App, targets: Sequence[Target], using: Linter, *, shows: bool) -> tuple[list[str], bytes]:
    """Mend the files of *targets*; with *shows*, leave them as they are. Return their names, and the difference."""
    from armlib.files import write_files
    from armlib.lint.files import read_text
    from armlib.report.text import show_file

    changed: dict[Path, str] = {}
    for target in targets:
        path = target.entries[0][1]
        if path.suffix.lower() not in _JSON:
            with suppress(InputError):  # told when the entry is linted
                changed |= _mended_module(app, target, using)
        text = changed.get(path) or read_text(path)
        mended = _mended(path, text, using)
        if mended != text:
            changed[path] = mended
    names = {path: show_file(str(path), app.folder) for path in changed}
    if shows:
        parts = [_difference(read_text(path), text, names[path]) for path, text in changed.items()]
        return list(names.values()), b"".join(parts)
    write_files({path.resolve(): _with_mark(path, text) for path, text in changed.items()})
    return list(names.values()), b""


def _mended(path: Path, text: str, using: Linter) -> str:
    from armlib.lint.document import Document
    from armlib.lint.files import lint_json, lint_source
    from armlib.lint.fix import apply
    from armlib.lint.suppression import in_jsonnet_comments

    for _ in range(_MOST_RUNS):
        document = Document(text, str(path))
        try:
            if path.suffix.lower() in _JSON:
                found = lint_json(path, text, using.using, using.around)
            else:
                found = lint_source(document, using.using, using.around, in_jsonnet_comments(document))
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


def _list(app: App, linter: Linter) -> ExitCode:
    from armlib.lint.user_rules import UserRuleError, packages_not_named

    using = linter.using
    rules = [each for each in using.rules.values() if using.only is None or each.code in using.only]
    width = max(len(rule.code) for rule in rules)
    lines = [f"{rule.code:{width}}  {_weight(rule, using):7}  {rule.summary}\n" for rule in rules]
    others = [
        Diagnostic(
            code=UserRuleError.code,
            severity=Severity.NOTE,
            message=f"the installed package '{name}' has lint rules that this project does not use",
            hint=f'armlib.toml: [lint] packages = ["{name}"]',
        )
        for name in packages_not_named(linter.settings.lint.packages)
    ]
    app.finish({"rules": [_as_json(rule, using) for rule in rules]}, "".join(lines).encode(), others)
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
