"""The built-in roles by name, held to the templates of others that name them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from armlib.jsonnet.inprocess import InProcessEvaluator
from armlib.jsonnet.port import Program, Roots
from tests.registry.collection import COLLECTION

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NAMED = re.compile(
    r'"([^"]+)":\s*"\[subscriptionResourceId\(\'Microsoft\.Authorization/roleDefinitions\', \'([0-9a-f-]{36})\'\)\]"'
)


def test_roles_have_the_ids_that_other_templates_know_them_by() -> None:
    if not CORPUS.exists():
        pytest.skip("the templates of others are not beside the checkout")
    known: dict[str, set[str]] = {}
    for file in CORPUS.rglob("*.json"):
        text = file.read_text(encoding="utf-8", errors="replace")
        for name, id_ in NAMED.findall(text) if "roleDefinitions" in text else ():
            known.setdefault(name, set()).add(id_)
    file = COLLECTION / "common" / "interfaces" / "roles.libsonnet"
    program = Program(source=file.read_text(encoding="utf-8"), file=str(file), roots=Roots(project=COLLECTION))
    roles = json.loads(InProcessEvaluator().evaluate(program).text)
    both = roles.keys() & known.keys()
    assert len(both) > 60
    assert {name: roles[name] for name in both if known[name] != {roles[name]}} == {}
    assert len(set(roles.values())) == len(roles)
