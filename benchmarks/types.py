"""The resource types: installing them, looking one up, checking templates, and what the checks find in real ones.

The definitions and the corpus lie beside the checkout, in ``../shared``; without them there are no figures. By itself,
``python -m benchmarks.types [--findings]`` prints the table, and with the flag every finding in the corpus.
"""

from __future__ import annotations

import copy
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import _gojsonnet

from armlib.azuretypes.body import ENVELOPE
from armlib.azuretypes.corrections import packaged
from armlib.azuretypes.generate import generate
from armlib.azuretypes.install import install
from armlib.azuretypes.model import (
    AnyType,
    ArrayType,
    BooleanType,
    Definitions,
    EnumType,
    IntegerType,
    ObjectType,
    StringType,
    Type,
    VariantType,
)
from armlib.azuretypes.store import Store
from armlib.azuretypes.template import Placed, check_placed, check_template, find_type, resources_of
from armlib.diagnostics import Diagnostic
from armlib.errors import InputError
from armlib.expressions.parser import is_expression
from armlib.jsontypes import JsonPath, format_path
from armlib.template.jsonc import parse_json
from benchmarks.measure import in_turn
from benchmarks.table import Row, as_table

LIBRARY = Path(__file__).parents[1] / "lib"
SHARED = Path(__file__).parents[2] / "shared"
DEFINITIONS = SHARED / "azure-types"
TEMPLATES = SHARED / "corpus" / "templates"
STORAGE_ACCOUNT = TEMPLATES / "avm-res-storage-storage-account.json"
MUTANTS = 2000
SEED = 20260820
# namespaces that only tests of editors and compilers use; nobody can know their types
FICTIONAL = ("foo.rp", "mock.rp", "my.rp")


def installation(folder: Path, repeat: int) -> list[Row]:
    """Return the time to install all types once, and the size of the store."""
    if not DEFINITIONS.exists():
        return []
    done = install(str(DEFINITIONS), path=folder / "types.sqlite3")
    detail = f"{done.versions} pairs of type and version, {done.types} types, {done.providers} providers"
    return [
        Row("types: install all", f"{done.seconds:.1f} s", detail, "under 30 s"),
        Row("types: store", f"{done.size / 1e6:.1f} MB", "", "under 60 MB"),
    ]


def lookups(folder: Path, repeat: int) -> list[Row]:
    """Return the time of the first lookup in a new process: by itself, and with all that must be imported for it."""
    path = _store(folder)
    if path is None:
        return []
    rows = []
    for wanted in (
        "Microsoft.Storage/storageAccounts@2023-01-01",
        "Microsoft.Compute/virtualMachineScaleSets@2024-07-01",
    ):
        command = [sys.executable, "-c", _LOOKUP, str(path), *wanted.split("@")]
        runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(9)]
        whole, alone = (statistics.median(float(run[column]) for run in runs) for column in (0, 1))
        name = wanted.split("/")[1].split("@")[0]
        detail = f"{whole * 1000:.0f} ms with its imports"
        rows.append(Row(f"types: cold lookup, {name}", f"{alone * 1000:.1f} ms", detail, "under 20 ms"))
    return rows


_LOOKUP = """
import json, pathlib, sys, time
import armlib.errors
begun = time.perf_counter()
from armlib.azuretypes.store import Store
started = time.perf_counter()
store = Store.open(pathlib.Path(sys.argv[1]))
found = store.find(sys.argv[2], sys.argv[3])
assert found and store.versions(sys.argv[2])
for property in store.resolve(found.body).properties.values():
    for below in getattr(store.resolve(property.type), 'properties', {}).values():
        store.resolve(below.type)
ended = time.perf_counter()
print(ended - begun, ended - started)
"""


def speed(folder: Path, repeat: int) -> list[Row]:
    """Return the time to check the corpus' storage account, and 500 resources made from it, warm."""
    path = _store(folder)
    if path is None or not STORAGE_ACCOUNT.exists():
        return []
    store = Store.open(path)
    template = json.loads(STORAGE_ACCOUNT.read_text(encoding="utf-8"))
    large = _larger(template, 500)
    subjects: dict[str, Callable[[], object]] = {
        "small": partial(check_template, template, store),
        "large": partial(check_template, large, store),
    }
    timings = in_turn(subjects, repeat)
    counts = [sum(1 for _ in resources_of(each)) for each in (template, large)]
    return [
        Row(
            "types: check the storage account, warm",
            f"{timings['small'].median * 1000:.0f} ms",
            f"{counts[0]} resources",
            "under 100 ms",
        ),
        Row(
            "types: check seven of it, warm",
            f"{timings['large'].median * 1000:.0f} ms",
            f"{counts[1]} resources",
            "under 300 ms",
        ),
    ]


