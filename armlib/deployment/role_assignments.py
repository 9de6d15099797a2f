"""Role assignments that are there already, under another name: what they ask for is so, and is no failure.

Azure refuses a second assignment of the same role to the same principal at the same scope. A template that names its
assignment otherwise than who made the first one, the portal for one, would never deploy.

Source: "Troubleshoot Azure RBAC", symptom "Role assignment already exists".
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from armlib.deployment.expand import ExpandedResource
from armlib.deployment.fault import Fault
from armlib.deployment.scopes import id_key
from armlib.deployment.target import Submission

_EXISTS = "RoleAssignmentExists"


def without_existing(submission: Submission, fault: Fault, resources: Sequence[ExpandedResource]) -> Submission | None:
    """Return *submission* without the role assignments that *fault* says are there already.

    They get the condition ``false``, so that what depends on them still finds them in the template. None when *fault*
    tells of something else too, or of an assignment that a loop makes.
    """
    causes = list(fault.causes())
    if not all(cause.code == _EXISTS and cause.target for cause in causes):
        return None
    by_id = {id_key(one.id): one for one in resources if isinstance(one.id, str)}
    template: Any = copy.deepcopy(submission.template)
    for cause in causes:
        one = by_id.get(id_key(str(cause.target)))
        declared: Any = template
        for step in one.path if one is not None else ():
            declared = declared[step]
        if one is None or not isinstance(declared, dict) or "copy" in declared or declared.get("condition") is False:
            return None
        declared["condition"] = False
    return replace(submission, template=template)
