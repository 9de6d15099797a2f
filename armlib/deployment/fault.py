"""What Azure Resource Manager says when it refuses: a status, a code, a message, and what is inside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from armlib.diagnostics import Diagnostic, error
from armlib.errors import RefusedError
from armlib.jsontypes import Json, JsonObject

_WRAPPERS = frozenset(
    {
        "DeploymentFailed",
        "InvalidTemplateDeployment",
        "ResourceDeploymentFailure",
        "MultipleErrorsOccurred",
        "ValidationForResourceFailed",
        "DeploymentFailedCleanUp",
        "DeploymentOutputEvaluationFailed",
    }
)


class Fault(RefusedError):  # noqa: N818 - the service calls it so
    """A refusal of the service; the local one raises it, answers of Azure become it.

    Args:
        status: The HTTP status.
        code: The service's code, ``ResourceGroupNotFound``.
        message: What is wrong, in the service's words.
        target: The id of what it is about.
        details: The faults inside.
        additional_info: ``{type, info}`` each.
        hint: How to mend it.

    Source: "Error response" of the Azure Resource Manager REST API; common-types v3, ErrorDetail.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Fault] = (),
        additional_info: Sequence[JsonObject] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.status = status
        self.target = target
        self.details = tuple(details)
        self.additional_info = tuple(additional_info)

    @classmethod
    def of(cls, error: Mapping[str, Any], status: int = 400) -> Fault:
        """Return the fault that *error*, ``{code, message, …}`` or that in ``{"error": …}``, describes."""
        inner = error.get("error")
        if isinstance(inner, dict):
            return cls.of(inner, status)
        return cls(
            status,
            str(error.get("code") or "Unknown"),
            str(error.get("message") or "the service gave no message"),
            target=error["target"] if isinstance(error.get("target"), str) else None,
            details=[cls.of(detail, status) for detail in error.get("details") or () if isinstance(detail, dict)],
            additional_info=[info for info in error.get("additionalInfo") or () if isinstance(info, dict)],
        )

    @property
    def content(self) -> JsonObject:
        """The fault as the service writes it, ``{code, message, target, details, additionalInfo}``."""
        found: dict[str, Json] = {"code": self.code, "message": self.message}
        if self.target is not None:
            found["target"] = self.target
        if self.details:
            found["details"] = [detail.content for detail in self.details]
        if self.additional_info:
            found["additionalInfo"] = list(self.additional_info)
        return found

    def body(self) -> JsonObject:
        """Return the body of an answer, ``{"error": …}``."""
        return {"error": self.content}

    def causes(self) -> Iterator[Fault]:
        """Yield the faults that are no wrapping of others, in order; itself when nothing is inside.

        A fault inside that has no target gets that of what wraps it. Older services put the JSON of the error into the
        message of another one; it is taken out.
        """
        inside = self.details if self.code in _WRAPPERS else ()
        if not inside:
            inside = _in_message(self)
        if not inside:
            yield self
        for detail in inside:
            if detail.target is None:
                detail.target = self.target
            yield from detail.causes()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """One diagnostic for each cause."""
        return tuple(error(cause.code, cause.message, hint=cause.hint) for cause in self.causes())


def _in_message(fault: Fault) -> tuple[Fault, ...]:
    """Return the fault whose JSON is the message of *fault*, if it is."""
    if not fault.message.startswith("{"):
        return ()
    try:
        value = json.loads(fault.message)
    except ValueError:
        return ()
    if not isinstance(value, dict):
        return ()
    error_ = value.get("error", value)
    is_error = isinstance(error_, dict) and "code" in error_ and "message" in error_
    return (Fault.of(error_, fault.status),) if is_error else ()
