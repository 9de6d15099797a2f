"""Lint of what was compiled: the rules of the settings on the template, on those it links, and on the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from armlib.compiler.request import Argument, Compilation, CompileRequest
from armlib.config import Settings
from armlib.diagnostics import Diagnostic, Severity, folded
from armlib.jsonnet.port import Evaluator, Read, Roots
from armlib.lint.check import Checker, Result, checker, in_order
from armlib.lint.files import lint_json, lint_template, read_text
from armlib.lint.rule import Edit
from armlib.lint.subject import Surroundings
from armlib.lint.types import types_of
from armlib.lint.user_rules import UserRules

_WEIGHTS: Final = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_JSON: Final = (".json", ".jsonc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linter:
    """Rules with what surrounds them, for all that a command looks at.

    Attributes:
        settings: The settings of the project.
        using: The rules, and what they weigh.
        around: What they may ask of.
        own: Those of the project and of packages.
    """

    settings: Settings
    using: Checker
    around: Surroundings
    own: UserRules

    def module(
        self, compilation: Compilation, entries: Sequence[Path], library: Sequence[Path] = ()
    ) -> tuple[Diagnostic, ...]:
        """Return what the rules find in the compiled modules *entries*: template, linked templates, and sources.

        Sources below a folder of the *library* are others' to mend.
        """
        found = self._found(compilation, entries, library).diagnostics
        provenance = compilation.provenance
        return in_order(folded(found if provenance is None else provenance.located(found)))

    def fixes(
        self, compilation: Compilation, entries: Sequence[Path], library: Sequence[Path] = ()
    ) -> tuple[tuple[Edit, ...], ...]:
        """Return the fixes of the compiled template, as edits of it."""
        return self._found(compilation, entries, library).fixes

    def _found(self, compilation: Compilation, entries: Sequence[Path], library: Sequence[Path]) -> Result:
        if compilation.template is None:
            return Result()
        files = [str(entry) for entry in entries]
        sources = _sources([*files, *(read.path for read in compilation.reads)], self.settings.project, library)
        provenance = compilation.provenance
        return lint_template(
            compilation.template,
            self.using,
            self.around,
            sources=sources,
            file=files[0],
            arguments=compilation.deploy_parameters,
            places=provenance.places if provenance is not None else None,
            linked=compilation.linked,
        )

    def json(self, entry: Path, arguments: Mapping[str, Argument]) -> tuple[Diagnostic, ...]:
        """Return what the rules find in a template in JSON, as its text has it.

        Raises:
            InputError: The file cannot be read, or holds no object.
        """
        given = {name: each.value if each.text is None else each.text for name, each in arguments.items()}
        return lint_json(entry, read_text(entry), self.using, self.around, arguments=given).diagnostics


def linter(
    settings: Settings,
    evaluator: Evaluator,
    roots: Roots,
    *,
    only: Iterable[str] = (),
    today: date | None = None,
) -> Linter:
    """Return the linter for *settings*.

    Args:
        settings: The settings of the project.
        evaluator: What runs the rules in Jsonnet.
        roots: What these may import, and where else they may lie.
        only: The codes of the rules to run; none for all.
        today: The day that ages are counted to; None leaves the rules out that go by it.

    Raises:
        UnknownRuleError: A rule is named that there is not.
        UserRuleError: A rule of the project or of a package cannot be used.
    """
    own = UserRules(settings.lint, evaluator, project=settings.project, roots=roots)
    using = checker(settings.lint, own.rules, only=only, settings=settings.file, dated=today is not None)
    around = Surroundings(today=today or date.min, types=types_of(settings.types), options=settings.lint.options)
    return Linter(settings=settings, using=using, around=around, own=own)


def lint_while_compiling(
    compilation: Compilation,
    request: CompileRequest,
    settings: Settings,
    evaluator: Evaluator,
) -> tuple[tuple[Diagnostic, ...], tuple[Read, ...]]:
    """Return what lint tells of what was compiled, as the settings ask for it, and the files that were read for it.

    What it says depends on no day: the same input gives the same.
    """
    entries = [entry.path for entry in request.entries]
    using = linter(settings, evaluator, request.roots)
    is_json = len(entries) == 1 and entries[0].suffix.lower() in _JSON
    found = (
        using.json(entries[0], request.arguments)
        if is_json
        else using.module(compilation, entries, request.roots.library)
    )
    most = _WEIGHTS.index(Severity(settings.lint.on_compile))
    return tuple(each for each in found if _WEIGHTS.index(each.severity) <= most), tuple(using.own.reads)


def _sources(paths: Sequence[str], project: Path, library: Sequence[Path]) -> dict[str, str]:
    """Return the texts of the Jsonnet sources among *paths* that belong to the project."""
    own = [path for path in dict.fromkeys(paths) if path.endswith((".jsonnet", ".libsonnet"))]
    return {path: read_text(Path(path)) for path in own if is_own(Path(path), project, library)}


def is_own(path: Path, project: Path, library: Sequence[Path]) -> bool:
    """Return whether the file *path* belongs to the project, and to no folder of its *library*."""
    is_foreign = any(path.is_relative_to(folder) for folder in library if folder != project)
    return path.is_relative_to(project) and not is_foreign and path.is_file()
