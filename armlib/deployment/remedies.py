"""What to do about the refusals that people meet most.

Source: "Troubleshoot common Azure deployment errors" and the pages on the single codes.
"""

from __future__ import annotations

from armlib.deployment.fault import Fault

_REMEDIES = {
    "AccountNameInvalid": "3 to 24 lower-case letters and digits",
    "AuthorizationFailed": "ask for the role that allows it at this scope, or sign in as somebody else",
    "BadRequest": "the service says what it does not take; compare with 'armlib types show TYPE@VERSION'",
    "Conflict": "something else changes the resource, or it has a state that forbids it; try again, or look at it",
    "DeploymentActive": "wait until the other deployment has ended, cancel it, or give this one another --name",
    "DeploymentQuotaExceeded": "delete old deployments from the history of the scope",
    "InvalidDeploymentLocation": "a deployment keeps its location; give --location as before, or another --name",
    "InvalidResourceLocation": "a resource cannot move; give it its old location or another name, or delete it first",
    "InvalidResourceReference": "deploy what is named first, or correct the id",
    "InvalidTemplateDeployment": "the errors inside say what; none of the resources was changed",
    "LinkedAuthorizationFailed": "a resource that is referred to lies where you have no permission",
    "LocationNotAvailableForResourceType": "choose another region",
    "LocationRequired": "add a location to the resource, or give --location",
    "MissingSubscriptionRegistration": "register the namespace: az provider register --namespace NAMESPACE",
    "NoRegisteredProviderFound": "check the type, the API version and the region",
    "OperationNotAllowed": "often a quota: ask for more, or choose a smaller or another size",
    "ParentResourceNotFound": "deploy the parent first, or make the child depend on it",
    "PrincipalNotFound": "a new identity takes a while to be known; set principalType, or try again",
    "QuotaExceeded": "ask for more quota, or choose another size or region",
    "RequestDisallowedByPolicy": "the error names the policy; meet what it asks for, or ask for an exemption",
    "ResourceGroupNotFound": "make the group first: az group create, or give --location and armlib makes it",
    "ResourceNotFound": "deploy it first, or make what refers to it depend on it",
    "RoleAssignmentExists": "the assignment is there under another name; name yours by guid(scope, principal, role)",
    "RoleAssignmentUpdateNotPermitted": "an assignment cannot change its principal or role; give it another name",
    "ScopeLocked": "remove the lock, or deploy without what it forbids",
    "SkuNotAvailable": "choose another size, region or zone",
    "StorageAccountAlreadyTaken": "the name is somebody's in all of Azure; choose another",
    "SubscriptionNotFound": "check the id, and that you are signed in to its tenant",
    "VaultAlreadyExists": "a deleted vault may still hold the name; recover or purge it, or choose another name",
}


def remedy(fault: Fault) -> str | None:
    """Return what to do about *fault*; None for a code that says it all, or that nothing is known of."""
    return fault.hint or _REMEDIES.get(fault.code)
