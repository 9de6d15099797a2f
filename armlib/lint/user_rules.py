"""Rules of a project and of packages: functions in Jsonnet, which run confined, or in Python, which do not.

A rule in Jsonnet is a file that evaluates to ``function(template) [{path: […], message: …, hint: …, severity: …}, …]``,
called by the name of the file, or to an object ``{code, severity, summary, why, check: function(template) …}``. A file
may hold several: an object of such functions and objects, each called by the name of its field. It lies in the project,
in a folder of the library path, or in a package of Jsonnet that the project depends on.

A rule in Python is an :class:`armlib.lint.rule.Rule`. It comes from a file with ``RULE`` or ``RULES`` that ``[lint]
python`` names, or from an installed package that ``[lint] packages`` names and that has entry points in the group
``armlib.lint_rules``. It may do whatever armlib itself may; so files of a project are loaded only while the current
folder lies in that project, and nothing is loaded that is not named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from armlib.config import Lint, project_root
from armlib.diagnostics import Severity, nearest
from armlib.errors import InputError
from armlib.jsonnet.digest import sha256_hex
from armlib.jsonnet.port import Evaluator, Program, Read, Roots
from armlib.jsontypes import JsonPath
from armlib.lint.registry import RULES
from armlib.lint.rule import Finding, Rule, Stage
from armlib.lint.subject import TemplateSubject
from armlib.lint.walk import member

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "armlib.lint_rules"
"""The entry points of packages that have rules; each is a Rule, several, or a module or class with RULE or RULES."""

_SUFFIXES: Final = (".jsonnet", ".libsonnet")
_ABOUT: Final = """local file = import {file};
local about(rule) = if std.isFunction(rule) then {{}} else {{
  [name]: rule[name] for name in ['code', 'severity', 'summary', 'why'] if std.objectHasAll(rule, name)
}};
local isRule(value) = std.isFunction(value) || std.isObject(value) && std.objectHasAll(value, 'check');
if isRule(file) then {{ one: about(file) }}
else if std.isObject(file) then {{
  many: {{ [name]: about(file[name]) for name in std.objectFields(file) if isRule(file[name]) }},
}}
else {{ many: {{}} }}"""
_FOUND: Final = """local file = import {file};
local rule = {rule};
local check = if std.isFunction(rule) then rule else rule.check;
check(std.parseJson(std.extVar('template')))"""


class UserRuleError(InputError):
    """A rule of the project or of a package cannot be used."""

    code = "lint-user-rule"


class UserRules:
    """The rules that the settings name; *reads* grows with the files that they read.

    Args:
        lint: What the settings say.
        evaluator: What runs the rules in Jsonnet.
        project: The folder of the settings.
        roots: What the project may import: the library path, and packages.
    """

    def __init__(self, lint: Lint, evaluator: Evaluator, *, project: Path, roots: Roots) -> None:
        self.reads: list[Read] = []
        self._lint = lint
        self._evaluator = evaluator
        self._project = project
        self._roots = roots

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All of them.

        Raises:
            UserRuleError: A file or a package is not there, or has no rule; two rules have one name.
        """
        found = [
            *(each for source in self._sources() for each in self._in_jsonnet(source)),
            *(each for file in self._lint.python for each in self._in_python(file)),
            *(each for package in self._lint.packages for each in _of_package(package)),
        ]
        names: dict[str, str] = dict.fromkeys(RULES, "armlib")
        for rule, source in found:
            if rule.code in names:
                raise UserRuleError(
                    f"the rule '{rule.code}' of {source} has the name of a rule of {names[rule.code]}",
                    hint="give it another name, such as one with the name of your organisation",
                )
            names[rule.code] = source
        return tuple(rule for rule, _ in found)

    def _sources(self) -> Iterator[_Source]:
        """Yield the sources of rules in Jsonnet: of the project, of the library path, of packages of Jsonnet."""
        for path in self._lint.paths:
            name = path.relative_to(self._project).as_posix() if path.is_relative_to(self._project) else ""
            if path.exists():
                yield from _below(path, replace(self._roots, project=project_root(path)))
                continue
            folder = next((each for each in self._roots.library if name and (each / name).exists()), None)
            if folder is not None:
                yield from _below(folder / name, self._outside(folder))
            elif any(name.startswith(f"{package}/") for package, _ in self._roots.imports):
                yield _Source(path, name, self._project, self._roots)
            else:
                raise UserRuleError(
                    f"{path}: no such file or folder",
                    hint="[lint] paths names files and folders of rules, in the project or on the library path",
                )

    def _outside(self, folder: Path) -> Roots:
        """Return what a rule in a *folder* of the library path may import."""
        return Roots(project=folder, library=self._roots.library, packaged=self._roots.packaged)

    def _in_jsonnet(self, source: _Source) -> Iterator[tuple[Rule, str]]:
        file = source.file
        about = self._run(_ABOUT, source)
        one, many = member(about, "one"), member(about, "many") or {}
        if one is None and not many:
            raise UserRuleError(f"{file} has no rule", hint="it is function(template) […], or an object with 'check'")
        name = file.stem.lower().replace("_", "-")
        if one is not None:
            yield self._jsonnet_rule(source, one, name, "file"), str(file)
        for field, each in many.items():
            yield self._jsonnet_rule(source, each, field, f"file[{json.dumps(field)}]"), str(file)

    def _jsonnet_rule(self, source: _Source, about: Any, name: str, expression: str) -> Rule:
        file = source.file

        def check(subject: TemplateSubject) -> Iterator[Finding]:
            yield from _findings(self._run(_FOUND, source, expression, subject.template), file)

        return Rule(
            code=_code(member(about, "code") or name, file),
            severity=_severity(member(about, "severity"), file) or Severity.WARNING,
            stage=Stage.TEMPLATE,
            summary=str(member(about, "summary") or f"the rule {name} of {file.name}"),
            why=str(member(about, "why") or ""),
            bad="",
            good="",
            check=check,
        )

    def _run(self, wrapper: str, source: _Source, rule: str = "", template: Mapping[str, Any] | None = None) -> Any:
        """Evaluate a rule for *template*: it reads what its source may import, and nothing else."""
        program = Program(
            source=wrapper.format(file=json.dumps(source.name), rule=rule),
            file=str(source.folder / "<lint>"),
            roots=source.roots,
            ext_str={"template": json.dumps(template)} if template is not None else {},
        )
        evaluated = self._evaluator.evaluate(program)
        self.reads += evaluated.reads
        return json.loads(evaluated.text)

    def _in_python(self, file: Path) -> Iterator[tuple[Rule, str]]:
        if not Path.cwd().is_relative_to(self._project):
            raise UserRuleError(
                f"{file} is a rule in Python, which is not run from outside of its project",
                hint=f"it may do anything: if you trust it, change to {self._project}; compile --no-lint leaves it out",
            )
        spec = spec_from_file_location(f"armlib_rules_{file.stem}", file)
        if spec is None or spec.loader is None or not file.is_file():
            raise UserRuleError(f"{file} is no Python file", hint="[lint] python names files of rules in Python")
        self.reads.append(Read(path=str(file), digest=sha256_hex(file.read_bytes())))
        loader, module = spec.loader, module_from_spec(spec)

        def load() -> Any:
            loader.exec_module(module)
            return module

        yield from _loaded(load, str(file))


