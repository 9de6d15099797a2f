"""Array functions, and those that arrays share with texts and objects: ``length``, ``contains``, ``union``."""

from __future__ import annotations

from typing import Any

from armlib.expressions.environment import NOT_KNOWN
from armlib.expressions.faults import EvaluationFault
from armlib.expressions.functions import unicode
from armlib.expressions.functions.access import MISSING, find_member, index_value
from armlib.expressions.functions.comparison import deep_equal, same
from armlib.expressions.functions.logical import value_type
from armlib.expressions.functions.registry import Function, Mode
from armlib.expressions.functions.text import compact_json
from armlib.expressions.functions.types import (
    array,
    bounded_items,
    integer,
    text,
    type_name,
    wrong_type,
)
from armlib.expressions.simplify import SECRET, UNKNOWN, conceal, reveal, scan, unknown_call
from armlib.expressions.values import Secret, Unknown, Value

MAX_RANGE = 10_000
_MAX_END = 2_147_483_647


def array_(value: Any) -> Any:
    """Return *value* in an array, or itself when it is one."""
    if isinstance(value, Secret):
        inner = array_(value.value)
        return NOT_KNOWN if inner is NOT_KNOWN else conceal(inner)
    if isinstance(value, Unknown):
        kind = value.type
        return value if kind == "array" else NOT_KNOWN if kind is None else [value]
    return value if type(value) is list else [value]


def create_array(*values: Any) -> list[Any]:
    """Return the arguments as an array."""
    return list(values)


def length(value: Any) -> int:
    """Return the number of elements, of members, or of UTF-16 units."""
    if type(value) is str:
        return unicode.length(value)
    if type(value) in (list, dict):
        return len(value)
    raise wrong_type("length", 0, "an array, object or string", value)


def empty(value: Any) -> bool:
    """Return whether an array, object or text is empty; null is."""
    if value is None or type(value) in (str, list, dict):
        return not value
    raise wrong_type("empty", 0, "an object, an array or a string", value)


def first(value: Any) -> Any:
    """Return the first element or UTF-16 unit; null for an empty array."""
    if type(value) is list:
        return value[0] if value else None
    if type(value) is str:
        return unicode.joined(unicode.units(value)[:1])
    raise wrong_type("first", 0, "an array or a string", value)


def last(value: Any) -> Any:
    """Return the last element or UTF-16 unit; null for an empty array."""
    if type(value) is list:
        return value[-1] if value else None
    if type(value) is str:
        return unicode.joined(unicode.units(value)[-1:])
    raise wrong_type("last", 0, "an array or a string", value)


def take(value: Any, count: Any) -> Any:
    """Return the first *count* elements or UTF-16 units; fewer when there are no more."""
    number = max(0, integer("take", 1, count))
    if type(value) is list:
        return value[:number]
    if type(value) is str:
        return unicode.joined(unicode.units(value)[:number])
    raise wrong_type("take", 0, "an array or a string", value)


def skip(value: Any, count: Any) -> Any:
    """Return what stands after the first *count* elements or UTF-16 units."""
    number = max(0, integer("skip", 1, count))
    if type(value) is list:
        return value[number:]
    if type(value) is str:
        return unicode.joined(unicode.units(value)[number:])
    raise wrong_type("skip", 0, "an array or a string", value)


def contains(container: Any, wanted: Any) -> Any:
    """Return whether an array has an element, an object a member of any case, or a text another text."""
    if type(container) is Secret or type(wanted) is Secret:
        found = contains(_uncovered(container), _uncovered(wanted))
        return NOT_KNOWN if found is NOT_KNOWN else conceal(found)
    if type(container) is Unknown or type(wanted) is Unknown:
        return NOT_KNOWN
    if type(container) is list:
        marks = scan(container)[0] | scan(wanted)[0]
        if marks:
            return _contains_among_marked(container, wanted)
        return position_of(container, wanted) >= 0
    if type(container) is dict:
        return find_member(container, text("contains", 1, wanted)) is not MISSING
    if type(container) is str:
        return text("contains", 1, wanted) in container
    raise wrong_type("contains", 0, "an array, an object or a string", container)


