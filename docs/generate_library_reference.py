"""Writes docs/reference/library.md from the doc comments of lib/: ``python docs/generate_library_reference.py``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import _gojsonnet

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "library.md"

EXAMPLE = """\
local arm = import 'arm.libsonnet';

arm.Module {
  parameterMetadata:: { name: arm.param.string('Name of the network', defaultValue='hub') },

  vnet:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') {
    name: $.arguments.name,
    location: arm.fn.prop(arm.fn.resourceGroup(), 'location'),
    properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
  },
  apps:: $.vnet.child('subnets', 'apps') { properties: { addressPrefix: '10.0.1.0/24' } },

  id:: $.vnet.id,
  outputs: { apps: arm.output($.apps.id) },
}
"""

# Section, file, how its members are called.
TABLES = (
    ("Functions", "fn.libsonnet", "fn."),
    ("Scopes", "scope.libsonnet", "arm.scope."),
    ("Parameters", "param.libsonnet", "arm.param."),
    ("Types", "type.libsonnet", "arm.type."),
    ("Native functions", "native.libsonnet", "arm.native."),
)


def page() -> str:
    """Return the text of the page."""
    documented = _documentation()
    parts = [
        "<!-- Written by docs/generate_library_reference.py; do not edit. -->\n",
        "# The base library\n",
        "What modules are made with. It comes with armlib; plain Jsonnet finds it with `-J`.\n",
        f"```jsonnet\n{EXAMPLE}```\n",
    ]
    parts += [_entry(f"arm.{name}", entry) for name, entry in documented["arm"].items()]
    parts.append("## Resources\n\nWhat a resource has beside its body, all of it hidden.\n")
    parts += [_entry(name, entry) for name, entry in documented["resource"].items()]
    parts += [_table(title, file, prefix, documented[file]) for title, file, prefix in TABLES]
    return "\n".join(parts)


def _documentation() -> dict[str, dict[str, Any]]:
    """Return the doc comments: by file, those of a file by the name of the member, in the order of the source."""
    files = ", ".join(f"'{file}': docs(import 'arm/{file}')" for _, file, _ in TABLES)
    snippet = f"""
        local docs(object) = {{ [name[1:]]: object[name] for name in std.objectFieldsAll(object) if name[:1] == '#' }};
        local arm = import 'arm.libsonnet';
        local resource = import 'arm/resource.libsonnet';
        local types = import 'arm/type.libsonnet';
        {{
          arm: docs(arm),
          resource: resource['#members'],
          {files},
        }} + {{
          'type.libsonnet'+: {{ [name]: types[name] for name in std.objectFieldsAll(types) if name[:1] != '#' }},
        }}
    """
    found = json.loads(_gojsonnet.evaluate_snippet("docs", snippet, jpathdir=[str(ROOT / "lib")]))
    sources = {"arm": "arm.libsonnet", "resource": "arm/resource.libsonnet"} | {f: f"arm/{f}" for _, f, _ in TABLES}
    return {key: _in_source_order(entries, _source(sources[key])) for key, entries in found.items()}


def _source(file: str) -> str:
    return (ROOT / "lib" / file).read_text(encoding="utf-8")


def _in_source_order(entries: dict[str, Any], source: str) -> dict[str, Any]:
    def place(name: str) -> int:
        found = re.search(rf"^ +'?#?{re.escape(name)}'?(::|\(|: d\.)", source, re.MULTILINE)
        return found.start() if found else len(source)

    return {name: entries[name] for name in sorted(entries, key=lambda name: (place(name), name))}


# One entry with a heading of its own ---------------------------------------------------------------------------------


def _entry(spelled: str, entry: dict[str, Any]) -> str:
    is_function = entry["kind"] == "function"
    heading = f"## {spelled}" if spelled.startswith("arm.") else f"### {spelled}"
    parts = [heading + "\n"]
    if is_function:
        parts.append(f"`{spelled}({', '.join(_argument(arg) for arg in entry['args'])})`\n")
    parts.append(entry["description"].strip() + "\n")
    parts.append("".join(f"- `{arg['name']}` ({arg['type']}): {arg['description']}\n" for arg in entry.get("args", ())))
    parts.append("".join(f"- `{member}`: {text}\n" for member, text in entry.get("members", {}).items()))
    if entry.get("gives"):
        parts.append(f"Gives {entry['gives']}.\n")
    if entry.get("errors"):
        parts.append(f"Fails when {'; or '.join(entry['errors'])}.\n")
    if entry.get("example"):
        call, result = entry["example"]
        parts.append(f"`{call}` is `{json.dumps(result, ensure_ascii=False)}`.\n")
    return "\n".join(part for part in parts if part)


def _argument(argument: dict[str, Any]) -> str:
    return argument["name"] if argument["default"] is None else f"{argument['name']}={argument['default']}"


# A table of members --------------------------------------------------------------------------------------------------


def _table(title: str, file: str, prefix: str, entries: dict[str, Any]) -> str:
    source = _source(f"arm/{file}")
    families = _families(source)
    parts = [f"## {title}\n", entries.get("", "").strip() + "\n"]
    family = None
    for name, entry in entries.items():
        if not name:
            continue
        if families.get(name, "") != family:
            family = families.get(name, "")
            parts.append((f"\n### {family}\n\n" if family else "") + "| member | what it gives |\n|---|---|")
        parts.append(f"| `{_spelled(prefix, name)}{_signature(name, entry, source)}` | {_cell(entry)} |")
    return "\n".join(parts) + "\n"


def _families(source: str) -> dict[str, str]:
    """Return the comment that stands above each member: `// Numbers` heads those down to the next such line."""
    families: dict[str, str] = {}
    family = ""
    for line in source.splitlines():
        if heading := re.fullmatch(r"  // (\w[^.:]*)(\..*)?", line):
            family = heading[1]
        elif member := re.match(r"  '#(\w+)'::", line):
            families[member[1]] = family
    return families


def _cell(entry: Any) -> str:
    text = entry if isinstance(entry, str) else entry["description"]
    if isinstance(entry, dict) and "type" in entry:  # a shared type
        text += ": `" + json.dumps({k: v for k, v in entry.items() if k != "description"}, ensure_ascii=False) + "`"
    return text.strip().replace("|", "\\|")


def _spelled(prefix: str, name: str) -> str:
    return f"{prefix[:-1]}['{name}']" if name in ("false", "if", "null", "true") else prefix + name


def _signature(name: str, entry: Any, source: str) -> str:
    if isinstance(entry, dict) and entry.get("kind") == "function":
        return f"({', '.join(_argument(argument) for argument in entry['args'])})"
    found = re.search(rf"^  '?{re.escape(name)}'?\((.*?)\)::", source, re.MULTILINE)
    return f"({_parameters(found[1])})" if found else ""


def _parameters(text: str) -> str:
    """Return parameters as a reader wants them: ``b=absent`` as ``[b]``, and a row of such letters as ``…``."""
    parameters = [part.strip() for part in text.split(",") if part.strip()]
    is_row = [re.fullmatch(r"[a-z]=.*", parameter) is not None for parameter in parameters]
    kept = parameters[: is_row.index(True)] if any(is_row) else parameters
    while any(is_row) and kept and re.fullmatch("[a-z]", kept[-1]):
        kept.pop()
    return ", ".join([*map(_parameter, kept), *(["…"] if any(is_row) else [])])


def _parameter(text: str) -> str:
    name, _, default = text.partition("=")
    name = name.rstrip("_")
    return name if not default else f"[{name}]" if default == "absent" else f"{name}={default}"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
