"""The native functions, called as Jsonnet calls them, and the laws of address blocks."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsonnet import cidr, documents, natives, regexes
from armlib.jsonnet.formats import FORMATS, has_format
from armlib.jsonnet.port import Evaluated


def call(name: str, *arguments: object) -> dict[str, Any]:
    callbacks, _ = natives.callbacks()
    _, function = callbacks[f"armlib.{name}"]
    answer: dict[str, Any] = json.loads(function(json.dumps(arguments)))
    return answer


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("regexMatch", ["b+", "abbc"], True),
        ("regexMatch", ["^b", "abbc"], False),
        ("regexMatch", ["^[a-z]+$", "abc\n"], False),
        ("regexMatch", ["^[a-z$]+$", "a$c"], True),
        ("regexMatch", [r"\$$", "a$"], True),
        ("regexMatch", ["(?m)^b$", "a\nb\nc"], True),
        ("regexFullMatch", ["a|ab", "ab"], True),
        ("regexFullMatch", ["a", "ab"], False),
        ("regexFind", ["(?P<x>b)(z)?", "abc"], {"match": "b", "start": 1, "groups": ["b", None], "named": {"x": "b"}}),
        ("regexFind", ["z", "abc"], None),
        ("regexFindAll", ["[a-z]", "a1b"],
         [{"match": m, "start": s, "groups": [], "named": {}} for m, s in [("a", 0), ("b", 2)]]),
        ("regexReplace", ["(a)(?P<n>b)?", "<$1|${n}|$0|$$1>", "ab a"], "<a|b|ab|$1> <a||a|$1>"),
        ("regexReplace", ["a", r"\1", "a"], r"\1"),
        ("regexSplit", ["[,;] *", "a, b;c"], ["a", "b", "c"]),
        ("regexSplit", ["", "ab"], ["ab"]),
        ("regexEscape", ["a.b*"], r"a\.b\*"),
        ("isFormat", ["ipv4", "10.0.0.1"], True),
        ("parseCidr", ["10.0.5.0/24"], {
            "network": "10.0.5.0", "netmask": "255.255.255.0", "broadcast": "10.0.5.255",
            "firstUsable": "10.0.5.1", "lastUsable": "10.0.5.254", "cidr": 24, "size": "256", "version": 4}),
        ("cidrSubnet", ["10.144.0.0/20", 24, 1], "10.144.1.0/24"),
        ("cidrSubnet", ["fd00::/48", 64, 65535], "fd00:0:0:ffff::/64"),
        ("cidrHost", ["10.144.3.0/24", 4], "10.144.3.5"),
        ("cidrHost", ["10.0.0.0/31", 1], "10.0.0.1"),
        ("cidrHost", ["10.0.0.7/32", 0], "10.0.0.7"),
        ("cidrSubnets", ["10.0.0.0/16", [24, 26, 20, 30]],
         ["10.0.0.0/24", "10.0.1.0/26", "10.0.16.0/20", "10.0.32.0/30"]),
        ("cidrContains", ["10.0.0.0/8", "10.1.0.0/16"], True),
        ("cidrContains", ["10.0.0.0/8", "10.1.2.3"], True),
        ("cidrContains", ["10.0.0.0/8", "11.0.0.0"], False),
        ("cidrContains", ["10.0.0.0/8", "fd00::1"], False),
        ("cidrOverlaps", ["10.0.0.0/24", "10.0.0.128/25"], True),
        ("cidrOverlaps", ["10.0.0.0/25", "10.0.0.128/25"], False),
        ("md5", [""], "d41d8cd98f00b204e9800998ecf8427e"),
        ("sha1", ["abc"], "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256", ["abc"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sha512", ["é"], hashlib.sha512("é".encode()).hexdigest()),
        ("uuid5", ["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"], "2ed6657d-e927-568b-95e1-2665a8aea6a2"),
        ("parseYaml", ["a: [1, 0x10, 0o17, 1.5, yes, on, ~, true, 2024-01-01, 0777, 1_000, 12:30]"],
         {"a": [1, 16, 15, 1.5, "yes", "on", None, True, "2024-01-01", 777, "1_000", "12:30"]}),
        ("parseYaml", [""], None),
        ("parseYaml", ["base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2"], {"base": {"x": 1}, "use": {"x": 1, "y": 2}}),
        ("parseYaml", ["1: a\ntrue: b\nnull: c\n1.5: d"], {"1": "a", "true": "b", "null": "c", "1.5": "d"}),
        ("parseYaml", ["a: |\n  x\n  y\nb: 'é'"], {"a": "x\ny\n", "b": "é"}),
        ("parseYamlAll", ["a\n---\nb: 1\n"], ["a", {"b": 1}]),
        ("parseToml", ["a = 1\nd = 2024-01-02T03:04:05Z\n[b]\nc = [true, 'x']"],
         {"a": 1, "d": "2024-01-02T03:04:05Z", "b": {"c": [True, "x"]}}),
    ],
)  # fmt: skip
def test_native_gives(name: str, arguments: list[object], result: object) -> None:
    assert call(name, *arguments) == {"ok": result}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("regexMatch", ["(", "a"], '"(" is not a regular expression: missing ), unterminated subpattern'),
        ("regexReplace", ["a", "$2", "a"], "the pattern has no group 2"),
        ("isFormat", ["data-time", "a"], 'there is no format "data-time"; did you mean "date-time"?'),
        ("cidrSubnet", ["10.0.0.0/24", 26, 4], "10.0.0.0/24 has 4 blocks with prefix length 26; there is no number 4"),
        ("cidrSubnet", ["10.0.0.0/24", 23, 0], "the prefix length must be 24 to 32 in 10.0.0.0/24, not 23"),
        ("cidrSubnet", ["10.0.0.0/24", 25.5, 0], "length must be an integer, not 25.5"),
        ("cidrHost", ["10.0.0.0/30", 2], "10.0.0.0/30 has 2 usable addresses; there is no number 2"),
        ("cidrHost", ["10.0.0.0/30", -1], "10.0.0.0/30 has 2 usable addresses; there is no number -1"),
        ("cidrSubnets", ["10.0.0.0/24", [25, 25, 32]],
         "10.0.0.0/24 has no room left for a block with prefix length 32"),
        ("parseCidr", ["10.0.0.0/255.0.0.0"], '"10.0.0.0/255.0.0.0" is not an address block like "10.0.0.0/16"'),
        ("parseCidr", ["300.0.0.0/8"], '"300.0.0.0/8" is not an address block like "10.0.0.0/16"'),
        ("uuid5", ["x", "y"], "badly formed hexadecimal UUID string"),
        ("parseYaml", ["a: [1"], "line 1, column 6: expected ',' or ']', but got '<stream end>'"),
        ("parseYaml", ["a: 1\na: 2"], 'line 2, column 1: the key "a" is given twice'),
        ("parseYaml", ["a\n---\nb"], "the text has 2 documents, not one; parseYamlAll reads them all"),
        ("parseYaml", [".inf"], "line 1, column 1: JSON has no number inf"),
        ("parseYaml", ["!!python/name:os.system x"], "line 1, column 1: could not determine a constructor for the tag"
                                                   " 'tag:yaml.org,2002:python/name:os.system'"),
        ("parseYaml", ["!!set {a}"], "JSON has no value of the kind set"),
        ("parseYaml", ["&a [*a]"], "a value contains itself"),
        ("parseYaml", ["[" * 5000], "the value is nested too deeply"),
        ("parseToml", ["a = "], "Invalid value (at end of document)"),
        ("sha256", [1], "text must be a text, not 1"),
        ("sha256", [], "takes the JSON array [text]"),
        ("cidrSubnets", ["10.0.0.0/24", "25"], 'lengths must be an array of integers, not "25"'),
    ],
)  # fmt: skip
def test_native_refuses(name: str, arguments: list[object], message: str) -> None:
    assert call(name, *arguments) == {"error": f"armlib.{name}: {message}"}


@pytest.mark.parametrize(
    "argument", [None, 1, True, "", "{", "null", "{}", "[" * 100_000, '"x"', "\ud800", "NaN", "[1e999]"]
)
def test_native_never_raises(argument: object) -> None:
    callbacks, _ = natives.callbacks()
    for name, (_, function) in callbacks.items():
        answer = json.loads(function(argument))
        assert set(answer) <= {"error"} or (name, argument) == ("armlib.formats", "[]")
        json.dumps(answer).encode()


def test_every_native_is_in_the_table_and_reachable_from_jsonnet(evaluate: Callable[..., Evaluated]) -> None:
    documentation = natives.__doc__ or ""
    for name in natives.names():
        assert name.removeprefix("armlib.") in documentation
        found = json.loads(json.loads(evaluate(f"std.native('{name}')('0')").text))
        assert set(found) == {"error"}


def test_an_absent_native_is_null(evaluate: Callable[..., Evaluated]) -> None:
    assert evaluate("std.native('armlib.absent')").text == "null\n"


FORMAT_CASES: dict[str, tuple[list[str], list[str]]] = {
    "cidr": (
        ["10.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "fd00::/8", "::/0"],
        [
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0/255.0.0.0",
            "/8",
            "",
            "10.0.0.0/ 8",
            "fe80::%1/64",
            "10.0.0.0/٨",
        ],
    ),
    "uuid": (
        ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
        [
            "123e4567e89b12d3a456426614174000",
            "{123e4567-e89b-12d3-a456-426614174000}",
            "123e4567-e89b-12d3-a456-42661417400g",
            "",
        ],
    ),
    "ipv4": (["10.0.0.1", "255.255.255.255"], ["10.0.0", "256.0.0.1", "10.0.0.01", "1", "::1", "10.0.0.1\n"]),
    "ipv6": (["::", "fd00::1", "::ffff:10.0.0.1"], ["10.0.0.1", "fd00::1::", "fe80::1%eth0", ""]),
    "uri": (
        ["https://example.com/a?b=c#d", "urn:x:y", "https://[::1]:80/", "mailto:a@b.c", "https://u:p@h:1/%20"],
        ["example.com", "/a", "https://a b", "https://h/é", "1http://x", "", "https://h/%zz", "https://h:x/"],
    ),
    "date-time": (
        ["2024-02-29T23:59:60Z", "2024-01-01t00:00:00.123z", "2024-01-01T00:00:00+23:59"],
        ["2024-01-01", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z"],
    ),
    "date": (["2024-02-29"], ["2023-02-29", "20240229", "2024-2-9", "2024-W01-1"]),
    "time": (["23:59:60Z", "00:00:00.5+01:00"], ["24:00:00Z", "00:00:00", "0:00:00Z"]),
    "duration": (["P1D", "PT1H30M", "P1Y2M3DT4H5M6.7S", "P2W"], ["P", "PT", "1D", "P1H", "P1WT1H", "P1DT"]),
    "hostname": (["a", "a-b.example.com", "a."], ["", "-a", "a_b", "a..b", "é", "a" * 64]),
    "email": (["a@b.c", "a.b+c@d-e.f"], ["a", "@b", "a@", "a@b@c", "a..b@c", ".a@b", "a b@c"]),
    "regex": (["^a+$", ""], ["(", "[a"]),
}


def test_every_format_has_cases() -> None:
    assert set(FORMAT_CASES) == set(FORMATS) == set(call("formats")["ok"])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (name, text, good)
        for name, both in FORMAT_CASES.items()
        for good, texts in zip((True, False), both, strict=True)
        for text in texts
    ],
)
def test_format(name: str, text: str, expected: bool) -> None:
    assert has_format(name, text) is expected


blocks = st.one_of(
    st.builds(lambda address, length: ipaddress.ip_network((address, length), strict=False),
              st.ip_addresses(v=4), st.integers(0, 32)),
    st.builds(lambda address, length: ipaddress.ip_network((address, length), strict=False),
              st.ip_addresses(v=6), st.integers(0, 128)),
)  # fmt: skip


@given(blocks, st.data())
def test_a_subnet_lies_in_its_block_and_apart_from_the_next(block: cidr.Network, data: st.DataObject) -> None:
    length = data.draw(st.integers(block.prefixlen, block.max_prefixlen))
    index = data.draw(st.integers(0, 2 ** (length - block.prefixlen) - 1))
    found = cidr.subnet(str(block), length, index)
    assert cidr.contains(str(block), found)
    assert found.endswith(f"/{length}")
    if index:
        assert not cidr.overlaps(found, cidr.subnet(str(block), length, index - 1))


@given(blocks, st.data())
def test_subnets_lie_in_the_block_and_apart(block: cidr.Network, data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.integers(block.prefixlen, block.max_prefixlen), max_size=6))
    try:
        found = cidr.subnets(str(block), lengths)
    except ValueError:
        needed = sum(2 ** (block.max_prefixlen - length) for length in lengths)
        assert needed > block.num_addresses or sorted(lengths) != lengths
        return
    assert all(cidr.contains(str(block), one) for one in found)
    assert not any(cidr.overlaps(one, other) for index, one in enumerate(found) for other in found[:index])


@given(blocks)
def test_usable_addresses_are_the_hosts_of_the_standard_library(block: cidr.Network) -> None:
    first = next(iter(block.hosts()))
    assert call("parseCidr", str(block))["ok"]["firstUsable"] == str(first) == cidr.host(str(block), 0)


@given(st.text(), st.text())
def test_an_escaped_text_matches_itself_alone(text: str, other: str) -> None:
    assert regexes.matches_fully(regexes.escape(text), text)
    assert regexes.matches_fully(regexes.escape(text), other) is (text == other)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc yno~", max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_json_is_yaml(value: Any) -> None:
    assert documents.parse_yaml(json.dumps(value, ensure_ascii=False)) == value
