from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from armlib.deployment.loader import FileLoader
from tests.unit.deployment.samples import (
    ACCOUNT,
    DEPLOYMENT,
    GROUP,
    SCHEMAS,
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

OTHER = "11111111-1111-1111-1111-111111111111"


def linked(name: str, link: dict[str, Any], **properties: Any) -> dict[str, Any]:
    body = {"mode": "Incremental", "templateLink": link, **properties}
    return resource("Microsoft.Resources/deployments", name, properties=body)


def test_the_inner_scope_has_names_of_its_own_and_the_outer_those_of_the_parent() -> None:
    inner = template(variables={"v": "inner"}, outputs={"o": output("[variables('v')]")})
    for scope, expected in (("inner", "inner"), ("outer", "outer")):
        text = template(
            variables={"v": "outer"},
            resources=[nested("n", inner, scope)],
            outputs={"o": output("[reference('n').outputs.o.value]")},
        )
        assert values(shown(text)) == {"o": expected}


def test_outer_evaluation_is_the_default() -> None:
    deployment = nested("n", template(outputs={"o": output("[parameters('p')]")}))
    del deployment["properties"]["expressionEvaluationOptions"]
    text = template(
        parameters={"p": {"type": "string"}},
        resources=[deployment],
        outputs={"o": output("[reference('n').outputs.o.value]")},
    )
    assert values(shown(text, {"p": "x"})) == {"o": "x"}


def test_in_version_2_the_inner_scope_is_the_default_and_the_outer_is_refused() -> None:
    inner = template(variables={"v": "inner"}, outputs={"o": output("[variables('v')]")})
    deployment = nested("n", inner, "NotSpecified")
    text = symbolic(resources={"n": deployment}, outputs={"o": output("[reference('n').outputs.o.value]")})
    assert values(shown(text)) == {"o": "inner"}
    del deployment["properties"]["expressionEvaluationOptions"]
    assert values(shown(text)) == {"o": "inner"}
    refused = symbolic(resources={"n": nested("n", inner, "outer")})
    assert "not evaluated in the outer scope" in str(only_error(refused))


def test_outer_evaluation_computes_ids_in_the_scope_of_the_parent() -> None:
    inner = template(resources=[account("a")], outputs={"o": output("[resourceGroup().name]")})
    text = template(
        resources=[nested("n", inner, "outer", resourceGroup="other")],
        outputs={"o": output("[reference('n').outputs.o.value]")},
    )
    found = shown(text)
    assert values(found) == {"o": "DummyResourceGroup"}
    assert by_name(found)["a"]["scope"] == f"/subscriptions/{ZERO}/resourceGroups/other"


def test_names_in_outer_evaluation_are_those_of_the_parent() -> None:
    inner = template(resources=[account("a", properties={"x": "[reference('a').x]"})])
    text = template(resources=[account("a", properties={"x": 1}), nested("n", inner, "outer", resourceGroup="other")])
    found = shown(text)["resources"]
    assert [entry["properties"] for entry in found if entry["name"] == "a"] == [{"x": 1}, {"x": 1}]
    assert by_name(shown(text))["n"]["dependsOn"] == [ACCOUNT + "a"]


def test_a_loop_around_a_nested_template_reaches_into_outer_evaluation() -> None:
    inner = template(resources=[account("[concat('a', copyIndex())]")])
    deployment = nested("[concat('n', copyIndex())]", inner, "outer", copy={"name": "l", "count": 2})
    assert {"a0", "a1"} <= set(by_name(shown(template(resources=[deployment]))))


def test_outputs_flow_between_deployments() -> None:
    maker = template(
        parameters={"n": {"type": "string"}},
        resources=[account("[parameters('n')]")],
        outputs={
            "name": output("[parameters('n')]"),
            "list": output(["a", "b"], "array"),
            "blob": output("[reference(parameters('n')).primaryEndpoints.blob]"),
        },
    )
    user = template(
        parameters={"name": {"type": "string"}, "blob": {"type": "string"}, "list": {"type": "array"}},
        resources=[
            account("[concat(parameters('name'), length(parameters('list')))]", tags={"b": "[parameters('blob')]"})
        ],
    )
    given = {
        "name": {"value": "[reference('one').outputs.name.value]"},
        "list": {"value": "[reference('one').outputs.list.value]"},
        "blob": {"value": "[reference('one').outputs.blob.value]"},
    }
    text = template(
        resources=[nested("two", user, parameters=given), nested("one", maker, parameters={"n": {"value": "x"}})]
    )
    found = by_name(shown(text))
    assert found["two"]["dependsOn"] == [DEPLOYMENT + "one"]
    assert found["x2"]["tags"] == {"b": f"[reference('{ACCOUNT}x', '2022-09-01').primaryEndpoints.blob]"}
    assert list(found) == ["one", "x", "two", "x2"]


def test_secure_outputs_stay_secret_on_their_way() -> None:
    inner = template(
        parameters={"p": {"type": "securestring"}}, outputs={"o": output("[parameters('p')]", "securestring")}
    )
    text = symbolic(
        parameters={"p": {"type": "securestring"}},
        resources={
            "n": nested("n", inner, parameters={"p": {"value": "[parameters('p')]"}}),
            "a": account("a", properties={"x": "[reference('n').outputs.o.value]"}),
            "b": account("b", properties={"x": "[listOutputsWithSecureValues('n', '2022-09-01').o]"}),
        },
    )
    found = shown(text, {"p": "hunter2"})
    assert "hunter2" not in str(found)
    assert by_name(found)["a"]["properties"] == by_name(found)["b"]["properties"] == {"x": "***"}


def test_a_deployment_shows_its_arguments_and_outputs_and_not_its_template() -> None:
    inner = template(parameters={"p": {"type": "string"}}, outputs={"o": output("[parameters('p')]")})
    (found,) = shown(template(resources=[nested("n", inner, parameters={"p": {"value": "x"}})]))["resources"]
    assert found["properties"] == {
        "mode": "Incremental",
        "parameters": {"p": {"value": "x"}},
        "outputs": {"o": {"type": "String", "value": "x"}},
    }


def test_a_circle_through_outputs_is_told() -> None:
    inner = template(parameters={"p": {"type": "string"}}, outputs={"o": output("[parameters('p')]")})
    text = template(
        resources=[
            nested("a", inner, parameters={"p": {"value": "[reference('b').outputs.o.value]"}}),
            nested("b", inner, parameters={"p": {"value": "[reference('a').outputs.o.value]"}}),
        ]
    )
    assert {code for code, _ in errors(expanded(text))} == {"circular-dependency"}


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({}, "deployment"),
        ({"template": []}, "deployment"),
        ({"template": {}, "templateLink": {}}, "deployment"),
        ({"template": {}, "expressionEvaluationOptions": {"scope": "both"}}, "deployment"),
        ({"template": template(), "parameters": [], "expressionEvaluationOptions": {"scope": "inner"}}, "deployment"),
    ],
)
def test_a_malformed_deployment_is_told(properties: dict[str, Any], code: str) -> None:
    text = template(resources=[resource("Microsoft.Resources/deployments", "n", properties=properties)])
    assert only_error(text).code == code


