"""One resource as it is wanted against what was sent last and what is there: real changes, and what is left out.

A property changes when it differs from what was sent last, or when the state no longer is what that made of it. Where
it is not known what was sent (Azure does not keep it), it changes when it differs from the state in more than the
known kinds of noise, and what the template does not mention is the service's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from armlib.azuretypes.model import ObjectType
from armlib.deployment.scopes import id_key
from armlib.deployment.show import show
from armlib.deployment.types import HIDDEN
from armlib.deployment.whatif.known import UNKNOWN, Known, Shape
from armlib.deployment.whatif.model import PropertyChange, PropertyChangeType, Reason, Suppressed, joined
from armlib.deployment.whatif.noise import (
    SECRET_LISTS,
    SECRET_OBJECTS,
    SERVER_MADE,
    Kind,
    alike,
    is_masked,
    is_nothing,
    is_secret_pair,
)
from armlib.deployment.whatif.pairing import Pairing, pair
from armlib.deployment.whatif.rules import Rules, ordered_names
from armlib.expressions.values import Secret, Unknown, Value
from armlib.jsontypes import Json, JsonObject
from armlib.template.secrets import is_secret_name, is_secret_text

# What a body has beside what is sent: who it is, and what the template language says of it.
_IDENTITY: Final = frozenset(
    {"id", "name", "type", "apiversion", "dependson", "scope", "condition", "comments", "copy", "metadata"}
)
# Objects whose keys and values are the user's own.
_FREE: Final = frozenset({"tags", "appsettings", "labels", "annotations", "environmentvariables", "metadata"})
_CONTAINERS: Final = frozenset({dict, list})
_SIMPLE: Final = frozenset({bool, int, float, type(None)})
_PLAIN_NAME: Final = re.compile(r"[\w$@:-]+\Z")


class _Missing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is compared.

    *wanted* is the body of the template, *sent* the one that was sent last if that is known, *there* what the service
    answers. *shape* is its definition; *own_ids* are the keys of the ids of all resources of the template.
    """

    wanted: Mapping[str, Value]
    sent: JsonObject | None
    there: JsonObject
    shape: Shape
    rules: Rules
    own_ids: Container[str] = frozenset()


class Difference(NamedTuple):
    """What changes of a resource, and what differs without being a change."""

    delta: tuple[PropertyChange, ...]
    suppressed: tuple[Suppressed, ...]


def difference(subject: Subject, known: Known) -> Difference:
    """Return how what is wanted differs from what is there."""
    return _Comparison(subject, known).run()


class _Place(NamedTuple):
    """Where a value stands: *path* from the array element (or the resource) that is at *base*; *rule* for the rules."""

    path: str
    base: str
    rule: str
    name: str
    shape: Shape
    free: bool = False
    secret: bool = False  # it is told to be one by what is around it

    @property
    def whole(self) -> str:
        """The path from the resource."""
        return joined(self.base, self.path)

    @property
    def kind(self) -> Kind:
        """What is known of the value."""
        return Kind(self.name, self.shape.closed, self.free)