def _contains_among_marked(elements: list[Any], wanted: Any) -> Any:
    """Return whether an element equals *wanted*: true as soon as one does, not known when an unknown one may."""
    answers = [same(reveal(element), reveal(wanted)) for element in elements]
    if True in answers:
        answer: Any = True
    else:
        answer = NOT_KNOWN if None in answers else False
    is_tainted = (scan(elements)[0] | scan(wanted)[0]) & SECRET
    return conceal(answer) if is_tainted and answer is not NOT_KNOWN else answer


def position_of(elements: list[Any], wanted: Any) -> int:
    """Return the index of the first element that equals *wanted*; -1 when there is none."""
    if type(wanted) is str:
        return next((i for i, element in enumerate(elements) if type(element) is str and element == wanted), -1)
    return next((i for i, element in enumerate(elements) if deep_equal(element, wanted)), -1)


def index_of(container: Any, wanted: Any) -> int:
    """Return where an array has an element, or a text another one in any case, for the first time; else -1."""
    if type(container) is list:
        return position_of(container, wanted)
    if type(container) is str:
        return _folded(container).find(_folded(text("indexOf", 1, wanted)))
    raise wrong_type("indexOf", 0, "an array or a string", container)


def last_index_of(container: Any, wanted: Any) -> int:
    """Return where an array has an element, or a text another one in any case, for the last time; else -1."""
    if type(container) is list:
        backwards = position_of(container[::-1], wanted)
        return len(container) - 1 - backwards if backwards >= 0 else -1
    if type(container) is str:
        return _folded(container).rfind(_folded(text("lastIndexOf", 1, wanted)))
    raise wrong_type("lastIndexOf", 0, "an array or a string", container)


def _folded(value: str) -> str:
    return unicode.upper(unicode.units(value))


def range_(start: Any, count: Any) -> list[int]:
    """Return *count* integers from *start* on."""
    begin, number = integer("range", 0, start), integer("range", 1, count)
    if not 0 <= number <= MAX_RANGE:
        raise EvaluationFault(
            f"The template language function 'range' expects its second parameter to be at least 0 and at most "
            f"{MAX_RANGE}. The provided value is '{number}'.",
            function="range",
        )
    if begin + number > _MAX_END or begin < -_MAX_END - 1:
        raise EvaluationFault(
            f"The template language function 'range' expects the sum of its parameters to be at most {_MAX_END}. "
            f"The provided values are '{begin}' and '{number}'.",
            function="range",
        )
    return list(range(begin, begin + number))


def flatten(arrays: Any) -> Any:
    """Return the elements of the arrays in an array, in one."""
    result: list[Any] = []
    parts = array("flatten", 0, arrays)
    if any(type(part) is Secret for part in parts):
        made = flatten([*map(_uncovered, parts)])
        return NOT_KNOWN if made is NOT_KNOWN else conceal(made)
    if any(type(part) is Unknown for part in parts):
        return NOT_KNOWN
    for part in parts:
        if type(part) is not list:
            raise wrong_type("flatten", 0, "an array of arrays", part)
        bounded_items("flatten", len(result) + len(part))
        result += part
    return result


def union(*values: Any) -> Any:
    """Return arrays joined without duplicates, or objects merged deeply; the later value wins."""
    if any(type(value) is Secret for value in values):
        result = union(*map(_uncovered, values))
        return NOT_KNOWN if result is NOT_KNOWN else conceal(result)
    kinds = {type(value) for value in values}
    if Unknown in kinds:
        return NOT_KNOWN
    if kinds == {list}:
        return _union_of_arrays(values)
    if kinds != {dict}:
        raise _mixed("union", values)
    merged: Any = values[0]
    for value in values[1:]:
        merged = _merged(merged, value)
        if merged is NOT_KNOWN:
            return NOT_KNOWN
    return merged


def distinct(elements: Any) -> Any:
    """Return an array without duplicates; the first of each stays."""
    return union(elements) if type(elements) in (Secret, Unknown) else union(array("distinct", 0, elements))


