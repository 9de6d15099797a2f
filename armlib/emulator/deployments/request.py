"""The body of a request for a deployment, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.deployment.loader import Loader
from armlib.deployment.scopes import DeploymentScope, ScopeError, id_key, parse_scope
from armlib.emulator.deployments.refusals import invalid_content
from armlib.errors import InputError
from armlib.jsontypes import Json, JsonObject
from armlib.template.limits import MAX_DEPLOYMENT_NAME_CHARACTERS
from armlib.template.scope import ScopeKind

_NAME = re.compile(r"[-\w._()]+\Z")
_MODES: Final = {"incremental": "Incremental", "complete": "Complete"}
_LEVELS: Final = {"template": "Template", "provider": "Provider", "providernorbac": "ProviderNoRbac"}
_DETAILS: Final = frozenset(("none", "requestcontent", "responsecontent"))
_ROLLBACKS: Final = {"lastsuccessful": "LastSuccessful", "specificdeployment": "SpecificDeployment"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be deployed, to where, and how.

    Attributes:
        place: What it is deployed to.
        name: The name of the deployment.
        body: The request, as it came.
        template: The template.
        parameters: What its parameters are given, ``{value}`` or ``{reference}`` each.
        location: Where the data of the deployment is kept, above resource groups.
        mode: ``Incremental`` or ``Complete``.
        rollback: ``{type, deploymentName}``, what to run again when it fails.
        details: What operations show of requests and answers: ``requestcontent``, ``responsecontent``.
        level: How much is validated: ``Template``, ``Provider``, ``ProviderNoRbac``.
        address: Where the template came from; links in it start there.
    """

    place: DeploymentScope
    name: str
    body: JsonObject = field(repr=False)
    template: JsonObject = field(repr=False)
    parameters: Mapping[str, Json] = field(default_factory=dict, repr=False)
    location: str | None = None
    mode: str = "Incremental"
    rollback: JsonObject | None = None
    details: frozenset[str] = frozenset()
    level: str = "Provider"
    address: str = ""

    @property
    def scope(self) -> str:
        """The id of what it is deployed to; "" for the tenant."""
        return str(self.place.id)

    @property
    def id(self) -> str:
        """The id of the deployment."""
        return deployment_id(self.scope, self.name)

    @property
    def key(self) -> str:
        """The id, for comparing."""
        return id_key(self.id)

    @property
    def properties(self) -> JsonObject:
        """The properties of the request."""
        found = self.body["properties"]
        assert isinstance(found, dict)
        return found


def deployment_id(scope: str, name: str) -> str:
    """Return the id of a deployment in the scope with the id *scope*."""
    return f"{scope.rstrip('/')}/providers/Microsoft.Resources/deployments/{name}"


def read_scope(scope: str) -> DeploymentScope:
    """Return the scope with the id *scope*; "" and "/" are the tenant.

    Raises:
        Fault: It is none that can be deployed to.
    """
    try:
        return parse_scope(scope or "/")
    except ScopeError as error:
        raise Fault(400, "InvalidScope", f"{error.message}.", hint=error.hint) from error


def check_name(name: str) -> None:
    """Raise a fault unless a deployment can be called *name*."""
    if len(name) > MAX_DEPLOYMENT_NAME_CHARACTERS:
        raise Fault(
            400,
            "DeploymentNameLengthLimitExceeded",
            f"The provided deployment name '{name}' has a length of '{len(name)}' which exceeds the maximum length of "
            f"'{MAX_DEPLOYMENT_NAME_CHARACTERS}'.",
        )
    if not _NAME.match(name):
        bad = "".join(dict.fromkeys(character for character in name if not _NAME.match(character)))
        raise Fault(
            400,
            "DeploymentNameInvalidCharacters",
            f"The deployment name '{name}' is not valid: the characters '{bad}' cannot be used. The name can only be "
            "letters, digits, '-', '.', '(', ')' or '_'.",
        )


def read_request(scope: str, name: str, body: JsonObject, loader: Loader) -> Request:
    """Return the request to deploy *body* to *scope* under *name*.

    Raises:
        Fault: The request is not valid; what is wrong with the template itself comes later.
    """
    place = read_scope(scope)
    check_name(name)
    properties = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(properties, dict):
        raise invalid_content("the body must be an object with 'properties', which hold template and parameters.")
    template, address = _template(properties, loader)
    return Request(
        place=place,
        name=name,
        body=body,
        template=template,
        parameters=_parameters(properties, loader),
        location=_location(place, body),
        mode=_mode(place, properties),
        rollback=_rollback(place, properties),
        details=_details(properties),
        level=_word(properties, "validationLevel", _LEVELS, "Provider"),
        address=address,
    )


