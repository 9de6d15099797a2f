from __future__ import annotations

from typing import Any

import pytest

from tests.unit.deployment.samples import (
    ACCOUNT,
    ACCOUNTS,
    GROUP,
    ZERO,
    account,
    by_name,
    errors,
    expanded,
    nested,
    only_error,
    output,
    resource,
    shown,
    symbolic,
    template,
    values,
)

LOCKS = "Microsoft.Authorization/locks"
MANAGEMENT_GROUP = f"/providers/Microsoft.Management/managementGroups/{ZERO}"


@pytest.mark.parametrize(
    ("kind", "declared", "id_", "scope"),
    [
        ("group", account("a"), f"{GROUP}/providers/{ACCOUNTS}/a", GROUP),
        ("group", resource("A.B/c/d", "x/y"), f"{GROUP}/providers/A.B/c/x/d/y", GROUP),
        (
            "subscription",
            resource("Microsoft.Resources/resourceGroups", "g"),
            f"/subscriptions/{ZERO}/resourceGroups/g",
            f"/subscriptions/{ZERO}",
        ),
        (
            "managementGroup",
            resource("Microsoft.Authorization/policyDefinitions", "p"),
            f"{MANAGEMENT_GROUP}/providers/Microsoft.Authorization/policyDefinitions/p",
            MANAGEMENT_GROUP,
        ),
        (
            "managementGroup",
            resource("Microsoft.Management/managementGroups", "m", scope="/"),
            "/providers/Microsoft.Management/managementGroups/m",
            "/",
        ),
        ("tenant", resource("A.B/c", "x"), "/providers/A.B/c/x", "/"),
        ("group", resource(LOCKS, "l", scope=f"{ACCOUNTS}/a"), f"{ACCOUNT}a/providers/{LOCKS}/l", f"{ACCOUNT}a"),
        (
            "group",
            resource(LOCKS, "l", scope="[resourceId('Microsoft.Storage/storageAccounts', 'a')]"),
            f"{ACCOUNT}a/providers/{LOCKS}/l",
            f"{ACCOUNT}a",
        ),
        (
            "group",
            resource(f"{ACCOUNTS}/providers/locks", "a/Microsoft.Authorization/l"),
            f"{ACCOUNT}a/providers/{LOCKS}/l",
            GROUP,
        ),
        ("group", resource(f"{ACCOUNTS}/", "a"), f"{ACCOUNT}a", GROUP),
    ],
)
def test_ids_of_resources(kind: str, declared: dict[str, Any], id_: str, scope: str) -> None:
    (found,) = shown(template(kind, resources=[declared]))["resources"]
    assert (found["id"], found["scope"]) == (id_, scope)


def test_children_inside_their_parent_get_its_type_and_name() -> None:
    lock = resource("providers/locks", "Microsoft.Authorization/l")
    text = template(
        resources=[
            resource(
                "Microsoft.Network/virtualNetworks",
                "v",
                resources=[
                    resource("subnets", "s", dependsOn=["v"], resources=[lock]),
                    resource("Microsoft.Network/virtualNetworks/subnets", "v/t", dependsOn=["s"]),
                    resource("Microsoft.Network/virtualNetworks/subnets", "u"),
                ],
            )
        ]
    )
    found = by_name(shown(text))
    network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
    assert set(found) == {"v", "v/s", "v/t", "v/u", "v/s/Microsoft.Authorization/l"}
    assert found["v/s"]["type"] == "Microsoft.Network/virtualNetworks/subnets"
    assert found["v/s"]["dependsOn"] == [network]
    assert found["v/t"]["dependsOn"] == [f"{network}/subnets/s"]
    assert found["v/s/Microsoft.Authorization/l"]["id"] == f"{network}/subnets/s/providers/{LOCKS}/l"


def test_children_have_conditions_of_their_own() -> None:
    child = resource("blobServices", "default")
    text = template(resources=[account("a", condition=False, resources=[child])])
    assert list(by_name(shown(text))) == ["a/default"]


