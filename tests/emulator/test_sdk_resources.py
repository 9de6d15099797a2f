"""Azure's own Python client, unmodified but for endpoint and credential: resource groups and resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.conftest import Local
from tests.emulator.sdk import credential, options

THING = {"location": "westeurope"}


@pytest.fixture(scope="module")
def client(local: Local) -> Iterator[Any]:
    from azure.mgmt.resource.resources import ResourceManagementClient

    with ResourceManagementClient(credential(), local.subscription, **options(local.url)) as found:
        yield found


@pytest.fixture(scope="module")
def group(client: Any) -> str:
    name: str = client.resource_groups.create_or_update("sdk", {"location": "westeurope", "tags": {"a": "1"}}).name
    return name


# Resource groups


def test_a_group_lives(client: Any) -> None:
    groups = client.resource_groups
    assert groups.check_existence("Life") is False
    made = groups.create_or_update("Life", {"location": "westeurope", "tags": {"env": "dev"}})
    assert (made.name, made.location, made.properties.provisioning_state) == ("Life", "westeurope", "Succeeded")
    assert made.id.endswith("/resourceGroups/Life")
    assert groups.check_existence("LIFE") is True
    assert groups.get("life").tags == {"env": "dev"}
    assert groups.update("life", {"tags": {"env": "prod"}}).tags == {"env": "prod"}
    assert "Life" in [found.name for found in groups.list()]
    assert [found.name for found in groups.list(filter="tagName eq 'env' and tagValue eq 'prod'")] == ["Life"]
    assert groups.begin_delete("life").result() is None
    assert groups.check_existence("Life") is False


def test_a_group_that_is_not_there(client: Any) -> None:
    from azure.core.exceptions import ResourceNotFoundError

    with pytest.raises(ResourceNotFoundError) as caught:
        client.resource_groups.get("none")
    assert caught.value.error is not None
    assert caught.value.error.code == "ResourceGroupNotFound"
    with pytest.raises(ResourceNotFoundError):
        client.resource_groups.begin_delete("none").result()


def test_lists_come_in_pages(client: Any, group: str) -> None:
    resources = client.resources
    for number in range(7):
        resources.begin_create_or_update(
            group,
            "Microsoft.Example",
            "",
            "things",
            f"paged{number}",
            {"location": "westeurope"},
            api_version="2024-01-01",
        ).result()
    pages = [[one.name for one in page] for page in resources.list_by_resource_group(group, top=3).by_page()]
    assert [len(page) for page in pages[:2]] == [3, 3]
    names = [name for page in pages for name in page if name.startswith("paged")]
    assert names == [f"paged{number}" for number in range(7)]
    groups = [[one.name for one in page] for page in client.resource_groups.list(top=1).by_page()]
    assert all(len(page) == 1 for page in groups)


# Resources


def test_a_resource_lives(client: Any, group: str) -> None:
    resources = client.resources
    id_ = f"{client.resource_groups.get(group).id}/providers/Microsoft.Network/virtualNetworks/net"
    space = {"addressPrefixes": ["10.0.0.0/16"]}
    body = {"location": "westeurope", "properties": {"addressSpace": space}}
    version = "2024-05-01"
    assert resources.check_existence_by_id(id_, api_version=version) is False
    made = resources.begin_create_or_update_by_id(id_, body, api_version=version).result()
    assert made.id == id_
    assert made.properties["provisioningState"] == "Succeeded"
    assert resources.check_existence_by_id(id_, api_version=version) is True
    changed = resources.begin_update_by_id(id_, {"tags": {"env": "dev"}}, api_version=version).result()
    assert changed.tags == {"env": "dev"}
    assert resources.get_by_id(id_, api_version=version).properties["addressSpace"] == space
    networks = client.resources.list(filter="resourceType eq 'Microsoft.Network/virtualNetworks'")
    assert [found.name for found in networks] == ["net"]
    assert resources.begin_delete_by_id(id_, api_version=version).result() is None
    assert resources.check_existence_by_id(id_, api_version=version) is False


def test_a_child_is_reached_through_its_parent(client: Any, group: str) -> None:
    resources = client.resources
    where = (group, "Microsoft.Network", "virtualNetworks/parent", "subnets", "child")
    version = {"api_version": "2024-05-01"}
    network = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    resources.begin_create_or_update(
        group, "Microsoft.Network", "", "virtualNetworks", "parent", network, api_version="2024-05-01"
    ).result()
    made = resources.begin_create_or_update(
        *where, {"properties": {"addressPrefix": "10.0.0.0/24"}}, **version
    ).result()
    assert made.name == "child"
    assert resources.get(*where, **version).id == made.id
    assert resources.check_existence(*where, **version) is True
    resources.begin_delete(*where, **version).result()
    assert resources.check_existence(*where, **version) is False


def test_what_a_list_shows_more_of(client: Any, group: str) -> None:
    client.resources.begin_create_or_update(
        group, "Microsoft.Example", "", "things", "expanded", {"location": "westeurope"}, api_version="2024-01-01"
    ).result()
    (found,) = client.resources.list_by_resource_group(
        group, filter="name eq 'expanded'", expand="createdTime,changedTime,provisioningState"
    )
    assert found.provisioning_state == "Succeeded"
    assert found.created_time <= found.changed_time


# Providers, tags, moves, exports


def test_providers_are_listed_registered_and_taken_back(client: Any, group: str) -> None:
    found = client.providers.get("Microsoft.Network")
    assert (found.namespace, found.registration_state) == ("Microsoft.Network", "Registered")
    assert "Microsoft.Network" in [one.namespace for one in client.providers.list()]
    assert client.providers.unregister("Microsoft.KeyVault").registration_state == "Unregistered"
    assert client.providers.register("Microsoft.KeyVault").registration_state == "Registered"
    assert [one.resource_type for one in client.provider_resource_types.list("Microsoft.Network").value]


def test_tags_of_a_scope(client: Any, group: str) -> None:
    tags, scope = client.tags, client.resource_groups.get(group).id
    made = tags.begin_create_or_update_at_scope(scope, {"properties": {"tags": {"a": "1", "b": "2"}}}).result()
    assert made.properties.tags == {"a": "1", "b": "2"}
    merge = {"operation": "Merge", "properties": {"tags": {"b": "3"}}}
    tags.begin_update_at_scope(scope, merge).result()
    assert tags.get_at_scope(scope).properties.tags == {"a": "1", "b": "3"}
    tags.begin_delete_at_scope(scope).result()
    assert not tags.get_at_scope(scope).properties.tags


def test_names_of_tags(client: Any) -> None:
    tags = client.tags
    assert tags.create_or_update("team").tag_name == "team"
    assert tags.create_or_update_value("team", "blue").as_dict()["tagValue"] == "blue"
    assert "team" in [one.tag_name for one in tags.list()]
    tags.delete_value("team", "blue")
    tags.delete("team")
    assert "team" not in [one.tag_name for one in tags.list()]


def test_resources_move_and_groups_are_exported(client: Any, group: str) -> None:
    resources = client.resources
    resources.begin_create_or_update(
        group, "Microsoft.Example", "", "things", "mover", THING, api_version="2024-01-01"
    ).result()
    client.resource_groups.create_or_update("target", {"location": "westeurope"})
    source, target = (client.resource_groups.get(name).id for name in (group, "target"))
    move = {"resources": [f"{source}/providers/Microsoft.Example/things/mover"], "targetResourceGroup": target}
    resources.begin_validate_move_resources(group, move).result()
    resources.begin_move_resources(group, move).result()
    assert [one.name for one in resources.list_by_resource_group("target")] == ["mover"]
    exported = client.resource_groups.begin_export_template("target", {"resources": ["*"]}).result().template
    assert exported["resources"][0]["type"] == "Microsoft.Example/things"
