"""The front: who is let in, which deployment answers, what Azure's statuses mean."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.cloud import Cloud
from localazure.emulator.scoring import credentials

from . import local_cloud
from .local_cloud import ENDPOINT, Answer, traffic

pytestmark = pytest.mark.spec_example  # how-to-troubleshoot-online-endpoints, how-to-safely-rollout-online-endpoints

SCRIPT = """
import json, time
def init(): pass
def run(data):
    asked = json.loads(data)
    if asked == "raise":
        raise ValueError("the script's own")
    if isinstance(asked, dict):
        time.sleep(asked["sleep"])
    return {"version": "VERSION"}
"""


@pytest.fixture(scope="module")
def cloud(loop: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """`blue` and `green` serve; `blue` waits 1 s for an answer."""
    made = local_cloud.cloud(tmp_path_factory.mktemp("cloud"))

    async def deploy(name: str, **values: Any) -> None:
        code = local_cloud.asset(made, "codes", name, {"score.py": SCRIPT.replace("VERSION", name)})
        await made.scoring.deploy(local_cloud.deployment(made, name, code, **values))

    async def both() -> None:
        await asyncio.gather(deploy("blue", requestSettings={"requestTimeout": "PT1S"}), deploy("green"))

    async def stop() -> None:
        await made.scoring.stop()
        await made.processes.stop()

    loop.run(both())
    yield made
    loop.run(stop())


@pytest.fixture
def ask(loop: asyncio.Runner, cloud: Cloud) -> Any:
    def call(data: Any = None, **headers: Any) -> Answer:
        return loop.run(local_cloud.score(cloud, data, **headers))

    return call


def test_traffic_is_divided_by_its_weights(cloud: Cloud, ask: Any) -> None:
    """75/25 divides 8 requests as 6 and 2, and the answer names who gave it."""
    traffic(cloud, {"blue": 75, "green": 25})
    answers = [ask() for _ in range(8)]
    assert Counter(a.json["version"] for a in answers) == {"blue": 6, "green": 2}
    assert all(a.headers["azureml-model-deployment"] == a.json["version"] for a in answers)


def test_header_names_the_deployment(cloud: Cloud, ask: Any) -> None:
    """`azureml-model-deployment` reaches a deployment without traffic; one that isn't there is 404."""
    traffic(cloud, {"blue": 100})
    assert ask(azureml_model_deployment="green").json == {"version": "green"}
    assert ask(azureml_model_deployment="red").status == 404


def test_without_traffic_there_is_nobody(cloud: Cloud, ask: Any) -> None:
    """An endpoint without a weight above 0, and a name that no endpoint has, are 404."""
    traffic(cloud, {"blue": 0})
    assert ask().status == 404
    assert ask(path="other/score").status == 404


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "key_auth_bad_header_forbidden"),
        ("Basic primary", "key_auth_bad_header_forbidden"),
        ("Bearer wrong", "key_auth_access_denied"),
    ],
)
def test_wrong_key_is_refused(cloud: Cloud, ask: Any, header: str, text: str) -> None:
    """401 says whether the header or the key is wrong."""
    answer = ask(authorization=header)
    assert (answer.status, answer.body.decode()) == (401, text)


def test_both_keys_let_in(cloud: Cloud, ask: Any) -> None:
    """The secondary key is as good as the primary."""
    traffic(cloud, {"blue": 100})
    assert ask(authorization="Bearer secondary").status == 200


def test_token_lets_in_until_it_expires(cloud: Cloud, ask: Any) -> None:
    """An AMLToken is valid until its time, on the emulator's clock; a forged one never."""
    traffic(cloud, {"blue": 100})
    endpoint = cloud.store.get(ENDPOINT)
    assert endpoint is not None
    cloud.store.put(endpoint.with_properties(authMode="AMLToken"))
    try:
        token = credentials.token(endpoint, cloud.clock.now())["accessToken"]
        assert ask(authorization=f"Bearer {token}").status == 200
        assert ask(authorization=f"Bearer {token}x").status == 401
        forged = base64.urlsafe_b64encode(b'{"endpoint": "", "exp": 9e9}').decode()
        assert ask(authorization=f"Bearer {forged}.{token.partition('.')[2]}").status == 401
        cloud.clock.advance(credentials.LIFETIME)
        assert ask(authorization=f"Bearer {token}").status == 401
    finally:
        cloud.store.put(endpoint)


