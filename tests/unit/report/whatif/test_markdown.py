"""A what-if as Markdown, and as JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import ChangeType, Mode, Reason, Risk
from armlib.report.whatif.machine import as_json
from armlib.report.whatif.markdown import as_markdown
from armlib.report.whatif.text import REASONS, RISKS
from tests.unit.deployment.whatif.samples import GROUP, NETWORKS, State, resource
from tests.unit.deployment.whatif.test_result import everything


def test_the_comment_on_a_pull_request() -> None:
    state = State()
    state.put(resource(name="gone"))
    body: dict[str, Any] = {"tags": {"a": "1"}}
    state.put(resource(NETWORKS, "v", **body), {"tags": {"a": "2"}})
    found = what_if([resource(NETWORKS, "v", **body)], state, scope=GROUP, mode=Mode.COMPLETE)
    assert as_markdown(found) == (
        "### What-if: 1 to delete, 1 to modify\n"
        "\n"
        "| Risk | Resource | Why |\n"
        "|---|---|---|\n"
        "| **data loss** | `Microsoft.Storage/storageAccounts/gone` "
        "| the blobs, files, queues and tables of the account would be lost |\n"
        "| **delete** | `Microsoft.Storage/storageAccounts/gone` | complete mode deletes it |\n"
        "\n"
        "| Resources | | Scope |\n"
        "|---|---|---|\n"
        f"| `-` Delete | `Microsoft.Storage/storageAccounts/gone` | `{GROUP}` |\n"
        f"| `~` Modify | `{NETWORKS}/v` | `{GROUP}` |\n"
        "\n"
        f"<details><summary>~ {NETWORKS}/v</summary>\n"
        "\n"
        "```diff\n"
        '- tags.a: "2"  # changed beside the template\n'
        '+ tags.a: "1"  # changed beside the template\n'
        "```\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>- Microsoft.Storage/storageAccounts/gone</summary>\n"
        "\n"
        "```diff\n"
        "- {\n"
        f'-   "id": "{GROUP}/providers/Microsoft.Storage/storageAccounts/gone",\n'
        '-   "name": "gone",\n'
        '-   "type": "Microsoft.Storage/storageAccounts"\n'
        "- }\n"
        "```\n"
        "\n"
        "</details>\n"
    )


def test_nothing_in_a_value_is_markdown_or_html() -> None:
    evil = "``` </details> <img src=x> | `` **x** "
    (new,) = (resource(name="st", tags={evil: evil}, properties={"a": evil}),)
    text = as_markdown(what_if([new], State(), scope=GROUP))
    fences = re.findall(r"^(`{3,})", text, re.MULTILINE)
    assert fences == ["````", "````"]
    outside = re.sub(r"^````diff\n.*?^````$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<img" not in outside and outside.count("</details>") == 1


def test_a_name_with_marks_stays_in_its_cell() -> None:
    text = as_markdown(what_if([resource(name="a|b`c")], State(), scope=GROUP))
    assert "| `+` Create | `` Microsoft.Storage/storageAccounts/a\\|b`c `` |" in text


def test_a_comment_is_no_longer_than_it_may_be() -> None:
    resources = [resource(name=f"st{number}", properties={"text": "x" * 500}) for number in range(50)]
    found = what_if(resources, State(), scope=GROUP)
    text = as_markdown(found, longest=20_000)
    assert len(text) < 20_200
    assert re.search(r"The properties of \d+ more resources are left out here\.", text)
    assert len(re.findall(r"^\| `\+` Create", text, re.MULTILINE)) == 50
    assert "left out here" not in as_markdown(found)


def test_every_risk_and_reason_has_words() -> None:
    assert set(RISKS) == set(Risk)
    assert set(REASONS) == set(Reason)


def test_json_has_every_key_and_all_that_was_found() -> None:
    value = json.loads(json.dumps(as_json(everything())))
    assert list(value) == ["hasChanges", "summary", "changes", "potentialChanges", "notes"]
    assert value["summary"]["counts"] == {**dict.fromkeys(map(str, ChangeType), 0)} | {
        "Create": 1, "Modify": 1, "NoChange": 1, "Unsupported": 2, "Ignore": 1,
    }  # fmt: skip
    assert value["summary"]["risks"] == ["listReplaced"]
    modify = value["changes"][0]
    assert list(modify) == [
        "id", "type", "apiVersion", "kind", "reason", "symbolicName", "deployment", "ratings", "before", "after",
        "delta", "suppressed",
    ]  # fmt: skip
    subnets = modify["delta"][0]
    assert list(subnets) == ["path", "kind", "before", "after", "drift", "ratings", "children"]
    assert subnets["ratings"][0]["risk"] == "listReplaced"
    assert all(set(change) == set(modify) for change in [*value["changes"], *value["potentialChanges"]])
