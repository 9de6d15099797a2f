"""What destroying deletes, and in which order."""

from __future__ import annotations

from typing import Any

from armlib.deployment.destroy import Doomed, destroy, removal
from armlib.deployment.fault import Fault
from tests.unit.deployment.memory import Memory
from tests.unit.deployment.samples import ACCOUNT, account, expanded, nested, resource, template

CHILD = "Microsoft.Storage/storageAccounts/blobServices"
LOCK = "Microsoft.Authorization/locks"
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"


def holding(*ids: str) -> Memory:
    memory = Memory()
    for id_ in ids:
        memory.bodies[id_.casefold()] = {"id": id_}
    return memory


def ids(removed: Any) -> list[str]:
    return [one.id for one in removed.doomed]


def test_the_last_one_that_was_made_goes_first() -> None:
    made = expanded(template(resources=[account("a"), account("b", dependsOn=["a"]), account("c", dependsOn=["b"])]))
    target = holding(*(f"{ACCOUNT}{name}" for name in "abc"))
    assert ids(removal(made.resources, target)) == [f"{ACCOUNT}{name}" for name in "cba"]


def test_what_is_not_there_is_not_deleted() -> None:
    made = expanded(template(resources=[account("a"), account("b")]))
    assert ids(removal(made.resources, holding(f"{ACCOUNT}b"))) == [f"{ACCOUNT}b"]


def test_a_child_and_an_extension_go_with_what_they_are_of() -> None:
    lock = resource(LOCK, "l", scope="[resourceId('Microsoft.Storage/storageAccounts', 'a')]")
    made = expanded(template(resources=[account("a"), resource(CHILD, "a/default", dependsOn=["a"]), lock]))
    child, locked = f"{ACCOUNT}a/blobServices/default", f"{ACCOUNT}a/providers/{LOCK}/l"
    assert ids(removal(made.resources, holding(f"{ACCOUNT}a", child, locked))) == [f"{ACCOUNT}a"]
    assert ids(removal(made.resources, holding(child))) == [child]


def test_what_is_in_a_nested_deployment_goes_and_the_deployment_itself_is_none_of_it() -> None:
    made = expanded(template(resources=[nested("in", template(resources=[account("a")]))]))
    assert ids(removal(made.resources, holding(f"{ACCOUNT}a"))) == [f"{ACCOUNT}a"]


def test_what_else_is_in_a_resource_group_is_told() -> None:
    group = resource("Microsoft.Resources/resourceGroups", "g", location="here")
    made = expanded(template("subscription", resources=[group]))
    other = f"{SUBSCRIPTION}/resourceGroups/g/providers/A.B/c/d"
    (one,) = removal(made.resources, holding(f"{SUBSCRIPTION}/resourceGroups/g", other)).doomed
    assert one.inside == (f"{SUBSCRIPTION}/resourceGroups/g", other)[1:]


def test_an_id_that_nobody_knows_is_told() -> None:
    inner = template(parameters={"n": {"type": "string"}}, resources=[account("[parameters('n')]")])
    given = {"n": {"value": f"[reference('{ACCOUNT}x', '2022-09-01').name]"}}
    found = removal(expanded(template(resources=[nested("in", inner, parameters=given)])).resources, holding())
    assert found.unknown == ("Microsoft.Storage/storageAccounts",)


class Picky:
    """A target on which ``b`` cannot go before ``a``, and ``never`` cannot go at all."""

    def __init__(self) -> None:
        self.gone: list[str] = []

    def delete(self, id_: str, api_version: str | None = None) -> bool:
        if id_ == "never" or (id_ == "b" and "a" not in self.gone):
            raise Fault(409, "InUse", f"{id_} is in use")
        self.gone.append(id_)
        return True


def doomed(id_: str) -> Doomed:
    return Doomed(id=id_, type="A.B/c", api_version=None)


def test_what_is_in_use_is_tried_again_when_others_are_gone() -> None:
    target: Any = Picky()
    told: list[tuple[str, bool]] = []
    left = destroy(target, [doomed("b"), doomed("never"), doomed("a")], lambda one, why: told.append((one.id, not why)))
    assert target.gone == ["a", "b"]
    assert [(one.id, fault.code) for one, fault in left] == [("never", "InUse")]
    assert told == [("a", True), ("b", True), ("never", False)]
