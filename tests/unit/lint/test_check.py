"""Severities, suppressions, places, fixes: what happens to findings around the rules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.config import Lint
from armlib.diagnostics import Diagnostic, Severity
from armlib.lint.check import Checker, UnknownRuleError, checker
from armlib.lint.document import Document
from armlib.lint.files import Kind, kind_of, lint_json, lint_template
from armlib.lint.fix import apply
from armlib.lint.reading import template_subject
from armlib.lint.rule import Cut, Edit, Remove, Replace
from armlib.template.jsonc import parse_json

BAD_DEFAULT = '{ "parameters": {\n%s  "key": { "type": "securestring", "defaultValue": "x" }\n} }'


def only(*codes: str) -> Checker:
    """Return a checker of some rules, and of suppressions."""
    return Checker(only=frozenset({*codes, "lint-suppression"}))


def lint(text: str, *codes: str, name: str = "azuredeploy.json") -> tuple[Diagnostic, ...]:
    """Return what some rules find in a JSON file."""
    return lint_json(Path(name), text, only(*codes)).diagnostics


def codes(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [each.code for each in diagnostics]


def test_a_finding_has_its_place_its_path_and_its_line() -> None:
    (found,) = lint(BAD_DEFAULT % "", "secure-default")
    assert found.place is not None
    assert (found.place.file, found.place.line, found.place.column) == ("azuredeploy.json", 2, 36)
    assert found.path == ("parameters", "key", "defaultValue")
    assert found.excerpt is not None
    assert found.excerpt.text[found.excerpt.column - 1 :].startswith('"defaultValue"')


@pytest.mark.parametrize(
    ("said", "severity"), [("error", Severity.ERROR), ("warning", Severity.WARNING), ("note", Severity.NOTE)]
)
def test_the_settings_decide_what_a_rule_weighs(said: str, severity: Severity) -> None:
    using = checker(Lint(rules={"secure-default": said}), only=["secure-default"])
    (found,) = lint_json(Path("a.json"), BAD_DEFAULT % "", using).diagnostics
    assert found.severity is severity


def test_a_rule_that_is_off_says_nothing_unless_it_is_asked_for_by_name() -> None:
    off = Lint(rules={"secure-default": "off"})
    every = lint_json(Path("a.json"), BAD_DEFAULT % "", checker(off)).diagnostics
    assert "secure-default" not in codes(every)
    named = lint_json(Path("a.json"), BAD_DEFAULT % "", checker(off, only=["secure-default"])).diagnostics
    assert codes(named) == ["secure-default"]


def test_an_unknown_rule_in_the_settings_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownRuleError) as caught:
        checker(Lint(rules={"secure-defalt": "off"}))
    assert caught.value.hint == "did you mean 'secure-default'?"


COMMENTS: tuple[tuple[str, list[str]], ...] = (
    ("  // armlib-ignore: secure-default of a test\n", []),
    ("  /* armlib-ignore: secure-default of a test */\n", []),
    ("  // armlib-ignore: secure-default\n", ["lint-suppression"]),
    ("  // armlib-ignore: secure-defalt of a test\n", ["lint-suppression", "secure-default"]),
    ("  // armlib-ignore: unused of a test\n", ["secure-default"]),
    ("  // armlib-ignore secure-default\n", ["secure-default"]),
)


@pytest.mark.parametrize(("comment", "expected"), COMMENTS, ids=[comment.strip() for comment, _ in COMMENTS])
def test_a_comment_leaves_out_what_begins_on_the_next_line(comment: str, expected: list[str]) -> None:
    assert sorted(codes(lint(BAD_DEFAULT % comment, "secure-default"))) == expected


def test_a_comment_behind_the_line_counts_too() -> None:
    text = (BAD_DEFAULT % "").replace('"x" }', '"x" } // armlib-ignore: secure-default of a test')
    assert not lint(text, "secure-default")


def test_a_comment_does_not_reach_beyond_what_it_is_about() -> None:
    other = '  "other": { "type": "securestring", "defaultValue": "y" },\n'
    text = BAD_DEFAULT % ("  // armlib-ignore: secure-default of a test\n" + other)
    (found,) = lint(text, "secure-default")
    assert found.path[1] == "key"


def test_a_comment_before_the_first_brace_covers_the_file() -> None:
    assert not lint("// armlib-ignore: secure-default of a test\n" + BAD_DEFAULT % "", "secure-default")


def test_a_suppression_that_covers_nothing_is_told() -> None:
    (found,) = lint('// armlib-ignore: secure-default of a test\n{ "resources": [] }', "secure-default")
    assert (found.code, found.hint) == ("lint-suppression", "remove it")
    assert "finds nothing" in found.message


def metadata(entry: object, *, of: str) -> str:
    """Return a template with a bad default and a suppression in the metadata of the template or the parameter."""
    own = {"armlib": {"ignore": [entry]}}
    parameter: dict[str, object] = {"type": "securestring", "defaultValue": "x"}
    template: dict[str, object] = {"parameters": {"key": parameter}}
    (parameter if of == "parameter" else template)["metadata"] = own
    return json.dumps(template)


@pytest.mark.parametrize("of", ["parameter", "template"])
def test_metadata_leave_out_what_they_stand_in(of: str) -> None:
    assert not lint(metadata({"rule": "secure-default", "reason": "a test"}, of=of), "secure-default")


@pytest.mark.parametrize("entry", [{"rule": "secure-default"}, {"rule": "secure-default", "reason": " "}])
def test_metadata_without_a_reason_are_told(entry: object) -> None:
    (found,) = lint(metadata(entry, of="parameter"), "secure-default")
    assert found.code == "lint-suppression"
    assert found.path == ("parameters", "key", "metadata", "armlib", "ignore", 0)


@pytest.mark.parametrize("entry", [None, 3, {}, {"rule": 3}])
def test_metadata_that_name_no_rule_are_told(entry: object) -> None:
    assert sorted(codes(lint(metadata(entry, of="parameter"), "secure-default"))) == [
        "lint-suppression",
        "secure-default",
    ]


def test_what_arm_ttk_is_told_to_leave_out_is_left_out() -> None:
    body = {"type": "Contoso.Shop/shops", "name": "a", "apiVersion": "2015-01-01"}
    skipped = {**body, "metadata": ["disable-apiVersions-should-be-recent"]}
    assert codes(lint(json.dumps({"resources": [body]}), "api-recent")) == ["api-recent"]
    assert not lint(json.dumps({"resources": [skipped]}), "api-recent")


SOURCE = "%slocal unused = 3;\n{ resources: [] }\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", ["unused-local"]),
        ("// armlib-ignore: unused-local kept for later\n", []),
        ("# armlib-ignore: unused-local kept for later\n", []),
        ("local a = 'x // armlib-ignore: unused-local in a text'; assert a != '';\n", ["unused-local"]),
        ("local b = 1; assert b == 1;\n// armlib-ignore: unused-local kept for later\n", []),
    ],
)
def test_comments_of_a_jsonnet_source(before: str, expected: list[str]) -> None:
    sources = {"main.jsonnet": SOURCE % before}
    result = lint_template({"resources": []}, only("unused-local"), sources=sources, file="main.jsonnet")
    assert codes(result.diagnostics) == expected


def test_a_comment_at_the_head_of_a_source_covers_its_template() -> None:
    template = json.loads(BAD_DEFAULT % "")
    source = "// armlib-ignore: secure-default of a test\n{ resources: [] }"
    result = lint_template(template, only("secure-default"), sources={"main.jsonnet": source}, file="main.jsonnet")
    assert not result.diagnostics
    later = "{\n  // armlib-ignore: secure-default of a test\n  resources: [] }"
    result = lint_template(template, only("secure-default"), sources={"main.jsonnet": later}, file="main.jsonnet")
    assert sorted(codes(result.diagnostics)) == ["lint-suppression", "secure-default"]


KINDS = [
    (
        '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}',
        "a.json",
        Kind.TEMPLATE,
    ),
    ('{"$schema": "https://x/schemas/2019-04-01/deploymentParameters.json#"}', "a.json", Kind.PARAMETERS),
    ("{}", "a.parameters.json", Kind.PARAMETERS),
    ("{}", "createUiDefinition.json", Kind.FORM),
    ("{}", "a.json", Kind.TEMPLATE),
]


@pytest.mark.parametrize(("text", "name", "kind"), KINDS)
def test_what_a_json_file_is(text: str, name: str, kind: Kind) -> None:
    assert kind_of(parse_json(text, name), Path(name)) is kind


def test_a_secret_of_the_template_beside_is_not_to_be_in_a_parameters_file(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text('{"parameters": {"site": {"type": "securestring"}}}')
    file = tmp_path / "site.parameters.json"
    text = '{"parameters": {"site": {"value": "x"}, "password": {"value": "GEN-PASSWORD"}, "other": {"value": "y"}}}'
    (found,) = lint_json(file, text, only("secure-in-params-file")).diagnostics
    assert found.path == ("parameters", "site", "value")
    assert "x" not in found.message.split("'")


# fixes


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a": 1, "b": 2}', ("a",), '{"b": 2}'),
        ('{"a": 1, "b": 2}', ("b",), '{"a": 1}'),
        ('{"a": 1}', ("a",), "{}"),
        ("[1, 2, 3]", (1,), "[1, 3]"),
        ('{\n  "a": 1, \n  "b": 2\n}', ("a",), '{\n  "b": 2\n}'),
        ('{\n  "a": 1,\n  "b": 2\n}', ("b",), '{\n  "a": 1\n}'),
        ('{\r\n  "a": 1,\r\n  "b": 2\r\n}', ("a",), '{\r\n  "b": 2\r\n}'),
        ('{ /* one */ "a": 1 /* two */, "b": 2 }', ("a",), '{ /* one */ "b": 2 }'),
        ('{"a": "[x, {y}]", "b": 2}', ("a",), '{"b": 2}'),
    ],
)
def test_a_member_is_taken_out_with_its_comma(text: str, path: tuple[str | int, ...], expected: str) -> None:
    assert apply(Document(text, "a.json"), [(Remove(path=path),)]) == (expected, 1)


def test_a_value_is_replaced_where_it_stands() -> None:
    document = Document('{ "a" : true , // why\n "b": [1, "x"] }', "a.json")
    text, made = apply(document, [(Replace(path=("a",), value=False),), (Replace(path=("b", 1), value="ü"),)])
    assert (text, made) == ('{ "a" : false , // why\n "b": [1, "ü"] }', 2)


def test_of_fixes_that_touch_each_other_the_first_is_made() -> None:
    document = Document('{"a": {"b": 1}}', "a.json")
    fixes: list[tuple[Edit, ...]] = [
        (Replace(path=("a", "b"), value=2),),
        (Remove(path=("a",)),),
        (Remove(path=("none",)),),
    ]
    assert apply(document, fixes) == ('{"a": {"b": 2}}', 1)
    assert apply(document, [(Cut(start=0, end=1, text="["), Remove(path=("none",)))]) == (document.text, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab\"\\/{}[],:'\n é", max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc\"'/ ", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from([None, 1, 2]))
def test_the_span_of_every_path_holds_its_value(value: object, indent: int | None) -> None:
    document = Document(json.dumps(value, indent=indent), "a.json")
    pending: list[tuple[tuple[str | int, ...], object]] = [((), value)]
    count = 0
    while pending:
        path, item = pending.pop()
        count += 1
        span = document.spans[path]
        assert json.loads(document.text[span.start : span.end]) == item
        if isinstance(item, dict):
            pending += [((*path, key), each) for key, each in item.items()]
        elif isinstance(item, list):
            pending += [((*path, number), each) for number, each in enumerate(item)]
    assert len(document.spans) == count


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, min_size=1, max_size=5),
    st.data(),
    st.sampled_from([None, 2]),
)
def test_taking_a_member_out_leaves_the_rest_as_json(
    value: dict[str, object], data: st.DataObject, indent: int | None
) -> None:
    key = data.draw(st.sampled_from(sorted(value)))
    text, made = apply(Document(json.dumps(value, indent=indent), "a.json"), [(Remove(path=(key,)),)])
    assert made == 1
    assert json.loads(text) == {name: each for name, each in value.items() if name != key}


# the subject


def test_names_of_an_outer_nested_template_are_those_around_it() -> None:
    nested = {
        "type": "Microsoft.Resources/deployments",
        "name": "n",
        "properties": {"template": {"outputs": {"o": {"type": "string", "value": "[parameters('used')]"}}}},
    }
    template = {"parameters": {"used": {"type": "string"}, "not": {"type": "string"}}, "resources": [nested]}
    found = lint(json.dumps(template), "unused")
    assert [each.path for each in found] == [("parameters", "not")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[variables('v').on]", True),
        ("[parameters('p')]", "from the caller"),
        ("[parameters('q')]", "by default"),
        ("[if(variables('v').on, 'yes', 'no')]", "yes"),
        ("[[text]", "[text]"),
        ("plain", "plain"),
    ],
)
def test_values_are_worked_out_as_far_as_they_are_known(value: str, expected: object) -> None:
    template = {
        "parameters": {"p": {"type": "string"}, "q": {"type": "string", "defaultValue": "by default"}},
        "variables": {"v": {"on": True}},
        "resources": [{"type": "Contoso.Shop/shops", "name": "a", "properties": {"Setting": value}}],
    }
    subject = template_subject(template, arguments={"P": "from the caller"})  # type: ignore[arg-type]
    assert subject.resources[0].value("properties", "setting") == expected


def test_a_resource_whose_condition_is_false_is_not_looked_at() -> None:
    body = {"type": "Microsoft.Cache/redis", "name": "c", "properties": {"enableNonSslPort": True}}
    assert codes(lint(json.dumps({"resources": [body]}), "https-only")) == ["https-only"]
    assert not lint(json.dumps({"resources": [{**body, "condition": "[equals(1, 2)]"}]}), "https-only")


def test_inline_children_have_their_whole_type() -> None:
    child = {"type": "config", "name": "web", "resources": [{"type": "deep", "name": "d"}]}
    template = {"resources": [{"type": "Microsoft.Web/sites", "name": "a", "resources": [child]}]}
    types = [each.type for each in template_subject(template).resources]  # type: ignore[arg-type]
    assert types == ["Microsoft.Web/sites", "Microsoft.Web/sites/config", "Microsoft.Web/sites/config/deep"]
