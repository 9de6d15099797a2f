"""Requests to one registry over HTTP: signing in, trying again, and trusting nothing that comes back.

Every body is bounded, redirects are few and never leave HTTPS, and credentials go to the registry and to the token
service that it names, nowhere else. No error tells a token or a password.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers, get_environ_proxies, select_proxy

from armlib import __version__
from armlib.packages.credentials import Credential, NobodyError
from armlib.packages.errors import RegistryError

_ATTEMPTS: Final = 5
_FIRST_WAIT: Final = 0.5  # seconds, doubled each time
_LONGEST_WAIT: Final = 60.0  # seconds that a registry may ask for
_MOST_REDIRECTS: Final = 5
_CONNECT: Final = 10.0  # seconds
_SILENCE: Final = 30.0  # seconds without a byte
_LEAST_TIME: Final = 60.0  # seconds that any body may take
_LEAST_RATE: Final = 2**19  # bytes a second that a larger one must come to
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PART: Final = 64 * 1024
_LARGEST_TOKEN: Final = 256 * 1024
_QUOTED: Final = 300  # characters of an error body that are shown


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a registry, its body read and bounded."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str

    def header(self, name: str) -> str:
        """Return a header, "" when it is not there; letter case does not matter."""
        return next((text for key, text in self.headers.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: *limit* is how many bytes its body may have, *scope* what a token must allow."""

    method: str
    path: str  # or an address
    scope: str
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    limit: int = 1024 * 1024
    accepted: frozenset[int] = frozenset({200})
    attempts: int = _ATTEMPTS


