"""The pages: the first one, and one for each kind of thing that has an id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address, Kind, parse_address
from armlib.emulator.engine import Engine
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.page.deployments import deployment_page, deployment_table, is_running, state_link
from armlib.emulator.http.page.events import event_table, events_page
from armlib.emulator.http.page.json_view import json_view
from armlib.emulator.http.page.layout import Rows, folded, heading, nothing, page, pill, section, table
from armlib.emulator.http.page.links import link
from armlib.emulator.http.page.stacks import recent_stacks, stack_page, stack_table, stacks_of
from armlib.emulator.http.page.values import error_view, properties_of, tags_of
from armlib.emulator.http.service import check_version
from armlib.emulator.status import counts
from armlib.emulator.store import DEPLOYMENTS
from armlib.jsontypes import JsonObject
from armlib.report.markup import Html, Node, tag

_RECENT = 15  # deployments and events on the first page
_OF_DEPLOYMENTS = "/providers/microsoft.resources/deployments/"
_OF_STACKS = "/providers/microsoft.resources/deploymentstacks/"


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
        return page(
            title, heading(title, tag("span", id_, class_="id")), error_view(fault.content), status=fault.status
        )


def _shown(call: Call, id_: str) -> Answer:
    if call.query.get("view") == "events":
        return events_page(call, id_)
    if not id_:
        return _first(call)
    for marker, shown in ((_OF_DEPLOYMENTS, deployment_page), (_OF_STACKS, stack_page)):
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
    deployments = [each.body for each in engine.store.documents(DEPLOYMENTS, newest_first=True, limit=_RECENT)]
    return page(
        "Start",
        heading("What is deployed here"),
        tag("div", [_tile(number[key], words) for key, words in tiles], class_="tiles"),
        _group_table(engine.scopes.groups(), call),
        _scope_table(engine),
        deployment_table("Recent deployments", deployments, with_scope=True),
        stack_table(recent_stacks(engine, _RECENT), with_scope=True),
        event_table("Recent events", engine.events.list("", top=_RECENT)),
        folded("How clients find this server", _connecting(call), is_open=number["resourceGroups"] == 0),
        running=any(is_running(each) for each in deployments),
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
        latest = store.documents(DEPLOYMENTS, scope=key, newest_first=True, limit=1)
        inside = "select count(*) from resources where key > ? and key < ?"
        resources = store.rows(inside, f"{key}/", f"{key}0")[0][0]
        subscription = id_.split("/")[2]
        rows.append(
            [
                link(id_, str(group["name"])),
                str(group.get("location", "")),
                str(resources),
                state_link(latest[0].body) if latest else tag("span", "none", class_="soft"),
                tags_of(group),
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
        name = properties_of(each).get("displayName") or each["name"]
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
        tag("p", tags_of(group)) if group.get("tags") else None,
        _resource_table(engine.store.inside(address.key), address.key),
        deployment_table("Deployments", deployments),
        stack_table(stacks_of(engine, address.id)),
        event_table("Events", engine.events.list(address.id, top=_RECENT)),
        folded("The resource group as JSON", json_view(group)),
        running=any(is_running(each) for each in deployments),
    )


def _scope(call: Call, address: Address) -> Answer:
    engine = call.engine
    found = engine.resources.get(address.id)
    is_subscription = address.kind is Kind.SUBSCRIPTION
    name = found.get("displayName") or properties_of(found).get("displayName") or address.name
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
        deployment_table("Deployments", deployments),
        stack_table(stacks_of(engine, address.id)),
        event_table("Events", engine.events.list(address.id, top=_RECENT)),
        folded("As JSON", json_view(found)),
        running=any(is_running(each) for each in deployments),
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
                tags_of(body),
            ]
        )
    if not found:
        return nothing("Resources", "There is none.")
    columns = ("Name", "Type", "Location", "API version", "State", "Tags")
    return section("Resources", table(columns, found, tight=(2, 3, 4)), count=len(found))


def _state_of_resource(body: JsonObject) -> Node:
    state = properties_of(body).get("provisioningState")
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
        tag("p", tags_of(found)) if found.get("tags") else None,
        section("As GET answers", json_view(found)),
        _resource_table(inside, address.key) if inside else None,
        _named_by(users) if users else None,
        folded("As it was sent last", json_view(baseline)) if baseline is not None else None,
        event_table("Events", call.engine.events.list(address.id, top=_RECENT)),
    )


def _state_text(found: JsonObject) -> str:
    state = properties_of(found).get("provisioningState")
    return str(state) if state else ""


def _group_id(id_: str) -> str:
    return "/".join(id_.split("/")[:5])


def _named_by(users: Sequence[str]) -> Html:
    rows: Rows = [[link(id_, parse_address(id_).name), parse_address(id_).type] for id_ in users]
    return section("Named by", table(("Name", "Type"), rows), count=len(rows))
