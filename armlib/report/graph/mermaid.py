"""A dependency graph in Mermaid, which Markdown on GitHub and Azure DevOps draws.

Source: "Flowcharts - Basic Syntax", Mermaid documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from armlib.compiler.dependencies import Step, all_steps
from armlib.report.graph.text import mark
from armlib.report.text import printable


def render_mermaid(steps: Sequence[Step]) -> str:
    """Return the flowchart of *steps*; an arrow leads from a resource to each that waits for it."""
    names = {step.path: f"r{number}" for number, step in enumerate(all_steps(steps), 1)}
    return "\n".join(["flowchart LR", *_nodes(steps, names, 1), *_arrows(steps, names)]) + "\n"


def _nodes(steps: Sequence[Step], names: Mapping[str, str], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for step in steps:
        label = _quoted(" ".join(filter(None, (step.name, mark(step)))), step.type)
        if step.inside:
            yield f"{indent}subgraph {names[step.path]}[{label}]"
            yield f"{indent}  direction LR"
            yield from _nodes(step.inside, names, depth + 1)
            yield f"{indent}end"
        else:
            yield f"{indent}{names[step.path]}[{label}]"


def _arrows(steps: Sequence[Step], names: Mapping[str, str]) -> Iterator[str]:
    for step in all_steps(steps):
        for need in step.needs:
            yield f"  {names[need]} --> {names[step.path]}"


def _quoted(*lines: str) -> str:
    return '"' + "<br>".join(map(_escaped, lines)) + '"'


def _escaped(text: str) -> str:
    """Return *text* with what Mermaid or HTML would read otherwise as entities."""
    shown = printable(text)
    return "".join(each if each.isalnum() or each in " -_./:,()" else f"#{ord(each)};" for each in shown)
