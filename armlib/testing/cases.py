"""Table cases of modules: what is in a file of them, and what in a compilation is not as a case expects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armlib.compiler.request import Compilation
from armlib.diagnostics import Diagnostic, Severity, nearest
from armlib.errors import InputError
from armlib.jsonnet.port import Evaluator, Program, Read, Roots
from armlib.jsontypes import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: the arguments of *module*, and what is expected of it.

    *golden* is the file that its template must be the same as; None where nothing is said of the whole.
    """

    name: str
    module: Path
    parameters: JsonObject
    resources: Mapping[str, Json]
    outputs: Mapping[str, Json]
    errors: tuple[str, ...]
    golden: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomCase:
    """Arguments of *module* that are made: any that its parameters allow must compile.

    *parameters* are the same in all of them, *vary* the others that are given; None for all.
    """

    name: str
    module: Path
    parameters: JsonObject
    vary: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The cases of a file, and the files that were read for it."""

    cases: tuple[Case | RandomCase, ...]
    reads: tuple[Read, ...]


_TYPES: Mapping[str, type] = {
    "parameters": dict,
    "resources": dict,
    "outputs": dict,
    "errors": list,
    "golden": bool,
}
_RANDOM_TYPES: Mapping[str, type] = {"parameters": dict, "vary": list}
_FILE_TYPES: Mapping[str, type] = {"module": str, "cases": dict, "random": dict}
_WORDS = {dict: "an object", list: "a list of texts", bool: "true or false", str: "a text"}


def read_table(file: Path, roots: Roots, evaluator: Evaluator) -> Table:
    """Return the cases of a test file.

    Raises:
        InputError: It cannot be evaluated, or is no table of cases.
    """
    program = Program(source=f"import {json.dumps('./' + file.name)}", file=str(file.parent / "<test>"), roots=roots)
    evaluated = evaluator.evaluate(program)
    content: Any = json.loads(evaluated.text)
    _check("the file", content, _FILE_TYPES)
    if not content.get("cases") and not content.get("random"):
        raise _wrong("it has no cases", "{ cases: { 'says what holds': { parameters: {…}, resources: {…} } } }")
    module = Path(file.parent, content.get("module", "../main.jsonnet")).resolve()
    cases = tuple(_case(file, name, module, row) for name, row in content.get("cases", {}).items())
    random = tuple(_random(name, module, row) for name, row in content.get("random", {}).items())
    for golden in dict.fromkeys(case.golden for case in cases if case.golden is not None):
        same = [f"'{case.name}'" for case in cases if case.golden == golden]
        if len(same) > 1:
            raise _wrong(f"cases {' and '.join(same)} have one golden file", "name them apart by letters or digits")
    return Table(cases=(*cases, *random), reads=evaluated.reads)


def _case(file: Path, name: str, module: Path, row: Any) -> Case:
    _check(f"case '{name}'", row, _TYPES)
    errors, golden = row.get("errors", []), row.get("golden", False)
    if not all(isinstance(text, str) and text for text in errors):
        raise _wrong(f"errors of case '{name}' are no texts", "errors: ['a part of the message']")
    if not (errors or row.get("resources") or row.get("outputs") or golden):
        raise _wrong(f"case '{name}' expects nothing", "give it resources, outputs, errors or golden: true")
    return Case(
        name=name,
        module=module,
        parameters=row.get("parameters", {}),
        resources=row.get("resources", {}),
        outputs=row.get("outputs", {}),
        errors=tuple(errors),
        golden=file.parent / "golden" / f"{file.stem}.{_slug(name)}.json" if golden else None,
    )


def _random(name: str, module: Path, row: Any) -> RandomCase:
    _check(f"random case '{name}'", row, _RANDOM_TYPES)
    vary = row.get("vary")
    return RandomCase(
        name=name,
        module=module,
        parameters=row.get("parameters", {}),
        vary=None if vary is None else tuple(map(str, vary)),
    )


def _slug(name: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _check(what: str, row: Any, types: Mapping[str, type]) -> None:
    if not isinstance(row, dict):
        raise _wrong(f"{what} is no object", f"it has the members {', '.join(types)}")
    for name, value in row.items():
        if name not in types:
            close = nearest(name, types)
            hint = f"did you mean '{close}'?" if close else f"there are {', '.join(types)}"
            raise _wrong(f"{what} has a member '{name}' that means nothing", hint)
        if not isinstance(value, types[name]):
            raise _wrong(f"'{name}' of {what} is not {_WORDS[types[name]]}", "see docs/reference/testing.md")


def _wrong(message: str, hint: str) -> InputError:
    return InputError(message, code="bad-test", hint=hint)


def failures(case: Case, compilation: Compilation) -> list[str]:
    """Return what is not as the case expects, its golden file left aside."""
    if case.errors:
        return list(_errors(case.errors, compilation))
    template = compilation.template
    troubles = [problem(found) for found in compilation.diagnostics if found.severity is not Severity.NOTE]
    if template is None or troubles:
        return troubles or ["there is no template"]
    return [
        *_resources(case.resources, _resource_list(template)),
        *_members(dict(case.outputs), _outputs(template), "outputs"),
    ]


def told(found: Diagnostic) -> str:
    """Return a diagnostic as cases see it."""
    place = f"{'.'.join(map(str, found.path))}: " if found.path else ""
    return f"{place}{found.message} [{found.code}]"


def problem(found: Diagnostic) -> str:
    """Return a diagnostic as a test that fails tells it: what, and what to do about it."""
    place = f"{Path(found.place.file).name}:{found.place.line}: " if found.place is not None and not found.path else ""
    return f"{place}{told(found)}{f'; {found.hint}' if found.hint else ''}"


def _errors(expected: tuple[str, ...], compilation: Compilation) -> Iterator[str]:
    found = [told(each) for each in compilation.diagnostics if each.severity is Severity.ERROR]
    if not found:
        yield f"it compiles, and should fail with '{expected[0]}'"
        return
    yield from (
        f"no error says '{text}'; there {_listed(found)}"
        for text in expected
        if not any(text in each for each in found)
    )
    yield from (f"not expected: {each}" for each in found if not any(text in each for text in expected))


def _listed(places: list[str]) -> str:
    return f"{'is' if len(places) == 1 else 'are'} {', '.join(places)}" if places else "are none"


def _resource_list(template: Mapping[str, Any]) -> list[Any]:
    resources = template["resources"]
    return list(resources.values()) if isinstance(resources, dict) else list(resources)


def _outputs(template: Mapping[str, Any]) -> JsonObject:
    return {name: output.get("value") for name, output in template.get("outputs", {}).items()}


def _resources(expected: Mapping[str, Json], resources: list[Any]) -> Iterator[str]:
    for place, members in expected.items():
        found = [resource for resource in resources if _is_at(place, resource)]
        if members is None:
            yield from (f"{place}: is there" for _ in found[:1])
        elif not found:
            yield f"{place}: is not there; there {_listed([_place(resource) for resource in resources])}"
        else:
            problems = [list(_members(members, resource, place)) for resource in found]
            yield from min(problems, key=len)


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
    elif expected != actual or isinstance(expected, bool) is not isinstance(actual, bool):
        yield f"{path}: is {_shown(actual)}, not {_shown(expected)}"


def _shown(value: Json) -> str:
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)


def differences(expected: Json, actual: Json, path: str = "") -> Iterator[str]:
    """Yield where two values differ, a line for each place."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in dict.fromkeys((*expected, *actual)):
            here = f"{path}.{name}" if path else name
            if name not in actual:
                yield f"{here}: is gone, was {_shown(expected[name])}"
            elif name not in expected:
                yield f"{here}: is new, {_shown(actual[name])}"
            else:
                yield from differences(expected[name], actual[name], here)
    elif isinstance(expected, list) and isinstance(actual, list):
        for number, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from differences(one, other, f"{path}[{number}]")
        if len(expected) != len(actual):
            yield f"{path}: has {len(actual)} items, not {len(expected)}"
    elif expected != actual or isinstance(expected, bool) is not isinstance(actual, bool):
        yield f"{path}: is {_shown(actual)}, not {_shown(expected)}"
