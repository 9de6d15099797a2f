"""The ASGI application: requests to calls, answers to responses, each with the service's headers."""

from __future__ import annotations

import json
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from armlib.deployment.fault import Fault
from armlib.emulator.http.body import SIZE_LIMIT, too_large
from armlib.emulator.http.call import Answer, Call
from armlib.emulator.http.service import Service, refusal

_DISCARDED = 64 << 20  # bytes that are read past the limit, so that a client that is still writing sees the answer

Log = Callable[[str], None]


class Application:
    """Serves a :class:`~armlib.emulator.http.service.Service`.

    Args:
        service: What answers.
        log: Is told a line for each request; None for silence.
        complain: Is told the traceback of a failure that nobody foresaw.
    """

    def __init__(self, service: Service, *, log: Log | None = None, complain: Log | None = None) -> None:
        self._service = service
        self._log = log
        self._complain = complain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        assert scope["type"] == "http", "the server speaks HTTP alone"
        started = time.perf_counter()
        request = Request(scope, receive)
        headers = dict(request.headers.items())
        correlation_id = _guid(headers.get("x-ms-correlation-request-id"))
        try:
            answer = await self._answer(request, headers, correlation_id)
        except ClientDisconnect:
            return
        await _response(answer, request.method, headers, correlation_id)(scope, receive, send)
        if self._log is not None:
            took = (time.perf_counter() - started) * 1000
            self._log(f"{answer.status} {request.method} {_printable(scope['raw_path'])} {took:.0f} ms")

    async def _answer(self, request: Request, headers: dict[str, str], correlation_id: str) -> Answer:
        try:
            self._service.check_head(request.method, headers)
            content = await _content(request, headers)
            call = Call(
                service=self._service,
                method=request.method,
                base=_base(request, headers),
                path="",
                query={name.casefold(): value for name, value in request.query_params.items()},
                headers=headers,
                content=content,
                correlation_id=correlation_id,
            )
            return await run_in_threadpool(self._service.answer, call, request.scope["raw_path"])
        except Fault as fault:
            return refusal(fault)
        except ClientDisconnect:
            raise
        except RecursionError:
            message = "The request content was invalid and could not be deserialized: it is nested too deep."
            return refusal(Fault(400, "InvalidRequestContent", message))
        except Exception:  # noqa: BLE001 - the last resort: the client gets an answer, and the user is told of our bug
            if self._complain is not None:
                self._complain(traceback.format_exc())
            # Clients would send a request that was answered with 500 or 503 again and again.
            message = f"The local server failed; it has printed why. The correlation id is '{correlation_id}'."
            return refusal(Fault(501, "InternalServerError", message))


async def _content(request: Request, headers: dict[str, str]) -> bytes:
    """Return the body of *request*.

    Raises:
        Fault: 413: it is too large.
    """
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > _DISCARDED:
        raise too_large()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _DISCARDED:
            break
        if size <= SIZE_LIMIT:
            parts.append(part)
    if size > SIZE_LIMIT:
        raise too_large()
    return b"".join(parts)


def _base(request: Request, headers: dict[str, str]) -> str:
    host = headers.get("host")
    if not host:
        server = request.scope.get("server") or ("localhost", None)
        host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
    return f"{request.scope['scheme']}://{host}"


def _response(answer: Answer, method: str, headers: dict[str, str], correlation_id: str) -> Response:
    content, media_type = _encoded(answer)
    request_id = str(uuid.uuid4())
    found = {
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation_id,
        "x-ms-routing-request-id": f"LOCAL:{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}:{request_id}",
        **answer.headers,
    }
    client_id = headers.get("x-ms-client-request-id")
    if client_id and headers.get("x-ms-return-client-request-id", "").casefold() == "true":
        found["x-ms-client-request-id"] = client_id
    if content:
        found["Content-Type"] = media_type
    response = Response(b"" if method == "HEAD" else content, answer.status, found)
    if answer.status == 204:
        del response.headers["content-length"]
    return response


def _encoded(answer: Answer) -> tuple[bytes, str]:
    if answer.text is not None:
        return answer.text.encode(), answer.media_type
    if answer.json is None:
        return b"", ""
    return json_text(answer.json), answer.media_type


def json_text(value: Any) -> bytes:
    """Return *value* as JSON, integers with every digit."""
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer that does not fit into 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _guid(text: str | None) -> str:
    """Return *text* when it is a GUID, else a new one."""
    try:
        return str(uuid.UUID(text or ""))
    except ValueError:
        return str(uuid.uuid4())


def _printable(path: bytes) -> str:
    return path.partition(b"?")[0][:300].decode("ascii", "backslashreplace")
