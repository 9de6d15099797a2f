"""Which resource waits for which: ``dependsOn`` in all its spellings, order, and circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from armlib.deployment.instance import Instance, text_of
from armlib.deployment.problems import TemplateFault
from armlib.deployment.scopes import id_key
from armlib.deployment.types import HIDDEN
from armlib.deployment.walk import walk
from armlib.diagnostics import nearest
from armlib.expressions.environment import Site
from armlib.expressions.simplify import reveal
from armlib.expressions.values import Secret, Unknown, Value
from armlib.template.resource_id import join_type_and_names


class Directory:
    """Finds the resources of one template by symbolic name, name, loop, ``TYPE/NAME``, or id.

    Nothing regards case. A resource found by its id counts as not named: it makes no dependency by being referenced.

    Args:
        instances: The resources.
        declared: Symbolic names and names of loops, which stand for no resource when a loop runs no time.
    """

    def __init__(self, instances: Sequence[Instance], declared: Iterable[str] = ()) -> None:
        self._by_symbol: dict[str, list[Instance]] = {}
        self._by_name: dict[str, list[Instance]] = {}
        self._by_loop: dict[str, list[Instance]] = {}
        self._by_id: dict[str, list[Instance]] = {}
        self._by_type: dict[str, list[Instance]] = {}
        self._by_child: dict[str, list[Instance]] = {}  # children declared inside their parent, by their own name
        self._names: dict[str, None] = {}
        self._declared = {name.casefold() for name in declared}
        for instance in instances:
            self._add(instance)

    def find(self, text: str) -> tuple[list[Instance], bool]:
        """Return the resources that *text* stands for, and whether it named them."""
        folded = text.casefold().rstrip("/")
        for index in (self._by_symbol, self._by_name):
            if folded in index:
                return index[folded], True
        if id_key(folded) in self._by_id:
            return self._by_id[id_key(folded)], False
        if folded in self._by_type:
            return self._by_type[folded], True
        return [], False

    def find_dependency(self, text: str) -> list[Instance] | None:
        """Return the resources that *text*, an entry of ``dependsOn``, stands for; None for what is not declared."""
        folded = text.casefold().strip("/")
        if folded in self._by_symbol:
            return self._by_symbol[folded]
        if folded in self._by_loop:
            return self._by_loop[folded]
        if folded in self._by_name:
            return self._by_name[folded]
        if id_key(f"/{folded}") in self._by_id:
            return self._by_id[id_key(f"/{folded}")]
        # A template in outer scope computes ids in its parent's scope: what counts is the type and the name.
        typed = f"/{folded}".rpartition("/providers/")[2]
        found = self._by_type.get(folded) or self._by_type.get(typed) or self._by_child.get(folded)
        return [] if found is None and folded.partition("[")[0] in self._declared else found

    def nearest(self, text: str) -> str | None:
        """Return the name that *text* may be a misspelling of."""
        return nearest(text.rpartition("/")[2], self._names)

    def _add(self, instance: Instance) -> None:
        symbol = instance.declaration.symbol
        name = text_of(instance.name)
        if symbol is not None:
            self._names[symbol] = None
            self._by_symbol.setdefault(symbol.casefold(), []).append(instance)
            if isinstance(instance.index, int):
                self._by_symbol.setdefault(f"{symbol}[{instance.index}]".casefold(), []).append(instance)
        if instance.loop is not None:
            self._names[instance.loop] = None
            self._by_loop.setdefault(instance.loop.casefold(), []).append(instance)
        if instance.id is None:
            return
        self._names[name] = None
        self._by_name.setdefault(name.casefold(), []).append(instance)
        self._by_id.setdefault(instance.key, []).append(instance)
        typed = join_type_and_names(instance.type, tuple(name.split("/"))).casefold()
        self._by_type.setdefault(typed, []).append(instance)
        extension = instance.key.rpartition("/providers/")[2]
        if extension != typed:
            self._by_type.setdefault(extension, []).append(instance)
        if instance.is_child:
            self._by_child.setdefault(name.rpartition("/")[2].casefold(), []).append(instance)


def resolve_declared(instance: Instance, directory: Directory) -> None:
    """Fill in the dependencies that *instance* declares in ``dependsOn``; what cannot be found is told."""
    declared = instance.declaration.body.get("dependsOn")
    path = (*instance.path, "dependsOn")
    report = instance.frame.engine.problems.report
    try:
        found = walk(declared, replace(instance.environment, site=Site.NAME), path)
    except TemplateFault as fault:
        report(fault)
        return
    for number, given in enumerate(_entries(found)):
        entry = reveal(given)
        if isinstance(entry, Unknown):
            instance.unknown_dependencies.append(entry)
        elif not isinstance(entry, str):
            report(TemplateFault("An entry of dependsOn must be a string.", (*path, number), code="depends-on"))
        else:
            targets = directory.find_dependency(entry)
            if targets is None and not instance.frame.is_incomplete:
                shown = HIDDEN if isinstance(given, Secret) else entry
                report(_not_defined(shown, (*path, number), directory))
            instance.dependencies |= dict.fromkeys(targets or ())


def _entries(found: Value) -> list[Any]:
    """Return the entries of ``dependsOn``; an expression that gives an array may stand for several."""
    if found is None:
        return []
    if isinstance(found, Secret):
        return [Secret(entry) for entry in _entries(found.value)]
    return [entry for item in found for entry in _entries(item)] if isinstance(found, list) else [found]


def _not_defined(entry: str, path: tuple[str | int, ...], directory: Directory) -> TemplateFault:
    near = directory.nearest(entry)
    return TemplateFault(
        f"The resource '{entry}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage "
        "details.",
        path,
        code="dependency-not-found",
        hint=f"did you mean '{near}'?" if near else None,
    )


def serial_batches(instances: Sequence[Instance]) -> None:
    """Make each batch of the serial loops among *instances* depend on the one before."""
    loops: dict[tuple[str, tuple[str | int, ...]], list[Instance]] = {}
    for instance in instances:
        copy = instance.declaration.body.get("copy")
        if instance.loop is not None and isinstance(copy, dict) and str(copy.get("mode", "")).lower() == "serial":
            loops.setdefault((instance.loop, instance.path), []).append(instance)
    for steps in loops.values():
        _chain(steps, _batch_size(steps[0]))


def _batch_size(instance: Instance) -> int:
    copy: Any = instance.declaration.body["copy"]
    size = reveal(walk(copy.get("batchSize", 1), instance.environment, (*instance.path, "copy", "batchSize")))
    return size if isinstance(size, int) and size > 0 else 1


def _chain(steps: list[Instance], size: int) -> None:
    for start in range(size, len(steps), size):
        before = dict.fromkeys(steps[start - size : start])
        for step in steps[start : start + size]:
            step.dependencies |= before


def all_dependencies(instances: Iterable[Instance]) -> dict[Instance, list[Instance]]:
    """Return what each of *instances* waits for, declared or implied by a reference.

    A resource that is skipped is dropped; one that exists already gives way to what it waits for itself.
    """
    lifted: dict[Instance, list[Instance]] = {}
    return {instance: _lifted(instance, lifted) for instance in instances}


def _lifted(instance: Instance, done: dict[Instance, list[Instance]]) -> list[Instance]:
    """Return the deployed resources that *instance* waits for, looking through existing ones."""
    if instance in done:
        return done[instance]
    found: dict[Instance, None] = {}
    seen: set[Instance] = {instance}
    pending = [*instance.referenced, *instance.dependencies][::-1]
    while pending:
        target = pending.pop()
        if target in seen and target is not instance:
            continue
        seen.add(target)
        if target.existing:
            pending += [*target.referenced, *target.dependencies][::-1]
        elif target.is_deployed:
            found[target] = None
    done[instance] = list(found)
    return done[instance]


def in_order(instances: Sequence[Instance], edges: Mapping[Instance, Sequence[Instance]]) -> list[Instance]:
    """Return *instances* so that each comes after those it waits for, else as they were; circles are broken anyhow."""
    done: dict[Instance, None] = {}
    opened: set[Instance] = set()
    for first in instances:
        if first in opened:
            continue
        opened.add(first)
        stack = [(first, iter(edges.get(first, ())))]
        while stack:
            instance, waits = stack[-1]
            target = next((target for target in waits if target not in opened), None)
            if target is None:
                done[instance] = None
                stack.pop()
            else:
                opened.add(target)
                stack.append((target, iter(edges.get(target, ()))))
    wanted = set(instances)
    return [instance for instance in done if instance in wanted]


def circle(instances: Sequence[Instance], edges: Mapping[Instance, Sequence[Instance]]) -> list[Instance] | None:
    """Return the resources of a circle of dependencies, in its order; None when there is none."""
    done: set[Instance] = set()
    for first in instances:
        trail: dict[Instance, int] = {}
        stack: list[tuple[Instance, int]] = [(first, 0)]
        while stack:
            instance, position = stack.pop()
            targets = edges.get(instance, ())
            if position == 0:
                if instance in done:
                    continue
                trail[instance] = len(trail)
            if position < len(targets):
                stack.append((instance, position + 1))
                target = targets[position]
                if target in trail:
                    return [member for member in trail if trail[member] >= trail[target]]
                if target not in done:
                    stack.append((target, 0))
            else:
                done.add(instance)
                trail.pop(instance, None)
    return None
