"""Numbers, comparison, logic, CIDR, URIs, hashes, lambdas, resource ids and scopes."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.environment import Scope
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions.hashing import hash64

SUB = "/subscriptions/00000000-0000-0000-0000-000000000001"
GUID = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("div(-7, 2)", -3),
        ("div(7, -2)", -3),
        ("mod(-7, 3)", -1),
        ("mod(7, -3)", 1),
        ("mod(-9223372036854775808, -1)", 0),
        ("add(9223372036854775806, 1)", 9223372036854775807),
        ("sub(-9223372036854775807, 1)", -9223372036854775808),
        ("max(createArray(-1, -2))", -1),
        ("min(3)", 3),
        ("int(' -42 ')", -42),
        ("int('+7')", 7),
        ("int(float('2.5'))", 2),
        ("int(float('3.5'))", 4),
        ("float('1e3')", 1000.0),
        ("float(3)", 3.0),
        ("equals(1, '1')", False),
        ("equals(1, true())", False),
        ("equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))", True),
        ("equals(createArray(1, 2), createArray(2, 1))", False),
        ("equals('a', 'A')", False),
        ("equals(null(), '')", False),
        ("less('a', 'A')", True),
        ("less('A', 'b')", True),
        ("less('a1', 'A1b')", True),
        ("less('é', 'f')", True),
        ("less('e', 'é')", True),
        ("less('_', '-')", True),
        ("less('-', '0')", True),
        ("less('9', 'a')", True),
        ("less('10', '9')", True),
        ("less('z', 'α')", True),
        ("lessOrEquals('É', 'E\u0301')", True),
        ("greaterOrEquals('É', 'E\u0301')", True),
        ("greater('ab', 'a')", True),
        ("bool('TRUE')", True),
        ("bool(0)", False),
        ("bool(1)", True),
        ("and(true(), true(), false())", False),
        ("or(false(), false(), true())", True),
        ("coalesce(null(), '')", ""),
        ("coalesce(null(), null())", None),
    ],
)  # fmt: skip
def test_numbers_comparison_and_logic(value: Any, text: str, expected: Any) -> None:
    made = value(text)
    assert (type(made), made) == (type(expected), expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("add(9223372036854775807, 1)",
         "The template language function 'add' overflowed with the operants '9223372036854775807' and '1'"),
        ("div(-9223372036854775808, -1)", "'div' overflowed"),
        ("mul(4611686018427387904, 2)", "'mul' overflowed"),
        ("div(1, 0)", "cannot divide by zero"),
        ("mod(1, 0)", "cannot divide by zero"),
        ("add('1', 2)", "expects its first parameter to be an integer. The provided value is of type 'String'"),
        ("add(float(1), 2)", "The provided value is of type 'Float'"),
        ("max(createArray())", "must have an element"),
        ("max(1, createArray(2))", "an integer, or the only one an array of integers"),
        ("int('4.5')", "cannot be converted to the target type 'Integer'"),
        ("int('9223372036854775808')", "cannot be converted"),
        ("int(true())", "expects its first parameter to be a string or an integer"),
        ("float('one')", "cannot be converted to the target type 'Float'"),
        ("bool('yes')", "cannot be converted to the target type 'Boolean'"),
        ("less(1, 'a')", "expects two integers or two strings"),
        ("less(true(), false())", "of type 'Boolean' and 'Boolean'"),
        ("not('true')", "a boolean"),
        ("if(1, 2, 3)", "expects its first parameter to be a boolean"),
        ("and(true(), 'x')", "expects its second parameter to be a boolean"),
    ],
)  # fmt: skip
def test_wrong_operands(value: Any, text: str, message: str) -> None:
    with pytest.raises(EvaluationFault) as caught:
        value(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cidrHost('10.0.0.0/30', 1)", "10.0.0.2"),
        ("cidrHost('10.0.0.7/31', 1)", "10.0.0.7"),
        ("cidrHost('fd00::/126', 2)", "fd00::3"),
        ("cidrHost('::/0', 0)", "::1"),
        ("cidrSubnet('10.0.0.0/8', 8, 0)", "10.0.0.0/8"),
        ("cidrSubnet('10.1.2.3/16', 32, 65535)", "10.1.255.255/32"),
        ("cidrSubnet('fd00::/16', 64, 65536)", "fd00:0:1::/64"),
        ("parseCidr('0.0.0.0/0').lastUsable", "255.255.255.254"),
        ("parseCidr('10.0.0.1/31')",
         {"network": "10.0.0.0", "netmask": "255.255.255.254", "broadcast": "10.0.0.1", "firstUsable": "10.0.0.0",
          "lastUsable": "10.0.0.1", "cidr": 31}),
        ("parseCidr('FDAD:3236:5555::1/48')",
         {"network": "fdad:3236:5555::", "netmask": "ffff:ffff:ffff::", "firstUsable": "fdad:3236:5555::",
          "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff", "cidr": 48}),
        ("parseCidr('::ffff:1.2.3.4/128').network", "::ffff:1.2.3.4"),
    ],
)  # fmt: skip
def test_cidr_functions(value: Any, text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "cidrHost('10.0.0.0/30', 2)",
        "cidrHost('10.0.0.0/32', 0)",
        "cidrHost('10.0.0.0/24', -1)",
        "cidrSubnet('10.0.0.0/24', 23, 0)",
        "cidrSubnet('10.0.0.0/24', 33, 0)",
        "cidrSubnet('10.0.0.0/24', 25, 2)",
        "parseCidr('10.0.0.0')",
        "parseCidr('10.0.0/8')",
        "parseCidr('10.0.0.0/33')",
        "parseCidr('10.0.0.0/255.0.0.0')",
        "parseCidr('010.0.0.0/8')",
        "parseCidr('fd00::/129')",
        "parseCidr('fd00:::/64')",
        "parseCidr(' 10.0.0.0/8')",
        "parseCidr('١٠.0.0.0/8')",
    ],
)
def test_what_is_no_network_or_beyond_it_is_a_fault(value: Any, text: str) -> None:
    with pytest.raises(EvaluationFault, match="Unable to evaluate template language function"):
        value(text)


@pytest.mark.parametrize(
    ("base", "relative", "expected"),
    [
        ("https://Example.COM", "a/b", "https://example.com/a/b"),
        ("https://example.com/a/b/c", "../d", "https://example.com/a/d"),
        ("https://example.com/a/b/c", "../../../../d", "https://example.com/d"),
        ("https://example.com/a/b/", "..", "https://example.com/a/"),
        ("https://example.com/a?x=1#f", "", "https://example.com/a?x=1"),
        ("https://example.com/a?x=1", "?y=2", "https://example.com/a?y=2"),
        ("https://example.com/a?x=1", "#s", "https://example.com/a?x=1#s"),
        ("https://example.com/a", "//other.org/b", "https://other.org/b"),
        ("https://example.com:443/", "a", "https://example.com/a"),
        ("http://example.com:443/", "a", "http://example.com:443/a"),
        ("https://u:p@example.com/", "a", "https://u:p@example.com/a"),
        ("https://[2001:db8::1]:8080/", "a", "https://[2001:db8::1]:8080/a"),
        ("https://example.com/", "a b/é%20%zz", "https://example.com/a%20b/%C3%A9%20%25zz"),
        ("https://example.com/a/", "b\\c", "https://example.com/a/b/c"),
        ("https://example.com/a", "http://x.org", "http://x.org/"),
        ("ftp://example.com/a/", "b", "ftp://example.com/a/b"),
        ("file:///c:/a/b", "c", "file:///c:/a/c"),
    ],
)
def test_uris_are_combined(value: Any, base: str, relative: str, expected: str) -> None:
    assert value("uri(parameters('b'), parameters('r'))", {"b": base, "r": relative}) == expected


@pytest.mark.parametrize("base", ["", "example.com", "/a", "https://", "https:///a", "https://a b/", "http://h:99999/"])
def test_a_base_that_is_no_absolute_uri_is_a_fault(value: Any, base: str) -> None:
    with pytest.raises(EvaluationFault, match=r"'uri' (expects its first argument to be|cannot make a URI)"):
        value("uri(parameters('b'), 'x')", {"b": base})


def test_uris_are_taken_apart_and_put_together(value: Any) -> None:
    parts = {"scheme": "https", "host": "example.com", "port": 8080, "path": "/a/b", "query": "?c=d"}
    assert value("parseUri('https://EXAMPLE.com:8080/a/b?c=d')") == parts
    assert value("parseUri('https://example.com').port") is None
    assert value("buildUri(parameters('p'))", {"p": parts}) == "https://example.com:8080/a/b?c=d"
    assert value("buildUri(createObject('scheme', 'http', 'host', 'h', 'path', 'a b', 'port', 80))") == "http://h/a%20b"
    for wrong in ("createObject('scheme', 'http')", "createObject('scheme', 'http', 'host', 'h', 'port', 'x')", "'x'"):
        with pytest.raises(EvaluationFault, match="buildUri"):
            value(f"buildUri({wrong})")
    with pytest.raises(EvaluationFault, match="not an absolute URI"):
        value("parseUri('/a')")


def test_hashes(value: Any) -> None:
    assert value("uniqueString('test')") == "rbgf3xv4ufgzg"
    assert value("guid('asdf')") == "228d27cc-6fdb-5934-b7ac-1efccebade04"
    assert value("uniqueString('a', 'b')") == value("uniqueString('a-b')")
    assert hash64(b"") == 0
    assert len({hash64(b"x" * size) for size in range(32)}) == 32
    with pytest.raises(EvaluationFault, match="a string"):
        value("guid(1)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("map(createArray(1, 2), lambda('x', 'i', add(mul(lambdaVariables('X'), 10), lambdaVariables('i'))))",
         [10, 21]),
        ("map(createArray(1, 2), lambda('x', map(createArray(3), lambda('y', add(lambdaVariables('x'), "
         "lambdaVariables('y'))))))", [[4], [5]]),
        ("map(createArray(1), lambda('x', map(createArray(2), lambda('x', lambdaVariables('x')))))", [[2]]),
        ("filter(range(0, 5), lambda('x', 'i', equals(mod(lambdaVariables('i'), 2), 0)))", [0, 2, 4]),
        ("reduce(createArray('a', 'b'), '', lambda('c', 'n', 'i', concat(lambdaVariables('c'), "
         "string(lambdaVariables('i')), lambdaVariables('n'))))", "0a1b"),
        ("reduce(createArray(), 'start', lambda('c', 'n', fail('x')))", "start"),
        ("sort(createArray('b', 'A', 'a', 'B'), lambda('l', 'r', less(lambdaVariables('l'), lambdaVariables('r'))))",
         ["a", "A", "b", "B"]),
        ("sort(createArray(createObject('k', 1, 'v', 'a'), createObject('k', 0, 'v', 'b'), "
         "createObject('k', 1, 'v', 'c')), lambda('l', 'r', less(lambdaVariables('l').k, lambdaVariables('r').k)))",
         [{"k": 0, "v": "b"}, {"k": 1, "v": "a"}, {"k": 1, "v": "c"}]),
        ("toObject(createArray('a', 'b', 'a'), lambda('x', lambdaVariables('x')), lambda('x', 1))", {"a": 1, "b": 1}),
        ("groupBy(createArray('ab', 'ac', 'b'), lambda('x', first(lambdaVariables('x'))))",
         {"a": ["ab", "ac"], "b": ["b"]}),
        ("mapValues(createObject('a', 1, 'b', 2), lambda('v', add(lambdaVariables('v'), 1)))", {"a": 2, "b": 3}),
    ],
)  # fmt: skip
def test_lambdas(value: Any, text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("map(createArray(1), 'x')", "to be a lambda function"),
        ("map('a', lambda('x', 1))", "expects its first parameter to be an array"),
        ("map(createArray(1), lambda('x', 'y', 'z', 1))", "expects a lambda function with 1 or 2 parameter(s)"),
        ("sort(createArray(1, 2), lambda('x', 1))", "expects a lambda function with 2 parameter(s)"),
        ("filter(createArray(1), lambda('x', 1))", "to return a boolean. The returned value is of type 'Integer'"),
        ("toObject(createArray(1), lambda('x', 1))", "to return a string as the key"),
        ("map(createArray(1), lambda(concat('x'), 1))", "to be a lambda function"),
        ("mapValues(createArray(), lambda('x', 1))", "expects its first parameter to be an object"),
        ("map(createArray(1), lambda('x', lambdaVariables('y')))", "the lambda variable 'y' is not found"),
    ],
)
def test_wrong_lambdas(value: Any, text: str, message: str) -> None:
    with pytest.raises(EvaluationFault) as caught:
        value(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resourceId('M.X/a', 'n')", f"{SUB}/resourceGroups/rg/providers/M.X/a/n"),
        ("resourceId('M.X/a/b', 'n', 'm')", f"{SUB}/resourceGroups/rg/providers/M.X/a/n/b/m"),
        ("resourceId('other', 'M.X/a', 'n')", f"{SUB}/resourceGroups/other/providers/M.X/a/n"),
        (f"resourceId('{GUID}', 'other', 'M.X/a', 'n')",
         f"/subscriptions/{GUID}/resourceGroups/other/providers/M.X/a/n"),
        ("subscriptionResourceId('M.X/a', 'n')", f"{SUB}/providers/M.X/a/n"),
        (f"subscriptionResourceId('{GUID}', 'M.X/a', 'n')", f"/subscriptions/{GUID}/providers/M.X/a/n"),
        ("tenantResourceId('M.X/a', 'n')", "/providers/M.X/a/n"),
        ("managementGroupResourceId('M.X/a', 'n')",
         "/providers/Microsoft.Management/managementGroups/mg/providers/M.X/a/n"),
        ("managementGroupResourceId('other', 'M.X/a', 'n')",
         "/providers/Microsoft.Management/managementGroups/other/providers/M.X/a/n"),
        ("extensionResourceId(resourceGroup().id, 'M.X/a', 'n')", f"{SUB}/resourceGroups/rg/providers/M.X/a/n"),
    ],
)  # fmt: skip
def test_resource_ids(value: Any, text: str, expected: str) -> None:
    assert value(text) == expected


def test_resource_ids_depend_on_the_scope(value: Any) -> None:
    subscription = Scope(kind="subscription", subscription_id="s")
    assert value("resourceId('M.X/a', 'n')", scope=subscription) == "/subscriptions/s/providers/M.X/a/n"
    assert value(f"resourceId('{GUID}', 'M.X/a', 'n')", scope=subscription) == (
        f"/subscriptions/{GUID}/providers/M.X/a/n"
    )
    assert value("resourceId('g', 'M.X/a', 'n')", scope=subscription) == (
        "/subscriptions/s/resourceGroups/g/providers/M.X/a/n"
    )
    assert value("resourceId('M.X/a', 'n')", scope=Scope(kind="tenant")) == "/providers/M.X/a/n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("resourceId('M.X/a/b', 'n')", "the type 'M.X/a/b' requires '2' resource name argument(s)"),
        ("resourceId('a', 'n')", "the type parameter is missing"),
        ("resourceId('a', 'b', 'c', 'M.X/a', 'n')", "stands at the wrong place"),
        ("resourceId('M.X/a', 1)", "expects its second parameter to be a string"),
        ("resourceId('M.X//a', 'n', 'm')", "the type 'M.X//a' is not valid"),
        ("tenantResourceId('s', 'M.X/a', 'n')", "stands at the wrong place"),
        ("extensionResourceId('n', 'M.X/a', 'n')", "is not a resource identifier"),
    ],
)
def test_wrong_resource_ids(value: Any, text: str, message: str) -> None:
    with pytest.raises(EvaluationFault) as caught:
        value(text)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("function", "kinds"),
    [
        ("resourceGroup", {"resourceGroup"}),
        ("subscription", {"resourceGroup", "subscription"}),
        ("managementGroup", {"managementGroup"}),
        ("tenant", {"resourceGroup", "subscription", "managementGroup", "tenant"}),
    ],
)
def test_scope_functions_work_at_their_scopes(value: Any, function: str, kinds: set[str]) -> None:
    objects: Any = {name: {"name": name} for name in ("resource_group", "subscription", "management_group", "tenant")}
    for kind in ("resourceGroup", "subscription", "managementGroup", "tenant"):
        scope = Scope(kind=kind, **objects)
        if kind in kinds:
            assert value(f"{function}()", scope=scope)["name"]
        else:
            with pytest.raises(EvaluationFault, match=f"'{function}' is not expected at this location"):
                value(f"{function}()", scope=scope)