def _uncovered(value: Any) -> Any:
    return value.value if type(value) is Secret else value


def _union_of_arrays(values: tuple[list[Any], ...]) -> Any:
    bounded_items("union", sum(map(len, values)))
    marks = scan(list(values))[0]
    if marks & UNKNOWN:
        return NOT_KNOWN if sum(map(len, values)) > 1 else [element for value in values for element in value]
    seen: set[str] = set()
    result = []
    for value in values:
        for element in value:
            key = identity(reveal(element) if marks else element)
            if key not in seen:
                seen.add(key)
                result.append(element)
    return result


def identity(value: Any) -> str:
    """Return a text that is the same for values that are equal."""
    if type(value) is dict or type(value) is list:
        return compact_json(_ordered(value))
    return f"{type(value).__name__}:{value}"


def _ordered(value: Any) -> Any:
    if type(value) is dict:
        return {key: _ordered(value[key]) for key in sorted(value)}
    if type(value) is list:
        return [_ordered(item) for item in value]
    return value


def _merged(left: dict[str, Any], right: dict[str, Any]) -> Any:
    """Return two objects merged deeply; ``NOT_KNOWN`` when it hangs on an unknown member."""
    result = dict(left)
    spelling = {key.lower(): key for key in left}
    for key, value in right.items():
        known = spelling.setdefault(key.lower(), key)
        if known in result:
            value = _merged_value(result[known], value)
            if value is NOT_KNOWN:
                return NOT_KNOWN
        result[known] = value
    return result


def _merged_value(left: Any, right: Any) -> Any:
    if type(left) is dict and type(right) is dict:
        return _merged(left, right)
    if type(left) is Secret or type(right) is Secret:
        merged = _merged_value(_uncovered(left), _uncovered(right))
        return NOT_KNOWN if merged is NOT_KNOWN else conceal(merged)
    if type(left) is Unknown or type(right) is Unknown:
        first, second = value_type(left), value_type(right)
        if not {first, second} <= {"object", None} or left is None or right is None:
            return right
        if first is None or second is None:
            return NOT_KNOWN
        return unknown_call("union", (left, right), "object")
    return right


def intersection(*values: Any) -> Any:
    """Return what is in all the arrays, or the members that are the same in all the objects."""
    kinds = {type(value) for value in values}
    if kinds == {list}:
        common = set.intersection(*({identity(element) for element in value} for value in values))
        return _union_of_arrays(([element for element in values[0] if identity(element) in common],))
    if kinds == {dict}:
        return {
            key: value
            for key, value in values[0].items()
            if all(
                (found := find_member(other, key)) is not MISSING and deep_equal(found, value) for other in values[1:]
            )
        }
    raise _mixed("intersection", values)


def _mixed(function: str, values: tuple[Any, ...]) -> EvaluationFault:
    names = ", ".join(sorted({type_name(value) for value in values}))
    return EvaluationFault(
        f"The template language function '{function}' expects either a comma separated list of arrays or a comma "
        f"separated list of objects as its parameters. The provided values are of type '{names}'. "
        f"Please see https://aka.ms/arm-functions#{function} for usage details.",
        function=function,
    )


def _container_type(arguments: list[Any]) -> str | None:
    found = {value_type(argument) for argument in arguments} & {"array", "object", "string"}
    return found.pop() if len(found) == 1 else None


def _first_type(arguments: list[Any]) -> str | None:
    return value_type(arguments[0])


def index_from_end(elements: Any, reverse_index: Any) -> Any:
    """Return an element counted from the end: 1 is the last."""
    position = integer("indexFromEnd", 1, reverse_index)
    if not 1 <= position <= len(array("indexFromEnd", 0, elements)):
        raise EvaluationFault(
            f"The language expression property array index '{position}' from the end is out of bounds.",
            function="indexFromEnd",
        )
    return elements[-position]


def try_index_from_end(elements: Any, reverse_index: Any) -> Any:
    """Return an element counted from the end, null when there is none."""
    if elements is None:
        return None
    position = integer("tryIndexFromEnd", 1, reverse_index)
    is_inside = 1 <= position <= len(array("tryIndexFromEnd", 0, elements))
    return elements[-position] if is_inside else None


