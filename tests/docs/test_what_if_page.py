"""The example of the page on what-if is what armlib says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from armlib.deployment.context import read_context
from armlib.deployment.expand import expand
from armlib.deployment.scopes import id_key
from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import ChangeType, PropertyChangeType, Reason, Risk
from armlib.report.whatif.machine import as_json
from armlib.report.whatif.text import RISKS, as_text
from tests.unit.deployment.whatif.samples import State

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "what-if.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{re.escape(language)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def example() -> Any:
    context = read_context({"resourceGroup": {"name": "rg", "location": "westeurope"}})
    expansion = expand(json.loads(block("json title=template.json")), context=context)
    assert expansion.diagnostics == ()
    state = State(keeps_sent=False)
    state.there = {id_key(body["id"]): body for body in json.loads(block("json title=state.json"))}
    scope = str(expansion.resources[0].scope)
    return what_if(expansion.resources, state, scope=scope)


def test_the_example_says_what_the_page_shows() -> None:
    assert as_text(example(), explain=True) == block("text")


def test_the_page_has_every_word() -> None:
    words = [*ChangeType, *Reason, *Risk, *RISKS.values(), *PropertyChangeType]
    assert [
        word for word in words if word != "NoEffect" and f"`{word}`" not in PAGE and f"| {word} |" not in PAGE
    ] == []


def test_the_page_has_every_key_of_the_json() -> None:
    value: Any = as_json(example())
    (subnets,) = value["changes"][0]["delta"]
    objects = (value, value["changes"][0], subnets, subnets["ratings"][0], value["changes"][0]["suppressed"][0])
    for keys in objects:
        assert [key for key in keys if not re.search(rf"[`{{ ]{key}[`}},]", PAGE)] == []
