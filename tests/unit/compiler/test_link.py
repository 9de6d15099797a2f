"""Which dependencies are found, how they are spelled, and what is left alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armlib.jsontypes import JsonObject
from armlib.template.scope import ScopeKind
from tests.unit.compiler.samples import NIC, SITE, STORE, VNET, depends_on, deployment, linked, resource, template

VNET_ID = f"[resourceId('{VNET}', 'v')]"
FOUND = [VNET_ID]


@pytest.mark.parametrize(
    "text",
    [
        VNET_ID,
        f"[RESOURCEID('{VNET.lower()}', 'V')]",
        f"[resourceId('{VNET}/subnets', 'v', 'inline')]",
        f"[concat(resourceId('{VNET}', 'v'), '/subnets/inline')]",
        f"[format('{{0}}/subnets/{{1}}', resourceId('{VNET}', 'v'), parameters('p'))]",
        f"[resourceId(resourceGroup().name, '{VNET}', 'v')]",
        f"[resourceId(subscription().subscriptionId, resourceGroup().name, '{VNET}', toLower('V'))]",
        f"[concat(resourceGroup().id, '/providers/{VNET}/v')]",
        f"[concat('/subscriptions/', subscription().subscriptionId, '/resourceGroups/', resourceGroup().name, "
        f"'/providers/{VNET}/v')]",
        f"[extensionResourceId(resourceGroup().id, '{VNET}', 'v')]",
        f"[resourceId('{VNET}', variables('name'))]",
        f"[resourceId('{VNET}', variables('all').names[0])]",
        f"[resourceId('{VNET}', format('{{0}}', 'v'))]",
        f"[resourceId('{VNET}', first(split('v/x', '/')))]",
        "[variables('id')]",
        "[concat(variables('id'), '/subnets/', parameters('p'))]",
        "[reference('v').x]",
        "[reference('v', '2023-01-01', 'Full').location]",
        f"[reference(resourceId('{VNET}', 'v'), '2023-01-01').x]",
        "[reference(variables('id')).x]",
        f"[if(equals(parameters('p'), ''), null(), resourceId('{VNET}', 'v'))]",
        f"[listKeys(resourceId('{VNET}', 'v'), '2023-01-01')]",
        "[createObject('id', createArray(variables('id')))]",
        "[variables('deep').list[0].id]",
        "[variables('deep')]",
    ],
)
def test_a_mention_in_any_form_becomes_a_dependency(text: str) -> None:
    whole = template(
        resource(SITE, "w", text),
        resource(VNET, "v"),
        parameters={"p": {"type": "string"}},
        variables={
            "name": "v",
            "id": VNET_ID,
            "all": {"names": ["v"]},
            "deep": {"list": [{"id": "[variables('id')]"}]},
        },
    )
    (entries, none) = depends_on(whole)
    assert none is None
    assert len(entries) == 1
    assert (
        linked(whole).dependencies.keys() == {linked(whole).root.resources[0]} or len(linked(whole).dependencies) == 1
    )
    assert "resourceId(" in entries[0].lower().replace("resourceid(", "resourceId(")


@pytest.mark.parametrize(
    "text",
    [
        f"[resourceId('{VNET}', 'other')]",
        f"[resourceId('elsewhere', '{VNET}', 'v')]",
        f"[resourceId('11111111-1111-1111-1111-111111111111', resourceGroup().name, '{VNET}', 'v')]",
        f"[resourceId('{VNET}', parameters('p'))]",
        f"[subscriptionResourceId('{VNET}', 'v')]",
        f"[resourceId('{SITE}', 'w')]",
        f"[resourceId('{SITE}/config', 'w', 'web')]",
        "[parameters('p')]",
        "[concat('https://', 'v')]",
        "[reference('other').x]",
        f"[[resourceId('{VNET}', 'v')]",
        f"/providers/{VNET}/v",
        "v",
        "[concat(",
    ],
)
def test_what_does_not_surely_mean_a_resource_of_the_template_adds_nothing(text: str) -> None:
    whole = template(resource(SITE, "w", text), resource(VNET, "v"), parameters={"p": {"type": "string"}})
    before = copy.deepcopy(whole)
    assert depends_on(whole) == [None, None]
    assert linked(whole).template == before


def test_a_name_that_is_an_expression_is_matched_by_its_structure() -> None:
    whole = template(
        resource(SITE, "w", f"[resourceId('{STORE}', concat(parameters('P'), '-', 'data'))]"),
        resource(STORE, "[format('{0}-data', parameters('p'))]"),
    )
    assert depends_on(whole)[0] == [f"[resourceId('{STORE}', concat(parameters('P'), '-', 'data'))]"]


def test_an_entry_is_spelled_like_the_mention_and_else_like_the_resource() -> None:
    whole = template(
        resource(SITE, "w", f"[concat('x', resourceId('{STORE}',variables('s')))]", "[reference('v').x]"),
        resource(STORE, "st"),
        resource(VNET, "[toLower('V')]"),
        variables={"s": "st"},
    )
    assert depends_on(whole)[0] == [f"[resourceId('{STORE}',variables('s'))]", f"[resourceId('{VNET}', toLower('V'))]"]


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("a/b", "'a', 'b'"),
        ("[concat('a', '/b')]", "'a', 'b'"),
        ("[format('{0}/{1}', parameters('p'), 'b')]", "parameters('p'), 'b'"),
        ("[concat(parameters('p'), '/x-', parameters('q'))]", "parameters('p'), concat('x-', parameters('q'))"),
        ("[parameters('both')]", "split(parameters('both'), '/')[0], split(parameters('both'), '/')[1]"),
    ],
)
def test_a_name_of_several_segments_is_cut_at_its_slashes(name: str, spelled: str) -> None:
    whole = template(
        resource(f"{SITE}/slots", name), resource("Microsoft.Authorization/locks", "l", scope=f"[{_id(name)}]")
    )
    (_, entries) = depends_on(whole)
    assert entries == [f"[resourceId('{SITE}/slots', {spelled})]"]


def _id(name: str) -> str:
    """Return an id that is not spelled with resourceId."""
    inside = name[1:-1] if name.startswith("[") else f"'{name}'"
    first, second = f"split({inside}, '/')[0]", f"split({inside}, '/')[1]"
    return f"concat(resourceGroup().id, '/providers/{SITE}/', {first}, '/slots/', {second})"


def test_a_child_waits_for_its_parent_and_else_for_the_nearest_above() -> None:
    whole = template(resource(f"{SITE}/slots/config", "w/s/web"), resource(SITE, "w"), resource(f"{SITE}/slots", "w/s"))
    assert depends_on(whole) == [[f"[resourceId('{SITE}/slots', 'w', 's')]"], None, [f"[resourceId('{SITE}', 'w')]"]]
    assert depends_on(template(whole["resources"][0], whole["resources"][1]))[0] == [f"[resourceId('{SITE}', 'w')]"]  # type: ignore[index,arg-type]


def test_an_extension_waits_for_what_it_extends() -> None:
    for scope in (f"[resourceId('{SITE}', 'w')]", f"{SITE}/w", f"[format('{SITE}/{{0}}', 'w')]"):
        lock = resource("Microsoft.Authorization/locks", "l", scope=scope)
        assert depends_on(template(lock, resource(SITE, "w")))[0] == [f"[resourceId('{SITE}', 'w')]"]
    old = resource(f"{SITE}/providers/locks", "w/Microsoft.Authorization/l")
    assert depends_on(template(old, resource(SITE, "w")))[0] == [f"[resourceId('{SITE}', 'w')]"]


@pytest.mark.parametrize(
    "entry",
    [
        "v",
        "V",
        VNET_ID,
        f"{VNET}/v",
        f"[concat('{VNET}/', 'v')]",
        f"[concat('{VNET}/', variables('name'))]",
        "[variables('name')]",
        f"[if(true(), resourceId('{VNET}', 'v'), '')]",
        f"[resourceId(subscription().subscriptionId, resourceGroup().name, '{VNET}', 'v')]",
    ],
)
def test_a_dependency_that_is_there_in_any_spelling_is_left_as_it_is(entry: str) -> None:
    whole = template(resource(SITE, "w", VNET_ID, dependsOn=[entry]), resource(VNET, "v"), variables={"name": "v"})
    before = copy.deepcopy(whole)
    found = linked(whole)
    assert found.template is whole == before
    assert found.diagnostics == ()


def test_entries_that_say_nothing_new_are_left_out_and_the_others_keep_text_and_order() -> None:
    entries = ["late", "v", VNET_ID, f"[resourceId('{SITE}', 'w')]", "[parameters('open')]"]
    whole = template(
        resource(SITE, "w", dependsOn=entries), resource(VNET, "v"), resource(STORE, "late"), parameters={"open": {}}
    )
    assert depends_on(whole)[0] == ["late", "v", "[parameters('open')]"]


def test_what_another_certain_dependency_waits_for_is_left_out_of_a_module_and_kept_in_an_arm_template() -> None:
    whole = template(
        resource(SITE, "w", dependsOn=["v", "n"]), resource(NIC, "n", dependsOn=["v"]), resource(VNET, "v")
    )
    assert depends_on(whole)[0] == ["n"]
    assert depends_on(whole, reduces=False)[0] == ["v", "n"]


@pytest.mark.parametrize("members", [{"condition": "[equals(1, 2)]"}, {"copy": {"name": "n", "count": 0}}])
def test_a_dependency_that_may_not_be_deployed_implies_nothing(members: Any) -> None:
    whole = template(
        resource(SITE, "w", dependsOn=["v", "n"]), resource(NIC, "n", dependsOn=["v"], **members), resource(VNET, "v")
    )
    assert depends_on(whole)[0] == ["v", "n"]


def test_what_is_implied_is_not_added() -> None:
    nic = resource(NIC, "n", VNET_ID)
    whole = template(resource(SITE, "w", VNET_ID, f"[resourceId('{NIC}', 'n')]"), nic, resource(VNET, "v"))
    assert depends_on(whole) == [[f"[resourceId('{NIC}', 'n')]"], FOUND, None]


def test_no_dependency_means_no_member() -> None:
    assert depends_on(template(resource(SITE, "w"), resource(VNET, "v", dependsOn=[]))) == [None, []]


def test_two_resources_of_which_one_is_deployed_are_one_dependency() -> None:
    whole = template(
        resource(SITE, "w", VNET_ID),
        resource(VNET, "v", condition="[parameters('a')]"),
        resource(VNET, "v", condition="[not(parameters('a'))]"),
    )
    assert depends_on(whole)[0] == FOUND


# Loops


def test_an_instance_of_a_loop_is_named_and_else_the_loop() -> None:
    nics = resource(NIC, "[concat('n', copyIndex())]", copy={"name": "nics", "count": 2})
    same = resource(
        SITE,
        "[concat('w', copyIndex())]",
        f"[resourceId('{NIC}', concat('n', copyIndex()))]",
        copy={"name": "w", "count": 2},
    )
    one = resource(SITE, "one", f"[resourceId('{NIC}', 'n0')]")
    some = resource(SITE, "some", f"[resourceId('{NIC}', concat('n', parameters('i')))]")
    every = resource(SITE, "every", copy_=None) | {
        "properties": {
            "copy": [{"name": "l", "count": 2, "input": f"[resourceId('{NIC}', concat('n', copyIndex('l')))]"}]
        }
    }
    entries = depends_on(template(nics, same, one, some, every))
    assert entries == [
        None,
        [f"[resourceId('{NIC}', concat('n', copyIndex()))]"],
        [f"[resourceId('{NIC}', 'n0')]"],
        [f"[resourceId('{NIC}', concat('n', parameters('i')))]"],
        ["nics"],
    ]


def test_the_name_of_a_loop_covers_its_instances() -> None:
    nics = resource(NIC, "[concat('n', copyIndex())]", copy={"name": "nics", "count": 2})
    site = resource(SITE, "w", f"[resourceId('{NIC}', 'n1')]", dependsOn=["NICS"])
    assert depends_on(template(nics, site))[1] == ["NICS"]


def test_a_name_that_is_no_number_is_not_an_instance() -> None:
    nics = resource(NIC, "[concat('n', copyIndex())]", copy={"name": "nics", "count": 2})
    assert depends_on(template(nics, resource(SITE, "w", f"[resourceId('{NIC}', 'nx')]")))[1] is None


# Nested templates


def test_an_inner_template_has_names_of_its_own() -> None:
    inner = template(
        resource(SITE, "w", f"[resourceId('{VNET}', parameters('p'))]", "[reference('v').x]"),
        resource(VNET, "[parameters('p')]"),
        parameters={"p": {"type": "string"}},
    )
    whole = template(deployment("d", inner, parameters={"p": "inside"}), resource(VNET, "v"))
    found: Any = linked(whole).template["resources"]
    assert "dependsOn" not in found[0]
    assert found[0]["properties"]["template"]["resources"][0]["dependsOn"] == [
        f"[resourceId('{VNET}', parameters('p'))]"
    ]


def test_a_deployment_waits_for_what_its_inner_template_mentions_outside_of_it() -> None:
    inner = template(resource(SITE, "w", VNET_ID, f"[resourceId('{STORE}', parameters('s'))]"), parameters={"s": {}})
    whole = template(
        deployment("d", inner, parameters={"s": "[variables('s')]"}),
        resource(VNET, "v"),
        resource(STORE, "st"),
        variables={"s": "st"},
    )
    assert depends_on(whole)[0] == [VNET_ID, f"[resourceId('{STORE}', 'st')]"]
    found: Any = linked(whole).template["resources"]
    assert "dependsOn" not in found[0]["properties"]["template"]["resources"][0]


def test_parameters_of_an_inner_template_that_are_open_are_not_those_around_it() -> None:
    inner = template(resource(SITE, "w", f"[resourceId('{VNET}', parameters('p'))]"), parameters={"p": {}})
    whole = template(deployment("d", inner), resource(VNET, "[parameters('p')]"), parameters={"p": {}})
    assert depends_on(whole) == [None, None]


def test_an_outer_template_is_evaluated_around_it() -> None:
    inner = template(resource(SITE, "w", "[reference('v').x]", f"[resourceId('{STORE}', variables('s'))]"))
    whole = template(
        deployment("d", inner, scope="outer"), resource(VNET, "v"), resource(STORE, "st"), variables={"s": "st"}
    )
    assert depends_on(whole)[0] == [VNET_ID, f"[resourceId('{STORE}', 'st')]"]


def test_a_resource_waits_for_the_deployment_that_makes_what_it_mentions() -> None:
    whole = template(
        deployment("d", template(resource(VNET, "v")), resourceGroup="far"),
        resource(SITE, "w", f"[resourceId('far', '{VNET}', 'v')]"),
        resource(SITE, "near", VNET_ID),
    )
    assert depends_on(whole) == [None, ["[resourceId('far', 'Microsoft.Resources/deployments', 'd')]"], None]


def test_a_deployment_waits_for_the_group_it_fills() -> None:
    group = resource("Microsoft.Resources/resourceGroups", "g")
    whole = template(deployment("d", template(resource(VNET, "v")), resourceGroup="g"), group)
    assert depends_on(whole, ScopeKind.SUBSCRIPTION)[0] == ["[resourceId('Microsoft.Resources/resourceGroups', 'g')]"]


# Symbolic names


def symbolic(**resources: JsonObject) -> JsonObject:
    return {"languageVersion": "2.0", "resources": dict(resources)}


def test_symbolic_names_are_used_where_there_are_any() -> None:
    whole = symbolic(
        net=resource(VNET, "v"),
        old=resource(STORE, "old", existing=True),
        site=resource(SITE, "w", VNET_ID, "[reference('old').x]", f"[resourceId('{STORE}', 'old')]"),
        late=resource(SITE, "late", "[reference('SITE').x]", dependsOn=["[format('net[{0}]', 0)]"]),
    )
    assert depends_on(whole, reduces=False) == [None, None, ["net"], ["[format('net[{0}]', 0)]", "site"]]
    assert depends_on(whole)[3] == ["site"]


def test_entries_of_a_nested_template_with_symbolic_names_are_put_into_them() -> None:
    inner = symbolic(net=resource(VNET, "v"), site=resource(SITE, "w", dependsOn=[VNET_ID]))
    whole = template(deployment("n", inner))

    def entries(*, reduces: bool) -> Any:
        resources: Any = linked(whole, reduces=reduces).template["resources"]
        return resources[0]["properties"]["template"]["resources"]["site"]["dependsOn"]

    assert entries(reduces=True) == ["net"]
    assert entries(reduces=False) == [VNET_ID], "a template of others says it its own way"


# Order


def cycle_of(whole: JsonObject) -> list[str]:
    return [
        found.message.rpartition(": ")[2] for found in linked(whole).diagnostics if found.code == "dependency-cycle"
    ]


def site(name: str, *others: str, **members: Any) -> JsonObject:
    return resource(SITE, name, *(f"[resourceId('{SITE}', '{other}')]" for other in others), **members)


def test_a_cycle_is_drawn() -> None:
    assert cycle_of(template(site("a", "b"), site("b", "c"), site("c", "a"), site("d", "a"))) == ["a -> b -> c -> a"]
    assert cycle_of(template(site("a", dependsOn=["b"]), site("b", dependsOn=["a"]))) == ["a -> b -> a"]
    two = template(site("a", "b"), site("b", "a"), site("x", "y"), site("y", "x"))
    assert cycle_of(two) == ["a -> b -> a", "x -> y -> x"]


def test_an_id_counts_for_nothing_against_an_order_that_is_said() -> None:
    whole = template(site("a", "b"), site("b", dependsOn=["c"]), site("c", dependsOn=["a"]))
    assert cycle_of(whole) == []
    assert depends_on(whole) == [None, ["c"], ["a"]]


def test_a_reference_says_an_order() -> None:
    whole = template(site("a", "b"), resource(SITE, "b", "[reference('a').x]"))
    assert depends_on(whole) == [None, [f"[resourceId('{SITE}', 'a')]"]]
    both = template(resource(SITE, "a", "[reference('b').x]"), resource(SITE, "b", "[reference('a').x]"))
    assert cycle_of(both) == ["a -> b -> a"]


def test_a_parent_that_mentions_its_child_is_no_cycle() -> None:
    whole = template(
        resource(VNET, "v", f"[resourceId('{VNET}/subnets', 'v', 's')]"), resource(f"{VNET}/subnets", "v/s")
    )
    assert depends_on(whole) == [None, FOUND]


def test_an_entry_that_surely_names_nothing_is_an_error_with_the_nearest_name() -> None:
    whole = template(site("first"), site("second", dependsOn=["frist", "[parameters('open')]"]))
    (found,) = linked(whole).diagnostics
    assert (found.code, found.path) == ("unknown-dependency", ("resources", 1, "dependsOn", 0))
    assert found.hint == "did you mean 'first'?"
    open_names = template(site("[parameters('n')]"), site("second", dependsOn=["frist"]))
    assert linked(open_names).diagnostics == ()


def test_a_dependency_by_the_short_name_of_a_nested_child_is_known() -> None:
    parent = resource(SITE, "w", resources=[{"type": "slots", "apiVersion": "2023-01-01", "name": "s"}])
    assert linked(template(parent, site("x", dependsOn=["s"]))).diagnostics == ()


GRAPHS = st.integers(2, 8).flatmap(
    lambda count: st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=16).map(
        lambda edges: (count, edges)
    )
)


@given(GRAPHS, st.booleans())
def test_linking_keeps_what_waits_for_what_and_is_done_after_once(
    graph: tuple[int, list[tuple[int, int]]], said: bool
) -> None:
    count, edges = graph
    edges = [(user, used) for user, used in edges if user > used]
    bodies = []
    for user in range(count):
        used = [f"r{other}" for each, other in edges if each == user]
        bodies.append(site(f"r{user}", dependsOn=used) if said and used else site(f"r{user}", *used))
    whole = template(*bodies)
    once = linked(whole)
    assert closure(once.template) == closure_of(count, edges)
    assert linked(once.template).template == once.template


def closure(whole: JsonObject) -> set[tuple[int, int]]:
    edges = []
    resources: Any = whole["resources"]
    for number, body in enumerate(resources):
        edges += [(number, int(entry.rstrip("')]").rpartition("r")[2])) for entry in body.get("dependsOn", [])]
    return closure_of(len(resources), edges)


def closure_of(count: int, edges: list[tuple[int, int]]) -> set[tuple[int, int]]:
    found = set(edges)
    for _ in range(count):
        found |= {(one, last) for one, middle in found for other, last in found if middle == other}
    return found
