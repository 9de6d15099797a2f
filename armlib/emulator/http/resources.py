"""Generic resources: by their ids, in lists, and what they can do."""

from __future__ import annotations

from armlib.deployment.fault import Fault
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.view import StoreView


def get(call: Call) -> Answer:
    """Answer GET of a resource, or of the resources of a type."""
    if _is_collection(call.path):
        return _collection(call)
    return Answer(json=call.engine.resources.get(call.path, call.api_version))


def head(call: Call) -> Answer:
    """Answer HEAD of a resource: 204, or 404."""
    return Answer(status=204 if call.engine.resources.find(call.path) is not None else 404)


def put(call: Call) -> Answer:
    """Answer PUT of a resource: 201 when it is new, 200 when it was there."""
    _check_is_resource(call)
    stored = call.engine.resources.put(
        call.path,
        call.api_version,
        call.body,
        caller=call.caller,
        if_match=call.headers.get("if-match"),
        if_none_match=call.headers.get("if-none-match"),
    )
    return Answer(status=201 if stored.created else 200, json=stored.body, headers=_tagged(stored.etag))


def patch(call: Call) -> Answer:
    """Answer PATCH of a resource."""
    _check_is_resource(call)
    stored = call.engine.resources.patch(
        call.path, call.api_version, call.body, caller=call.caller, if_match=call.headers.get("if-match")
    )
    return Answer(json=stored.body, headers=_tagged(stored.etag))


def delete(call: Call) -> Answer:
    """Answer DELETE of a resource: 200, or 204 when it was not there."""
    _check_is_resource(call)
    was_there = call.engine.resources.delete(call.path, caller=call.caller, if_match=call.headers.get("if-match"))
    return Answer(status=200 if was_there else 204)


def act(call: Call) -> Answer:
    """Answer POST of an action on a resource: a list function, a restart."""
    if not _is_collection(call.path):
        raise Fault(405, "MethodNotAllowed", "The requested resource does not support http method 'POST'.")
    id_, _, action = call.path.rpartition("/")
    result = call.engine.resources.act(id_, action, call.api_version, call.optional_body)
    return Answer(json=result) if result is not None else Answer(status=200)


def list_(call: Call) -> Answer:
    """Answer GET of the resources of a scope."""
    scope = call.path.rpartition("/")[0]
    expand = [word.strip() for word in call.query.get("$expand", "").split(",") if word.strip()]
    page = call.engine.resources.list(
        scope, filter_=call.query.get("$filter"), expand=expand, top=call.top, after=call.query.get("$skiptoken")
    )
    return call.page(page.items, page.next)


def _collection(call: Call) -> Answer:
    """Answer with the resources of a type: those below the resource that the path names, or all in its scope."""
    scope, tail = _split(call.path)
    namespace, *rest = tail.split("/")
    type_ = "/".join([namespace, *rest[::2]])
    if len(rest) > 1:
        return call.slice(call.engine.resources.children(call.path.rpartition("/")[0], type_))
    if scope:
        call.engine.resources.get(scope)
    return call.slice(StoreView(call.engine.store, call.engine.settings).list(type_, scope))


def _split(path: str) -> tuple[str, str]:
    """Return the scope in *path*, and what comes after the last ``/providers/``."""
    scope, _, tail = path.rpartition("/providers/")
    return scope, tail


def _is_collection(path: str) -> bool:
    """Return whether *path* ends with a type and not with a name."""
    return _split(path)[1].count("/") % 2 == 1


def _check_is_resource(call: Call) -> None:
    if _is_collection(call.path):
        message = f"The requested resource does not support http method '{call.method}'."
        raise Fault(405, "MethodNotAllowed", message)


def _tagged(etag: str) -> dict[str, str]:
    return {"ETag": etag if etag.startswith(('"', "W/")) else f'"{etag}"'} if etag else {}
