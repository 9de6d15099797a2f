"""What an error of the engine means, in the words of armlib, with a stable code and a hint."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from armlib.diagnostics import nearest
from armlib.jsonnet import names
from armlib.jsonnet.errortext import EngineError, EngineFrame, Range
from armlib.jsonnet.lexer import Token, tokens
from armlib.jsonnet.sources import ProgramSources

_WITHOUT_MARK = "save it as 'UTF-8', not as 'UTF-8 with BOM', which plain Jsonnet refuses, too"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, before it has a place."""

    code: str
    message: str
    hint: str | None = None


def explain_static(message: str, range_: Range, sources: ProgramSources) -> Problem:
    """Return what the static error *message* at a range tells of."""
    if found := re.fullmatch(r"Unknown variable: (.*)", message):
        hint = _near(found[1], [names.variable_names(sources.text(range_.file) or "")])
        return Problem("unknown-variable", f'there is no variable "{found[1]}"', hint)
    if found := re.fullmatch(r"Duplicate field: (.*)", message):
        return Problem("duplicate-field", f'the object has two fields "{found[1]}"')
    if found := re.fullmatch(r"Duplicate local var: (.*)", message):
        return Problem("duplicate-variable", f'two variables are named "{found[1]}"')
    if message == "Computed imports are not allowed":
        return Problem(
            "syntax-error", "the path of an import must be a plain text", "import 'glob:…' imports many files"
        )
    if "'\\ufeff'" in message:
        return Problem("syntax-error", "the file starts with a byte order mark", _WITHOUT_MARK)
    return Problem("syntax-error", _plain_syntax(message))


# What the parser says, and what is told; $1 stands for a group.
_SYNTAX = {
    r"Unexpected(?::)? end of file.*": "unexpected end of the file",
    r"Unexpected: (.*?)(?: while parsing .*)?": "unexpected $1",
    r"Did not expect: (.*)": "unexpected $1",
    r"Expected a comma before next (.*)": "a comma is missing before this $1",
    r"Expected token OPERATOR but got (.*)": "a colon is missing before $1",
    r"Expected token (.*) but got (.*)": "expected $1, not $2",
    r"Expected (.*) but got (.*)": "expected $1, not $2",
    r"Unterminated String": "the text that starts here does not end",
    r"Multi-line comment has no terminating \*/": "the comment that starts here does not end",
    r"Unknown escape sequence in string literal: (.*)": "there is no escape sequence $1",
    r"Couldn't lex number, (.*)": "this is not a number: $1",
    r"Could not lex the character '(.*)'": 'the letter "$1" cannot stand here',
    r"Can't use (\w+) outside of an object\.": "$1 stands outside of any object",
    r"No top-level object found\.": "$ stands outside of any object",
    r"Positional argument after a named argument is not allowed": "an argument without a name follows one with a name",
}
_TOKEN_QUOTES = {"IDENTIFIER": "", "NUMBER": "", "OPERATOR": "", "STRING_SINGLE": "'", "STRING_DOUBLE": '"'}


def _plain_syntax(message: str) -> str:
    """Return a message of the parser in words that need no knowledge of the parser."""
    for pattern, words in _SYNTAX.items():
        if found := re.fullmatch(pattern, message):
            return re.sub(r"\$(\d)", lambda use: _plain_token(found[int(use[1])]), words)
    return message[:1].lower() + message[1:]


def _plain_token(text: str) -> str:
    """Return a token as it stands in the source; the parser writes ``(IDENTIFIER, "x")`` and ``\\u00e4``."""
    if found := re.fullmatch(r'\(([A-Z_]+), "(.*)"\)', text):
        quote = _TOKEN_QUOTES.get(found[1], "")
        return f"{quote}{found[2]}{quote}"
    if re.fullmatch(r"\\[uUx][0-9a-f]+", text):
        return chr(int(text[2:], 16))
    return {"end of file": "the end of the file", "token IDENTIFIER": "a name", "IDENTIFIER": "a name"}.get(text, text)


def explain_runtime(found: EngineError, sources: ProgramSources) -> Problem:
    """Return what the runtime error *found* tells of."""
    frame = found.frames[0] if found.frames else None
    user = next((frame for frame in found.frames if not sources.is_library(frame.range.file)), frame)
    is_users_text = frame is not None and re.match(r"(error|assert)\b", sources.start(frame.range))
    if not is_users_text:
        for pattern, explain in _EXPLANATIONS.items():
            if match := re.fullmatch(pattern, found.message, re.DOTALL):
                return explain(match, _Context(found, frame, user, sources))
    if frame is not None and sources.start(frame.range).startswith("assert"):
        return _failed_assertion(found.message, frame, sources)
    return Problem("runtime-error", found.message or "the program raised an error without a text")


