"""Child modules in deployments of their own, nested and linked."""

from __future__ import annotations

from typing import Any

import pytest

SETUP = """
local server = arm.Module {
  parameterMetadata:: {
    name: { type: 'string', maxLength: 9 },
    location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    mode: { type: 'string', defaultValue: '[new]' },
    password: { type: 'secureString', minLength: 8 },
    zone: { type: 'string', deployTime: true, defaultValue: '1' },
    subnet: { type: ['resourceId', 'null'], defaultValue: null },
    tags: { type: 'object', defaultValue: {} },
  },
  server:: arm.Resource('Microsoft.Sql/servers', '2023-08-01') {
    name: $.arguments.name,
    location: $.arguments.location,
    tags: $.arguments.tags,
    isNew: $.arguments.mode == '[new]',
    zone: $.arguments.zone,
    properties: { password: $.arguments.password, subnet: $.arguments.subnet },
  },
  id:: $.server.id,
  outputs: { host: arm.output($.server.ref('host')), 'the-key': arm.output($.server.list('listKeys')) },
};
local given = { name: 'x', password: "[parameters('pw')]" };
local placed(extra, scope=null) = arm.nested(server { parameters:: given + extra }, 'sql', scope);
local template(extra) = placed(extra).properties.template;
local body(extra) = template(extra).resources[0];
local vnet = arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') { name: 'v' };
local group = arm.Resource('Microsoft.Resources/resourceGroups', '2024-03-01') { name: 'rg' };
"""
DEPLOYMENT = "resourceId('Microsoft.Resources/deployments', 'sql'), '2025-04-01'"


def test_a_nested_module_is_a_deployment_with_inner_scope(jsonnet: Any) -> None:
    assert jsonnet(f"{SETUP} placed({{}})") == {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": "sql",
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"password": {"value": "[parameters('pw')]"}},
            "template": {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "parameters": {
                    "password": {"type": "securestring", "minLength": 8},
                    "zone": {"type": "string", "defaultValue": "1"},
                },
                "resources": [
                    {
                        "type": "Microsoft.Sql/servers",
                        "apiVersion": "2023-08-01",
                        "name": "x",
                        "location": "[resourceGroup().location]",
                        "tags": {},
                        "isNew": True,
                        "zone": "[parameters('zone')]",
                        "properties": {"password": "[parameters('password')]", "subnet": None},
                    }
                ],
                "outputs": {
                    "host": {
                        "type": "string",
                        "value": "[reference(resourceId('Microsoft.Sql/servers', 'x'), '2023-08-01').host]",
                    },
                    "id": {"type": "string", "value": "[resourceId('Microsoft.Sql/servers', 'x')]"},
                    "the-key": {
                        "type": "secureobject",
                        "value": "[listKeys(resourceId('Microsoft.Sql/servers', 'x'), '2023-08-01')]",
                    },
                },
            },
        },
    }


def test_what_only_the_outer_template_knows_is_passed_to_the_inner_one(jsonnet: Any) -> None:
    network = "[resourceId('Microsoft.Network/virtualNetworks', 'v')]"
    jsonnet.check(
        {
            "body({ name: '[variables(\\'n\\')]' }).name": "[parameters('name')]",
            "template({ name: '[variables(\\'n\\')]' }).parameters.name": {"type": "string", "maxLength": 9},
            "placed({ name: '[variables(\\'n\\')]' }).properties.parameters.name.value": "[variables('n')]",
            "body({ tags: { a: fn.deployment() } }).tags": "[parameters('tags')]",
            "template({ tags: { a: fn.deployment() } }).parameters.tags.type": "object",
            "body({ tags: { a: 'b' } }).tags": {"a": "b"},
            "body({ subnet: vnet }).properties.subnet": "[parameters('subnet')]",
            "template({ subnet: vnet }).parameters.subnet.type": "string",
            "placed({ subnet: vnet }).properties.parameters.subnet.value": network,
            "body({ subnet: '/subscriptions/s' }).properties.subnet": "/subscriptions/s",
            "placed({ zone: '2' }).properties.parameters.zone.value": "2",
            # A bracketed text that calls nothing is a choice, which the module makes.
            "body({ mode: '[new]' }).isNew": True,
            "body({ mode: '/other' }).isNew": False,
        },
        SETUP,
    )


