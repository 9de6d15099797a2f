"""One step of a deployment: a resource that is made, read or deleted, or the outputs that are worked out."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any, Final
from uuid import uuid4

from armlib.dataclass import dataclass
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.target import Step
from armlib.emulator.settings import timestamp
from armlib.jsontypes import JsonObject

CREATE: Final = "Create"
READ: Final = "Read"
CLEANUP: Final = "DeploymentCleanup"
OUTPUTS: Final = "EvaluateDeploymentOutput"
ACCEPTED: Final = "Accepted"
RUNNING: Final = "Running"
SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
CANCELED: Final = "Canceled"

_STATUS: Final = {
    200: "OK",
    201: "Created",
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A step, as it is now.

    Attributes:
        deployment: The id of the deployment.
        kind: What is done, in the service's word.
        target: The id of the resource; "" when outputs are worked out.
        type: Its type.
        name: Its name.
        began: When, by the clock.
        started: When, by the monotonic clock; to tell the seconds of one that runs.
        seconds: How long it took; None while it runs.
        status: The status of the answer.
        fault: Why it failed.
    """

    deployment: str
    kind: str
    target: str
    type: str
    name: str
    symbol: str | None = None
    api_version: str | None = None
    began: datetime
    started: float
    seconds: float | None = None
    state: str = RUNNING
    status: int = 0
    fault: Fault | None = None
    request: Any = None
    response: Any = None

    @property
    def operation_id(self) -> str:
        """The id of the step in its deployment: 16 hexadecimal digits."""
        return operation_id(self.kind, self.target)

    def content(self) -> JsonObject:
        """Return the step as GET answers."""
        number = self.operation_id
        tracking = str(uuid4())
        properties: dict[str, Any] = {
            "provisioningOperation": self.kind,
            "provisioningState": self.state,
            "timestamp": timestamp(self.began),
            "duration": duration(self.seconds or 0.0),
            "trackingId": tracking,
            "serviceRequestId": tracking,
        }
        if self.status:
            properties["statusCode"] = _STATUS.get(self.status, str(self.status))
        if self.fault is not None:
            properties["statusMessage"] = {"status": self.state, **self.fault.body()}
        if self.target:
            target = {"id": self.target, "resourceType": self.type, "resourceName": self.name}
            if self.symbol is not None:
                target["symbolicName"] = self.symbol
            if self.api_version is not None:
                target["apiVersion"] = self.api_version
            properties["targetResource"] = target
        if self.request is not None:
            properties["request"] = {"content": self.request}
        if self.response is not None:
            properties["response"] = {"content": self.response}
        return {"id": f"{self.deployment}/operations/{number}", "operationId": number, "properties": properties}

    def step(self, now: float) -> Step:
        """Return the step as progress tells it; *now* is by the monotonic clock."""
        return Step(
            id=self.target,
            type=self.type,
            deployment=self.deployment,
            operation=self.kind,
            state=self.state,
            seconds=self.seconds if self.seconds is not None else max(0.0, now - self.started),
            fault=self.fault,
        )


def operation_id(kind: str, target: str) -> str:
    """Return the id of the step that does *kind* to the resource *target*."""
    return blake2b(f"{kind}|{id_key(target)}".encode(), digest_size=8).hexdigest().upper()


def step_of(content: Any) -> Step:
    """Return a step that the history has as progress tells it."""
    properties = content["properties"]
    target = properties.get("targetResource") or {}
    message = properties.get("statusMessage")
    return Step(
        id=target.get("id", ""),
        type=target.get("resourceType", ""),
        deployment=content["id"].rpartition("/operations/")[0],
        operation=properties["provisioningOperation"],
        state=properties["provisioningState"],
        seconds=seconds_of(properties["duration"]),
        fault=Fault.of(message) if isinstance(message, dict) and "error" in message else None,
    )


def duration(seconds: float) -> str:
    """Return a time span as the service writes it, ``PT1M2.5S``.

    Source: ISO 8601.
    """
    minutes, rest = divmod(round(seconds, 7), 60)
    hours, minutes = divmod(int(minutes), 60)
    shown = f"{rest:.7f}".rstrip("0").rstrip(".")
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + f"{shown}S"


def seconds_of(text: str) -> float:
    """Return the seconds of a time span that :func:`duration` wrote."""
    total, number = 0.0, ""
    for character in text.removeprefix("PT"):
        if character in "HMS":
            total += float(number or 0) * {"H": 3600, "M": 60, "S": 1}[character]
            number = ""
        else:
            number += character
    return total
