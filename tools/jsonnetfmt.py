"""Formats Jsonnet files as ``jsonnetfmt`` does, with no program to install: the formatter is in the jsonnet package.

    python tools/jsonnetfmt.py --check     # names the files that are not formatted, and fails
    python tools/jsonnetfmt.py             # formats them

The Python binding does not offer the formatter, but its shared library has it, as declared in ``libjsonnet_fmt.h``.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

import _jsonnet

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("armlib", "lib", "registry", "examples", "benchmarks", "tests")
SUFFIXES = frozenset({".jsonnet", ".libsonnet"})


class FormatError(Exception):
    """A file is not Jsonnet; the text is the formatter's."""


class Formatter:
    """jsonnetfmt with its default options."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(_jsonnet.__file__)
        self._library.jsonnet_make.restype = ctypes.c_void_p
        self._library.jsonnet_fmt_snippet.restype = ctypes.c_void_p
        self._library.jsonnet_fmt_snippet.argtypes = [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.POINTER(ctypes.c_int),
        ]
        self._machine = self._library.jsonnet_make()

    def formatted(self, path: Path) -> bytes:
        """Return the content of *path*, formatted.

        Raises:
            FormatError: It is not Jsonnet.
        """
        failed = ctypes.c_int()
        source = path.read_bytes()
        if b"\0" in source:
            raise FormatError(f"{path}: a NUL character")
        result = self._library.jsonnet_fmt_snippet(self._machine, str(path).encode(), source, ctypes.byref(failed))
        text = ctypes.string_at(result)
        if failed.value:
            raise FormatError(text.decode(errors="replace").strip())
        return text


def jsonnet_files() -> Iterator[Path]:
    """Yield the Jsonnet files of the project, in order."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                yield path


def unformatted() -> Iterator[tuple[Path, bytes]]:
    """Yield the files that are not formatted, and what they should hold.

    What is no Jsonnet has no form: in the tests it is input that is wrong on purpose, elsewhere it is an error.
    """
    formatter = Formatter()
    for path in jsonnet_files():
        try:
            text = formatter.formatted(path)
        except FormatError:
            if path.is_relative_to(ROOT / "tests"):
                continue
            raise
        if text != path.read_bytes():
            yield path, text


def main() -> int:
    """Check or format; return the exit code."""
    parser = argparse.ArgumentParser(description="Format the project's Jsonnet files.")
    parser.add_argument("--check", action="store_true", help="only name the files that are not formatted")
    check = parser.parse_args().check
    found = list(unformatted())
    for path, text in found:
        sys.stderr.write(f"{'not formatted' if check else 'formatted'}: {path.relative_to(ROOT)}\n")
        if not check:
            path.write_bytes(text)
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
