"""Paths of requests as ids: without regard to case, doubled slashes and slashes at the end."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from armlib.deployment.fault import Fault

_FORBIDDEN = frozenset("/\\") | {chr(code) for code in (*range(0x20), 0x7F)}


def read_path(raw: bytes) -> str:
    """Return the path of a request, decoded, as ids in bodies spell it; ``""`` for the root.

    The keywords ``subscriptions``, ``resourceGroups`` and ``providers`` get the spelling that ids have; names keep
    theirs.

    Raises:
        Fault: 400 ``InvalidRequestUri``: a segment is no UTF-8, is ``.`` or ``..``, or holds a slash, a backslash or a
            control character once it is decoded.
    """
    segments = [_decode(segment) for segment in raw.partition(b"?")[0].split(b"/") if segment]
    return "".join(f"/{segment}" for segment in _as_id(segments))


def _decode(segment: bytes) -> str:
    try:
        text = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refusal(segment, "is not UTF-8 text") from error
    if text.strip() in (".", "..") or _FORBIDDEN.intersection(text):
        raise _refusal(segment, "leads out of its place, or holds a slash, a backslash or a control character")
    return text


def _refusal(segment: bytes, reason: str) -> Fault:
    shown = segment[:80].decode("ascii", "backslashreplace")
    return Fault(400, "InvalidRequestUri", f"The request URI is not valid: the segment '{shown}' {reason}.")


def _as_id(segments: list[str]) -> list[str]:
    """Return *segments* with the keywords of an id spelt as ids do, where they are keywords and not names."""
    found = list(segments)
    at = 0
    if _is(found, 0, "subscriptions"):
        found[0], at = "subscriptions", 2
        if _is(found, 2, "resourcegroups"):
            found[2], at = "resourceGroups", 4
    while at < len(found):
        if _is(found, at, "providers"):
            found[at] = "providers"
        at += 2  # the namespace follows, or a type is followed by a name
    return found


def _is(segments: list[str], at: int, keyword: str) -> bool:
    return len(segments) > at and segments[at].casefold() == keyword
