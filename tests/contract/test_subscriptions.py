"""Several subscriptions of one tenant: chosen at the home's first start, alike in everything."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.support import cloud as support
from tests.support.cloud import Caller, LocalCloud

from .conftest import FOREIGN
from .test_arm_clients import READER, assign, code
from .test_daemon import localazure

TENANT, FIRST, SECOND = (str(uuid.uuid4()) for _ in range(3))
WORDS = ("--tenant", TENANT, "--subscription", FIRST.upper(), "--subscription", SECOND)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local Azure with two subscriptions."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        with support.running(tmp_path_factory.mktemp("two"), *WORDS) as found:
            yield found


def client(cloud: LocalCloud, kind: type[Any], subscription: str, caller: Caller | None = None) -> Any:
    options = {"base_url": cloud.endpoint, "connection_verify": cloud.ca, "polling_interval": 0.05, "retry_total": 0}
    return kind(cloud.credential(caller), subscription, **options)


@pytest.mark.client
def test_the_owner_owns_each(two: LocalCloud) -> None:
    """Both are listed; a group of the same name may be in each, and is only where it was made."""
    options: dict[str, Any] = {"base_url": two.endpoint, "connection_verify": two.ca}
    with SubscriptionClient(two.credential(), **options) as subscriptions:
        assert [s.subscription_id for s in subscriptions.subscriptions.list()] == [FIRST, SECOND]
        assert subscriptions.subscriptions.get(SECOND).tenant_id == TENANT
        regions = list(subscriptions.subscriptions.list_locations(SECOND))
        assert str(regions[0].id).startswith(f"/subscriptions/{SECOND}/")
    for subscription, tag in ((FIRST, "1"), (SECOND, "2")):
        with client(two, ResourceManagementClient, subscription) as resources:
            made = resources.resource_groups.create_or_update("same", {"location": two.location, "tags": {"in": tag}})
            assert made.id == f"/subscriptions/{subscription}/resourceGroups/same"
            assert [(g.name, g.tags) for g in resources.resource_groups.list()] == [("same", {"in": tag})]
    with client(two, ResourceManagementClient, str(uuid.uuid4())) as other, pytest.raises(HttpResponseError) as raised:
        list(other.resource_groups.list())
    assert code(raised.value) == (404, "SubscriptionNotFound")


@pytest.mark.client
def test_a_role_in_one_is_none_in_the_other(two: LocalCloud) -> None:
    """Who reads one subscription sees that one and gets 403 in the other."""
    reader = two.new_caller("reader")
    assign(two, f"/subscriptions/{SECOND}", READER, reader.object_id)
    options: dict[str, Any] = {"base_url": two.endpoint, "connection_verify": two.ca}
    with SubscriptionClient(two.credential(reader), **options) as subscriptions:
        assert [s.subscription_id for s in subscriptions.subscriptions.list()] == [SECOND]
    with client(two, ResourceManagementClient, SECOND, reader) as resources:
        assert isinstance(list(resources.resource_groups.list()), list)
    with client(two, ResourceManagementClient, FIRST, reader) as resources, pytest.raises(HttpResponseError) as raised:
        list(resources.resource_groups.list())
    assert raised.value.status_code == 403


@pytest.mark.client
def test_registrations_and_quotas_are_each_ones_own(two: LocalCloud) -> None:
    """A namespace unregistered and a limit set in one subscription change nothing in the other."""
    namespace = "Microsoft.ManagedIdentity"
    with client(two, ResourceManagementClient, SECOND) as second, client(two, ResourceManagementClient, FIRST) as first:
        second.providers.unregister(namespace)
        assert second.providers.get(namespace).registration_state == "NotRegistered"
        assert first.providers.get(namespace).registration_state == "Registered"
        second.providers.register(namespace)
        assert second.providers.get(namespace).registration_state == "Registered"
    family = "standardDSv2Family"
    wanted = {"location": "westeurope", "family": family, "limit": 6, "subscription": SECOND}
    two.control("PUT", "quotas", wanted)
    limits = {}
    for subscription in (FIRST, SECOND):
        with client(two, MachineLearningServicesMgmtClient, subscription) as ml:
            limits[subscription] = {u.name.value: u.limit for u in ml.usages.list("westeurope")}[family]
    assert limits == {FIRST: 300, SECOND: 6}


@pytest.mark.emulator_only
def test_operations_are_polled_where_they_run(two: LocalCloud) -> None:
    """The URL of an operation lies in the subscription of its resource."""
    with client(two, ResourceManagementClient, SECOND) as resources:
        resources.resource_groups.create_or_update("polled", {"location": two.location})
        two.control("PUT", "operations", {"mode": "polls:1"})
        try:
            poller = resources.resource_groups.begin_delete("polled")
            headers = poller.polling_method()._initial_response.http_response.headers
            assert f"/subscriptions/{SECOND}/" in headers["Location"]
            poller.result()
        finally:
            two.control("PUT", "operations", {"mode": "at-once"})


@pytest.mark.emulator_only
def test_they_are_fixed_at_the_first_start(two: LocalCloud) -> None:
    """Told by status, kept without being named, found again when named; others are refused with words."""
    status = json.loads(localazure(two.home, "status", "--json").stdout)
    assert (status["tenant_id"], status["subscription_id"], status["subscriptions"]) == (TENANT, FIRST, [FIRST, SECOND])
    assert localazure(two.home, "start", *WORDS).returncode == 0
    other = str(uuid.uuid4())
    running = localazure(two.home, "start", "--subscription", other)
    assert running.returncode == 1
    assert f"with the subscriptions {FIRST}, {SECOND}, not {other}" in running.stderr
    support.stop(two.home)
    for words, what in (
        (("--tenant", other), f"the tenant {TENANT}, not {other}"),
        (("--subscription", SECOND), FIRST),
    ):
        refused = localazure(two.home, "start", *words)
        assert refused.returncode == 1
        assert what in refused.stderr
        assert "reset this one" in refused.stderr
    again = support.start(two.home)
    assert again.told["subscriptions"] == [FIRST, SECOND]
    two.told.clear()
    two.told.update(again.told)


@pytest.mark.emulator_only
def test_ids_that_are_none(tmp_path: Path) -> None:
    """A word that is no UUID is refused, and the home stays new."""
    refused = localazure(tmp_path / "home", "start", "--subscription", "dev")
    assert refused.returncode == 1
    assert "--subscription: 'dev' is no id" in refused.stderr
    with support.running(tmp_path / "home") as cloud:
        assert len(cloud.told["subscriptions"]) == 1
