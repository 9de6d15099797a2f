"""The pipeline as a whole."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.link import Linked
from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import CompileRequest, Entry
from armlib.diagnostics import Diagnostic, error
from armlib.errors import InputError
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Roots
from armlib.resources import library_folder
from armlib.template.canonical import json_bytes
from tests.unit.compiler.samples import SITE, compiled, resource, template

MODULE = """
local arm = import 'arm.libsonnet';
arm.Module {
  parameterMetadata:: { name: { type: 'string' }, count: { type: 'int', defaultValue: 2 } },
  plan:: arm.Resource('Microsoft.Web/serverfarms', '2023-01-01') { name: $.arguments.name, sku: { name: 'B1' } },
  sites:: [
    arm.Resource('Microsoft.Web/sites', '2023-01-01') {
      name: $.arguments.name + '-' + i,
      properties: { serverFarmId: $.plan.id },
    }
    for i in std.range(1, $.arguments.count)
  ],
  outputs: { plan: arm.output($.plan.id) },
}
"""


def plain_jsonnet(text: str, parameters: dict[str, Any]) -> Any:
    """Return what the bare engine makes of a module."""
    import _gojsonnet

    found = _gojsonnet.evaluate_snippet(
        "main.jsonnet", text, ext_vars={"parameters": json.dumps(parameters)}, jpathdir=[str(library_folder())]
    )
    return json.loads(found)


def test_a_module_means_the_same_through_plain_jsonnet(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(MODULE)
    made: Any = compiled(tmp_path, "main.jsonnet", arguments={"name": "web", "count": 3}).template
    plain = plain_jsonnet(MODULE, {"name": "web", "count": 3})
    without = [{name: value for name, value in body.items() if name != "dependsOn"} for body in made["resources"]]
    assert without == [
        {name: value for name, value in body.items() if name != "dependsOn"} for body in plain["resources"]
    ]
    assert made["outputs"] == plain["outputs"]


def test_another_hash_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text(MODULE)
    program = (
        "import sys; from pathlib import Path; from tests.unit.compiler.samples import compiled; "
        "from armlib.template.canonical import json_bytes; "
        "c = compiled(Path(sys.argv[1]), 'main.jsonnet', arguments={'name': 'web'}, symbolic=True); "
        "sys.stdout.buffer.write(json_bytes(c.template))"
    )
    root = Path(__file__).parents[3]
    texts = {
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            env={"PYTHONHASHSEED": seed},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(texts) == 1
    assert b"serverfarms_web" in texts.pop()


def test_compiling_changes_nothing_it_was_given(tmp_path: Path) -> None:
    whole: Any = template(resource(SITE, "w", "[reference('v').x]"), resource(SITE, "v"))
    whole |= {"$schema": "deploymentTemplate.json", "contentVersion": "1.0.0.0"}
    (tmp_path / "main.json").write_text(json.dumps(whole))
    once = compiled(tmp_path, "main.json")
    assert once.template is not None
    (tmp_path / "main.json").write_bytes(json_bytes(once.template))
    assert compiled(tmp_path, "main.json").template == once.template


def request(folder: Path, *entries: str) -> CompileRequest:
    return CompileRequest(
        entries=tuple(Entry(path=folder / entry, alias=entry) for entry in entries), roots=Roots(project=folder)
    )


def test_rules_of_others_can_stop_a_compilation(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{ resources: [] }")
    asked = request(tmp_path, "main.jsonnet")
    assert compile_template(asked, InProcessEvaluator()).succeeded
    stopped = compile_template(asked, InProcessEvaluator(), rules=[lambda linked: [error("mine", "no")]])
    assert (stopped.template, [found.code for found in stopped.diagnostics]) == (None, ["mine"])


def test_nothing_to_compile_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        compile_template(request(tmp_path), InProcessEvaluator())


def test_nesting_beyond_what_can_be_walked_is_an_error_and_the_collector_goes_on(tmp_path: Path) -> None:
    (tmp_path / "main.jsonnet").write_text("{ resources: [] }")

    def walk(linked: Linked) -> list[Diagnostic]:
        return walk(linked)

    with pytest.raises(InputError) as caught:
        compile_template(request(tmp_path, "main.jsonnet"), InProcessEvaluator(), rules=[walk])
    assert caught.value.code == "too-deep"
    assert gc.isenabled()


@pytest.mark.parametrize(
    "declared",
    [
        "{ type: 'secureString', defaultValue: null }",
        "{ type: 'secureString', nullable: true }",
        "{ type: ['secureString', 'null'] }",
        "{ type: 'int', deployTime: true, nullable: true }",
    ],
)
def test_a_parameter_of_the_deployment_that_may_be_null_asks_for_language_version_2(
    tmp_path: Path, declared: str
) -> None:
    text = f"""local arm = import 'arm.libsonnet';
    arm.Module {{
      parameterMetadata:: {{ key: {declared} }},
      site:: arm.Resource('Microsoft.Web/sites', '2023-01-01') {{ name: 's', properties: {{ key: $.arguments.key }} }},
    }}"""
    (tmp_path / "main.jsonnet").write_text(text)
    made: Any = compiled(tmp_path, "main.jsonnet").template
    assert made["languageVersion"] == "2.0"
    assert made["parameters"]["key"]["nullable"] is True
    assert [body["name"] for body in made["resources"].values()] == ["s"]


def test_a_parameter_that_has_a_default_does_not(tmp_path: Path) -> None:
    text = "{ parameterMetadata:: { key: { type: 'secureString', defaultValue: '' } }, resources: [] }"
    (tmp_path / "main.jsonnet").write_text(text)
    made: Any = compiled(tmp_path, "main.jsonnet").template
    assert "languageVersion" not in made
    assert made["parameters"]["key"] == {"type": "securestring", "defaultValue": ""}
