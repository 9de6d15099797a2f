# ruff: noqa: E501 - a module reads best on one line
"""Where the properties of templates are said to come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from armlib.compiler.pipeline import compile_template
from armlib.compiler.provenance import Provenance
from armlib.compiler.request import Argument, Compilation, CompileRequest, Entry
from armlib.errors import StoppedError
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Evaluated, EvaluationError, Program, Roots
from armlib.jsontypes import Json, JsonPath, parse_path
from armlib.resources import library_folder
from armlib.template.canonical import json_bytes
from tests.unit.jsonnet.test_instrument import VALUES

ROOT = Path(__file__).parents[3]
ARM = "local arm = import 'arm.libsonnet';\n"
SITE = "type: 'Microsoft.Web/sites', apiVersion: '2023-05-01'"


def request(folder: Path, *entries: str, arguments: Mapping[str, Json] | None = None, **more: Any) -> CompileRequest:
    return CompileRequest(
        entries=tuple(Entry(path=folder / name, alias=Path(name).stem) for name in entries or ("main.jsonnet",)),
        roots=Roots(project=folder, packaged=(library_folder(),)),
        arguments={name: Argument(value=value) for name, value in (arguments or {}).items()},
        **more,
    )


def compiled(folder: Path, *entries: str, **more: Any) -> Compilation:
    return compile_template(request(folder, *entries, **more), InProcessEvaluator())


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def provenance(folder: Path, *entries: str, **more: Any) -> Provenance:
    compilation = compiled(folder, *entries, provenance=True, **more)
    assert compilation.provenance is not None, compilation.diagnostics
    return compilation.provenance


def chain(found: Provenance, path: str) -> list[str]:
    """Return the chain as ``what file:line text``, the text from where the caret starts."""
    links, _ = found.chain(parse_path(path))
    texts = []
    for link in links:
        assert link.excerpt is not None
        text = link.excerpt.text[link.excerpt.column - 1 :][: link.excerpt.length]
        texts.append(f"{link.what} {Path(link.place.file).name}:{link.place.line} {text}")
    return texts


MODULE = (
    ARM
    + """\
arm.Module {
  parameterMetadata:: {
    name: { type: 'string', defaultValue: 'net' },
    labels: { type: 'object', defaultValue: {} },
    key: { type: 'secureString', defaultValue: '' },
  },
  network:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') {
    name: $.arguments.name,
    sku: { name: 'Basic', tier: 'One' },
    tags: { cost: '0', env: 'test' } + $.arguments.labels,
    properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16', '10.1.0.0/16'] } },
  },
  id:: $.network.id,
  outputs: { where: arm.output($.network.ref('location')) },
}
"""
)
MIXIN = """\
local common = { owner: 'us' };
(import 'net.libsonnet') {
  parameters:: { labels: { team: 'a' } },
  network+: {
    sku: { name: 'Other' },
    tags+: { cost: '1' } + common,
  },
}
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Provenance:
    return provenance(written(tmp_path_factory.mktemp("mixed"), main_jsonnet=MIXIN, net_libsonnet=MODULE))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("resources[0].name", ["written net.libsonnet:9 name: $.arguments.name"]),
        (
            "resources[0]",
            [
                "written net.libsonnet:8 arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') ",
                "mixin main.jsonnet:4 {",
            ],
        ),
        ("resources[0].type", ["written net.libsonnet:8 'Microsoft.Network/virtualNetworks'"]),
        ("resources[0].apiVersion", ["written net.libsonnet:8 '2024-05-01'"]),
        ("resources[0].sku.name", ["written main.jsonnet:5 name: 'Other'", "replaces net.libsonnet:10 name: 'Basic'"]),
        (
            "resources[0].sku",
            [
                "written main.jsonnet:5 sku: { name: 'Other' }",
                "replaces net.libsonnet:10 sku: { name: 'Basic', tier: 'One' }",
            ],
        ),
        (
            "resources[0].tags.cost",
            [
                "written main.jsonnet:6 cost: '1'",
                "replaces net.libsonnet:11 cost: '0'",
                "through main.jsonnet:6 tags+: { cost: '1' } + common",
            ],
        ),
        (
            "resources[0].tags.owner",
            ["written main.jsonnet:1 owner: 'us'", "through main.jsonnet:6 tags+: { cost: '1' } + common"],
        ),
        (
            "resources[0].properties.addressSpace.addressPrefixes[1]",
            ["written net.libsonnet:12 '10.1.0.0/16'"],
        ),
        ("outputs.where.value", ["written net.libsonnet:15 where: arm.output($.network.ref('location'))"]),
        ("outputs.id", ["written net.libsonnet:14 id:: $.network.id"]),
    ],
)
def test_the_field_that_won_and_what_it_replaced(mixed: Provenance, path: str, expected: list[str]) -> None:
    assert chain(mixed, path) == expected


