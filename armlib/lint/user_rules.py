"""Rules of a project: functions in Jsonnet, which run confined, or modules in Python, which do not.

A rule in Jsonnet is a file that evaluates to ``function(template) [{path: […], message: …, hint: …, severity: …}, …]``,
called by the name of the file, or to an object ``{code, severity, summary, why, check: function(template) …}``.

A rule in Python is a file with ``RULE``, an :class:`armlib.lint.rule.Rule`, or ``RULES``, several. Python is loaded
only from the files that ``[lint] python`` names: it may do whatever armlib itself may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from armlib.config import Lint, project_root
from armlib.diagnostics import Severity
from armlib.errors import InputError
from armlib.jsonnet.port import Evaluator, Program, Roots
from armlib.jsontypes import JsonPath
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member
from armlib.resources import library_folder

_SUFFIXES: Final = (".jsonnet", ".libsonnet")
_ABOUT: Final = """local rule = import {file};
if std.isFunction(rule) then {{}} else {{
  [name]: rule[name] for name in ['code', 'severity', 'summary', 'why'] if std.objectHas(rule, name)
}}"""
_FOUND: Final = """local rule = import {file};
local check = if std.isFunction(rule) then rule else rule.check;
check(std.parseJson(std.extVar('template')))"""


class UserRuleError(InputError):
    """A rule of the project cannot be used."""

    code = "lint-user-rule"


def user_rules(lint: Lint, evaluator: Evaluator) -> list[Rule]:
    """Return the rules that the settings name.

    Raises:
        UserRuleError: A file is not there, or is no rule.
    """
    found = [_jsonnet_rule(file, evaluator) for file in _files(lint.paths)]
    return [*found, *(rule for file in lint.python for rule in _python_rules(file))]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES)
        elif path.is_file():
            yield path
        else:
            raise UserRuleError(f"{path}: no such file or folder", hint="[lint] paths names files and folders of rules")


def _jsonnet_rule(file: Path, evaluator: Evaluator) -> Rule:
    about = _run(_ABOUT, file, evaluator, {})
    severity = _severity(member(about, "severity"), file) or Severity.WARNING

    def check(subject: TemplateSubject) -> Iterator[Finding]:
        yield from _findings(_run(_FOUND, file, evaluator, subject.template), file)

    code = str(member(about, "code") or file.stem.lower().replace("_", "-"))
    summary = str(member(about, "summary") or f"the rule {file.name} of the project")
    return Rule(
        code=code,
        severity=severity,
        stage=Stage.TEMPLATE,
        summary=summary,
        why=str(member(about, "why") or ""),
        bad="",
        good="",
        check=check,
    )


def _run(wrapper: str, file: Path, evaluator: Evaluator, template: Mapping[str, Any]) -> Any:
    """Evaluate the rule in *file* for *template*: it reads its own project, and nothing else."""
    program = Program(
        source=wrapper.format(file=json.dumps("./" + file.name)),
        file=str(file.parent / "<lint>"),
        roots=Roots(project=project_root(file), packaged=(library_folder(),)),
        ext_str={"template": json.dumps(template)},
    )
    return json.loads(evaluator.evaluate(program).text)


def _findings(found: Any, file: Path) -> Iterator[Finding]:
    for each in found if isinstance(found, list) else [found]:
        message = member(each, "message")
        if not isinstance(message, str):
            raise UserRuleError(
                f"{file} gave {json.dumps(each)[:80]}, which is no finding",
                hint="a rule returns an array of objects with a message and a path",
            )
        hint = member(each, "hint")
        yield Finding(
            path=_path(member(each, "path")),
            message=message,
            hint=hint if isinstance(hint, str) else None,
            severity=_severity(member(each, "severity"), file),
        )


def _path(given: Any) -> JsonPath:
    """Return a path from an array of steps, or from a text such as ``resources[0].name``."""
    if isinstance(given, str):
        parts = given.replace("[", ".").replace("]", "").split(".")
        return tuple(int(part) if part.isdecimal() else part.strip("'") for part in parts if part and part != "$")
    steps = given if isinstance(given, list) else []
    return tuple(
        int(step) if isinstance(step, float) else step for step in steps if isinstance(step, (str, int, float))
    )


def _severity(said: Any, file: Path) -> Severity | None:
    if said is None:
        return None
    try:
        return Severity(said)
    except ValueError as error:
        raise UserRuleError(
            f"{file} has the severity {said!r}", hint=f"it is one of {', '.join(map(str, Severity))}"
        ) from error


def _python_rules(file: Path) -> list[Rule]:
    spec = spec_from_file_location(f"armlib_rules_{file.stem}", file)
    if spec is None or spec.loader is None or not file.is_file():
        raise UserRuleError(f"{file} is no Python file", hint="[lint] python names files of rules in Python")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserRuleError(f"{file} cannot be loaded: {type(error).__name__}: {error}") from error
    found = getattr(module, "RULES", None) or [getattr(module, "RULE", None)]
    if not all(isinstance(each, Rule) for each in found):
        raise UserRuleError(f"{file} has no RULE", hint="say RULE = armlib.lint.rule.Rule(…), or RULES = [Rule(…), …]")
    return [replace(each, check=_guarded(each, file)) for each in found]


def _guarded(rule: Rule, file: Path) -> Any:
    def check(subject: Any) -> list[Finding]:
        try:
            return list(rule.check(subject))
        except Exception as error:
            raise UserRuleError(f"the rule {rule.code} of {file} failed: {type(error).__name__}: {error}") from error

    return check
