"""Laws that any sequence of requests keeps: the state is what a simple model says, and it is sound."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armlib.deployment.fault import Fault
from armlib.emulator.engine import Engine
from armlib.emulator.kept import keep
from armlib.emulator.merge import merged
from armlib.emulator.store import decode, encode
from tests.unit.emulator.conftest import RG, VERSION, Clock
from tests.unit.emulator.conftest import settings as engine_settings

NONE = Path(gettempdir())
PATHS = ("a", "b", "a/c/x", "a/c/y", "a/c/x/d/z", "b/providers/Other.Ns/es/e")
KEYS = st.sampled_from(["one", "two", "three"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=3)
STEPS = st.tuples(st.sampled_from(["put", "patch", "delete"]), st.sampled_from(PATHS), BODIES)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def id_of(path: str) -> str:
    return f"{RG}/providers/Contoso.Shop/shops/{path}"


def without_nulls(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}


def apply(model: dict[str, dict[str, Any]], verb: str, path: str, body: dict[str, Any]) -> bool:
    """Change *model* as the service would; return whether it would let it."""
    if verb == "delete":
        gone = [each for each in model if each == path or each.startswith(f"{path}/")]
        for each in gone:
            del model[each]
        return True
    above = [each for each in PATHS if path.startswith(f"{each}/")]
    if any(each not in model for each in above) or (verb == "patch" and path not in model):
        return False
    model[path] = body if verb == "put" else merged(model[path], body)
    return True


@FEW
@given(st.lists(STEPS, max_size=12))
def test_the_state_is_what_the_requests_made_of_it(steps: list[tuple[str, str, dict[str, Any]]]) -> None:
    model: dict[str, dict[str, Any]] = {}
    with Engine.open(None, engine_settings(NONE, clock=Clock())) as engine:
        engine.scopes.put_group(RG, "westeurope")
        for verb, path, body in steps:
            before = engine.resources.inside(RG)
            fits = apply(model, verb, path, body)
            try:
                if verb == "put":
                    engine.resources.put(id_of(path), VERSION, {"properties": body})
                elif verb == "patch":
                    engine.resources.patch(id_of(path), VERSION, {"properties": body})
                else:
                    engine.resources.delete(id_of(path))
                assert fits
            except Fault:
                assert not fits
                assert engine.resources.inside(RG) == before
        found = {str(each["id"]): each["properties"] for each in engine.resources.inside(RG)}
        wanted = {
            id_of(path): {**without_nulls(body), "provisioningState": "Succeeded"} for path, body in model.items()
        }
        assert found == wanted
        assert engine.check() == []
        state = engine.snapshot()
        engine.restore(json.loads(json.dumps(state)))
        assert engine.snapshot() == state


@FEW
@given(BODIES)
def test_what_is_kept_without_definitions_is_all_but_nulls(body: dict[str, Any]) -> None:
    kept = keep({"properties": body}, None, None, None)
    assert kept.body == {"properties": without_nulls(body)}
    assert kept.baseline == {"properties": body}
    assert decode(encode(kept.baseline)) == kept.baseline


@FEW
@given(BODIES, BODIES)
def test_a_patch_twice_is_a_patch_once(whole: dict[str, Any], patch: dict[str, Any]) -> None:
    once = merged(whole, patch)
    assert merged(once, patch) == once
    assert all(name in once for name in whole if name not in patch)
