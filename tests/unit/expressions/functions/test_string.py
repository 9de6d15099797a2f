"""String functions: UTF-16 units, case, edges, and wrong arguments."""

from __future__ import annotations

from typing import Any

import pytest

from armlib.expressions.faults import EvaluationFault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("concat('a', 1, true(), -2)", "a1True-2"),
        ("concat(1, 2)", "12"),
        ("concat('')", ""),
        ("concat(createArray(), createArray(1), createArray('a'))", [1, "a"]),
        ("string(true())", "True"),
        ("string(null())", ""),
        ("string(-5)", "-5"),
        ("string(createObject('a', createArray(1, null(), true(), 'x\"y')))", '{"a":[1,null,true,"x\\"y"]}'),
        ("string(createArray('a\n\t\\', 'é😀'))", '["a\\n\\t\\\\","é😀"]'),
        ("string(json('[1.0, 1.5, 1e20, 1e-7, -0.25]'))", "[1.0,1.5,1E+20,1E-07,-0.25]"),
        ("string(json('1.50'))", "1.5"),
        ("string(json('6.103515625e-05'))", "6.103515625E-05"),
        ("string(json('0.0001'))", "0.0001"),
        ("string(json('100000000000000.0'))", "100000000000000"),
        ("string(json('-1234567890123456.0'))", "-1.234567890123456E+15"),
        ("string(json('1e15'))", "1E+15"),
        ("string(json('1.5e300'))", "1.5E+300"),
        ("string(json('-0.0'))", "-0"),
        ("string(json('3.0'))", "3"),
        ("toUpper('straße ıſ')", "STRAßE ıſ"),
        ("toLower('ΑΣ İ')", "ασ İ"),
        ("toUpper('éω😀')", "ÉΩ😀"),
        ("trim('\t\n \u00a0\u3000a b\u2003 ')", "a b"),
        ("trim('\u200ba')", "\u200ba"),
        ("length('a😀')", 3),
        ("substring('a😀b', 3)", "b"),
        ("substring('a😀b', 1, 2)", "😀"),
        ("substring('a😀b', 1, 1)", "\ufffd"),
        ("substring('abc', 3)", ""),
        ("substring('abc', 3, 0)", ""),
        ("substring('', 0, 0)", ""),
        ("take('😀b', 2)", "😀"),
        ("skip('😀b', 2)", "b"),
        ("first('é')", "é"),
        ("last('')", ""),
        ("indexOf('FOOBAR', 'bar')", 3),
        ("indexOf('😀a', 'A')", 2),
        ("indexOf('abc', '')", 0),
        ("lastIndexOf('abcABC', 'b')", 4),
        ("lastIndexOf('abc', '')", 3),
        ("startsWith('ÉA', 'é')", True),
        ("endsWith('abc', '')", True),
        ("contains('abc', '')", True),
        ("contains('abc', 'B')", False),
        ("replace('aXax', 'a', '')", "Xx"),
        ("replace('abc', 'B', 'x')", "abc"),
        ("split('a,b;c', createArray(',', ';'))", ["a", "b", "c"]),
        ("split(',a,,', ',')", ["", "a", "", ""]),
        ("split('a', '')", ["a"]),
        ("split('', ',')", [""]),
        ("split('a--b-c', createArray('-', '--'))", ["a", "", "b", "c"]),
        ("split('a--b-c', createArray('--', '-'))", ["a", "b", "c"]),
        ("split('a.b', '.')", ["a", "b"]),
        ("split('abc', createArray())", ["abc"]),
        ("join(createArray(true(), 1, 'x'), '; ')", "True; 1; x"),
        ("join(createArray(), ',')", ""),
        ("padLeft(5, 3, '0')", "005"),
        ("padLeft(-5, 4)", "  -5"),
        ("padLeft('abc', 0)", "abc"),
        ("padLeft('😀', 3, '.')", ".😀"),
        ("base64('é😀')", "w6nwn5iA"),
        ("base64('')", ""),
        ("base64ToString('w6nwn5iA')", "é😀"),
        ("base64ToString(' aGVs\nbG8= ')", "hello"),
        ("base64ToJson(base64('[1, {\"a\": null}]'))", [1, {"a": None}]),
        ("uriComponent('aZ09-_.~!*()''é😀/')", "aZ09-_.~%21%2A%28%29%27%C3%A9%F0%9F%98%80%2F"),
        ("uriComponentToString('%c3%A9+%20%zz%')", "é+ %zz%"),
        ("uriComponentToString('%FFa%C3')", "%FFa%C3"),
        ("dataUri('')", "data:text/plain;charset=utf-8;base64,"),
        ("dataUriToString(dataUri('é😀'))", "é😀"),
        ("dataUriToString('DATA:TEXT/PLAIN;BASE64,SGk=')", "Hi"),
        ("dataUriToString('data:text/plain;charset=iso-8859-1,%E9')", "é"),
        ("dataUriToString('data:,a%20b,c')", "a b,c"),
    ],
)  # fmt: skip
def test_string_functions(value: Any, text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("concat('a', createArray())", "expects its second parameter to be an array like the others, or a string"),
        ("concat(createArray(), 'a')", "concat"),
        ("concat('a', null())", "The provided value is of type 'Null'"),
        ("substring('abc', 4)", "must refer to a location within the string"),
        ("substring('abc', -1)", "must refer to a location within the string"),
        ("substring('abc', 1, 3)", "The index parameter is '1', the length parameter is '3', and the length"),
        ("split('a', 1)", "expects its second parameter to be a string or an array of strings"),
        ("split('a', createArray(1))", "array of strings"),
        ("join('a', ',')", "expects its first parameter to be an array"),
        ("join(createArray(createArray()), ',')", "an array of strings"),
        ("padLeft('a', 3, 'xy')", "the padding must be a single character"),
        ("padLeft('a', 3, '')", "the padding must be a single character"),
        ("padLeft(true(), 3)", "expects its first parameter to be a string or an integer"),
        ("padLeft('a', -1)", "must not be negative"),
        ("replace('a', '', 'b')", "must not be empty"),
        ("base64ToString('a')", "cannot be decoded from base64 representation"),
        ("base64ToString('aGVsbG8')", "cannot be decoded from base64 representation"),
        ("base64ToString('aGVsbG8=!')", "cannot be decoded from base64 representation"),
        ("base64ToString('/w==')", "cannot be decoded from base64 representation"),
        ("base64ToString('é')", "cannot be decoded from base64 representation"),
        ("dataUriToString('text')", "cannot be converted to the target type"),
        ("dataUriToString('data:;charset=klingon,x')", "character set 'klingon' is not known"),
        ("contains('a1', 1)", "expects its second parameter to be a string"),
        ("indexOf('a', createObject())", "expects its second parameter to be a string"),
        ("startsWith('a', 1)", "expects its second parameter to be a string"),
    ],
)
def test_wrong_arguments_of_string_functions(value: Any, text: str, message: str) -> None:
    with pytest.raises(EvaluationFault) as caught:
        value(text)
    assert message in caught.value.message
