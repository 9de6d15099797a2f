from __future__ import annotations

from armlib.compiler.function_table import COMMON, find_signature
from armlib.expressions.functions import FUNCTIONS


def test_the_table_says_what_the_registry_says() -> None:
    for name, signature in COMMON.items():
        function = FUNCTIONS[name]
        result = function.result if isinstance(function.result, str) else None
        assert signature == (function.minimum, function.maximum, result, function.runtime), name


def test_functions_beside_the_table_are_found_in_the_registry() -> None:
    assert set(FUNCTIONS) - set(COMMON)
    for name in FUNCTIONS:
        assert find_signature(name.upper()) is not None
    assert find_signature("listKeys") is not None
    assert find_signature("noSuchFunction") is None
