"""Random templates against the laws of expansion.

Laws, for every input:

1. Bytes are read as JSON, or refused with an ``InputError``.
2. Expansion of whatever JSON object was read gives resources or diagnostics, in bounded time, and never raises.
3. A secure parameter's value is in no diagnostic and in no resource outside of its mark.
"""

from __future__ import annotations

import copy
import json
import random
import time
import traceback
from collections.abc import Callable
from typing import Any

from armlib.deployment.expand import expand
from armlib.errors import InputError
from armlib.template.jsonc import parse_json
from tests.fuzz.expressions import SECRET, SLOWEST, Generator, shown

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
INNER = {
    "$schema": SCHEMA,
    "contentVersion": "1.0.0.0",
    "parameters": {"p": {"type": "string"}},
    "resources": [],
    "outputs": {"o": {"type": "string", "value": "[parameters('p')]"}},
}
SEEDS: tuple[dict[str, Any], ...] = (
    {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {
            "text": {"type": "string", "defaultValue": "Value", "minLength": 1},
            "number": {"type": "int", "defaultValue": 7, "allowedValues": [7, 8]},
            "password": {"type": "securestring"},
        },
        "functions": [
            {"namespace": "contoso", "members": {"join": {"parameters": [{"name": "a", "type": "string"}],
             "output": {"type": "string", "value": "[concat(parameters('a'), '!')]"}}}}
        ],
        "variables": {"v": "[parameters('text')]", "copy": [{"name": "l", "count": 3, "input": "[copyIndex('l')]"}]},
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2023-01-01",
                "name": "[concat('s', copyIndex())]",
                "location": "[resourceGroup().location]",
                "copy": {"name": "loop", "count": 2, "mode": "serial", "batchSize": 1},
                "condition": "[equals(1, 1)]",
                "properties": {"copy": [{"name": "d", "count": 2, "input": {"i": "[copyIndex('d')]"}}],
                               "secret": "[parameters('password')]"},
                "resources": [{"type": "blobServices", "apiVersion": "2023-01-01", "name": "default", "dependsOn": []}],
            },
            {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2022-09-01",
                "name": "nested",
                "dependsOn": ["loop"],
                "properties": {
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "parameters": {"p": {"value": "[variables('v')]"}},
                    "template": INNER,
                },
            },
        ],
        "outputs": {
            "o": {"type": "string", "value": "[reference('nested').outputs.o.value]"},
            "l": {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}},
        },
    },
    {
        "$schema": SCHEMA,
        "languageVersion": "2.0",
        "contentVersion": "1.0.0.0",
        "definitions": {"t": {"type": "object", "properties": {"a": {"type": "int"}}, "additionalProperties": False}},
        "parameters": {"o": {"$ref": "#/definitions/t", "defaultValue": {"a": 1}, "nullable": True}},
        "resources": {
            "old": {"existing": True, "type": "Microsoft.X/y", "apiVersion": "2020-01-01", "name": "old"},
            "new": {"type": "Microsoft.X/y", "apiVersion": "2020-01-01", "name": "new", "dependsOn": ["old"],
                    "properties": {"id": "[reference('old', '2020-01-01', 'Full').id]"}},
        },
        "asserts": {"a": "[greater(parameters('o').a, 0)]"},
        "outputs": {"x": {"type": "object", "value": "[reference('new')]"}},
    },
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 801, 2**63, 1e308, "", "a", "[", "[]", "[[x]", "[copyIndex()]", "[variables('v')]",
    "[reference('new')]", [], [[]], {}, {"copy": []}, {"value": None}, {"$ref": "#/definitions/t"}, "loop", "é😀",
    "\x00",
)  # fmt: skip


def mutated(generator: random.Random, expressions: Generator) -> dict[str, Any]:
    """Return one of the seeds with a few nodes replaced, removed, moved or doubled."""
    template: dict[str, Any] = copy.deepcopy(generator.choice(SEEDS))
    for _ in range(generator.randint(1, 5)):
        container, key = generator.choice(list(places(template)))
        roll = generator.random()
        if roll < 0.35:
            container[key] = expressions.expression()
        elif roll < 0.6:
            container[key] = copy.deepcopy(generator.choice(VALUES))
        elif roll < 0.75:
            del container[key]
        elif roll < 0.9:
            other, other_key = generator.choice(list(places(template)))
            container[key] = copy.deepcopy(other[other_key])
        elif isinstance(container, dict):
            container[generator.choice((key.upper(), key + "x", "copy", "type", "name"))] = container.pop(key)
        if not list(places(template)):
            break
    return template


def places(value: Any) -> Any:
    """Yield each container in *value* with each of its keys."""
    pending = [value]
    while pending:
        item = pending.pop()
        keys = item.keys() if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            yield item, key
            pending.append(item[key])


def noise(generator: random.Random) -> bytes:
    """Return bytes: of a template with some changed, or at random."""
    if generator.random() < 0.3:
        return generator.randbytes(generator.randint(0, 60))
    data = bytearray(json.dumps(generator.choice(SEEDS)).encode())
    for _ in range(generator.randint(1, 4)):
        data[generator.randrange(len(data))] = generator.choice(b'{}[],:"\\/\x00\xff 0e')
    return bytes(data)


def check(template: dict[str, Any]) -> str | None:
    """Return which law *template* breaks, or None."""
    expansion = expand(template, {"password": SECRET})
    told = repr([(diagnostic.message, diagnostic.hint) for diagnostic in expansion.diagnostics])
    bodies = [shown(dict(resource.body)) for resource in expansion.resources]
    made = repr(bodies) + repr(shown(dict(expansion.outputs)))
    declared = template.get("parameters")
    schema = declared.get("password") if isinstance(declared, dict) else None
    is_secure = isinstance(schema, dict) and str(schema.get("type")).lower() == "securestring"
    if is_secure and SECRET.lower() in (told + made).lower():
        return f"a secret is shown: {told} {made}"
    if not expansion.succeeded and not expansion.diagnostics:
        return "neither resources nor a diagnostic"
    return None


def run(count: int, seed: int, report: Callable[[str], None] = print) -> int:
    """Check *count* inputs; return how many broke a law."""
    generator = random.Random(seed)
    expressions = Generator(generator)
    broken = 0
    started = time.monotonic()
    for number in range(count):
        data = noise(generator) if generator.random() < 0.2 else None
        template: Any = mutated(generator, expressions) if data is None else None
        before = time.process_time()
        try:
            problem = read_and_check(data) if data is not None else check(template)
        except Exception:  # noqa: BLE001 - whatever escapes is what is looked for
            problem = traceback.format_exc(limit=-4)
        if problem is None and time.process_time() - before > SLOWEST:
            problem = f"took {time.process_time() - before:.1f} s"
        if problem is not None:
            broken += 1
            report(f"template {number}: {json.dumps(template) if data is None else data!r}\n  {problem}")
        if number % 10_000 == 9_999:
            report(f"{number + 1} templates, {broken} broken, {time.monotonic() - started:.0f} s")
    report(f"{count} templates with seed {seed}: {broken} broke a law, {time.monotonic() - started:.0f} s")
    return broken


def read_and_check(data: bytes) -> str | None:
    """Return which law the template in *data* breaks, or None."""
    try:
        template = parse_json(data, "template.json")
    except InputError as error:
        return None if error.diagnostics else "refused without a diagnostic"
    return check(template) if isinstance(template, dict) else None
