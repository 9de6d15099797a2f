"""Real templates by others go through as modules: nothing is refused that is right, and dependencies stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armlib.compiler.pipeline import compile_template
from armlib.compiler.request import Compilation, CompileRequest, Entry
from armlib.diagnostics import Severity
from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Roots
from armlib.template.jsonc import parse_json

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "templates"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of templates is not here")

WRONG = {
    "bicep-baseline-loopsindexed-symbolic.json": {"duplicate-resource"},  # storage accounts and front doors twice
    "bicep-baseline-parameters.json": {"missing-member"},  # parameters without a type before language version 2.0
    "bicep-sample-api-management-create-all-resources-symbolic.json": {"duplicate-resource"},  # exampleUser1 twice
    "decompiler-resourceids.json": {"unknown-dependency"},  # concat('Foo.Rp/bar', 'foo', 'bar') without a slash
    "editor-test-inputs-deep-nested-full-scope.json": {"unknown-variable"},  # nsgId is nowhere
    "editor-test-scopes-resourcegroupdeployment2019-04-01.json": {
        "name-segments"
    },  # a firewall rule without its server
}
"""Templates that the service would refuse, and what is wrong with them."""

INCOMPLETE = {
    "avm-ptn-azd-apim-api.json": "the site's settings hold the id of an API that the template makes",
    "avm-ptn-network-virtual-wan.json": "entries that are there twice",
    "azurestack-101-simple-windows-vm-custom-managed-disk.json": "the interface names the public IP address",
    "azurestack-101linux-empty-attachdatadisk-managed.json": "the machine attaches the disk",
    "azurestack-bootstorm-vm-boot-time.json": "machines use interfaces, an extension a storage account",
    "azurestack-iostorm-vm-iops-latency.json": "an extension reads the interface",
    "azurestack-rds-deployment-existing-ad.json": "interfaces name public IP addresses",
    "azurestack-rds-deployment.json": "machines name availability sets",
    "azurestack-rds-update-rdsh-collection.json": "machines name an availability set",
    "bicep-sample-azure-bastion.json": "a subnet without its network",
    "landing-zone-auxiliary-hubspoke-connectivity.json": "deployments into groups that the template makes",
    "landing-zone-auxiliary-loganalytics.json": "the same, and a nested child without its parent",
    "landing-zone-tagged-subscription-taggedsubscription.json": "the deployment reads the outputs of another one",
    "quickstart-mg-policy-different-targets.json": "the deployment reads the outputs of another one",
}
"""Templates whose ``dependsOn`` is not complete, or says something twice."""


def templates() -> list[str]:
    manifest = CORPUS / "manifest.json"
    return [entry["file"] for entry in json.loads(manifest.read_text())["templates"]] if manifest.exists() else []


def compiled(file: str) -> Compilation:
    request = CompileRequest(entries=(Entry(path=CORPUS / file, alias="main"),), roots=Roots(project=CORPUS))
    return compile_template(request, InProcessEvaluator())


@pytest.mark.parametrize("file", templates())
def test_a_template_goes_through(file: str) -> None:
    done = compiled(file)
    errors = {found.code for found in done.diagnostics if found.severity is Severity.ERROR}
    assert errors == WRONG.get(file, set()), done.diagnostics
    if done.template is None:
        return
    before = parse_json((CORPUS / file).read_bytes(), file)
    changed = [path for path, entries in dependencies(before) if entries != dict(dependencies(done.template))[path]]
    assert bool(changed) is (file in INCOMPLETE), changed
    assert stripped(done.template) == stripped(before)


def dependencies(template: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the path and the ``dependsOn`` of each resource, nested ones too."""
    resources = template.get("resources") or []
    for key, body in resources.items() if isinstance(resources, dict) else enumerate(resources):
        yield (*path, key), body.get("dependsOn")
        if isinstance(body.get("resources"), list):
            yield from dependencies(body, (*path, key, "resources"))
        inner = (body.get("properties") or {}).get("template") if isinstance(body.get("properties"), dict) else None
        if isinstance(inner, dict):
            yield from dependencies(inner, (*path, key, "template"))


def stripped(template: Any) -> Any:
    """Return a template without what the compiler may change: dependencies and the types of outputs."""
    if isinstance(template, dict):
        return {name: stripped(value) for name, value in template.items() if name not in ("dependsOn", "outputs")}
    return [stripped(item) for item in template] if isinstance(template, list) else template
