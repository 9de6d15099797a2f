"""The types that parameters and outputs of a template can have."""

from __future__ import annotations

_SECURE = frozenset({"securestring", "secureobject"})


def is_secure_type(name: object) -> bool:
    """Return whether *name* is ``secureString`` or ``secureObject``, in any case: its values are secrets."""
    return isinstance(name, str) and name.lower() in _SECURE
