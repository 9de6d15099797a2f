"""What the checks must know of template expressions: where a value comes from, not what it is.

A :class:`TemplateValues` knows the parameters, variables and definitions that an expression may name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from armlib.expressions.parser import ExpressionSyntaxError, is_expression, parse
from armlib.expressions.syntax import Call, Index, Literal, Member, Node
from armlib.template.types import is_secure_type

_DEEPEST: Final = 16  # declarations that refer to declarations
_LONGEST: Final = 24_576  # characters of a text that is worked out; ARM takes no longer expression
_RUNTIME: Final = ("reference", "references")
# functions whose result is made of all of their arguments
_JOINING: Final = frozenset(
    [
        "concat",
        "format",
        "join",
        "string",
        "tolower",
        "toupper",
        "trim",
        "replace",
        "substring",
        "skip",
        "take",
        "base64",
        "base64tostring",
        "uri",
        "union",
        "createarray",
        "createobject",
        "array",
        "json",
        "padleft",
        "first",
        "last",
        "coalesce",
        "uricomponent",
    ]
)
_FUNCTIONS: Final[Mapping[str, str]] = {
    "string": (
        "format tolower toupper trim replace substring padleft string uniquestring guid newguid base64 base64tostring "
        "uri uricomponent resourceid subscriptionresourceid tenantresourceid extensionresourceid "
        "managementgroupresourceid utcnow datetimeadd join datauri"
    ),
    "int": "int length add sub mul div mod copyindex indexof lastindexof",
    "bool": (
        "equals not and or empty contains greater greaterorequals less lessorequals startswith endswith bool true false"
    ),
    "array": "createarray split range array map filter sort objectkeys items",
    "object": "createobject resourcegroup subscription deployment environment tenant",
}
_RESULTS: Final[Mapping[str, str]] = {
    function: result for result, functions in _FUNCTIONS.items() for function in functions.split()
}
_DECLARED: Final = {"securestring": "string", "secureobject": "object", "integer": "int", "boolean": "bool"}


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class TemplateValues(NamedTuple):
    """What expressions of one template can name."""

    parameters: Mapping[str, Any] = _NOTHING  # folded name -> declaration
    variables: Mapping[str, Any] = _NOTHING  # folded name -> value
    definitions: Mapping[str, Any] = _NOTHING

    @classmethod
    def of(cls, template: Mapping[str, Any]) -> TemplateValues:
        """Return what expressions of *template* can name; sections of a wrong shape count as empty."""
        return cls(
            _folded(template.get("parameters")),
            _folded(template.get("variables")),
            _mapping(template.get("definitions")),
        )

    def runtime_call(self, text: str) -> str | None:
        """Return the function in *text* that only the running deployment can answer, or None."""
        return next(self._runtime(_tree(text), set()), None)

    def result_type(self, node: Node | None) -> str | None:
        """Return ``string``, ``int``, ``bool``, ``array`` or ``object``, or None when that is open."""
        if isinstance(node, Literal):
            return "string" if isinstance(node.value, str) else "int"
        if isinstance(node, Call):
            name = node.name.lower()
            if name == "parameters":
                declared = str(self.declaration(node).get("type", "")).lower()
                return _DECLARED.get(declared, declared) or None
            if name == "if" and len(node.arguments) == 3:
                first, second = (self.result_type(argument) for argument in node.arguments[1:])
                return first if first == second else None
            return _RESULTS.get(name)
        return None

    def unsecured(self, text: str) -> str | None:
        """Return what puts an open value into *text*: ``parameter 'p'``, ``a literal``; None when nothing is seen to.

        A secure parameter or a key that Azure hands out, anywhere in it, makes the value as good as secured.
        """
        return self._unsecured(_tree(text), set())

    def text_pieces(self, text: str) -> list[str | None]:
        """Return the parts of the text that *text* gives, None for each that is not known."""
        if not is_expression(text):
            return [text[1:] if text.startswith("[[") else text]
        return self._pieces(_tree(text), {})

    def known_text(self, text: str) -> str | None:
        """Return the text that an expression gives, as far as variables and defaults of parameters tell it."""
        pieces = self.text_pieces(text)
        if len(pieces) == 1 and pieces[0] is not None:
            return pieces[0]
        node = _tree(text) if is_expression(text) else None
        if isinstance(node, Call) and node.name.lower() == "parameters":
            default = self.declaration(node).get("defaultValue")
            if isinstance(default, str) and not is_expression(default):
                return default
        return None

    def declaration(self, call: Call) -> Mapping[str, Any]:
        """Return the declaration of the parameter that ``parameters('name')`` names; empty when there is none."""
        name = _literal_argument(call)
        return self._defined(_mapping(self.parameters.get(name.casefold()))) if name is not None else {}

    def _defined(self, declaration: Mapping[str, Any]) -> Mapping[str, Any]:
        for _ in range(_DEEPEST):
            reference = declaration.get("$ref")
            if not isinstance(reference, str):
                break
            target = _mapping(self.definitions.get(reference.removeprefix("#/definitions/")))
            declaration = {**target, **{key: value for key, value in declaration.items() if key != "$ref"}}
        return declaration

    def _variable(self, call: Call, seen: set[str]) -> Any:
        """Return the value of the variable that *call* names, None when it is not known or was *seen* before."""
        name = _literal_argument(call)
        if name is None or name.casefold() in seen:
            return None
        seen.add(name.casefold())
        return self.variables.get(name.casefold())

    def _runtime(self, node: Node | None, seen: set[str]) -> Iterator[str]:
        if isinstance(node, Call):
            name = node.name.lower()
            if name in _RUNTIME or (name.startswith("list") and "." not in name):
                yield node.name
            if name == "variables":
                for text in _texts(self._variable(node, seen)):
                    yield from self._runtime(_tree(text), seen)
        for child in _children(node):
            yield from self._runtime(child, seen)

    def _pieces(self, node: Node | None, known: dict[str, list[str | None]]) -> list[str | None]:
        """Return the parts of a text; *known* has those of variables that were worked out before."""
        if isinstance(node, Literal):
            return [str(node.value)]
        if not isinstance(node, Call):
            return [None]
        name = node.name.lower()
        if name == "concat":
            return _joined(piece for argument in node.arguments for piece in self._pieces(argument, known))
        if name == "string" and len(node.arguments) == 1:
            return self._pieces(node.arguments[0], known)
        if name == "format" and node.arguments:
            return _joined(self._formatted(node, known))
        variable = _literal_argument(node) if name == "variables" else None
        return [None] if variable is None else self._variable_pieces(variable.casefold(), known)

    def _variable_pieces(self, name: str, known: dict[str, list[str | None]]) -> list[str | None]:
        if name not in known:
            known[name] = [None]  # what leads back to itself is not known
            value = self.variables.get(name)
            if isinstance(value, str):
                known[name] = self._pieces(_tree(value), known) if is_expression(value) else [value]
        return known[name]

    def _formatted(self, node: Call, known: dict[str, list[str | None]]) -> Iterator[str | None]:
        import re

        form = node.arguments[0]
        if not isinstance(form, Literal) or not isinstance(form.value, str):
            yield None
            return
        for literal, place in re.findall(r"((?:[^{}]|\{\{|\}\})*)(?:\{(\d+)[^{}]*\})?", form.value):
            yield literal.replace("{{", "{").replace("}}", "}")
            at = int(place) + 1 if place and len(place) < 6 else 0
            if place:
                yield from self._pieces(node.arguments[at], known) if 0 < at < len(node.arguments) else [None]

    def _unsecured(self, node: Node | None, seen: set[str]) -> str | None:
        if isinstance(node, Literal):
            return "a literal" if node.value != "" else None
        if isinstance(node, Member | Index):
            return self._unsecured_member(node)
        if not isinstance(node, Call):
            return None
        name = node.name.lower()
        if name == "parameters":
            return self._unsecured_parameter(node)
        if name == "variables":
            value = self._variable(node, seen)
            if isinstance(value, str) and is_expression(value):
                return self._unsecured(_tree(value), seen)
            return "a literal" if isinstance(value, str) and value else None
        sources: tuple[Node, ...] = ()
        if name == "if":
            found = [self._unsecured(argument, seen) for argument in node.arguments[1:]]
            return next((each for each in found if each), None)
        if name in _JOINING:
            sources = node.arguments
        if any(self._is_secret(source, set()) for source in sources):
            return None
        named = [self._unsecured(source, seen) for source in sources]
        return next((each for each in named if each and each != "a literal"), None)

    def _unsecured_parameter(self, node: Call) -> str | None:
        declaration = self.declaration(node)
        declared = str(declaration.get("type", "")).lower()
        return f"parameter '{_literal_argument(node)}' of type {declared}" if declared in ("string", "int") else None

    def _unsecured_member(self, node: Member | Index) -> str | None:
        """Follow ``parameters('p').a.b`` through the declared types; what is not declared is left alone."""
        steps: list[str | None] = []
        target: Node = node
        while isinstance(target, Member | Index):
            if isinstance(target, Member):
                steps.append(target.name)
            else:
                index = target.index
                steps.append(index.value if isinstance(index, Literal) and isinstance(index.value, str) else None)
            target = target.target
        if not isinstance(target, Call) or target.name.lower() != "parameters":
            return None
        declaration = self.declaration(target)
        for step in reversed(steps):
            if is_secure_type(declaration.get("type")):
                return None
            if step is None:
                declaration = self._defined(_mapping(declaration.get("items")))
            else:
                declaration = self._defined(_mapping(_mapping(declaration.get("properties")).get(step)))
        if str(declaration.get("type", "")).lower() != "string":
            return None
        return f"a part of parameter '{_literal_argument(target)}', declared as string,"

    def _is_secret(self, node: Node | None, seen: set[str]) -> bool:
        if isinstance(node, Call):
            name = node.name.lower()
            if name == "parameters":
                return is_secure_type(self.declaration(node).get("type"))
            if name in _RUNTIME or name.startswith("list"):
                return True
            if name == "variables":
                return any(self._is_secret(_tree(text), seen) for text in _texts(self._variable(node, seen)))
        return any(self._is_secret(child, seen) for child in _children(node))


def tree_of(text: str) -> Node | None:
    """Return the tree of an expression, or None when it is malformed: that is for others to report."""
    return _tree(text)


def runtime_call_of(node: Node) -> str | None:
    """Return the function in *node* that only the running deployment can answer, or None."""
    return next(TemplateValues()._runtime(node, set()), None)


def _tree(text: str) -> Node | None:
    if not is_expression(text):
        return None
    try:
        return parse(text)
    except ExpressionSyntaxError:
        return None


def _children(node: Node | None) -> tuple[Node, ...]:
    match node:
        case Call():
            return node.arguments
        case Member():
            return (node.target,)
        case Index():
            return (node.target, node.index)
    return ()


def _joined(pieces: Iterable[str | None]) -> list[str | None]:
    """Return *pieces* with neighbours that are known as one; nothing is known of a text that gets too long."""
    found: list[str | None] = []
    length = 0
    for piece in pieces:
        last = found[-1] if found else None
        length += 1 if piece is None else len(piece)
        if length > _LONGEST:
            return [None]
        if piece is not None and last is not None:
            found[-1] = last + piece
        elif piece != "":
            found.append(piece)
    return found or [""]


def _literal_argument(call: Call) -> str | None:
    if len(call.arguments) == 1 and isinstance(call.arguments[0], Literal):
        value = call.arguments[0].value
        return value if isinstance(value, str) else None
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _folded(value: Any) -> Mapping[str, Any]:
    return {name.casefold(): content for name, content in _mapping(value).items()}
