"""URI functions: ``uri``, ``parseUri``, ``buildUri``, ``uriComponent``, ``dataUri`` and back."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from typing import Any, NamedTuple
from urllib.parse import quote

from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions import unicode
from armlib.expressions.functions.access import MISSING, find_member
from armlib.expressions.functions.registry import Function, Mode
from armlib.expressions.functions.types import bounded_text, invalid, object_, text

_URI = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#\\]*))?([^?#]*)(\?[^#]*)?(#.*)?\Z", re.DOTALL)
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how Python marks a byte that is not UTF-8
_HOST = re.compile(r"(?:[^\s<>\"{}|^`%@]*|\[[0-9A-Fa-f:.%]+\])\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
_WEB = frozenset(_DEFAULT_PORTS)
_ALLOWED = "-._~!$&'()*+,;=:@/?#[]%"
_DATA = re.compile(r"data:([^,]*),(.*)\Z", re.IGNORECASE | re.DOTALL)
_CHARSETS = {"utf8": "utf-8", "utf-8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "utf-16": "utf-16-le"}
_CHARSETS |= {"iso-8859-1": "latin-1", "utf-32": "utf-32-le", "unicode": "utf-16-le", "utf-16be": "utf-16-be"}


class _Parts(NamedTuple):
    scheme: str | None
    authority: str | None
    path: str
    query: str
    fragment: str


def uri(base: Any, relative: Any) -> str:
    """Return *relative* resolved against the absolute URI *base*, in its escaped form.

    Source: RFC 3986, section 5.2, with what .NET's ``Uri`` does to host, port and characters.
    """
    start = _parts(text("uri", 0, base))
    reference = _parts(text("uri", 1, relative).strip())
    if not _is_absolute(start):
        raise EvaluationFault(
            "The template language function 'uri' expects its first argument to be an absolute URI. The provided value "
            f"is '{str(base)[:200]}'. Please see https://aka.ms/arm-functions#uri for usage details.",
            function="uri",
        )
    result = _normal("uri", _resolved(start, reference))
    bounded_text("uri", len(result))
    return result


def _parts(value: str) -> _Parts:
    match = _URI.match(value.strip())
    assert match is not None  # the pattern takes any text
    scheme = match[1].lower() if match[1] else None
    path = match[3]
    if scheme in _WEB or scheme is None:
        path = path.replace("\\", "/")
    return _Parts(scheme, match[2], path, match[4] or "", match[5] or "")


def _is_absolute(parts: _Parts) -> bool:
    if parts.scheme is None:
        return False
    return bool(parts.authority) if parts.scheme in _WEB else bool(parts.authority or parts.path)


def _resolved(base: _Parts, reference: _Parts) -> _Parts:
    if reference.scheme is not None:
        return reference
    if reference.authority is not None:
        return reference._replace(scheme=base.scheme)
    if not reference.path:
        query = reference.query or base.query
        return _Parts(base.scheme, base.authority, base.path, query, reference.fragment)
    path = reference.path
    if not path.startswith("/"):
        folder = base.path[: base.path.rfind("/") + 1]
        path = (folder or "/") + path
    return _Parts(base.scheme, base.authority, path, reference.query, reference.fragment)


def _normal(function: str, parts: _Parts) -> str:
    authority = ""
    if parts.authority is not None:
        user, at, host = parts.authority.rpartition("@")
        authority = "//" + _escaped(user) + at + _normal_host(function, parts.scheme or "", host)
    path = _without_dots(parts.path) if parts.authority is not None else parts.path
    return f"{parts.scheme}:{authority}{_escaped(path)}{_escaped(parts.query)}{_escaped(parts.fragment)}"


def _normal_host(function: str, scheme: str, host: str) -> str:
    name, colon, port = host.rpartition(":") if re.search(r":\d*\Z", host) else (host, "", "")
    if not _HOST.match(name) or (scheme in _WEB and not name) or len(port) > 5 or (port and int(port) > 65535):
        raise EvaluationFault(
            f"The template language function '{function}' cannot make a URI: the host '{host[:200]}' is not valid.",
            function=function,
        )
    if not port or int(port) == _DEFAULT_PORTS.get(scheme):
        return name.lower()
    return f"{name.lower()}{colon}{int(port)}"


def _without_dots(path: str) -> str:
    result: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        is_last = number == len(segments) - 1
        if segment in (".", ".."):
            if segment == ".." and len(result) > 1:
                result.pop()
            if is_last:
                result.append("")
        else:
            result.append(segment)
    joined = "/".join(result)
    return joined if joined.startswith("/") else "/" + joined


def _escaped(value: str) -> str:
    """Return *value* with what a URI cannot hold percent-encoded; what is encoded already stays."""
    escaped = quote(unicode.utf8(value), safe=_ALLOWED)
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", escaped)


def uri_component(value: Any) -> str:
    """Return a text with everything but letters, digits and ``-_.~`` percent-encoded."""
    content = text("uriComponent", 0, value)
    bounded_text("uriComponent", 3 * len(content))
    return quote(unicode.utf8(content), safe="-_.~")


def uri_component_to_string(value: Any) -> str:
    """Return a text with percent-encoded UTF-8 decoded; what is not UTF-8 stays as it is."""
    return _unescaped(text("uriComponentToString", 0, value))


def _unescaped(value: str) -> str:
    return _ENCODED.sub(_decoded, value)


def _decoded(match: re.Match[str]) -> str:
    data = bytes.fromhex(match.group().replace("%", ""))
    try:
        return data.decode()
    except UnicodeDecodeError:
        shown = data.decode(errors="surrogateescape")
        return _NOT_UTF8.sub(lambda found: f"%{ord(found.group()) - 0xDC00:02X}", shown)


def data_uri(value: Any) -> str:
    """Return a text as a data URI in base64."""
    encoded = base64.b64encode(unicode.utf8(text("dataUri", 0, value))).decode()
    bounded_text("dataUri", len(encoded))
    return f"data:text/plain;charset=utf-8;base64,{encoded}"


def data_uri_to_string(value: Any) -> str:
    """Return the text that a data URI holds."""
    content = text("dataUriToString", 0, value)
    match = _DATA.match(content)
    if match is None:
        raise _not_converted("the value is not a data URI")
    _, *options = (part.strip().lower() for part in match[1].split(";"))
    charset = next((option.partition("=")[2] for option in options if option.startswith("charset=")), "utf-8")
    codec = _CHARSETS.get(charset.strip('"'))
    if codec is None:
        raise _not_converted(f"the character set '{charset[:40]}' is not known")
    data = match[2]
    try:
        if "base64" in options:
            return decode_base64(_unescaped(data)).decode(codec)
        return _unescaped(data) if codec in ("utf-8", "ascii") else codecs.decode(_percent_bytes(data), codec)
    except (ValueError, UnicodeError):
        raise _not_converted("its data cannot be decoded") from None


def _percent_bytes(data: str) -> bytes:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(data)


def _not_converted(problem: str) -> EvaluationFault:
    return EvaluationFault(
        "The template language function 'dataUriToString' expects its parameter to be formatted as a valid data URI: "
        f"{problem}. The value of type 'String' cannot be converted to the target type 'Uri'.",
        function="dataUriToString",
    )


def decode_base64(value: str) -> bytes:
    """Return the bytes of base64 text; white space is ignored, anything else that is wrong is an error.

    Raises:
        ValueError: *value* is not base64.
    """
    try:
        return base64.b64decode(value.translate(_NO_SPACE).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from None


_NO_SPACE = {ord(space): None for space in " \t\r\n"}


def parse_uri(value: Any) -> dict[str, Any]:
    """Return scheme, host, port, path and query of an absolute URI; the port is null when it is not given."""
    content = text("parseUri", 0, value)
    parts = _parts(content)
    if not _is_absolute(parts):
        raise invalid("parseUri", "the value is not an absolute URI.")
    host = (parts.authority or "").rpartition("@")[2]
    name, _, port = host.rpartition(":") if re.search(r":\d+\Z", host) else (host, "", "")
    _normal_host("parseUri", parts.scheme or "", host)
    return {
        "scheme": parts.scheme,
        "host": name.lower(),
        "port": int(port) if port else None,
        "path": _escaped(_without_dots(parts.path)),
        "query": _escaped(parts.query),
    }


def build_uri(value: Any) -> str:
    """Return the URI of an object with scheme, host and perhaps port, path and query."""
    members = object_("buildUri", 0, value)
    scheme, host = (_component(members, name, "") for name in ("scheme", "host"))
    path, query = (_component(members, name, "") for name in ("path", "query"))
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) or not host:
        raise invalid("buildUri", "the object must have a 'scheme' and a 'host'.")
    port = find_member(members, "port")
    if port is not MISSING and port is not None and (type(port) is not int or not -1 <= port <= 65535):
        raise invalid("buildUri", "the 'port' must be an integer from 0 to 65535.")
    authority = host if port in (MISSING, None, -1) else f"{host}:{port}"
    path = path if path.startswith("/") else "/" + path
    query = query if query.startswith("?") or not query else "?" + query
    return _normal(
        "buildUri", _Parts(scheme.lower(), authority, path.replace("?", "%3F").replace("#", "%23"), query, "")
    )


def _component(members: dict[str, Any], name: str, default: str) -> str:
    value = find_member(members, name)
    if value is MISSING or value is None:
        return default
    if type(value) is not str:
        raise invalid("buildUri", f"the member '{name}' must be a string.")
    return value


FUNCTIONS = (
    Function(name="uri", minimum=2, maximum=2, run=uri, result="string"),
    Function(name="uriComponent", minimum=1, maximum=1, run=uri_component, result="string"),
    Function(name="uriComponentToString", minimum=1, maximum=1, run=uri_component_to_string, result="string"),
    Function(name="dataUri", minimum=1, maximum=1, run=data_uri, result="string"),
    Function(name="dataUriToString", minimum=1, maximum=1, run=data_uri_to_string, result="string"),
    Function(name="parseUri", minimum=1, maximum=1, run=parse_uri, result="object"),
    Function(name="buildUri", minimum=1, maximum=1, run=build_uri, result="string", mode=Mode.DEEP),
)
