"""Bodies of requests: what clients send, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.deployment.fault import Fault
from armlib.emulator.http.body import parse_body

# What the Azure CLI sends for a template file with comments: its text stands in the request as it is.
SPLICED = b"""{"properties": {"parameters": {"n": {"value": "a: b"}}, "mode": "Incremental", template:{
  // a comment with "quotes" and key: value
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", /* and
  template: another */
  "contentVersion": "1.0.0.0",
  "resources": [],
  "outputs": {"o": {"type": "string", "value": "[concat('a',
     'template: b')]"},},
}}}"""


def test_the_splice_of_the_azure_cli_is_read() -> None:
    properties = parse_body(SPLICED)["properties"]
    assert isinstance(properties, dict)
    assert properties["parameters"] == {"n": {"value": "a: b"}}
    template = properties["template"]
    assert isinstance(template, dict)
    assert list(template) == ["$schema", "contentVersion", "resources", "outputs"]
    assert template["outputs"] == {"o": {"type": "string", "value": "[concat('a',\n     'template: b')]"}}


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"{}", {}),
        (b"\xef\xbb\xbf{}", {}),
        (b"\xef\xbb\xbf{a:1}", {"a": 1}),
        (b"{a: {$b_1: [1,],}, /*x*/ c /*y*/ : 2}", {"a": {"$b_1": [1]}, "c": 2}),
        (b'{"a": "b: c", d: "\\": e: "}', {"a": "b: c", "d": '": e: '}),
        (b'{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
        ('{"ü": "ß"}'.encode(), {"ü": "ß"}),
    ],
)
def test_bodies_that_are_read(content: bytes, value: object) -> None:
    assert parse_body(content) == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no body"),
        (b"  \n", "no body"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'"text"', "must be a JSON object"),
        (b"{", "ends too early"),
        (b'{"a": }', "line 1, position 7"),
        (b'{\n"a": nope}', "line 2"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a":' * 100_000, "deep"),
        (b"{template:" * 3, "ends too early"),
    ],
)
def test_what_is_no_object_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_body(content)
    assert (caught.value.status, caught.value.code) == (400, "InvalidRequestContent")
    assert caught.value.message.startswith("The request content was invalid and could not be deserialized: ")
    assert words in caught.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_every_json_object_is_read_as_it_is_and_after_a_bare_key(value: dict[str, object]) -> None:
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        text.decode()
    except UnicodeDecodeError:
        return
    assert parse_body(text) == value
    assert parse_body(b'{"properties": {template:' + text + b"}}") == {"properties": {"template": value}}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_refusal(content: bytes) -> None:
    try:
        assert isinstance(parse_body(content), dict)
    except Fault as fault:
        assert fault.status == 400