@pytest.mark.parametrize(("type_", "name"), [("A.B/c/d", "x"), ("A.B/c", "x/y"), ("A.B/c/d", "x/y/z")])
def test_a_name_needs_one_segment_less_than_its_type(type_: str, name: str) -> None:
    found = only_error(template(resources=[resource(type_, name)]))
    assert found.code == "resource-name-segments"
    assert "has incorrect segment lengths" in found.message


@pytest.mark.parametrize("name", ["", None, "[null()]", 5])
def test_a_name_cannot_be_empty(name: Any) -> None:
    assert "cannot be null or empty" in only_error(template(resources=[account(name)])).message


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ({"type": "A.B/c", "name": "x"}, "resource-api-version"),
        ({"type": "A.B/c", "name": "x", "apiVersion": 1}, "resource-api-version"),
        ({"name": "x", "apiVersion": "1"}, "resource-type"),
        ({"type": "thing", "name": "x", "apiVersion": "1"}, "resource-type"),
        ({"type": "A.B/c", "name": "x", "apiVersion": "1", "condition": "maybe"}, "condition"),
        ({"type": "A.B/c", "name": "x", "apiVersion": "1", "copy": 1}, "copy"),
        ({"type": "A.B/c", "name": "x", "apiVersion": "1", "scope": 1}, "resource-scope"),
        ({"type": "A.B/c", "name": "x", "apiVersion": "1", "dependsOn": [1]}, "depends-on"),
        ("text", "invalid-template"),
    ],
)
def test_a_malformed_resource_is_told(declared: Any, code: str) -> None:
    assert only_error(template(resources=[declared])).code == code


def test_an_api_profile_stands_for_the_versions() -> None:
    declared = {"type": "A.B/c", "name": "x"}
    (found,) = shown(template(apiProfile="2018-03-01-hybrid", resources=[declared]))["resources"]
    assert "apiVersion" not in found


def test_symbolic_names_need_language_version_2() -> None:
    assert "languageVersion 2.0" in only_error(template(resources={"a": account("a")})).message


def test_the_same_resource_twice_is_an_error_unless_one_is_skipped() -> None:
    assert only_error(template(resources=[account("a"), account("A")])).code == "duplicate-resource"
    shown(template(resources=[account("a"), account("a", condition=False)]))
    shown(template(resources=[account("a"), resource("Microsoft.Web/sites", "a")]))


def test_a_skipped_resource_is_asked_nothing() -> None:
    text = template(
        parameters={"id": {"type": "string", "defaultValue": ""}},
        resources=[account("[split(parameters('id'), '/')[8]]", condition="[not(empty(parameters('id')))]")],
    )
    assert shown(text)["resources"] == []


def test_a_condition_that_is_not_known_stays_with_the_resource() -> None:
    inner = template(parameters={"on": {"type": "bool"}}, resources=[account("b", condition="[parameters('on')]")])
    given = {"on": {"value": "[reference('a').enabled]"}}
    found = by_name(shown(template(resources=[account("a"), nested("n", inner, parameters=given)])))
    assert found["b"]["condition"] == f"[reference('{ACCOUNT}a', '2022-09-01').enabled]"


def test_directives_are_not_part_of_the_body() -> None:
    declared = account("a", comments="x", metadata={}, condition=True, tags={"t": "[toUpper('x')]"}, properties={})
    (found,) = shown(template(resources=[declared]))["resources"]
    assert set(found) == {"id", "name", "type", "apiVersion", "scope", "tags", "properties", "dependsOn"}
    assert found["tags"] == {"t": "X"}


def test_a_fault_in_one_property_leaves_the_others() -> None:
    text = template(resources=[account("a", properties={"x": "[int('x')]", "y": "[int('y')]", "z": 1})])
    found = expanded(text)
    assert [diagnostic.path for diagnostic in found.diagnostics] == [
        ("resources", 0, "properties", "x"),
        ("resources", 0, "properties", "y"),
    ]
    assert found.resources[0].body["properties"] == {"z": 1}


