"""armlib: Azure infrastructure as Jsonnet modules."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than starting the evaluator process, which runs this too
if TYPE_CHECKING:
    from typing import Any

    from armlib.compilation import compile_entries as compile  # noqa: A004 - it is armlib.compile
    from armlib.evaluation import evaluate as evaluate

__version__ = "0.1.0"
__all__ = ["__version__", "compile", "evaluate"]


def __getattr__(name: str) -> Any:
    """Import what the package offers when it is first asked for, so that the command starts fast."""
    if name == "compile":
        from armlib.compilation import compile_entries

        return compile_entries
    if name == "evaluate":
        from armlib.evaluation import evaluate

        return evaluate
    raise AttributeError(f"module 'armlib' has no attribute '{name}'")