class _Comparison:
    """The way through one resource; what it finds is gathered on the way."""

    def __init__(self, subject: Subject, known: Known) -> None:
        self._subject = subject
        self._known = known
        self._rules = subject.rules
        self._has_sent = subject.sent is not None
        self._suppressed: list[Suppressed] = []

    def run(self) -> Difference:
        """Compare the bodies."""
        subject = self._subject
        delta: list[PropertyChange] = []
        root = _Place("", "", "", "", subject.shape)
        self._object(root, _body(subject.wanted), _body(subject.sent or {}), _body(subject.there), delta)
        return Difference(tuple(delta), tuple(self._suppressed))

    # objects

    def _object(
        self,
        at: _Place,
        wanted: Mapping[str, Any],
        sent: Any,
        there: Mapping[str, Any],
        found: list[PropertyChange],
        *,
        partial: bool = False,
    ) -> None:
        """Compare two objects; *partial* says that the wanted one may get further properties."""
        fields = self._known.fields(at.shape, wanted, there)
        is_pair = "value" in wanted and (is_secret_pair(dict(wanted)) or at.name in SECRET_LISTS)
        sent = sent if type(sent) is dict else {}
        mentioned = set()
        for name, value in wanted.items():
            key = _key(there, name)
            mentioned.add(key)
            actual = MISSING if key is None else there[key]
            if type(actual) is type(value) and actual == value:
                continue  # most are, and need no more looking
            place = self._below(at, name, fields)
            if is_pair and place.name == "value":
                place = place._replace(secret=True)
            self._value(place, value, _get(sent, name), actual, found)
        if partial:
            return
        owned = at.rule in self._rules.owned
        for key, value in there.items():
            if key not in mentioned:
                self._unmentioned(self._below(at, key, fields), _get(sent, key), value, found, owned=owned)

    def _below(self, at: _Place, name: str, fields: ObjectType | None) -> _Place:
        folded = name.casefold()
        shape = UNKNOWN if fields is None else self._known.field(fields, name, at.shape)
        free = at.name in _FREE or at.rule in self._rules.owned
        rule = f"{at.rule}.{folded}" if at.rule else folded
        return _Place(_step(at.path, name), at.base, rule, folded, shape, free)

    # values

    def _value(self, at: _Place, wanted: Any, sent: Any, there: Any, found: list[PropertyChange]) -> None:
        kind = type(wanted)
        if wanted is None:
            self._unmentioned(at, sent, there, found)
        elif kind is Secret:
            self._suppress(at, Reason.WRITE_ONLY, wanted, veiled(there, wanted))
        elif kind is Unknown:
            self._unknown(at, wanted, sent, there, found)
        elif at.shape.read_only or at.rule in self._rules.read_only:
            if there is MISSING or wanted != there:
                self._suppress(at, Reason.READ_ONLY, wanted, there)
        elif there is MISSING or there is None:
            self._absent(at, wanted, sent, found)
        elif at.shape.hidden or is_masked(there) or (there == "" and self._is_hidden(at, wanted)):
            self._untold(at, wanted, sent, found)
        elif kind is dict and type(there) is dict:
            self._object(at, wanted, sent, there, found)
        elif kind is list and type(there) is list:
            self._array(at, wanted, sent, there, found)
        else:
            self._scalar(at, wanted, sent, there, found)

    def _scalar(self, at: _Place, wanted: Any, sent: Any, there: Any, found: list[PropertyChange]) -> None:
        likeness = alike(wanted, there, at.kind)
        if likeness is True:
            return
        if isinstance(likeness, Reason):
            self._suppress(at, likeness, wanted, there)
        else:
            drift = sent is not MISSING and agrees(wanted, sent)
            found.append(self._changed(PropertyChangeType.MODIFY, at, there, wanted, drift=drift))

    def _unmentioned(
        self, at: _Place, sent: Any, there: Any, found: list[PropertyChange], *, owned: bool = False
    ) -> None:
        """Look at what is there and not in the template."""
        if there is MISSING or there is None:
            return
        if at.shape.read_only or at.rule == "properties.provisioningstate":
            self._suppress(at, Reason.READ_ONLY, MISSING, there)
        elif at.rule in self._rules.owned and type(there) is dict and "." not in at.rule:
            self._object(at, {}, sent, there, found)
        elif at.rule in self._rules.replaced and type(there) is list:
            self._array(at, [], sent, there, found)
        elif owned or (sent is not MISSING and not is_nothing(sent)):
            drift = self._has_sent and sent is MISSING
            found.append(self._changed(PropertyChangeType.DELETE, at, there, MISSING, drift=drift))
        elif not is_nothing(there):
            reason = Reason.READ_ONLY if at.name in SERVER_MADE else Reason.SERVICE_DEFAULT
            self._suppress(at, reason, MISSING, there)

    def _unknown(self, at: _Place, wanted: Unknown, sent: Any, there: Any, found: list[PropertyChange]) -> None:
        if type(wanted.known) is dict and type(there) is dict:
            self._object(at, wanted.known, sent, there, found, partial=True)
        if there is MISSING and self._has_sent and sent is MISSING and not self._is_hidden(at, ""):
            found.append(self._changed(PropertyChangeType.CREATE, at, MISSING, wanted))
        else:
            self._suppress(at, Reason.UNKNOWN, wanted, there)

    def _absent(self, at: _Place, wanted: Any, sent: Any, found: list[PropertyChange]) -> None:
        """Look at what the state does not tell."""
        if is_nothing(wanted):
            self._suppress(at, Reason.NORMALISED, wanted, MISSING)
        elif self._is_hidden(at, wanted):
            self._untold(at, wanted, sent, found)
        elif at.shape.missing and at.shape.exact:
            self._suppress(at, Reason.NOT_IN_TYPE, wanted, MISSING)
        elif type(wanted) is dict:
            self._absent_object(at, wanted, sent, found)
        elif sent is not MISSING and not agrees(wanted, sent):
            found.append(self._changed(PropertyChangeType.MODIFY, at, sent, wanted))
        else:
            found.append(self._changed(PropertyChangeType.CREATE, at, MISSING, wanted, drift=sent is not MISSING))

    def _absent_object(self, at: _Place, wanted: Mapping[str, Any], sent: Any, found: list[PropertyChange]) -> None:
        inside: list[PropertyChange] = []
        before = len(self._suppressed)
        self._object(at, wanted, sent, {}, inside)
        if inside and type(sent) is not dict:
            del self._suppressed[before:]
            inside = [self._changed(PropertyChangeType.CREATE, at, MISSING, wanted)]
        found += inside

    def _untold(self, at: _Place, wanted: Any, sent: Any, found: list[PropertyChange]) -> None:
        """Look at what the service takes and never tells: what was sent last is all that is known."""
        if sent is MISSING or is_masked(sent) or agrees(wanted, sent):
            self._suppress(at, Reason.WRITE_ONLY, wanted, MISSING)
        elif type(wanted) is dict and type(sent) is dict:
            self._object(at, wanted, sent, sent, found)
        else:
            found.append(self._changed(PropertyChangeType.MODIFY, at, sent, wanted))

    def _is_hidden(self, at: _Place, wanted: Any) -> bool:
        return (
            at.shape.hidden
            or at.secret
            or self._rules.is_hidden(at.rule)
            or (type(wanted) is str and is_secret_text(at.name, wanted))
            or (type(wanted) is dict and at.name in SECRET_OBJECTS)
        )

    # arrays

    def _array(self, at: _Place, wanted: list[Any], sent: Any, there: list[Any], found: list[PropertyChange]) -> None:
        item = self._known.item(at.shape)
        ordered = at.name in ordered_names()
        pairing = pair(wanted, there, self._alike(at, item), ordered=ordered)
        sent = sent if type(sent) is list else []
        was_sent = self._places_sent(at, item, wanted, sent, ordered=ordered)
        children: list[tuple[int, PropertyChange]] = []
        for one, other in pairing.pairs:
            element = sent[was_sent[one]] if one in was_sent else MISSING
            change = self._element(self._item(at, item, one), wanted[one], element, there[other], one)
            children += [(one, each) for each in change]
        children += self._vanishing(at, pairing, sent, wanted, there, item)
        children += self._appearing(at, pairing, was_sent, sent, wanted, item)
        if pairing.is_moved:
            self._suppress(at, Reason.ORDER, wanted, there)
        if children:
            children.sort(key=lambda child: (child[0], child[1].kind is not PropertyChangeType.DELETE))
            changes = tuple(change for _, change in children)
            found.append(PropertyChange(path=at.path, kind=PropertyChangeType.ARRAY, children=changes))

    def _places_sent(
        self, at: _Place, item: Shape, wanted: list[Any], sent: list[Any], *, ordered: bool
    ) -> Mapping[int, int]:
        """Return where each element that is wanted stood when it was sent last."""
        if wanted == sent:
            return {place: place for place in range(len(wanted))}
        return dict(pair(wanted, sent, self._alike(at, item), ordered=ordered).pairs)

    def _item(self, at: _Place, item: Shape, index: int) -> _Place:
        return _Place("", f"{at.whole}[{index}]", f"{at.rule}.*", at.name, item, at.free)

    def _element(self, at: _Place, wanted: Any, sent: Any, there: Any, index: int) -> list[PropertyChange]:
        """Return what changes of an element that is in both arrays."""
        inside: list[PropertyChange] = []
        self._value(at, wanted, sent, there, inside)
        if not inside:
            return []
        if type(wanted) is list and type(there) is list:
            return [PropertyChange(path=str(index), kind=PropertyChangeType.ARRAY, children=inside[0].children)]
        return [PropertyChange(path=str(index), kind=PropertyChangeType.MODIFY, children=tuple(inside))]

    def _vanishing(
        self, at: _Place, pairing: Pairing, sent: list[Any], wanted: list[Any], there: list[Any], item: Shape
    ) -> list[tuple[int, PropertyChange]]:
        """Return the deletions of elements that the template does not list."""
        open_ = sum(type(wanted[place]) in (Unknown, Secret) for place in pairing.only_wanted)
        places = pairing.only_there[open_:]  # those before may be what is not known yet
        put = {other for _, other in pair(sent, there, self._alike(at, item)).pairs} if places else set()
        children = []
        for place in places:
            element = there[place]
            where = self._item(at, item, place)
            if isinstance(element, dict) and id_key(str(element.get("id", ""))) in self._subject.own_ids:
                self._suppress(where, Reason.CHILD, MISSING, element)
                continue
            drift = self._has_sent and place not in put
            element = veiled(element, wanted)
            change = self._changed(PropertyChangeType.DELETE, where, element, MISSING, drift=drift, path=str(place))
            children.append((place, change))
        return children

    def _appearing(
        self,
        at: _Place,
        pairing: Pairing,
        was_sent: Mapping[int, int],
        sent: list[Any],
        wanted: list[Any],
        item: Shape,
    ) -> list[tuple[int, PropertyChange]]:
        """Return the creations of elements that are not there."""
        children = []
        for place in pairing.only_wanted:
            element = wanted[place]
            where = self._item(at, item, place)
            if type(element) in (Unknown, Secret):
                reason = Reason.WRITE_ONLY if type(element) is Secret else Reason.UNKNOWN
                self._suppress(where, reason, element, MISSING)
                continue
            drift = place in was_sent and agrees(element, sent[was_sent[place]])
            change = self._changed(PropertyChangeType.CREATE, where, MISSING, element, drift=drift, path=str(place))
            children.append((place, change))
        return children

    def _alike(self, at: _Place, item: Shape) -> Any:
        kind = Kind(at.name, item.closed, at.free)
        return lambda wanted, there: type(wanted) not in (Unknown, Secret) and covers(wanted, there, kind)

    # what is found

    def _suppress(self, at: _Place, reason: Reason, wanted: Any, there: Any) -> None:
        self._suppressed.append(
            Suppressed(path=at.whole, reason=reason, before=self._shown(there, at), after=self._shown(wanted, at))
        )

    def _changed(
        self,
        kind: PropertyChangeType,
        at: _Place,
        before: Any,
        after: Any,
        *,
        drift: bool = False,
        path: str | None = None,
    ) -> PropertyChange:
        return PropertyChange(
            path=at.path if path is None else path,
            kind=kind,
            before=self._shown(before, at),
            after=self._shown(after, at),
            drift=drift,
        )

    def _shown(self, value: Any, at: _Place) -> Json:
        if value is MISSING:
            return None
        return HIDDEN if at.secret else conceal(value, at.shape, self._known, at.name)


