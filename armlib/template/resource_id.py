"""Resource ids: ``/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/v/subnets/s``.

Ids and types are compared without regard to case.

Source: "Get resource identifiers" and "Set scope for extension resources", Azure Resource Manager documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from armlib.errors import InputError


class ResourceIdError(InputError):
    """A text that is no resource id."""

    code = "resource-id"


@dataclass(frozen=True, slots=True)
class ResourceId:
    """A resource: a type and names inside a scope.

    *scope* is the id of what holds the resource: ``""`` (the tenant), a subscription, a resource group, a management
    group, or another resource for an extension. *type* has one segment more than *names*, the namespace.
    """

    scope: str
    type: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.scope + "/providers/" + join_type_and_names(self.type, self.names)

    @property
    def name(self) -> str:
        """The names joined as a template spells them, ``v/s``."""
        return "/".join(self.names)

    @property
    def key(self) -> str:
        """The id for comparison."""
        return str(self).casefold()

    @property
    def parent(self) -> ResourceId | None:
        """The resource that this one is a child of; None for a root resource."""
        if len(self.names) < 2:
            return None
        return ResourceId(self.scope, self.type.rpartition("/")[0], self.names[:-1])


def parse_resource_id(text: str) -> ResourceId:
    """Return the parts of a resource id.

    Raises:
        ResourceIdError: *text* does not start with a slash, has no ``/providers/``, has an empty segment, or does not
            alternate types and names.
    """
    head, marker, tail = _rpartition_folded(text, "/providers/")
    if not marker or not text.startswith("/"):
        raise ResourceIdError(f"'{text}' is not a resource id", hint="an id is SCOPE/providers/NAMESPACE/TYPE/NAME")
    segments = tail.split("/")
    if len(segments) < 3 or len(segments) % 2 == 0 or not all(segments):
        raise ResourceIdError(f"'{text}' is not a resource id: types and names must alternate after /providers/")
    return ResourceId(head, "/".join([segments[0], *segments[1::2]]), tuple(segments[2::2]))


def join_type_and_names(type_: str, names: tuple[str, ...]) -> str:
    """Return the part of an id after ``/providers/``: ``Microsoft.X/a/NAME/b/NAME``."""
    namespace, *kinds = type_.split("/")
    return "/".join([namespace, *(part for pair in zip(kinds, names, strict=False) for part in pair)])


def _rpartition_folded(text: str, marker: str) -> tuple[str, str, str]:
    at = text.casefold().rfind(marker) if text.isascii() else text.lower().rfind(marker)
    return (text[:at], marker, text[at + len(marker) :]) if at >= 0 else ("", "", text)
