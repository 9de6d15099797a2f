"""The table of routes: every path that is answered."""

from __future__ import annotations

from collections.abc import Iterator

from armlib.emulator.http import (
    deployments,
    events,
    groups,
    identity,
    management_groups,
    metadata,
    providers,
    resources,
    stacks,
    subscriptions,
    tags,
)
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.routes import Route

_S = "/subscriptions/{subscription}"
_GROUP = _S + "/resourceGroups/{group}"
_DEPLOYMENTS = "{scope}/providers/Microsoft.Resources/deployments"
_SHORT_DEPLOYMENTS = _GROUP + "/deployments"  # how clients ask for the operations in a resource group
_STACKS = "{scope}/providers/Microsoft.Resources/deploymentStacks"


def routes() -> tuple[Route, ...]:
    """Return all routes, in the order in which they are tried."""
    return (*_doors(), *_scopes(), *_deployments(), *_stacks(), *_of_scopes(), *_generic())


def _doors() -> Iterator[Route]:
    """Yield the page for people, and what clients ask for before they have a token."""
    yield Route.of("", GET=_page, HEAD=_page, is_versioned=False)
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
    yield Route.of(_GROUP + "/exportTemplate", POST=groups.export)
    yield Route.of(_GROUP + "/moveResources", POST=groups.move)
    yield Route.of(_GROUP + "/validateMoveResources", POST=groups.validate_move)
    yield Route.of(_GROUP + "/resources", GET=resources.list_)
    yield Route.of(_S + "/resources", GET=resources.list_)
    yield Route.of(_S + "/operationresults/{operation}", GET=operation_result)
    yield Route.of("/providers/Microsoft.Resources/operationresults/{operation}", GET=operation_result)


def _deployments() -> Iterator[Route]:
    for base in (_DEPLOYMENTS, _SHORT_DEPLOYMENTS):
        one = base + "/{name}"
        yield Route.of(base, GET=deployments.list_)
        yield Route.of(
            one,
            GET=deployments.get,
            HEAD=deployments.head,
            PUT=deployments.put,
            DELETE=deployments.delete,
        )
        yield Route.of(one + "/operations", GET=deployments.operations)
        yield Route.of(one + "/operations/{operation}", GET=deployments.operation)
        yield Route.of(one + "/operationStatuses/{operation}", GET=deployments.status)
        yield Route.of(one + "/validate", POST=deployments.validate)
        yield Route.of(one + "/whatIf", POST=deployments.what_if)
        yield Route.of(one + "/cancel", POST=deployments.cancel)
        yield Route.of(one + "/exportTemplate", POST=deployments.export)
    yield Route.of("/providers/Microsoft.Resources/calculateTemplateHash", POST=deployments.calculate_template_hash)


def _stacks() -> Iterator[Route]:
    one = _STACKS + "/{name}"
    yield Route.of(_STACKS, GET=stacks.list_)
    yield Route.of(one, GET=stacks.get, PUT=stacks.put, DELETE=stacks.delete)
    yield Route.of(one + "/validate", POST=stacks.validate)
    yield Route.of(one + "/exportTemplate", POST=stacks.export)
    for what_if in ("", "/{name}", "/{name}/whatIf"):
        yield Route.of(
            "{scope}/providers/Microsoft.Resources/deploymentStacksWhatIfResults" + what_if,
            GET=stacks.what_if,
            PUT=stacks.what_if,
            DELETE=stacks.what_if,
            POST=stacks.what_if,
        )
    yield Route.of(
        "{scope}/providers/Microsoft.Resources/locations/{location}/deploymentStackOperationStatus/{operation}",
        GET=stacks.status,
    )


def _of_scopes() -> Iterator[Route]:
    """Yield what every scope has, and what a subscription has besides."""
    yield Route.of(
        "{scope}/providers/Microsoft.Resources/tags/default",
        GET=resources.get,
        PUT=tags.put,
        PATCH=tags.patch,
        DELETE=tags.delete,
    )
    name = _S + "/tagNames/{name}"
    yield Route.of(_S + "/tagNames", GET=tags.names)
    yield Route.of(name, PUT=tags.put_name, DELETE=tags.delete_name)
    yield Route.of(name + "/tagValues/{value}", PUT=tags.put_value, DELETE=tags.delete_value)
    yield Route.of("/providers/Microsoft.Management/managementGroups", GET=management_groups.list_)
    yield Route.of(_S + "/providers/Microsoft.Insights/eventtypes/management/values", GET=events.list_)
    for base in (_S + "/providers", "/providers"):
        one = base + "/{namespace}"
        yield Route.of(base, GET=providers.list_)
        yield Route.of(one, GET=providers.get)
        yield Route.of(one + "/resourceTypes", GET=providers.resource_types)
    yield Route.of(_S + "/providers/{namespace}/register", POST=providers.register)
    yield Route.of(_S + "/providers/{namespace}/unregister", POST=providers.unregister)


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


def _page(call: Call) -> Answer:
    """Answer GET of the pages, which are imported when the first one is asked for."""
    from armlib.emulator.http.page import views

    return views.show(call)


def operation_result(call: Call) -> Answer:
    """Answer how far a long-running operation is."""
    return call.service.background.ask(call, call.names["operation"])