def test_a_fault_inside_tells_its_place_in_the_whole_template() -> None:
    inner = template(outputs={"o": output("[int('x')]", "int")})
    found = only_error(template(resources=[nested("n", inner)]))
    assert found.path == ("resources", 0, "properties", "template", "outputs", "o", "value")


def test_an_argument_without_a_value_member_is_told() -> None:
    inner = template(parameters={"p": {"type": "string"}})
    found = only_error(template(resources=[nested("n", inner, parameters={"p": {"valu": 1}})]))
    assert (found.code, found.path[-2:]) == ("parameter-form", ("parameters", "p"))


# Scopes.


def test_a_subscription_makes_a_group_and_deploys_into_it() -> None:
    inner = template(resources=[account("a", location="[resourceGroup().location]")])
    text = template(
        "subscription",
        resources=[
            nested("n", inner, resourceGroup="g", dependsOn=["g"]),
            resource("Microsoft.Resources/resourceGroups", "g", location="westeurope"),
        ],
    )
    found = by_name(shown(text))
    assert found["a"]["id"] == f"/subscriptions/{ZERO}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"
    assert found["a"]["location"] == "westeurope"
    assert found["n"]["dependsOn"] == [f"/subscriptions/{ZERO}/resourceGroups/g"]


def test_a_group_may_be_named_as_a_resource() -> None:
    id_ = "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g')"
    text = template(
        "subscription",
        resources=[
            resource("Microsoft.Resources/resourceGroups", "g", location="westeurope"),
            nested("n", template(), resourceGroup="g", dependsOn=[f"[{id_}]"]),
        ],
        outputs={"o": output(f"[reference({id_}, '2022-09-01', 'Full').location]")},
    )
    found = shown(text)
    assert by_name(found)["n"]["dependsOn"] == [f"/subscriptions/{ZERO}/resourceGroups/g"]
    assert values(found) == {"o": "westeurope"}


