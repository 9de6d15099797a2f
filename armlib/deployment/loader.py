"""Where linked templates and template specs come from: a port, and the answer from files.

Nothing here reaches the network; a caller who wants that passes a loader that does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from armlib.errors import InputError
from armlib.jsontypes import Json
from armlib.template.jsonc import parse_json
from armlib.template.limits import MAX_TEMPLATE_BYTES


class LoaderError(InputError):
    """A linked template that is there but cannot be read."""

    code = "linked-template"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A template and the address that its own relative paths start from."""

    template: Json
    address: str


class Loader(Protocol):
    """Finds a linked template."""

    def load(self, address: str) -> Loaded | None:
        """Return what is at *address*, a URI, a path or the id of a template spec's version; None when not found.

        Raises:
            LoaderError: Something is there and cannot be read.
        """
        ...

    def relative(self, base: str, path: str) -> str:
        """Return the address of *path* as seen from the template at *base*."""
        ...


class FileLoader:
    """Loads from the file system, below *root* only; ``http`` addresses are not found.

    Args:
        root: Folder that every file must lie in; None loads nothing.
        templates: Templates by address that are asked first, for example what a compilation linked.
    """

    def __init__(self, root: Path | None = None, templates: Mapping[str, Json] | None = None) -> None:
        self._root = root.resolve() if root else None
        self._templates = {address.casefold(): template for address, template in (templates or {}).items()}

    def load(self, address: str) -> Loaded | None:
        """Return the template in the file at *address*."""
        given = self._templates.get(address.casefold())
        if given is not None:
            return Loaded(given, address)
        path = self._path(address)
        if path is None or not path.is_file():
            return None
        try:
            data = path.read_bytes()
        except OSError as error:
            raise LoaderError(f"cannot read {path}: {error.strerror or error}") from error
        return Loaded(parse_json(data, str(path)), str(path))

    def relative(self, base: str, path: str) -> str:
        """Return the address of *path*, whose steps are separated by slashes, beside the template at *base*."""
        if urlsplit(base).scheme in {"http", "https"}:
            from urllib.parse import urljoin

            return urljoin(base, path)
        return str(Path(base).parent / path)

    def _path(self, address: str) -> Path | None:
        parts = urlsplit(address)
        if self._root is None or parts.scheme not in {"", "file"} or "\0" in address:
            return None
        path = Path(unquote(parts.path) if parts.scheme else address).resolve()
        return path if path.is_relative_to(self._root) else None


class NetworkLoader(FileLoader):
    """Loads from files and, for ``https`` and ``http`` addresses, from the network.

    Args:
        root: See :class:`FileLoader`.
        templates: See :class:`FileLoader`.
        timeout: Longest wait for an answer, in seconds.
    """

    def __init__(
        self, root: Path | None = None, templates: Mapping[str, Json] | None = None, *, timeout: float = 20
    ) -> None:
        super().__init__(root, templates)
        self._timeout = timeout

    def load(self, address: str) -> Loaded | None:
        """Return the template at *address*; its query, which may be a token, is in no message."""
        shown = address.partition("?")[0]
        if urlsplit(address).scheme.lower() not in {"http", "https"}:
            return super().load(address)
        return super().load(address) or Loaded(parse_json(self._fetch(address, shown), shown), shown)

    def _fetch(self, address: str, shown: str) -> bytes:
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.request import Request, urlopen

        request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 - http and https alone get here
        try:
            with urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                data: bytes = answer.read(MAX_TEMPLATE_BYTES + 1)
        except HTTPError as error:
            with error:
                raise LoaderError(f"{shown} cannot be fetched: {error.code} {error.reason}") from error
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise LoaderError(f"{shown} cannot be fetched: {reason}") from error
        if len(data) > MAX_TEMPLATE_BYTES:
            raise LoaderError(f"{shown} is larger than {MAX_TEMPLATE_BYTES >> 20} MB")
        return data
