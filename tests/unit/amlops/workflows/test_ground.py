"""What stands in for a platform that a change doesn't touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlops.config import Repository, load_environment
from amlops.workflows.rehearsal.ground import platform_ground

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(("name", "private"), [("dev", False), ("staging", False), ("prod", True)])
def test_where_endpoints_have_no_public_address_there_is_a_private_way(name: str, private: bool) -> None:
    """A private endpoint to the workspace, in the subnet that the environment names, after the workspace itself."""
    environment = load_environment(Repository(ROOT), name)
    assert environment.subscription_id is not None
    found = list(platform_ground(environment, environment.subscription_id, "tenant"))
    ways = [one for one in found if "/Microsoft.Network/privateEndpoints/" in one.id]
    assert [one.id.endswith("-amlworkspace") for one in ways] == [True] * private
    for one in ways:
        (link,) = one.body["properties"]["privateLinkServiceConnections"]
        assert one.body["properties"]["subnet"]["id"] == environment.platform.network.private_endpoint_subnet
        workspace = link["properties"]["privateLinkServiceId"]
        assert workspace in [before.id for before in found[: found.index(one)]]
