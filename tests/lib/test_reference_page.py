"""The reference page of the base library is made of its doc comments, and they are true."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import _jsonnet

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "docs" / "generate_library_reference.py"
FILES = ("fn", "scope", "param", "type", "native")


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_library_reference", GENERATOR)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "reference" / "library.md").read_text("utf-8")
    assert written == generator().page(), "run: python docs/generate_library_reference.py"


def test_every_member_is_documented(jsonnet: Any) -> None:
    objects = ", ".join(f"{name}: arm.{name}" for name in FILES)
    members = jsonnet(
        f"local named = {{ arm: arm, {objects} }}; std.mapWithKey(function(k, v) std.objectFieldsAll(v), named)"
    )
    undocumented = [
        f"{name}.{member}"
        for name, found in members.items()
        for member in found
        if not member.startswith("#") and f"#{member}" not in found
    ]
    assert [member for member in undocumented if not member.startswith("type.")] == ["scope.parse", "scope.parseTarget"]
    assert all(f"`arm.type.{member}`" in generator().page() for member in members["type"] if not member.startswith("#"))


def test_every_member_of_a_resource_is_documented(jsonnet: Any) -> None:
    members = jsonnet("std.objectFieldsAll(arm.Resource('a/b', '1'))")
    documented = jsonnet("std.objectFieldsAll((import 'arm/resource.libsonnet')['#members'])")
    assert set(members) - {"type", "apiVersion", "name", "$arm"} == set(documented)


def test_examples_are_true(jsonnet: Any) -> None:
    docs = jsonnet("{ [name]: arm[name] for name in std.objectFieldsAll(arm) if name[:1] == '#' }")
    examples = [entry["example"] for entry in docs.values() if entry.get("example")]
    assert len(examples) > 8
    jsonnet.check({f"({call})": result for call, result in examples})


def test_arguments_are_those_of_the_functions() -> None:
    # The Go binding counts the arguments without a default only.
    counts = json.loads(
        _jsonnet.evaluate_snippet(
            "main.jsonnet",
            """
            local arm = import 'arm.libsonnet';
            {
              [name[1:]]: [std.length(arm[name[1:]]), std.length(arm[name].args)]
              for name in std.objectFieldsAll(arm)
              if name[:1] == '#' && arm[name].kind == 'function'
            }
            """,
            jpathdir=[str(ROOT / "lib")],
        )
    )
    assert len(counts) > 10
    assert {name: pair for name, pair in counts.items() if pair[0] != pair[1]} == {}