def _failed_assertion(message: str, frame: EngineFrame, sources: ProgramSources) -> Problem:
    if message not in ("Assertion failed", "Object assertion failed."):
        return Problem("assertion", message)
    quote = sources.quote(frame.range).removeprefix("assert")
    end = next((token.start for token in tokens(quote) if token.text in (";", ":")), len(quote))
    condition = quote[:end].strip()
    return Problem("assertion", f"assertion failed: {condition}" if condition else "assertion failed")


@dataclass(frozen=True, slots=True)
class _Context:
    """Where an error happened: its innermost frame, and the innermost that is the user's."""

    error: EngineError
    frame: EngineFrame | None
    user: EngineFrame | None
    sources: ProgramSources

    @property
    def quote(self) -> str:
        """The user's expression that failed, or ""."""
        return self.sources.quote(self.user.range) if self.user else ""

    @property
    def texts(self) -> Iterator[str]:
        """The texts to look for names in, the user's file first."""
        return self.sources.searched(self._first)

    @property
    def texts_of_the_user(self) -> Iterator[str]:
        """Those of them that are not of armlib's library."""
        return self.sources.searched(self._first, with_libraries=False)

    @property
    def _first(self) -> str:
        return self.user.range.file if self.user else self.sources.program.file


def _unknown_field(match: re.Match[str], context: _Context) -> Problem:
    field = match[1]
    receiver = context.sources.quote(context.frame.range).removesuffix(field) if context.frame else ""
    if receiver == "std.":
        return Problem("unknown-field", f'the standard library has no "{field}"', _near(field, [names.STANDARD]))
    owner = receiver[:-1] if re.fullmatch(r"[\w$.]+\.", receiver) else "the object"
    # What an object of a library has may be written in any of its files; arguments are what the user declares.
    texts = context.texts_of_the_user if receiver.endswith("arguments.") else context.texts
    known = {name for text in texts for name in names.field_names(text)}
    return Problem("unknown-field", f'{owner} has no field "{field}"', _near(field, [known]))


def _unknown_external(match: re.Match[str], context: _Context) -> Problem:
    name, program = match[1], context.sources.program
    near = nearest(name, [*program.ext_str, *program.ext_code])
    hint = _did_you_mean(near) or f"give it with --ext-str {name}=TEXT or --ext-code {name}=CODE"
    return Problem("unknown-external-variable", f'the external variable "{name}" is not set', hint)


def _unknown_parameter(match: re.Match[str], context: _Context) -> Problem:
    name, known = match[1], _parameters(context)
    hint = _did_you_mean(nearest(name, known)) or _listed(known)
    return Problem("unknown-argument", f'{_called(context)} has no parameter "{name}"', hint)


def _missing_argument(match: re.Match[str], context: _Context) -> Problem:
    name = match[1]
    if not context.error.frames:
        advice = f"give it with --tla-str {name}=TEXT or --tla-code {name}=CODE"
        return Problem("missing-argument", f'the program is a function and needs the argument "{name}"', advice)
    return Problem("missing-argument", f'{_called(context)} needs the argument "{name}"', _listed(_parameters(context)))


def _too_many_arguments(match: re.Match[str], context: _Context) -> Problem:
    most, given = int(match[1]), int(match[2])
    takes = "no argument" if most == 0 else "one argument" if most == 1 else f"{most} arguments"
    message = f"{_called(context)} takes {takes}, not {given}"
    return Problem("too-many-arguments", message, _listed(_parameters(context)))


def _listed(parameters: Sequence[str]) -> str | None:
    return f"its parameters are {', '.join(parameters)}" if parameters else None


def _called(context: _Context) -> str:
    name = _callee(context)
    return f'"{name}"' if name else "the function"


def _parameters(context: _Context) -> list[str]:
    name = _callee(context)
    return names.parameter_names(name.rpartition(".")[2], context.texts) if name else []


def _callee(context: _Context) -> str:
    """Return what the user's call calls, ``f`` or ``a.f``; "" when that is not a name."""
    call = list(tokens(context.sources.source(context.user.range))) if context.user else []
    depth = 0
    for index in range(len(call) - 1, 0, -1):
        depth += (call[index].text == ")") - (call[index].text == "(")
        if depth == 0:
            return _name_before(call[:index]) if call[index].text == "(" else ""
    return ""