def try_get(value: Any, *path: Any) -> Any:
    """Return what *path*, names and positions, leads to; null as soon as a step is missing."""
    if any(type(part) is Secret for part in (value, *path)):
        found = try_get(_uncovered(value), *map(_uncovered, path))
        return NOT_KNOWN if found is NOT_KNOWN else conceal(found)
    for taken, key in enumerate(path):
        if value is None:
            return None
        if isinstance(value, Secret):
            return try_get(value, *path[taken:])
        if isinstance(key, Unknown):
            return _try_get_of_unknown(value, path[taken:])
        if isinstance(value, Unknown):
            opened = index_value(value, key) if value.known is not None else None
            if opened is None or (isinstance(opened, Unknown) and opened.known is None):
                return _try_get_of_unknown(value, path[taken:])
            value = opened
        else:
            value = _step(value, key)
    return value


def _step(value: Any, key: Any) -> Any:
    if type(key) is dict:
        key = _position(value, key)
    if type(value) is dict and type(key) is str:
        found = find_member(value, key)
        return None if found is MISSING else found
    if type(value) is list and type(key) is int:
        return value[key] if 0 <= key < len(value) else None
    if type(value) not in (list, dict):
        raise wrong_type("tryGet", 0, "an array or an object", value)
    if type(key) not in (str, int):
        raise wrong_type("tryGet", 1, "a string or an integer", key)
    return None


def _position(value: Any, key: dict[str, Any]) -> Any:
    """Return the step that ``{value, fromEnd}`` stands for, as Bicep writes ``[^1]``."""
    step, from_end = find_member(key, "value"), find_member(key, "fromEnd")
    if type(step) is not int or type(from_end) not in (bool, object):
        return key
    return len(value) - step if from_end is True and type(value) is list else step


def _try_get_of_unknown(value: Any, path: tuple[Any, ...]) -> Value:
    return unknown_call("tryGet", (value, *path))


FUNCTIONS = (
    Function(name="array", minimum=1, maximum=1, run=array_, result="array", mode=Mode.OPEN, passes=True),
    Function(name="createArray", minimum=0, maximum=None, run=create_array, result="array", mode=Mode.OPEN),
    Function(name="length", minimum=1, maximum=1, run=length, result="int"),
    Function(name="empty", minimum=1, maximum=1, run=empty, result="bool"),
    Function(name="first", minimum=1, maximum=1, run=first, passes=True),
    Function(name="last", minimum=1, maximum=1, run=last, passes=True),
    Function(name="take", minimum=2, maximum=2, run=take, result=_first_type),
    Function(name="skip", minimum=2, maximum=2, run=skip, result=_first_type),
    Function(name="contains", minimum=2, maximum=2, run=contains, result="bool", mode=Mode.OPEN, walks=True),
    Function(name="indexOf", minimum=2, maximum=2, run=index_of, result="int", mode=Mode.DEEP),
    Function(name="lastIndexOf", minimum=2, maximum=2, run=last_index_of, result="int", mode=Mode.DEEP),
    Function(name="range", minimum=2, maximum=2, run=range_, result="array"),
    Function(name="flatten", minimum=1, maximum=1, run=flatten, result="array"),
    Function(name="union", minimum=1, maximum=None, run=union, result=_container_type, mode=Mode.OPEN, walks=True),
    Function(name="distinct", minimum=1, maximum=1, run=distinct, result="array", mode=Mode.OPEN, walks=True),
    Function(name="intersection", minimum=2, maximum=None, run=intersection, result=_container_type, mode=Mode.DEEP),
    Function(name="indexFromEnd", minimum=2, maximum=2, run=index_from_end, passes=True),
    Function(name="tryIndexFromEnd", minimum=2, maximum=2, run=try_index_from_end, passes=True),
    Function(name="tryGet", minimum=2, maximum=None, run=try_get, mode=Mode.OPEN, passes=True),
)
