"""The page of the rules is made from the rules, and is current."""

from __future__ import annotations

from pathlib import Path

from armlib.lint.pages import corresponding, explanation, with_generated
from armlib.lint.registry import RULES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "lint.md"
# Those that upstream lists without a case among the published ones.
NOT_ASKED = ["VM-Images-Should-Use-Latest-Version"]


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_generated(page) == page, "run python tools/reference.py"


def test_the_page_has_every_rule() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"\n### {code}\n" in page for code in RULES)


def test_every_security_rule_of_template_analyzer_corresponds_to_one() -> None:
    assert [name for name in (f"TA-{number:06}" for number in range(1, 39)) if not corresponding(name)] == []


def test_what_is_not_asked_for_says_why() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| {name} | not asked for: " in page for name in NOT_ASKED)


def test_the_explanation_has_both_examples() -> None:
    for rule in RULES.values():
        text = explanation(rule, "error")
        assert text.startswith(f"{rule.code} (error): ")
        assert rule.why in text
        assert "  " + rule.bad.splitlines()[0] in text
