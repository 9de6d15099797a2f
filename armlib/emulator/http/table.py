"""The table of routes: every path that is answered."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.emulator.http import groups, identity, metadata, resources, subscriptions
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.routes import Route

_S = "/subscriptions/{subscription}"
_GROUP = _S + "/resourceGroups/{group}"


def routes() -> tuple[Route, ...]:
    """Return all routes, in the order in which they are tried."""
    return (*_doors(), *_scopes(), *_generic())


def _doors() -> Iterator[Route]:
    """Yield what clients ask for before they have a token."""
    yield Route.of("/metadata/endpoints", GET=metadata.endpoints, is_versioned=False, is_guarded=False)
    yield Route.of("/msi/token", GET=identity.app_service_token, is_versioned=False, is_guarded=False)
    yield Route.of(
        "/metadata/identity/oauth2/token", GET=identity.virtual_machine_token, is_versioned=False, is_guarded=False
    )


def _scopes() -> Iterator[Route]:
    yield Route.of("/tenants", GET=subscriptions.tenants)
    yield Route.of("/subscriptions", GET=subscriptions.list_)
    yield Route.of(_S, GET=subscriptions.get)
    yield Route.of(_S + "/locations", GET=subscriptions.locations)
    yield Route.of(_S + "/resourceGroups", GET=groups.list_)
    yield Route.of(
        _GROUP, GET=resources.get, HEAD=resources.head, PUT=groups.put, PATCH=groups.patch, DELETE=groups.delete
    )
    yield Route.of(_GROUP + "/resources", GET=resources.list_)
    yield Route.of(_S + "/resources", GET=resources.list_)
    yield Route.of(_S + "/operationresults/{operation}", GET=operation_result)
    yield Route.of("/providers/Microsoft.Resources/operationresults/{operation}", GET=operation_result)


def _generic() -> Iterator[Route]:
    """Yield what is left: resources of any type, by their ids."""
    yield Route.of(
        "{scope}/providers/{namespace}{rest}",
        GET=resources.get,
        HEAD=resources.head,
        PUT=resources.put,
        PATCH=resources.patch,
        DELETE=resources.delete,
        POST=resources.act,
    )


def operation_result(call: Call) -> Answer:
    """Answer how far a long-running operation is."""
    return call.service.background.ask(call, call.names["operation"])
