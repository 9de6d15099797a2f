"""Versions that go together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semver import Version

from armlib.packages.errors import PackageError
from armlib.packages.manifest import Dependency
from armlib.packages.origin import Origin
from armlib.packages.package import Release
from armlib.packages.resolve import Solution, resolve
from armlib.packages.versions import line_of, parse_range, parse_version, sort_key

Asked = Mapping[str, str]
A_LINE: Mapping[str, Asked] = {f"1.{n}.0": {} for n in range(99)}


def dependencies(asked: Asked) -> dict[str, Dependency]:
    return {
        name: Dependency(name=name, origin=Origin("local:", name.partition("@")[0]), range=parse_range(text))
        for name, text in asked.items()
    }


class Shelf:
    """An index that holds what it is given: package -> version -> what it asks for."""

    def __init__(self, packages: Mapping[str, Mapping[str, Asked]]) -> None:
        self._packages = packages

    def versions(self, origin: Origin) -> Sequence[Version]:
        if origin.name not in self._packages:
            raise PackageError(f"there is no package {origin}", code="package-not-found")
        return sorted(map(parse_version, self._packages[origin.name]), key=sort_key)

    def release(self, origin: Origin, version: Version | None, revision: str | None = None) -> Release:
        assert version is not None
        asked = self._packages[origin.name][str(version)]
        return Release(origin=origin, version=version, dependencies=dependencies(asked))

    def prefetch(self, dependencies: Iterable[Dependency]) -> None:
        pass


def versions(solution: Solution) -> list[str]:
    return sorted(f"{chosen.release.origin.name} {chosen.release.version}" for chosen in solution.packages.values())


def test_the_newest_version_within_the_range_is_chosen() -> None:
    shelf = Shelf({"a": {"1.0.0": {}, "1.9.0": {}, "2.0.0": {}, "1.10.0-rc.1": {}}})
    assert versions(resolve(dependencies({"a": "^1"}), shelf)) == ["a 1.9.0"]


def test_what_two_ask_for_on_one_line_is_one_version() -> None:
    shelf = Shelf(
        {"a": {"1.0.0": {"c": "^1.1"}}, "b": {"1.0.0": {"c": "<1.4"}}, "c": {f"1.{n}.0": {} for n in range(9)}}
    )
    assert versions(resolve(dependencies({"a": "1", "b": "1", "c": "1"}), shelf)) == ["a 1.0.0", "b 1.0.0", "c 1.3.0"]


def test_two_lines_live_side_by_side() -> None:
    shelf = Shelf({"a": {"1.0.0": {"c": "^1"}}, "c": {"1.0.0": {}, "2.0.0": {}}})
    solution = resolve(dependencies({"a": "1", "c": "2"}), shelf)
    assert versions(solution) == ["a 1.0.0", "c 1.0.0", "c 2.0.0"]
    assert solution.packages[solution.imports["c"]].release.version == parse_version("2.0.0")
    a = solution.packages[solution.imports["a"]]
    assert solution.packages[a.imports["c"]].release.version == parse_version("1.0.0")


def test_an_older_version_is_taken_when_the_newest_does_not_go_with_the_rest() -> None:
    shelf = Shelf({"a": {"1.0.0": {"c": "~1.0"}, "1.1.0": {"c": "~1.1"}}, "c": {"1.0.0": {}, "1.1.0": {}}})
    assert versions(resolve(dependencies({"a": "1", "c": "~1.0"}), shelf)) == ["a 1.0.0", "c 1.0.0"]


def test_a_version_that_asks_for_what_refuses_it_is_given_up() -> None:
    shelf = Shelf({"a": {"1.0.0": {}, "1.1.0": {"b": "1"}}, "b": {"1.0.0": {"a": "<1.1"}}})
    assert versions(resolve(dependencies({"a": "1"}), shelf)) == ["a 1.0.0"]
    shelf = Shelf({"a": {"1.0.0": {}, "1.1.0": {"a": "<1.1"}}})
    assert versions(resolve(dependencies({"a": "1"}), shelf)) == ["a 1.0.0"]


def test_what_is_chosen_early_gives_way_to_a_wish_that_comes_late() -> None:
    """Of a chain, each package asks for an older version of the first ones than the one before."""
    chain = {f"p{n}": {"1.0.0": {f"p{n + 1}": "1", "a": f"<1.{90 - n}"}} for n in range(80)}
    shelf = Shelf({**chain, "p80": {"1.0.0": {}}, "a": {f"1.{n}.0": {"b": f"<=1.{n}"} for n in range(99)}, "b": A_LINE})
    chosen = versions(resolve(dependencies({"p0": "1", "a": "1"}), shelf))
    assert chosen[:2] == ["a 1.10.0", "b 1.10.0"]


def test_a_range_over_lines_falls_back_to_an_older_line() -> None:
    shelf = Shelf({"a": {"1.0.0": {}, "2.0.0": {"c": "~1.1"}}, "c": {"1.0.0": {}, "1.1.0": {}}})
    assert versions(resolve(dependencies({"a": ">=1", "c": "~1.0"}), shelf)) == ["a 1.0.0", "c 1.0.0"]
    assert versions(resolve(dependencies({"a": ">=1"}), shelf)) == ["a 2.0.0", "c 1.1.0"]


def test_a_conflict_tells_who_asks_for_what_and_what_there_is() -> None:
    shelf = Shelf({"a": {"1.0.0": {"c": "~1.1"}}, "c": {"1.0.0": {}, "1.1.0": {}}})
    with pytest.raises(PackageError) as caught:
        resolve(dependencies({"a": "1", "c": "~1.0"}), shelf)
    assert caught.value.code == "versions-conflict"
    assert caught.value.message == (
        "no versions go together: c: the project asks for ~1.0, a 1.0.0 asks for ~1.1; there is 1.1.0, 1.0.0; "
        "a: the project asks for 1"
    )


def test_a_conflict_at_the_end_of_long_ways_is_told_along_them() -> None:
    chain = {f"{name}{n}": {f"1.{v}.0": {f"{name}{n + 1}": "1"} for v in range(9)} for name in "yz" for n in range(2)}
    ends = {
        f"{name}2": {f"1.{v}.0": {"q": text} for v in range(9)} for name, text in (("y", "<1.2"), ("z", ">=1.2 <2"))
    }
    others = {f"p{n}": {f"1.{v}.0": {f"p{n + 1}": "1"} for v in range(9)} for n in range(300)}
    shelf = Shelf({**chain, **ends, **others, "p300": A_LINE, "q": A_LINE})
    with pytest.raises(PackageError) as caught:
        resolve(dependencies({"p0": "1", "y0": "1", "z0": "1"}), shelf)
    about = caught.value.message.removeprefix("no versions go together: ").split("; ")
    assert about[0] in (
        "q: y2 1.8.0, 1.7.0, 1.6.0 and 6 older ask for <1.2, z2 1.8.0, 1.7.0, 1.6.0 and 6 older ask for >=1.2 <2",
        "q: z2 1.8.0, 1.7.0, 1.6.0 and 6 older ask for >=1.2 <2, y2 1.8.0, 1.7.0, 1.6.0 and 6 older ask for <1.2",
    )
    assert about[1] == "there is 1.98.0, 1.97.0, 1.96.0, 1.95.0, 1.94.0, 1.93.0 and 93 older"
    assert sorted(about[2:]) == [
        "y0: the project asks for 1",
        "y1: y0 1.8.0, 1.7.0, 1.6.0 and 6 older ask for 1",
        "y2: y1 1.8.0, 1.7.0, 1.6.0 and 6 older ask for 1",
        "z0: the project asks for 1",
        "z1: z0 1.8.0, 1.7.0, 1.6.0 and 6 older ask for 1",
        "z2: z1 1.8.0, 1.7.0, 1.6.0 and 6 older ask for 1",
    ]


@pytest.mark.parametrize(
    ("ranges", "hint"),
    [
        ({"a": "~1.2"}, "a pre-release is taken by a range that names one, such as ^1.2.0-rc.2"),
        ({"a": "^3"}, "change the range in [dependencies]"),
        ({"a": "1", "b": "1"}, "change a range in [dependencies], or update the package that asks for the older one"),
    ],
)
def test_a_conflict_is_told_with_a_way_out(ranges: dict[str, str], hint: str) -> None:
    line: dict[str, dict[str, str]] = {"1.0.0": {}, "1.2.0-rc.1": {}, "1.2.0-rc.2": {}, "2.0.0": {}}
    shelf = Shelf({"a": line, "b": {"1.0.0": {"a": "~1.1"}}})
    with pytest.raises(PackageError) as caught:
        resolve(dependencies(ranges), shelf)
    assert caught.value.hint == hint


def test_a_conflict_is_told_of_what_is_asked_for_by_a_commit_too() -> None:
    class Commits(Shelf):
        def versions(self, origin: Origin) -> Sequence[Version]:
            if origin.name == "a":
                raise PackageError(f"{origin} has no tags", code="version-not-found")
            return super().versions(origin)

        def release(self, origin: Origin, version: Version | None, revision: str | None = None) -> Release:
            return super().release(origin, version or parse_version("0.0.0"))

    shelf = Commits({"a": {"0.0.0": {"c": "~1.1"}}, "c": {"1.0.0": {}, "1.1.0": {}}})
    branch = {"a": Dependency(name="a", origin=Origin("local:", "a"), revision="main")}
    with pytest.raises(PackageError) as caught:
        resolve({**branch, **dependencies({"c": "~1.0"})}, shelf)
    assert caught.value.message == (
        "no versions go together: c: the project asks for ~1.0, a main asks for ~1.1; there is 1.1.0, 1.0.0; "
        "a: the project asks for main"
    )


def test_a_range_that_nothing_is_in_tells_what_there_is() -> None:
    with pytest.raises(PackageError) as caught:
        resolve(dependencies({"a": "^3"}), Shelf({"a": {"1.0.0": {}, "2.0.0": {}}}))
    assert "the project asks for ^3; there is 2.0.0, 1.0.0" in caught.value.message


def test_a_circle_is_drawn() -> None:
    shelf = Shelf({"a": {"1.0.0": {"b": "1"}}, "b": {"1.0.0": {"c": "1"}}, "c": {"1.0.0": {"a": "1"}}})
    with pytest.raises(PackageError) as caught:
        resolve(dependencies({"a": "1"}), shelf)
    assert caught.value.code == "dependency-cycle"
    assert caught.value.message.count("->") == 3


GRAPHS = st.fixed_dictionaries(
    {
        name: st.dictionaries(
            st.sampled_from(["1.0.0", "1.1.0", "1.2.0", "2.0.0", "0.1.0", "0.2.0"]),
            st.dictionaries(
                st.sampled_from(after),
                st.sampled_from(["*", "^1", "~1.1", "^2", ">=0.1 <2", "0.1.x", "<1.2"]),
                max_size=3,
            )
            if after
            else st.just({}),
            min_size=1,
        )
        for name, after in {"a": "bcd", "b": "cd", "c": "d", "d": ""}.items()
    }
)


def is_solvable(graph: Mapping[str, Mapping[str, Asked]], asked: Sequence[tuple[str, str]], chosen: Asked) -> bool:
    """Return whether versions can be added to *chosen*, by line, so that all of *asked* is met: by trying them all."""
    if not asked:
        return True
    (name, text), *rest = asked
    for version in filter(parse_range(text).allows, map(parse_version, graph[name])):
        line = f"{name} {line_of(version)}"
        if line not in chosen:
            more = [*graph[name][str(version)].items()]
            if is_solvable(graph, [*rest, *more], {**chosen, line: str(version)}):
                return True
        elif chosen[line] == str(version) and is_solvable(graph, rest, chosen):
            return True
    return False


def require_true(message: str, graph: Mapping[str, Mapping[str, Asked]], roots: Asked) -> None:
    """Hold what a conflict says to *graph*: everyone asks for what they are said to ask for."""
    said = 0
    for about in message.removeprefix("no versions go together: ").split("; "):
        if about.startswith("there is"):
            continue
        name, _, wishes = about.partition(": ")
        for who, numbers, text in re.findall(
            r"(the project|\w+) ?([\d., ]*?)(?: and \d older)? asks? for (.+?)(?:, (?=the|\w \d)|$)", wishes
        ):
            for asked in [roots] if who == "the project" else [graph[who][one] for one in numbers.split(", ")]:
                assert asked[name] == text, message
                said += 1
    assert said, message


@pytest.mark.parametrize("way", ["straight", "searched"])
@settings(max_examples=100, deadline=None)
@given(GRAPHS)
def test_a_solution_is_found_where_there_is_one_and_meets_every_wish(
    way: str, graph: dict[str, dict[str, dict[str, str]]]
) -> None:
    shelf = Shelf(graph)
    roots = {"a": "*", "b": "*"}
    try:
        with pytest.MonkeyPatch.context() as patch:
            if way == "searched":
                patch.setattr("armlib.packages.resolve._Straight.chosen", lambda *_: None)
            solution = resolve(dependencies(roots), shelf)
    except PackageError as error:
        assert error.code == "versions-conflict"
        assert not is_solvable(graph, [*roots.items()], {})
        require_true(error.message, graph, roots)
        return
    assert is_solvable(graph, [*roots.items()], {})
    lines = [(chosen.key.origin, chosen.key.line) for chosen in solution.packages.values()]
    assert len(lines) == len(set(lines))
    for chosen in solution.packages.values():
        for name, dependency in chosen.release.dependencies.items():
            target = solution.packages[chosen.imports[name]].release
            assert target.origin.name == dependency.origin.name
            assert dependency.range.allows(target.version)


@settings(max_examples=100, deadline=None)
@given(GRAPHS)
def test_what_was_locked_stays_and_asking_again_gives_the_same(graph: dict[str, dict[str, dict[str, str]]]) -> None:
    shelf = Shelf(graph)
    try:
        first = resolve(dependencies({"a": "*"}), shelf)
    except PackageError:
        return
    locked = {key: chosen.release.version for key, chosen in first.packages.items()}
    assert versions(resolve(dependencies({"a": "*"}), shelf)) == versions(first)
    assert versions(resolve(dependencies({"a": "*"}), shelf, locked)) == versions(first)
