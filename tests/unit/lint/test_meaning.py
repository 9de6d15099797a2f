"""What single rules find and leave alone, beyond their examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from armlib.diagnostics import Diagnostic
from armlib.jsontypes import format_path
from armlib.lint.reading import template_subject
from armlib.lint.registry import RULES
from armlib.lint.subject import Surroundings

Template = dict[str, Any]


def paths(code: str, template: Template, around: Surroundings | None = None, *, from_module: bool = False) -> list[str]:
    """Return where the rule *code* finds something in *template*."""
    subject = template_subject(template, around, from_module=from_module)
    return [format_path(each.path) for each in RULES[code].check(subject)]


def parameters(**declared: Any) -> Template:
    return {"parameters": declared, "resources": []}


def resources(*bodies: Template, **more: Any) -> Template:
    return {**more, "resources": list(bodies)}


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        *((name, True) for name in ("adminPassword", "password", "sqlPwd", "clientSecret", "accountKey", "apiKey")),
        *((name, True) for name in ("storageConnectionString", "sasToken", "adminPasswordOrKey", "admin Password")),
        *(
            (name, False)
            for name in ("passwordLength", "secretName", "keyVaultSecretUri", "disablePasswordAuthentication")
        ),
        *(
            (name, False)
            for name in ("pass words", "publicKeyType", "keyName", "partitionKey", "secretExpiryDays", "name")
        ),
    ],
)
def test_names_of_secrets(name: str, is_secret: bool) -> None:
    assert bool(paths("secret-param-secure", parameters(**{name: {"type": "string"}}))) is is_secret


@pytest.mark.parametrize(
    "declared", [{"type": "bool"}, {"type": "int"}, {"type": "string", "allowedValues": ["password", "key"]}]
)
def test_what_cannot_hold_a_secret_is_none(declared: Any) -> None:
    assert not paths("secret-param-secure", parameters(adminPassword=declared))


SECRET = {"secret": {"type": "secureString"}, "plain": {"type": "string"}, "all": {"$ref": "#/definitions/s"}}


@pytest.mark.parametrize(
    ("value", "gives_away"),
    [
        ("[parameters('SECRET')]", True),
        ("[concat('a', toLower(parameters('secret')))]", True),
        ("[parameters('all').member]", True),
        ("[variables('deep')]", True),
        ("[listKeys('x', '2020-01-01').keys[0].value]", True),
        ("[if(empty(parameters('secret')), 'none', 'some')]", False),
        ("[length(parameters('secret'))]", False),
        ("[guid(parameters('secret'))]", False),
        ("[parameters('plain')]", False),
        ("parameters('secret')", False),
        ("[[parameters('secret')]", False),
        ("[contoso.listThings('x')]", False),
    ],
)
def test_where_a_secret_shows(value: str, gives_away: bool) -> None:
    template = {
        "definitions": {"s": {"type": "secureObject"}},
        "parameters": SECRET,
        "variables": {"held": {"a": ["[parameters('secret')]"]}, "deep": "[concat(variables('held').a[0], 'x')]"},
        "outputs": {"o": {"type": "string", "value": value}},
    }
    assert bool(paths("output-secret", template)) is gives_away


def test_a_secure_output_may_hold_a_secret() -> None:
    output = {"type": "securestring", "value": "[parameters('secret')]"}
    assert not paths("output-secret", {"parameters": SECRET, "outputs": {"o": output}})


def nested(scope: str | None, value: str) -> Template:
    properties: Template = {"template": {"outputs": {"o": {"type": "string", "value": value}}}}
    if scope:
        properties["expressionEvaluationOptions"] = {"scope": scope}
    return {"type": "Microsoft.Resources/deployments", "name": "n", "properties": properties}


@pytest.mark.parametrize(("scope", "found"), [(None, True), ("Outer", True), ("inner", False), ("Inner", False)])
def test_only_an_outer_scope_writes_secrets_out(scope: str | None, found: bool) -> None:
    template = resources(nested(scope, "[parameters('secret')]"), parameters=SECRET)
    assert bool(paths("secure-in-nested", template)) is found
    new = {**template, "languageVersion": "2.0"}  # in which the inner scope is the default
    assert bool(paths("secure-in-nested", new)) is (found and scope is not None)


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"commandToExecute": "[parameters('secret')]"}, "command-secret"),
        ({"fileUris": ["[uri(parameters('plain'), parameters('secret'))]"]}, "secure-sink"),
    ],
)
def test_settings_of_an_extension(settings: Template, found: str) -> None:
    for code in ("command-secret", "secure-sink"):
        for name in ("settings", "protectedSettings"):
            body = {
                "type": "Microsoft.Compute/virtualMachines/extensions",
                "name": "vm/x",
                "properties": {name: settings},
            }
            wanted = code == found and name == "settings"
            assert bool(paths(code, resources(body, parameters=SECRET))) is wanted


def site(**more: Any) -> Template:
    return {"type": "Microsoft.Web/sites", "name": "shop", **more}


def config(name: str = "shop/web", **properties: Any) -> Template:
    return {"type": "Microsoft.Web/sites/config", "name": name, "properties": properties}


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([site(properties={"siteConfig": {"ftpsState": "FtpsOnly"}})], []),
        (
            [site(properties={"siteConfig": {"ftpsState": "AllAllowed"}})],
            ["resources[0].properties.siteConfig.ftpsState"],
        ),
        ([site(), config(ftpsState="Disabled")], []),
        ([site(), config("shopping/web", ftpsState="Disabled")], ["resources[0]"]),
        ([site(resources=[{"type": "config", "name": "web", "properties": {"ftpsState": "Disabled"}}])], []),
        (
            [
                site(),
                {
                    **config("other/x", ftpsState="Disabled"),
                    "dependsOn": ["[resourceId('Microsoft.Web/sites', 'shop')]"],
                },
            ],
            [],
        ),
        ([site(), config("shop/appsettings", ftpsState="Disabled")], ["resources[0]"]),
        ([site(properties={"siteConfig": "[parameters('p')]"})], []),
        ([site(kind="hyperV")], []),
    ],
)
def test_settings_of_an_app_may_stand_in_its_config(bodies: list[Template], expected: list[str]) -> None:
    assert paths("ftps-debug-cors", resources(*bodies, parameters={"p": {"type": "object"}})) == expected


@pytest.mark.parametrize(("value", "edits"), [(True, 1), ("[parameters('plain')]", 0), ("[variables('open')]", 0)])
def test_only_what_is_written_down_is_mended(value: object, edits: int) -> None:
    body = {"type": "Microsoft.Cache/redis", "name": "c", "properties": {"enableNonSslPort": value}}
    declared = {"plain": {"type": "bool", "defaultValue": True}}
    subject = template_subject(resources(body, parameters=declared, variables={"open": True}))
    (found,) = RULES["https-only"].check(subject)
    assert len(found.edits) == edits


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("[variables('open')[copyIndex()]]", True),
        ("[variables('open')[copyIndex('all')]]", True),
        ("[variables('open')[copyIndex(2)]]", False),
        ("[variables('shut')[copyIndex()]]", False),
        ("[parameters('given')[copyIndex()]]", True),
        ("[parameters('other')[copyIndex()]]", False),
    ],
)
def test_a_loop_is_looked_at_turn_by_turn(expression: str, found: bool) -> None:
    body = {
        "type": "Microsoft.Cache/redis",
        "name": "[concat('c', copyIndex())]",
        "copy": {"name": "all", "count": "[length(variables('open'))]"},
        "properties": {"enableNonSslPort": expression},
    }
    template = resources(
        body,
        parameters={"given": {"type": "array"}, "other": {"type": "array"}},
        variables={"open": [False, True, False, False, False], "shut": [False] * 5},
    )
    subject = template_subject(template, arguments={"given": [False, False, True, False, False]})
    assert bool(list(RULES["https-only"].check(subject))) is found


VNET = {"type": "Microsoft.Network/virtualNetworks", "name": "n"}
SUBNET = {"type": "Microsoft.Network/virtualNetworks/subnets", "name": "n/s", "properties": {}}


@pytest.mark.parametrize(
    ("properties", "child", "found"),
    [
        ({}, SUBNET, True),
        ({"subnets": []}, SUBNET, True),
        ({"subnets": [{"name": "S"}]}, SUBNET, False),
        ({"subnets": [{"name": "other"}]}, SUBNET, True),
        ({"subnets": "[parameters('p')]"}, SUBNET, False),
        ({"subnets": [{"name": "[parameters('p')]"}]}, SUBNET, False),
        ({"copy": [{"name": "subnets", "count": 2, "input": {}}]}, SUBNET, False),
        ({}, {**SUBNET, "name": "m/s"}, False),
        ({}, {**SUBNET, "existing": True}, False),
        ({}, {**SUBNET, "condition": False}, True),
        ({}, {**SUBNET, "name": "[concat('n', '/s')]"}, True),
    ],
)
def test_a_network_that_removes_its_subnets(properties: Template, child: Template, found: bool) -> None:
    template = resources({**VNET, "properties": properties}, child, parameters={"p": {"type": "array"}})
    assert bool(paths("overwrite-risk", template)) is found


def test_settings_of_an_app_that_are_written_as_a_whole() -> None:
    app = site(properties={"siteConfig": {"appSettings": [{"name": "A", "value": "1"}]}})
    settings = config("shop/appsettings", B="2")
    assert paths("overwrite-risk", resources(app, settings)) == ["resources[0].properties.siteConfig.appSettings"]
    assert not paths("overwrite-risk", resources(site(properties={}), settings))
    assert paths("overwrite-risk", resources(settings, config("shop/appsettings", C="3"))) == ["resources[1]"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({}, True),
        ({"destinationPortRange": "80"}, False),
        ({"destinationPortRange": "20-30"}, True),
        ({"destinationPortRange": "*"}, True),
        ({"destinationPortRange": None, "destinationPortRanges": ["80", "3389"]}, True),
        ({"sourceAddressPrefix": "10.0.0.0/8"}, False),
        ({"sourceAddressPrefix": "Internet"}, True),
        ({"direction": "Outbound"}, False),
        ({"access": "Deny"}, False),
        ({"protocol": "Udp"}, False),
        ({"sourceAddressPrefix": "[parameters('p')]"}, False),
    ],
)
def test_management_ports_that_are_open(rule: Template, found: bool) -> None:
    basis = {
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "destinationPortRange": "22",
    }
    properties = {"securityRules": [{"name": "r", "properties": {**basis, **rule}}]}
    body = {"type": "Microsoft.Network/networkSecurityGroups", "name": "g", "properties": properties}
    assert bool(paths("public-access", resources(body, parameters={"p": {"type": "string"}}))) is found


@dataclass(frozen=True)
class Known:
    """Types of one name, with these versions."""

    known: tuple[str, ...]

    def versions(self, type_: str) -> tuple[str, ...]:
        return self.known if type_.lower() == "contoso.shop/shops" else ()

    def problems(self, template: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
        return ()


@pytest.mark.parametrize(
    ("version", "known", "found"),
    [
        ("2024-01-01", ("2020-01-01", "2024-01-01"), False),
        ("2020-01-01", ("2020-01-01", "2024-01-01"), True),
        ("2020-01-01", ("2019-01-01", "2020-01-01"), False),
        ("2020-01-01", ("2020-01-01", "2024-01-01-preview"), False),
        ("2020-01-01-preview", ("2020-01-01", "2020-01-01-preview"), True),
        ("2024-01-01-preview", ("2020-01-01", "2024-01-01-preview"), False),
        ("2024-01-01-preview", ("2024-01-01-preview",), False),
        ("2020-01-01-PREVIEW", ("2020-01-01-preview", "2021-01-01"), True),
        ("2023-01-01", ("2023-01-01", "2024-12-01"), False),
        ("2020-01-01", ("2020-01-01", "2026-01-01"), False),  # not published on that day
        ("[parameters('v')]", ("2024-01-01",), False),
        ("2020-01-01", (), True),
        ("2024-01-01", (), False),
    ],
)
def test_versions_that_are_not_recent(version: str, known: tuple[str, ...], found: bool) -> None:
    around = Surroundings(today=date(2024, 12, 31), types=Known(known))
    body = {"type": "Contoso.Shop/shops", "apiVersion": version, "name": "a"}
    call = f"[reference(resourceId('Contoso.Shop/shops', 'a'), '{version}').b]"
    template = resources(body, parameters={"v": {"type": "string"}}, outputs={"o": {"type": "string", "value": call}})
    assert bool(paths("api-recent", template, around)) is found
    if not version.startswith("["):
        assert bool(paths("api-recent-calls", template, around)) is found


def shop(name: str, *depends: str, **more: Any) -> Template:
    return {"type": "Contoso.Shop/shops", "name": name, "dependsOn": list(depends), **more}


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([shop("a"), shop("b", "a"), shop("c", "a", "b")], ["resources[2].dependsOn[0]"]),
        ([shop("a"), shop("b", "a", condition="[equals(1, 2)]"), shop("c", "a", "b")], []),
        (
            [shop("a"), shop("b", "[reference('a').x]", "a", tags={"t": "[reference('a').x]"})],
            ["resources[1].dependsOn[1]"],
        ),
        (
            [
                shop("a"),
                shop("b", "a", tags={"t": "[reference(resourceId('Contoso.Shop/shops', 'a'), '2020-01-01').x]"}),
            ],
            [],
        ),
        ([shop("a", "a")], ["resources[0].dependsOn[0]"]),
        (
            [
                shop("a"),
                shop("b", "[resourceId('Contoso.Shop/shops', 'a')]", "[ resourceid('Contoso.Shop/shops','a') ]"),
            ],
            ["resources[1].dependsOn[1]"],
        ),
    ],
)
def test_dependencies_that_say_nothing_new(bodies: list[Template], expected: list[str]) -> None:
    assert paths("redundant-depends", resources(*bodies)) == expected


def test_what_a_module_has_settled_is_no_finding() -> None:
    machine = {
        "type": "Microsoft.Compute/virtualMachines",
        "name": "vm",
        "location": "westus",
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2"},
            "osProfile": {"adminUsername": "admin", "adminPassword": "x"},
        },
    }
    for code in ("location-param", "vm-size-param"):
        assert paths(code, resources(machine))
        assert not paths(code, resources(machine), from_module=True)
    where = "resources[0].properties.osProfile."
    assert paths("admin-literal", resources(machine)) == [where + "adminUsername", where + "adminPassword"]
    assert paths("admin-literal", resources(machine), from_module=True) == [where + "adminPassword"]


def test_a_secret_of_a_vault_is_not_written_down() -> None:
    secret: dict[str, Any] = {"type": "Microsoft.KeyVault/vaults/secrets", "name": "v/s", "properties": {"value": "x"}}
    for from_module in (False, True):
        assert paths("admin-literal", resources(secret), from_module=from_module) == ["resources[0].properties.value"]
    secret["properties"] = {"value": "[parameters('secret')]"}
    assert paths("admin-literal", resources(secret)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://management.azure.com/", True),
        ("[concat('https://', 'a', '.blob.core.windows.net')]", True),
        ("https://schema.management.azure.com/schemas/x.json", False),
        ("https://notmanagement.azure.com.contoso.com", False),
        ("https://management.azure.company.example", False),
        ("privatelink.vault.azure.net", False),
        ("[environment().resourceManager]", False),
    ],
)
def test_addresses_of_one_cloud(text: str, found: bool) -> None:
    assert bool(paths("env-url", {"variables": {"a": text}})) is found
    assert not paths("env-url", {"parameters": {"a": {"type": "string", "metadata": {"description": text}}}})


def test_documents_of_other_languages_are_left_alone() -> None:
    rule = {"then": {"details": {"url": "https://management.azure.com", "id": "/subscriptions/x", "empty": ""}}}
    body = {"type": "Microsoft.Authorization/policyDefinitions", "name": "p", "properties": {"policyRule": rule}}
    for code in ("env-url", "id-by-function", "blank-values"):
        assert not paths(code, resources(body))