def test_an_argument_that_another_module_gives_is_where_that_wrote_it(mixed: Provenance) -> None:
    assert chain(mixed, "resources[0].tags.team")[0] == "written main.jsonnet:3 team: 'a'"


def test_a_parameter_of_the_template_is_where_it_is_declared(tmp_path: Path) -> None:
    found = provenance(written(tmp_path, main_jsonnet=MODULE))
    assert chain(found, "parameters.key.type") == ["written main.jsonnet:6 type: 'secureString'"]


BARE = [
    ("local f(x) = { p: x }; %s { name: 'a', properties: f(1) }", "resources[0].properties.p", "p: x"),
    ("%s { name: 'a', properties: std.parseJson('{\"p\": {\"q\": 1}}') }", "resources[0].properties.p.q", None),
    ("%s { name: 'a', properties: std.mergePatch({ p: 1 }, { q: 2 }) }", "resources[0].properties.p", None),
    ("%s { name: 'a', properties: { [k]: 1 for k in ['p', 'q'] } }", "resources[0].properties.q", "[k]: 1"),
    ("%s { name: 'a', properties: { ['p' + 1]: 1, q: 2 } }", "resources[0].properties.p1", "['p' + 1]: 1"),
    (
        "%s { name: 'a', properties: { [if true then 'p']: 1, [if true then 'q']: 2 } }",
        "resources[0].properties.q",
        "[if true then 'q']: 2",
    ),
    ("%s { name: 'a', properties: { p: [{ q: i } for i in [1, 2]] } }", "resources[0].properties.p[1].q", "q: i"),
    ("%s { name: 'a', properties: { p: [1] + [2] } }", "resources[0].properties.p[1]", "p: [1] + [2]"),
    ("%s { name: 'a', properties: { p: [[1, [2]]] } }", "resources[0].properties.p[0][1][0]", "2"),
    (
        "local s = [{ n: 1 }]; %s { name: 'a', properties: { p: { q: s, r: 1 } } }",
        "resources[0].properties.p.q[0].n",
        "n: 1",
    ),
    ("%s { name: 'a', 'properties': { \"p\": { |||\n  q\n|||: 1 } } }", "resources[0].properties.p['q\n']", "|||"),
    ("%s { name: 'a', properties: std.prune({ p: { q: 1 } }) }", "resources[0].properties.p.q", None),
    ("%s { name: 'a', properties: if true then { p: 1 } else {} }", "resources[0].properties.p", "p: 1"),
    ("%s { name: 'a' } + { properties+: { p: 1 } } + { properties+: { q: 2 } }", "resources[0].properties.p", "p: 1"),
    ("%s { name: 'a', properties: { p: self.q, q: { r: 1 } } }", "resources[0].properties.p.r", "r: 1"),
    ("%s { name: 'a', local hidden = { p: 1 }, properties: hidden }", "resources[0].properties.p", "p: 1"),
    (
        "%s { name: 'a', properties:: { p: 1 } } { properties::: super.properties { q: 1 } }",
        "resources[0].properties.p",
        "p: 1",
    ),
    ("%s { name: 'ü', properties: { p: 'é' } }", "resources[0].properties.p", "p: 'é'"),
]


