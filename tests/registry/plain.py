"""The examples as plain Jsonnet: ``python -m tests.registry.plain`` compares all in the C++ engine, in minutes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from armlib.build.module_page import EXAMPLES
from armlib.resources import library_folder
from tests.registry.collection import COLLECTION, MODULES, Workbench


def differences(files: Mapping[str, Path], engine: Any, bench: Workbench) -> list[str]:
    """Return the names of the examples whose resources or outputs are not the same when *engine* evaluates them."""
    imports = ", ".join(f"{json.dumps(name)}: import {json.dumps(str(file))}" for name, file in files.items())
    folders = [str(library_folder()), str(COLLECTION)]
    text = engine.evaluate_snippet("examples", f"{{ {imports} }}", jpathdir=folders, ext_vars={"parameters": "{}"})
    plain = json.loads(text)
    return [name for name, file in files.items() if not _is_the_same(plain[name], bench.template(file))]


def _is_the_same(plain: Any, template: Any) -> bool:
    """Compare but for dependencies, which are worked out when compiling."""
    return bool(
        _by_name(plain["resources"]) == _by_name(template["resources"]) and plain["outputs"] == template["outputs"]
    )


def _by_name(resources: Any) -> dict[tuple[str, str], Any]:
    return {(resource["type"], resource["name"]): resource for resource in _without_dependencies(resources)}


def _without_dependencies(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_dependencies(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_dependencies(inner) for name, inner in value.items() if name != "dependsOn"}
    return value


def main() -> int:
    """Compare all examples, one at a time; return the exit code."""
    import _jsonnet

    from armlib.jsonnet.inprocess import InProcessEvaluator

    bench = Workbench(InProcessEvaluator())
    wrong = []
    for module in MODULES:
        files = {f"{module.name}-{name}": module.path / "examples" / f"{name}.jsonnet" for name in EXAMPLES}
        wrong += differences(files, _jsonnet, bench)
        sys.stderr.write(f"{module.name}\n")
    sys.stdout.write("".join(f"differs: {name}\n" for name in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