def covers(wanted: Any, there: Any, kind: Kind) -> bool:
    """Return whether *there* has all that *wanted* says, but for noise."""
    type_ = type(wanted)
    if type_ is Unknown or type_ is Secret:
        return True
    if type_ is dict and type(there) is dict:
        return all(
            is_nothing(value) or covers(value, _get(there, name), Kind(name.casefold(), None, kind.free))
            for name, value in wanted.items()
        )
    if type_ is list and type(there) is list:
        return len(wanted) == len(there) and all(map(covers, wanted, there, [kind] * len(there)))
    return alike(wanted, there, kind) is not False


def agrees(wanted: Any, sent: Any) -> bool:
    """Return whether *wanted* may be what was sent; secrets and what is not known may be anything."""
    type_ = type(wanted)
    if type_ is Unknown or type_ is Secret or is_masked(sent):
        return True
    if type_ is dict and type(sent) is dict:
        is_pair = is_secret_pair(dict(wanted))
        return all(
            value is None
            or agrees(value, _get(sent, name))
            or (_get(sent, name) is MISSING and _is_kept_out(name, value, is_pair))
            for name, value in wanted.items()
        )
    if type_ is list and type(sent) is list:
        return len(wanted) == len(sent) and all(map(agrees, wanted, sent))
    return alike(wanted, sent, Kind("")) is not False


