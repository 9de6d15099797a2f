"""The collection of modules, and what is done with each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from armlib.build.compilation import compile_target
from armlib.build.module_page import EXAMPLES, ModuleFolder, module_folders
from armlib.compiler.request import Compilation
from armlib.config import Flags, Settings, Target, load_settings
from armlib.deployment.expand import Expansion
from armlib.deployment.loader import FileLoader
from armlib.diagnostics import Diagnostic
from armlib.evaluation import Deployable, evaluate_deployable, surroundings
from armlib.jsonnet.port import Evaluator
from armlib.jsontypes import Json, JsonObject
from armlib.lint.check import checker
from armlib.lint.files import lint_template
from armlib.lint.subject import Surroundings
from armlib.lint.types import types_of
from armlib.resources import registry_folder

COLLECTION = registry_folder()
MODULES = module_folders(COLLECTION)
NAMES = [module.name for module in MODULES]
TODAY = date(2026, 11, 1)  # ages are counted to it, so that the tests do not fail because time has passed


def example_files() -> list[Path]:
    """Return the examples of all modules."""
    return [module.path / "examples" / f"{name}.jsonnet" for module in MODULES for name in EXAMPLES]


def module_named(name: str) -> ModuleFolder:
    """Return a module of the collection."""
    return next(module for module in MODULES if module.name == name)


@dataclass
class Workbench:
    """Compiles modules, lints what they compile to, and evaluates it. What was compiled without arguments is kept."""

    evaluator: Evaluator
    _kept: dict[Path, Compilation] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        return load_settings(COLLECTION, Flags(), {"ARMLIB_TYPES_CHECK": "off"})

    def compiled(self, file: Path, parameters: Mapping[str, Json] | None = None) -> Compilation:
        """Return the compilation of a module or an example."""
        if parameters is None and file in self._kept:
            return self._kept[file]
        target = Target(name="test", entries=((None, file),), values=parameters or {})
        found = compile_target(target, self.settings, self.evaluator, {}).compilation
        if parameters is None:
            self._kept[file] = found
        return found

    def template(self, file: Path) -> JsonObject:
        """Return the template of an example, which must have no diagnostics."""
        compilation = self.compiled(file)
        assert compilation.template is not None and not compilation.diagnostics, told(compilation.diagnostics)
        return compilation.template

    def linted(self, file: Path, store: Path) -> tuple[Diagnostic, ...]:
        """Return what lint finds in an example and its module, by the types in *store* too; notes are among it."""
        types = types_of(replace(self.settings.types, check=True, store=store))
        sources = {str(file): file.read_text(encoding="utf-8")}
        main = file.parents[1] / "main.jsonnet"
        sources[str(main)] = main.read_text(encoding="utf-8")
        using = checker(self.settings.lint)
        around = Surroundings(today=TODAY, types=types)
        return lint_template(self.template(file), using, around, sources=sources, file=str(file)).diagnostics

    def evaluated(self, file: Path) -> Expansion:
        """Return what a deployment of an example would come to."""
        deployable = Deployable(template=self.template(file), parameters={}, loader=FileLoader())
        return evaluate_deployable(deployable, surroundings(location="westeurope", allow_missing=True))


def told(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """Return diagnostics as a failing test shows them."""
    return [
        f"{found.severity} {found.code}: {found.message} ({'/'.join(map(str, found.path))})" for found in diagnostics
    ]