def _name_before(before: Sequence[Token]) -> str:
    """Return the name at the end of *before*, with the names and dots before it when there is nothing else."""
    if not before or before[-1].kind != "word":
        return ""
    is_plain = all(token.kind == "word" or token.text in (".", "$") for token in before)
    return "".join(token.text for token in before) if is_plain else before[-1].text


def _wrong_type(match: re.Match[str], context: _Context) -> Problem:
    found, wanted = match[1], match[2]
    return Problem("type-error", f"expected {_article(wanted)}, not {_article(found)}{_in(context)}")


def _unusable_type(match: re.Match[str], context: _Context) -> Problem:
    return Problem("type-error", f"{_article(match[1])} cannot be used here{_in(context)}")


def _not_indexable(match: re.Match[str], context: _Context) -> Problem:
    kind = match[1].lower()
    return Problem("type-error", f"{_article(kind)} has no fields or elements{_in(context)}")


def _out_of_range(match: re.Match[str], context: _Context) -> Problem:
    size = int(match[2])
    has = "is empty" if size == 0 else f"has {size} element{'s' if size > 1 else ''}, numbered from 0"
    return Problem("index-out-of-range", f"there is no element {match[1]}: the array or text {has}{_in(context)}")


def _function_in_output(match: re.Match[str], context: _Context) -> Problem:
    what = "the value is a function" if context.error.path else "the value is or holds a function"
    return Problem("function-in-output", f"{what}, which JSON cannot hold", "call it, or hide the field with ::")


def _endless(match: re.Match[str], context: _Context) -> Problem:
    return Problem(
        "infinite-recursion",
        "the program recurses without end, or too deeply",
        "a function, a field or a variable needs its own value; see the frames"
        if context.error.frames
        else "a value holds itself; files that import each other do that, too",
    )


def _as_it_is(code: str) -> Callable[[re.Match[str], _Context], Problem]:
    return lambda match, context: Problem(code, match[0][:1].lower() + match[0][1:].removesuffix(".") + _in(context))


def _unparsed(match: re.Match[str], context: _Context) -> Problem:
    found = _as_it_is("parse-error")(match, context)
    has_mark = "invalid character 'ï'" in match[0]
    return replace(found, hint=f"the text starts with a byte order mark; {_WITHOUT_MARK}") if has_mark else found


def _bad_native_call(match: re.Match[str], context: _Context) -> Problem:
    return Problem("type-error", "a native function takes one text, the JSON array of its arguments" + _in(context))


_EXPLANATIONS: Mapping[str, Callable[[re.Match[str], _Context], Problem]] = {
    r"max stack frames exceeded\.?": _endless,
    r"Field does not exist: (.*)": _unknown_field,
    r"Undefined external variable: (.*)": _unknown_external,
    r"function has no parameter (\w+)": _unknown_parameter,
    r"Missing argument: (\w+)": _missing_argument,
    r"function expected (\d+) positional argument\(s\), but got (\d+)": _too_many_arguments,
    r"Unexpected type (\w+), expected (\w+)": _wrong_type,
    r"Unexpected type (\w+)": _unusable_type,
    r"Value non indexable: \*jsonnet\.value(\w+)": _not_indexable,
    r"Index (\S+) out of bounds, not within \[0, (\d+)\)": _out_of_range,
    r"couldn't manifest function as JSON": _function_in_output,
    r'Duplicate field name: "(.*)"': lambda match, _: Problem(
        "duplicate-field", f'the object has two fields "{match[1]}"'
    ),
    r"Field name must be string, got (\w+)": lambda match, _: Problem(
        "type-error", f"the name of a field must be a string, not {_article(match[1])}"
    ),
    r"failed to execute native callback, code: \d+": _bad_native_call,
    r"Division by zero\.|[Oo]verflow|Not a number": _as_it_is("arithmetic"),
    r"failed to parse (?:JSON|YAML): .*": _unparsed,
    r"(?:Format required|Not enough values to format|Too many values to format|Unrecognised conversion).*": (
        _as_it_is("format")
    ),
}


def _article(kind: str) -> str:
    if kind in ("null", "nothing"):
        return kind
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _in(context: _Context) -> str:
    return f": {context.quote}" if context.quote else ""


def _near(name: str, groups: Iterable[Iterable[str]]) -> str | None:
    """Return the hint for the nearest name of the first group that has one."""
    return next((hint for group in groups if (hint := _did_you_mean(nearest(name, set(group) - {name})))), None)


def _did_you_mean(name: str | None) -> str | None:
    return None if name is None else f'did you mean "{name}"?'
