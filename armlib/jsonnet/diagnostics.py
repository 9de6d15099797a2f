"""The engine's error texts made diagnostics."""

from __future__ import annotations

from armlib.diagnostics import Diagnostic, error
from armlib.jsonnet.port import Program, Read


def translate(text: str, program: Program, fault: tuple[str, ...], reads: tuple[Read, ...]) -> Diagnostic:
    """Return the diagnostic for an error *text* of the engine."""
    if fault:
        code, message, hint = fault
        return error(code, message, hint=hint or None)
    return error("runtime-error", text.removeprefix("RUNTIME ERROR: ").strip())


def crashed(program: Program, *, overflowed: bool) -> Diagnostic:
    """Return the diagnostic for a program that the engine did not survive."""
    if overflowed:
        return error(
            "stack-overflow",
            f"{program.file}: the program is nested or recurses too deeply",
            hint="look for a function or a field that needs itself",
        )
    return error("evaluator-crashed", f"{program.file}: the evaluator ended while it evaluated this program")
