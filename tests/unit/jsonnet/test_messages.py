from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsonnet import messages


@given(st.lists(st.binary()))
def test_a_message_is_what_was_packed(fields: list[bytes]) -> None:
    assert messages.unpack(messages.pack(fields)) == fields


@given(st.dictionaries(st.text(), st.text()))
def test_a_mapping_is_what_was_packed(mapping: dict[str, str]) -> None:
    assert messages.unpack_mapping(messages.pack_mapping(mapping)) == mapping


@given(st.lists(st.binary(max_size=20)), st.binary(min_size=1, max_size=8))
def test_a_message_of_the_wrong_length_is_an_error(fields: list[bytes], extra: bytes) -> None:
    packed = messages.pack(fields)
    for wrong in (packed + extra, packed[: -len(extra)]):
        with pytest.raises(ValueError, match=r"message"):
            messages.unpack(wrong)


def test_messages_follow_each_other_through_a_pipe() -> None:
    read, write = os.pipe()
    try:
        messages.write_message(write, [b"one", b""])
        messages.write_message(write, [])
        os.close(write)
        assert messages.read_message(read) == [b"one", b""]
        assert messages.read_message(read) == []
        assert messages.read_message(read) is None
    finally:
        os.close(read)