def test_experimental_extensions_are_kept_without_an_id() -> None:
    text = template(
        languageVersion="2.1-experimental",
        imports={"k8s": {"provider": "Kubernetes", "version": "1.0"}},
        resources={"s": {"import": "k8s", "type": "core/Service@v1", "properties": {"n": "[toUpper('x')]"}}},
    )
    (found,) = shown(text)["resources"]
    assert (found["type"], found["import"], found["properties"]) == ("core/Service@v1", "k8s", {"n": "X"})
    assert "id" not in found


# Dependencies.


@pytest.mark.parametrize(
    "spelled",
    [
        "a",
        "A",
        "Microsoft.Storage/storageAccounts/a",
        "[resourceId('Microsoft.Storage/storageAccounts', 'a')]",
        "[concat('Microsoft.Storage/storageAccounts/', 'a')]",
    ],
)
def test_every_spelling_of_a_dependency_is_found(spelled: str) -> None:
    found = by_name(shown(template(resources=[account("a"), account("b", dependsOn=[spelled])])))
    assert found["b"]["dependsOn"] == [ACCOUNT + "a"]


def test_a_symbol_or_a_whole_array_may_stand_in_depends_on() -> None:
    text = symbolic(
        variables={"all": ["x", "y"]},
        resources={"x": account("a"), "y": account("b"), "z": account("c", dependsOn="[variables('all')]")},
    )
    assert by_name(shown(text))["c"]["dependsOn"] == [ACCOUNT + "a", ACCOUNT + "b"]


def test_a_dependency_that_is_not_there_gets_the_nearest_name() -> None:
    found = only_error(template(resources=[account("storage"), account("b", dependsOn=["storag"])]))
    assert (found.code, found.path) == ("dependency-not-found", ("resources", 1, "dependsOn", 0))
    assert "The resource 'storag' is not defined in the template" in found.message
    assert found.hint == "did you mean 'storage'?"


def test_a_dependency_on_a_resource_that_could_not_be_made_is_not_told_again() -> None:
    text = template(resources=[account("[int('x')]"), account("b", dependsOn=["a"])])
    assert [code for code, _ in errors(expanded(text))] == ["expression-evaluation"]


def test_a_dependency_on_a_skipped_resource_is_dropped() -> None:
    text = template(resources=[account("a", condition=False), account("b", dependsOn=["a"])])
    assert by_name(shown(text))["b"]["dependsOn"] == []


def test_a_dependency_on_an_existing_resource_is_lifted() -> None:
    text = symbolic(
        resources={
            "one": account("a"),
            "two": resource(LOCKS, "l", existing=True, dependsOn=["one"]),
            "three": account("c", dependsOn=["two"]),
        }
    )
    found = by_name(shown(text))
    assert list(found) == ["a", "c"]
    assert found["c"]["dependsOn"] == [ACCOUNT + "a"]


def test_a_reference_by_name_or_symbol_makes_a_dependency_and_one_by_id_does_not() -> None:
    by_id = "[reference(resourceId('Microsoft.Storage/storageAccounts', 'a'), '2022-09-01').x]"
    text = template(
        resources=[
            account("b", properties={"x": "[reference('a').x]"}),
            account("c", properties={"x": by_id}),
            account("a", properties={"x": 1}),
        ]
    )
    found = by_name(shown(text))
    assert (found["b"]["dependsOn"], found["c"]["dependsOn"]) == ([ACCOUNT + "a"], [])
    assert found["b"]["properties"] == found["c"]["properties"] == {"x": 1}


def test_a_reference_in_a_branch_not_taken_makes_no_dependency() -> None:
    text = template(resources=[account("a"), account("b", properties={"x": "[if(false(), reference('a').x, 1)]"})])
    assert by_name(shown(text))["b"]["dependsOn"] == []


