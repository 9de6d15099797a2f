# ruff: noqa: E501 - the modules that are written read best as they are
"""The inputs that are measured: written into a folder, the same at every run."""

from __future__ import annotations

import json
from pathlib import Path

SMALL = """\
local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, maxLength: 24, defaultValue: 'stexample' },
    sku: { type: 'string', defaultValue: 'Standard_LRS', allowedValues: ['Standard_LRS', 'Standard_ZRS'] },
  },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    sku: { name: $.arguments.sku },
    kind: 'StorageV2',
    properties: { minimumTlsVersion: 'TLS1_2' },
  },
  blobs:: $.account.child('blobServices', 'default') { properties: { isVersioningEnabled: true } },
  logs:: $.blobs.child('containers', 'logs') { properties: { publicAccess: 'None' } },
  data:: $.blobs.child('containers', 'data') { properties: { publicAccess: 'None' } },
  id:: $.account.id,
  outputs: { blobEndpoint: arm.output($.account.ref('primaryEndpoints.blob')) },
}
"""

UNIT = """\
local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string' },
    count: { type: 'int', minValue: 1, maxValue: 100 },
  },
  network:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') {
    name: $.arguments.name + '-vnet',
    location: '[resourceGroup().location]',
    properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
  },
  cards:: [
    arm.Resource('Microsoft.Network/networkInterfaces', '2024-05-01') {
      name: $.arguments.name + '-nic-' + i,
      location: '[resourceGroup().location]',
      properties: { ipConfigurations: [{
        name: 'ip',
        properties: { subnet: { id: arm.fn.resourceId('Microsoft.Network/virtualNetworks/subnets', $.network.name, 'default') } },
      }] },
    }
    for i in std.range(1, $.arguments.count - 1)
  ],
  id:: $.network.id,
}
"""


def small(folder: Path) -> Path:
    """Write a module with four resources and return its entry."""
    return _written(folder / "small.jsonnet", SMALL)


def nested(folder: Path, modules: int = 50, resources: int = 20) -> Path:
    """Write a module of *modules* modules, each of *resources* resources, and return its entry."""
    _written(folder / "unit.libsonnet", UNIT)
    return _written(
        folder / f"nested-{modules}.jsonnet",
        "local arm = import 'arm.libsonnet';\nlocal unit = import 'unit.libsonnet';\n"
        "arm.Module {\n  parameterMetadata:: {},\n"
        f"  units:: [unit {{ parameters:: {{ name: 'unit-' + i, count: {resources} }} }} for i in std.range(1, {modules})],\n"
        "}\n",
    )


def wide(folder: Path, resources: int) -> Path:
    """Write a module of *resources* resources, a network and a card in turn, and return its entry."""
    return _written(
        folder / f"wide-{resources}.jsonnet",
        "local arm = import 'arm.libsonnet';\n"
        "arm.Module {\n  parameterMetadata:: {},\n"
        "  pairs:: [\n"
        "    {\n"
        "      network: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') {\n"
        "        name: 'vnet-' + i,\n        location: '[resourceGroup().location]',\n"
        "        tags: { index: '' + i, owner: 'platform' },\n"
        "        properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },\n"
        "      },\n"
        "      card: arm.Resource('Microsoft.Network/networkInterfaces', '2024-05-01') {\n"
        "        name: 'nic-' + i,\n        location: '[resourceGroup().location]',\n"
        "        properties: { ipConfigurations: [{ name: 'ip', properties: { subnet: { id: pair.network.id } } }] },\n"
        "      },\n"
        "      local pair = self,\n"
        "    }\n"
        f"    for i in std.range(1, {resources // 2})\n  ],\n"
        "}\n",
    )


def networks(folder: Path, resources: int, *, with_library: bool) -> Path:
    """Write a module of *resources* virtual networks, of the base library or of plain objects; return its entry."""
    properties = (
        "    location: 'westeurope',\n    tags: { a: 'x', b: 'y' },\n    properties: {\n"
        "      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },\n"
        "      subnets: [{ name: 's' + j, properties: { addressPrefix: '10.0.' + j + '.0/24' } } for j in [1, 2, 3]],\n"
        "    },\n"
    )
    kind, version, every = "Microsoft.Network/virtualNetworks", "2024-05-01", f"for i in std.range(1, {resources})"
    if with_library:
        made = f"arm.Resource('{kind}', '{version}') {{ name: 'vnet-' + i,\n{properties}  }} {every}"
        text = f"local arm = import 'arm.libsonnet';\narm.Module {{ parameterMetadata:: {{}}, all:: [{made}] }}\n"
    else:
        made = f"{{ type: '{kind}', apiVersion: '{version}', name: 'vnet-' + i,\n{properties}  }} {every}"
        text = f"{{ resources: [{made}], outputs: {{}} }}\n"
    return _written(folder / f"networks-{'of-the-library' if with_library else 'plain'}-{resources}.jsonnet", text)


def endless(folder: Path) -> dict[str, Path]:
    """Write modules whose evaluation does not come to an end; return them by what they do."""
    texts = {
        "an endless recursion": "local f(x) = f(x + 1) tailstrict; { resources: f(0) }",
        "an array of 10^9": "{ resources: [], variables: { x: std.makeArray(1000000000, function(i) i) } }",
    }
    return {name: _written(folder / f"endless{n}.jsonnet", text) for n, (name, text) in enumerate(texts.items())}


def project(folder: Path, targets: int) -> Path:
    """Write a project of *targets* targets, each a module of its own with parameters of its own; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = []
    for index in range(targets):
        _written(folder / f"modules/m{index}.jsonnet", SMALL)
        _written(folder / f"parameters/p{index}.json", json.dumps({"name": f"stexample{index:05}"}))
        settings.append(
            f"[targets.t{index}]\nentry = 'modules/m{index}.jsonnet'\nparameters = ['parameters/p{index}.json']\n"
        )
    _written(folder / "armlib.toml", "\n".join(settings))
    return folder


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
