"""Unknown values: what is left of an expression has all that is known spelled out, and nothing unsound."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.environment import NOT_KNOWN, NoState
from armlib.expressions.evaluate import evaluate
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.parser import parse
from armlib.expressions.values import Secret, Unknown


def unknown(text: str, type_: str | None = None, known: Any = None) -> Unknown:
    return Unknown(parse(f"[{text}]"), type_, known)


PARAMETERS: dict[str, Any] = {
    "u": unknown("reference('x').y"),
    "text": unknown("reference('x').text", "string"),
    "flag": unknown("reference('x').flag", "bool"),
    "object": unknown("reference('x').object", "object"),
    "list": unknown("reference('x').list", "array"),
    "partly": {"a": unknown("reference('x').a"), "b": 2},
    "open": unknown("reference('s')", "object", {"Sku": {"name": "std"}, "ids": ["i"], "kind": "K"}),
    "name": "n",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a call with an unknown argument is left with the known ones spelled out
        ("toLower(parameters('u'))", "[toLower(reference('x').y)]"),
        ("substring(parameters('u'), add(1, 2))", "[substring(reference('x').y, 3)]"),
        ("parameters('u').a[0]['b c']", "[reference('x').y.a[0]['b c']]"),
        ("createArray(1, 2)[parameters('u')]", "[createArray(1, 2)[reference('x').y]]"),
        ("equals(parameters('u'), parameters('name'))", "[equals(reference('x').y, 'n')]"),
        ("format('{0}-{1}', parameters('name'), parameters('u'))", "[format('{0}-{1}', 'n', reference('x').y)]"),
        ("concat('a', 'b', parameters('u'), 'c', 1)", "[concat('ab', reference('x').y, 'c1')]"),
        ("string(parameters('partly'))", "[string(createObject('a', reference('x').a, 'b', 2))]"),
        ("json(string(parameters('u')))", "[json(string(reference('x').y))]"),
        # containers with unknown parts are worked with
        ("length(createArray(parameters('u'), 1))", 2),
        ("first(createArray(parameters('u'), 1))", "[reference('x').y]"),
        ("last(createArray(parameters('u'), 1))", 1),
        ("parameters('partly').b", 2),
        ("parameters('partly').a", "[reference('x').a]"),
        ("contains(parameters('partly'), 'A')", True),
        ("empty(createArray(parameters('u')))", False),
        ("objectKeys(parameters('partly'))", ["a", "b"]),
        ("items(parameters('partly'))[1].value", 2),
        ("take(createArray(parameters('u'), 1, 2), 2)", ["[reference('x').y]", 1]),
        ("array(parameters('text'))", ["[reference('x').text]"]),
        ("array(parameters('list'))", "[reference('x').list]"),
        ("array(parameters('u'))", "[array(reference('x').y)]"),
        ("map(createArray(parameters('u'), 'B'), lambda('x', toLower(lambdaVariables('x'))))",
         ["[toLower(reference('x').y)]", "b"]),
        ("union(parameters('partly'), createObject('b', 3, 'c', 4))", {"a": "[reference('x').a]", "b": 3, "c": 4}),
        ("union(createObject('a', 1), parameters('partly'))", {"a": "[reference('x').a]", "b": 2}),
        ("shallowMerge(createArray(parameters('partly'), createObject('a', 1)))", {"a": 1, "b": 2}),
        ("flatten(createArray(createArray(parameters('u')), createArray(1)))", ["[reference('x').y]", 1]),
        # equality and membership are told as soon as they can be
        ("equals(createArray(parameters('u'), 1), createArray(parameters('u'), 2))", False),
        ("equals(parameters('text'), 1)", False),
        ("equals(parameters('u'), parameters('u'))", "[equals(reference('x').y, reference('x').y)]"),
        ("contains(createArray(parameters('u'), 'a'), 'a')", True),
        ("contains(createArray(parameters('text')), 1)", False),
        ("contains(createArray(parameters('u')), 'a')", "[contains(createArray(reference('x').y), 'a')]"),
        # logic
        ("and(parameters('flag'), false())", False),
        ("and(parameters('flag'), true())", "[reference('x').flag]"),
        ("and(parameters('u'), true())", "[and(reference('x').y, true())]"),
        ("or(false(), parameters('flag'))", "[reference('x').flag]"),
        ("or(parameters('flag'), true())", True),
        ("not(parameters('flag'))", "[not(reference('x').flag)]"),
        ("if(parameters('flag'), add(1, 2), toUpper('b'))", "[if(reference('x').flag, 3, 'B')]"),
        ("if(parameters('flag'), 'same', toLower('SAME'))", "same"),
        ("if(parameters('flag'), fail('no'), concat('a', 'b'))", "[if(reference('x').flag, fail('no'), 'ab')]"),
        ("if(parameters('flag'), createArray(1)[3], 1)", "[if(reference('x').flag, createArray(1)[3], 1)]"),
        ("coalesce(parameters('u'), null(), 'b', fail('no'))", "[coalesce(reference('x').y, 'b')]"),
        ("coalesce(null(), parameters('u'))", "[reference('x').y]"),
        # lambdas keep their own variables
        ("map(parameters('u'), lambda('v', concat(lambdaVariables('v'), parameters('name'))))",
         "[map(reference('x').y, lambda('v', concat(lambdaVariables('v'), 'n')))]"),
        ("filter(createArray(1, 2), lambda('i', equals(lambdaVariables('i'), parameters('u'))))",
         "[filter(createArray(1, 2), lambda('i', equals(lambdaVariables('i'), reference('x').y)))]"),
        ("sort(createArray(1, parameters('u')), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))",
         "[sort(createArray(1, reference('x').y), "
         "lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]"),
        ("reduce(createArray(1, 2), parameters('u'), "
         "lambda('c', 'n', add(lambdaVariables('c'), lambdaVariables('n'))))",
         "[add(add(reference('x').y, 1), 2)]"),
        ("toObject(createArray('k'), lambda('x', lambdaVariables('x')), lambda('x', parameters('u')))",
         {"k": "[reference('x').y]"}),
        ("mapValues(parameters('object'), lambda('v', 1))", "[mapValues(reference('x').object, lambda('v', 1))]"),
        # what is known of a resource, and what the service adds
        ("parameters('open').sku.NAME", "std"),
        ("parameters('open').kind", "K"),
        ("parameters('open').sku", "[reference('s').sku]"),
        ("parameters('open').sku.tier", "[reference('s').sku.tier]"),
        ("parameters('open').endpoint.blob", "[reference('s').endpoint.blob]"),
        ("parameters('open').ids[0]", "i"),
        ("parameters('open').ids[1]", "[reference('s').ids[1]]"),
        ("tryGet(parameters('open'), 'kind')", "K"),
        ("tryGet(parameters('open'), 'sku', 'name')", "std"),
        ("tryGet(parameters('open'), 'missing', 'x')", "[tryGet(reference('s'), 'missing', 'x')]"),
        ("contains(parameters('open'), 'x')", "[contains(reference('s'), 'x')]"),
        ("tryGet(parameters('u'), 'a', 0)", "[tryGet(reference('x').y, 'a', 0)]"),
    ],
)  # fmt: skip
def test_what_is_left_has_the_known_parts_spelled_out(value: Any, text: str, expected: Any) -> None:
    assert value(text, PARAMETERS) == expected


def test_a_variable_of_an_outer_lambda_is_not_captured(value: Any) -> None:
    # The inner lambda has a variable of the same name as the one that the value to be spelled out speaks of.
    text = (
        "map(parameters('u'), lambda('x', map(createArray(lambdaVariables('x')), lambda('y', "
        "filter(parameters('list'), lambda('x', equals(lambdaVariables('x'), lambdaVariables('y'))))))))"
    )
    assert value(text, PARAMETERS) == (
        "[map(reference('x').y, lambda('x', createArray(filter(reference('x').list, "
        "lambda('x2', equals(lambdaVariables('x2'), lambdaVariables('x')))))))]"
    )


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("toLower(parameters('u'))", "string"),
        ("length(parameters('u'))", "int"),
        ("equals(parameters('u'), 1)", "bool"),
        ("split(parameters('u'), ',')", "array"),
        ("concat(parameters('u'), 'a')", "string"),
        ("concat(parameters('list'), createArray(1))", "array"),
        ("concat(parameters('u'), parameters('u'))", None),
        ("union(parameters('object'), createObject())", "object"),
        ("if(parameters('flag'), 'a', 'b')", "string"),
        ("if(parameters('flag'), 'a', 1)", None),
        ("take(parameters('text'), 1)", "string"),
        ("parameters('u').x", None),
    ],
)
def test_the_type_is_told_where_it_is_known(text: str, type_: str | None) -> None:
    from armlib.expressions.environment import Environment, Names, Scope

    left = evaluate(f"[{text}]", Environment(template=Names(PARAMETERS), scope=Scope()))
    assert isinstance(left, Unknown)
    assert left.type == type_


def test_an_unknown_object_in_a_union_is_merged_later(value: Any) -> None:
    both = {"left": {"a": unknown("reference('x').o", "object")}, "right": {"a": {"b": 1}, "c": 2}}
    assert value("union(parameters('left'), parameters('right'))", both) == {
        "a": "[union(reference('x').o, createObject('b', 1))]",
        "c": 2,
    }
    open_ = {"left": {"a": unknown("reference('x').o")}, "right": {"a": {"b": 1}}}
    assert value("union(parameters('left'), parameters('right'))", open_).startswith("[union(createObject('a', ")


class Target(NoState):
    """A target that knows one resource."""

    def reference(self, resource: str, api_version: str | None, *, full: bool) -> Any:
        if resource != "/known":
            return NOT_KNOWN
        return {"id": resource, "apiVersion": api_version, "properties": {"p": 1}} if full else {"p": 1}

    def references(self, symbol: str, *, full: bool) -> Any:
        return [{"n": 0}, {"n": 1}]

    def list_(self, function: str, resource: str, api_version: str, body: Any) -> Any:
        return {"keys": [f"{function}-{resource}-{api_version}-{body}"]} if resource == "/known" else NOT_KNOWN

    def role_definition(self, name: str) -> Any:
        return "guid-of-" + name

    def zones(self, resource_type: str, location: str) -> Any:
        return ["1", "2", "3"] if (resource_type, location) == ("Microsoft.X/y", "westus2") else []

    def physical_zones(self, subscription_id: str, location: str) -> Any:
        return {"1": "az2", "2": "az1"}

    def external_input(self, name: str, configuration: Any) -> Any:
        return [name, configuration]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reference('/known').p", 1),
        ("reference('/known', '2020-01-01', 'full').apiVersion", "2020-01-01"),
        ("reference('/else').p", "[reference('/else').p]"),
        ("reference(concat('/el', 'se'), '2020-01-01', 'Full')", "[reference('/else', '2020-01-01', 'Full')]"),
        ("references('loop')[1].n", 1),
        ("listKeys('/known', '2020-01-01').keys[0]", "***"),
        ("LISTSecrets('/else', '2020-01-01', createObject('a', 1)).x",
         "[LISTSecrets('/else', '2020-01-01', createObject('a', 1)).x]"),
        ("roleDefinitions('Owner').roleDefinitionId", "guid-of-Owner"),
        ("pickZones('Microsoft.X', 'y', 'West US 2', 2, 1)", ["2", "3"]),
        ("pickZones('Microsoft.X', 'y', 'nowhere', 2)", []),
        ("toLogicalZone('s', 'westus2', 'AZ1')", "2"),
        ("toLogicalZone('s', 'westus2', 'az9')", ""),
        ("toPhysicalZones('s', 'westus2', createArray('1', '9', '2'))", ["az2", "az1"]),
        ("externalInput('kind', createObject('a', 1))", ["kind", {"a": 1}]),
        ("providers('Microsoft.X')", "[providers('Microsoft.X')]"),
    ],
)  # fmt: skip
def test_the_state_is_asked(value: Any, text: str, expected: Any) -> None:
    assert value(text, state=Target()) == expected


def test_too_many_zones_are_a_fault(value: Any) -> None:
    with pytest.raises(EvaluationFault, match="the region has 3 zones"):
        value("pickZones('Microsoft.X', 'y', 'westus2', 3, 1)", state=Target())


def test_what_is_not_known_of_the_scope_is_left(value: Any) -> None:
    from armlib.expressions.environment import Scope

    nothing = Scope()
    assert value("resourceGroup().location", scope=nothing) == "[resourceGroup().location]"
    assert value("resourceId('Microsoft.X/y', toLower('N'))", scope=nothing) == "[resourceId('Microsoft.X/y', 'n')]"
    assert value("utcNow('d')", scope=nothing) == "[utcNow('d')]"
    part = Scope(subscription_id=unknown("reference('x').sub", "string"), resource_group_name="rg")
    assert value("resourceId('Microsoft.X/y', 'n')", scope=part) == (
        "[concat('/subscriptions/', reference('x').sub, '/resourceGroups/', 'rg', '/providers/Microsoft.X/y/n')]"
    )


def test_an_unknown_secret_stays_a_secret(value: Any) -> None:
    assert value("concat(parameters('s'), 'x')", {"s": Secret(unknown("parameters('s')"))}) == "***"
