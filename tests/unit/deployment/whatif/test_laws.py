"""What holds for any body: quiet where there is nothing, and nothing that differs is passed over in silence."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from armlib.deployment.whatif.changes import what_if
from armlib.deployment.whatif.model import ChangeType, WhatIf
from armlib.deployment.whatif.noise import is_nothing
from armlib.deployment.whatif.pairing import pair
from armlib.deployment.whatif.result import as_operation_result
from armlib.expressions.values import Secret
from armlib.jsontypes import JsonObject
from armlib.report.whatif.machine import as_json
from armlib.report.whatif.markdown import as_markdown
from armlib.report.whatif.text import as_text
from tests.unit.deployment.whatif.samples import GROUP, State, resource

few = settings(max_examples=50, deadline=None)
TYPE = "Contoso.Shop/shops"
names = st.sampled_from(["a", "b", "c", "name", "id", "value", "mode", "version", "a.b", "dnsServers", "tags"])
texts = st.sampled_from(["", "x", "X", "Enabled", "a b", "10.0.0.0/24", "1.2", "/subscriptions/a", "2024-01-01T00:00Z"])
scalars = st.none() | st.booleans() | st.integers(-3, 3) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
bodies = st.fixed_dictionaries(
    {"properties": st.dictionaries(names, values, max_size=5)},
    optional={"tags": st.dictionaries(names, texts, max_size=3), "location": texts, "sku": values},
)


def one_change(wanted: Any, there: Any, sent: Any) -> Any:
    state = State(keeps_sent=sent is not None)
    state.put(resource(TYPE, "s", **(sent or {})), there)
    found = what_if([resource(TYPE, "s", **wanted)], state, scope=GROUP)
    (change,) = found.changes
    return change


def shown(change: Any) -> str:
    """Everything that is ever shown of *change*."""
    found = WhatIf(changes=(change,))
    text = as_text(found, explain=True, colour=True) + as_markdown(found, explain=True)
    return repr(change) + repr(as_operation_result(found)) + repr(as_json(found)) + text


@few
@given(bodies, st.booleans())
def test_a_state_against_itself_is_no_change(body: dict[str, Any], keeps_sent: bool) -> None:
    change = one_change(body, body, body if keeps_sent else None)
    assert (change.kind, change.delta) == (ChangeType.NO_CHANGE, ())


@few
@given(bodies, bodies, st.none() | bodies)
def test_nothing_that_differs_is_passed_over_in_silence(wanted: Any, there: Any, sent: Any) -> None:
    change = one_change(wanted, there, sent)
    if not holds(wanted, there):
        assert change.delta or change.suppressed


@few
@given(bodies, bodies)
def test_what_is_put_over_a_state_is_no_change_any_more(wanted: dict[str, Any], there: dict[str, Any]) -> None:
    """The service keeps what it had and the template does not mention, but for tags, which the template decides."""
    after = {**merged(there, wanted), "tags": wanted.get("tags", {})}
    change = one_change(wanted, after, wanted)
    assert change.kind is ChangeType.NO_CHANGE, change.delta


@few
@given(bodies, bodies, st.none() | bodies)
def test_a_change_has_a_delta_and_no_change_has_none(wanted: Any, there: Any, sent: Any) -> None:
    change = one_change(wanted, there, sent)
    assert (change.kind is ChangeType.MODIFY) == bool(change.delta)


@few
@given(bodies, st.data())
def test_a_secret_is_nowhere(body: dict[str, Any], data: st.DataObject) -> None:
    body["properties"] = with_secrets(body["properties"], data)
    there = data.draw(bodies)
    sent = data.draw(st.none() | bodies)
    assert "s3cret" not in shown(one_change(body, there, sent))


@few
@given(st.lists(values, max_size=6), st.lists(values, max_size=6), st.booleans())
def test_every_element_is_paired_at_most_once(wanted: list[Any], there: list[Any], ordered: bool) -> None:
    found = pair(wanted, there, lambda one, other: bool(one == other), ordered=ordered)
    ones, others = [one for one, _ in found.pairs], [other for _, other in found.pairs]
    assert sorted([*ones, *found.only_wanted]) == list(range(len(wanted)))
    assert sorted([*others, *found.only_there]) == list(range(len(there)))
    assert not (ordered and found.is_moved)


@few
@given(st.lists(values, max_size=6), st.randoms(use_true_random=False))
def test_the_same_elements_are_all_paired(elements: list[Any], random: Any) -> None:
    other = list(elements)
    random.shuffle(other)
    found = pair(elements, other, lambda one, there: bool(one == there))
    assert (found.only_wanted, found.only_there) == ([], [])


def holds(wanted: Any, there: Any) -> bool:
    """Whether *there* has what *wanted* says, to the letter, and no tags beside it."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(value is None or holds(value, there.get(name)) for name, value in wanted.items())
    return (is_nothing(wanted) and is_nothing(there)) or bool(wanted == there)


def merged(there: Any, wanted: Any) -> Any:
    """What a service has when *wanted* is put over *there*."""
    if not isinstance(there, dict) or not isinstance(wanted, dict):
        return wanted
    result: JsonObject = dict(there)
    for name, value in wanted.items():
        if value is not None:
            result[name] = merged(there.get(name), value)
    return result


def with_secrets(value: Any, data: st.DataObject) -> Any:
    if data.draw(st.integers(0, 3)) == 0:
        return Secret("s3cret")
    if isinstance(value, dict):
        return {name: with_secrets(inner, data) for name, inner in value.items()}
    return [with_secrets(inner, data) for inner in value] if isinstance(value, list) else value
