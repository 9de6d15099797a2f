"""Resources that move to another group, and groups as templates."""

from __future__ import annotations

from typing import Any

from armlib.emulator.engine import Engine
from tests.unit.emulator.conftest import RG, SUB, VERSION
from tests.unit.emulator.refusal import refused

OTHER = f"{SUB}/resourceGroups/Other"
SHOP = f"{RG}/providers/Contoso.Shop/shops/One"
SIGN = f"{RG}/providers/Contoso.Shop/signs/s"
NOTE = f"{SHOP}/providers/Contoso.Extra/notes/n"


def filled(engine: Engine) -> None:
    engine.scopes.put_group(OTHER, "eastus")
    engine.resources.put(SHOP, VERSION, {"location": "westeurope", "properties": {"text": "[not()]"}})
    engine.resources.put(f"{SHOP}/shelves/x", VERSION, {"properties": {"own": f"{SHOP}/shelves/x"}})
    engine.resources.put(NOTE, VERSION, {"properties": {"text": "hello"}})
    engine.resources.put(SIGN, VERSION, {"location": "westeurope", "properties": {"of": {"id": SHOP.lower()}}})


def test_what_moves_keeps_what_belongs_to_it(engine: Engine) -> None:
    filled(engine)
    request: Any = {
        "resources": [SHOP.upper().replace("/SUBSCRIPTIONS", "/subscriptions")],
        "targetResourceGroup": OTHER,
    }
    engine.moves.validate(RG, request)
    assert engine.resources.find(SHOP) is not None
    moved = SHOP.replace("/rg/", "/Other/")
    assert engine.moves.move(RG, request) == [moved]
    assert engine.resources.find(SHOP) is None
    shown: Any = engine.resources.get(f"{moved}/shelves/x")
    assert shown["id"] == shown["properties"]["own"] == f"{moved}/shelves/x"
    assert engine.resources.get(NOTE.replace("/rg/", "/Other/"))["name"] == "n"
    sign: Any = engine.resources.get(SIGN)
    assert sign["properties"]["of"]["id"].casefold() == moved.casefold()
    assert list(engine.resources.referrers(moved)) == [SIGN]
    assert engine.check() == []
    assert engine.resources.delete(RG)
    assert len(engine.resources.inside(OTHER)) == 3


def test_moves_are_refused_as_a_whole(engine: Engine) -> None:
    filled(engine)
    clash = SHOP.replace("/rg/", "/Other/")
    engine.resources.put(clash, VERSION, {"location": "westeurope"})
    before = engine.resources.inside("")
    requests: list[tuple[Any, tuple[int, str]]] = [
        ({"resources": [SIGN, SHOP], "targetResourceGroup": OTHER}, (409, "ResourceMoveProviderValidationFailed")),
        ({"resources": [f"{SHOP}2"], "targetResourceGroup": OTHER}, (404, "ResourceNotFound")),
        ({"resources": [SIGN], "targetResourceGroup": OTHER + "2"}, (404, "ResourceGroupNotFound")),
        ({"resources": [SIGN], "targetResourceGroup": RG}, (400, "InvalidRequestContent")),
        ({"resources": [SIGN], "targetResourceGroup": SUB}, (400, "InvalidRequestContent")),
        ({"resources": [f"{SHOP}/shelves/x"], "targetResourceGroup": OTHER}, (400, "InvalidRequestContent")),
        ({"resources": [clash], "targetResourceGroup": OTHER}, (400, "InvalidRequestContent")),
        ({"resources": [], "targetResourceGroup": OTHER}, (400, "InvalidRequestContent")),
        ({"resources": [SIGN]}, (400, "InvalidRequestContent")),
    ]
    for request, expected in requests:
        assert refused(engine.moves.validate, RG, request) == expected
        assert refused(engine.moves.move, RG, request) == expected
    engine.resources.put(
        SIGN + "/providers/Microsoft.Authorization/locks/l", VERSION, {"properties": {"level": "ReadOnly"}}
    )
    request = {"resources": [SIGN], "targetResourceGroup": OTHER}
    assert refused(engine.moves.move, RG, request) == (409, "ScopeLocked")
    engine.resources.delete(SIGN + "/providers/Microsoft.Authorization/locks/l")
    assert engine.resources.inside("") == before


def test_a_group_is_a_template(engine: Engine) -> None:
    filled(engine)
    template: Any = engine.exports.group(RG, {"resources": ["*"]})["template"]
    assert template["parameters"] == {
        "shops_One_name": {"defaultValue": "One", "type": "String"},
        "signs_s_name": {"defaultValue": "s", "type": "String"},
    }
    assert template["resources"] == [
        {
            "type": "Contoso.Shop/shops",
            "apiVersion": VERSION,
            "name": "[parameters('shops_One_name')]",
            "location": "westeurope",
            "properties": {"text": "[[not()]"},
        },
        {
            "type": "Contoso.Extra/notes",
            "apiVersion": VERSION,
            "name": "n",
            "scope": "[resourceId('Contoso.Shop/shops', parameters('shops_One_name'))]",
            "properties": {"text": "hello"},
            "dependsOn": ["[resourceId('Contoso.Shop/shops', parameters('shops_One_name'))]"],
        },
        {
            "type": "Contoso.Shop/shops/shelves",
            "apiVersion": VERSION,
            "name": "[concat(parameters('shops_One_name'), '/x')]",
            "properties": {
                "own": "[resourceId('Contoso.Shop/shops/shelves', parameters('shops_One_name'), 'x')]",
            },
            "dependsOn": ["[resourceId('Contoso.Shop/shops', parameters('shops_One_name'))]"],
        },
        {
            "type": "Contoso.Shop/signs",
            "apiVersion": VERSION,
            "name": "[parameters('signs_s_name')]",
            "location": "westeurope",
            "properties": {"of": {"id": "[resourceId('Contoso.Shop/shops', parameters('shops_One_name'))]"}},
            "dependsOn": ["[resourceId('Contoso.Shop/shops', parameters('shops_One_name'))]"],
        },
    ]
    some: Any = engine.exports.group(RG, {"resources": [SIGN], "options": "SkipResourceNameParameterization"})
    (sign,) = some["template"]["resources"]
    assert (sign["name"], sign["properties"]["of"]["id"]) == ("s", SHOP.lower())
    assert refused(engine.exports.group, OTHER + "2", {}) == (404, "ResourceGroupNotFound")
    assert refused(engine.exports.group, RG, {"resources": [f"{SHOP}2"]}) == (404, "ResourceNotFound")


def test_large_groups_are_not_exported(engine: Engine) -> None:
    for number in range(201):
        engine.resources.put(f"{RG}/providers/Contoso.Shop/shops/{number}", VERSION, {"location": "westeurope"})
    assert refused(engine.exports.group, RG, {}) == (400, "ExportTemplateResourcesLimitExceeded")
