"""Every template of the corpus on a local ARM of its own: ``python -m tests.campaigns.corpus [--only TEXT] [-v]``.

Each that can be evaluated is deployed; a what-if of it then finds no change; deployed once more, in complete mode where
there is one, it deletes nothing; and destroying it leaves nothing. What a template refers to and does not make is put
there first. Prints a table, and each exception with its cause.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from armlib.deployment.fault import Fault
from armlib.deployment.loader import FileLoader
from armlib.deployment.scopes import id_key
from armlib.emulator.caller import ANYONE
from armlib.emulator.engine import Engine
from armlib.emulator.settings import Settings
from armlib.emulator.stacks.request import Actions
from armlib.emulator.stacks.unmanage import unmanage
from armlib.template.scope import ScopeKind, scope_kind_of_schema
from tests.campaigns.existing import ARGUMENTS, EXISTING, VERSION, plausible, plausible_arguments
from tests.corpus.arguments import GUID, made_arguments
from tests.corpus.test_corpus_eval import FOLDER, GIVEN, entries, evaluated, read

NOW = datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)
SUBSCRIPTION = f"/subscriptions/{GUID}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
TENANT_GROUP = f"/providers/Microsoft.Management/managementGroups/{GUID}"
SCOPES = {
    ScopeKind.GROUP: GROUP,
    ScopeKind.SUBSCRIPTION: SUBSCRIPTION,
    ScopeKind.MANAGEMENT_GROUP: TENANT_GROUP,
    ScopeKind.TENANT: "",
}
ALL = Actions(resources="delete", groups="delete", management_groups="delete", unsupported="detach")
_LINKED = "its linked template is no part of the corpus, and nothing is downloaded"
_BY_SERVICE = "it reads what only its service makes up: installed type definitions tell that (--types)"
_SUBNETS = "its network lists no subnets, so that a second PUT deletes those in use, which is refused"
_ANEW = "it sets a property that the service answers anew"
_VAULT_LEFT = "what it puts into a vault that is not its own is merged into the vault, which stays"
KNOWN = {
    "avm-ptn-azd-apim-api.json": _BY_SERVICE,
    "avm-ptn-azd-ml-project.json": _VAULT_LEFT,
    "avm-res-api-center-service-tests-e2e-max-main-test.json": "the name of its group has marks for a test to replace",
    "avm-res-azure-stack-hci-cluster.json": _BY_SERVICE,
    "avm-res-dev-center-devcenter.json": _BY_SERVICE,
    "avm-res-event-grid-topic.json": _BY_SERVICE,
    "avm-res-service-networking-traffic-controller.json": _BY_SERVICE,
    "bicep-baseline-extensions.json": "its resources are provided by extensions, of which the local ARM has none",
    "bicep-baseline-moduleswithscopes-symbolic.json": "it deploys two modules of one name to one group at once",
    "bicep-sample-cloud-shell-vnet.json": _BY_SERVICE,
    "bicep-sample-expressroute-circuit-vnet-connection.json": _SUBNETS,
    "bicep-sample-function-app-create-symbolic.json": _ANEW,
    "bicep-sample-function-app-with-custom-domain-managed-certificate.json": _BY_SERVICE,
    "bicep-sample-modules-vwan-to-vnet-s2s-with-fw.json": _BY_SERVICE,
    "bicep-sample-private-endpoint-webapp-symbolic.json": _SUBNETS,
    "bicep-sample-webapp-managed-mysql-symbolic.json": _BY_SERVICE,
    "decompiler-cross-scope-tenant.json": _BY_SERVICE,
    "decompiler-issue5455.json": "it gives a role assignment a location, which the service drops",
    "docs-event-grid-eventhubsdatamigration.json": _ANEW,
    "editor-test-arm-template-language-samples-schema-confusion-keyvault.json": _VAULT_LEFT,
    "landing-zone-tagged-subscription-taggedsubscription.json": _BY_SERVICE,
    "managed-app-201-managed-app-using-existing-vnet-maintemplate.json": "it spells a property in its own way",
    "reference-arch-paas-basic-templates-paas-basic.json": _ANEW,
}
"""Templates that do not go as they should, and why."""
Source = dict[str, Any]  # of the properties of a deployment: template or templateLink, and parameters
ROUNDS = 40  # of putting there what is missing

_RESOURCE = re.compile(r"The Resource '(?P<what>[^']+)'(?: under resource group '(?P<group>[^']+)')? was not found")
_PARENT = re.compile(r"the parent resource '(?P<id>[^']+)' could not be found")
_VAULT = re.compile(r"The specified KeyVault '(?P<id>[^']+)' could not be found")
_MANAGEMENT_GROUP = re.compile(r"management group '(?P<group>[^']+)' cannot be found")
_GROUP = re.compile(r"Resource group '(?P<group>[^']+)' could not be found")


@dataclass
class Outcome:
    """What became of one template; *wrong* says of each stage what is not as it should be."""

    name: str
    resources: int = 0
    existing: int = 0
    seconds: float = 0.0
    wrong: dict[str, str] = field(default_factory=dict)


def run(name: str, types: Path | None = None, source: Source | None = None) -> Outcome:
    """Deploy the template *name*, look whether anything would change, deploy it again, and destroy it.

    *source* has what is deployed in its place.
    """
    source = source or source_of(name)
    outcome = Outcome(name)
    existing: dict[str, Any] = dict(EXISTING.get(name, {}))
    for _ in range(ROUNDS):
        with Engine.open(None, _settings(types), loader=FileLoader(FOLDER)) as engine:
            began = time.perf_counter()
            fault = _prepare(engine, existing) or _deploy(engine, name, source, "Incremental")
            missing = dict(_missing(fault)) if fault is not None else {}
            if missing.keys() - existing.keys():
                existing |= missing
                continue
            outcome.existing = len(existing)
            if fault is not None:
                outcome.wrong["deploy"] = _told(fault)
                return outcome
            _rest(engine, name, source, outcome, existing)
            outcome.seconds = time.perf_counter() - began
            return outcome
    outcome.wrong["deploy"] = "what it refers to has no end"
    return outcome


def _rest(engine: Engine, name: str, source: Source, outcome: Outcome, existing: dict[str, Any]) -> None:
    scope = scope_of(name)
    made = _made(engine, scope)
    outcome.resources = len(made)
    try:
        answer: Any = engine.deployments.what_if(scope, "d", _body(name, source, "Incremental"))
        changes = [*answer["properties"]["changes"], *answer["properties"].get("potentialChanges", ())]
        changed = [each for each in changes if each["changeType"] not in ("NoChange", "Ignore")]
        if changed:
            outcome.wrong["what-if"] = "; ".join(map(_shown, changed[:3]))
    except Fault as fault:
        outcome.wrong["what-if"] = _told(fault)
    again = _deploy(engine, name, source, "Complete" if scope == GROUP else "Incremental")
    operations: list[Any] = engine.deployments.operations(scope, "d")
    cleaned = [
        each["properties"]["targetResource"]["id"]
        for each in operations
        if each["properties"]["provisioningOperation"] == "DeploymentCleanup"
    ]
    foreign = {id_key(id_) for id_ in existing}
    deleted = [id_ for id_ in cleaned if id_key(id_) not in foreign]
    if again is not None:
        outcome.wrong["again"] = _told(again)
    elif deleted:
        outcome.wrong["again"] = f"deletes {', '.join(deleted[:3])}"
    invented = _invented(engine)
    gone = unmanage(engine.resources, made, ALL, ANYONE)
    groups = {"/".join(id_key(id_).split("/")[:5]) for id_ in existing}
    kept = foreign | groups | _base()
    left = [id_ for id_ in _everything(engine) if id_key(id_) not in kept and not _is_inside(id_, invented | foreign)]
    if gone.failed:
        outcome.wrong["destroy"] = "; ".join(_told(fault) for fault in list(gone.failed.values())[:2])
    elif left:
        outcome.wrong["destroy"] = f"leaves {', '.join(left[:3])}"


def scope_of(name: str) -> str:
    """Return the id of what the template *name* is deployed to."""
    schema = read(name).get("$schema")
    return SCOPES[(scope_kind_of_schema(schema) if isinstance(schema, str) else None) or ScopeKind.GROUP]


def cause_of(outcome: Outcome) -> str | None:
    """Return why a template does not go as it should, None when that is not known."""
    if outcome.wrong.get("deploy", "").startswith("InvalidContentLink"):
        return _LINKED
    return KNOWN.get(outcome.name)


def names() -> list[str]:
    """Return the templates that can be evaluated."""
    return [name for name in entries() if evaluated(name).succeeded]


def _settings(types: Path | None) -> Settings:
    """Return settings that let made-up arguments pass: names and bodies that no service would take."""
    return Settings(
        clock=lambda: NOW,
        definitions=types or FOLDER / "none.sqlite3",
        subscription_id=GUID,
        tenant_id=GUID,
        types=False,
        bodies=False,
        services=False,
        references=False,
    )


def _prepare(engine: Engine, existing: dict[str, Any]) -> Fault | None:
    """Put there what a template refers to; return the fault when that is refused."""
    engine.scopes.put_group(GROUP, "eastus")
    order = sorted(existing, key=lambda id_: (not _is_group(id_), id_.count("/")))
    for id_ in order:
        group = "/".join(id_.split("/")[:5])
        if _is_group(group) and engine.resources.find(group) is None:
            engine.scopes.put_group(group, "eastus")
        if engine.resources.find(id_) is None:
            try:
                engine.resources.put(id_, VERSION, existing[id_])
            except Fault as fault:
                return fault
    return None


def _deploy(engine: Engine, name: str, source: Source, mode: str) -> Fault | None:
    scope = scope_of(name)
    try:
        engine.deployments.create(scope, "d", _body(name, source, mode))
    except Fault as fault:
        return fault
    found: Any = engine.deployments.wait(scope, "d", timeout=120)
    error = found["properties"].get("error")
    return Fault.of(error, 409) if error else None


def source_of(name: str) -> Source:
    """Return the template *name* as a deployment has it, and its arguments."""
    parameters = {key: {"value": value} for key, value in arguments_of(name).items()}
    if "templateLink.uri" in (FOLDER / name).read_text(encoding="utf-8-sig"):
        return {"templateLink": {"uri": (FOLDER / name).resolve().as_uri()}, "parameters": parameters}
    return {"template": read(name), "parameters": parameters}


def _body(name: str, source: Source, mode: str) -> Any:
    body: dict[str, Any] = {"properties": {**source, "mode": mode}}
    if scope_of(name) != GROUP:
        body["location"] = "eastus"
    return body


def arguments_of(name: str) -> dict[str, Any]:
    """Return the arguments of the template *name*: those of its file of parameters, or made up."""
    text, file = read(name), entries()[name].get("parametersFile")
    made = {**plausible_arguments(made_arguments(text)), **GIVEN.get(name, {}), **ARGUMENTS.get(name, {})}
    if file:
        from tests.corpus.test_corpus_eval import run as evaluate

        given = {key: entry.get("value") for key, entry in read(file)["parameters"].items()}
        if evaluate(name, text, {**made, **given}).succeeded:
            made |= given
    return made


def _missing(fault: Fault) -> Iterator[tuple[str, Any]]:
    """Yield what a fault says is not there, as ``(id, body)``."""
    for cause in fault.causes():
        around = str(cause.target or "")
        subscription = "/".join(around.split("/")[:3]) if around.startswith("/subscriptions/") else SUBSCRIPTION
        group = _GROUP.search(cause.message)
        if group is not None:
            yield f"{subscription}/resourceGroups/{group['group']}", {"location": "eastus"}
        management_group = _MANAGEMENT_GROUP.search(cause.message)
        if management_group is not None:
            yield f"/providers/Microsoft.Management/managementGroups/{management_group['group']}", {}
        parent_of = _PARENT.search(cause.message)
        if parent_of is not None:
            yield from _with_parents(parent_of["id"])
        vault = _VAULT.search(cause.message)
        if vault is not None:
            yield from _with_parents(vault["id"])
        resource = _RESOURCE.search(cause.message)
        if resource is not None:
            namespace, *rest = resource["what"].split("/")
            count = len(rest) // 2
            pairs = [part for pair in zip(rest[:count], rest[count:], strict=False) for part in pair]
            place = f"{subscription}/resourceGroups/{resource['group']}" if resource["group"] else subscription
            yield from _with_parents("/".join([place, "providers", namespace, *pairs]))


def _with_parents(id_: str) -> Iterator[tuple[str, Any]]:
    """Yield the resource *id_* and its parents, those first."""
    place, _, tail = id_.rpartition("/providers/")
    namespace, *pairs = tail.split("/")
    for length in range(2, len(pairs) + 1, 2):
        each = "/".join([place, "providers", namespace, *pairs[:length]])
        yield each, plausible(each)


def _made(engine: Engine, scope: str) -> list[str]:
    found: Any = engine.deployments.get(scope, "d")
    return [each["id"] for each in found["properties"]["outputResources"]]


def _everything(engine: Engine) -> list[str]:
    return [str(row[0]) for row in engine.store.rows("select id from resources order by key")]


def _base() -> set[str]:
    return {id_key(id_) for id_ in (SUBSCRIPTION, GROUP, TENANT_GROUP)}


def _invented(engine: Engine) -> set[str]:
    """Return the keys of the resources that the engine made because something was put into them."""
    rows = engine.store.rows("select key from resources where baseline is null or baseline = ?", b"{}")
    return {str(row[0]) for row in rows}


def _is_inside(id_: str, others: set[str]) -> bool:
    """Return whether *id_* is one of *others* that a template does not make, or came with one of them."""
    key = id_key(id_)
    return any(key == other or key.startswith(f"{other}/") for other in others)


def _is_group(id_: str) -> bool:
    return id_key(id_).split("/")[-2:-1] == ["resourcegroups"]


def _shown(change: Any) -> str:
    paths = ", ".join(each["path"] for each in change.get("delta") or ())
    why = f" {change['unsupportedReason']}" if change.get("unsupportedReason") else ""
    return f"{change['changeType']} {change['resourceId'].rpartition('/providers/')[2]} {paths}{why}".strip()


def _told(fault: Fault) -> str:
    cause = next(iter(fault.causes()))
    where = f" at {cause.target.rpartition('/providers/')[2]}" if cause.target else ""
    return f"{cause.code}{where}: {cause.message}"


def options_of(module: str, about: str | None) -> argparse.Namespace | None:
    """Return what the command line of a campaign asks for; None, which is told, where there is no corpus."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.campaigns.{module}", description=about)
    parser.add_argument("--only", default="", help="templates whose names hold this text")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell of each template")
    parser.add_argument("--types", type=Path, help="a store of type definitions, which generic types are then made by")
    options = parser.parse_args()
    if not Path(FOLDER).is_dir():
        print(f"the corpus is not at {FOLDER}", file=sys.stderr)
        return None
    return options


