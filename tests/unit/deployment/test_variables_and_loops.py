from __future__ import annotations

from typing import Any

import pytest

from tests.unit.deployment.samples import (
    ACCOUNT,
    account,
    by_name,
    errors,
    expanded,
    only_error,
    output,
    shown,
    symbolic,
    template,
    values,
)


def variables(**declared: Any) -> dict[str, Any]:
    return template(variables=declared, outputs={"o": output("[variables('v')]", "object")})


def test_variables_may_use_each_other_in_any_order_and_case() -> None:
    text = template(
        variables={"a": "[concat(variables('B'), 'x')]", "b": "b"}, outputs={"o": output("[variables('A')]")}
    )
    assert values(shown(text)) == {"o": "bx"}


def test_a_failing_variable_is_told_once_however_many_read_it() -> None:
    text = template(
        variables={"v": "[int('x')]", "w": "[variables('v')]"},
        resources=[account("a", properties={"p": "[variables('v')]"})],
        outputs={"o": output("[string(variables('w'))]")},
    )
    found = only_error(text)
    assert found.path == ("variables", "v")
    assert found.message.startswith("InvalidTemplate: The template variable 'v' is not valid: ")


def test_an_unused_variable_that_fails_is_an_error() -> None:
    assert (
        "condition must be false." in only_error(template(variables={"v": "[fail('condition must be false')]"})).message
    )


def test_variables_that_need_each_other_are_a_circle() -> None:
    found = only_error(template(variables={"a": "[variables('b')]", "b": ["[variables('a')]"]}))
    assert found.code == "circular-dependency"
    assert found.hint == "the circle is variable 'a' -> variable 'b' -> variable 'a'"


def test_an_unknown_variable_gets_the_nearest_name() -> None:
    text = template(variables={"location": "x"}, outputs={"o": output("[variables('locaton')]")})
    found = only_error(text)
    assert (found.path, found.hint) == (("outputs", "o", "value"), "did you mean 'location'?")
    assert found.excerpt is not None


def test_a_run_time_function_has_no_place_in_a_variable() -> None:
    found = only_error(template(variables={"v": "[listKeys('x', '2020-01-01')]"}))
    assert "is not expected at this location" in found.message


def test_a_copy_makes_a_variable() -> None:
    loop = {"name": "v", "count": 2, "input": {"n": "[copyIndex('v')]", "m": "[copyIndex('v', 1)]"}}
    text = template(variables={"copy": [loop]}, outputs={"o": output("[variables('v')]", "array")})
    assert values(shown(text)) == {"o": [{"n": 0, "m": 1}, {"n": 1, "m": 2}]}


def test_a_copy_inside_a_variable_makes_a_member_beside_the_others() -> None:
    loop = {"name": "list", "count": 2, "input": "[format('i{0}', copyIndex('list'))]"}
    assert values(shown(variables(v={"a": 1, "copy": [loop]}))) == {"o": {"a": 1, "list": ["i0", "i1"]}}


def test_loops_inside_each_other_see_both_indexes() -> None:
    inner = {"name": "y", "count": 2, "input": "[format('{0}{1}', copyIndex('x'), copyIndex('y'))]"}
    loop = {"name": "x", "count": 2, "input": {"copy": [inner]}}
    assert values(shown(variables(v={"copy": [loop]}))) == {"o": {"x": [{"y": ["00", "01"]}, {"y": ["10", "11"]}]}}


def test_a_member_called_copy_that_is_no_loop_stays() -> None:
    assert values(shown(variables(v={"copy": {"a": 1}}))) == {"o": {"copy": {"a": 1}}}
    assert values(shown(variables(v={"copy": ["a"]}))) == {"o": {"copy": ["a"]}}


def test_names_of_members_may_be_expressions() -> None:
    assert values(shown(variables(v={"[concat('a', 'b')]": 1, "[[c]": 2}))) == {"o": {"ab": 1, "[c]": 2}}


@pytest.mark.parametrize(
    ("count", "part"),
    [
        (801, "must be between 0 and 800"),
        (-1, "must be between 0 and 800"),
        (10**9, "must be between 0 and 800"),
        ("x", "must be an integer"),
        (True, "must be an integer"),
        ("[concat('a')]", "must be an integer"),
    ],
)
def test_the_count_of_any_loop_is_checked(count: Any, part: str) -> None:
    loop = {"name": "v", "count": count, "input": 1}
    for text in (
        template(variables={"copy": [loop]}),
        template(resources=[account("[format('a{0}', copyIndex())]", copy=loop)]),
        template(resources=[account("a", properties={"copy": [loop]})]),
        template(outputs={"o": {"type": "array", "copy": {"count": count, "input": 1}}}),
    ):
        found = only_error(text)
        assert found.code == "copy-count"
        assert part in found.message


def test_a_loop_of_loops_ends_in_good_time() -> None:
    value: Any = 1
    for name in "abc":
        value = {"copy": [{"name": name, "count": 800, "input": value}]}
    assert only_error(template(variables={"v": value})).code == "expression-limit"


# Resource loops.


