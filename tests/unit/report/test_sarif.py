"""Diagnostics as SARIF, held to the models that pydantic-sarif makes of the published 2.1.0 schema.

They know every property, its type, its range and which are required, and refuse others.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from armlib.diagnostics import Diagnostic, Excerpt, Frame, Place, Severity, error
from armlib.report.sarif import as_sarif

BASE = Path("/project folder")


def log_of(*diagnostics: Diagnostic) -> Any:
    log = as_sarif(diagnostics, base=BASE, version="1.2.3")
    SarifLog.model_validate_json(json.dumps(log), strict=True)
    return log


def test_the_check_against_the_schema_refuses_what_is_wrong() -> None:
    log = log_of(error("code", "message", place=Place(file="a", line=1)))
    region = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    for wrong in ({"startLine": 0}, {"startline": 1}, {"startLine": "1"}):
        region.clear()
        region.update(wrong)
        with pytest.raises(ValidationError):
            SarifLog.model_validate_json(json.dumps(log), strict=True)


def test_a_run_without_diagnostics_has_no_results() -> None:
    run = log_of()["runs"][0]
    assert run["results"] == []
    assert run["tool"]["driver"] == {"name": "armlib", "version": "1.2.3", "rules": []}


def test_a_result_has_its_rule_level_message_and_region() -> None:
    found = Diagnostic(
        code="too-short",
        severity=Severity.WARNING,
        message="it is too short",
        hint="make it longer",
        path=("parameters", "name"),
        place=Place(file="/project folder/a b/main.jsonnet", line=3, column=7, end_line=3, end_column=9),
        excerpt=Excerpt(text="name: 'x'", column=7),
    )
    run = log_of(found)["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["too-short"]
    assert run["results"] == [
        {
            "ruleId": "too-short",
            "ruleIndex": 0,
            "level": "warning",
            "message": {"text": "it is too short\nmake it longer"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "a%20b/main.jsonnet", "uriBaseId": "SRCROOT"},
                        "region": {
                            "startLine": 3,
                            "startColumn": 7,
                            "endLine": 3,
                            "endColumn": 9,
                            "snippet": {"text": "name: 'x'"},
                        },
                    },
                    "logicalLocations": [{"fullyQualifiedName": "parameters.name"}],
                }
            ],
        }
    ]
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == "file:///project%20folder/"


def test_frames_of_the_user_are_related_locations() -> None:
    frames = (
        Frame(place=Place(file="/project folder/a.jsonnet", line=1, column=2), name="function <f>"),
        Frame(place=Place(file="/lib/arm.libsonnet", line=9, column=1), library=True),
    )
    result = log_of(Diagnostic(code="c", severity=Severity.ERROR, message="m", frames=frames))["runs"][0]["results"][0]
    (related,) = result["relatedLocations"]
    assert related["message"] == {"text": "called from function <f>"}
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "a.jsonnet"


def test_a_file_outside_the_folder_has_an_absolute_uri() -> None:
    result = log_of(error("c", "m", place=Place(file="/else where/a.json")))["runs"][0]["results"][0]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "file:///else%20where/a.json"}}


places = st.builds(
    Place,
    file=st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1),
    line=st.integers(0, 9),
    column=st.integers(0, 9),
    end_line=st.integers(0, 9),
    end_column=st.integers(0, 9),
)
texts = st.text(st.characters(blacklist_categories=["Cs"]))
diagnostics = st.builds(
    Diagnostic,
    code=st.sampled_from(["one", "two-words"]),
    severity=st.sampled_from(Severity),
    message=texts,
    hint=st.none() | texts,
    path=st.lists(texts | st.integers(0, 5)).map(tuple),
    place=st.none() | places,
    excerpt=st.none() | st.builds(Excerpt, text=texts, column=st.integers(1, 9)),
    frames=st.lists(st.builds(Frame, place=places, name=texts, library=st.booleans()), max_size=3).map(tuple),
)


@given(st.lists(diagnostics, max_size=4))
def test_any_diagnostics_make_a_valid_log(found: list[Diagnostic]) -> None:
    results = log_of(*found)["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == [diagnostic.code for diagnostic in found]
