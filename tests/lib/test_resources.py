"""Resources: their ids, references, children, extensions, scopes, dependencies and conditions."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.parser import parse

SETUP = """
local storage = 'Microsoft.Storage/storageAccounts';
local network = 'Microsoft.Network/virtualNetworks';
local account = arm.Resource(storage, '2023-05-01') { name: 'data', location: 'westeurope' };
local named(name) = arm.Resource(storage, '2023-05-01') { name: name };
local late = named("[parameters('p')]");
local extension = 'Microsoft.Authorization/locks';
local group = arm.Resource('Microsoft.Resources/resourceGroups', '2024-03-01') { name: 'rg' };
"""


def test_ids_follow_the_type_and_the_name(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "account.id": "[resourceId('Microsoft.Storage/storageAccounts', 'data')]",
            "late.id": "[resourceId('Microsoft.Storage/storageAccounts', parameters('p'))]",
            """named("it's").id""": "[resourceId('Microsoft.Storage/storageAccounts', 'it''s')]",
            "named('[[odd]').id": "[resourceId('Microsoft.Storage/storageAccounts', '[odd]')]",
            "(account { name: 'other' }).id": "[resourceId('Microsoft.Storage/storageAccounts', 'other')]",
            "(account { id:: 'mine' }).id": "mine",
            "group.id": "[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg')]",
            "arm.Resource('microsoft.resources/resourcegroups', '1') { name: 'rg' }.id": (
                "[subscriptionResourceId('microsoft.resources/resourcegroups', 'rg')]"
            ),
            "arm.Resource('Microsoft.Management/managementGroups', '1') { name: 'mg' }.id": (
                "[tenantResourceId('Microsoft.Management/managementGroups', 'mg')]"
            ),
            "arm.Resource(network + '/subnets', '1') { name: 'v/s' }.id": (
                "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"
            ),
            "arm.Resource(network + '/subnets', '1') { name: '[variables(\\'n\\')]' }.id": (
                "[resourceId('Microsoft.Network/virtualNetworks/subnets', "
                "split(variables('n'), '/')[0], split(variables('n'), '/')[1])]"
            ),
        },
        SETUP,
    )


def test_references_and_lists_name_the_api_version(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "account.ref()": "[reference(resourceId('Microsoft.Storage/storageAccounts', 'data'), '2023-05-01')]",
            "account.ref('primaryEndpoints.blob')": (
                "[reference(resourceId('Microsoft.Storage/storageAccounts', 'data'), '2023-05-01')"
                ".primaryEndpoints.blob]"
            ),
            "account.ref('identity.principalId', full=true)": (
                "[reference(resourceId('Microsoft.Storage/storageAccounts', 'data'), '2023-05-01', 'Full')"
                ".identity.principalId]"
            ),
            "account.list('listKeys')": (
                "[listKeys(resourceId('Microsoft.Storage/storageAccounts', 'data'), '2023-05-01')]"
            ),
            "arm.prop(account.list('keys'), 'keys[0].value')": (
                "[listKeys(resourceId('Microsoft.Storage/storageAccounts', 'data'), '2023-05-01').keys[0].value]"
            ),
            "account.list('listAccountSas', { a: 1 })": (
                "[listAccountSas(resourceId('Microsoft.Storage/storageAccounts', 'data'), '2023-05-01', "
                "createObject('a', 1))]"
            ),
        },
        SETUP,
    )


def test_children_have_whole_names_and_types(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "account.child('blobServices', 'default')": {
                "type": "Microsoft.Storage/storageAccounts/blobServices",
                "apiVersion": "2023-05-01",
                "name": "data/default",
            },
            "account.child(storage + '/blobServices', 'default').type": (
                "Microsoft.Storage/storageAccounts/blobServices"
            ),
            "account.child('a', 'b').child('c', 'd').id": (
                "[resourceId('Microsoft.Storage/storageAccounts/a/c', 'data', 'b', 'd')]"
            ),
            "late.child('a', 'b').name": "[concat(parameters('p'), '/b')]",
            "late.child('a', 'b').id": "[resourceId('Microsoft.Storage/storageAccounts/a', parameters('p'), 'b')]",
            "late.child('a', 'b').child('c', 'd').name": "[concat(parameters('p'), '/b/d')]",
            "account.child('a', fn.parameters('q')).name": "[concat('data/', parameters('q'))]",
            "late.child('a', fn.parameters('q')).name": "[concat(parameters('p'), '/', parameters('q'))]",
            "late.child('a', fn.parameters('q')).child('c', 'd').name": (
                "[concat(parameters('p'), '/', parameters('q'), '/d')]"
            ),
            "late.child('a', fn.parameters('q')).child('c', 'd').id": (
                "[resourceId('Microsoft.Storage/storageAccounts/a/c', parameters('p'), parameters('q'), 'd')]"
            ),
            "(account.child('a', 'b') { name: 'data/z' }).id": (
                "[resourceId('Microsoft.Storage/storageAccounts/a', 'data', 'z')]"
            ),
            "(late.child('a', 'b') { name: '[variables(\\'n\\')]' }).id": (
                "[resourceId('Microsoft.Storage/storageAccounts/a', "
                "split(variables('n'), '/')[0], split(variables('n'), '/')[1])]"
            ),
            "(account { name: 'new' }).child('a', 'b').name": "new/b",
        },
        SETUP,
    )


def test_extensions_carry_the_scope_of_what_they_extend(jsonnet: Any) -> None:
    data = "resourceId('Microsoft.Storage/storageAccounts', 'data')"
    jsonnet.check(
        {
            "account.extension(extension, '2020-05-01', 'keep') { properties: { level: 'CanNotDelete' } }": {
                "type": "Microsoft.Authorization/locks",
                "apiVersion": "2020-05-01",
                "name": "keep",
                "scope": f"[{data}]",
                "properties": {"level": "CanNotDelete"},
            },
            "account.extension(extension, '1', 'keep').id": (
                f"[extensionResourceId({data}, 'Microsoft.Authorization/locks', 'keep')]"
            ),
            "account.extension('A.B/c', '1', 'x').child('d', 'y')": {
                "type": "A.B/c/d",
                "apiVersion": "1",
                "name": "x/y",
                "scope": f"[{data}]",
            },
            "account.extension('A.B/c', '1', 'x').child('d', 'y').id": (
                f"[extensionResourceId({data}, 'A.B/c/d', 'x', 'y')]"
            ),
            "(arm.Resource(extension, '1') { name: 'k', scope: account.id }).id": (
                f"[extensionResourceId({data}, 'Microsoft.Authorization/locks', 'k')]"
            ),
            "account.child('a', 'b').extension(extension, '1', 'k').scope": (
                "[resourceId('Microsoft.Storage/storageAccounts/a', 'data', 'b')]"
            ),
            "arm.Resource(extension, '1') { name: 'k' }.at(account).scope": f"[{data}]",
            "arm.Resource(extension, '1') { name: 'k' }.at(account.id).scope": f"[{data}]",
            "arm.Resource(extension, '1') { name: 'k' }.at('/subscriptions/s/resourceGroups/g/providers/A/b/c').id": (
                "[extensionResourceId('/subscriptions/s/resourceGroups/g/providers/A/b/c', "
                "'Microsoft.Authorization/locks', 'k')]"
            ),
        },
        SETUP,
    )


def test_existing_resources_are_found_at_any_scope(jsonnet: Any) -> None:
    in_group = "[extensionResourceId(format('/subscriptions/{0}/resourceGroups/{1}', SUBSCRIPTION, 'g'), 'a/b', 'n')]"
    in_own_subscription = in_group.replace("SUBSCRIPTION", "subscription().subscriptionId")
    in_other_subscription = in_group.replace("SUBSCRIPTION", "'s'")
    management = "tenantResourceId('Microsoft.Management/managementGroups', 'mg')"
    jsonnet.check(
        {
            "arm.existing('a/b', '1', 'n')": {"type": "a/b", "apiVersion": "1", "name": "n"},
            "arm.existing('a/b', '1', 'n').id": "[resourceId('a/b', 'n')]",
            "arm.existing('a/b/c', '1', 'n/m').id": "[resourceId('a/b/c', 'n', 'm')]",
            "arm.existing('a/b', '1', 'n', arm.scope.resourceGroup()).id": "[resourceId('a/b', 'n')]",
            "arm.existing('a/b', '1', 'n', 'g').id": in_own_subscription,
            "arm.existing('a/b', '1', 'n', arm.scope.resourceGroup('g', 's')).id": in_other_subscription,
            "arm.existing('a/b', '1', 'n', '/subscriptions/s/resourceGroups/g').id": (in_other_subscription),
            "arm.existing('a/b', '1', 'n', { resourceGroup: 'g', subscriptionId: 's' }).id": (in_other_subscription),
            "arm.existing('a/b', '1', 'n').at('g').id": in_own_subscription,
            "arm.existing('a/b', '1', 'n', arm.scope.subscription()).id": "[subscriptionResourceId('a/b', 'n')]",
            "arm.existing('a/b', '1', 'n', arm.scope.subscription('s')).id": (
                "[subscriptionResourceId('s', 'a/b', 'n')]"
            ),
            "arm.existing('a/b', '1', 'n', '/subscriptions/s').id": "[subscriptionResourceId('s', 'a/b', 'n')]",
            "arm.existing('a/b', '1', 'n', '[subscription().id]').id": "[subscriptionResourceId('a/b', 'n')]",
            "arm.existing('a/b', '1', 'n', arm.scope.tenant()).id": "[tenantResourceId('a/b', 'n')]",
            "arm.existing('a/b', '1', 'n', '/').id": "[tenantResourceId('a/b', 'n')]",
            "arm.existing('a/b', '1', 'n', arm.scope.managementGroup('mg')).id": (
                f"[extensionResourceId({management}, 'a/b', 'n')]"
            ),
            "arm.existing('a/b', '1', 'n', '/providers/Microsoft.Management/managementGroups/mg').id": (
                f"[extensionResourceId({management}, 'a/b', 'n')]"
            ),
            "arm.existing('a/b', '1', 'n', arm.scope.managementGroup()).id": (
                "[extensionResourceId(managementGroup().id, 'a/b', 'n')]"
            ),
            "arm.existing('a/b', '1', 'n', account).id": (
                "[extensionResourceId(resourceId('Microsoft.Storage/storageAccounts', 'data'), 'a/b', 'n')]"
            ),
            "arm.existing(network, '1', 'v').child('subnets', 's').id": (
                "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"
            ),
        },
        SETUP,
    )


def test_a_resource_of_the_scope_that_is_deployed_to_says_nothing_of_it(jsonnet: Any) -> None:
    plain = {"type": "a/b", "apiVersion": "1", "name": "n"}
    jsonnet.check(
        {
            "arm.Resource('a/b', '1') { name: 'n' }.at(arm.scope.subscription())": plain,
            "arm.Resource('a/b', '1') { name: 'n' }.at(arm.scope.resourceGroup())": plain,
            "arm.Resource('a/b', '1') { name: 'n' }.at(arm.scope.subscription()).id": (
                "[subscriptionResourceId('a/b', 'n')]"
            ),
            "arm.Resource('a/b', '1') { name: 'n' }.at(arm.scope.tenant())": plain | {"scope": "/"},
        }
    )


def test_dependencies_are_on_resources_modules_ids_and_lists_of_those(jsonnet: Any) -> None:
    data = "[resourceId('Microsoft.Storage/storageAccounts', 'data')]"
    late = "[resourceId('Microsoft.Storage/storageAccounts', parameters('p'))]"
    module = "arm.Module { one:: account, two:: late, id:: self.one.id }"
    jsonnet.check(
        {
            "(group.dependingOn(account)).dependsOn": [data],
            "(group.dependingOn([account, 'x', [late]])).dependsOn": [data, "x", late],
            "(group.dependingOn(account).dependingOn(late)).dependsOn": [data, late],
            "(group { dependsOn: ['x'] }.dependingOn(account)).dependsOn": ["x", data],
            f"(group.dependingOn({module})).dependsOn": [data, late],
            "(group.dependingOn({ a: account, b: null })).dependsOn": [data],
            "(group.dependingOn(arm.existing('a/b', '1', 'n'))).dependsOn": [],
            "(group.dependingOn({ type: 'a/b', apiVersion: '1', name: 'n' })).dependsOn": ["[resourceId('a/b', 'n')]"],
            "(group.dependingOn(account) { tags: { a: 'b' } }).tags": {"a": "b"},
        },
        SETUP,
    )


def test_conditions_are_booleans_or_expressions(jsonnet: Any) -> None:
    bare = {"type": "a/b", "apiVersion": "1", "name": "n"}
    setup = "local thing = arm.Resource('a/b', '1') { name: 'n' };"
    jsonnet.check(
        {
            "thing.when(true)": bare,
            "thing.when(false)": bare | {"condition": False},
            "thing.when(fn.parameters('c'))": bare | {"condition": "[parameters('c')]"},
            "(thing.when(fn.not(fn.parameters('c'))) { name: 'm' }).id": "[resourceId('a/b', 'm')]",
        },
        setup,
    )


def test_ids_and_names_of_all_kinds_of_things(jsonnet: Any) -> None:
    subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/a"
    jsonnet.check(
        {
            "arm.id(account) == account.id": True,
            "arm.id(arm.Module { id:: 'x' })": "x",
            "arm.id({ id: 'x', resources: [] })": "x",
            "arm.id({ id: 'x' })": "x",
            "arm.id({ type: 'a/b', apiVersion: '1', name: 'n' })": "[resourceId('a/b', 'n')]",
            "arm.id('/subscriptions/s')": "/subscriptions/s",
            "arm.id(null)": None,
            "arm.name(account)": "data",
            "arm.name(account.child('blobServices', 'default'))": "default",
            "arm.name(late)": "[parameters('p')]",
            "arm.name(late.child('a', fn.parameters('q')))": "[parameters('q')]",
            "arm.name(arm.Module { id:: account.id })": "data",
            "arm.name(account.id)": "data",
            "arm.name(late.id)": "[last(split(resourceId('Microsoft.Storage/storageAccounts', parameters('p')), '/'))]",
            f"arm.name('{subnet}')": "a",
            "arm.name('[resourceGroup().id]')": "[last(split(resourceGroup().id, '/'))]",
            """arm.name(arm.existing('a/b', '1', "it's").id)""": "it's",
            "arm.name('plain')": "plain",
            "arm.name('[parameters(\\'n\\')]')": "[parameters('n')]",
        },
        SETUP,
    )


def test_made_expressions_can_be_parsed(jsonnet: Any) -> None:
    for expression in jsonnet(
        f"{SETUP} [late.child('a', fn.parameters('q')).id, late.ref('a[0].b'), late.list('keys')]"
    ):
        parse(expression)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("arm.Resource('a/b', '1') { kind: 'x' }", "a resource of type a/b needs a name"),
        ("arm.existing('a/b/c', '1', 'x').id", "resource a/b/c needs a name of 2 segments"),
        ("arm.Resource('a/b', '1') { name: 'x/y' }.id", "resource a/b needs a name of 1 segment"),
        ("arm.Resource('a/b', '1') { name: 7 }.id", "resource a/b: its name is a number, not a text"),
        ("arm.Resource('a/b', '1') { name: 'n' }.at('g')", "put it into a module and place that with arm.nested"),
        ("arm.existing('a/b', '1', 'n', 'g').child('c', 'd')", "put it into a module and place that with arm.nested"),
        (
            "arm.existing('a/b', '1', 'n', 7).id",
            "a scope is a resource, an arm.scope, an id, or the name of a resource",
        ),
        ("arm.existing('a/b', '1', 'n', { a: 1 }).id", "an object needs a field"),
        ("arm.Resource('a/b', '1') { name: 'n' }.when('x')", "a condition is a boolean or an expression"),
        ("arm.Resource('a/b', '1') { name: 'n' }.dependingOn(7)", "dependingOn takes resources, modules and ids"),
        ("arm.id({})", "an id is wanted, but the object has none"),
        ("arm.id(7)", "an id is wanted: a text, a resource, or a module with an id, not a number"),
        ("arm.name(7)", "a name is wanted"),
        ("arm.name({})", "an object without name and id"),
    ],
)
def test_wrong_resources_are_explained(jsonnet: Any, source: str, message: str) -> None:
    assert message in jsonnet.error(source)
