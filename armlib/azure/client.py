"""The clients of Azure's SDK, made when they are first used, and their errors as faults."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from armlib.azure.clouds import Cloud
from armlib.deployment.fault import Fault
from armlib.errors import RefusedError, StoppedError
from armlib.jsontypes import Json

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient
    from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
    from azure.mgmt.resource.resources import ResourceManagementClient

LOCAL_TOKEN = "ARMLIB_LOCAL_TOKEN"  # noqa: S105 - the name of the variable with the token of a local server
NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"  # what clients are given for scopes above subscriptions


class SignInError(RefusedError):
    """No credential could be had."""

    code = "sign-in"


class Clients:
    """The clients for one cloud and subscription.

    Args:
        cloud: Where to.
        subscription: Id of the subscription; None above subscriptions.
        credential: Signs in; by default the SDK's ``DefaultAzureCredential``, and for this machine a fixed token.
    """

    def __init__(self, cloud: Cloud, subscription: str | None, credential: TokenCredential | None = None) -> None:
        self.cloud = cloud
        self.subscription = subscription or NO_SUBSCRIPTION
        self._credential = credential

    @cached_property
    def credential(self) -> TokenCredential:
        """What signs in."""
        if self._credential is not None:
            return self._credential
        if self.cloud.is_local and "IDENTITY_ENDPOINT" not in os.environ:
            return _FixedToken(os.environ.get(LOCAL_TOKEN, "local"))
        from azure.identity import DefaultAzureCredential

        logging.getLogger("azure").addHandler(logging.NullHandler())  # what it logs is told by its error, too
        return DefaultAzureCredential(authority=self.cloud.authority)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """The client for resources, groups and providers."""
        from azure.mgmt.resource.resources import ResourceManagementClient

        return ResourceManagementClient(self.credential, self.subscription, **self._settings())

    @cached_property
    def deployments(self) -> DeploymentsMgmtClient:
        """The client for deployments."""
        from azure.mgmt.resource.deployments import DeploymentsMgmtClient

        return DeploymentsMgmtClient(self.credential, self.subscription, **self._settings())

    @cached_property
    def stacks(self) -> DeploymentStacksClient:
        """The client for deployment stacks."""
        from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient

        return DeploymentStacksClient(self.credential, self.subscription, **self._settings())

    def send(self, method: str, path: str, api_version: str, body: Json = None) -> Any:
        """Return the JSON answer to a request that the SDK has no method for; None when the answer is empty.

        Raises:
            Fault: The service refused.
        """
        from azure.core.rest import HttpRequest

        content = {} if body is None else {"json": body}
        request = HttpRequest(method, path, params={"api-version": api_version}, **content)  # type: ignore[arg-type]
        with faults():
            answer = self.resources.send_request(request)
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def close(self) -> None:
        """Close the connections."""
        for name in ("resources", "deployments", "stacks"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "base_url": self.cloud.endpoint,
            "credential_scopes": [self.cloud.audience.rstrip("/") + "/.default"],
        }
        if self.cloud.is_local:
            settings["per_call_policies"] = [_plain_http_policy()]
            settings["polling_interval"] = 0
            settings["retry_connect"] = 0  # what does not listen here will not do so in a second
        return settings


class _FixedToken:
    """A credential for a server on this machine."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_more: Any) -> Any:
        """Return the token."""
        import time

        from azure.core.credentials import AccessToken

        return AccessToken(self._token, int(time.time()) + 3600)


def _plain_http_policy() -> Any:
    """Return a policy that lets a token go over plain http; for this machine alone.

    Source: azure-core, BearerTokenCredentialPolicy: the option ``enforce_https``.
    """
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class PlainHttp(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: Any) -> None:
            request.context.options.setdefault("enforce_https", False)

    return PlainHttp()


@contextmanager
def faults() -> Iterator[None]:
    """Turn the errors of the SDK into ours.

    Raises:
        Fault: The service refused.
        SignInError: No token could be had.
        StoppedError: The service could not be reached.
    """
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
        ServiceResponseError,
    )

    try:
        yield
    except ClientAuthenticationError as error:
        if error.response is not None:
            raise _fault(error) from error
        raise SignInError(
            f"cannot sign in: {error.message.splitlines()[0]}",
            hint="run 'az login', or set AZURE_CLIENT_ID, AZURE_TENANT_ID and a secret or certificate",
        ) from error
    except HttpResponseError as error:
        raise _fault(error) from error
    except (ServiceRequestError, ServiceResponseError) as error:
        raise StoppedError(
            f"the service cannot be reached: {error.message}", code="unreachable", hint="check the endpoint and network"
        ) from error


def _fault(error: Any) -> Fault:
    """Return the fault that an answer with an error holds.

    An operation that failed later has its error in an answer of status 200: the SDK keeps it in ``error.error``.
    """
    status = error.status_code or 0
    try:
        content = error.response.json() if error.response is not None else {}
    except Exception:  # noqa: BLE001 - an answer that is no JSON, of a proxy for one, is told by its status
        content = {}
    if isinstance(content, dict) and isinstance(content.get("error"), dict):
        return Fault.of(content, status if status >= 400 else 409)
    code = getattr(getattr(error, "error", None), "code", None) or f"Http{status}"
    message = getattr(getattr(error, "error", None), "message", None) or str(error.message).splitlines()[0]
    return Fault(status if status >= 400 else 409, code, message)
