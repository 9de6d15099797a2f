"""The dataclass of frozen values is that of the standard library, but for how it is made."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any

import pytest

from armlib.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A value."""

    name: str
    secret: str = field(default="", repr=False)
    note: str = field(default="", compare=False)
    members: Mapping[str, int] = field(default_factory=dict)

    @property
    def loud(self) -> str:
        return self.name.upper()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A value."""

    name: str
    secret: str = field(default="", repr=False)
    note: str = field(default="", compare=False)
    members: Mapping[str, int] = field(default_factory=dict)

    @property
    def loud(self) -> str:
        return self.name.upper()


BOTH = pytest.mark.parametrize("kind", [Ours, Standard])
Kind = Callable[..., Any]


def _value_and_error(call: Callable[[], object]) -> tuple[object, type[Exception] | None]:
    try:
        return call(), None
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same
        return None, type(error)


@pytest.mark.parametrize(
    "use",
    [
        lambda kind: repr(kind(name="a", secret="hidden", members={"x": 1})).replace(kind.__name__, ""),
        lambda kind: kind(name="a") == kind(name="a", note="other"),
        lambda kind: kind(name="a") == kind(name="a", secret="other"),
        lambda kind: kind(name="a") == "a",
        lambda kind: kind(name="a").loud,
        lambda kind: asdict(kind(name="a", members={"x": 1})),
        lambda kind: [(each.name, each.kw_only, each.repr, each.compare) for each in fields(kind)],
        lambda kind: asdict(replace(kind(name="a", members={"x": 1}), name="b")),
        lambda kind: asdict(copy.deepcopy(kind(name="a", members={"x": 1}))),
        lambda kind: asdict(pickle.loads(pickle.dumps(kind(name="a", note="n")))),
        lambda kind: pickle.loads(pickle.dumps(kind(name="a"))) == kind(name="a"),
        lambda kind: kind(name="a").members is kind(name="a").members,
        lambda kind: hash(kind(name="a")),  # a mapping has no hash
        lambda kind: hash(kind(name="a", members=())) == hash(kind(name="a", note="other", members=())),
        lambda kind: setattr(kind(name="a"), "name", "b"),
        lambda kind: delattr(kind(name="a"), "name"),
        lambda kind: kind(name="a").__dict__,
        lambda kind: kind("a"),
        lambda kind: kind(),
        lambda kind: kind(name="a", unknown=1),
        lambda kind: replace(kind(name="a"), unknown=1),
        lambda kind: (kind.__slots__, kind.__doc__, kind.__module__, kind.__match_args__),
    ],
)
def test_it_does_what_the_standard_one_does(use: Callable[[Kind], object]) -> None:
    ours, standard = _value_and_error(lambda: use(Ours)), _value_and_error(lambda: use(Standard))
    assert ours == standard


def test_an_error_names_what_is_missing_and_what_is_unknown() -> None:
    with pytest.raises(TypeError, match=r"Ours\(\): missing: name; unknown: nmae"):
        Ours(nmae="a")  # type: ignore[call-arg]


def test_a_value_of_another_class_with_the_same_members_is_another() -> None:
    other: object = Standard(name="a")
    assert Ours(name="a") != other


def test_setting_says_which_member_it_was() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        Ours(name="a").name = "b"  # type: ignore[misc]


def test_anything_but_a_frozen_value_is_left_to_the_standard_one() -> None:
    with pytest.raises(TypeError, match="the standard dataclass"):
        dataclass(frozen=False, slots=True, kw_only=True)


def test_no_method_is_generated_for_a_class() -> None:
    generated = [name for name, value in vars(Ours).items() if inspect.isfunction(value)]
    assert generated == []
