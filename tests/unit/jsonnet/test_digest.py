"""Digests are the same, whatever works them out."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

PROGRAM = """
import sys
if sys.argv[1] == "with":
    import hashlib
from armlib.jsonnet.digest import sha256_hex
print("_hashlib" in sys.modules, sha256_hex(b"one" * 10_000), sha256_hex(b""))
"""


@pytest.mark.parametrize("openssl", ["with", "without"])
def test_a_digest_is_the_same_with_openssl_and_without(openssl: str) -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM, openssl], capture_output=True, text=True, check=True).stdout
    digests = [hashlib.sha256(data).hexdigest() for data in (b"one" * 10_000, b"")]
    assert said.split() == [str(openssl == "with"), *digests]
