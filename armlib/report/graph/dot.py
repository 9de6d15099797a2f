"""A dependency graph in DOT, for Graphviz: ``armlib graph main.jsonnet --output dot | dot -Tpdf > graph.pdf``.

Source: "DOT Language", Graphviz documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from armlib.compiler.dependencies import Step, all_steps
from armlib.report.graph.text import mark
from armlib.report.text import printable

_HEAD = (
    "digraph template {",
    "  rankdir=LR;",
    "  compound=true;",
    '  node [shape=box, style=rounded, fontname="Helvetica"];',
    '  graph [fontname="Helvetica"];',
)


def render_dot(steps: Sequence[Step]) -> str:
    """Return the digraph of *steps*; an edge leads from a resource to each that waits for it.

    A deployment with a template is a cluster; a point inside it stands for the deployment itself.
    """
    names = {step.path: f"r{number}" for number, step in enumerate(all_steps(steps), 1)}
    lines = [*_HEAD, *_nodes(steps, names, 1), *_edges(steps, names), "}"]
    return "\n".join(lines) + "\n"


def _nodes(steps: Sequence[Step], names: Mapping[str, str], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for step in steps:
        name, label = names[step.path], _quoted(" ".join(filter(None, (step.name, mark(step)))), step.type)
        if step.inside:
            yield f"{indent}subgraph cluster_{name} {{"
            yield f"{indent}  label={label};"
            yield f"{indent}  {name} [shape=point, style=invis];"
            yield from _nodes(step.inside, names, depth + 1)
            yield f"{indent}}}"
        else:
            style = ', style="rounded,dashed"' if step.is_conditional or step.is_existing else ""
            yield f"{indent}{name} [label={label}{style}];"


def _edges(steps: Sequence[Step], names: Mapping[str, str]) -> Iterator[str]:
    clusters = {step.path for step in all_steps(steps) if step.inside}
    for step in all_steps(steps):
        for need in step.needs:
            ends = [f"ltail=cluster_{names[need]}"] if need in clusters else []
            ends += [f"lhead=cluster_{names[step.path]}"] if step.path in clusters else []
            attributes = f" [{', '.join(ends)}]" if ends else ""
            yield f"  {names[need]} -> {names[step.path]}{attributes};"


def _quoted(*lines: str) -> str:
    return '"' + "\\n".join(printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
