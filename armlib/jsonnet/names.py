"""The names in Jsonnet source texts, to tell the nearest one to a misspelt name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from armlib.jsonnet.lexer import Token, string_value, tokens

# The fields of `std` in gojsonnet 0.22; a test compares them with the installed engine.
STANDARD = tuple(
    """
    abs acos all any asciiLower asciiUpper asin assertEqual atan atan2 avg base64 base64Decode base64DecodeBytes
    ceil char clamp codepoint contains cos count decodeUTF8 deepJoin deg2rad encodeUTF8 endsWith equals
    equalsIgnoreCase escapeStringBash escapeStringDollars escapeStringJson escapeStringPython escapeStringXML
    exp exponent extVar filter filterMap find findSubstr flatMap flattenArrays flattenDeepArray floor foldl
    foldr format get hypot id isArray isBoolean isDecimal isEmpty isEven isFunction isInteger isNull isNumber
    isObject isOdd isString join length lines log log10 log2 lstripChars makeArray manifestIni manifestJson
    manifestJsonEx manifestJsonMinified manifestPython manifestPythonVars manifestToml manifestTomlEx
    manifestXmlJsonml manifestYamlDoc manifestYamlStream mantissa map mapWithIndex mapWithKey max maxArray md5
    member mergePatch min minArray mod modulo native objectFields objectFieldsAll objectFieldsEx objectHas
    objectHasAll objectHasEx objectKeysValues objectKeysValuesAll objectRemoveKey objectValues objectValuesAll
    parseHex parseInt parseJson parseOctal parseYaml pi pow primitiveEquals prune rad2deg range remove removeAt
    repeat resolvePath reverse round rstripChars set setDiff setInter setMember setUnion sha1 sha256 sha3 sha512
    sign sin slice sort split splitLimit splitLimitR sqrt startsWith strReplace stringChars stripChars substr
    sum tan thisFile toString trace trim type uniq xnor xor
    """.split()  # noqa: SIM905 (a list of words is read more easily)
)
_KEYWORDS = frozenset(
    """
    assert else error false for function if import importstr importbin in local null self super tailstrict then true
    """.split()  # noqa: SIM905 (a list of words is read more easily)
)


def field_names(text: str) -> set[str]:
    """Return the names of the fields that *text* gives to objects."""
    found = set()
    all_tokens = list(tokens(text))
    for index, token in enumerate(all_tokens[:-1]):
        if token.kind not in ("word", "string") or token.text in _KEYWORDS:
            continue
        after = index + 1
        if all_tokens[after].text == "(" and token.kind == "word":
            after = _after_parenthesis(all_tokens, after)
        if "".join(following.text for following in all_tokens[after : after + 2]).startswith((":", "+:")):
            found.add(token.text if token.kind == "word" else string_value(token.text))
    return found


def variable_names(text: str) -> set[str]:
    """Return the names that *text* binds: locals, parameters of functions, and those of comprehensions."""
    return set(_bound(list(tokens(text)))) - _KEYWORDS


def _bound(all_tokens: list[Token]) -> Iterator[str]:
    yield "std"
    for index, token in enumerate(all_tokens):
        before = all_tokens[index - 1].text if index else ""
        after = all_tokens[index + 1].text if index + 1 < len(all_tokens) else ""
        is_bound = before in ("local", "for") or (before in (",", "(") and after in ("=", ",", ")", "("))
        if token.kind == "word" and is_bound:
            yield token.text


def parameter_names(function: str, texts: Iterable[str]) -> list[str]:
    """Return the parameters of the function that is defined by the name *function* in *texts*, in order.

    It is found as ``function(…) =``, ``function(…)::`` and ``function = function(…)``; empty when it is not.
    """
    for text in texts:
        all_tokens = list(tokens(text))
        for index, token in enumerate(all_tokens):
            if token.text == function and token.kind == "word":
                start = _parameters_start(all_tokens, index + 1)
                if start is not None:
                    return [name for name, _ in _parameters(all_tokens, start)]
    return []


def parameters_of_whole(text: str) -> dict[str, bool]:
    """Return the parameters of the function that *text* as a whole comes to, in order; empty when it is none.

    Each is told whether it has a default.
    """
    all_tokens = list(tokens(text))
    depth = 0
    for index, token in enumerate(all_tokens):
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0 and token.text == "function" and (index == 0 or all_tokens[index - 1].text == ";"):
            return dict(_parameters(all_tokens, index + 1))
    return {}


def _parameters_start(all_tokens: list[Token], index: int) -> int | None:
    """Return where the parameter list starts of a definition whose name ends before *index*."""
    following = [token.text for token in all_tokens[index : index + 6]]
    if following[:1] == ["("]:
        end = _after_parenthesis(all_tokens, index)
        if "".join(token.text for token in all_tokens[end : end + 2]).startswith(("=", ":")):
            return index
    if "function" in following and following[0] in ("=", ":"):
        position = following.index("function")
        if set(following[:position]) <= {"=", ":"} and following[position + 1 : position + 2] == ["("]:
            return index + position + 1
    return None


def _parameters(all_tokens: list[Token], start: int) -> Iterator[tuple[str, bool]]:
    """Yield the name of each parameter in the list that starts at *start*, and whether it has a default."""
    depth, expects_name = 0, False
    for index, token in enumerate(all_tokens[start:], start):
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0:
            return
        if expects_name and token.kind == "word":
            yield token.text, all_tokens[index + 1 : index + 2] != [] and all_tokens[index + 1].text == "="
        expects_name = depth == 1 and token.text in ("(", ",")


def _after_parenthesis(all_tokens: list[Token], start: int) -> int:
    """Return the index after the parenthesis that closes the one at *start*."""
    depth = 0
    for index in range(start, len(all_tokens)):
        depth += (all_tokens[index].text == "(") - (all_tokens[index].text == ")")
        if depth == 0:
            return index + 1
    return len(all_tokens)
