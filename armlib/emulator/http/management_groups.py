"""Management groups; a single one is put, got and deleted as any resource is."""

from __future__ import annotations

from armlib.emulator.http.call import Answer, Call


def list_(call: Call) -> Answer:
    """Answer GET of the management groups."""
    return call.slice(call.engine.scopes.management_groups())