def test_the_outputs_and_the_id_of_a_nested_module_are_read_from_its_deployment(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "placed({}).outputs.host": {"type": "string", "value": f"[reference({DEPLOYMENT}).outputs.host.value]"},
            "placed({}).outputs['the-key'].value": f"[listOutputsWithSecureValues({DEPLOYMENT})['the-key']]",
            "placed({}).id": f"[reference({DEPLOYMENT}).outputs.id.value]",
            "arm.id(placed({}))": f"[reference({DEPLOYMENT}).outputs.id.value]",
            "vnet.dependingOn(placed({})).dependsOn": ["[resourceId('Microsoft.Resources/deployments', 'sql')]"],
            "placed({}).ref('outputs.host.value')": f"[reference({DEPLOYMENT}).outputs.host.value]",
            "arm.nested({ resources: [vnet] }, 'n').id": "[resourceId('Microsoft.Resources/deployments', 'n')]",
            "std.objectFields(placed({ }).outputs)": ["host", "id", "the-key"],
        },
        SETUP,
    )


@pytest.mark.parametrize(
    ("scope", "fields", "schema"),
    [
        ("'rg'", {"resourceGroup": "rg"}, "deploymentTemplate"),
        ("'[variables(\\'rg\\')]'", {"resourceGroup": "[variables('rg')]"}, "deploymentTemplate"),
        (
            "group",
            {
                "resourceGroup": "rg",
                "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg')]"],
            },
            "deploymentTemplate",
        ),
        ("arm.existing(group.type, '1', 'rg')", {"resourceGroup": "rg"}, "deploymentTemplate"),
        ("group.id", {"resourceGroup": "rg"}, "deploymentTemplate"),
        ("arm.scope.resourceGroup('g', 's')", {"resourceGroup": "g", "subscriptionId": "s"}, "deploymentTemplate"),
        (
            "'/subscriptions/s/resourceGroups/g'",
            {"resourceGroup": "g", "subscriptionId": "s"},
            "deploymentTemplate",
        ),
        (
            "arm.scope.subscription()",
            {"location": "[deployment().location]"},
            "subscriptionDeploymentTemplate",
        ),
        (
            "arm.scope.subscription('s')",
            {"subscriptionId": "s", "location": "[deployment().location]"},
            "subscriptionDeploymentTemplate",
        ),
        (
            "arm.scope.managementGroup('mg')",
            {"scope": "Microsoft.Management/managementGroups/mg", "location": "[deployment().location]"},
            "managementGroupDeploymentTemplate",
        ),
        (
            "arm.scope.managementGroup('[variables(\\'mg\\')]')",
            {
                "scope": "[concat('Microsoft.Management/managementGroups/', variables('mg'))]",
                "location": "[deployment().location]",
            },
            "managementGroupDeploymentTemplate",
        ),
        ("arm.scope.tenant()", {"scope": "/", "location": "[deployment().location]"}, "tenantDeploymentTemplate"),
    ],
)
def test_a_deployment_goes_to_its_scope(jsonnet: Any, scope: str, fields: dict[str, Any], schema: str) -> None:
    found = jsonnet(f"{SETUP} placed({{}}, {scope})")
    assert found["properties"]["template"]["$schema"].endswith(f"/{schema}.json#")
    assert {k: v for k, v in found.items() if k not in ("type", "apiVersion", "name", "properties")} == fields


def test_the_id_of_a_deployment_elsewhere_is_right_in_any_template(jsonnet: Any) -> None:
    jsonnet.check(
        {
            "vnet.dependingOn(placed({}, 'rg')).dependsOn": [
                "[extensionResourceId(format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, "
                "'rg'), 'Microsoft.Resources/deployments', 'sql')]"
            ],
            "vnet.dependingOn(placed({}, arm.scope.subscription('s'))).dependsOn": [
                "[subscriptionResourceId('s', 'Microsoft.Resources/deployments', 'sql')]"
            ],
            "vnet.dependingOn(placed({}, arm.scope.tenant())).dependsOn": [
                "[tenantResourceId('Microsoft.Resources/deployments', 'sql')]"
            ],
        },
        SETUP,
    )


