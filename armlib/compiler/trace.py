"""Where the objects of a document were written, as the evaluation tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from armlib.jsonnet.port import Evaluator, Program, Read
from armlib.jsontypes import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The literals that made the objects of a document (:mod:`armlib.jsonnet.instrument` says how they are told).

    *module* and *metadata* are the numbers of those that made the module and its ``parameterMetadata``, *template* and
    *linked* the walks through the members of the template and through the templates that are placed elsewhere.
    *fields* are the fields of the module that its resources were found in, one for each; empty when they were not
    looked for. *reads* are what the evaluation read, in order, which numbers count from; *packaged* the folders of
    armlib's own library.
    """

    module: tuple[int, ...]
    metadata: tuple[int, ...]
    template: Json
    linked: tuple[Json, ...]
    fields: tuple[str, ...]
    reads: tuple[Read, ...]
    packaged: tuple[str, ...]


def evaluate_traced(program: Program, evaluator: Evaluator) -> tuple[JsonObject, Trace | None]:
    """Return what the traced *program* comes to, and the trace; None when the module is no object.

    Raises:
        EvaluationError: It failed. Its places are not those of the user's text: evaluate it untraced.
        StoppedError: A limit was reached, or the user interrupted.
    """
    evaluated = evaluator.evaluate(program)
    answer = json.loads(evaluated.text)
    told = answer["trace"]
    if told is None:
        return answer["document"], None
    return answer["document"], Trace(
        module=tuple(told["module"]),
        metadata=tuple(told["metadata"]),
        template=told["template"],
        linked=tuple(told["linked"]),
        fields=_fields(told["found"]),
        reads=evaluated.reads,
        packaged=tuple(f"{folder.absolute()}/" for folder in program.roots.base_library),
    )


def _fields(found: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the field of each resource, from how many were *found* in each and which of them were kept."""
    if found is None:
        return ()
    fields = [name for name, count in zip(found["names"], found["counts"], strict=True) for _ in range(int(count))]
    kept = found["kept"]
    return tuple(fields if kept is None else [fields[int(number)] for number in kept])