def test_entra_token_needs_the_action(cloud: Cloud, ask: Any) -> None:
    """With AADToken the token must be for Azure ML, and its principal may score: 401 and 403 otherwise."""
    traffic(cloud, {"blue": 100})
    endpoint = cloud.store.get(ENDPOINT)
    assert endpoint is not None

    def verify(token: str, kinds: tuple[str, ...]) -> str:
        if token not in ("reader", "scorer") or kinds != ("ml",):
            raise ArmError(401, "InvalidAuthenticationToken", "no")
        return token

    def allowed(principal: str, action: str, scope: object) -> bool:
        return principal == "scorer" and action.endswith("/onlineEndpoints/score/action") and scope == ENDPOINT

    cloud.identity, cloud.access = SimpleNamespace(verify=verify), SimpleNamespace(allowed=allowed)  # type: ignore[assignment]
    cloud.store.put(endpoint.with_properties(authMode="AADToken"))
    try:
        tokens = {token: ask(authorization=f"Bearer {token}").status for token in ("scorer", "reader", "nobody")}
    finally:
        cloud.store.put(endpoint)
    assert tokens == {"scorer": 200, "reader": 403, "nobody": 401}


def test_script_that_raises_is_424(cloud: Cloud, ask: Any) -> None:
    """The model's own status and the reason stand in headers."""
    traffic(cloud, {"blue": 100})
    answer = ask("raise")
    assert answer.status == 424
    assert answer.headers["ms-azureml-model-error-statuscode"] == "500"
    assert answer.headers["ms-azureml-model-error-reason"] == "model_error"
    assert "the script's own" in cloud.scoring.logs(ENDPOINT.child("deployments", "blue"), "InferenceServer", 100)


def test_slow_script_is_408(cloud: Cloud, ask: Any) -> None:
    """A request that takes longer than requestTimeout is given up."""
    traffic(cloud, {"blue": 100})
    assert ask({"sleep": 1.5}).status == 408


def test_too_many_requests_at_once_are_429(cloud: Cloud, loop: asyncio.Runner) -> None:
    """Twice maxConcurrentRequestsPerInstance may wait; the third request is refused at once."""
    traffic(cloud, {"green": 100})

    async def three() -> list[Answer]:
        return await asyncio.gather(*(local_cloud.score(cloud, {"sleep": 0.1}) for _ in range(3)))

    answers = loop.run(three())
    assert sorted(a.status for a in answers) == [200, 200, 429]
    refused = next(a for a in answers if a.status == 429)
    assert refused.headers["ms-azureml-model-error-reason"] == "too_many_pending_request"


def test_request_ids(cloud: Cloud, ask: Any) -> None:
    """The front makes its own x-request-id and passes a cleaned client id, 40 characters of it."""
    traffic(cloud, {"blue": 100})
    answer = ask(x_request_id="mine", x_ms_client_request_id="a b/c" + "d" * 60)
    assert len(answer.headers["x-request-id"]) == 36
    assert answer.headers["x-ms-client-request-id"] == "abc" + "d" * 37


def test_swagger_is_the_servers(cloud: Cloud, ask: Any) -> None:
    """swagger.json describes the script; it takes the key too."""
    traffic(cloud, {"blue": 100})
    assert "/score" in str(ask(path="scores/swagger.json", method="GET").json["paths"])
    assert ask(path="scores/swagger.json", method="GET", authorization="").status == 401


def test_copies_go_to_the_mirror(cloud: Cloud, ask: Any, loop: asyncio.Runner) -> None:
    """Half of the live requests are copied; callers see the live answer, and a request that names a deployment is not
    copied."""
    traffic(cloud, {"blue": 100}, {"green": 50})
    before = len(mirrored(cloud))
    assert {ask().json["version"] for _ in range(4)} == {"blue"}
    ask(azureml_model_deployment="blue")
    ask(azureml_model_deployment="blue")

    until = time.monotonic() + 30
    while len(mirrored(cloud)) < before + 2 and time.monotonic() < until:
        loop.run(asyncio.sleep(0.01))
    assert mirrored(cloud)[before:] == [("green", 200)] * 2


def mirrored(cloud: Cloud) -> list[tuple[str, int]]:
    return [(s.deployment, s.status) for s in cloud.scoring.requests.of(ENDPOINT.key) if s.mirrored]


def test_requests_are_counted(cloud: Cloud, ask: Any) -> None:
    """What was answered is counted by deployment, status and the model's own status."""
    traffic(cloud, {"blue": 100})
    ask("raise")
    found = cloud.scoring.requests.of(ENDPOINT.key)[-1]
    assert (found.deployment, found.status, found.model_status, found.mirrored) == ("blue", 424, 500, False)
    assert (found.method, found.received > 0, found.sent > 0) == ("POST", True, True)
