"""What a call is refused with."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.deployment.fault import Fault


def refused(call: Any, *arguments: Any, **named: Any) -> tuple[int, str]:
    """Call, and return the status and the code of the fault that comes."""
    with pytest.raises(Fault) as caught:
        call(*arguments, **named)
    assert caught.value.message
    return caught.value.status, caught.value.code
