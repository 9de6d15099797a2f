"""Modules as different people write them who know no more than what a module is: ``parameters`` is an object.

Each gives the resources and outputs that both engines of plain Jsonnet give; what armlib does not know in it is told as
a warning at most.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _gojsonnet
import _jsonnet
import pytest

from tests.unit.compiler.samples import compiled


@dataclass(frozen=True, slots=True)
class Style:
    """The text of main.jsonnet, its arguments, and further files."""

    main: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


# A file that all of them have.
TABLE = "function(name) { type: 'Microsoft.Network/routeTables', apiVersion: '2024-05-01', name: name }\n"

STYLES = {
    "assertions on the arguments": Style(
        """\
local p = std.extVar('parameters'), table = import 'table.libsonnet';
assert std.isObject(p) && std.startsWith(p.name, 'rt-') : 'the name starts with rt-';
{
  assert p.count > 0 : 'count must be positive',
  parameterMetadata:: { name: { type: 'string' }, count: { type: 'number' } },
  resources: [table(p.name + i) for i in std.range(1, p.count)],
  outputs: { count: { type: 'int', value: p.count } },
}
""",
        {"name": "rt-a", "count": 2},
    ),
    "keywords and types of one's own": Style(
        """\
local p = std.extVar('parameters'), table = import 'table.libsonnet';
{
  parameterMetadata:: {
    name: { type: 'string', required: true, validator: function(v) std.length(v) > 2, upper(v):: std.asciiUpper(v) },
    zone: { type: 'number', optional: true },
    plan: { type: 'Microsoft.Web/serverfarms', required: false },
    short: 'string',
  },
  resources: [table(p.name)],
  outputs: { zone: { type: 'int', value: std.get(p, 'zone', 1) } },
}
""",
        {"name": "table", "short": "text"},
        warnings=("bad-metadata", "unknown-keyword", "unknown-type"),
    ),
    "a base that wants metadata which nobody declares": Style(
        "(import 'base.libsonnet') { resources: [(import 'table.libsonnet')('a')] }\n",
        files={"base.libsonnet": "{ parameters:: std.extVar('parameters'), parameterMetadata:: error 'declare it' }"},
        warnings=("runtime-error",),
    ),
    "arguments that look like the parameters of a template": Style(
        """\
local table = import 'table.libsonnet';
{ parameters: std.extVar('parameters'), resources: [table($.parameters.plan.type)] }
""",
        {"plan": {"type": "basic"}},
    ),
    "parameters with an addition": Style(
        "(import 'net.libsonnet') { parameters+:: { region: 'westeurope' } }\n",
        {"name": "a"},
        {
            "net.libsonnet": """\
local table = import 'table.libsonnet';
{
  parameters:: std.extVar('parameters'),
  resources: [table($.parameters.name + $.parameters.region)],
}
""",
        },
    ),
    "a whole template that takes arguments, too": Style(
        """\
local p = std.extVar('parameters'), table = import 'table.libsonnet';
{
  '$schema': 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '2.0.0.0',
  parameters: { name: { type: 'string', defaultValue: p.name } },
  resources: [table("[parameters('name')]")],
  outputs: {},
}
""",
        {"name": "a"},
    ),
    "the shape of a parameters file": Style(
        """\
local given = std.extVar('parameters'), p = { [name]: given[name].value for name in std.objectFields(given) };
local table = import 'table.libsonnet';
{ resources: [table(p.name)], outputs: {} }
""",
        {"name": {"value": "a"}},
    ),
    "a base of functions": Style(
        """\
local module = import 'lib/module.libsonnet', table = import 'table.libsonnet';
module.new({
  name: { type: 'String' },
  network: { type: ['string', 'object'], defaultValue: '[new]' },
  address: { type: 'string', defaultValue: if $.network == '[new]' then '10.0.0.0/16' else error 'not asked for' },
}, function(args) {
  local isNew = args.network == '[new]',
  resources: std.prune([if isNew then table(args.name)]),
  id: if isNew then "[resourceId('Microsoft.Network/routeTables', '%s')]" % args.name else args.network,
  outputs: { id: { type: 'string', value: $.id } },
})
""",
        {"name": "vnet"},
        {
            "lib/module.libsonnet": """\
{
  new(metadata, make):: {
    local given = std.extVar('parameters'),
    local args = { [n]: if n in given then given[n] else metadata[n].defaultValue for n in std.objectFields(metadata) },
    parameterMetadata:: metadata,
    made:: make(args),
    resources: self.made.resources,
    outputs: self.made.outputs,
  },
}
"""
        },
    ),
    "modules from a list, joined by hand": Style(
        """\
local spoke = import 'spoke.libsonnet', p = std.extVar('parameters');
local spokes = { [s.name]: spoke { parameters:: s } for s in p.spokes };
{
  resources: std.flattenArrays([spokes[name].resources for name in std.objectFields(spokes)]),
  outputs: { [name]: { type: 'string', value: spokes[name].id } for name in std.objectFields(spokes) },
}
""",
        {"spokes": [{"name": "a"}, {"name": "b"}]},
        {
            "spoke.libsonnet": """\
local table = import 'table.libsonnet';
{
  local name = self.parameters.name,
  parameters:: std.extVar('parameters'),
  parameterMetadata:: { name: { type: 'string' } },
  resources: [table(name)],
  id:: "[resourceId('Microsoft.Network/routeTables', '" + name + "')]",
}
"""
        },
    ),
    "JSON, text blocks, Windows line ends and every character": Style(
        """\
local t = import 'azuredeploy.json';\r
t { resources+: [{ type: 'Microsoft.Insights/components', apiVersion: '2020-02-02', name: "it's", kind: 'web',\r
  tags: { 'größe 😀': @'c:\\x', text: |||\r
    two\r
      lines\r
  |||, code: std.manifestJsonMinified({ a: [1, null] }) } }], outputs+: {} }\r
""",
        files={
            "azuredeploy.json": """\
{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "variables": {"name": "[concat('st', uniqueString(resourceGroup().id))]"},
  "resources": [{"type": "Microsoft.Network/routeTables", "apiVersion": "2024-05-01", "name": "[variables('name')]"}],
  "outputs": {"name": {"type": "string", "value": "[variables('name')]"}}
}
"""
        },
    ),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_style_gives_the_resources_and_outputs_of_plain_jsonnet(
    style: Style, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {"main.jsonnet": style.main, "table.libsonnet": TABLE, **style.files}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    done = compiled(tmp_path, "main.jsonnet", arguments=dict(style.parameters), parameters_as_code=True)
    assert done.template is not None, done.diagnostics
    monkeypatch.chdir(tmp_path)
    for engine in (_gojsonnet, _jsonnet):
        text = engine.evaluate_file("main.jsonnet", ext_codes={"parameters": json.dumps(style.parameters)})
        plain = json.loads(text)
        assert done.template["resources"] == plain["resources"]
        assert done.template.get("outputs", {}) == plain.get("outputs", {})
    assert {found.code for found in done.diagnostics} == set(style.warnings)