@pytest.mark.parametrize(
    ("kind", "members", "inner", "id_"),
    [
        ("group", {"subscriptionId": OTHER, "resourceGroup": "g"}, "group", f"/subscriptions/{OTHER}/resourceGroups/g"),
        ("group", {"subscriptionId": OTHER}, "group", f"/subscriptions/{OTHER}/resourceGroups/DummyResourceGroup"),
        ("group", {"subscriptionId": OTHER, "location": "x"}, "subscription", f"/subscriptions/{OTHER}"),
        ("group", {"scope": "/"}, "tenant", ""),
        ("subscription", {"resourceGroup": "g"}, "group", f"/subscriptions/{ZERO}/resourceGroups/g"),
        ("managementGroup", {"subscriptionId": OTHER}, "subscription", f"/subscriptions/{OTHER}"),
        (
            "managementGroup",
            {"subscriptionId": OTHER, "resourceGroup": "g"},
            "group",
            f"/subscriptions/{OTHER}/resourceGroups/g",
        ),
        (
            "tenant",
            {"scope": "Microsoft.Management/managementGroups/m"},
            "managementGroup",
            "/providers/Microsoft.Management/managementGroups/m",
        ),
        (
            "tenant",
            {"scope": f"/subscriptions/{OTHER}/resourceGroups/g"},
            "group",
            f"/subscriptions/{OTHER}/resourceGroups/g",
        ),
    ],
)
def test_a_deployment_reaches_every_scope_from_every_scope(
    kind: str, members: dict[str, Any], inner: str, id_: str
) -> None:
    text = template(kind, resources=[nested("n", template(inner, resources=[resource("A.B/c", "x")]), **members)])
    found = by_name(shown(text))
    assert found["x"]["id"] == f"{id_}/providers/A.B/c/x"
    assert found["n"]["id"] == f"{id_}/providers/Microsoft.Resources/deployments/n"
    assert found["n"]["scope"] == (id_ or "/")


def test_what_is_not_known_of_another_group_is_left() -> None:
    text = template(
        resources=[
            nested("n", template(resources=[account("a", location="[resourceGroup().location]")]), resourceGroup="g")
        ]
    )
    group = f"/subscriptions/{ZERO}/resourceGroups/g"
    assert by_name(shown(text))["a"]["location"] == f"[reference('{group}', '2021-04-01', 'Full').location]"


def test_a_scope_that_is_none_is_told() -> None:
    found = only_error(template(resources=[nested("n", template(), scope="nowhere")]))
    assert found.code == "resource-scope"


def test_the_deployment_function_is_that_of_the_nested_deployment() -> None:
    inner = template(
        "subscription", outputs={"o": output("[format('{0} {1}', deployment().name, deployment().location)]")}
    )
    text = template(
        "subscription",
        resources=[nested("n", inner, location="eastus")],
        outputs={"o": output("[reference('n').outputs.o.value]")},
    )
    assert values(shown(text)) == {"o": "n eastus"}


# Linked templates.


LEAF = template(
    parameters={"p": {"type": "string", "defaultValue": "d"}},
    resources=[account("a")],
    outputs={"o": output("[concat(parameters('p'), deployment().properties.templateLink.contentVersion)]")},
)


def test_a_linked_template_may_be_a_mock() -> None:
    link = {"uri": "https://example.com/x.json?sig=abc", "contentVersion": "1"}
    text = template(
        resources=[linked("l", link, parameters={"p": {"value": "v"}})],
        outputs={"o": output("[reference('l').outputs.o.value]")},
    )
    context = {"mocks": {"linkedTemplates": {"https://example.com/x.json": LEAF}}}
    found = shown(text, context=context)
    assert values(found) == {"o": "v1"}
    assert set(by_name(found)) == {"l", "a"}


def test_a_linked_template_that_cannot_be_had_leaves_its_outputs() -> None:
    text = template(
        resources=[linked("l", {"uri": "https://example.com/x.json"})],
        outputs={"o": output("[reference('l').outputs.o.value]")},
    )
    found = expanded(text)
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["linked-template-not-loaded"]
    assert found.succeeded
    assert values(shown(text)) == {"o": f"[reference('{DEPLOYMENT}l', '2022-09-01').outputs.o.value]"}


