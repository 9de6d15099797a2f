"""``armlib graph``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armlib.cli.app import App
from armlib.cli.options import (
    ENTRY,
    Limits,
    ReportOptions,
    SourceOptions,
    flags,
    limit_options,
    opened_entries,
    report_options,
    source_options,
    target_of,
)
from armlib.errors import ExitCode

if TYPE_CHECKING:
    from armlib.compiler.dependencies import Step

EXAMPLES = """\b
Examples:
  armlib graph main.jsonnet -p name=web
  armlib graph armlib:storage/account -p name=stexample
  armlib graph azuredeploy.json --output mermaid >> README.md
  armlib graph main.jsonnet --output html > graph.html
  armlib graph main.jsonnet --output dot | dot -Tpdf > graph.pdf
"""
OUTPUTS = ("text", "svg", "html", "mermaid", "dot")


@click.command("graph", short_help="Show in which order ENTRY is deployed, and why.", epilog=EXAMPLES)
@click.argument("entry", metavar="ENTRY", type=ENTRY)
@click.option("--output", type=click.Choice(OUTPUTS), default="text", help="What the graph is written as.")
@source_options
@limit_options
@report_options
@click.pass_obj
def graph_command(
    app: App, /, entry: str, output: str, source: SourceOptions, limits: Limits, report: ReportOptions
) -> ExitCode:
    """Show in which order the resources of ENTRY, a Jsonnet module or an ARM template, are deployed, and why.

    Resources with the same number are deployed at the same time; 'after' names what a resource waits for. In pictures
    a line leads from a resource to those that wait for it, and what a deployment deploys stands inside it. With
    --format json, the steps are data.
    """
    from dataclasses import replace

    from armlib.build.compilation import compile_target
    from armlib.compiler.dependencies import deployment_steps
    from armlib.report.graph.machine import as_json
    from armlib.template.scope import ScopeKind, scope_kind_of_schema

    settings = app.settings(Path(entry), replace(flags(source, limits, report), lint=False), result="steps")
    with opened_entries(app, (entry,), settings) as files:
        target = target_of("graph", files, (), source)
        compilation = compile_target(target, settings, app.evaluator(settings), app.environ).compilation
    template = compilation.template
    if template is None:
        app.fail(compilation.diagnostics)
        return ExitCode.WRONG_INPUT
    kind = scope_kind_of_schema(str(template["$schema"])) or ScopeKind.GROUP
    steps = deployment_steps(template, kind)
    text = _rendered(steps, output, Path(entry).name).encode()
    app.finish({"steps": as_json(steps)}, text, compilation.diagnostics)
    return ExitCode.FINE


def _rendered(steps: tuple[Step, ...], output: str, title: str) -> str:
    if output == "mermaid":
        from armlib.report.graph.mermaid import render_mermaid

        return render_mermaid(steps)
    if output == "dot":
        from armlib.report.graph.dot import render_dot

        return render_dot(steps)
    if output in ("svg", "html"):
        from armlib.report.graph.image import render_html, render_svg

        return render_svg(steps) if output == "svg" else render_html(steps, title)
    from armlib.report.graph.text import render_text

    return render_text(steps)
