"""Rollouts on the local Azure, by Azure's own clients: real requests, metrics three minutes late, a moving clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amlops.errors import AmlopsError
from amlops.releases import Stage
from amlops.rollout.record import Wish
from amlops.workflows.rollout import Outcome, roll_out, tell_wish
from tests.contract.conftest import FOREIGN
from tests.contract.jobs import workspace as support
from tests.support import cloud as clouds
from tests.support.ml_client import pointed

from .stage import BROKEN, FAILS, GOOD, OLD, SETTINGS, SLOW, Scene, Served, serve

pytestmark = [pytest.mark.client, pytest.mark.filterwarnings("default")]  # azure-ai-ml warns of its own classes

MINUTES = 5.0
"""Real minutes that a rollout may take here at most."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An endpoint on a local Azure of this module's own, whose metrics are three minutes late."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        with clouds.running(tmp_path_factory.mktemp("rollouts")) as cloud, pointed(cloud):
            cloud.control("PUT", "metrics", {"lateSeconds": 180, "logsLateSeconds": 180})
            yield serve(support.create(cloud), tmp_path_factory.mktemp("models"))


def roll(scene: Scene, minutes: float = MINUTES, **changes: Any) -> Outcome:
    return roll_out(scene.job(**changes), minutes)


def test_a_healthy_candidate_takes_over(served: Served, tmp_path: Path) -> None:
    """Mirror, 10, 50, 100 %, each judged by requests that were really sent; no caller's request fails."""
    scene = served.scene(tmp_path, GOOD)
    scene.settings = SETTINGS.model_copy(update={"mirror": 20})
    with scene.asked() as callers:
        found = roll(scene)
    assert found.sentence == f"healthy on {scene.release}; {OLD} is kept as previous"
    assert scene.stages.read() == Stage(current=scene.release, previous=OLD)
    assert scene.live() == ({f"r-{scene.release}": 100}, {})
    assert callers.failures == {}
    assert callers.of(OLD) >= 50
    assert callers.of(scene.release) >= 50
    evidence = scene.evidence
    assert [step["step"] for step in evidence["steps"]] == ["a mirror of 20 %", "10 %", "50 %", "100 %"]
    assert all(step["candidate"]["requests"] >= SETTINGS.minimum_requests for step in evidence["steps"])
    counted, sent = evidence["measured"]["candidate"], callers.of(scene.release)
    mirrored = evidence["steps"][0]["candidate"]["requests"]
    assert 0 < counted["requests"] - mirrored <= sent
    assert counted["errors"] == 0
    assert counted["p95_ms"] > 0
    tags = scene.tags
    assert (tags["rollout-verdict"], bool(tags["rollout-settled"])) == ("healthy", True)
    assert roll(scene).sentence == f"{scene.release} has the traffic: r-{scene.release} 100 %"


def test_a_candidate_that_answers_500_goes_back(served: Served, tmp_path: Path) -> None:
    """At 10 %: callers see its failures there and nowhere else, and the verdict stands in ARM and in git. Counted by
    the metric here, by the request logs in the other tests."""
    scene = served.scene(tmp_path, FAILS)
    with scene.asked() as callers:
        found = roll(scene, logs=None)
        before = callers.of(scene.release)
        until = callers.of(OLD) + 100
        while callers.of(OLD) < until:
            time.sleep(0.05)
        assert callers.of(scene.release) == before, "it gets nothing any more"
    assert found.verdict == "rejected"
    assert found.sentence.startswith(f"healthy on {OLD}; {scene.release} rejected because")
    assert scene.stages.read() == Stage(current=OLD, rejected=(scene.release,))
    assert scene.live() == ({f"r-{OLD}": 100}, {})
    assert set(callers.failures) == {(f"r-{scene.release}", 424)}
    assert scene.tags["rollout-verdict"] == "rejected"
    assert scene.evidence["verdict"] == "rejected"


def test_a_slow_candidate_goes_back(served: Served, tmp_path: Path) -> None:
    """No request fails, and it is rejected all the same."""
    scene = served.scene(tmp_path, SLOW)
    with scene.asked() as callers:
        found = roll(scene)
    assert found.verdict == "rejected"
    assert "95 % within" in found.sentence
    assert callers.failures == {}
    assert scene.stages.read() == Stage(current=OLD, rejected=(scene.release,))


def test_a_candidate_that_fails_the_smoke_test_gets_no_traffic(served: Served, tmp_path: Path) -> None:
    """It is asked through the deployment header, and no caller ever meets it."""
    scene = served.scene(tmp_path, BROKEN)
    with scene.asked() as callers:
        found = roll(scene)
    assert found.sentence.endswith("the smoke test failed: the endpoint answered 424, the model itself 500")
    assert callers.of(scene.release) == 0
    assert scene.live() == ({f"r-{OLD}": 100}, {})


