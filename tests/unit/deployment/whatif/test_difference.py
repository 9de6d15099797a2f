"""What counts as a change of a resource, and what is left out and why."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.whatif.changes import what_if
from armlib.expressions.values import Secret, Unknown
from tests.unit.deployment.whatif.samples import (
    GROUP,
    NETWORKS,
    State,
    compared,
    left_out,
    resource,
    told,
    unknown,
)

SUBNET = f"{GROUP}/providers/{NETWORKS}/v/subnets/"


def properties(**values: Any) -> dict[str, Any]:
    return {"properties": values}


# Against the state alone, as with Azure: wanted, there, what changes, what is left out.
AGAINST_STATE: dict[str, tuple[Any, Any, list[Any], dict[str, str]]] = {
    "the same": (properties(a=1), properties(a=1), [], {}),
    "another value": (properties(a=1), properties(a=2), [("properties.a", "Modify", 2, 1)], {}),
    "a new property": (properties(a=1), properties(), [("properties.a", "Create", None, 1)], {}),
    "a new object": (
        properties(a={"b": {"c": 1}}),
        properties(),
        [("properties.a", "Create", None, {"b": {"c": 1}})],
        {},
    ),
    "what the template does not mention": (
        properties(),
        properties(a=1, b={"c": 1}),
        [],
        {"properties.a": "serviceDefault", "properties.b": "serviceDefault"},
    ),
    "what a service makes": (
        properties(),
        {"etag": "x", "systemData": {"a": 1}, **properties(provisioningState="Succeeded")},
        [],
        {"etag": "readOnly", "systemData": "readOnly", "properties.provisioningState": "readOnly"},
    ),
    "nothing against nothing": (
        properties(a=None, b=[], c={}),
        properties(d=None, e=[], f={}),
        [],
        {"properties.b": "normalised", "properties.c": "normalised"},
    ),
    "null is not mentioned": (properties(a=None), properties(a=1), [], {"properties.a": "serviceDefault"}),
    "a tag that is gone": ({"tags": {}}, {"tags": {"Owner": "A"}}, [("tags.Owner", "Delete", "A", None)], {}),
    "all tags gone": ({}, {"tags": {"Owner": "A"}}, [("tags.Owner", "Delete", "A", None)], {}),
    "a tag with a dot": ({"tags": {"a.b": "1"}}, {"tags": {"a.b": "2"}}, [("tags['a.b']", "Modify", "2", "1")], {}),
    "a tag in another case": ({"tags": {"a": "X"}}, {"tags": {"a": "x"}}, [("tags.a", "Modify", "x", "X")], {}),
    "a location": ({"location": "West Europe"}, {"location": "westeurope"}, [], {"location": "normalised"}),
    "a location in another case": ({"location": "WestEurope"}, {"location": "westeurope"}, [], {"location": "case"}),
    "a word in another case": (properties(a="enabled"), properties(a="Enabled"), [], {"properties.a": "case"}),
    "a text in another case": (
        properties(a="Hello you"),
        properties(a="hello you"),
        [("properties.a", "Modify", "hello you", "Hello you")],
        {},
    ),
    "an id in another case": (
        properties(id=GROUP),
        properties(id=GROUP.replace("resourceGroups", "resourcegroups")),
        [],
        {"properties.id": "case"},
    ),
    "names of properties in another case": (properties(Name="a"), properties(name="a"), [], {}),
    "a number as a text": (properties(a="80"), properties(a=80), [], {"properties.a": "normalised"}),
    "a boolean as a text": (properties(a="True"), properties(a=True), [], {"properties.a": "normalised"}),
    "one for true": (properties(a=1), properties(a=True), [], {}),
    "two for true": (properties(a=2), properties(a=True), [("properties.a", "Modify", True, 2)], {}),
    "a fraction that is none": (properties(a=1), properties(a=1.0), [], {}),
    "a slash at the end": (
        properties(a="https://x.net/"),
        properties(a="https://x.net"),
        [],
        {"properties.a": "normalised"},
    ),
    "a version that is completed": (
        properties(kubernetesVersion="1.29"),
        properties(kubernetesVersion="1.29.4"),
        [],
        {"properties.kubernetesVersion": "normalised"},
    ),
    "another version": (
        properties(kubernetesVersion="1.2"),
        properties(kubernetesVersion="1.29"),
        [("properties.kubernetesVersion", "Modify", "1.29", "1.2")],
        {},
    ),
    "a network of one": (
        properties(a="10.0.0.1"),
        properties(a="10.0.0.1/32"),
        [],
        {"properties.a": "normalised"},
    ),
    "a network written by an address in it": (
        properties(a="10.0.0.7/24"),
        properties(a="10.0.0.0/24"),
        [],
        {"properties.a": "normalised"},
    ),
    "a point in time": (
        properties(a="2024-01-01T00:00:00Z"),
        properties(a="2024-01-01T01:00:00.0000000+01:00"),
        [],
        {"properties.a": "normalised"},
    ),
    "kinds of identity": (
        {"identity": {"type": "SystemAssigned, UserAssigned"}},
        {"identity": {"type": "SystemAssigned,UserAssigned", "principalId": "x"}},
        [],
        {"identity.type": "normalised", "identity.principalId": "readOnly"},
    ),
    "an identity that is taken away": (
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/a": {}}}},
        {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/A": {"clientId": "1"}, "/b": {}}}},
        [("identity.userAssignedIdentities['/b']", "Delete", {}, None)],
        {"identity.userAssignedIdentities['/a'].clientId": "readOnly"},
    ),
    "an object for a text": (
        properties(a={"b": 1}),
        properties(a="b"),
        [("properties.a", "Modify", "b", {"b": 1})],
        {},
    ),
    "a secret": (properties(a=Secret("s")), properties(a="other"), [], {"properties.a": "writeOnly"}),
    "a secret that is not told": (properties(a=Secret("s")), properties(), [], {"properties.a": "writeOnly"}),
    "a password that is not told": (
        properties(adminPassword="x"),
        properties(),
        [],
        {"properties.adminPassword": "writeOnly"},
    ),
    "what is sent and never told": (
        properties(createMode="Default"),
        properties(),
        [],
        {"properties.createMode": "writeOnly"},
    ),
    "what is not known yet": (properties(a=unknown()), properties(a="x"), [], {"properties.a": "expressionUnknown"}),
    "what is not known in part": (
        properties(a=Unknown(unknown().expression, "object", {"b": 1})),
        properties(a={"b": 2, "c": 3}),
        [("properties.a.b", "Modify", 2, 1)],
        {"properties.a": "expressionUnknown"},
    ),
}


@pytest.mark.parametrize("case", AGAINST_STATE)
def test_against_the_state(case: str) -> None:
    wanted, there, changes, suppressed = AGAINST_STATE[case]
    change = compared(wanted, there)
    assert told(change) == changes
    assert left_out(change) == suppressed
    assert change.kind == ("Modify" if changes else "NoChange")


# Against what was sent last: wanted, sent, there, what changes, what is left out.
AGAINST_SENT: dict[str, tuple[Any, Any, Any, list[Any], dict[str, str]]] = {
    "defaults are none of ours": (
        properties(a=1),
        properties(a=1),
        properties(a=1, b=2),
        [],
        {"properties.b": "serviceDefault"},
    ),
    "a property leaves the template": (
        properties(),
        properties(a=1),
        properties(a=1),
        [("properties.a", "Delete", 1, None)],
        {},
    ),
    "a property leaves that was not there": (properties(), properties(a=1), properties(), [], {}),
    "a new value": (properties(a=2), properties(a=1), properties(a=1), [("properties.a", "Modify", 1, 2)], {}),
    "a new value that is there already": (properties(a=2), properties(a=1), properties(a=2), [], {}),
    "a default is spelt out": (properties(a=1), properties(), properties(a=1), [], {}),
    "what is not told, and as it was": (
        properties(createMode="Default"),
        properties(createMode="Default"),
        properties(),
        [],
        {"properties.createMode": "writeOnly"},
    ),
    "what is not told, and new": (
        properties(createMode="Copy"),
        properties(createMode="Default"),
        properties(),
        [("properties.createMode", "Modify", "Default", "Copy")],
        {},
    ),
    "a new property that is not known yet": (
        properties(a=unknown()),
        properties(),
        properties(),
        [("properties.a", "Create", None, "[reference('later')]")],
        {},
    ),
    "a property that is not known yet": (
        properties(a=unknown()),
        properties(a=1),
        properties(),
        [],
        {"properties.a": "expressionUnknown"},
    ),
    "a masked secret": (
        properties(value="new"),
        properties(value="***"),
        properties(),
        [],
        {"properties.value": "writeOnly"},
    ),
}


@pytest.mark.parametrize("case", AGAINST_SENT)
def test_against_what_was_sent(case: str) -> None:
    wanted, sent, there, changes, suppressed = AGAINST_SENT[case]
    type_ = "Microsoft.KeyVault/vaults/secrets" if "secret" in case else "Contoso.Shop/shops"
    change = compared(wanted, there, sent, type_=type_, name="a/b" if "secret" in case else "a")
    assert told(change) == changes
    assert left_out(change) == suppressed
    assert not any(each.drift for each in change.delta)


DRIFT: dict[str, tuple[Any, Any, list[Any]]] = {
    "another value": (properties(a=1), properties(a=2), [("properties.a", "Modify", 2, 1)]),
    "a property is gone": (properties(a=1), properties(), [("properties.a", "Create", None, 1)]),
    "a tag was added": ({"tags": {"a": "1"}}, {"tags": {"a": "1", "b": "2"}}, [("tags.b", "Delete", "2", None)]),
    "a tag is gone": ({"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "2"}}, [("tags.a", "Create", None, "1")]),
}


@pytest.mark.parametrize("case", DRIFT)
def test_a_state_that_was_changed_beside_the_template_is_drift(case: str) -> None:
    body, there, changes = DRIFT[case]
    change = compared(body, there, body)
    assert told(change) == changes
    assert all(each.drift for each in change.delta)


# Arrays: wanted, there, children of the change, what is left out.
ARRAYS: dict[str, tuple[list[Any], list[Any], list[Any], dict[str, str]]] = {
    "another order": (["a", "b"], ["b", "a"], [], {"properties.list": "order"}),
    "twice the same": (["a", "a"], ["a"], [("1", "Create", None, "a")], {}),
    "another element": (["a", "c"], ["a", "b"], [("1", "Delete", "b", None), ("1", "Create", None, "c")], {}),
    "an element in another case": (["Read", "List"], ["read", "List"], [], {"properties.list[0]": "case"}),
    "an element that is not known yet": (
        ["a", unknown()],
        ["a", "b"],
        [],
        {"properties.list[1]": "expressionUnknown"},
    ),
    "fewer are there than are not known yet": (
        [unknown(), unknown("b")],
        ["b"],
        [],
        {"properties.list[0]": "expressionUnknown", "properties.list[1]": "expressionUnknown"},
    ),
    "objects are paired by name": (
        [{"name": "a", "x": 1}, {"name": "b", "x": 1}],
        [{"name": "B", "x": 2, "y": 1}, {"name": "a", "x": 1}],
        [("1", "Modify", [("x", "Modify", 2, 1)])],
        {
            "properties.list": "order",
            "properties.list[1].name": "case",
            "properties.list[1].y": "serviceDefault",
        },
    ),
    "objects are paired by id": (
        [{"id": "/a/B", "x": 1}],
        [{"id": "/a/c", "x": 1}, {"id": "/A/b", "x": 1}],
        [("0", "Delete", {"id": "/a/c", "x": 1}, None)],
        {"properties.list[0].id": "case"},
    ),
    "objects without names are paired by what is alike": (
        [{"x": 1}, {"x": 2}, {"x": 3}],
        [{"x": 0}, {"x": 1, "y": 9}, {"x": 3}],
        [("0", "Delete", {"x": 0}, None), ("1", "Create", None, {"x": 2})],
        {"properties.list[0].y": "serviceDefault"},
    ),
    "an object becomes another one": (
        [{"x": 1}, {"x": 2}],
        [{"x": 1}, {"x": 3}],
        [("1", "Modify", [("x", "Modify", 3, 2)])],
        {},
    ),
    "arrays in arrays": (
        [["a"], ["b", "c"]],
        [["a"], ["b"]],
        [("1", "Array", [("1", "Create", None, "c")])],
        {},
    ),
    "secrets": ([Secret("a")], ["***"], [], {"properties.list[0]": "writeOnly"}),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays(case: str) -> None:
    wanted, there, children, suppressed = ARRAYS[case]
    change = compared(properties(list=wanted), properties(list=there))
    assert told(change) == ([("properties.list", "Array", children)] if children else [])
    assert left_out(change) == suppressed


def test_the_order_of_some_arrays_means_something() -> None:
    change = compared(properties(dnsServers=["a", "b"]), properties(dnsServers=["b", "a"]))
    assert told(change) == [
        ("properties.dnsServers", "Array", [("0", "Create", None, "a"), ("1", "Delete", "a", None)])
    ]


def test_elements_that_the_service_has_and_nobody_sent_are_drift() -> None:
    rules = [{"name": "a"}]
    change = compared(
        properties(securityRules=rules),
        properties(securityRules=[*rules, {"name": "b"}]),
        properties(securityRules=rules),
    )
    ((gone,),) = (each.children for each in change.delta)
    assert (gone.kind, gone.before, gone.drift) == ("Delete", {"name": "b"}, True)


def test_children_that_are_resources_of_the_template_do_not_vanish() -> None:
    state = State()
    network = resource(NETWORKS, "v", properties={"subnets": []})
    subnet = resource(f"{NETWORKS}/subnets", "v/a", properties={"addressPrefix": "10.0.0.0/24"})
    state.put(network, properties(subnets=[{"id": f"{SUBNET}A", "name": "a"}]))
    state.put(subnet)
    change, _ = what_if([network, subnet], state, scope=GROUP).changes
    assert (change.kind, left_out(change)) == ("NoChange", {"properties.subnets[0]": "childResource"})


def test_secrets_are_never_shown() -> None:
    wanted = properties(
        a=Secret("s3cret"), administratorPassword="s3cret", list=[Secret("s3cret")], b={"clientSecret": "s3cret"}
    )
    for there in (properties(), properties(a="s3cret", administratorPassword="s3cret", b={"clientSecret": "s3cret x"})):
        for sent in (None, properties(), properties(b={"clientSecret": "s3cret y"})):
            assert "s3cret" not in repr(compared(wanted, there, sent))
