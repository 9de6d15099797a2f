"""What an ARM template is: scopes, resource ids, limits, the canonical order of its members, its JSON text."""