def test_a_placed_module_is_collected_as_one_resource(jsonnet: Any) -> None:
    source = f"""
      {SETUP}
      local inline = arm.inline(arm.Module {{ d:: vnet {{ name: 'w' }} }});
      [r.name for r in (arm.Module {{ a:: placed({{}}), b:: vnet, c:: inline }}).resources]
    """
    assert jsonnet(source) == ["sql", "v", "w"]


def test_parts_of_a_module_go_with_it(jsonnet: Any) -> None:
    module = "{ resources: [vnet], variables: { a: 1 }, metadata: { b: 2 }, functions: null, outputs: {} }"
    jsonnet.check(
        {
            f"std.objectFields(arm.nested({module}, 'n').properties.template)": [
                "$schema",
                "contentVersion",
                "metadata",
                "outputs",
                "resources",
                "variables",
            ],
            "arm.nested({ '$schema': 's', parameters: { a: {} }, resources: [], outputs: { b: { type: 'int' } } }, 'n')"
            ".properties.template.parameters": {"a": {}},
            "arm.nested({ '$schema': 's', resources: [], outputs: { b: { type: 'int' } } }, 'n').outputs.b.value": (
                "[reference(resourceId('Microsoft.Resources/deployments', 'n'), '2025-04-01').outputs.b.value]"
            ),
            "(arm.nested({ resources: [] }, 'n') { properties+: { mode: 'Complete' }, tags: {} }).properties.mode": (
                "Complete"
            ),
        },
        SETUP,
    )


def test_null_reaches_a_nested_module(jsonnet: Any) -> None:
    found = jsonnet(
        """
        local app = arm.Module {
          parameterMetadata:: {
            name: { type: 'string' },
            key: { type: 'secureString', nullable: true },
            zone: { type: ['string', 'null'] },
            size: { type: 'int', defaultValue: 1 },
            subnet: { type: 'resourceId', nullable: true },
          },
          app:: arm.Resource('A.B/apps', '1') { name: $.arguments.name, properties: { key: $.arguments.key } },
          more:: [
            arm.Resource('A.B/apps', '1') { name: "[format('{0}-one', parameters('prefix'))]" },
            arm.Resource('A.C/Apps', '1') { name: "[concat('One', variables('PREFIX'))]" },
            arm.Resource('A.D/apps', '1') { name: 'two_2' },
          ],
        };
        arm.nested(app {
          parameters:: {
            name: 'a-1', key: "[parameters('key')]", zone: "[parameters('zone')]", size: "[parameters('size')]",
            subnet: arm.Resource('A.B/subnets', '1') { name: 's' },
          },
        }, 'app').properties.template
        """
    )
    assert found["languageVersion"] == "2.0"
    assert found["parameters"] == {
        "key": {"type": "securestring", "nullable": True},
        "zone": {"type": "string", "nullable": True},
        "size": {"type": "int"},
        "subnet": {"type": "string"},
    }
    names = {symbol: resource["name"] for symbol, resource in found["resources"].items()}
    assert names == {
        "apps_a_1": "a-1",
        "apps_one_prefix": "[format('{0}-one', parameters('prefix'))]",
        "Apps_One_PREFIX__2": "[concat('One', variables('PREFIX'))]",
        "apps_two_2": "two_2",
    }


def test_null_reaches_a_parameter_whose_shared_type_takes_it(jsonnet: Any) -> None:
    module = """arm.Module {
      definitions:: {
        zone: { type: 'string', nullable: true },
        other: { '$ref': '#/definitions/zone' },
        size: { type: ['int', 'null'] },
        strict: { type: 'string' },
        circle: { '$ref': '#/definitions/circle' },
      },
      parameterMetadata:: {
        [name]: { '$ref': '#/definitions/' + name } for name in ['zone', 'other', 'size', 'strict', 'circle']
      } + { typed: { type: 'string', '$ref': '#/definitions/zone' } },
      a:: arm.Resource('A.B/c', '1') { name: 'x' },
      parameters:: { [name]: "[parameters('" + name + "')]" for name in std.objectFields($.parameterMetadata) },
    }"""
    found = jsonnet(f"arm.nested({module}, 'n').properties.template")
    assert found["languageVersion"] == "2.0"
    nullable = {name for name, declared in found["parameters"].items() if declared.get("nullable")}
    assert nullable == {"zone", "other", "size"}
    assert {name: declared["type"] for name, declared in found["parameters"].items()} == {
        **dict.fromkeys(("zone", "other", "strict", "typed", "circle"), "string"),
        "size": "int",
    }