def test_resources_come_after_what_they_wait_for() -> None:
    text = template(
        resources=[
            account("c", dependsOn=["b"]),
            account("b", properties={"x": "[reference('a').x]"}),
            account("a"),
        ]
    )
    assert list(by_name(shown(text))) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "pair",
    [
        [account("a", dependsOn=["b"]), account("b", dependsOn=["a"])],
        [account("a", properties={"x": "[reference('b').x]"}), account("b", dependsOn=["a"])],
        [account("a", properties={"x": "[reference('b').x]"}), account("b", properties={"x": "[reference('a').x]"})],
    ],
)
def test_a_circle_of_dependencies_is_drawn(pair: list[Any]) -> None:
    found = only_error(template(resources=pair))
    assert found.code == "circular-dependency"
    assert "Circular dependency detected on resource" in found.message
    assert found.hint == f"the circle is {ACCOUNTS}/a -> {ACCOUNTS}/b -> {ACCOUNTS}/a"


def test_a_resource_that_waits_for_itself_is_a_circle() -> None:
    assert only_error(template(resources=[account("a", dependsOn=["a"])])).code == "circular-dependency"


def test_800_resources_may_refer_to_each_other_in_a_row() -> None:
    chain = [account(f"r{n}", properties={"x": f"[reference('r{n + 1}').x]"}) for n in range(799)]
    text = template(resources=[*chain, account("r799", properties={"x": "end"})])
    found = by_name(shown(text))
    assert found["r0"]["properties"] == {"x": "end"}
    assert next(iter(found)) == "r799"


# State.


def mocked(answer: Any) -> dict[str, Any]:
    return {"mocks": {"reference": {ACCOUNT + "a": answer}}}


def test_a_reference_to_the_templates_own_resource_knows_its_body() -> None:
    text = template(
        resources=[account("a", location="x", tags={"t": 1}, properties={"known": {"deep": [1, 2]}})],
        outputs={
            "known": output("[reference('a').known.deep[1]]", "int"),
            "open": output("[reference('a').primaryEndpoints.blob]"),
            "location": output("[reference('a', '2022-09-01', 'Full').location]"),
            "tag": output("[reference('a', '2022-09-01', 'full').TAGS.t]", "int"),
            "principal": output("[reference('a', '2022-09-01', 'full').identity.principalId]"),
            "id": output("[reference('a', '2022-09-01', 'full').resourceId]"),
        },
    )
    full = f"reference('{ACCOUNT}a', '2022-09-01', 'Full')"
    assert values(shown(text)) == {
        "known": 2,
        "open": f"[reference('{ACCOUNT}a', '2022-09-01').primaryEndpoints.blob]",
        "location": "x",
        "tag": 1,
        "principal": f"[{full}.identity.principalId]",
        "id": "Microsoft.Storage/storageAccounts/a",
    }


def test_nothing_is_added_to_a_resource_of_a_made_up_namespace() -> None:
    made = resource("My.Rp/things", "a", properties={"x": {"y": 1}})
    text = template(
        resources=[made],
        outputs={
            "null": output("[tryGet(reference('a'), 'z')]", "object", nullable=True),
            "count": output("[length(reference('a').x)]", "int"),
        },
    )
    assert values(shown(text)) == {"null": None, "count": 1}


def test_a_mock_answers_before_the_template() -> None:
    text = template(
        resources=[account("a", properties={"x": 1})],
        outputs={"o": output("[reference('a')]", "object"), "n": output("[length(reference('a').list)]", "int")},
    )
    answer = {"properties": {"x": 2, "list": [1, 2, 3]}}
    assert values(shown(text, context=mocked(answer))) == {"o": {"x": 2, "list": [1, 2, 3]}, "n": 3}