def _is_kept_out(name: str, value: Any, is_pair: bool) -> bool:
    """Return whether what was sent as *name* is kept nowhere: it is a secret, or in a pair whose name says so."""
    in_text = isinstance(value, str) and is_secret_text(name, value)
    return in_text or is_secret_name(name) or (is_pair and name.casefold() == "value")


def conceal(value: Any, shape: Shape, known: Known, name: str = "") -> Json:
    """Return *value* as JSON without secrets: those of expressions, of definitions, and what is called like one."""
    type_ = type(value)
    if type_ is str:
        return HIDDEN if value and shape.hidden else _plain(value, name)
    if shape.type is None or type_ not in _CONTAINERS:
        return _plain(value, name)
    if type_ is list:
        item = known.item(shape)
        return _without_values([conceal(inner, item, known, name) for inner in value], name)
    if name.casefold() in SECRET_OBJECTS:
        return HIDDEN
    fields = known.fields(shape, value)
    concealed: dict[str, Any] = {
        key: conceal(inner, UNKNOWN if fields is None else known.field(fields, key, shape), known, key)
        for key, inner in value.items()
    }
    return _without_value(concealed) if "value" in concealed and is_secret_pair(value) else concealed


def _plain(value: Any, name: str) -> Json:
    """Return *value* as :func:`conceal` does when there is no definition of it."""
    type_ = type(value)
    if type_ is str:
        return HIDDEN if is_secret_text(name, value) else value
    if type_ is dict:
        if name.casefold() in SECRET_OBJECTS:
            return HIDDEN
        plain: dict[str, Any] = {
            key: inner if type(inner) in _SIMPLE else _plain(inner, key) for key, inner in value.items()
        }
        return _without_value(plain) if "value" in plain and is_secret_pair(value) else plain
    if type_ is list:
        return _without_values([inner if type(inner) in _SIMPLE else _plain(inner, name) for inner in value], name)
    return value if type_ in _SIMPLE else show(value)


