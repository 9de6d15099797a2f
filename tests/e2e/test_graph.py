"""``armlib graph`` as it is installed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.e2e.conftest import Run

MODULE = """local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string', defaultValue: 'hub' } },
  network:: arm.Resource('Microsoft.Network/virtualNetworks', '2024-05-01') { name: $.arguments.name },
  card:: arm.Resource('Microsoft.Network/networkInterfaces', '2024-05-01') {
    name: $.arguments.name + '-card',
    properties: { ipConfigurations: [{ name: 'ip', properties: { subnet: { id: $.network.id } } }] },
  },
  spokes:: arm.nested(arm.Module {
    parameterMetadata:: {},
    table:: arm.Resource('Microsoft.Network/routeTables', '2024-05-01') { name: 'table' },
  }, 'spokes'),
}
"""
TEXT = """\
1  hub       Microsoft.Network/virtualNetworks
   spokes    Microsoft.Resources/deployments
   1  table  Microsoft.Network/routeTables
2  hub-card  Microsoft.Network/networkInterfaces  after hub

4 resources in 2 steps
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "main.jsonnet"
    path.write_text(MODULE)
    return path


def test_the_order_is_told_as_text(run: Run, module: Path) -> None:
    done = run("graph", module)
    assert (done.returncode, done.stdout, done.stderr) == (0, TEXT, "")


def test_the_compiled_template_has_the_same_graph(run: Run, module: Path) -> None:
    compiled = run("compile", module).stdout
    assert run("graph", "-", stdin=compiled).stdout == TEXT


def test_steps_are_data_as_json(run: Run, module: Path) -> None:
    steps = json.loads(run("graph", module, "--format", "json").stdout)["steps"]
    paths = {step["name"]: step["path"] for step in steps}
    assert {step["name"]: (step["step"], step["needs"]) for step in steps} == {
        "hub": (1, []),
        "spokes": (1, []),
        "hub-card": (2, [paths["hub"]]),
    }
    assert [inner["type"] for step in steps for inner in step["inside"]] == ["Microsoft.Network/routeTables"]


def test_mermaid_draws_deployments_around_what_they_deploy(run: Run, module: Path) -> None:
    shown = run("graph", module, "--output", "mermaid").stdout.splitlines()
    assert shown[0] == "flowchart LR"
    assert '  subgraph r2["spokes<br>Microsoft.Resources/deployments"]' in shown
    assert '    r3["table<br>Microsoft.Network/routeTables"]' in shown
    assert shown[-1] == "  r1 --> r4"


def test_dot_has_clusters(run: Run, module: Path) -> None:
    shown = run("graph", module, "--output", "dot").stdout
    assert shown.startswith("digraph template {")
    assert "subgraph cluster_r2 {" in shown
    assert "r1 -> r4;" in shown


def test_the_image_is_xml_and_the_page_holds_all_that_it_needs(run: Run, module: Path) -> None:
    image = run("graph", module, "--output", "svg").stdout
    root = ElementTree.fromstring(image)
    names = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text") if node.get("class") == "name"]
    assert sorted(filter(None, names)) == ["hub", "hub-card", "spokes", "table"]
    page = run("graph", module, "--output", "html").stdout
    assert image.partition("</style>")[2].strip() in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("output", ["text", "svg", "html", "mermaid", "dot"])
def test_names_cannot_break_out_of_any_form(run: Run, tmp_path: Path, output: str) -> None:
    name = '"<script>alert(1)<br>\\n"] --> x; \x1b[31m'
    body = {"type": "Microsoft.Network/routeTables", "apiVersion": "2024-05-01", "name": name}
    done = run("graph", "-", "--output", output, stdin=json.dumps({"$schema": SCHEMA, "resources": [body]}))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    if output in ("svg", "html", "mermaid"):
        assert "<script>alert" not in done.stdout
    if output == "dot":
        assert '\\"<script>' in done.stdout
    if output == "mermaid":
        assert '"] -->' not in done.stdout


SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def test_what_does_not_compile_has_no_graph(run: Run, tmp_path: Path) -> None:
    done = run("graph", "-", stdin="{ resources: [1] }")
    assert (done.returncode, done.stdout) == (1, "")
    assert "a resource must be an object" in done.stderr