@pytest.mark.parametrize(("text", "path", "expected"), BARE)
def test_ways_of_making_an_object(tmp_path: Path, text: str, path: str, expected: str | None) -> None:
    module = text % f"{{ resources: [{{ {SITE} }}" + "] }"
    found = provenance(written(tmp_path, main_jsonnet=module))
    (first, *_) = chain(found, path)
    whole = "properties: " + text.partition("properties: ")[2].rpartition(" }")[0]
    assert first.partition(":")[2].partition(" ")[2] == (whole if expected is None else expected)


def test_what_is_written_nowhere_is_where_the_nearest_thing_around_it_is(mixed: Provenance) -> None:
    origin, known = mixed.origin(parse_path("resources[0].properties.absent.more"))
    assert known == ("resources", 0, "properties", "absent", "more")
    assert origin.place is not None
    assert origin.place.line == 12


def test_a_nested_and_a_linked_template_are_followed_into(tmp_path: Path) -> None:
    text = ARM + (
        "arm.Module {\n"
        "  inner:: arm.nested((import 'net.libsonnet') { parameters:: {} }, 'inner'),\n"
        "  apart:: arm.linked((import 'net.libsonnet') { parameters:: {} }, 'apart.json'),\n"
        "}\n"
    )
    found = provenance(written(tmp_path, main_jsonnet=text, net_libsonnet=MODULE))
    names = [body["name"] for body in _resources(found)]
    inner = f"resources[{names.index('inner')}].properties.template.resources[0]"
    assert chain(found, f"{inner}.sku.name")[0] == "written net.libsonnet:10 name: 'Basic'"
    assert (
        chain(found, "linkedTemplates['apart.json'].resources[0].sku.name")[0]
        == "written net.libsonnet:10 name: 'Basic'"
    )


def test_several_modules_keep_their_places(tmp_path: Path) -> None:
    one = f"{{ resources: [{{ {SITE}, name: 'a' }}, {{ {SITE}, name: 'b' }}], outputs: {{ x: {{ type: 'int', value: 1 }} }} }}"
    two = f"{{ resources: [{{ {SITE}, name: 'c' }}], outputs: {{ y: {{ type: 'int', value: 2 }} }}, variables: {{ v: 1 }} }}"
    found = provenance(written(tmp_path, one_jsonnet=one, two_jsonnet=two), "one.jsonnet", "two.jsonnet")
    assert chain(found, "resources[1].name") == ["written one.jsonnet:1 name: 'b'"]
    assert chain(found, "resources[2].name") == ["written two.jsonnet:1 name: 'c'"]
    assert chain(found, "outputs.two.value.y") == ["written two.jsonnet:1 value: 2"]
    assert chain(found, "variables.v") == ["written two.jsonnet:1 v: 1"]


def test_symbolic_names_and_children_of_resources(tmp_path: Path) -> None:
    text = (
        f"{{ resources: [{{ {SITE}, name: 'a', resources: [\n"
        "  { type: 'config', apiVersion: '2023-05-01', name: 'web' },\n"
        f"] }}, {{ {SITE}, name: 'b',\n tags: {{ t: 1 }} }}] }}"
    )
    found = provenance(written(tmp_path, main_jsonnet=text), symbolic=True)
    resources: Any = found.template["resources"]
    symbols = {body["name"]: symbol for symbol, body in resources.items()}
    assert chain(found, f"resources.{symbols['a/web']}.name") == ["written main.jsonnet:2 name: 'web'"]
    assert chain(found, f"resources.{symbols['b']}.tags.t") == ["written main.jsonnet:4 t: 1"]


def test_resources_of_a_nested_template_keep_their_places_with_symbolic_names(tmp_path: Path) -> None:
    text = (
        "local arm = import 'arm.libsonnet';\n"
        "local site(name) = arm.Resource('Microsoft.Web/sites', '2023-05-01') { name: name };\n"
        "arm.Module { n: arm.nested({ resources: [\n  site('a'),\n  site('b') { kind: 'app' },\n] }, 'n') }"
    )
    found = provenance(written(tmp_path, main_jsonnet=text), symbolic=True)
    path = "resources.deployments_n.properties.template.resources.sites_b.kind"
    assert chain(found, path)[0] == "written main.jsonnet:5 kind: 'app'"
    _assert_map_tells_the_same(found)


