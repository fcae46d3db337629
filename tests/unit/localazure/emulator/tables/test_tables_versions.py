"""Api-versions: which are known, and how ARM refuses the others."""

from __future__ import annotations

import pytest

from localazure.emulator import tables
from localazure.emulator.arm.errors import ArmError

pytestmark = pytest.mark.client

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"


@pytest.fixture(scope="module")
def loaded() -> tables.Tables:
    return tables.load()


@pytest.mark.parametrize(
    ("path", "version"),
    [
        (WORKSPACE, "2025-12-01"),
        (f"{WORKSPACE}/onlineEndpoints/e", "2022-02-01-preview"),
        (f"{WORKSPACE}/onlineEndpoints/e", "2023-04-01"),
        ("/subscriptions/s/resourceGroups/g", "2025-04-01"),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a", "2024-01-01"),
    ],
)
def test_versions_that_clients_send(loaded: tables.Tables, path: str, version: str) -> None:
    """The SDK's own version and those that azure-ai-ml pins are taken."""
    route = loaded.match("GET", path)
    assert route is not None
    loaded.check_api_version(route, version)


@pytest.mark.parametrize(
    ("path", "version", "code"),
    [
        (WORKSPACE, None, "MissingApiVersionParameter"),
        (WORKSPACE, "", "MissingApiVersionParameter"),
        (WORKSPACE, "2019-01-01", "NoRegisteredProviderFound"),
        ("/subscriptions/s/resourceGroups/g", "1999-01-01", "InvalidApiVersionParameter"),
    ],
)
def test_versions_refused(loaded: tables.Tables, path: str, version: str | None, code: str) -> None:
    """Without an api-version, or with one that does not exist, the answer is 400 and names those that do."""
    route = loaded.match("GET", path)
    assert route is not None
    with pytest.raises(ArmError) as raised:
        loaded.check_api_version(route, version)
    assert (raised.value.status, raised.value.code) == (400, code)
    if version:
        assert route.api_version in raised.value.message