class Transport:
    """The way to the registry at *host*.

    Args:
        host: Name and perhaps port. On the machine itself plain HTTP is spoken, as every client of registries does.
        credential: Who we are there, asked for when the registry wants to know.
        ca_file: Certificates to trust instead of the system's.
        sleep: How to wait.

    Raises:
        RegistryError: *ca_file* has no certificates.
    """

    def __init__(
        self,
        host: str,
        credential: Callable[[], Credential | None],
        *,
        ca_file: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.host = host
        self.base = f"{'http' if is_loopback(host) else 'https'}://{host}"
        self._credential = credential
        self._sleep = sleep
        self._headers = {**default_headers(), "User-Agent": f"armlib/{__version__}"}
        self._verify = _certificates(ca_file) if ca_file else _environment_certificates()
        self._adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16, max_retries=0)
        self._tokens: dict[str, str] = {}
        self._known: tuple[Credential | None, str] | None = None  # who we are, or why that is not known
        self._proxies: dict[tuple[str, str], dict[str, str]] = {}
        self._guard = threading.Lock()
        self._is_lost = False

    def send(self, ask: Ask) -> Answer:
        """Return the answer to *ask*; what may pass is tried again.

        Raises:
            RegistryError: It cannot be reached, refuses, redirects too often, or gives too much.
        """
        wait = _FIRST_WAIT
        attempts = 1 if self._is_lost else ask.attempts
        for attempt in range(1, attempts + 1):
            try:
                answer = self._signed_in(ask)
                self._is_lost = False
            except _LostError as lost:
                if attempt == attempts:
                    self._is_lost = True  # what comes next waits no more, a mirror that is gone holds nothing up
                    raise self._unreachable(lost) from lost
                answer = None
            if answer is not None and answer.status in ask.accepted:
                return answer
            if answer is not None and (answer.status not in _TRANSIENT or attempt == attempts):
                raise self._refused(ask, answer)
            pause = wait * random.uniform(0.8, 1.2)  # noqa: S311 - so that many do not come back at once
            self._sleep(max(pause, self._asked_to_wait(answer)))
            wait *= 2
        raise AssertionError("the last attempt returns or raises")

    def _asked_to_wait(self, answer: Answer | None) -> float:
        """Return the seconds that the registry wants us to wait.

        Raises:
            RegistryError: They are too many.
        """
        text = answer.header("Retry-After") if answer is not None else ""
        seconds = _seconds(text)
        if seconds > _LONGEST_WAIT:
            message = f"{self.host} is busy and wants us back in {seconds:.0f} s"
            raise RegistryError(message, code="registry-busy", hint="try again later")
        return seconds

    def _signed_in(self, ask: Ask) -> Answer:
        """Send *ask*; where the registry wants to know who we are, sign in and send it again."""
        answer = self._follow(ask, self._tokens.get(ask.scope))
        if answer.status != 401:
            return answer
        authorization = self._sign_in(answer.header("WWW-Authenticate"), ask.scope)
        if authorization is None:
            return answer
        with self._guard:
            self._tokens[ask.scope] = authorization
        return self._follow(ask, authorization)

    def _follow(self, ask: Ask, authorization: str | None) -> Answer:
        """Send *ask* and follow redirects, without the authorization where they lead to another host."""
        address = urljoin(f"{self.base}/", ask.path)
        for _ in range(_MOST_REDIRECTS + 1):
            secret = authorization if _authority(address) == _authority(self.base) else None
            answer = self._once(ask, address, secret)
            target = answer.header("Location")
            if answer.status not in _REDIRECTS or ask.method not in ("GET", "HEAD") or not target:
                return answer
            address = self._next(address, target)
        message = f"{self.host} redirects more than {_MOST_REDIRECTS} times"
        raise RegistryError(message, code="registry-redirects", hint="this is a fault of the registry")

    def _next(self, source: str, target: str) -> str:
        """Return where a redirect from *source* leads, if it may be followed."""
        try:
            address = urljoin(source, target)
            old, new = urlsplit(source), urlsplit(address)
        except ValueError as error:
            raise RegistryError(f"{self.host} redirects to no address", code="registry-redirects") from error
        if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme != "https"):
            message = f"{self.host} redirects to '{new.scheme}://{new.hostname}', away from HTTPS"
            raise RegistryError(message, code="registry-redirects", hint="this is a fault of the registry")
        return address

    def _once(self, ask: Ask, address: str, authorization: str | None) -> Answer:
        try:
            with self._adapter.send(
                self._prepared(ask, address, authorization),
                stream=True,
                timeout=(_CONNECT, _SILENCE),
                verify=self._verify,
                proxies=self._proxies_to(address),
            ) as response:
                limit = ask.limit if response.status_code == 200 else max(ask.limit, 64 * 1024)
                body = b"" if ask.method == "HEAD" else _bounded(response, limit, self.host)
                return Answer(response.status_code, dict(response.headers), body, address)
        except requests.exceptions.SSLError as error:
            hint = "packages.ca names a file of certificates to trust"
            message = f"{self.host} does not prove who it is: {_reason(error)}"
            raise RegistryError(message, code="registry-untrusted", hint=hint) from error
        except requests.exceptions.ProxyError as error:
            raise _LostError(f"its proxy {_proxy_of(address)} does not connect us: {_reason(error)}") from error
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if isinstance(error, ValueError):  # requests has several errors for what is no address
                raise RegistryError(f"{self.host} gives an address that is none", code="registry-redirects") from error
            raise _LostError(_reason(error)) from error
        except ValueError as error:  # and looks at where a redirect leads, though it is not to follow it
            raise RegistryError(f"{self.host} redirects to no address", code="registry-redirects") from error

    def _prepared(self, ask: Ask, address: str, authorization: str | None) -> requests.PreparedRequest:
        """Return the request as it is sent; a session would take as long to prepare it as the rest takes."""
        request = requests.PreparedRequest()
        request.method = ask.method
        request.url = address
        request.headers = CaseInsensitiveDict({**self._headers, **ask.headers})
        if authorization:
            request.headers["Authorization"] = authorization
        request.prepare_body(ask.data, None)
        return request

    def _proxies_to(self, address: str) -> dict[str, str]:
        """Return the proxies that lead to *address*, none for this machine."""
        place = _authority(address)
        if place not in self._proxies:
            self._proxies[place] = {} if is_loopback(place[1]) else get_environ_proxies(address)
        return self._proxies[place]

    # Signing in

    def _sign_in(self, challenge: str, scope: str) -> str | None:
        """Return what to say to *challenge* in ``Authorization``, or None when there is nothing to say."""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic":
            credential = self._who()
            return credential.basic() if credential is not None else None
        if scheme.lower() != "bearer":
            return None
        said = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        realm = urljoin(f"{self.base}/", said.get("realm", ""))
        if not said.get("realm") or (urlsplit(realm).scheme != "https" and not is_loopback(urlsplit(realm).netloc)):
            message = f"{self.host} sends us to '{_plain(realm)}' to sign in, which is not HTTPS"
            raise RegistryError(message, code="registry-answer")
        return f"Bearer {self._token(realm, said.get('service', ''), _joined(scope, said.get('scope', '')))}"

    def _who(self) -> Credential | None:
        """Return who we are, or None: registries may let in whoever is nobody. Asked once, since Azure is slow."""
        with self._guard:
            if self._known is None:
                try:
                    self._known = self._credential(), ""
                except NobodyError as error:
                    self._known = None, f"; {error}"
            return self._known[0]

    def _token(self, realm: str, service: str, scope: str) -> str:
        """Return a token for *scope* from the token service at *realm*."""
        credential = self._who()
        asked = {"service": service, "scope": scope}
        ask = Ask(method="GET", path="", scope="", limit=_LARGEST_TOKEN)
        if credential is not None and credential.identity_token:
            form = {**asked, "grant_type": "refresh_token", "client_id": "armlib"}
            data = urlencode({**form, "refresh_token": credential.identity_token}).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._once(Ask(method="POST", path="", scope="", headers=headers, data=data), realm, None)
        else:
            parts = urlsplit(realm)
            query = "&".join(filter(None, (parts.query, urlencode({key: text for key, text in asked.items() if text}))))
            answer = self._once(
                ask, urlunsplit(parts._replace(query=query)), credential.basic() if credential else None
            )
        if answer.status in _TRANSIENT:
            raise _LostError(f"its token service answers {answer.status}")
        if answer.status != 200:
            raise self._unauthorized(f"its token service answers {answer.status}")
        with contextlib.suppress(ValueError, RecursionError, AttributeError):
            said = json.loads(answer.body)
            token = said.get("token") or said.get("access_token")
            if isinstance(token, str) and token.isascii() and token.isprintable():
                return token
        raise RegistryError(f"the token service of {self.host} gives no token", code="registry-answer")

    # Errors

    def _refused(self, ask: Ask, answer: Answer) -> RegistryError:
        what = f"{ask.method} {urlsplit(answer.address).path}"
        if answer.status == 401:
            return self._unauthorized(f"it answers 401 to {what}")
        if answer.status == 403:
            return RegistryError(
                f"{self.host} does not allow us this: it answers 403 to {what}{_said(answer)}",
                code="registry-refused",
                hint="whoever owns the registry must allow it",
            )
        if answer.status == 429:
            return RegistryError(
                f"{self.host} says that we ask too much (429)", code="registry-busy", hint="try again later"
            )
        code = "registry-unreachable" if answer.status in _TRANSIENT else "registry-answer"
        return RegistryError(f"{self.host} answers {answer.status} to {what}{_said(answer)}", code=code)

    def _unauthorized(self, why: str) -> RegistryError:
        return RegistryError(
            f"{self.host} wants to know who we are: {why}{self._known[1] if self._known else ''}",
            code="registry-refused",
            hint=f"sign in with 'docker login {self.host}', or put it into ~/.docker/config.json",
        )

    def _unreachable(self, lost: _LostError) -> RegistryError:
        hint = "check the name, the network and HTTPS_PROXY; --offline uses what is in the cache"
        return RegistryError(f"{self.host} cannot be reached: {lost}", code="registry-unreachable", hint=hint)


