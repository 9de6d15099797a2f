"""What the names of parameters and properties say."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# A secret is the last thing that such a name says; with one of these after it, the name is about the secret.
_ABOUT: Final = frozenset(
    [
        "name",
        "names",
        "id",
        "ids",
        "identifier",
        "uri",
        "uris",
        "url",
        "urls",
        "type",
        "types",
        "length",
        "policy",
        "enabled",
        "disabled",
        "version",
        "versions",
        "days",
        "expiry",
        "expiration",
        "expires",
        "rotation",
        "age",
        "kind",
        "mode",
        "setting",
        "settings",
        "count",
        "prefix",
        "suffix",
        "location",
        "path",
        "permission",
        "permissions",
        "required",
        "reset",
        "reference",
        "references",
        "ref",
        "store",
        "provider",
        "vault",
        "official",
        "officer",
        "role",
        "scope",
        "format",
        "complexity",
        "history",
        "group",
        "index",
        "size",
        "validity",
        "thumbprint",
        "authentication",
        "scopes",
    ]
)
_NEGATING: Final = frozenset(
    ["disable", "enable", "enabled", "disabled", "use", "allow", "has", "is", "no", "require", "generate"]
)
_SECRETS: Final = frozenset(["password", "passwords", "passwd", "pwd", "passphrase", "secret", "secrets"])
_PAIRS: Final = frozenset(
    {
        ("access", "key"),
        ("account", "key"),
        ("api", "key"),
        ("connection", "string"),
        ("private", "key"),
        ("shared", "key"),
        ("sas", "token"),
        ("primary", "key"),
        ("secondary", "key"),
        ("client", "secret"),
        ("auth", "token"),
        ("bearer", "token"),
    }
)


def words(name: str) -> list[str]:
    """Return the words of a name in lower case: ``adminPassword`` is ``admin``, ``password``."""
    return [word.lower() for word in _WORD.findall(name)]


def names_a_password(name: str) -> bool:
    """Return whether *name* is that of a password, and not of something about one."""
    found = words(name)
    if not found or found[-1] in _ABOUT or found[0] in _NEGATING:
        return False
    return "password" in name.lower() or bool(_SECRETS & set(found[-2:]))


def names_a_secret(name: str) -> bool:
    """Return whether *name* is that of a password, a key, a token or a connection string."""
    found = words(name)
    return names_a_password(name) or tuple(found[-2:]) in _PAIRS