def test_modules_in_a_template_keep_their_places(tmp_path: Path) -> None:
    text = f"""{{ resources: [
  {{ {SITE}, name: 'a' }},
  {{ type: 'armlib/modules', apiVersion: '2024-01-01', name: 'm', properties: {{ module: './child.jsonnet' }} }},
  {{ {SITE}, name: 'z' }},
] }}"""
    child = f"{{ resources: [{{ {SITE}, name: 'c' }}, {{ {SITE}, name: 'd' }}] }}"
    found = provenance(written(tmp_path, main_jsonnet=text, child_jsonnet=child))
    assert [chain(found, f"resources[{n}].name") for n in range(4)] == [
        ["written main.jsonnet:2 name: 'a'"],
        ["written child.jsonnet:1 name: 'c'"],
        ["written child.jsonnet:1 name: 'd'"],
        ["written main.jsonnet:4 name: 'z'"],
    ]


# Diagnostics


class Counting:
    """An evaluator that counts, and can fail when it is asked for places."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.traced = 0
        self.plain = 0
        self._failure = failure
        self._evaluator = InProcessEvaluator()

    def evaluate(self, program: Program) -> Evaluated:
        self.traced += program.is_traced
        self.plain += not program.is_traced
        if program.is_traced and self._failure is not None:
            raise self._failure
        return self._evaluator.evaluate(program)


def test_a_template_without_diagnostics_is_evaluated_once(tmp_path: Path) -> None:
    evaluator = Counting()
    compile_template(request(written(tmp_path, main_jsonnet=f"{{ resources: [{{ {SITE}, name: 'a' }}] }}")), evaluator)
    assert (evaluator.plain, evaluator.traced) == (1, 0)


WRONG = f"{{\n  resources: [\n    {{ {SITE}, name: 'a', tags: 1 }},\n  ],\n}}\n"


def test_a_diagnostic_has_the_line_of_the_module(tmp_path: Path) -> None:
    evaluator = Counting()
    compilation = compile_template(request(written(tmp_path, main_jsonnet=WRONG)), evaluator)
    (found,) = compilation.diagnostics
    assert (evaluator.plain, evaluator.traced) == (1, 1)
    assert found.place is not None
    assert (Path(found.place.file).name, found.place.line, found.place.column) == ("main.jsonnet", 3, 73)
    assert found.excerpt is not None
    assert found.excerpt.text == WRONG.split("\n")[2]


def test_what_is_wrong_with_a_module_in_a_template_is_told_at_its_resource(tmp_path: Path) -> None:
    """The modules before it have taken the places of their resources by then, one has three and one has gone."""
    module = "type: 'armlib/modules', apiVersion: '1'"
    text = (
        "{ resources: [\n  null,\n"
        f"  {{ {module}, name: 'three', properties: {{ module: 'three.jsonnet' }} }},\n"
        f"  {{ {module}, name: 'gone', properties: {{ module: 'nowhere.jsonnet' }} }},\n"
        f"  {{ {module}, name: 'copied', copy: {{}}, properties: {{ module: 'one.jsonnet', n: 'a' }} }},\n"
        f"  {{ {module}, name: 'wrong', properties: {{ module: 'one.jsonnet', m: 'a' }} }},\n"
        "] }"
    )
    one = f"{{ parameterMetadata:: {{ n: {{ type: 'string' }} }}, resources: [{{ {SITE}, name: 'a' }}] }}"
    three = f"{{ resources: [{{ {SITE}, name: 'w' + i }} for i in [1, 2, 3]] }}"
    folder = written(tmp_path, main_jsonnet=text, one_jsonnet=one, three_jsonnet=three)
    for entries in (("main.jsonnet",), ("three.jsonnet", "main.jsonnet")):
        diagnostics = compiled(folder, *entries).diagnostics
        places = {each.code: (Path(each.place.file).name, each.place.line) for each in diagnostics if each.place}
        assert {code: place for code, place in places.items() if code != "duplicate-resource"} == {
            "entry-not-found": ("main.jsonnet", 4),
            "module-resource": ("main.jsonnet", 5),
            "unknown-parameter": ("main.jsonnet", 6),
            "missing-parameter": ("main.jsonnet", 6),
        }


def test_null_among_the_resources_is_skipped_and_places_hold(tmp_path: Path) -> None:
    right = WRONG.replace("[\n", "[\n if false then {},\n null,\n").replace("tags: 1", "tags: {}")
    evaluator = InProcessEvaluator()
    skipped = compile_template(request(written(tmp_path, main_jsonnet=right)), evaluator)
    assert skipped.template is not None
    resources: Any = skipped.template["resources"]
    assert [body["name"] for body in resources] == ["a"]
    wrong = WRONG.replace("[\n", "[\n if false then {},\n null,\n")
    (found,) = compile_template(request(written(tmp_path, main_jsonnet=wrong)), evaluator).diagnostics
    assert found.place is not None
    assert (found.place.line, found.place.column, found.path) == (5, 73, ("resources", 0, "tags"))


@pytest.mark.parametrize(
    "failure",
    [EvaluationError(()), StoppedError("took too long", code="time-limit"), StoppedError("big", code="memory-limit")],
)
def test_diagnostics_do_without_places_that_cannot_be_had(tmp_path: Path, failure: Exception) -> None:
    compilation = compile_template(request(written(tmp_path, main_jsonnet=WRONG)), Counting(failure))
    assert [(found.code, found.place) for found in compilation.diagnostics] == [("wrong-type", None)]


def test_an_interruption_is_one(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        compile_template(
            request(written(tmp_path, main_jsonnet=WRONG)), Counting(StoppedError("interrupted", code="interrupted"))
        )


def test_a_file_that_has_changed_since_has_no_places(tmp_path: Path) -> None:
    found = provenance(written(tmp_path, main_jsonnet=f"{{ resources: [{{ {SITE}, name: 'a' }}] }}"))
    written(tmp_path, main_jsonnet="{ other: 1 }")
    assert found.chain(("resources", 0, "name")) == ([], ())


def test_what_looks_like_a_secret_is_masked_in_a_source_line(tmp_path: Path) -> None:
    text = f"{{ resources: [{{ {SITE}, name: 'a', tags: 1, properties: {{ adminPassword: 'hunter2', 'apiKey': \"s3cr3t\" }} }}] }}"
    compilation = compiled(written(tmp_path, main_jsonnet=text))
    (found,) = compilation.diagnostics
    assert found.excerpt is not None
    assert "hunter2" not in repr(compilation)
    assert "s3cr3t" not in repr(compilation)
    assert len(found.excerpt.text) == len(text)


# The source map

EXAMPLES = sorted((ROOT / "examples").glob("*/main.jsonnet"))
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*/main.jsonnet"))


def cases() -> Iterator[Any]:
    for entry in (*EXAMPLES, *GOLDEN):
        yield pytest.param(entry, id=f"{entry.parent.parent.name}/{entry.parent.name}")


@pytest.mark.parametrize("entry", list(cases()))
def test_a_template_is_the_same_with_provenance(entry: Path) -> None:
    arguments = {"name": "stexample"} if entry.parent.name == "storage-account" else {}
    plain = compiled(entry.parent, arguments=arguments)
    traced = compiled(entry.parent, arguments=arguments, provenance=True)
    assert traced.diagnostics == plain.diagnostics
    assert traced.linked == plain.linked
    assert (traced.template is None) == (plain.template is None)
    if plain.template is None:
        return
    assert json_bytes(traced.template) == json_bytes(plain.template)
    assert traced.provenance is not None
    _assert_map_tells_the_same(traced.provenance)


@settings(max_examples=25, deadline=None)
@given(VALUES, VALUES)
def test_any_template_is_the_same_with_provenance(
    tmp_path_factory: pytest.TempPathFactory, value: str, mixed_in: str
) -> None:
    text = (
        "local shared = { a: { z: 1 }, b:: 2 }, f(x) = { of: x, n: { m: [x] } };\n"
        f"local one = {{ {SITE}, name: 'one', properties: {value} }};\n"
        f"local two = one {{ name: 'two', properties+: {mixed_in}, tags: {{ t: '1' }} }};\n"
        "{ resources: [one, if std.isObject(one.properties) then two else one { name: 'two' }] }\n"
    )
    folder = written(tmp_path_factory.mktemp("any"), main_jsonnet=text)
    plain, traced = compiled(folder), compiled(folder, provenance=True)
    assert [found.code for found in traced.diagnostics] == [found.code for found in plain.diagnostics]
    if plain.template is not None and traced.template is not None and traced.provenance is not None:
        assert json_bytes(traced.template) == json_bytes(plain.template)
        _assert_map_tells_the_same(traced.provenance)
    assert (plain.template is None) == (traced.template is None)


def _assert_map_tells_the_same(found: Provenance) -> None:
    """The tree and the chain of each path lead to one place, and all but what the compiler adds has one."""
    whole: Any = found.source_map().as_json(str)
    for path in _paths(found.template):
        node: Any = whole["template"]
        for step in path:
            if isinstance(node, int):
                break
            inner = node[1]
            node = inner[step] if isinstance(inner, dict) or int(step) < len(inner) else node[0]
        at = whole["origins"][node if isinstance(node, int) else node[0]]["at"]
        place = found.origin(path)[0].place
        assert place is not None, path
        file, line, column, *_ = whole["places"][at]
        assert (whole["files"][file], line, column) == (place.file, place.line, place.column), path


def _paths(value: Json, path: JsonPath = ()) -> Iterator[JsonPath]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, (*path, index))


def test_the_map_is_the_same_each_time(tmp_path: Path) -> None:
    written(tmp_path, main_jsonnet=MIXIN, net_libsonnet=MODULE)
    first, second = (json_bytes(provenance(tmp_path).source_map().as_json(str)) for _ in range(2))
    assert first == second


def _resources(found: Provenance) -> list[Any]:
    resources = found.template["resources"]
    assert isinstance(resources, list)
    return resources


# what one line makes many times

MANY = (
    ARM
    + """local site(name) = arm.Resource('Microsoft.Web/sites', '2023-05-01') {
  name: name,
  kind: 'app',
};
arm.Module {
  first:: site('a'),
  more:: [site('b'), site('c')],
  own:: site('d') { tags: { a: '1' } },
}
"""
)


def test_what_surrounds_a_property_is_told_with_the_field_of_the_module(tmp_path: Path) -> None:
    found = provenance(written(tmp_path, main_jsonnet=MANY))
    lines = [sorted({place.line for place in found.places(("resources", number, "name"))}) for number in range(4)]
    assert lines == [[2, 3, 7], [2, 3, 8], [2, 3, 8], [2, 3, 9]]


def test_fields_that_name_a_resource_twice_are_told_by_the_first(tmp_path: Path) -> None:
    text = MANY.replace("  more::", "  again:: $.own,\n  more::")
    found = provenance(written(tmp_path, main_jsonnet=text))
    names = [resource["name"] for resource in found.template["resources"]]  # type: ignore[union-attr, index, call-overload]
    lines = {name: {place.line for place in found.places(("resources", at, "name"))} for at, name in enumerate(names)}
    assert lines["a"] == {2, 3, 7}
    assert 8 in lines["d"]
    assert {2, 3, 9} == lines["b"] == lines["c"]


def test_a_problem_of_one_line_is_told_once_for_all_that_it_makes(tmp_path: Path) -> None:
    text = MANY.replace("kind: 'app',", "dependsOn: ['none'],")
    found = compiled(written(tmp_path, main_jsonnet=text)).diagnostics
    (one,) = [each for each in found if each.place is not None and each.place.line == 4]
    assert one.message.endswith("(so in 3 more resources made here)")
