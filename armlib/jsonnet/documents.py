"""YAML and TOML texts as JSON values."""

from __future__ import annotations

import datetime
import itertools
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from armlib.jsontypes import Json

MAXIMUM_VALUES = 1_000_000  # in one text, with its aliases followed: ten lines of them can stand for billions
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def parse_yaml(text: str) -> Json:
    """Return the value of a YAML text with one document; an empty text is null.

    Scalars are read by the core schema of YAML 1.2: ``yes``, ``on``, ``0777`` (777) and dates mean what they look like.

    Raises:
        ValueError: The text is not YAML, has several documents, or a value that JSON has not.
    """
    documents = parse_yaml_all(text)
    if len(documents) > 1:
        raise ValueError(f"the text has {len(documents)} documents, not one; parseYamlAll reads them all")
    return documents[0] if documents else None


def parse_yaml_all(text: str) -> list[Json]:
    """Return the values of all documents of a YAML text, in order.

    Raises:
        ValueError: As :func:`parse_yaml`.
    """
    import yaml

    try:
        count = itertools.count(1)
        return [_as_json(value, (), count) for value in yaml.load_all(text, Loader=_loader())]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{where}{error.problem or 'not YAML'}") from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def parse_toml(text: str) -> Json:
    """Return the value of a TOML text; dates and times become texts as RFC 3339 writes them.

    Raises:
        ValueError: The text is not TOML, or has a number that JSON has not.
    """
    import tomllib

    return _as_json(tomllib.loads(text), (), itertools.count(1))


def _as_json(value: Any, inside: tuple[int, ...], count: Iterator[int]) -> Json:
    """Return *value* with texts for dates; *inside* are the ids of the containers around it, *count* counts values."""
    if next(count) > MAXIMUM_VALUES:
        raise ValueError(f"the text stands for more than {MAXIMUM_VALUES:,} values")
    if isinstance(value, (dict, list)) and id(value) in inside:
        raise ValueError("a value contains itself")
    around = (*inside, id(value))
    if isinstance(value, dict):
        return {key: _as_json(item, around, count) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item, around, count) for item in value]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"JSON has no number {value}")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"JSON has no value of the kind {type(value).__name__}")


def _key(key: Any) -> str:
    """Return *key* as JSON has it, a text; as Python has them, 1 and true would be one key."""
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int | float):
        return str(key)
    raise ValueError(f"a key must be a text, not {key!r}")


@lru_cache(maxsize=1)
def _loader() -> Any:
    """Return a safe loader of YAML with the scalars of YAML 1.2, which refuses a key that is given twice."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's form)

        def compose_mapping_node(self, anchor: Any) -> Any:
            node = super().compose_mapping_node(anchor)
            seen: set[str] = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                    if key.value in seen:
                        raise yaml.composer.ComposerError(
                            None, None, f'the key "{key.value}" is given twice', key.start_mark
                        )
                    seen.add(key.value)
            return node

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            self.flatten_mapping(node)
            return {
                _key(self.construct_object(key, deep=True)): self.construct_object(value, deep=deep)
                for key, value in node.value
            }

    for tag, pattern, first in (
        ("null", re.compile(r"~|null|Null|NULL|\Z"), ["~", "n", "N", ""]),
        ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF")),
        ("int", re.compile(f"(?:{_INTEGER.pattern})\\Z"), list("-+0123456789")),
        ("float", re.compile(f"(?:{_FLOAT.pattern}|{_INFINITE.pattern})\\Z"), list("-+.0123456789")),
        ("merge", re.compile(r"<<\Z"), ["<"]),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern.pattern})\\Z"), first)
    Loader.add_constructor("tag:yaml.org,2002:int", _integer)
    Loader.add_constructor("tag:yaml.org,2002:float", _float)
    return Loader


def _integer(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


def _float(loader: Any, node: Any) -> float:
    import yaml

    value = float(loader.construct_scalar(node).lower().replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(value):
        raise yaml.constructor.ConstructorError(None, None, f"JSON has no number {value}", node.start_mark)
    return value
