"""A rollout on a local Azure: an endpoint with two served models, a git remote with the stage, callers who ask all the
time, and a clock that goes on half a minute with each handful of their requests.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import httpx
from azure.ai.ml.entities import OnlineRequestSettings
from azure.core.rest import HttpRequest
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient

from amlops.azure import Azure
from amlops.config import Repository, Rollout
from amlops.config.rollout import Latency
from amlops.evidence import Evidence
from amlops.git import Git
from amlops.progress import Plain
from amlops.releases import Stage, stage_text
from amlops.rollout.endpoint import Place, read_endpoint
from amlops.rollout.keys import primary_key
from amlops.rollout.patience import Patience
from amlops.workflows.rollout.job import Job
from amlops.workflows.rollout.kept import KeptInGit
from amlops.workflows.rollout.log_analytics import LogAnalytics
from amlops.workflows.rollout.smoke_test import SmokeTest
from amlops.workflows.rollout.stages import StageInGit
from tests.contract.endpoints.test_online_endpoints import deployment, put_endpoint
from tests.contract.jobs.workspace import Workspace
from tests.support.cloud import LocalCloud

OLD, GOOD, FAILS, SLOW, BROKEN = "aaaaaaaaaaaa", "600d600d600d", "fa11fa11fa11", "510e510e510e", "b0b0b0b0b0b0"
"""Releases: the one that runs, and candidates. FAILS and SLOW do so for callers only, BROKEN for the smoke test too."""
SAMPLE, LIVE = b'{"data": [1]}', b'{"data": [2]}'
"""The smoke test's request, and the callers': a model may fail on one of them only."""
SECONDS = 30
"""By which the clock goes on with each handful of requests."""
HANDFUL = 15
PAUSE = 0.1
"""Real seconds between two moves of the clock where nobody asks any more."""
SETTINGS = Rollout(
    steps=(10, 50, 100),
    mirror=0,
    minimum_requests=10,
    bake=2,
    metrics_late=4,
    error_rate=0.05,
    latency=Latency(ratio=3, slack_ms=150),
)

SERVES = """
import json
def init(): pass
def run(data): return {"by": "NAME", "scores": json.loads(data)["data"]}
"""
ANSWERS_500 = """
import json
from azureml_inference_server_http.api.aml_response import AMLResponse
def init(): pass
def run(data):
    if json.loads(data)["data"] == [2]:
        return AMLResponse({"error": "it can't"}, 500, json_str=True)
    return {"by": "NAME"}
"""
TAKES_LONG = """
import json, time
def init(): pass
def run(data):
    if json.loads(data)["data"] == [2]:
        time.sleep(0.4)
    return {"by": "NAME"}
"""
ALWAYS_500 = """
from azureml_inference_server_http.api.aml_response import AMLResponse
def init(): pass
def run(data): return AMLResponse({"error": "it can't"}, 500, json_str=True)
"""


SCRIPTS = {OLD: SERVES, GOOD: SERVES, FAILS: ANSWERS_500, SLOW: TAKES_LONG, BROKEN: ALWAYS_500}


@dataclass
class Callers:
    """What they were answered: by deployment and status. Nothing is tried twice."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)
    broken: list[BaseException] = field(default_factory=list)

    def of(self, release: str) -> int:
        return sum(count for (name, _), count in self.answers.items() if name == f"r-{release}")

    @property
    def failures(self) -> dict[tuple[str, int], int]:
        return {key: count for key, count in self.answers.items() if key[1] != 200}


@dataclass
class Scene:
    """One endpoint and one git remote; a test each."""

    workspace: Workspace
    azure: Azure
    client: MachineLearningServicesMgmtClient
    endpoint: str
    folder: Path
    release: str
    logs: str
    settings: Rollout = SETTINGS

    @property
    def arm_name(self) -> str:
        return f"r-{self.release}"

    @property
    def cloud(self) -> LocalCloud:
        return self.workspace.cloud

    @property
    def place(self) -> Place:
        return Place(self.client, self.workspace.group, self.workspace.name, self.endpoint)

    @property
    def git(self) -> Git:
        return Git(self.folder / "clone")

    @property
    def stages(self) -> StageInGit:
        return StageInGit(self.git, Repository(self.folder / "clone"), "wine", "prod")

    def job(self, **changes: Any) -> Job:
        """A fresh runner: nothing of an earlier one is left in it."""
        told = Plain()
        given: dict[str, Any] = {
            "stack": "prod.wine",
            "deployment": "wine",
            "environment": "prod",
            "settings": self.settings,
            "place": self.place,
            "now": self.azure.now,
            "metrics": self.azure.resource,
            "stages": self.stages,
            "kept": KeptInGit("wine", "prod", Evidence(self.git), None),
            "smoke": SmokeTest(self.azure, self.place, SAMPLE, 0.05, told),
            "lease": NoLease(),
            "progress": told,
            "poll": 0.05,
            "patience": Patience(pause=0.05, longest=10.0, operation=30.0),
            "logs": LogAnalytics(self.azure, self.logs).query,
        }
        return Job(**{**given, **changes})

    def live(self) -> tuple[dict[str, int], dict[str, int]]:
        found = read_endpoint(self.place)
        assert found is not None
        return dict(found.traffic), dict(found.mirror_traffic)

    @property
    def tags(self) -> dict[str, str]:
        """The candidate's."""
        found = read_endpoint(self.place)
        assert found is not None
        return next(dict(item.tags) for item in found.deployments if item.name == self.arm_name)

    @property
    def evidence(self) -> dict[str, Any]:
        found = Evidence(self.git).read(f"deployments/wine/{self.release}/rollout-prod.json")
        assert found is not None
        return found

    @contextmanager
    def asked(self, most: float = inf) -> Iterator[Callers]:
        """Callers ask while the block runs, `most` times at most, and the clock goes on with them."""
        found = read_endpoint(self.place)
        assert found is not None
        callers, key = Callers(), primary_key(self.place)

        def ask() -> None:
            trust = ssl.create_default_context(cafile=self.cloud.ca)
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            try:
                with httpx.Client(verify=trust, trust_env=False, headers=headers, timeout=30) as http:
                    while not callers.ended.is_set():
                        if callers.answers.total() >= most:
                            callers.ended.wait(PAUSE)
                        for _ in range(HANDFUL if callers.answers.total() < most else 0):
                            answer = http.post(found.scoring_uri, content=LIVE)
                            name = answer.headers.get("azureml-model-deployment", "")
                            callers.answers[name, answer.status_code] += 1
                        self.cloud.advance(SECONDS)
            except BaseException as problem:  # noqa: BLE001  told by the test's own thread
                callers.broken.append(problem)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        try:
            yield callers
        finally:
            callers.ended.set()
            thread.join()
        assert not callers.broken, callers.broken


