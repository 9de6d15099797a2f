from __future__ import annotations

import pytest

from armlib.template.scope import SCHEMAS, ScopeKind, only_scope_kind, scope_kind_of_schema, scope_kind_of_types


@pytest.mark.parametrize("kind", ScopeKind)
def test_the_schema_of_a_scope_leads_back_to_it(kind: ScopeKind) -> None:
    assert scope_kind_of_schema(SCHEMAS[kind]) is kind


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("http://schema.management.azure.com/schemas/2014-04-01-preview/deploymentTemplate.json", ScopeKind.GROUP),
        ("https://schema.management.azure.com/schemas/2015-01-01/DeploymentTemplate.json#", ScopeKind.GROUP),
        ("https://schema.management.azure.com/schemas/2015-01-01/deploymentParameters.json#", None),
        ("", None),
    ],
)
def test_version_case_and_fragment_of_a_schema_do_not_matter(schema: str, kind: ScopeKind | None) -> None:
    assert scope_kind_of_schema(schema) is kind


def test_types_that_live_at_one_scope_decide() -> None:
    assert scope_kind_of_types(["Microsoft.Web/sites"]) is ScopeKind.GROUP
    assert scope_kind_of_types(["Microsoft.Resources/deployments", "microsoft.resources/RESOURCEGROUPS"]) is (
        ScopeKind.SUBSCRIPTION
    )
    assert scope_kind_of_types(["Microsoft.Management/managementGroups"]) is ScopeKind.TENANT
    assert only_scope_kind("Microsoft.Authorization/roleAssignments") is None