class _LostError(Exception):
    """There was no answer, or not all of it."""


def _joined(wanted: str, said: str) -> str:
    """Return the scopes *wanted*, and those that a registry has *said* and that are not among them.

    What a registry wants is for one request; one token for all that follows saves asking for more.
    """
    allowed = {name: set(actions.split(",")) for name, _, actions in (one.rpartition(":") for one in wanted.split())}
    parts = ((one, *one.rpartition(":")[::2]) for one in said.split())
    more = [one for one, name, actions in parts if not set(actions.split(",")) <= allowed.get(name, set())]
    return " ".join((*wanted.split(), *more))


def is_loopback(host: str) -> bool:
    """Return whether *host*, with or without a port, is this machine."""
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name in ("localhost", "::1") or name.startswith("127.")


def _certificates(file: str) -> str:
    """Return *file*, which has certificates to trust.

    Raises:
        RegistryError: It has none.
    """
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        message = f"{file} has no certificates to trust: {error.strerror or error}"
        hint = "packages.ca names it; it is a file in PEM"
        raise RegistryError(message, code="registry-untrusted", hint=hint) from error
    return file


def _environment_certificates() -> str | bool:
    """Return the certificates to trust that the environment names, as requests reads it; True for the system's."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _proxy_of(address: str) -> str:
    """Return the proxy that leads to *address*, without a user and a password."""
    proxy = select_proxy(address, get_environ_proxies(address)) or ""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return parts.netloc.rpartition("@")[2]


def _bounded(response: requests.Response, limit: int, host: str) -> bytes:
    """Return the body, whose end must come before *limit* bytes and the deadline."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(host, limit)
    most = _LEAST_TIME + limit / _LEAST_RATE
    ends = time.monotonic() + most
    parts: list[bytes] = []
    size = 0
    for part in _parts(response):
        size += len(part)
        if size > limit:
            raise _too_large(host, limit)
        if time.monotonic() > ends:
            raise _LostError(f"an answer did not end within {most:.0f} s")
        parts.append(part)
    if announced.isdecimal() and "Content-Encoding" not in response.headers and size != int(announced):
        raise _LostError(f"an answer has {size} bytes instead of {announced}")
    return b"".join(parts)


def _parts(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it comes; whole parts would be waited for without a look at the clock."""
    while part := response.raw.read1(_PART, decode_content=True):
        yield part


def _too_large(host: str, limit: int) -> RegistryError:
    return RegistryError(
        f"{host} gives more than the {limit} bytes that there should be",
        code="too-large",
        hint="nothing of it was used",
    )


def _authority(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def _seconds(text: str) -> float:
    """Return the seconds that ``Retry-After`` says, as a number or as a date; 0 when it says nothing."""
    if text.strip().isdecimal():
        return float(text)
    from email.utils import parsedate_to_datetime

    with contextlib.suppress(ValueError, TypeError):
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    return 0.0


def _reason(error: BaseException) -> str:
    """Return the innermost reason of *error*, without addresses and what may stand in them."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    text = str(error) or type(error).__name__
    return re.sub(r"https?://\S+", "…", text)[:_QUOTED]


def _plain(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:_QUOTED]


def _said(answer: Answer) -> str:
    """Return what a registry says of an error, in the form that the specification has for it."""
    with contextlib.suppress(ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError):
        first = json.loads(answer.body)["errors"][0]
        text = f"{first['code']}: {first.get('message', '')}"
        return f" ({''.join(letter for letter in text if letter.isprintable())[:_QUOTED]})"
    return ""
