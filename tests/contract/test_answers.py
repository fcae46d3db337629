"""What the local Azure answers is what the SDKs' models know: no field of its own, no secret, right types."""

from __future__ import annotations

import pytest
import requests

from localazure.emulator import tables
from tests.support.cloud import LocalCloud

from .azure_platform import Platform

pytestmark = pytest.mark.spec_example

TABLES = tables.load()


def test_every_resource_is_answered_as_its_model_says(cloud: LocalCloud, platform: Platform) -> None:
    """GET on each stored resource of a platform, and on the collection it is in, holds only what the SDK knows."""
    with cloud.credential() as credential:
        headers = {"Authorization": f"Bearer {credential.get_token('https://management.azure.com/.default').token}"}
    wrong = []
    ids = [r["id"] for r in cloud.control("GET", "status")["resources"] if f"/{platform.group}/" in f"{r['id']}/"]
    assert len(ids) > 10
    for path in [*ids, *sorted({found.rpartition("/")[0] for found in ids})]:
        route = TABLES.match("GET", path)
        if route is None or route.response_type is None:
            continue
        answer = requests.get(
            cloud.endpoint + path, {"api-version": route.api_version}, headers=headers, verify=cloud.ca, timeout=30
        )
        assert answer.status_code == 200, (path, answer.text)
        for body in answer.json()["value"] if route.is_collection else [answer.json()]:
            assert set(body) >= {"id", "name", "type"}, path
            wrong += [(path, p.path, p.code, p.message) for p in TABLES.validate_answer(route.response_type, body)]
    assert wrong == [], "\n".join(map(str, wrong))