def test_a_copy_makes_a_resource_for_each_step() -> None:
    text = template(resources=[account("[concat('a', copyIndex(1))]", copy={"name": "loop", "count": 2})])
    assert list(by_name(shown(text))) == ["a1", "a2"]


def test_a_copy_of_none_makes_no_resource_and_can_be_waited_for() -> None:
    text = template(
        resources=[
            account("[concat('a', copyIndex())]", copy={"name": "loop", "count": 0}),
            account("b", dependsOn=["loop"]),
        ]
    )
    assert by_name(shown(text))["b"]["dependsOn"] == []


def test_property_loops_count_apart_from_the_resource_loop() -> None:
    loop = {"name": "list", "count": 2, "input": "[format('{0}-{1}', copyIndex(), copyIndex('list'))]"}
    text = template(
        resources=[account("[concat('a', copyIndex())]", copy={"name": "r", "count": 2}, properties={"copy": [loop]})]
    )
    assert by_name(shown(text))["a1"]["properties"] == {"list": ["1-0", "1-1"]}


def test_serial_loops_wait_for_the_batch_before() -> None:
    copy = {"name": "l", "count": 5, "mode": "Serial", "batchSize": 2}
    found = by_name(shown(template(resources=[account("[concat('a', copyIndex())]", copy=copy)])))
    assert found["a1"]["dependsOn"] == []
    assert found["a2"]["dependsOn"] == found["a3"]["dependsOn"] == [ACCOUNT + "a0", ACCOUNT + "a1"]
    assert found["a4"]["dependsOn"] == [ACCOUNT + "a2", ACCOUNT + "a3"]


@pytest.mark.parametrize("copy", [{"mode": "both"}, {"mode": "serial", "batchSize": 0}, {"name": ""}, {"name": None}])
def test_a_wrong_copy_is_told(copy: dict[str, Any]) -> None:
    text = template(resources=[account("[concat('a', copyIndex())]", copy={"name": "l", "count": 1, **copy})])
    assert only_error(text).code.startswith("copy")


def test_copy_index_outside_of_a_loop_is_an_error() -> None:
    found = only_error(template(resources=[account("[concat('a', copyIndex())]")]))
    assert "can only be used in a resource with copy specified" in found.message


def test_more_than_800_resources_are_too_many() -> None:
    copies = [account(f"[concat('{name}', copyIndex())]", copy={"name": name, "count": 401}) for name in "ab"]
    found = only_error(template(resources=copies))
    assert (found.code, "actual: 802" in found.message) == ("template-limit", True)


def test_a_symbolic_loop_is_found_whole_and_by_step() -> None:
    text = symbolic(
        resources={
            "l": account(
                "[concat('a', copyIndex())]", copy={"name": "l", "count": 2}, properties={"i": "[copyIndex()]"}
            ),
            "all": account("all", dependsOn=["l"]),
            "one": account("one", properties={"i": "[reference('l[1]').i]"}),
            "each": account("each", properties={"i": "[map(references('l'), lambda('x', lambdaVariables('x').i))]"}),
        }
    )
    found = by_name(shown(text))
    assert found["a1"]["symbolicName"] == "l[1]"
    assert found["all"]["dependsOn"] == [ACCOUNT + "a0", ACCOUNT + "a1"]
    assert (found["one"]["properties"], found["one"]["dependsOn"]) == ({"i": 1}, [ACCOUNT + "a1"])
    assert found["each"]["properties"] == {"i": [0, 1]}


# Outputs.


def test_outputs_have_conditions_and_copies() -> None:
    text = template(
        outputs={
            "no": output("x", condition="[equals(1, 2)]"),
            "yes": output("x", condition=True),
            "many": {"type": "array", "copy": {"count": 2, "input": "[copyIndex(5)]"}},
        }
    )
    assert values(shown(text)) == {"yes": "x", "many": [5, 6]}


def test_an_output_of_another_type_is_an_error() -> None:
    found = only_error(template(outputs={"o": output(1)}))
    assert (found.code, found.path) == ("type-mismatch", ("outputs", "o"))
    assert "The template output 'o' is not valid" in found.message


def test_a_null_output_needs_to_be_nullable() -> None:
    assert values(shown(symbolic(outputs={"o": output("[null()]", nullable=True)}))) == {"o": None}
    assert only_error(template(outputs={"o": output("[null()]")})).code == "type-mismatch"


def test_types_of_outputs_are_spelled_as_the_service_does() -> None:
    text = template(
        outputs={
            "a": output("x", "STRING"),
            "b": output(1, "int"),
            "c": output([], "array"),
            "d": output("x", "secureString"),
        }
    )
    found = shown(text)["outputs"]
    assert [entry["type"] for entry in found.values()] == ["String", "Int", "Array", "SecureString"]
    assert found["d"]["value"] == "***"


def test_asserts_are_booleans_and_stop_nothing() -> None:
    text = symbolic(asserts={"no": "[equals(1, 2)]", "yes": True})
    assert shown(text)["asserts"] == {"no": False, "yes": True}
    assert errors(expanded(symbolic(asserts={"a": "x"})))[0][0] == "assert"
