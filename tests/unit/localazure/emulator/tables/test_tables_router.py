"""From method and path to a route of the tables."""

from __future__ import annotations

import pytest

from localazure.emulator import tables

pytestmark = pytest.mark.spec_example

GROUP = "/subscriptions/s/resourceGroups/g"
ML = f"{GROUP}/providers/Microsoft.MachineLearningServices"


@pytest.fixture(scope="module")
def loaded() -> tables.Tables:
    return tables.load()


def test_case_does_not_count_and_literals_come_back_canonical(loaded: tables.Tables) -> None:
    """An id matches in any case; names keep the caller's casing, literal segments get Azure's."""
    route = loaded.match(
        "GET", "/SUBSCRIPTIONS/S1/resourcegroups/My-RG/providers/microsoft.machinelearningservices/WORKSPACES/Ws"
    )
    assert route is not None
    assert route.path == (
        "/subscriptions/S1/resourceGroups/My-RG/providers/Microsoft.MachineLearningServices/workspaces/Ws"
    )
    assert route.params == {"subscriptionId": "S1", "resourceGroupName": "My-RG", "workspaceName": "Ws"}
    assert (route.resource_type, route.action) == ("Microsoft.MachineLearningServices/workspaces", None)


@pytest.mark.parametrize(
    ("method", "path", "resource_type", "key", "collection"),
    [
        ("GET", "/subscriptions", "Microsoft.Resources/subscriptions", "GET", True),
        ("GET", "/tenants", "Microsoft.Resources/tenants", "GET", True),
        ("GET", "/subscriptions/s/resourcegroups", "Microsoft.Resources/resourceGroups", "GET", True),
        ("PUT", GROUP, "Microsoft.Resources/resourceGroups", "PUT", False),
        ("GET", f"{GROUP}/resources", "Microsoft.Resources/resourceGroups", "GET resources", False),
        ("GET", "/subscriptions/s/providers", "Microsoft.Resources/providers", "GET", True),
        ("GET", "/subscriptions/s/providers/Microsoft.Storage", "Microsoft.Resources/providers", "GET", False),
        (
            "POST",
            "/subscriptions/s/providers/Microsoft.Storage/register",
            "Microsoft.Resources/providers",
            "POST register",
            False,
        ),
        (
            "POST",
            "/subscriptions/s/providers/Microsoft.Storage/checkNameAvailability",
            "Microsoft.Storage",
            "POST checkNameAvailability",
            False,
        ),
        (
            "GET",
            "/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/l/usages",
            "Microsoft.MachineLearningServices/locations",
            "GET usages",
            False,
        ),
        ("GET", f"{ML}/workspaces/w/jobs", "Microsoft.MachineLearningServices/workspaces/jobs", "GET", True),
        (
            "POST",
            f"{ML}/workspaces/w/onlineEndpoints/e/listKeys",
            "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
            "POST listKeys",
            False,
        ),
        (
            "POST",
            f"{ML}/registries/r/datareferences/n/versions/1",
            "Microsoft.MachineLearningServices/registries/datareferences/versions",
            "POST",
            False,
        ),
    ],
)
def test_type_and_action(
    loaded: tables.Tables, method: str, path: str, resource_type: str, key: str, collection: bool
) -> None:
    """A path tells the resource type, and whether it addresses a resource, a collection or an action."""
    route = loaded.match(method, path)
    assert route is not None
    assert (route.resource_type, route.key, route.is_collection) == (resource_type, key, collection)


@pytest.mark.parametrize("scope", ["", "/subscriptions/s", GROUP, f"{ML}/workspaces/w", f"{ML}/workspaces/w/jobs/j"])
@pytest.mark.parametrize("collection", ["roleAssignments", "locks"])
def test_extension_resources_hang_at_any_scope(loaded: tables.Tables, scope: str, collection: str) -> None:
    """Role assignments and locks are found below the tenant, a subscription, a group and any resource."""
    item = f"{scope}/providers/Microsoft.Authorization/{collection}/x"
    route = loaded.match("PUT", item.upper())
    assert route is not None
    assert route.resource_type == f"Microsoft.Authorization/{collection}"
    assert route.params["scope"].lower() == scope.lower()
    listed = loaded.match("GET", item.removesuffix("/x"))
    assert listed is not None
    assert listed.is_collection
    assert listed.path == item.removesuffix("/x")


def test_unknown_paths_and_methods(loaded: tables.Tables) -> None:
    """A known path with another method is told apart from a path that no table has."""
    assert loaded.match("PATCH", f"{ML}/workspaces/w/models/m") is None
    assert loaded.methods(f"{ML}/workspaces/w/models/m") == ("DELETE", "GET", "PUT")
    assert not loaded.methods(f"{ML}/workspaces/w/nothings")
    assert not loaded.methods(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/v")
    assert not loaded.methods(f"{ML}/workspaces//jobs")


def test_head_asks_whether_a_resource_exists(loaded: tables.Tables) -> None:
    """HEAD works on every resource, 204 or 404, as the generic client's check_existence_by_id sends it."""
    route = loaded.match("HEAD", f"{ML}/workspaces/w")
    assert route is not None
    assert (route.method, route.statuses) == ("HEAD", (204, 404))


def test_every_route_finds_itself(loaded: tables.Tables) -> None:
    """The template of each of the tables' routes, in upper case, leads back to that route."""
    for route in loaded.routes:
        path = route.template.replace("{scope}", "subscriptions/s").replace("{", "").replace("}", "")
        found = loaded.match(route.method, path.upper())
        assert found is not None, route.template
        assert found.name == route.name


def test_permissions(loaded: tables.Tables) -> None:
    """The action that a role must grant follows Azure RBAC's naming."""
    wanted = {
        ("PUT", f"{ML}/workspaces/w"): "Microsoft.MachineLearningServices/workspaces/write",
        ("GET", f"{ML}/workspaces/w/jobs"): "Microsoft.MachineLearningServices/workspaces/jobs/read",
        ("DELETE", GROUP): "Microsoft.Resources/resourceGroups/delete",
        (
            "POST",
            f"{ML}/workspaces/w/onlineEndpoints/e/listKeys",
        ): "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/listKeys/action",
    }
    for (method, path), permission in wanted.items():
        route = loaded.match(method, path)
        assert route is not None
        assert route.permission == permission
