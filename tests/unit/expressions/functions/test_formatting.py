"""``format``: .NET's composite, standard and custom formats in the invariant culture."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.faults import EvaluationFault


def format_of(value: Any, template: str, *arguments: Any) -> Any:
    names = {f"p{number}": argument for number, argument in enumerate(arguments)}
    parts = ", ".join(f"parameters('{name}')" for name in names)
    return value(f"format('{template}'{', ' if parts else ''}{parts})", names)


@pytest.mark.parametrize(
    ("template", "arguments", "expected"),
    [
        ("{0}{1}{0}", ("a", "b"), "aba"),
        ("{{{0}}}", ("a",), "{a}"),
        ("{{0}}", (), "{0}"),
        ("{ 0 , 3 }", ("a",), "  a"),
        ("{0,5}|{0,-5}|", ("abc",), "  abc|abc  |"),
        ("{0,2}", ("abc",), "abc"),
        ("{0,4}", ("😀",), "  😀"),
        ("{0}", (True,), "True"),
        ("{0}", (None,), ""),
        ("{0}", ([1, "a", None, True],), "[1,''a'',null,true]"),
        ("{0}", ({"a": {"b": "it's"}},), "{''a'':{''b'':''it\\''s''}}"),
        ("{0:D3}", ("text",), "text"),
        ("{0:D3}", (True,), "True"),
        ("{0:}", (7,), "7"),
        ("{0,6:D3}", (7,), "   007"),
    ],
)
def test_composite_formats(value: Any, template: str, arguments: tuple[Any, ...], expected: str) -> None:
    assert format_of(value, template, *arguments) == expected.replace("''", "'")


@pytest.mark.parametrize(
    ("specifier", "number", "expected"),
    [
        ("D", -12, "-12"),
        ("d5", -12, "-00012"),
        ("X", 255, "FF"),
        ("x4", 255, "00ff"),
        ("X", -1, "FFFFFFFFFFFFFFFF"),
        ("B8", 5, "00000101"),
        ("N", 1234567, "1,234,567.00"),
        ("N0", -1234567, "-1,234,567"),
        ("n1", 0, "0.0"),
        ("F", 12, "12.00"),
        ("F0", -12, "-12"),
        ("C", 1234, "¤1,234.00"),
        ("C0", -1234, "(¤1,234)"),
        ("P", 1, "100.00 %"),
        ("P0", -2, "-200 %"),
        ("E", 12345, "1.234500E+004"),
        ("e2", -12345, "-1.23e+004"),
        ("E0", 0, "0E+000"),
        ("G", 12345, "12345"),
        ("G3", 12345, "1.23E+04"),
        ("g2", 12345, "1.2e+04"),
        ("G5", 12345, "12345"),
        ("N2", 0.125, "0.13"),
        ("F1", 2.25, "2.3"),
        ("F2", -0.001, "-0.00"),
        ("P1", 0.1234, "12.3 %"),
        ("E2", 0.00123, "1.23E-003"),
        ("G", 1e21, "1E+21"),
        ("G", 0.1, "0.1"),
        ("R", 0.1, "0.1"),
        ("E1", 99.96, "1.0E+002"),
    ],
)
def test_standard_numeric_formats(value: Any, specifier: str, number: float, expected: str) -> None:
    assert format_of(value, f"{{0:{specifier}}}", number) == expected


@pytest.mark.parametrize(
    ("specifier", "number", "expected"),
    [
        ("0", 7, "7"),
        ("000", 7, "007"),
        ("000", -7, "-007"),
        ("#", 0, ""),
        ("#,##0", 1234567, "1,234,567"),
        ("0,000", 12, "0,012"),
        ("0.00", 3, "3.00"),
        ("0.##", 3, "3"),
        ("0.##", 3.14159, "3.14"),
        ("#.##", 0.5, ".5"),
        ("0%", 0.25, "25%"),
        ("0.0‰", 0.25, "250.0‰"),
        ("0,", 1234567, "1235"),
        ("0,,", 1234567, "1"),
        ("000-00-0000", 123456789, "123-45-6789"),
        ("(000) 0", 5551, "(555) 1"),
        ("0;(0);zero", -3, "(3)"),
        ("0;(0);zero", 0, "zero"),
        ("0;;zero", -3, "-3"),
        ("'n='0", 4, "n=4"),
        ("\\#0", 4, "#4"),
        ("0.0E+00", 12345, "1.2E+04"),
        ("0E0", 12345, "1E4"),
        ("vm-00", 3, "vm-03"),
    ],
)
def test_custom_numeric_formats(value: Any, specifier: str, number: float, expected: str) -> None:
    escaped = specifier.replace("'", "''")
    assert format_of(value, f"{{0:{escaped}}}", number) == expected


@pytest.mark.parametrize(
    "template", ["{0}{1}", "{", "}", "{0", "{a}", "{-1}", "{0:{}", "{}", "{0,a}", "{0:Q}", "{0:D99999}", "{9999999999}"]
)
def test_an_invalid_format_is_a_fault(value: Any, template: str) -> None:
    with pytest.raises(EvaluationFault, match="the format is invalid"):
        format_of(value, template, 1)


def test_the_format_is_a_text(value: Any) -> None:
    with pytest.raises(EvaluationFault, match="expects its first parameter to be a string"):
        value("format(1, 'a')")