def _location(place: DeploymentScope, body: JsonObject) -> str | None:
    given = body.get("location")
    if place.kind is ScopeKind.GROUP:
        if given is not None:
            raise Fault(
                400,
                "InvalidDeploymentLocation",
                f"The deployment location '{given}' is not allowed: a deployment to a resource group has none.",
                hint="leave 'location' out",
            )
        return None
    if not isinstance(given, str) or not given.strip():
        raise Fault(
            400,
            "LocationRequired",
            "The 'location' property is required for a deployment above resource groups: it is where its data is kept.",
            hint="add 'location' beside 'properties'",
        )
    return given.replace(" ", "").lower()


def _template(properties: JsonObject, loader: Loader) -> tuple[JsonObject, str]:
    template, link = properties.get("template"), properties.get("templateLink")
    if (template is None) == (link is None):
        raise invalid_content("a deployment needs either 'template' or 'templateLink'.")
    if link is not None:
        return _linked(link, loader, "templateLink")
    if not isinstance(template, dict):
        raise invalid_content("'template' must be an object.")
    return template, ""


def _linked(link: Json, loader: Loader, member: str) -> tuple[JsonObject, str]:
    address = (link.get("uri") or link.get("id")) if isinstance(link, dict) else None
    if not isinstance(address, str) or not address:
        raise invalid_content(f"'{member}' must be an object with 'uri' or 'id'.")
    shown = address.partition("?")[0]
    try:
        loaded = loader.load(address)
    except InputError as error:
        raise _no_content(shown, error.message) from error
    if loaded is None or not isinstance(loaded.template, dict):
        raise _no_content(shown, "nothing there can be loaded")
    return loaded.template, loaded.address


def _no_content(address: str, why: str) -> Fault:
    return Fault(400, "InvalidContentLink", f"Unable to download deployment content from '{address}': {why}.")


def _parameters(properties: JsonObject, loader: Loader) -> Mapping[str, Json]:
    given, link = properties.get("parameters"), properties.get("parametersLink")
    if given and link is not None:
        raise invalid_content("a deployment has either 'parameters' or 'parametersLink'.")
    if link is not None:
        given = _linked(link, loader, "parametersLink")[0]
    if given is None:
        return {}
    if isinstance(given, dict) and "$schema" in given and isinstance(given.get("parameters"), dict):
        given = given["parameters"]  # a whole parameter file
    if not isinstance(given, dict):
        raise invalid_content("'parameters' must be an object.")
    for name, entry in given.items():
        if not isinstance(entry, dict) or (entry and not entry.keys() & {"value", "reference", "expression"}):
            raise invalid_content(f"the parameter '{name}' must be an object with 'value' or 'reference'.")
    return given


def _mode(place: DeploymentScope, properties: JsonObject) -> str:
    mode = _word(properties, "mode", _MODES, "Incremental")
    if mode == "Complete" and place.kind is not ScopeKind.GROUP:
        raise Fault(
            400,
            "InvalidDeploymentMode",
            "The deployment mode 'Complete' can only be used for a deployment to a resource group.",
            hint="use 'Incremental', or a deployment stack",
        )
    return mode


def _rollback(place: DeploymentScope, properties: JsonObject) -> JsonObject | None:
    given = properties.get("onErrorDeployment")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise invalid_content("'onErrorDeployment' must be an object.")
    if place.kind is not ScopeKind.GROUP:
        raise Fault(
            400,
            "OnErrorDeploymentNotSupported",
            "The property 'onErrorDeployment' can only be used for a deployment to a resource group.",
        )
    kind = _word(given, "type", _ROLLBACKS, "")
    name = given.get("deploymentName")
    if kind == "SpecificDeployment" and not isinstance(name, str):
        raise invalid_content("'onErrorDeployment' of the type 'SpecificDeployment' needs a 'deploymentName'.")
    if not kind:
        raise invalid_content("'onErrorDeployment' needs a 'type': 'LastSuccessful' or 'SpecificDeployment'.")
    return {"type": kind, "deploymentName": name} if kind == "SpecificDeployment" else {"type": kind}


def _details(properties: JsonObject) -> frozenset[str]:
    setting: Any = properties.get("debugSetting")
    level = setting.get("detailLevel") if isinstance(setting, dict) else None
    if level is None:
        return frozenset()
    words = {word.strip().casefold() for word in str(level).split(",")}
    if not words <= _DETAILS:
        raise invalid_content(f"'{level}' is no 'detailLevel': use 'none', 'requestContent' or 'responseContent'.")
    return frozenset(words - {"none"})


def _word(members: JsonObject, name: str, known: Mapping[str, str], default: str) -> str:
    given = members.get(name)
    if given is None:
        return default
    found = known.get(given.casefold()) if isinstance(given, str) else None
    if found is None:
        raise invalid_content(f"'{given}' is no '{name}': use {' or '.join(repr(word) for word in known.values())}.")
    return found