def write(path: Path, text: Any) -> None:
    import json

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(text), encoding="utf-8")


def test_relative_paths_start_at_the_template_that_has_them(tmp_path: Path) -> None:
    middle = template(resources=[linked("leaf", {"relativePath": "../leaf.json"})])
    write(tmp_path / "leaf.json", template(resources=[account("a")]))
    write(tmp_path / "sub" / "middle.json", middle)
    text = template(resources=[linked("middle", {"relativePath": "sub/middle.json"})])
    found = shown(text, loader=FileLoader(tmp_path), address=str(tmp_path / "main.json"))
    assert set(by_name(found)) == {"middle", "leaf", "a"}


def test_a_uri_made_from_the_templates_own_is_found_among_the_files(tmp_path: Path) -> None:
    write(tmp_path / "nested" / "leaf.json", template(resources=[account("a")]))
    text = template(
        parameters={"base": {"type": "string", "defaultValue": "[deployment().properties.templateLink.uri]"}},
        resources=[linked("l", {"uri": "[uri(parameters('base'), 'nested/leaf.json')]"})],
    )
    found = shown(text, loader=FileLoader(tmp_path), address=str(tmp_path / "main.json"))
    assert set(by_name(found)) == {"l", "a"}
    assert str(tmp_path) not in str(found)


def test_no_file_outside_of_the_root_is_read(tmp_path: Path) -> None:
    write(tmp_path / "secret.json", template())
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "way.json").symlink_to(tmp_path / "secret.json")
    loader = FileLoader(tmp_path / "project")
    for path in ("../secret.json", str(tmp_path / "secret.json"), "way.json"):
        text = template(resources=[linked("l", {"relativePath": path})])
        found = expanded(text, loader=loader, address=str(tmp_path / "project" / "main.json"))
        assert [diagnostic.code for diagnostic in found.diagnostics] == ["linked-template-not-loaded"]


def test_a_linked_file_that_is_no_template_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "leaf.json").write_text("{", encoding="utf-8")
    text = template(resources=[linked("l", {"relativePath": "leaf.json"})])
    found = only_error(text, loader=FileLoader(tmp_path), address=str(tmp_path / "main.json"))
    assert found.message.startswith("InvalidContentLink: Unable to download deployment content from")


def test_a_template_that_links_to_itself_ends(tmp_path: Path) -> None:
    text = template(resources=[linked("l", {"relativePath": "main.json"})])
    write(tmp_path / "main.json", text)
    found = only_error(text, loader=FileLoader(tmp_path), address=str(tmp_path / "main.json"))
    assert found.code == "template-limit"


def test_a_template_spec_is_found_by_its_id() -> None:
    id_ = f"{GROUP}/providers/Microsoft.Resources/templateSpecs/s/versions/1"
    text = template(resources=[linked("l", {"id": id_})])
    found = shown(text, context={"mocks": {"linkedTemplates": {id_: template(resources=[account("a")])}}})
    assert set(by_name(found)) == {"l", "a"}


def test_a_linked_parameter_file_gives_arguments() -> None:
    text = template(
        resources=[
            linked(
                "l",
                {"uri": "https://e.com/t.json", "contentVersion": "2"},
                parametersLink={"uri": "https://e.com/p.json"},
            )
        ],
        outputs={"o": output("[reference('l').outputs.o.value]")},
    )
    files = {"https://e.com/t.json": LEAF, "https://e.com/p.json": {"parameters": {"p": {"value": "v"}}}}
    assert values(shown(text, context={"mocks": {"linkedTemplates": files}})) == {"o": "v2"}


def test_a_secret_in_an_address_is_not_told() -> None:
    text = template(
        parameters={"sas": {"type": "securestring"}},
        resources=[linked("l", {"uri": "[concat('https://e.com/t.json', parameters('sas'))]"})],
    )
    found = expanded(text, {"sas": "?sig=hunter2"})
    assert "hunter2" not in str(found.diagnostics)
    assert found.diagnostics[0].code == "linked-template-not-loaded"


def test_schemas_of_other_hosts_and_versions_are_known() -> None:
    for schema in (
        "http://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        SCHEMAS["group"][:-1],
    ):
        assert shown({**template(), "$schema": schema})["resources"] == []
