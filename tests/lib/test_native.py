"""Native functions, and what plain Jsonnet does without them."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

import _gojsonnet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armlib.jsonnet import natives

LIBRARY = Path(__file__).parents[2] / "lib"
BLOCKS = st.builds(
    lambda number, length: f"{ipaddress.IPv4Address(number)}/{length}", st.integers(0, 2**32 - 1), st.integers(0, 32)
)


def with_natives(source: str) -> Any:
    functions, _ = natives.callbacks()
    text = _gojsonnet.evaluate_snippet(
        "main.jsonnet",
        f"local native = (import 'arm.libsonnet').native; {source}",
        jpathdir=[str(LIBRARY)],
        native_callbacks=functions,
    )
    return json.loads(text)


def either(call: str) -> str:
    """Return Jsonnet for an array of the results of *call*; its errors are not values, so calls must be right."""
    return f"local native = arm.native; {call}"


def test_every_native_function_has_a_member() -> None:
    members = set(with_natives("std.objectFieldsAll(native)"))
    assert {name.removeprefix(natives.PREFIX) for name in natives.names()} <= members


def test_natives_are_called() -> None:
    assert with_natives(
        """{
          available: native.isAvailable,
          match: native.regexMatch('^a+$', 'aaa'),
          find: native.regexFind('b', 'abc').start,
          none: native.regexFind('x', 'abc'),
          replaced: native.regexReplace('(a)', '<$1>', 'banana'),
          format: native.isFormat('ipv4', '10.0.0.1'),
          yaml: native.parseYaml('a: [1, yes]'),
          toml: native.parseToml('a = 1'),
          host: native.cidrHost('fd00::/64', 0),
          uuid: std.length(native.uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'x')),
        }"""
    ) == {
        "available": True,
        "match": True,
        "find": 1,
        "none": None,
        "replaced": "b<a>n<a>n<a>",
        "format": True,
        "yaml": {"a": [1, "yes"]},
        "toml": {"a": 1},
        "host": "fd00::1",
        "uuid": 36,
    }


def test_an_error_of_a_native_function_is_an_error_in_jsonnet() -> None:
    with pytest.raises(RuntimeError, match=r"armlib\.regexMatch"):
        with_natives("native.regexMatch('(', 'x')")


def test_plain_jsonnet_says_what_it_cannot_do(jsonnet: Any) -> None:
    assert jsonnet("arm.native.isAvailable") is False
    message = "arm.native.regexMatch: plain Jsonnet cannot do this; evaluate with armlib"
    assert jsonnet.error("arm.native.regexMatch('a', 'b')") == message


def calls_of(block: str, inner: str) -> list[str]:
    network = ipaddress.ip_network(block, strict=False)
    length = min(32, network.prefixlen + 3)
    last = 2 ** (length - network.prefixlen) - 1
    return [
        f"native.parseCidr('{block}')",
        f"native.cidrSubnet('{block}', {length}, {last})",
        f"native.cidrHost('{block}', 0)",
        f"native.cidrSubnets('{block}', [{length}, {min(32, length + 1)}])",
        f"native.cidrContains('{block}', '{inner}')",
        f"native.cidrOverlaps('{block}', '{inner}')",
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pairs=st.lists(st.tuples(BLOCKS.filter(lambda block: not block.endswith("/32")), BLOCKS), min_size=8, max_size=8)
)
def test_plain_jsonnet_has_the_same_arithmetic(jsonnet: Any, pairs: list[tuple[str, str]]) -> None:
    calls = "[" + ", ".join(call for block, inner in pairs for call in calls_of(block, inner)) + "]"
    assert jsonnet(either(calls)) == with_natives(calls)


@pytest.mark.parametrize(
    "call",
    [
        "native.parseCidr('10.0.0.0/33')",
        "native.parseCidr('10.0.0/8')",
        "native.parseCidr('10.0.0.256/8')",
        "native.parseCidr('10.0.0.01/8')",
        "native.parseCidr('')",
        "native.parseCidr('10.0.0.0/')",
        "native.parseCidr('10.0.0.0/x')",
        "native.parseCidr('10.0.0.0/8/8')",
        "native.cidrSubnet('10.0.0.0/24', 26, 4)",
        "native.cidrSubnet('10.0.0.0/24', 26, -1)",
        "native.cidrSubnet('10.0.0.0/24', 23, 0)",
        "native.cidrSubnet('10.0.0.0/24', 33, 0)",
        "native.cidrHost('10.0.0.0/30', 2)",
        "native.cidrSubnets('10.0.0.0/24', [25, 25, 25])",
    ],
)
def test_plain_jsonnet_refuses_the_same_blocks_in_the_same_words(jsonnet: Any, call: str) -> None:
    with pytest.raises(RuntimeError) as native:
        with_natives(call)
    message = str(native.value).partition("\n\t")[0].removeprefix("RUNTIME ERROR: ").partition(": ")[2]
    assert message in jsonnet.error(either(call))


def test_plain_jsonnet_knows_ipv4_only(jsonnet: Any) -> None:
    assert "plain Jsonnet knows IPv4 only" in jsonnet.error("arm.native.parseCidr('fd00::/64')")


def test_digests_and_escapes_are_the_same(jsonnet: Any) -> None:
    source = """[native.md5('aé'), native.regexEscape("a.b*c'd\\\\[e]-/ \\n")]"""
    assert jsonnet(either(source)) == with_natives(source)
    digests = "[native.sha1('a'), native.sha256('a'), native.sha512('a')]"
    plain = _gojsonnet.evaluate_snippet(
        "main.jsonnet", f"local native = (import 'arm.libsonnet').native; {digests}", jpathdir=[str(LIBRARY)]
    )
    assert json.loads(plain) == with_natives(digests)
