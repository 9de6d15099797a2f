"""The pages: the first one, and one for each kind of thing that has an id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from armlib.deployment.fault import Fault
from armlib.deployment.target import is_final
from armlib.emulator.addresses import Address, Kind, parse_address
from armlib.emulator.engine import Engine
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.page.json_view import json_view
from armlib.emulator.http.page.layout import folded, heading, nothing, page, pill, section, table
from armlib.emulator.http.page.links import address, link
from armlib.emulator.http.service import check_version
from armlib.emulator.status import counts
from armlib.jsontypes import JsonObject
from armlib.report.graph.drawing import Box, draw
from armlib.report.markup import Html, Node, join, tag

_RECENT = 15  # deployments and events on the first page
_MOST_EVENTS = 200
_MOST_BOXES = 400  # in a graph
_DEPLOYMENTS = "/providers/microsoft.resources/deployments/"
_STACKS = "/providers/microsoft.resources/deploymentstacks/"

Rows = list[Sequence[Node]]


def show(call: Call) -> Answer:
    """Answer GET of ``/``: the page of what ``id`` names, or the first one.

    Raises:
        Fault: the client takes no HTML: the service answers nothing at this path.
    """
    if "text/html" not in call.headers.get("accept", ""):
        check_version(call)
        raise Fault(404, "NotFound", "No HTTP resource was found that matches the request URI '/'.")
    id_ = call.query.get("id", "").rstrip("/")
    try:
        return _shown(call, id_)
    except Fault as fault:
        title = "Not found" if fault.status == 404 else fault.code
        return page(title, heading(title, tag("span", id_, class_="id")), _error(fault.content), status=fault.status)


def _shown(call: Call, id_: str) -> Answer:
    if call.query.get("view") == "events":
        return _events_page(call, id_)
    if not id_:
        return _first(call)
    for marker, shown in ((_DEPLOYMENTS, _deployment), (_STACKS, _stack)):
        if marker in id_.casefold():
            scope, name = _split(id_, marker)
            if "/" not in name:
                return shown(call, scope, name)
    address = parse_address(id_)
    if address.kind is Kind.GROUP:
        return _group(call, address)
    if address.kind in (Kind.SUBSCRIPTION, Kind.MANAGEMENT_GROUP):
        return _scope(call, address)
    return _resource(call, address)


def _split(id_: str, marker: str) -> tuple[str, str]:
    at = id_.casefold().rindex(marker)
    return id_[:at], id_[at + len(marker) :]


# The first page


def _first(call: Call) -> Answer:
    engine = call.engine
    number = counts(engine)
    tiles = [
        ("subscriptions", "subscriptions"),
        ("resourceGroups", "resource groups"),
        ("resources", "resources"),
        ("deployments", "deployments"),
        ("stacks", "stacks"),
    ]
    deployments = [each.body for each in engine.store.documents("deployments", newest_first=True, limit=_RECENT)]
    return page(
        "Start",
        heading("What is deployed here"),
        tag("div", [_tile(number[key], words) for key, words in tiles], class_="tiles"),
        _group_table(engine.scopes.groups(), call),
        _scope_table(engine),
        _deployment_table("Recent deployments", deployments, with_scope=True),
        _stack_table(_all_stacks(engine), with_scope=True),
        _event_table("Recent events", engine.events.list("", top=_RECENT)),
        folded("How clients find this server", _connecting(call), is_open=number["resourceGroups"] == 0),
        running=any(_is_running(each) for each in deployments),
    )


def _tile(number: int, words: str) -> Html:
    return tag("div", tag("b", number), tag("span", words[:-1] if number == 1 else words), class_="tile")


def _connecting(call: Call) -> Html:
    base = call.base
    subscription = call.engine.settings.subscription_id
    header = "local" if call.service.token is None else "the server's token"
    words = [
        ("Endpoint", base),
        ("Subscription", subscription),
        ("IDENTITY_ENDPOINT", f"{base}/msi/token"),
        ("IDENTITY_HEADER", header),
        ("Azure SDK", f'base_url="{base}", credential_scopes=["{base}/.default"], credential=DefaultAzureCredential()'),
        ("Azure CLI", f"az cloud register -n armlib --endpoint-resource-manager {base}  (over https)"),
        ("armlib", "armlib deploy main.jsonnet --local"),
    ]
    rows = [[tag("dt", name), tag("dd", tag("span", value, class_="id"))] for name, value in words]
    return tag("div", tag("dl", rows), class_="body")


def _group_table(groups: Sequence[JsonObject], call: Call) -> Html:
    if not groups:
        return nothing("Resource groups", "There is none yet. A deployment to one that does not exist needs it first.")
    store = call.engine.store
    known = call.engine.scopes.subscriptions()
    names = {str(each["subscriptionId"]).casefold(): str(each["displayName"]) for each in known}
    rows: Rows = []
    for group in groups:
        id_ = str(group["id"])
        key = parse_address(id_).key
        latest = store.documents("deployments", scope=key, newest_first=True, limit=1)
        inside = "select count(*) from resources where key > ? and key < ?"
        resources = store.rows(inside, f"{key}/", f"{key}0")[0][0]
        subscription = id_.split("/")[2]
        rows.append(
            [
                link(id_, str(group["name"])),
                str(group.get("location", "")),
                str(resources),
                _state_link(latest[0].body) if latest else tag("span", "none", class_="soft"),
                _tags(group),
                link(f"/subscriptions/{subscription}", names.get(subscription.casefold(), subscription)),
            ]
        )
    columns = ("Name", "Location", "Resources", "Latest deployment", "Tags", "Subscription")
    return section("Resource groups", table(columns, rows, tight=(0, 1, 2, 3)), count=len(rows))


def _scope_table(engine: Engine) -> Html:
    rows: Rows = []
    for each in engine.scopes.subscriptions():
        rows.append([link(str(each["id"]), str(each["displayName"])), "Subscription", pill(str(each["state"]))])
    for each in engine.scopes.management_groups():
        name = _properties(each).get("displayName") or each["name"]
        rows.append([link(str(each["id"]), str(name)), "Management group", ""])
    return section("Subscriptions and management groups", table(("Name", "Kind", "State"), rows, tight=(1, 2)))


# Scopes


def _group(call: Call, address: Address) -> Answer:
    engine = call.engine
    group = engine.resources.get(address.id)
    deployments = engine.deployments.list(address.id).items
    subscription = "/".join(address.id.split("/")[:3])
    under = [str(group["location"]), " · ", tag("span", str(group["id"]), class_="id")]
    return page(
        str(group["name"]),
        heading(str(group["name"]), under, [("Start", ""), ("Subscription", subscription)]),
        tag("p", _tags(group)) if group.get("tags") else None,
        _resource_table(engine.store.inside(address.key), address.key),
        _deployment_table("Deployments", deployments),
        _stack_table(_stacks_of(engine, address.id)),
        _event_table("Events", engine.events.list(address.id, top=_RECENT)),
        folded("The resource group as JSON", json_view(group)),
        running=any(_is_running(each) for each in deployments),
    )


def _scope(call: Call, address: Address) -> Answer:
    engine = call.engine
    found = engine.resources.get(address.id)
    is_subscription = address.kind is Kind.SUBSCRIPTION
    name = found.get("displayName") or _properties(found).get("displayName") or address.name
    deployments = engine.deployments.list(address.id).items
    groups = engine.scopes.groups(address.id) if is_subscription else []
    inside = [
        row for row in engine.store.inside(address.key) if not is_subscription or "/resourcegroups/" not in row.key
    ]
    return page(
        str(name),
        heading(str(name), tag("span", str(found["id"]), class_="id"), [("Start", "")]),
        _group_table(groups, call) if is_subscription else None,
        _resource_table(inside, address.key) if inside else None,
        _deployment_table("Deployments", deployments),
        _stack_table(_stacks_of(engine, address.id)),
        _event_table("Events", engine.events.list(address.id, top=_RECENT)),
        folded("As JSON", json_view(found)),
        running=any(_is_running(each) for each in deployments),
    )


def _resource_table(rows: Iterable[Any], within: str) -> Html:
    """Return the resources as a table, what lies inside another one below it."""
    found: Rows = []
    for row in rows:
        address = parse_address(row.id)
        if address.kind is not Kind.RESOURCE:
            continue
        depth = min(3, len(address.names) - 1 + row.key[len(within) :].count("/providers/") - 1)
        body = row.value
        name = link(row.id, address.name)
        found.append(
            [
                tag("span", name, class_=f"in-{depth}") if depth > 0 else name,
                [address.kinds, tag("div", address.namespace, class_="soft small")],
                str(body.get("location", "")),
                str(row.api_version),
                _state_of_resource(body),
                _tags(body),
            ]
        )
    if not found:
        return nothing("Resources", "There is none.")
    columns = ("Name", "Type", "Location", "API version", "State", "Tags")
    return section("Resources", table(columns, found, tight=(2, 3, 4)), count=len(found))


def _state_of_resource(body: JsonObject) -> Node:
    state = _properties(body).get("provisioningState")
    return pill(str(state)) if state else ""


# A resource


def _resource(call: Call, address: Address) -> Answer:
    resources = call.engine.resources
    found = resources.get(address.id)
    row = call.engine.store.find(address.key)
    baseline = resources.baseline(address.id)
    inside = call.engine.store.inside(address.key)
    users = resources.referrers(address.id)
    version = resources.api_version(address.id)
    trail = [("Start", "")]
    if address.group:
        trail.append((address.group.rpartition("/")[2] if row is None else row.id.split("/")[4], _group_id(address.id)))
    if address.is_child:
        parent = address.id[: len(address.container)]
        trail.append((parent.rpartition("/")[2], parent))
    elif address.is_extension:
        trail.append((address.scope.rpartition("/")[2], address.scope))
    under = [str(found.get("type", address.type)), f" · {version}" if version else "", tag("br")]
    under.append(tag("span", str(found.get("id", address.id)), class_="id"))
    return page(
        address.name,
        heading(str(found.get("name", address.name)), under, trail, _state_text(found)),
        tag("p", _tags(found)) if found.get("tags") else None,
        section("As GET answers", json_view(found)),
        _resource_table(inside, address.key) if inside else None,
        _named_by(users) if users else None,
        folded("As it was sent last", json_view(baseline)) if baseline is not None else None,
        _event_table("Events", call.engine.events.list(address.id, top=_RECENT)),
    )


def _state_text(found: JsonObject) -> str:
    state = _properties(found).get("provisioningState")
    return str(state) if state else ""


def _group_id(id_: str) -> str:
    return "/".join(id_.split("/")[:5])


def _named_by(users: Sequence[str]) -> Html:
    rows: Rows = [[link(id_, parse_address(id_).name), parse_address(id_).type] for id_ in users]
    return section("Named by", table(("Name", "Type"), rows), count=len(rows))


# Deployments


def _deployment(call: Call, scope: str, name: str) -> Answer:
    deployments = call.engine.deployments
    found = deployments.get(scope, name)
    properties = _properties(found)
    operations = deployments.operations(scope, name)
    trail = [("Start", "")]
    if scope:
        trail.append((scope.rpartition("/")[2], scope))
    state = str(properties.get("provisioningState", ""))
    return page(
        f"{name}: {state}",
        heading(
            str(found["name"]), ["Deployment", tag("br"), tag("span", str(found["id"]), class_="id")], trail, state
        ),
        section("Result", _error(properties["error"]), is_flush=False) if properties.get("error") else None,
        section("Outcome", _facts(properties), is_flush=False),
        _graph(properties, operations),
        _operation_table(operations),
        _value_table("Outputs", properties.get("outputs")),
        _value_table("Parameters", properties.get("parameters")),
        folded("The template", json_view(deployments.export(scope, name)["template"])),
        folded("The deployment as JSON", json_view(found)),
        running=_is_running(found),
    )


def _facts(properties: Mapping[str, Any]) -> Html:
    facts = [
        ("State", pill(str(properties.get("provisioningState", "")))),
        ("Mode", properties.get("mode")),
        ("Changed last", properties.get("timestamp") and _time(str(properties["timestamp"]))),
        ("Duration", properties.get("duration") and _duration(str(properties["duration"]))),
        ("Template hash", properties.get("templateHash")),
        ("Correlation id", properties.get("correlationId")),
        ("Rolled back to", (properties.get("onErrorDeployment") or {}).get("deploymentName")),
    ]
    return tag("dl", [[tag("dt", name), tag("dd", value)] for name, value in facts if value])


def _graph(properties: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> Html | None:
    """Return the dependency graph of a deployment, None when it has nothing to draw."""
    boxes = _boxes(properties, operations)
    if not boxes:
        return None
    if len(boxes) > _MOST_BOXES:
        return nothing("Dependencies", f"{len(boxes)} resources are too many to draw.")
    return section("Dependencies", tag("div", draw(boxes), class_="canvas", tabindex="0"), count=len(boxes))


def _boxes(properties: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> list[Box]:
    needs: dict[str, list[str]] = {}
    known: dict[str, tuple[str, str, str]] = {}
    states: dict[str, str] = {}
    for dependency in properties.get("dependencies") or ():
        for each in (dependency, *dependency.get("dependsOn", ())):
            key = str(each["id"]).casefold()
            known.setdefault(key, (each["id"], str(each.get("resourceName", "")), str(each.get("resourceType", ""))))
        needs[str(dependency["id"]).casefold()] = [str(each["id"]) for each in dependency.get("dependsOn", ())]
    for operation in operations:
        step = _properties(operation)
        target = step.get("targetResource")
        if target and target.get("id") and step.get("provisioningOperation") == "Create":
            key = str(target["id"]).casefold()
            known[key] = (target["id"], str(target.get("resourceName", "")), str(target.get("resourceType", "")))
            states[key] = str(step.get("provisioningState", ""))
    return [
        Box(id=id_, name=name, type=type_, state=states.get(key, ""), needs=needs.get(key, ()), href=address(id_))
        for key, (id_, name, type_) in known.items()
    ]


def _operation_table(operations: Sequence[Mapping[str, Any]]) -> Html:
    rows: Rows = []
    for operation in operations:
        step = _properties(operation)
        target = step.get("targetResource") or {}
        error = (step.get("statusMessage") or {}).get("error") if isinstance(step.get("statusMessage"), dict) else None
        name: Node = link(str(target["id"]), str(target.get("resourceName", target["id"]))) if target.get("id") else ""
        rows.append(
            [
                str(step.get("provisioningOperation", "")),
                [name, _error(error) if error else None],
                str(target.get("resourceType", "")),
                pill(str(step.get("provisioningState", ""))),
                _duration(str(step.get("duration", ""))),
            ]
        )
    if not rows:
        return nothing("Operations", "There is none yet.")
    columns = ("Operation", "Resource", "Type", "State", "Duration")
    return section("Operations", table(columns, rows, tight=(0, 3, 4)), count=len(rows))


def _value_table(title: str, values: Mapping[str, Any] | None) -> Html | None:
    """Return parameters or outputs as a table; a secure one has no value."""
    if not values:
        return None
    rows: Rows = [
        [name, str(entry.get("type", "")), _value(entry) if isinstance(entry, dict) else ""]
        for name, entry in values.items()
        if isinstance(entry, dict)
    ]
    return section(title, table(("Name", "Type", "Value"), rows, tight=(1,)), count=len(rows))


def _value(entry: Mapping[str, Any]) -> Node:
    if "value" not in entry:
        is_secure = str(entry.get("type", "")).casefold().startswith("secure")
        return tag(
            "span", "not kept: it is secure" if is_secure or "reference" not in entry else "by reference", class_="soft"
        )
    value = entry["value"]
    if isinstance(value, str):
        looks_like_id = value.startswith(("/subscriptions/", "/providers/"))
        return link(value, value, class_="small") if looks_like_id else value
    return json_view(value)


def _deployment_table(title: str, deployments: Sequence[JsonObject], *, with_scope: bool = False) -> Html:
    if not deployments:
        return nothing(title, "There is none.")
    rows: Rows = []
    for each in deployments:
        properties = _properties(each)
        scope = _split(str(each["id"]), _DEPLOYMENTS)[0]
        where: list[Node] = [link(scope, scope.rpartition("/")[2] or "tenant")] if with_scope else []
        rows.append(
            [
                link(str(each["id"]), str(each["name"])),
                *where,
                pill(str(properties.get("provisioningState", ""))),
                str(properties.get("mode", "")),
                _time(str(properties.get("timestamp", ""))),
                _duration(str(properties.get("duration", ""))),
            ]
        )
    columns = ["Name", *(["Scope"] if with_scope else []), "State", "Mode", "Changed last (UTC)", "Duration"]
    return section(title, table(columns, rows, tight=range(1 + with_scope, len(columns))), count=len(rows))


def _state_link(deployment: JsonObject) -> Html:
    state = str(_properties(deployment).get("provisioningState", ""))
    return join([link(str(deployment["id"]), str(deployment["name"])), " ", pill(state)])


def _is_running(deployment: JsonObject) -> bool:
    return not is_final(str(_properties(deployment).get("provisioningState", "")))


# Deployment stacks


def _all_stacks(engine: Engine) -> list[JsonObject]:
    return [each.body for each in engine.store.documents("stacks", newest_first=True, limit=_RECENT)]


def _stacks_of(engine: Engine, scope: str) -> list[JsonObject]:
    return list(engine.stacks.list(scope))


def _stack_table(stacks: Sequence[JsonObject], *, with_scope: bool = False) -> Html | None:
    if not stacks:
        return None
    rows: Rows = []
    for each in stacks:
        properties = _properties(each)
        scope = _split(str(each["id"]), _STACKS)[0]
        where: list[Node] = [link(scope, scope.rpartition("/")[2])] if with_scope else []
        rows.append(
            [
                link(str(each["id"]), str(each["name"])),
                *where,
                pill(_capital(str(properties.get("provisioningState", "")))),
                str(len(properties.get("resources") or ())),
                str((properties.get("denySettings") or {}).get("mode", "none")),
            ]
        )
    columns = ["Name", *(["Scope"] if with_scope else []), "State", "Resources", "Deny settings"]
    return section("Deployment stacks", table(columns, rows, tight=range(1, len(columns))), count=len(rows))


def _stack(call: Call, scope: str, name: str) -> Answer:
    found = call.engine.stacks.get(scope, name)
    properties = _properties(found)
    state = _capital(str(properties.get("provisioningState", "")))
    lists = (
        ("Resources", "resources"),
        ("Detached", "detachedResources"),
        ("Deleted", "deletedResources"),
        ("Failed", "failedResources"),
    )
    deployment = properties.get("deploymentId")
    return page(
        f"{name}: {state}",
        heading(
            name,
            ["Deployment stack", tag("br"), tag("span", str(found["id"]), class_="id")],
            [("Start", ""), (scope.rpartition("/")[2] or "tenant", scope)],
            state,
        ),
        section("Result", _error(properties["error"]), is_flush=False) if properties.get("error") else None,
        section("Outcome", _stack_facts(properties, deployment), is_flush=False),
        [_managed(title, properties.get(key) or ()) for title, key in lists],
        _value_table("Outputs", properties.get("outputs")),
        folded("The stack as JSON", json_view(found)),
        running=not is_final(state),
    )


def _stack_facts(properties: Mapping[str, Any], deployment: str | None) -> Html:
    unmanage = properties.get("actionOnUnmanage") or {}
    facts = [
        ("State", pill(_capital(str(properties.get("provisioningState", ""))))),
        ("Deployment", link(deployment, deployment.rpartition("/")[2]) if deployment else None),
        ("What leaves the template", ", ".join(f"{name}: {action}" for name, action in unmanage.items())),
        ("Deny settings", (properties.get("denySettings") or {}).get("mode")),
        ("Duration", _duration(str(properties.get("duration", "")))),
    ]
    return tag("dl", [[tag("dt", name), tag("dd", value)] for name, value in facts if value])


def _managed(title: str, resources: Sequence[Mapping[str, Any]]) -> Html | None:
    if not resources:
        return None
    rows: Rows = []
    for each in resources:
        id_ = str(each.get("id", ""))
        error = each.get("error")
        note: Node = _error(error) if error else str(each.get("status", ""))
        rows.append([link(id_, id_.rpartition("/")[2]), tag("span", id_, class_="id"), note])
    return section(title, table(("Name", "Id", "Status"), rows, tight=(0,)), count=len(rows))


# Events


def _events_page(call: Call, id_: str) -> Answer:
    events = call.engine.events.list(id_, top=_MOST_EVENTS)
    return page("Events", heading("Events", id_ or None, [("Start", "")]), _event_table("Newest first", events))


def _event_table(title: str, events: Sequence[JsonObject]) -> Html:
    if not events:
        return nothing(title, "There is none.")
    rows: Rows = []
    for event in events:
        id_ = str(event["resourceId"])
        rows.append(
            [
                _time(str(event["eventTimestamp"])),
                str(_localized(event, "operationName")),
                link(id_, id_.rpartition("/")[2] or "tenant", title=id_),
                pill(str(_localized(event, "status"))),
            ]
        )
    return section(title, table(("Time (UTC)", "Operation", "Resource", "Status"), rows, tight=(0, 3)))


def _localized(event: Mapping[str, Any], name: str) -> str:
    found = event.get(name) or {}
    return str(found.get("localizedValue") or found.get("value") or "")


# Small things


def _properties(body: Mapping[str, Any]) -> dict[str, Any]:
    found = body.get("properties")
    return found if isinstance(found, dict) else {}


def _tags(body: Mapping[str, Any]) -> Node:
    found = body.get("tags")
    if not isinstance(found, dict) or not found:
        return ""
    return tag("span", [tag("span", f"{name}: {value}") for name, value in found.items()], class_="tags")


def _error(error: Mapping[str, Any]) -> Html:
    """Return an error with all that is inside it."""
    target = error.get("target")
    return tag(
        "div",
        tag("b", str(error.get("code", ""))),
        tag("p", str(error.get("message", ""))),
        tag("p", link(str(target), str(target), class_="small")) if target else None,
        [_error(detail) for detail in error.get("details") or () if isinstance(detail, dict)],
        class_="error",
    )


def _time(text: str) -> Html:
    """Return a time to the second; the whole of it is told when it is pointed at."""
    return tag("time", text[:19].replace("T", " "), datetime=text, title=text)


def _duration(text: str) -> str:
    """Return an ISO 8601 duration as people write it: ``1 m 2.5 s``."""
    rest = text.removeprefix("PT")
    if not text or rest == text:
        return text
    words = []
    for unit in "HMS":
        number, found, after = rest.partition(unit)
        if found:
            rest = after
            words.append(_seconds(float(number)) if unit == "S" else f"{number} {unit.lower()}")
    return " ".join(words)


def _seconds(number: float) -> str:
    return f"{number * 1000:.0f} ms" if number < 1 else f"{number:.1f} s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
