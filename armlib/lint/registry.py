"""All the rules, by the order that they are listed in."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Final

from armlib.diagnostics import Severity
from armlib.lint.rule import Rule, Stage

NAMES: Final = (
    # secrets
    "secret_param_secure",
    "secure_default",
    "output_secret",
    "secure_sink",
    "secure_in_nested",
    "secure_in_params_file",
    "command_secret",
    "admin_literal",
    # what differs from place to place and from day to day
    "location_param",
    "env_url",
    "api_recent",
    "api_recent_calls",
    "version_by_providers",
    "module_recent",
    "vm_size_param",
    # types
    "unknown_type",
    "unknown_property",
    "readonly_write",
    "required_missing",
    "enum_value",
    "wrong_value",
    # order and identity
    "unused",
    "unused_variable",
    "unused_local",
    "dynamic_variable",
    "redundant_depends",
    "depends_if",
    "id_by_function",
    "parent_link",
    "ambiguous_id",
    "stable_id",
    "uri_by_function",
    # shape
    "limits",
    "nested_name",
    "debug_setting",
    "hardcoded_output",
    "blank_values",
    "description",
    "module_shape",
    "schema",
    "param_bounds",
    "param_type_consistent",
    "artifacts_pair",
    "naming",
    "tags",
    # security of resources
    "vm_image_stable",
    "retired_resource",
    "https_only",
    "public_access",
    "ftps_debug_cors",
    "app_logs",
    "managed_identity",
    "local_auth",
    "vault_protect",
    "tde_audit",
    "aks_rbac",
    "apim_exposure",
    "apim_backend",
    "apim_secret",
    "custom_role",
    "overwrite_risk",
    # parameters files
    "params_schema",
    "params_version",
    "params_present",
    "params_value",
    # forms of the portal
    "ui_schema",
    "ui_handler",
    "ui_blank",
    "ui_confirmation",
    "ui_controls_exist",
    "ui_existing",
    "ui_location_output",
    "ui_outputs_declared",
    "ui_parameters_given",
    "ui_password_box",
    "ui_password_length",
    "ui_textbox",
    "ui_tooltip",
    "ui_username_default",
    "ui_validation_message",
    "ui_allowed_values",
    "ui_vm_sizes",
)

SUPPRESSION: Final = Rule(
    code="lint-suppression",
    severity=Severity.WARNING,
    stage=Stage.TEMPLATE,
    summary="what is left out has a reason, names a rule that there is, and is still needed",
    why="A suppression without a reason cannot be judged by who comes later, and one of nothing hides what comes next.",
    bad='{ "metadata": { "armlib": { "ignore": [ { "rule": "schema" } ] } } }',
    good='{ "metadata": { "armlib": { "ignore": [ { "rule": "schema", "reason": "a sketch" } ] } } }',
    check=lambda subject: (),
)
"""The rule about suppressions themselves, which runs where they are applied."""


def _rules() -> dict[str, Rule]:
    found = [import_module(f"armlib.lint.rules.{name}").RULE for name in NAMES]
    return {rule.code: rule for rule in [*found, SUPPRESSION]}


RULES: Final = MappingProxyType(_rules())
"""The rules by their code."""