def tell(
    outcomes: list[Outcome], stages: tuple[str, ...], cause_of: Callable[[Outcome], str | None], *, verbose: bool
) -> int:
    """Print what is not as it should be, and how many of those that got to it did well in each of *stages*.

    Returns:
        The exit code: 1 when there are exceptions without a known cause.
    """
    for outcome in outcomes:
        if verbose or outcome.wrong:
            print(f"{outcome.name}: {outcome.resources} resources, {outcome.existing} put there before")
            for stage, why in outcome.wrong.items():
                print(f"    {stage}: {why[:400]}")
            if outcome.wrong:
                print(f"    because {cause_of(outcome) or '(not known)'}")
    print(f"\n{len(outcomes)} of {len(entries())} templates")
    needed = stages[: stages.index("deploy") + 1]
    for number, stage in enumerate(stages):
        reached = [each for each in outcomes if not set(each.wrong) & set(needed[:number])]
        print(f"{stage:8} {sum(stage not in each.wrong for each in reached):4} of {len(reached)} as they should be")
    unexpected = [outcome for outcome in outcomes if outcome.wrong and cause_of(outcome) is None]
    print(f"{len(unexpected)} exceptions without a known cause")
    return 1 if unexpected else 0


def main() -> int:
    """Run the campaign over the corpus, or the part of it that the command line asks for."""
    options = options_of("corpus", __doc__)
    if options is None:
        return 2
    outcomes = [run(name, options.types) for name in names() if options.only in name]
    return tell(outcomes, ("deploy", "what-if", "again", "destroy"), cause_of, verbose=options.verbose)


if __name__ == "__main__":
    raise SystemExit(main())
