"""Messages between the compiler and its evaluator process: lists of byte strings, each with its length before it.

JSON would do, but importing ``json`` costs as much time as evaluating a small module. A field may itself be a packed
list.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LENGTH = 8  # bytes of a length, little endian
_LARGEST_WRITE = 1 << 30


def pack(fields: Sequence[bytes]) -> bytes:
    """Return *fields* as one byte string, for :func:`unpack`."""
    return b"".join((_number(len(fields)), *(_number(len(field)) for field in fields), *fields))


def unpack(message: bytes | memoryview) -> list[bytes]:
    """Return the fields that *message* was packed from.

    Raises:
        ValueError: *message* is not what :func:`pack` makes.
    """
    view = memoryview(message)
    count = int.from_bytes(view[:_LENGTH], "little")
    position = _LENGTH * (count + 1)
    if position > len(view):
        raise ValueError("a message is shorter than its header says")
    fields = []
    for index in range(1, count + 1):
        size = int.from_bytes(view[index * _LENGTH : (index + 1) * _LENGTH], "little")
        fields.append(bytes(view[position : position + size]))
        position += size
    if position != len(view):
        raise ValueError("the lengths of a message do not add up")
    return fields


def pack_texts(texts: Iterable[str]) -> bytes:
    """Return *texts* as one byte string; file names that are not UTF-8 survive."""
    return pack([text.encode("utf-8", "surrogateescape") for text in texts])


def unpack_texts(message: bytes) -> list[str]:
    """Return the texts that *message* was packed from."""
    return [field.decode("utf-8", "surrogateescape") for field in unpack(message)]


def pack_mapping(mapping: Mapping[str, str]) -> bytes:
    """Return *mapping* as one byte string, for :func:`unpack_mapping`."""
    return pack_texts([text for item in mapping.items() for text in item])


def unpack_mapping(message: bytes) -> dict[str, str]:
    """Return the mapping that *message* was packed from."""
    texts = unpack_texts(message)
    return dict(zip(texts[::2], texts[1::2], strict=True))


def frame_length(header: bytes) -> int:
    """Return how many bytes follow the *header* (``FRAME_HEADER`` bytes) of a message on a pipe."""
    return int.from_bytes(header, "little")


FRAME_HEADER = _LENGTH


def framed(fields: Sequence[bytes]) -> bytes:
    """Return *fields* as they go over a pipe."""
    message = pack(fields)
    return _number(len(message)) + message


def write_message(descriptor: int, fields: Sequence[bytes]) -> None:
    """Write *fields* to a pipe, blocking until all is written."""
    rest = memoryview(framed(fields))
    while rest:
        rest = rest[os.write(descriptor, rest[:_LARGEST_WRITE]) :]


def read_message(descriptor: int) -> list[bytes] | None:
    """Return the next message from a pipe, or None when its other end was closed."""
    header = _read_exactly(descriptor, _LENGTH)
    if header is None:
        return None
    message = _read_exactly(descriptor, frame_length(header))
    return None if message is None else unpack(message)


def _read_exactly(descriptor: int, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _number(value: int) -> bytes:
    return value.to_bytes(_LENGTH, "little")