@dataclass(frozen=True, slots=True)
class _Source:
    """A file of rules in Jsonnet: imported as *name* from *folder*, with what *roots* say."""

    file: Path
    name: str
    folder: Path
    roots: Roots


def _below(path: Path, roots: Roots) -> Iterator[_Source]:
    files = sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES) if path.is_dir() else [path]
    yield from (_Source(each, f"./{each.name}", each.parent, roots) for each in files)


def packages_not_named(named: Iterable[str]) -> list[str]:
    """Return the installed packages that have rules and are not among those *named*."""
    known = set(map(_normalized, named))
    return [name for name in _packages_with_rules() if _normalized(name) not in known]


def _packages_with_rules() -> list[str]:
    return sorted({name for each in _entry_points() if (name := _package_of(each))})


def _entry_points() -> Sequence[EntryPoint]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=GROUP))


def _package_of(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


def _of_package(package: str) -> Iterator[tuple[Rule, str]]:
    points = [each for each in _entry_points() if _normalized(_package_of(each)) == _normalized(package)]
    if not points:
        raise _without_rules(package)
    for point in points:
        yield from _loaded(point.load, f"the package {package}")


def _without_rules(package: str) -> UserRuleError:
    from importlib.metadata import PackageNotFoundError, distribution

    known = _packages_with_rules()
    try:
        distribution(package)
    except (PackageNotFoundError, ValueError):
        near = nearest(package, known)
        hint = f"did you mean '{near}'?" if near else f"install it: pip install {package}"
        return UserRuleError(f"the package '{package}', which [lint] packages names, is not installed", hint=hint)
    hint = f"packages with rules: {', '.join(known)}" if known else f"it must have entry points in the group {GROUP}"
    return UserRuleError(f"the package '{package}' has no lint rules", hint=hint)


def _normalized(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _loaded(load: Callable[[], Any], source: str) -> Iterator[tuple[Rule, str]]:
    """Yield the rules of what *load* gives: a rule, several, or something that has ``RULE`` or ``RULES``."""
    try:
        loaded = load()
    except Exception as error:
        raise UserRuleError(f"{source} cannot be loaded: {type(error).__name__}: {error}") from error
    found = getattr(loaded, "RULES", None) or getattr(loaded, "RULE", None) or loaded
    rules = [found] if isinstance(found, Rule) else list(found) if isinstance(found, Iterable) else []
    if not rules or not all(isinstance(each, Rule) for each in rules):
        raise UserRuleError(
            f"{source} has no RULE", hint="say RULE = armlib.lint.rule.Rule(…), or RULES = [Rule(…), …]"
        )
    yield from ((replace(each, check=_guarded(each, source)), source) for each in rules)


def _code(said: Any, file: Path) -> str:
    if not isinstance(said, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", said):
        raise UserRuleError(f"{file} names a rule {said!r}", hint="a rule is called by small letters, digits and '-'")
    return said


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


def _guarded(rule: Rule, source: str) -> Any:
    def check(subject: Any) -> list[Finding]:
        try:
            return list(rule.check(subject))
        except Exception as error:
            raise UserRuleError(f"the rule {rule.code} of {source} failed: {type(error).__name__}: {error}") from error

    return check
