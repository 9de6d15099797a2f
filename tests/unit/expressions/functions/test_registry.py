"""The registry: every documented function is there, and says truly what it takes."""

from __future__ import annotations

import pytest

from armlib.expressions.functions import FUNCTIONS, find_function, known_function_names

DOCUMENTED = (
    "array", "concat", "contains", "createArray", "empty", "first", "flatten", "indexFromEnd", "indexOf",
    "intersection", "last", "lastIndexOf", "length", "max", "min", "objectKeys", "range", "skip", "take", "tryGet",
    "tryIndexFromEnd", "union", "parseCidr", "cidrSubnet", "cidrHost", "coalesce", "equals", "greater",
    "greaterOrEquals", "less", "lessOrEquals", "dateTimeAdd", "dateTimeFromEpoch", "dateTimeToEpoch", "utcNow",
    "deployer", "deployment", "environment", "externalInput", "fail", "parameters", "variables", "filter",
    "groupBy", "lambda", "lambdaVariables", "map", "mapValues", "reduce", "sort", "toObject", "and", "bool",
    "false", "if", "not", "or", "true", "add", "copyIndex", "div", "float", "int", "mod", "mul", "sub",
    "createObject", "items", "json", "null", "shallowMerge", "extensionResourceId", "managementGroupResourceId",
    "pickZones", "providers", "reference", "references", "resourceId", "roleDefinitions", "subscriptionResourceId",
    "tenantResourceId", "toLogicalZone", "toLogicalZones", "toPhysicalZone", "toPhysicalZones", "managementGroup",
    "resourceGroup", "subscription", "tenant", "base64", "base64ToJson", "base64ToString", "buildUri", "dataUri",
    "dataUriToString", "endsWith", "format", "guid", "join", "newGuid", "padLeft", "parseUri", "replace", "split",
    "startsWith", "string", "substring", "toLower", "toUpper", "trim", "uniqueString", "uri", "uriComponent",
    "uriComponentToString",
)  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_function_is_there(name: str) -> None:
    function = find_function(name.upper())
    assert function is not None
    assert function.name == name


@pytest.mark.parametrize("name", ["list", "listKeys", "LISTKEYS", "listAccountSas", "listClusterAdminCredential"])
def test_list_functions_are_a_pattern(name: str) -> None:
    function = find_function(name)
    assert function is not None
    assert (function.name, function.runtime) == (name, True)


@pytest.mark.parametrize("name", ["", "lis", "list-keys", "unheardOf", "contoso.list", "Concat2"])
def test_what_is_no_function_is_not_found(name: str) -> None:
    assert find_function(name) is None


def test_names_are_known_as_the_documentation_spells_them() -> None:
    known = known_function_names()
    assert set(DOCUMENTED) <= set(known)
    assert len({name.lower() for name in known}) == len(known)


@pytest.mark.parametrize("function", list(FUNCTIONS.values()), ids=lambda function: str(function.name))
def test_the_counts_of_arguments_make_sense(function: object) -> None:
    known = FUNCTIONS[str(getattr(function, "name", "")).lower()]
    assert known.maximum is None or known.minimum <= known.maximum
    assert known.accepts(known.minimum)
    assert not known.accepts(-1)
    if known.maximum is not None:
        assert not known.accepts(known.maximum + 1)