def library(folder: Path, repeat: int) -> list[Row]:
    """Return what a generated library of a whole provider adds to an evaluation that uses one type of it."""
    path = _store(folder)
    if path is None:
        return []
    generated = folder / "library"
    started = time.perf_counter()
    done = generate(Store.open(path), generated, [], ["Microsoft.Network"])
    seconds = time.perf_counter() - started
    subjects: dict[str, Callable[[], object]] = {
        name: partial(
            _gojsonnet.evaluate_snippet,
            name,
            f"local arm = import 'arm.libsonnet';\n{source}",
            jpathdir=[str(LIBRARY), str(generated)],
            ext_vars={"parameters": "{}"},
        )
        for name, source in _MODULES.items()
    }
    timings = in_turn(subjects, max(repeat, 15))
    without = timings.pop("without")
    rows = [Row("types: generate Microsoft.Network", f"{seconds:.1f} s", f"{len(done.types)} types", "")]
    for name, timing in timings.items():
        added = statistics.median(a - b for a, b in zip(timing.seconds, without.seconds, strict=True))
        detail = f"to an evaluation of {without.median * 1000:.0f} ms without it"
        rows.append(Row(f"types: library of it, {name}, adds", f"{added * 1000:.0f} ms", detail, "at most 60 ms"))
    return rows


_MODULES = {
    "without": """
        arm.Module {
          net:: arm.Resource('Microsoft.Network/virtualNetworks', '2025-05-01') {
            name: 'hub', location: 'here', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
          },
        }
    """,
    "virtualNetworks": """
        local nets = (import 'main.libsonnet').network.virtualNetworks;
        local subnets = nets.properties.subnets;
        arm.Module {
          net:: nets.new('hub', 'here')
                + nets.properties.addressSpace.withAddressPrefixes('10.0.0.0/16')
                + nets.properties.withSubnets(
                  subnets.new('apps') + subnets.properties.withAddressPrefix('10.0.1.0/24'),
                ),
        }
    """,
    "applicationGateways": """
        local gateways = (import 'main.libsonnet').network.applicationGateways;
        local p = gateways.properties;
        local ips = p.frontendIPConfigurations;
        arm.Module {
          gateway:: gateways.new('front', 'here')
                    + p.sku.withName('WAF_v2') + p.sku.withTier('WAF_v2')
                    + p.withFrontendIPConfigurations(ips.new('ip') + ips.properties.publicIPAddress.withId('x'))
                    + p.withHttpListeners(p.httpListeners.new('web') + p.httpListeners.properties.withHostName('x'))
                    + p.withProbes(p.probes.new('live') + p.probes.properties.match.withBody(''))
                    + p.withRequestRoutingRules(p.requestRoutingRules.properties.withPriority(1))
                    + p.withSslCertificates(p.sslCertificates.new('tls') + p.sslCertificates.properties.withData('x'))
                    + p.webApplicationFirewallConfiguration.withEnabled(),
        }
    """,
}


def corpus(folder: Path, repeat: int) -> list[Row]:
    """Return how many types of the corpus are found, and how many resources have findings."""
    path = _store(folder)
    if path is None or not TEMPLATES.exists():
        return []
    judged = list(judge(Store.open(path)))
    real = [each for each in judged if each.real]
    found = sum(each.found for each in real)
    pairs = {each.key: each.found for each in real}
    clean = sum(not each.diagnostics for each in real)
    errors = sum(any(d.severity == "error" for d in each.diagnostics) for each in real)
    codes = Counter(d.code for each in real for d in each.diagnostics)
    return [
        Row(
            "types: corpus, real types found",
            _share(sum(pairs.values()), len(pairs)),
            f"{len(pairs)} pairs",
            "at least 98.5 %",
        ),
        Row(
            "types: corpus, resources with a definition",
            _share(found, len(real)),
            f"{len(real)} resources",
            "at least 98.5 %",
        ),
        Row(
            "types: corpus, resources without a finding",
            _share(clean, len(real)),
            f"{dict(codes.most_common())}",
            "at least 97 %",
        ),
        Row("types: corpus, resources with an error", _share(errors, len(real)), "", ""),
    ]


def mutation(folder: Path, repeat: int) -> list[Row]:
    """Return how many of the mutants that the definitions can tell are found at the right place."""
    path = _store(folder)
    if path is None or not TEMPLATES.exists():
        return []
    results = mutate_corpus(Store.open(path), MUTANTS, random.Random(SEED))
    rows = []
    for kind in ("misspell", "retype", "drop", "add"):
        told = [each for each in results if each.kind == kind and each.tellable]
        found = sum(each.found for each in told)
        rows.append(
            Row(f"types: mutants, {kind}", _share(found, len(told)), f"{found} of {len(told)}", "at least 97 %")
        )
    told = [each for each in results if each.tellable]
    found = sum(each.found for each in told)
    detail = f"{found} of {len(told)} that can be told, of {len(results)}"
    return [*rows, Row("types: mutants, all", _share(found, len(told)), detail, "at least 97 %")]


