"""Scoring through the endpoint's front end (TLS, key, traffic rule), beside the inference server alone; one worker."""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests.contract.jobs import workspace as support
from tests.contract.jobs.workspace import Workspace
from tests.support import cloud as local_azure
from tests.support.ml_client import pointed

from .figures import Figure
from .load import Target, post, rate
from .requests import free_port

CONNECTIONS, SECONDS, ROUNDS = 16, 3.0, 3
BODY = b'{"data": [1, 2]}'
CONDA = "dependencies:\n  - python=3.11\n  - pip:\n    - azureml-inference-server-http==1.5.1\n"
SCRIPTS = {
    "a run() of 3 ms": "import time\ndef init(): pass\ndef run(data):\n    time.sleep(0.003)\n    return [1]\n",
    "a trivial run()": "def init(): pass\ndef run(data):\n    return [1]\n",
}
_BARE = (
    "import sys; from azureml_inference_server_http import constants; constants.DEFAULT_HOST = '127.0.0.1'; "
    "from azureml_inference_server_http.amlserver import run; run()"
)


def measure(folder: Path) -> Iterator[Figure]:
    """Requests a second of both in turns; the medians' ratio."""
    with local_azure.running(folder / "azure") as cloud, pointed(cloud):
        place = support.create(cloud)
        for what, script in SCRIPTS.items():
            front = _deploy(place, folder / uuid.uuid4().hex[:6], script)
            with _bare(place, folder, script) as bare:
                rates: dict[str, list[float]] = {"front": [], "bare": []}
                for _ in range(ROUNDS):
                    for name, target in (("front", front), ("bare", bare)):
                        rates[name].append(rate(target, connections=CONNECTIONS, seconds=SECONDS))
            through, alone = median(rates["front"]), median(rates["bare"])
            ratio, aimed = through / alone, what == "a run() of 3 ms"
            yield Figure(
                f"scoring, {what}, {CONNECTIONS} connections, one worker: endpoint / bare server",
                f"{through:.0f}/s, {alone:.0f}/s, ratio {ratio:.2f}",
                "≥ 0.80" if aimed else "",
                ratio >= 0.8 if aimed else None,
            )


def _deploy(place: Workspace, folder: Path, script: str) -> Target:
    from azure.ai.ml.entities import (
        CodeConfiguration,
        Environment,
        ManagedOnlineDeployment,
        ManagedOnlineEndpoint,
        OnlineRequestSettings,
    )

    (folder / "code").mkdir(parents=True)
    (folder / "code/score.py").write_text(script)
    (folder / "conda.yml").write_text(CONDA)
    client, name = place.ml_client(), f"bench-{uuid.uuid4().hex[:6]}"
    client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name, auth_mode="key")).result()
    client.online_deployments.begin_create_or_update(
        ManagedOnlineDeployment(
            name="blue",
            endpoint_name=name,
            code_configuration=CodeConfiguration(code=str(folder / "code"), scoring_script="score.py"),
            environment=Environment(image="ubuntu", conda_file=str(folder / "conda.yml")),
            instance_type="Standard_DS3_v2",
            instance_count=1,
            request_settings=OnlineRequestSettings(max_concurrent_requests_per_instance=64, request_timeout_ms=30000),
        )
    ).result()
    found = client.online_endpoints.get(name)
    found.traffic = {"blue": 100}
    client.online_endpoints.begin_create_or_update(found).result()
    key = client.online_endpoints.get_keys(name).primary_key
    at = urlsplit(str(found.scoring_uri))
    request = post(at.path, at.netloc, BODY, {"Authorization": f"Bearer {key}"})
    return Target(str(at.hostname), int(at.port or 443), request, ssl.create_default_context(cafile=place.cloud.ca))


@contextmanager
def _bare(place: Workspace, folder: Path, script: str) -> Iterator[Target]:
    """The server alone, in the deployment's own environment, on plain HTTP."""
    port, file = free_port(), folder / f"bare-{uuid.uuid4().hex[:6]}.py"
    file.write_text(script)
    words = [_interpreter(place), "-c", _BARE, "--entry_script", str(file), "--port", str(port), "--worker_count", "1"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    target = Target("127.0.0.1", port, post("/score", f"127.0.0.1:{port}", BODY, {}))
    try:
        until = time.monotonic() + 60
        while True:
            try:
                rate(target, connections=1, seconds=0.05)
                break
            except (OSError, EOFError):
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield target
    finally:
        process.terminate()
        process.wait()


def _interpreter(place: Workspace) -> str:
    """The Python that the emulator serves with: the one of a server that runs now."""
    for process in place.cloud.control("GET", "status")["processes"]:
        if str(process["name"]).startswith("deployment "):
            for child in Path(f"/proc/{process['pid']}").glob("task/*/children"):
                for pid in child.read_text().split():
                    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    raise RuntimeError(f"no deployment serves in {sys.platform}")