def test_null_among_the_resources_of_a_placed_module_is_skipped(jsonnet: Any) -> None:
    array = "arm.nested({ resources: [if false then 1, { name: 'a' }] }, 'n').properties.template.resources"
    assert jsonnet(array) == [{"name": "a"}]
    named = "arm.linked({ resources: { a: null, b: { name: 'b' } } }, 'n').linkedTemplate.template.resources"
    assert jsonnet(named) == {"b": {"name": "b"}}


def test_what_is_never_null_stays_in_an_array(jsonnet: Any) -> None:
    module = """arm.Module {
      parameterMetadata:: { subnet: { type: 'resourceId', nullable: true }, tag: { type: 'string', nullable: true } },
      a:: arm.Resource('A.B/c', '1') { name: 'x', subnet: $.arguments.subnet, tag: $.arguments.tag },
      parameters:: { subnet: arm.Resource('A.B/subnets', '1') { name: 's' } },
    }"""
    found = jsonnet(f"arm.nested({module}, 'n').properties.template")
    assert "languageVersion" not in found
    assert [resource["tag"] for resource in found["resources"]] == [None]


def test_a_secret_of_the_root_reaches_a_nested_module(jsonnet: Any) -> None:
    found = jsonnet(
        f"""
        {SETUP}
        arm.Module {{
          parameterMetadata:: {{ pw: {{ type: 'secureString' }} }},
          sql:: arm.nested(server {{ parameters:: {{ name: 'x', password: $.arguments.pw }} }}, 'sql'),
        }}
        """,
        {"pw": "hunter2hunter2"},
    )
    (deployment,) = found["resources"]
    assert deployment["properties"]["parameters"] == {"password": {"value": "[parameters('pw')]"}}
    assert "hunter2" not in str(found)


def test_a_linked_module_has_its_template_apart(jsonnet: Any) -> None:
    linked = "arm.linked(server { parameters:: given }, 'https://host/a/sql server.json?sig=1')"
    jsonnet.check(
        {
            f"{linked}": {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2025-04-01",
                "name": "sql-server",
                "properties": {
                    "mode": "Incremental",
                    "templateLink": {"uri": "https://host/a/sql server.json?sig=1", "contentVersion": "1.0.0.0"},
                    "parameters": {"password": {"value": "[parameters('pw')]"}},
                },
            },
            f"{linked}.linkedTemplate.uri": "https://host/a/sql server.json?sig=1",
            f"{linked}.linkedTemplate.template == template({{}})": True,
            f"{linked}.outputs.host.value": (
                "[reference(resourceId('Microsoft.Resources/deployments', 'sql-server'), '2025-04-01')"
                ".outputs.host.value]"
            ),
            "arm.linked({ resources: [] }, 'net/hub.json').properties.templateLink": {
                "relativePath": "net/hub.json",
                "contentVersion": "1.0.0.0",
            },
            "arm.linked({ resources: [] }, 'net/hub.json').name": "hub",
            "arm.linked({ resources: [] }, fn.uri('https://h', 'x'), name='x', scope='rg').resourceGroup": "rg",
        },
        SETUP,
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "arm.nested(arm.Module { parameterMetadata:: { a: { type: 'string', nullable: true } }, "
            "parameters:: { a: '[json(null())]' }, r:: arm.Resource('A.B/c', '1') { name: 'x', "
            "resources: [{ type: 'd', apiVersion: '1', name: 'y' }] } }, 'n')",
            "the resources inside 'x' have to be written beside it",
        ),
        ("arm.nested({}, 'n')", "a module is placed: an object with resources"),
        ("arm.nested(function(x) x, 'n')", "a module is placed: an object with resources, not a function"),
        (
            "arm.nested(arm.Module {}, 'n', arm.Resource('a/b', '1') { name: 'x' })",
            "a module is deployed to a resource",
        ),
        ("arm.linked(arm.Module {}, fn.uri('a', 'b'))", "a name is needed when the address is an expression"),
        ("arm.nested(arm.Module { parameterMetadata:: { a: { type: 'int' } } }, 'n')", "parameter 'a': it is missing"),
    ],
)
def test_wrong_placements_are_explained(jsonnet: Any, source: str, message: str) -> None:
    assert message in jsonnet.error(source)
