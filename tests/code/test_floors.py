"""Imports go down, never up: the floors of docs/architecture.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "armlib"
FLOORS = (
    ("cli",),
    ("controlplane", "host", "testing"),
    ("deploying",),
    ("compilation", "evaluation"),
    ("build", "report", "skeleton", "packages", "emulator", "azure"),
    ("deployment", "lint", "compiler"),
    ("azuretypes", "jsonnet", "expressions"),
    ("template",),
    (
        "errors",
        "diagnostics",
        "jsontypes",
        "config",
        "settings_file",
        "files",
        "resources",
        "dataclass",
        "user_folders",
        "sdk",
    ),
)
LEVELS = {name: level for level, names in enumerate(reversed(FLOORS)) for name in names}
# What stands for the whole package: it starts the command, or offers what the others have.
FRONT = ("__init__", "__main__")
MODULES = sorted(PACKAGE.rglob("*.py"))


def part(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(module: Path) -> Iterator[str]:
    """Yield the parts of armlib that *module* imports, anywhere in it: lazily, and for types alone."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides where it goes"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            words = name.split(".")
            if words[0] == "armlib" and len(words) > 1 and words[1] != "__version__":
                yield words[1]


def test_every_part_has_a_floor() -> None:
    assert {part(module) for module in MODULES} - set(FRONT) <= set(LEVELS)


def test_the_floor_plan_is_drawn_as_it_is() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = page.partition("an import goes down, never up")[2].split("```")[1]
    there = {part(module) for module in MODULES}
    floors = [{name for name in names if name in there} for names in FLOORS]
    assert [set(line.split()) for line in drawn.strip().splitlines()] == [floor for floor in floors if floor]
    parts = [name if (PACKAGE / name).is_dir() else f"{name}.py" for name in there - set(FRONT)]
    tests = [folder.name for folder in (ROOT / "tests").iterdir() if folder.is_dir() and folder.name != "__pycache__"]
    assert [name for name in (*parts, *tests) if not re.search(rf"\b{re.escape(name)}\b", page)] == []


def test_no_import_goes_up() -> None:
    up = [
        f"{module.relative_to(PACKAGE)} is below {name}"
        for module in MODULES
        if part(module) not in FRONT
        for name in imports(module)
        if LEVELS.get(name, 99) > LEVELS[part(module)]
    ]
    assert up == []


def test_lazy_imports_are_seen(tmp_path: Path) -> None:
    module = tmp_path / "x.py"
    module.write_text("def f():\n    from armlib.cli import main\n    import armlib.build.run\n")
    assert list(imports(module)) == ["cli", "build"]
