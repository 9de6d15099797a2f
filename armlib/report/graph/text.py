"""A dependency graph as text: one line a resource, in the order of the deployment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from armlib.compiler.dependencies import Step, all_steps
from armlib.report.text import counted, printable

_LONGEST = 60  # characters of a name or a type that others are aligned to
_LONGEST_EXPRESSION = 40  # characters of a name that only the deployment knows


def render_text(steps: Sequence[Step]) -> str:
    """Return *steps* as lines, those inside a deployment below it, and how many there are.

    A number stands before the first resource of each step: all of one step can be deployed at the same time.
    """
    if not steps:
        return "no resources\n"
    rows = list(_rows(steps, 0))
    names, types = ([len(row[column]) for row in rows if len(row[column]) <= _LONGEST] for column in (0, 1))
    width, wide = max(names, default=0), max(types, default=0)
    lines = [f"{name:<{width}}  {type_:<{wide}}  {rest}".rstrip() for name, type_, rest in rows]
    return "\n".join([*lines, "", total(steps)]) + "\n"


def mark(step: Step) -> str:
    """Return what is said of *step* beside its name: ``[loop, condition]``."""
    words = [("loop", step.is_loop), ("condition", step.is_conditional), ("existing", step.is_existing)]
    said = ", ".join(word for word, holds in words if holds)
    return f"[{said}]" if said else ""


def _rows(steps: Sequence[Step], depth: int) -> Iterator[tuple[str, str, str]]:
    names = {step.path: _shown(step) for step in steps}
    called = {step.path: _called(step) for step in steps}
    width = len(str(steps[-1].number))
    last = 0
    for step in steps:
        number = str(step.number) if step.number != last else ""
        last = step.number
        name = " ".join(filter(None, (names[step.path], mark(step))))
        after = f"after {', '.join(called[need] for need in step.needs)}" if step.needs else ""
        yield f"{'   ' * depth}{number:>{width}}  {name}", printable(step.type), after
        if step.inside:
            yield from _rows(step.inside, depth + 1)


def _shown(step: Step) -> str:
    name = printable(step.name)
    is_long = name.startswith("[") and len(name) > _LONGEST_EXPRESSION
    return f"{name[: _LONGEST_EXPRESSION - 2]}…]" if is_long else name


def _called(step: Step) -> str:
    """Return what others call *step*: an expression says little, and its beginning less."""
    return f"{step.type.rpartition('/')[2]} {_shown(step)}" if step.name.startswith("[") else _shown(step)


def total(steps: Sequence[Step]) -> str:
    """Return how many resources and steps there are: ``7 resources in 2 steps``."""
    count, longest = sum(1 for _ in all_steps(steps)), max((step.number for step in steps), default=0)
    return f"{counted(count, 'resource')} in {counted(longest, 'step')}"
