"""What tags may be.

Source: "Use tags to organize your Azure resources", Limitations.
"""

from __future__ import annotations

import re
from typing import Any, Final

from armlib.deployment.fault import Fault
from armlib.emulator.addresses import Address

_MOST: Final = 50
_LONGEST_NAME: Final = 512
_LONGEST_VALUE: Final = 256
_SHORTER_NAMES: Final = {"microsoft.storage/storageaccounts": 128}
_HIDDEN: Final = "hidden-"  # "hidden-link:/subscriptions/…": what the portal reads
_BAD: Final = re.compile(r"[<>%&\\?/\x00-\x1f]")


def check_tags(address: Address, tags: Any) -> None:
    """Raise a fault when *tags* cannot be the tags of a resource; None is fine.

    Raises:
        Fault: they are no object of texts, too many, too long, or have names with characters that cannot be used.
    """
    if tags is None:
        return
    if not isinstance(tags, dict):
        raise Fault(400, "InvalidRequestContent", "The request content was invalid: 'tags' must be an object of texts.")
    if len(tags) > _MOST:
        raise Fault(400, "TooManyTags", f"The resource has {len(tags)} tags, more than {_MOST}.", target=address.id)
    longest = _SHORTER_NAMES.get(address.type_key, _LONGEST_NAME)
    seen: set[str] = set()
    for name, value in tags.items():
        if _BAD.search(name) and not name.casefold().startswith(_HIDDEN):
            raise Fault(
                400,
                "InvalidTagNameCharacters",
                f"The tag name '{name[:60]}' has a character that no tag's name can have: '<,>,%,&,\\,?,/' or a "
                "control character.",
            )
        if not name.strip() or len(name) > longest:
            raise Fault(400, "InvalidTagName", f"The tag name '{name[:60]}' must have 1 to {longest} characters.")
        if name.casefold() in seen:
            raise Fault(400, "DuplicateTagName", f"The tag name '{name}' is there twice: case does not count.")
        seen.add(name.casefold())
        if value is not None and (isinstance(value, dict | list) or len(str(value)) > _LONGEST_VALUE):
            raise Fault(
                400,
                "InvalidTagValue",
                f"The value of the tag '{name}' must be a text of at most {_LONGEST_VALUE} characters.",
            )