class NoLease:
    def renew(self) -> None:
        """Nobody else is here."""


@dataclass(frozen=True)
class Served:
    """An endpoint with the old model and one of each kind of new ones; all of a module's tests use it, one by one."""

    workspace: Workspace
    endpoint: str
    logs: str

    def scene(self, folder: Path, release: str) -> Scene:
        """The old model has the traffic, and git's stage names `release` as candidate beside it."""
        azure = azure_of(self.workspace.cloud)
        client = azure.machine_learning()
        put_endpoint(self.workspace, client, self.endpoint, traffic={f"r-{OLD}": 100})
        _make_remote(folder, Stage(current=OLD, candidate=release))
        return Scene(self.workspace, azure, client, self.endpoint, folder, release, self.logs)


def azure_of(cloud: LocalCloud) -> Azure:
    """The cloud as its owner. Tokens last an hour of its clock, so each test has its own."""
    variables = {
        "ARM_ENDPOINT": cloud.endpoint,
        "ARM_SUBSCRIPTION_ID": cloud.subscription_id,
        "AZURE_TENANT_ID": cloud.tenant_id,
        "AZURE_CLIENT_ID": cloud.owner.client_id,
        "AZURE_CLIENT_SECRET": cloud.owner.client_secret,
        "AZURE_AUTHORITY_HOST": cloud.endpoint,
        "REQUESTS_CA_BUNDLE": cloud.ca,
        "HTTPS_PROXY": cloud.told["proxy"],
    }
    return Azure(variables)


def serve(workspace: Workspace, folder: Path) -> Served:
    """Deploys them, as a user's client does."""
    client, name = azure_of(workspace.cloud).machine_learning(), f"ep-{uuid.uuid4().hex[:8]}"
    put_endpoint(workspace, client, name)
    ml = workspace.ml_client()
    making = []
    for release, source in SCRIPTS.items():
        made = deployment(workspace, folder, name, f"r-{release}", source)
        made.tags = {"release": release}
        # nobody waits for mirrored requests, so on a busy machine some are there at once
        made.request_settings = OnlineRequestSettings(max_concurrent_requests_per_instance=20)
        making.append(ml.online_deployments.begin_create_or_update(made))
    for poller in making:
        poller.result()
    return Served(workspace, name, send_logs(workspace))


def send_logs(workspace: Workspace) -> str:
    """The workspace's request logs go to Log Analytics, as a platform declares it; gives the ARM id they go to."""
    group = workspace.id.partition("/providers/")[0]
    logs = f"{group}/providers/Microsoft.OperationalInsights/workspaces/logs"
    setting = f"{workspace.id}/providers/Microsoft.Insights/diagnosticSettings/to-log-analytics"
    made = {"location": workspace.cloud.location, "properties": {"sku": {"name": "PerGB2018"}}}
    sent = {"properties": {"workspaceId": logs, "logs": [{"categoryGroup": "allLogs", "enabled": True}]}}
    with workspace.cloud.client(ResourceManagementClient) as client:
        for id, version, body in ((logs, "2023-09-01", made), (setting, "2021-05-01-preview", sent)):
            url = f"{workspace.cloud.endpoint}{id}?api-version={version}"
            answer = client._client.send_request(HttpRequest("PUT", url, json=body))
            assert answer.status_code in (200, 201, 202), answer.text()
    return logs


def _make_remote(folder: Path, stage: Stage) -> None:
    """A bare remote whose main has the stage, and a clone of it."""
    remote, clone = folder / "remote.git", folder / "clone"
    stages = clone / "deployments/wine/stages"

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", *words], check=True)

    git("init", "-q", "--bare", "-b", "main", str(remote))
    git("clone", "-q", str(remote), str(clone))
    stages.mkdir(parents=True)
    (stages / "prod.yaml").write_text(stage_text("wine", "prod", stage))
    git("-C", str(clone), "checkout", "-q", "-B", "main")
    git("-C", str(clone), "add", "-A")
    git("-C", str(clone), "commit", "-qm", "feat: a stage")
    git("-C", str(clone), "push", "-q", "origin", "main")
    evidence = {"verdict": "healthy", "release": OLD}
    path = f"deployments/wine/{OLD}/rollout-prod.json"
    Evidence(Git(clone)).write({path: json.loads(json.dumps(evidence))}, "rollout of the old one")
