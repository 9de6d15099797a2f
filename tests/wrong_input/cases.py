# ruff: noqa: E501 - a case reads best with its module on one line
"""Wrong input, a case a mistake: the files of a small project, how the command is called, and what the mistake is called.

What the command says is in ``golden/NAME.txt``. Modules are called main.jsonnet unless a case says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STORAGE = """\
local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: {
    name: { type: 'string', minLength: 3, maxLength: 24, pattern: '^[a-z0-9]+$' },
    sku: { type: 'string', defaultValue: 'Standard_LRS', allowedValues: ['Standard_LRS', 'Standard_ZRS'] },
    days: { type: 'int', defaultValue: 7, minValue: 1, maxValue: 365 },
    tags: { type: 'object', defaultValue: {} },
    network: {
      type: 'object',
      defaultValue: { addressPrefix: '10.0.0.0/16' },
      properties: {
        addressPrefix: { type: 'string', format: 'cidr' },
        subnets: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' }, size: { type: 'int', maxValue: 30 } }, required: ['name'] },
        },
      },
      required: ['addressPrefix'],
      additionalProperties: false,
    },
    password: { type: 'secureString', defaultValue: '' },
  },
  account:: arm.Resource('Microsoft.Storage/storageAccounts', '2023-05-01') {
    name: $.arguments.name,
    sku: { name: $.arguments.sku },
    properties: {},
  },
  id:: $.account.id,
}
"""

RESOURCE = "{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2023-05-01', name: 'a' }"
LONG = "local long(text, times) = if times == 0 then text else long(text + text, times - 1);\n"


def template(**members: str) -> str:
    """Return a bare module of one resource with *members* beside it, each a piece of Jsonnet."""
    fields = {"resources": f"[{RESOURCE}]", **members}
    return "{\n" + "".join(f"  {name}: {value},\n" for name, value in fields.items()) + "}\n"


@dataclass(frozen=True, slots=True)
class Case:
    """Files by path (bytes or text), the arguments after ``armlib compile``, and the exit code."""

    files: Mapping[str, str | bytes]
    arguments: tuple[str, ...] = ("main.jsonnet",)
    exit_code: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()  # texts that must be nowhere


def main(text: str | bytes, *arguments: str, **files: str) -> Case:
    """Return the case of a module *text*, called with *arguments*."""
    return Case({"main.jsonnet": text, **files}, ("main.jsonnet", *arguments))


def storage(*arguments: str, **files: str) -> Case:
    """Return the case of the storage account called with *arguments*."""
    return main(STORAGE, *arguments, **files)


CASES: dict[str, Case] = {
    # the text of the module
    "syntax-missing-comma": main("{\n  resources: []\n  outputs: {},\n}\n"),
    "syntax-unclosed-brace": main("{\n  resources: [\n"),
    "syntax-unterminated-string": main("{ resources: ['a] }\n"),
    "syntax-bad-number": main("{ resources: [01x] }\n"),
    "empty-file": main(""),
    "only-a-comment": main("// nothing here\n"),
    "not-utf-8": main(b"{ resources: ['\xff\xfe'] }\n"),
    "unknown-variable": main("local account = {};\n{ resources: [acount] }\n"),
    "unknown-field": main(
        "local settings = { location: 'here' };\n{ resources: [], outputs: { a: settings.loction } }\n"
    ),
    "unknown-std-function": main("{ resources: std.fltter(function(x) x, []) }\n"),
    "wrong-argument-name": main("local f(name) = name;\n{ resources: [f(nmae='a')] }\n"),
    "too-many-arguments": main("local f(a) = a;\n{ resources: [f(1, 2)] }\n"),
    "division-by-zero": main("{ resources: [], outputs: { a: { type: 'int', value: 1 / 0 } } }\n"),
    "type-error-in-operator": main("{ resources: [1 + {} - []] }\n"),
    "index-out-of-bounds": main("local list = ['a'];\n{ resources: [list[3]] }\n"),
    "assertion-on-an-argument": main(
        "{\n  local p = std.parseJson(std.extVar('parameters')),\n  assert p.count > 0 : 'count must be positive',\n"
        "  parameterMetadata:: { count: { type: 'int' } },\n  resources: [],\n}\n",
        "-p",
        "count=0",
    ),
    "error-of-the-author": main(
        "local check(x) = if x > 3 then x else error 'too small: ' + x;\n{ resources: [check(2)] }\n"
    ),
    "assertion-of-the-author": main(
        "{\n  assert std.length(self.resources) > 0 : 'there must be a resource',\n  resources: [],\n}\n"
    ),
    "endless-recursion": main("local f(x) = f(x + 1) + 1;\n{ resources: [f(0)] }\n"),
    "object-that-needs-itself": main("{ a:: self.b, b:: self.a, resources: [self.a] }\n"),
    "duplicate-field": main("{ resources: [], resources: [] }\n"),
    "function-in-output": main("{ resources: [], outputs: { f: { type: 'object', value: function(x) x } } }\n"),
    "error-inside-a-library-of-the-project": Case(
        {
            "main.jsonnet": "local net = import 'lib/net.libsonnet';\n{ resources: [net.network({ nme: 'a' })] }\n",
            "lib/net.libsonnet": "{\n  network(settings):: {\n    type: 'Microsoft.Network/virtualNetworks',\n    name: settings.name,\n  },\n}\n",
        }
    ),
    # imports
    "import-not-found": main(
        "local a = import 'storag.libsonnet';\n{ resources: [a] }\n", **{"storage.libsonnet": "{}"}
    ),
    "library-not-there": main(
        "{ resources: import 'sites.libsonnet' }\n",
        *("-J", "vendro", "-J", "main.jsonnet"),
        **{"vendor/sites.libsonnet": "[]", "site.libsonnet": "[]"},
    ),
    "import-absolute": main("{ resources: [], outputs: { a: importstr '/etc/passwd' } }\n"),
    "import-out-of-the-project": Case(
        {
            "project/main.jsonnet": "{ a:: import '../../secret.json', resources: [self.a] }\n",
            "project/armlib.toml": "",
        },
        ("project/main.jsonnet",),
    ),
    "import-of-a-folder": main("{ resources: [import 'lib'] }\n", **{"lib/a.libsonnet": "{}"}),
    "import-with-a-syntax-error": main(
        "{ resources: [import 'broken.libsonnet'] }\n", **{"broken.libsonnet": "{\n  a: ,\n}\n"}
    ),
    "import-of-itself": main("{ resources: (import 'main.jsonnet').resources }\n"),
    "imports-in-a-circle": Case(
        {
            "main.jsonnet": "local b = import 'b.libsonnet';\n{ resources: b.all }\n",
            "b.libsonnet": "{ all: [(import 'main.jsonnet').resources] }\n",
        }
    ),
    "import-of-broken-json": main("{ resources: import 'data.json' }\n", **{"data.json": '{"a": [1, 2,, 3]}'}),
    # what the module comes to
    "a-number": main("42\n"),
    "an-array": main(f"[{RESOURCE}]\n"),
    "null": main("null\n"),
    "a-text": main("'[resourceGroup().id]'\n"),
    "resources-missing": main("{ outputs: {} }\n"),
    "sections-that-are-null": main("{ resources: null, outputs: null, variables: null, functions: null }\n"),
    "null-inside-members": main(
        template(
            resources=f"[{RESOURCE} {{ dependsOn: [null], resources: [null] }}]",
            outputs="{ a: null }",
            variables="{ b: null }",
        )
    ),
    "outer-scope-in-version-2": main(
        template(
            resources="[{ type: 'Microsoft.Resources/deployments', apiVersion: '2025-04-01', name: 'n', properties: {\n"
            "    mode: 'Incremental',\n    template: { '$schema': 's', resources: [], outputs: { o: { type: 'string', "
            "value: \"[parameters('p')]\" } } },\n  } }]",
            parameters="{ p: { type: 'string' } }",
        ),
        "--symbolic",
    ),
    "child-with-wrong-arguments": Case(
        {
            "main.jsonnet": "local arm = import 'arm.libsonnet';\narm.Module {\n  other:: { network: 1 },\n"
            "  network:: (import 'net.jsonnet') { parameters:: { size: 'x', nmae: 'a' } },\n}\n",
            "net.jsonnet": "(import 'arm.libsonnet').Module {\n"
            "  parameterMetadata:: { name: { type: 'string' }, size: { type: 'int' } },\n}\n",
        }
    ),
    "resource-of-the-library-without-a-name": main(
        "local arm = import 'arm.libsonnet';\narm.Module {\n  sites:: [arm.Resource('Microsoft.Web/sites', '2023-01-01')],\n}\n"
    ),
    "import-like-the-library": main("local arm = import 'arm.libsonet';\narm.Module {}\n"),
    "parameters-are-text-and-taken-for-an-object": main(
        "local p = std.extVar('parameters');\n{ resources: [], outputs: { a: { type: 'string', value: p.name } } }\n",
        *("-p", "name=a"),
    ),
    "parameters-are-an-object-and-taken-for-text": main(
        "local p = std.parseJson(std.extVar('parameters'));\n"
        "{ resources: [], outputs: { a: { type: 'string', value: p.name } } }\n",
        *("-p", "name=a", "--parameters-as", "code"),
    ),
    "parameters-that-are-no-json": Case(
        {"main.jsonnet": STORAGE},
        ("main.jsonnet", "--ext-str", 'parameters={"name": "hunter2",'),
        secrets=("hunter2",),
    ),
    "resources-not-an-array": main("{ resources: { a: 1 }, outputs: [] }\n"),
    "resource-without-type-and-name": main("{ resources: [{ properties: {} }, { type: 'A.B/c' }, 7, null] }\n"),
    "resource-with-a-wrong-type-text": main(
        "{ resources: [{ type: 'storageAccounts', apiVersion: '2023', name: 'a' }] }\n"
    ),
    "name-segments": main(
        "{ resources: [{ type: 'Microsoft.Sql/servers/databases', apiVersion: '2023-08-01', name: 'db' }] }\n"
    ),
    "unknown-member": main("{ resources: [], outptus: {} }\n"),
    "output-without-value": main(
        template(outputs="{ a: { type: 'string' }, b: 'text', c: { type: 'strng', value: 'x' } }")
    ),
    "duplicate-resources": main(f"{{ resources: [{RESOURCE}, {RESOURCE}] }}\n"),
    "duplicate-resources-in-another-case": main(
        f"{{ resources: [{RESOURCE}, {RESOURCE} {{ type: 'microsoft.storage/STORAGEACCOUNTS', name: 'A' }}] }}\n"
    ),
    "not-a-dependency": main("{ resources: [" + RESOURCE + " { dependsOn: 'a' }] }\n"),
    "dependency-cycle": main(
        """\