def test_a_mock_may_answer_for_the_whole_resource() -> None:
    text = template(outputs={"o": output(f"[reference('{ACCOUNT}A', '2022-09-01', 'Full').sku.name]")})
    assert values(shown(text, context=mocked({"full": {"sku": {"name": "s"}}}))) == {"o": "s"}
    answer = {"apiVersion": "2022-09-01", "properties": {"x": 1}, "sku": {"name": "t"}}
    assert values(shown(text, context=mocked(answer))) == {"o": "t"}


def test_what_a_mock_does_not_have_is_an_error_that_lists_what_it_has() -> None:
    text = template(outputs={"o": output(f"[reference('{ACCOUNT}a', '2022-09-01').y]")})
    found = expanded(text, context=mocked({"properties": {"x": 1}}))
    assert "available properties are 'x'" in errors(found)[0][1]


def test_a_reference_to_another_resource_is_left_with_its_whole_id() -> None:
    text = template(outputs={"o": output("[reference('Microsoft.Storage/storageAccounts/z', '2022-09-01').x]")})
    assert values(shown(text)) == {"o": f"[reference('{ACCOUNT}z', '2022-09-01').x]"}


def test_a_reference_to_a_name_that_is_not_there_is_an_error() -> None:
    found = only_error(template(resources=[account("storage")], outputs={"o": output("[reference('storag').x]")}))
    assert (found.code, found.path) == ("reference-not-found", ("outputs", "o", "value"))
    assert found.hint == "did you mean 'storage'?"


def test_a_reference_to_a_resource_that_is_skipped_or_exists_is_not_known() -> None:
    text = symbolic(
        resources={"a": account("a", condition=False), "b": account("b", existing=True)},
        outputs={"a": output("[reference('a').x]"), "b": output("[reference('b').x]")},
    )
    assert values(shown(text)) == {
        "a": f"[reference('{ACCOUNT}a', '2022-09-01').x]",
        "b": f"[reference('{ACCOUNT}b', '2022-09-01').x]",
    }


def test_list_functions_ask_the_mocks_by_function_or_id() -> None:
    call = "[listKeys(resourceId('Microsoft.Storage/storageAccounts', 'a'), '2022-09-01').keys[0].value]"
    text = template(outputs={"o": output(call)})
    keys = {"keys": [{"value": "k"}]}
    for name in (f"listKeys {ACCOUNT}a", f"{ACCOUNT}A"):
        assert values(shown(text, context={"mocks": {"list": {name: keys}}})) == {"o": "k"}
    assert values(shown(text)) == {"o": f"[listKeys('{ACCOUNT}a', '2022-09-01').keys[0].value]"}


def test_references_leave_out_the_steps_that_are_skipped() -> None:
    text = symbolic(
        resources={
            "l": account(
                "[concat('a', copyIndex())]",
                copy={"name": "l", "count": 3},
                condition="[not(equals(copyIndex(), 1))]",
                properties={"i": "[copyIndex()]"},
            )
        },
        outputs={"o": output("[map(references('l'), lambda('x', lambdaVariables('x').i))]", "array")},
    )
    assert values(shown(text)) == {"o": [0, 2]}


def test_providers_roles_and_zones_come_from_the_mocks() -> None:
    text = template(
        outputs={
            "p": output("[providers('microsoft.web', 'SITES').apiVersions[0]]"),
            "r": output("[roleDefinitions('contributor').roleDefinitionId]"),
            "z": output("[pickZones('Microsoft.Compute', 'virtualMachines', 'West US2', 2)]", "array"),
        }
    )
    mocks = {
        "providers": [
            {"namespace": "Microsoft.Web", "resourceTypes": [{"resourceType": "sites", "apiVersions": ["2020-01-01"]}]}
        ],
        "roleDefinitions": {"Contributor": ZERO},
        "zones": {"Microsoft.Compute/virtualMachines": {"westus2": ["1", "2", "3"]}},
    }
    assert values(shown(text, context={"mocks": mocks})) == {"p": "2020-01-01", "r": ZERO, "z": ["1", "2"]}
