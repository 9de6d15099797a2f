"""Which values of a resource are secrets by all that their names and texts say, where no definition tells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# The end of a name whose value is a secret, once marks between words are out.
_NAME: Final = re.compile(
    r"(?:password|passwd|pwd|passphrase|secret|secretvalue|securevalue|connectionstring|credential|sastoken|sasuri"
    r"|(?:access|auth|bearer|refresh|bot)token|pfxblob"
    r"|(?:account|access|shared|primary|secondary|secret|private|storage|api|master|host|function|authorization"
    r"|instrumentation|admin|query|subscription|signing|license|encryption)key)s?\Z"
)
# A text that holds a credential, whatever it is called.
_TEXT: Final = re.compile(
    r"(accountkey|sharedaccesskey|password|pwd|clientsecret)\s*=\s*[^;\s]|[?&]sig=[^&\s]", re.IGNORECASE
)
_MARKS: Final = re.compile(r"[\s_\-.:]+")
_REFERENCE: Final = "@Microsoft.KeyVault("  # says where the secret is


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Return whether a text under *name* is a secret by all that its name says."""
    return _NAME.search(_MARKS.sub("", name).casefold()) is not None


def is_secret_text(name: str, value: str) -> bool:
    """Return whether the text *value* under *name* is likely to be a secret, or to hold one."""
    if not name or not value or value.startswith(_REFERENCE):
        return False
    return is_secret_name(name) or ("=" in value and _TEXT.search(value) is not None)