@dataclass(frozen=True, slots=True)
class Judged:
    """A resource of the corpus and what is said of it."""

    template: str
    placed: Placed
    found: bool
    real: bool
    diagnostics: tuple[Diagnostic, ...]

    @property
    def key(self) -> str:
        """The type and version, folded."""
        return f"{self.placed.effective_type()}@{self.placed.version}".casefold()


def judge(store: Definitions, templates: Path = TEMPLATES) -> Iterator[Judged]:
    """Yield every resource of the corpus that has a type, with its findings."""
    for name, template in corpus_templates(templates):
        for placed in resources_of(template):
            type_ = placed.effective_type()
            if type_ is None:
                continue
            definition, exact = find_type(placed, store)
            exceptions = packaged().for_type(type_, placed.version or "")
            accepted = exceptions is not None and bool(exceptions.kinds & {"version", "any"})
            found = exact or accepted or (definition is not None and not placed.has_version)
            real = type_.split("/")[0].casefold() not in FICTIONAL
            yield Judged(name, placed, found, real, tuple(check_placed(placed, store, packaged())))


def corpus_templates(templates: Path = TEMPLATES) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and content of the templates that are JSON (one of the corpus lacks a comma)."""
    for entry in json.loads((templates / "manifest.json").read_text(encoding="utf-8"))["templates"]:
        try:
            template = parse_json((templates / entry["file"]).read_bytes(), entry["file"])
        except InputError:
            continue
        if isinstance(template, dict):
            yield entry["name"], template


# mutants


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one resource: whether the definition speaks against it, and whether that was said at its place."""

    kind: str
    tellable: bool
    found: bool
    type: str
    path: JsonPath


def mutate_corpus(store: Definitions, count: int, chance: random.Random, templates: Path = TEMPLATES) -> list[Mutant]:
    """Return *count* mutants of random resources that have a definition of exactly their version."""
    bodies = [each.placed for each in judge(store, templates) if each.real and find_type(each.placed, store)[1]]
    bodies = [placed for placed in bodies if not placed.existing]
    made: list[Mutant] = []
    while len(made) < count:
        mutant = _mutate(chance.choice(bodies), store, chance)
        if mutant is not None:
            made.append(mutant)
    return made


def _mutate(placed: Placed, store: Definitions, chance: random.Random) -> Mutant | None:
    body = copy.deepcopy(dict(placed.value))
    sites = list(_sites(body))
    kind = chance.choice(("misspell", "retype", "drop", "add"))
    if not sites:
        return None
    at = chance.choice(sites)
    parent = _at(body, at[:-1])
    definition, _ = find_type(placed, store)
    assert definition is not None
    oracle = _Oracle(store, placed)
    around = oracle.at(definition.body, body, at[:-1])
    known = around.folded.get(str(at[-1]).casefold()) if isinstance(around, ObjectType) else None
    closed = isinstance(around, ObjectType) and around.further is None
    name = str(at[-1])
    if kind == "misspell":
        expected = (*at[:-1], _misspelt(name, chance))
        tellable = closed and known is not None and str(expected[-1]).casefold() not in _folded(around)
        parent[expected[-1]] = parent.pop(name)
    elif kind == "add":
        expected = (*at[:-1], "surplusProperty")
        tellable = closed
        parent["surplusProperty"] = chance.choice(["text", 1, True, {"a": 1}, []])
    elif kind == "drop":
        expected = at[:-1]
        tellable = known is not None and known.required
        del parent[name]
    else:
        expected = at
        type_ = oracle.shape(known.type) if known is not None and not known.read_only else None
        parent[name], tellable = _retyped(parent[name], type_, chance)
    path = (*placed.path, *expected)
    mutant = placed._replace(value=body)
    before = {(found.code, found.path) for found in check_placed(placed, store, packaged())}
    after = [found for found in check_placed(mutant, store, packaged()) if (found.code, found.path) not in before]
    place = {path, (*placed.path, *at)} if kind == "misspell" else {path}
    return Mutant(kind, tellable, any(found.path in place for found in after), str(placed.effective_type()), path)


def _sites(value: Any, path: JsonPath = ()) -> Iterator[JsonPath]:
    """Yield the paths of properties below the root that are written plainly, those of the root included."""
    if isinstance(value, dict):
        for name, content in value.items():
            if not path and (name.casefold() in ENVELOPE or name == "name"):
                continue
            if name.casefold() == "copy" or is_expression(name) or name == "template":
                continue
            yield (*path, name)
            yield from _sites(content, (*path, name))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _sites(item, (*path, at))


