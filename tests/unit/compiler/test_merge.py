from __future__ import annotations

from typing import Any

from armlib.compiler.merge import Part, merge


def merged(*templates: Any) -> tuple[Any, list[tuple[str, str]]]:
    parts = [Part(file=f"{number}.json", template={"resources": [], **each}) for number, each in enumerate(templates)]
    whole, found = merge(parts)
    return whole, [(each.code, each.message) for each in found]


def test_members_are_put_together_and_declared_alike_are_one() -> None:
    one = {"parameters": {"a": {"type": "string"}}, "variables": {"v": 1, "copy": [{"name": "l"}]}, "resources": [1]}
    two = {
        "parameters": {"A": {"type": "string"}, "b": {}},
        "variables": {"w": 2, "copy": [{"name": "m"}]},
        "resources": [2],
    }
    whole, found = merged(one, two)
    assert found == []
    assert whole["parameters"] == {"a": {"type": "string"}, "b": {}}
    assert whole["variables"] == {"v": 1, "copy": [{"name": "l"}, {"name": "m"}], "w": 2}
    assert whole["resources"] == [1, 2]
    assert one["variables"] == {"v": 1, "copy": [{"name": "l"}]}


def test_what_is_declared_differently_names_both_files() -> None:
    function = {"namespace": "n", "members": {"f": {"output": 1}, "g": {}}}
    other = {"namespace": "N", "members": {"F": {"output": 2}, "h": {}}}
    whole, found = merged(
        {"variables": {"v": 1}, "functions": [function], "definitions": {"d": 1}, "asserts": {"x": True}},
        {"variables": {"V": 2}, "functions": [other], "definitions": {"d": 2}, "asserts": {"x": False}},
    )
    assert [code for code, _ in found] == ["name-clash"] * 4
    assert all("0.json and 1.json" in message for _, message in found)
    assert whole["functions"] == [{"namespace": "n", "members": {"f": {"output": 1}, "g": {}, "h": {}}}]


def test_metadata_that_differs_is_a_warning_and_that_of_tools_is_dropped() -> None:
    whole, found = merged(
        {"metadata": {"a": 1, "_generator": {"x": 1}}, "languageVersion": "1.9"},
        {"metadata": {"a": 2, "b": 3}, "languageVersion": "2.0"},
    )
    assert whole["metadata"] == {"a": 1, "b": 3}
    assert whole["languageVersion"] == "2.0"
    assert [code for code, _ in found] == ["metadata-clash"]


def test_symbolic_names_must_differ() -> None:
    whole, found = merged({"resources": {"a": {"n": 1}}}, {"resources": {"A": {"n": 2}, "b": {}}})
    assert whole["resources"] == {"a": {"n": 1}, "b": {}}
    assert [code for code, _ in found] == ["name-clash"]
