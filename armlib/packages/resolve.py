"""Chooses the versions of packages that go together.

Versions of one line (1.y.z, or 0.2.z) take each other's place: of each line one version is chosen. Several lines live
side by side where the tree asks for them. A range that spans lines is met by whichever line goes with the rest, the
newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from typing import Final, NamedTuple, Protocol

from semver import Version

from armlib.packages.errors import PackageError
from armlib.packages.manifest import Dependency
from armlib.packages.origin import Origin
from armlib.packages.package import Release
from armlib.packages.search import NoSolutionError, Search, TooHardError, Wish
from armlib.packages.versions import Range, line_of, listed_versions, sort_key

_MOST_TOLD: Final = 8  # packages of a conflict
_ALL_LINES: Final = "*"  # stands for a line where a range spans several


class Index(Protocol):
    """What is known of packages."""

    def versions(self, origin: Origin) -> Sequence[Version]:
        """Return the versions there are of a package, oldest first."""

    def release(self, origin: Origin, version: Version | None, revision: str | None = None) -> Release:
        """Return *version* of a package, or what *revision* names."""

    def prefetch(self, dependencies: Iterable[Dependency]) -> None:
        """Get ready to be asked for *dependencies*."""


class Key(NamedTuple):
    """What one version is chosen for: a line of a package, a revision of it, or a range that spans lines.

    A tuple, since all that is known is looked up by keys, and tuples are hashed without a call.
    """

    origin: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One package of the solution, and for each name it imports by which package that is."""

    key: Key
    release: Release
    imports: Mapping[str, Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The packages that were chosen, and which of them the project imports by which name."""

    packages: Mapping[Key, Chosen]
    imports: Mapping[str, Key]


def resolve(
    dependencies: Mapping[str, Dependency], index: Index, preferred: Mapping[Key, Version] | None = None
) -> Solution:
    """Return the packages that *dependencies*, those of the project, come to.

    Args:
        dependencies: By the name they are imported by, with sources.
        index: What there is.
        preferred: Versions to keep where they will do, those of a lock.

    Raises:
        PackageError: No versions go together (``versions-conflict``), or packages need each other in a circle
            (``dependency-cycle``).
    """
    provider = _Provider(index, preferred or {})
    index.prefetch(dependencies.values())
    needs = [provider.need(dependency) for dependency in dependencies.values()]
    straight = _Straight(provider).chosen(needs)
    if straight is not None:
        return _solution(dependencies, straight, provider)
    try:
        found = Search(provider).run([provider.wish(need, None) for need in needs])
    except NoSolutionError as error:
        raise _conflict(error.wishes, provider) from None
    except TooHardError:
        hint = "exact versions of some packages in [dependencies] leave less to choose from"
        message = "no versions were found that go together in time"
        raise PackageError(message, code="versions-conflict", hint=hint) from None
    return _solution(dependencies, {key: provider.candidate(key, value) for key, value in found.items()}, provider)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Need:
    """A package that is asked for, by the project (None) or by a candidate."""

    key: Key
    origin: Origin
    range: Range
    revision: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Candidate:
    """A version of a package; for a range that spans lines, one of the lines."""

    key: Key
    origin: Origin
    version: Version | None = None
    revision: str | None = None
    line: _Need | None = None
    index: Index = field(repr=False)
    answers: dict[_Need, bool] = field(default_factory=dict, repr=False)

    @cached_property
    def release(self) -> Release:
        return self.index.release(self.origin, self.version, self.revision)

    def __str__(self) -> str:
        return f"{self.origin.name or self.origin} {self.version or self.revision or ''}".strip()


class _Provider:
    """What there is to choose from for each key, and what a choice asks for in turn."""

    def __init__(self, index: Index, preferred: Mapping[Key, Version]) -> None:
        self.index = index
        self._preferred = preferred
        self._candidates: dict[Key, list[_Candidate]] = {}
        self._needs: dict[tuple[str, str, str | None], _Need] = {}
        self._of_candidates: dict[_Candidate, list[_Need]] = {}
        self._allowed: dict[_Need, int] = {}

    def need(self, dependency: Dependency) -> _Need:
        """Return *dependency* as something to choose a version for."""
        known = (str(dependency.origin), dependency.range.text, dependency.revision)
        if known not in self._needs:
            self._needs[known] = _Need(
                key=self._key(dependency),
                origin=dependency.origin,
                range=dependency.range,
                revision=dependency.revision,
            )
        return self._needs[known]

    def _key(self, dependency: Dependency) -> Key:
        origin = str(dependency.origin)
        if dependency.revision is not None:
            return Key(origin, f"={dependency.revision}")
        matching = filter(dependency.range.allows, self.index.versions(dependency.origin))
        lines = list(dict.fromkeys(map(line_of, matching)))
        if len(lines) == 1:
            return Key(origin, lines[0])
        return Key(origin, f"{_ALL_LINES}{dependency.range}")

    def matching(self, needs: Sequence[_Need]) -> Iterator[_Candidate]:
        """Yield the candidates that all of *needs*, which are for one key, are met by, the best first."""
        for candidate in self._all(needs[0]):
            if all(self.allows(need, candidate) for need in needs):
                yield candidate

    def _all(self, need: _Need) -> list[_Candidate]:
        """Return the candidates for the key of *need*, the best first."""
        if need.key not in self._candidates:
            self._candidates[need.key] = list(self._found(need))
        return self._candidates[need.key]

    def _found(self, need: _Need) -> Iterator[_Candidate]:
        key, origin = need.key, need.origin
        if need.revision is not None:
            yield _Candidate(key=key, origin=origin, revision=need.revision, index=self.index)
            return
        versions = self.index.versions(origin)
        if key.line.startswith(_ALL_LINES):
            lines = list(
                dict.fromkeys(line_of(version) for version in reversed(versions) if need.range.allows(version))
            )
            lines.sort(key=lambda line: Key(key.origin, line) not in self._preferred)
            for line in lines:
                inner = _Need(key=Key(key.origin, line), origin=origin, range=need.range, revision=None)
                yield _Candidate(key=key, origin=origin, line=inner, index=self.index)
            return
        of_line = [version for version in reversed(versions) if line_of(version) == key.line]
        kept = self._preferred.get(key)
        of_line.sort(key=lambda version: version != kept)
        for version in of_line:
            yield _Candidate(key=key, origin=origin, version=version, index=self.index)

    def allows(self, need: _Need, candidate: _Candidate) -> bool:
        """Return whether *candidate*, which is for the same key, will do for *need*; answers are remembered."""
        known = candidate.answers.get(need)
        if known is None:
            known = candidate.answers[need] = candidate.version is None or need.range.allows(candidate.version)
        return known

    def needs_of(self, candidate: _Candidate) -> list[_Need]:
        """Return what *candidate* asks for."""
        if candidate.line is not None:
            return [candidate.line]
        if candidate not in self._of_candidates:
            dependencies = candidate.release.dependencies
            self.index.prefetch(dependencies.values())
            self._of_candidates[candidate] = [self.need(one) for one in dependencies.values()]
        return self._of_candidates[candidate]

    # For the search

    def candidate(self, key: Key, value: int) -> _Candidate:
        """Return the candidate that is the *value* of *key*."""
        return self._candidates[key][value]

    def count(self, key: Key) -> int:
        """Return how many candidates there are for *key*, for which there was a wish."""
        return len(self._candidates[key])

    def order(self, key: Key) -> tuple[bool, str, str]:
        """Return what tells for which key is chosen first: ranges that span lines come last."""
        return key.line.startswith(_ALL_LINES), key.origin, key.line

    def wishes(self, key: Key, value: int) -> list[Wish[Key]]:
        """Return what the candidate that is the *value* of *key* wishes."""
        return [self.wish(need, (key, value)) for need in self.needs_of(self.candidate(key, value))]

    def wish(self, need: _Need, who: tuple[Key, int] | None) -> Wish[Key]:
        """Return *need* as a wish of *who*."""
        if need not in self._allowed:
            candidates = self._all(need)
            allows = (1 << value for value, candidate in enumerate(candidates) if self.allows(need, candidate))
            self._allowed[need] = sum(allows)
        return Wish(who, need.key, self._allowed[need], need)


class _Straight:
    """Chooses the newest of everything, and takes nothing back but a version that a later need does not allow.

    Where nothing contradicts, that is enough. A search would rather take older versions of what asks than of what was
    chosen before.
    """

    def __init__(self, provider: _Provider) -> None:
        self._provider = provider
        self._needs: dict[Key, dict[tuple[Key | None, int], _Need]] = {}  # by who asks, and its how manieth need it is
        self._pins: dict[Key, _Candidate] = {}
        self._waiting: list[tuple[tuple[bool, str, str], Key]] = []

    def chosen(self, needs: Sequence[_Need]) -> Mapping[Key, _Candidate] | None:
        """Return what is chosen for each key; None when that takes another way, or has no end."""
        if not self._fits(needs):
            return None
        self._ask(None, needs)
        steps = 0
        while self._waiting:
            _, key = heappop(self._waiting)
            if key in self._pins or not self._needs[key]:
                continue
            steps += 1
            if steps > 100 + 5 * len(self._needs) or not self._pin(key):
                return None
        return self._pins

    def _pin(self, key: Key) -> bool:
        for candidate in self._provider.matching(list(self._needs[key].values())):
            needs = list(self._provider.needs_of(candidate))
            own = (need for need in needs if need.key == key)
            if self._fits(needs) and all(self._provider.allows(need, candidate) for need in own):
                self._pins[key] = candidate
                self._ask(key, needs)
                return True
        return False

    def _fits(self, needs: Sequence[_Need]) -> bool:
        """Return whether there is something for each key that is asked for, with *needs* on top."""
        asked: dict[Key, list[_Need]] = {}
        for need in needs:
            asked.setdefault(need.key, list(self._needs.get(need.key, {}).values())).append(need)
        return all(next(self._provider.matching(ones), None) is not None for ones in asked.values())

    def _ask(self, who: Key | None, needs: Sequence[_Need]) -> None:
        for number, need in enumerate(needs):
            key = need.key
            self._needs.setdefault(key, {})[who, number] = need
            pin = self._pins.get(key)
            if pin is not None and not self._provider.allows(need, pin):
                del self._pins[key]
                for place, one in enumerate(self._provider.needs_of(pin)):
                    self._needs[one.key].pop((key, place), None)
            if key not in self._pins:
                heappush(self._waiting, (self._provider.order(key), key))


def _solution(
    dependencies: Mapping[str, Dependency], mapping: Mapping[Key, _Candidate], provider: _Provider
) -> Solution:
    def end(dependency: Dependency) -> Key:
        candidate = mapping[provider.need(dependency).key]
        return candidate.line.key if candidate.line is not None else candidate.key

    def imports(asked: Mapping[str, Dependency]) -> dict[str, Key]:
        return {name: end(dependency) for name, dependency in asked.items()}

    chosen = {
        key: Chosen(key=key, release=candidate.release, imports=imports(candidate.release.dependencies))
        for key, candidate in mapping.items()
        if candidate.line is None
    }
    solution = Solution(packages=_reached(chosen, imports(dependencies)), imports=imports(dependencies))
    _require_no_cycle(solution)
    return solution


def _reached(chosen: Mapping[Key, Chosen], imports: Mapping[str, Key]) -> dict[Key, Chosen]:
    """Return the packages that something needs in the end."""
    reached: dict[Key, Chosen] = {}
    waiting = list(imports.values())
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached[key] = chosen[key]
            waiting += chosen[key].imports.values()
    return reached


def _require_no_cycle(solution: Solution) -> None:
    from graphlib import CycleError, TopologicalSorter

    graph = {key: set(chosen.imports.values()) for key, chosen in solution.packages.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        keys: list[Key] = error.args[1]
        shown = " -> ".join(label(solution.packages[key].release) for key in reversed(keys))
        hint = "move what both need into a package of its own"
        raise PackageError(
            f"packages need each other in a circle: {shown}", code="dependency-cycle", hint=hint
        ) from None


def label(release: Release) -> str:
    """Return how a release is told to the user."""
    return f"{release.origin.shown_name} {release.version}"


# Telling why not


def _conflict(wishes: Iterable[Wish[Key]], provider: _Provider) -> PackageError:
    """Return the error that tells who asks for what: first of packages of which the wishes leave no version."""
    asked: dict[Origin, dict[tuple[_Need, Origin | None], list[_Candidate]]] = {}
    for wish in wishes:
        who = provider.candidate(*wish.who) if wish.who is not None else None
        if who is None:
            asked.setdefault(wish.subject.origin, {})[wish.subject, None] = []
        elif who.line is None:
            asked.setdefault(wish.subject.origin, {}).setdefault((wish.subject, who.origin), []).append(who)
    about = sorted((_told(origin, asking, provider) for origin, asking in asked.items()), key=lambda told: told[0])
    told = "; ".join(text for _, text in about[:_MOST_TOLD])
    more = f"; and {len(about) - _MOST_TOLD} more packages take part" if len(about) > _MOST_TOLD else ""
    return PackageError(
        f"no versions go together: {told}{more}", code="versions-conflict", hint=_way_out(asked, provider)
    )


def _way_out(
    asked: Mapping[Origin, Mapping[tuple[_Need, Origin | None], Sequence[_Candidate]]], provider: _Provider
) -> str:
    """Return what to do about a conflict: a range that only pre-releases are in has to name one."""
    for origin, asking in asked.items():
        ranges = [need.range for need, _ in asking if need.revision is None]
        for version in reversed(sorted(provider.index.versions(origin), key=sort_key) if ranges else []):
            if version.prerelease and all(one.allows(version, prereleases=True) for one in ranges):
                return f"a pre-release is taken by a range that names one, such as ^{version}"
    if all(who is None for asking in asked.values() for _, who in asking):
        return "change the range in [dependencies]"
    return "change a range in [dependencies], or update the package that asks for the older one"


def _told(
    origin: Origin, asking: Mapping[tuple[_Need, Origin | None], Sequence[_Candidate]], provider: _Provider
) -> tuple[bool, str]:
    """Return whether a version of *origin* meets all of *asking*, and who asks for what."""
    wishes = [f"{_asker(who)} for {need.revision or need.range}" for (need, _), who in asking.items()]
    told = f"{origin.name or origin}: {', '.join(wishes)}"
    ranges = [need.range for need, _ in asking if need.revision is None]
    versions = list(provider.index.versions(origin)) if ranges else []  # what is asked for by a commit may have none
    if not ranges or any(all(one.allows(version) for one in ranges) for version in versions):
        return True, told
    return False, f"{told}; there is {listed_versions(versions)}"


def _asker(candidates: Sequence[_Candidate]) -> str:
    """Return who asks: versions of one package, newest first; none is the project."""
    if len(candidates) < 2:
        return f"{candidates[0] if candidates else 'the project'} asks"
    newest = sorted(candidates, key=lambda one: sort_key(one.release.version), reverse=True)
    return f"{newest[0]}{''.join(f', {one.release.version}' for one in newest[1:3])}{_and_more(len(newest) - 3)} ask"


def _and_more(count: int) -> str:
    return f" and {count} older" if count > 0 else ""
