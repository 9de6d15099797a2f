"""The reference page of the rules and the text of ``armlib lint --explain``, made from the rules."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from armlib.lint.registry import RULES, SUPPRESSION
from armlib.lint.rule import Rule, Stage

_LANGUAGES: Final = {Stage.SOURCE: "text"}  # an example of what not to do need not compile
_STAGES: Final = {
    Stage.SOURCE: "Jsonnet sources",
    Stage.TEMPLATE: "templates",
    Stage.RESOURCES: "resources, their values worked out as far as they are known",
    Stage.PARAMETERS: "parameters files",
    Stage.FORM: "forms of the portal (createUiDefinition.json)",
}
_NOT_COVERED: Final = (
    (
        "VM-Images-Should-Use-Latest-Version",
        "not asked for: a fixed version of an image gives the same machine each time, which armlib prefers",
    ),
)


def explanation(rule: Rule, severity: str) -> str:
    """Return what a rule asks for, as text for a terminal."""
    parts = [f"{rule.code} ({severity}): {rule.summary}.\n"]
    parts += [f"\n{rule.why}\n"] if rule.why else []
    parts += [f"\nLooks at {_STAGES[rule.stage]}.\n"]
    parts += [f"\nBad:\n{_indented(rule.bad)}\nGood:\n{_indented(rule.good)}"] if rule.bad else []
    parts += [f"\n--fix {rule.fix}.\n"] if rule.fix else []
    parts += [f"\nThe same as {', '.join(rule.covers)}.\n"] if rule.covers else []
    return "".join(parts)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def sections() -> str:
    """Return a section a rule, in Markdown."""
    return "\n".join(_section(rule) for rule in RULES.values())


def _section(rule: Rule) -> str:
    language = _LANGUAGES.get(rule.stage, "json")
    lines = [f"### {rule.code}", "", f"*{rule.severity}* · {_STAGES[rule.stage]}", ""]
    lines += [f"{rule.summary[:1].upper()}{rule.summary[1:]}. {rule.why}", ""]
    for title, text in (("Bad", rule.bad), ("Good", rule.good)):
        lines += [f"{title}:", f"```{language}", text, "```"]
    lines += ["", f"`--fix` {rule.fix}."] if rule.fix else []
    lines += ["", f"Settings: {', '.join(f'`{each}`' for each in rule.options)}."] if rule.options else []
    lines += ["", f"The same as {', '.join(rule.covers)}."] if rule.covers else []
    return "\n".join([*lines, ""])


def table() -> str:
    """Return the list of the rules, in Markdown."""
    rows = [
        f"| [{rule.code}](#{rule.code}) | {rule.severity} | {rule.stage} | {rule.summary} |" for rule in RULES.values()
    ]
    return "\n".join(["| rule | severity | looks at | asks that |", "|---|---|---|---|", *rows, ""])


def correspondence() -> str:
    """Return which rules of ARM-TTK and Template Analyzer are asked by which of armlib's, in Markdown."""
    pairs = sorted((theirs, rule.code) for rule in RULES.values() for theirs in rule.covers)
    rows = [
        f"| {theirs} | {', '.join(f'[{code}](#{code})' for _, code in group)} |"
        for theirs, group in groupby(pairs, key=lambda pair: pair[0])
    ]
    rows.append("| JSONFiles-Should-Be-Valid | every JSON file that lint reads is parsed first |")
    rows += [f"| {theirs} | {why} |" for theirs, why in _NOT_COVERED]
    return "\n".join(["| theirs | armlib's |", "|---|---|", *rows, ""])


def with_generated(page: str) -> str:
    """Return *page* with the parts between its marks made anew."""
    for name, text in (("rules", table()), ("correspondence", correspondence()), ("sections", sections())):
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        head, found, rest = page.partition(start)
        if found:
            page = head + start + text + end + rest.partition(end)[2]
    return page


def corresponding(theirs: str, rules: Iterable[Rule] = tuple(RULES.values())) -> tuple[str, ...]:
    """Return the codes of the rules that ask what a rule of ARM-TTK or Template Analyzer asks."""
    return tuple(rule.code for rule in rules if theirs in rule.covers and rule is not SUPPRESSION)
