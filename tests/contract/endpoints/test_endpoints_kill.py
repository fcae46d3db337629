"""kill -9 of the emulator: what served serves again, what was being made is made, and nothing is left over."""

from __future__ import annotations

import os
import signal
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.jobs import workspace
from tests.contract.jobs.workspace import Workspace
from tests.support import cloud as support
from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.emulator_only

CONDA = "dependencies:\n  - python=3.11\n  - pip:\n    - azureml-inference-server-http==1.5.1\n"
SCRIPT = "import os\ndef init(): pass\ndef run(data): return os.getppid()\n"


def test_kill_9_of_the_emulator(tmp_path: Path) -> None:
    """A deployment that served answers after the next start, one whose creation was cut off becomes Succeeded, and the
    servers of before are gone."""
    home = tmp_path / "cloud"
    with support.running(home) as cloud:
        place = workspace.create(cloud)
        place.put("environments/e/versions/1", {"condaFile": CONDA, "image": "ubuntu"})
        put(place, "onlineEndpoints/scores", {"authMode": "Key"})
        put(place, "onlineEndpoints/scores/deployments/blue", serving(place, "blue", SCRIPT))
        ended(place, "onlineEndpoints/scores/deployments/blue")
        put(place, "onlineEndpoints/scores", {"authMode": "Key", "traffic": {"blue": 100}})
        before = int(score(place))
        slow = SCRIPT.replace("def init(): pass", "import time\ndef init(): time.sleep(1)")
        put(place, "onlineEndpoints/scores/deployments/green", serving(place, "green", slow))
        os.kill(cloud.told["pid"], signal.SIGKILL)
        gone(before)

        place = Workspace(support.start(home), place.id)
        after = int(score(place))
        assert after != before
        ended(place, "onlineEndpoints/scores/deployments/green")
        put(place, "onlineEndpoints/scores", {"authMode": "Key", "traffic": {"green": 100}})
        assert int(score(place)) not in (before, after)
        names = [process["name"] for process in place.cloud.control("GET", "status")["processes"]]
        assert len([name for name in names if "/deployments/" in name]) == 2
        assert place.send("DELETE", "onlineEndpoints/scores").status_code in (200, 202, 204)
        gone(after)


def put(place: Workspace, path: str, properties: dict[str, Any]) -> None:
    answer = place.send("PUT", path, {"location": place.cloud.location, "properties": properties})
    assert answer.status_code in (200, 201), answer.text


def serving(place: Workspace, name: str, script: str) -> dict[str, Any]:
    """The properties of a deployment of this script; its code is uploaded first."""
    body = {"pendingUploadType": "TemporaryBlobReference"}
    upload = place.send("POST", f"codes/{name}/versions/1/startPendingUpload", body).json()
    where = upload["blobReferenceForConsumption"]
    container, _, signature = where["credential"]["sasUri"].partition("?")
    with httpx.Client(verify=context(place.cloud), proxy=place.cloud.told["proxy"], trust_env=False) as client:
        sent = client.put(
            f"{container}/code/score.py?{signature}", content=script, headers={"x-ms-blob-type": "BlockBlob"}
        )
    assert sent.status_code == 201, sent.text
    place.put(f"codes/{name}/versions/1", {"codeUri": f"{where['blobUri']}/code"})
    return {
        "endpointComputeType": "Managed",
        "codeConfiguration": {"codeId": f"{place.id}/codes/{name}/versions/1", "scoringScript": "score.py"},
        "environmentId": f"{place.id}/environments/e/versions/1",
    }


def ended(place: Workspace, path: str) -> None:
    """Wait until a deployment is Succeeded."""
    until = time.monotonic() + 120
    while (state := place.send("GET", path).json()["properties"]["provisioningState"]) != "Succeeded":
        assert state in ("Creating", "Updating"), place.send("POST", f"{path}/getLogs", {}).text
        assert time.monotonic() < until
        time.sleep(0.1)


def score(place: Workspace) -> str:
    """Ask the endpoint; the answer is the pid of the server that gave it."""
    uri = place.send("GET", "onlineEndpoints/scores").json()["properties"]["scoringUri"]
    key = place.send("POST", "onlineEndpoints/scores/listKeys").json()["primaryKey"]
    with httpx.Client(verify=context(place.cloud), trust_env=False, timeout=90) as client:
        answer = client.post(uri, json={}, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    return answer.text


def gone(pid: int) -> None:
    """Wait until there is no such process."""
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def context(cloud: LocalCloud) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=cloud.ca)
