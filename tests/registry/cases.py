"""Table cases of modules, as docs/reference/testing.md lays them down: what is in a file, and what a case finds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armlib.compiler.request import Compilation
from armlib.diagnostics import Diagnostic, Severity
from armlib.jsonnet.port import Evaluator, Program, Roots
from armlib.jsontypes import Json, JsonObject
from armlib.resources import packaged_folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: the arguments of *module*, and what is expected of it."""

    name: str
    module: Path
    parameters: JsonObject
    resources: Mapping[str, Json]
    outputs: Mapping[str, Json]
    errors: tuple[str, ...]


_MEMBERS = {"parameters", "resources", "outputs", "errors"}


def read_cases(file: Path, evaluator: Evaluator) -> list[Case]:
    """Return the cases of a test file."""
    program = Program(
        source=f"import {json.dumps('./' + file.name)}",
        file=str(file.parent / "<test>"),
        roots=Roots(project=file.parents[1], packaged=packaged_folders()),
    )
    content: dict[str, Any] = json.loads(evaluator.evaluate(program).text)
    assert set(content) <= {"module", "cases"}, f"{file}: a member that means nothing"
    module = (file.parent / content.get("module", "../main.jsonnet")).resolve()
    return [_case(file, name, module, row) for name, row in content["cases"].items()]


def _case(file: Path, name: str, module: Path, row: Mapping[str, Any]) -> Case:
    assert set(row) <= _MEMBERS, f"{file}: case '{name}' has a member that means nothing"
    assert "errors" in row or row.get("resources") or row.get("outputs"), f"{file}: case '{name}' expects nothing"
    return Case(
        name=name,
        module=module,
        parameters=row.get("parameters", {}),
        resources=row.get("resources", {}),
        outputs=row.get("outputs", {}),
        errors=tuple(row.get("errors", ())),
    )


def failures(case: Case, compilation: Compilation) -> list[str]:
    """Return what is not as the case expects."""
    if case.errors:
        return list(_errors(case.errors, compilation))
    if compilation.template is None or compilation.diagnostics:
        return [f"{_text(found)}" for found in compilation.diagnostics]
    template = compilation.template
    return [
        *_resources(case.resources, template["resources"]),
        *_members(dict(case.outputs), _outputs(template), "outputs"),
    ]


def _errors(expected: tuple[str, ...], compilation: Compilation) -> Iterator[str]:
    found = [_text(each) for each in compilation.diagnostics if each.severity is Severity.ERROR]
    yield from (f"no error says '{text}', of {found}" for text in expected if not any(text in each for each in found))
    yield from (f"not expected: {each}" for each in found if not any(text in each for text in expected))


def _text(found: Diagnostic) -> str:
    return f"{'.'.join(map(str, found.path))}: {found.message} [{found.code}]"


def _outputs(template: Mapping[str, Any]) -> JsonObject:
    return {name: output["value"] for name, output in template.get("outputs", {}).items()}


def _resources(expected: Mapping[str, Json], resources: Any) -> Iterator[str]:
    for place, members in expected.items():
        found = [resource for resource in resources if _is_at(place, resource)]
        if members is None:
            yield from (f"{place}: is there" for _ in found[:1])
        elif not found:
            yield f"{place}: is not there; there are {[_place(resource) for resource in resources]}"
        else:
            told = [list(_members(members, resource, place)) for resource in found]
            yield from min(told, key=len)


def _place(resource: Mapping[str, Any]) -> str:
    """Return the type and the name of a resource as an id has them."""
    namespace, *types = resource["type"].split("/")
    names = resource["name"].split("/") if not resource["name"].startswith("[") else [resource["name"]]
    pairs = zip(types, [*names, *["?"] * len(types)], strict=False)
    return "/".join([namespace, *(part for pair in pairs for part in pair)])


def _is_at(place: str, resource: Mapping[str, Any]) -> bool:
    """Return whether a resource has the place; ``*`` at its end stands for any name."""
    if place.endswith("/*"):
        namespace, *parts = place.removesuffix("/*").split("/")
        if "/".join([namespace, *parts[::2]]) != resource["type"]:
            return False
        return resource["name"].startswith("[") or _place(resource).startswith(place[:-1])
    return _place(resource) == place


def _members(expected: Json, actual: Json, path: str) -> Iterator[str]:
    """Yield where *actual* is not as expected: members of objects that are not named may be anything."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            yield from _members(value, actual.get(name), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _members(one, other, f"{path}[{number}]")
    elif expected != actual:
        yield f"{path}: {json.dumps(actual)}, not {json.dumps(expected)}"
