"""The limits that Azure sets a template.

Source: "ARM template best practices", template limits, Azure Resource Manager documentation.
"""

from __future__ import annotations

MAX_TEMPLATE_BYTES = 4 * 1024 * 1024  # of the template's JSON; the service measures after expansion
MAX_RESOURCE_BYTES = 1024 * 1024  # of one resource's definition
MAX_PARAMETERS = 256
MAX_VARIABLES = 256
MAX_RESOURCES = 800  # copies counted
MAX_OUTPUTS = 64
MAX_EXPRESSION_CHARACTERS = 24_576
MAX_DEPLOYMENT_NAME_CHARACTERS = 64