class _Oracle:
    """Says what the definition has at a path, by another way than the check: straight down, and nothing on doubt."""

    def __init__(self, store: Definitions, placed: Placed) -> None:
        self._store = store
        pieces = placed.name_pieces()
        self._name = pieces[0].rpartition("/")[2] if len(pieces) == 1 and pieces[0] is not None else None

    def at(self, type_: Type, value: Any, path: JsonPath) -> Type | None:
        """Return the type at *path* below a value of *type_*, or None when it is open."""
        here: Type | None = self._chosen(type_, value, root=True)
        for step in path:
            value = value[step]
            if isinstance(here, ArrayType):
                here = self._chosen(here.item, value)
            elif isinstance(here, ObjectType):
                known = here.folded.get(str(step).casefold())
                inner = known.type if known is not None else here.further
                if inner is None or (known is not None and known.read_only):
                    return None
                here = self._chosen(inner, value)
            else:
                return None
        return here

    def shape(self, type_: Type) -> Type:
        """Return a type with its reference resolved."""
        return self._store.resolve(type_)

    def _chosen(self, type_: Type, value: Any, *, root: bool = False) -> Type | None:
        type_ = self._store.resolve(type_)
        if not isinstance(type_, VariantType):
            return type_
        if root and type_.discriminator == "name":
            tag: Any = self._name
        else:
            tag = value.get(type_.discriminator) if isinstance(value, Mapping) else None
        if tag not in type_.variants:
            return None
        own = self._store.resolve(type_.variants[tag])
        assert isinstance(own, ObjectType)
        return ObjectType.of(own.name, {**type_.base.properties, **own.properties}, own.further or type_.base.further)


def _retyped(value: Any, type_: Type | None, chance: random.Random) -> tuple[Any, bool]:
    """Return a value of another shape, and whether the definition speaks against it."""
    match type_:
        case ObjectType() | VariantType():
            return chance.choice(["text", 7, True, ["item"]]), True
        case ArrayType():
            return chance.choice(["text", 7, True, {"a": 1}]), True
        case BooleanType():
            return chance.choice(["perhaps", 7, ["item"], {"a": 1}]), True
        case IntegerType():
            return chance.choice(["many", True, ["item"], {"a": 1}]), True
        case EnumType(open=False):
            return chance.choice(["NoSuchValue", 7, ["item"], {"a": 1}]), True
        case StringType() | EnumType():
            return chance.choice([7, True, ["item"], {"a": 1}]), True
        case AnyType() | None:
            return (["item"] if not isinstance(value, list) else "text"), False
    return "text", False


def _misspelt(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    ways = [name[:at] + name[at + 1 :], name[:at] + name[at] * 2 + name[at + 1 :], name + "s"]
    if at + 1 < len(name) and name[at] != name[at + 1]:
        ways.append(name[:at] + name[at + 1] + name[at] + name[at + 2 :])
    return chance.choice([way for way in ways if way and way.casefold() != name.casefold()])


def _folded(type_: Type | None) -> Mapping[str, object]:
    return type_.folded if isinstance(type_, ObjectType) else {}


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


# inputs


def _store(folder: Path) -> Path | None:
    """Return a store of all types, installed once for all benchmarks of a run."""
    if not DEFINITIONS.exists():
        return None
    path = folder / "types.sqlite3"
    if not path.exists():
        install(str(DEFINITIONS), path=path)
    return path


def _larger(template: Mapping[str, Any], at_least: int) -> dict[str, Any]:
    resources: dict[str, Any] = {}
    size = sum(1 for _ in resources_of(template))
    for number in range(-(-at_least // size)):
        resources.update({f"{name}{number}": copy.deepcopy(value) for name, value in template["resources"].items()})
    return {**template, "resources": resources}


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def _print_findings(path: Path) -> None:
    for each in judge(Store.open(path)):
        for found in each.diagnostics:
            where = f"{each.template}: {format_path(found.path)}"
            hint = f" ({found.hint})" if found.hint else ""
            print(f"{found.severity}\t{found.code}\t{each.key}\t{where}\t{found.message}{hint}")


def main() -> int:
    """Print the table, or the findings."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="armlib-benchmarks-") as name:
        folder = Path(name)
        if "--findings" in sys.argv:
            store = _store(folder)
            if store is None:
                sys.exit(f"{DEFINITIONS} does not exist")
            _print_findings(store)
            return 0
        rows = [row for each in (installation, lookups, speed, library, corpus, mutation) for row in each(folder, 5)]
    print(as_table(rows))
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