local arm = import 'arm.libsonnet';
arm.Module {
  a:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') { name: 'a', properties: { next: $.b.id } },
  b:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') { name: 'b', properties: { next: $.c.id } },
  c:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') { name: 'c', properties: { next: $.a.id } },
}
"""
    ),
    "depends-on-nothing": main(
        "{ resources: ["
        + RESOURCE
        + " { dependsOn: [\"[resourceId('Microsoft.Storage/storageAccounts', 'b')]\"] }] }\n"
    ),
    "several-mistakes-at-once": main(
        "{ resources: [{ type: 'A.B/c', name: \"[concat('a']\" }, { type: 'A.B/c', apiVersion: '2020-01-01', name: \"[paramters('x')]\" }],\n"
        "  outputs: { a: { type: 'string', value: \"[variables('nope')]\" } } }\n"
    ),
    # expressions
    "expression-syntax": main(template(outputs="{ a: { type: 'string', value: \"[concat('a', ]\" } }")),
    "expression-unclosed-text": main(template(outputs="{ a: { type: 'string', value: \"[concat('a)]\" } }")),
    "expression-unknown-function": main(template(outputs="{ a: { type: 'string', value: \"[cncat('a')]\" } }")),
    "expression-wrong-count-of-arguments": main(
        template(outputs="{ a: { type: 'string', value: \"[toLower('a', 'b')]\" } }")
    ),
    "expression-unknown-parameter": main(
        template(
            outputs="{ a: { type: 'string', value: \"[parameters('nme')]\" } }",
            parameters="{ name: { type: 'string' } }",
        )
    ),
    "expression-too-long": main(
        template(outputs="{ a: { type: 'string', value: \"[concat('\" + std.repeat('x', 25000) + \"')]\" } }")
    ),
    # limits
    "too-many-resources": main(
        "{ resources: [{ type: 'A.B/c', apiVersion: '2020-01-01', name: 'n' + i } for i in std.range(1, 801)] }\n"
    ),
    "too-many-outputs": main(
        "{ resources: [], outputs: { ['o' + i]: { type: 'int', value: i } for i in std.range(1, 65) } }\n"
    ),
    "too-large": main(
        f"{LONG}{{ resources: [{{ type: 'A.B/c', apiVersion: '2020-01-01', name: 'n' + i, properties: {{ a: long('xxxxxxx', 17) }} }} for i in std.range(1, 5)] }}\n"
    ),
    "resource-too-large": main(
        f"{LONG}{{ resources: [{{ type: 'A.B/c', apiVersion: '2020-01-01', name: 'n', properties: {{ a: long('x', 20) }} }}] }}\n"
    ),
    # arguments
    "missing-parameter": storage(),
    "unknown-parameter": storage("-p", "name=stexample", "-p", "skuu=Standard_ZRS"),
    "wrong-type": storage("-p", "name=stexample", "-p", "days=soon"),
    "not-allowed": storage("-p", "name=stexample", "-p", "sku=Standard_XRS"),
    "out-of-range": storage("-p", "name=stexample", "-p", "days=0"),
    "too-short-and-pattern": storage("-p", "name=A"),
    "wrong-types-at-depth": storage(
        "-p",
        "name=stexample",
        "-p",
        'network:={"addressPrefix": "10.0.0.0/99", "subnets": [{"name": 3}, {"size": 31}], "dns": []}',
    ),
    "everything-at-once": storage(
        "-p", "name=A", "-p", "sku=x", "-p", "days=1000", "-p", "tags:=[]", "-p", "colour=red"
    ),
    "parameter-json-broken": storage("-p", "name=stexample", "-p", "tags:={broken"),
    "parameter-file-missing": storage("-P", "paramters.json", **{"parameters.json": "{}"}),
    "parameter-file-not-an-object": storage("-P", "p.json", **{"p.json": "[1, 2]"}),
    "parameter-file-broken": storage("-P", "p.json", **{"p.json": '{\n  "name": "a"\n  "sku": 1\n}\n'}),
    "parameter-file-broken-yaml": storage("-P", "p.yaml", **{"p.yaml": "name: a\n  sku: b\n"}),
    "parameter-file-a-function": storage("-P", "p.jsonnet", **{"p.jsonnet": "function(name) { name: name }\n"}),
    "parameter-file-with-a-syntax-error": storage("-P", "p.jsonnet", **{"p.jsonnet": "{ name: 'a' + , }\n"}),
    "parameter-file-of-several-documents": storage("-P", "p.yaml", **{"p.yaml": "name: stone\n---\nname: sttwo\n"}),
    "parameter-file-duplicate-key": storage("-P", "p.json", **{"p.json": '{"name": "stone", "name": "sttwo"}'}),
    "secret-of-the-wrong-type": Case(
        {"main.jsonnet": STORAGE},
        ("main.jsonnet", "-p", "name=stexample", "-p", 'password:={"key": "hunter2-hunter2"}'),
        secrets=("hunter2-hunter2",),
    ),
    "secret-beside-an-error": Case(
        {"main.jsonnet": STORAGE},
        ("main.jsonnet", "-p", "name=A", "-p", "password=hunter2-hunter2"),
        secrets=("hunter2-hunter2",),
    ),
    "secret-in-the-error-of-the-author": Case(
        {
            "main.jsonnet": "local arguments = std.parseJson(std.extVar('parameters'));\n"
            "{ parameterMetadata:: { key: { type: 'secureString' } }, resources: [error 'the key is ' + arguments.key] }\n"
        },
        ("main.jsonnet", "-p", "key=hunter2-hunter2"),
        secrets=("hunter2-hunter2",),
    ),
    "metadata-of-an-unknown-type": main(
        "{ parameterMetadata:: { a: { type: 'strng' }, b: { tpye: 'string' } }, resources: [] }\n", "-p", "a=x"
    ),
    "nested-module-with-a-wrong-argument": main(
        "local arm = import 'arm.libsonnet';\narm.Module {\n  store:: (import 'store.libsonnet') { parameters:: { name: 'A', clour: 'red' } },\n}\n",
        **{"store.libsonnet": STORAGE},
    ),
    "function-without-an-argument": main("local x = 1;\nfunction(name) { resources: [], variables: { x: name } }\n"),
    "function-with-an-unknown-argument": main(
        "function(name) { resources: [], outputs: { n: { type: 'string', value: name } } }\n", "-p", "nme=a"
    ),
    "external-variable-missing": main(
        "{ resources: [], outputs: { a: { type: 'string', value: std.extVar('region') } } }\n",
        "--ext-str",
        "regoin=west",
    ),
    # several entries, other files
    "entry-missing": Case({"main.jsonnet": "{ resources: [] }\n"}, ("man.jsonnet",)),
    "entry-is-a-folder": Case({"net/main.jsonnet": "{ resources: [] }\n"}, ("net",)),
    "json-broken": Case({"main.json": '{\n  "resources": [}\n'}, ("main.json",)),
    "json-an-array": Case({"main.json": "[]"}, ("main.json",)),
    "entries-with-the-same-resource": Case(
        {"a.jsonnet": f"{{ resources: [{RESOURCE}] }}\n", "b.jsonnet": f"{{ resources: [{RESOURCE}] }}\n"},
        ("a.jsonnet", "b.jsonnet"),
    ),
    "entries-with-the-same-name": Case(
        {"a/main.jsonnet": "{ resources: [] }\n", "b/main.jsonnet": "{ resources: [] }\n"},
        ("a/main.jsonnet", "b/main.jsonnet", "--as", "net", "--as", "net"),
    ),
    "module-resource-missing": Case(
        {
            "main.json": '{"resources": [{"type": "armlib/modules", "name": "net", "properties": {"module": "net.jsonnet"}}]}'
        },
        ("main.json",),
    ),
    "module-resource-wrong-argument": Case(
        {
            "main.json": '{"resources": [{"type": "armlib/modules", "name": "st", "properties": {"module": "st.jsonnet", "name": "A"}}]}',
            "st.jsonnet": STORAGE,
        },
        ("main.json",),
    ),
    # usage
    "no-entry": Case({}, (), exit_code=2),
    "unknown-option": Case({"main.jsonnet": "{ resources: [] }\n"}, ("main.jsonnet", "--minfy"), exit_code=2),
    "parameter-without-value": Case(
        {"main.jsonnet": "{ resources: [] }\n"}, ("main.jsonnet", "-p", "name"), exit_code=2
    ),
    "output-over-a-source": Case(
        {"main.jsonnet": "{ resources: import 'lib.libsonnet' }\n", "lib.libsonnet": "[]\n"},
        ("main.jsonnet", "-o", "lib.libsonnet"),
    ),
    "output-is-a-folder": Case(
        {"main.jsonnet": "{ resources: [] }\n", "out/keep": ""}, ("main.jsonnet", "-o", "out"), exit_code=1
    ),
}