def test_too_few_requests_wait(served: Served, tmp_path: Path) -> None:
    """Forty requests say nothing about a tenth of them; it stays, and goes on when more come."""
    scene = served.scene(tmp_path, GOOD)
    with scene.asked(most=40):
        found = roll(scene, 0.05)
    assert found.handed_on
    assert "of 10 requests so far" in found.sentence
    assert scene.live()[0] == {f"r-{OLD}": 90, f"r-{scene.release}": 10}
    assert scene.stages.read().candidate == scene.release
    with scene.asked() as callers:
        assert roll(scene).verdict == "healthy"
    assert callers.failures == {}


def test_azure_refuses_and_fails_for_a_while(served: Served, tmp_path: Path) -> None:
    """429, 503, dropped connections and 409 on the way: each is waited out, no step is lost, no caller notices."""
    scene = served.scene(tmp_path, GOOD)
    rules: list[dict[str, Any]] = [
        {
            "kind": "status",
            "status": 429,
            "retryAfter": 1,
            "method": "PUT",
            "path": f"/onlineEndpoints/{scene.endpoint}",
            "times": 2,
        },
        {"kind": "status", "status": 503, "retryAfter": 1, "method": "PATCH", "path": "/deployments/", "times": 2},
        {
            "kind": "status",
            "status": 409,
            "retryAfter": 1,
            "method": "PUT",
            "path": f"/onlineEndpoints/{scene.endpoint}",
            "times": 2,
        },
        {"kind": "drop", "method": "GET", "path": f"/onlineEndpoints/{scene.endpoint}", "times": 2},
        {"kind": "status", "status": 503, "retryAfter": 1, "path": "/Microsoft.Insights/metrics", "times": 2},
    ]
    scene.cloud.control("PUT", "faults", {"rules": rules})
    try:
        with scene.asked() as callers:
            found = roll(scene)
    finally:
        left = scene.cloud.control("GET", "faults")["rules"]
        scene.cloud.control("PUT", "faults", {"rules": []})
    assert found.verdict == "healthy"
    assert callers.failures == {}
    assert left == []


def test_a_commit_that_fails_at_first(served: Served, tmp_path: Path) -> None:
    """git refuses the rejecting commit: until the next run has made it, the tag keeps the candidate out."""
    scene = served.scene(tmp_path, FAILS)
    hook = scene.folder / "remote.git/hooks/update"
    hook.write_text('#!/bin/sh\n[ "$1" != refs/heads/main ]\n')
    hook.chmod(0o755)
    with scene.asked() as callers:
        with pytest.raises(AmlopsError, match="main"):
            roll(scene)
        assert scene.live() == ({f"r-{OLD}": 100}, {})
        assert scene.stages.read().candidate == scene.release
        hook.unlink()
        before = callers.of(scene.release)
        assert roll(scene).verdict == "rejected"
        assert callers.of(scene.release) == before
    assert scene.stages.read() == Stage(current=OLD, rejected=(scene.release,))


def test_a_person_pauses_goes_on_and_aborts(served: Served, tmp_path: Path) -> None:
    """Told to ARM while a run goes on: it holds within a poll, goes on, and goes back."""
    scene = served.scene(tmp_path, GOOD)
    with scene.asked() as callers:
        tell_wish(scene.job(), Wish("pause", scene.azure.now(), "ada", "sale"))
        held = roll(scene, 0.02)
        assert "paused by ada: sale" in held.sentence
        assert scene.live()[0] == {f"r-{OLD}": 100}
        tell_wish(scene.job(), Wish("go-on", scene.azure.now(), "ada"))
        assert roll(scene, 0.0).handed_on
        assert scene.live()[0] == {f"r-{OLD}": 90, f"r-{scene.release}": 10}
        tell_wish(scene.job(), Wish("abort", scene.azure.now(), "bob"))
        assert roll(scene).sentence == f"healthy on {OLD}; {scene.release} rejected because aborted by bob"
    assert callers.failures == {}
    assert scene.live() == ({f"r-{OLD}": 100}, {})


def test_other_fields_of_the_endpoint_stay(served: Served, tmp_path: Path) -> None:
    """Tags, description, public access and what else the endpoint has are as they were after every move."""
    scene = served.scene(tmp_path, BROKEN)
    before = scene.client.online_endpoints.get(*scene.place.where)
    before.tags = {"team": "wine"}
    before.properties.description = "what it is for"
    scene.client.online_endpoints.begin_create_or_update(*scene.place.where, before).result()
    scene.settings = SETTINGS.model_copy(update={"minimum_requests": 0, "bake": 0})
    roll(scene)
    after = scene.client.online_endpoints.get(*scene.place.where)
    assert after.tags["team"] == "wine"
    assert after.properties.description == "what it is for"
    assert after.properties.public_network_access == before.properties.public_network_access