def _without_values(elements: list[Any], name: str) -> list[Any]:
    if name.casefold() not in SECRET_LISTS:
        return elements
    return [_without_value(each) if isinstance(each, dict) and "value" in each else each for each in elements]


def _without_value(pair: dict[str, Any]) -> dict[str, Any]:
    return {**pair, "value": HIDDEN}


def veiled(there: Any, wanted: Any) -> Any:
    """Return *there* without what is secret in *wanted*: a service may tell what should not be shown."""
    type_ = type(wanted)
    if type_ is Secret:
        return there if there is MISSING or there is None else HIDDEN
    if type_ is dict and type(there) is dict:
        secret = {name.casefold(): value for name, value in wanted.items() if _has_secret(value)}
        return {name: veiled(value, secret.get(name.casefold())) for name, value in there.items()} if secret else there
    if type_ is list:  # any element may be any of those wanted
        for element in filter(_has_secret, wanted):
            there = [veiled(each, element) for each in there] if type(there) is list else veiled(there, element)
    return there


def _has_secret(value: Any) -> bool:
    type_ = type(value)
    if type_ is dict:
        return any(map(_has_secret, value.values()))
    return type_ is Secret or (type_ is list and any(map(_has_secret, value)))


def _body(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name.casefold() not in _IDENTITY}


def _key(of: Mapping[str, Any], name: str) -> str | None:
    """Return how *name* is spelt in *of*; names are compared without regard to case."""
    if name in of:
        return name
    folded = name.casefold()
    return next((key for key in of if key.casefold() == folded), None)


def _get(of: Mapping[str, Any], name: str) -> Any:
    key = _key(of, name)
    return MISSING if key is None else of[key]


def _step(path: str, name: str) -> str:
    """Return the path of the property *name* of what is at *path*."""
    if not _PLAIN_NAME.match(name):
        escaped = name.replace("\\", "\\\\").replace("'", "\\'")
        return f"{path}['{escaped}']"
    return f"{path}.{name}" if path else name
