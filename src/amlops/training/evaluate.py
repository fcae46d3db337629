"""Evaluates a release: a job that runs the platform's program beside the release's own scoring code, model and
environment, as they were published, on rows that training was not given.

The rows lie in the workspace's storage only while the job needs them.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from amlops.config import About, Environment, Names, Repository, load_about
from amlops.config.evaluation import Evaluation
from amlops.errors import AmlopsError
from amlops.manifests import WORKSPACE, WORKSPACE_URI, bound
from amlops.manifests.digests import file_digest
from amlops.releases import Release
from amlops.releases.blobs import download, upload
from amlops.releases.cloud import Cloud
from amlops.releases.datastore import open_datastore, run_artifacts
from amlops.releases.holder import Holder
from amlops.releases.make import workspace_of

from .job import id_of, put_job, run_job
from .pack import NAME, Packed, packed

STORE = "workspaceblobstore"
API_VERSION = "2025-01-01-preview"
"""As the official client sends command jobs."""
LIMIT = "PT30M"
RESULT = "evaluation.json"


def evaluate(
    repo: Repository,
    release: Release,
    environment: Environment,
    cloud: Cloud,
    *,
    say: Callable[[str], None],
    on_line: Callable[[str], None],
) -> dict[str, Any] | None:
    """What was measured, with the digest of the rows and the jobs' names; None where about.yaml asks for no evaluation.

    The same release is not measured twice by the same program and rows. Raises ConfigError, AmlopsError.
    """
    about = load_about(repo, release.deployment, data=True)
    if about.evaluation is None:
        return None
    workspace, program = workspace_of(environment, cloud), packed()
    rows = repo.evaluations / about.evaluation.data
    digest = file_digest(rows)
    key = _key(release, about.evaluation, program, digest)
    place = f"amlops-evaluation/{key}"
    body = _body(release, about, environment, place, id_of(workspace))

    def submit(name: str) -> None:
        _upload(cloud, workspace, place, program, rows)
        put_job(workspace, name, body, API_VERSION)

    name = f"{release.deployment}-evaluation-{key[:10]}"
    with _taken_away(cloud, workspace, f"{place}/{rows.name}"):
        job = run_job(workspace, cloud, name, submit, say=say, on_line=on_line)
    found = _result(cloud, workspace, job)
    return {
        **found,
        "deployment": release.deployment,
        "release": release.id,
        "environment": environment.name,
        "data": f"sha256:{digest}",
        "program": f"sha256:{program.digest}",
        "evaluation_job": job,
        "training_job": release.provenance.job,
    }


def _key(release: Release, settings: Evaluation, program: Packed, rows: str) -> str:
    content = [release.deployment, release.id, settings.model_dump(mode="json"), program.digest, rows]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _body(release: Release, about: About, environment: Environment, place: str, workspace: str) -> dict[str, Any]:
    settings = about.evaluation
    assert settings is not None
    properties = release.deployment_body["properties"]
    code, model = properties.get("codeConfiguration") or {}, properties.get("model")
    if not code.get("codeId") or not code.get("scoringScript") or not model or not properties.get("environmentId"):
        message = (
            f"release {release.id} has no scoring code, model and environment of its own, so it can't be evaluated"
        )
        raise AmlopsError(f'{message}; take "evaluation" out of about.yaml', exit_code=2)
    groups = {name: {"column": group.column, "edges": list(group.edges)} for name, group in settings.groups.items()}
    words = [
        "--task", settings.task,
        "--target", settings.target,
        "--entry", str(code["scoringScript"]),
        "--rows-key", settings.rows,
        "--predictions-key", settings.predictions,
        "--groups", json.dumps(groups),
    ]  # fmt: skip
    files = "--rows ${{inputs.rows}} --model ${{inputs.model}}"
    uri = f"{WORKSPACE_URI}/datastores/{STORE}/paths/{place}"
    found: dict[str, Any] = {
        "jobType": "Command",
        "displayName": f"evaluation of {release.deployment} {release.id}",
        "experimentName": f"{release.deployment}-evaluation",
        "description": "The platform's own measurement of a release.",
        "command": f"python ${{{{inputs.program}}}} {files} {shlex.join(words)}",
        "codeId": code["codeId"],
        "environmentId": properties["environmentId"],
        "environmentVariables": dict(properties.get("environmentVariables") or {}),
        "inputs": {
            "program": {"jobInputType": "uri_file", "uri": f"{uri}/{NAME}", "mode": "Download"},
            "rows": {"jobInputType": "uri_file", "uri": f"{uri}/{settings.data}", "mode": "Download"},
            "model": {"jobInputType": "custom_model", "uri": model, "mode": "Download"},
        },
        "limits": {"jobLimitsType": "Command", "timeout": LIMIT},
        "tags": {"release": release.id},
    }
    compute = _compute(environment)
    if compute is not None:
        found["computeId"] = f"{WORKSPACE}/computes/{compute}"
    body: dict[str, Any] = bound({"properties": found}, workspace)
    return body


def _compute(environment: Environment) -> str | None:
    """The environment's first cluster; None: Azure's serverless compute."""
    key = min(environment.platform.compute, default=None)
    return None if key is None else Names(environment).compute(key)


def _upload(cloud: Cloud, workspace: Holder, place: str, program: Packed, rows: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="amlops-evaluation-") as folder:
        file = Path(folder) / NAME
        file.write_bytes(program.content)
        store = open_datastore(cloud, workspace, STORE)
        upload(store, ((f"{place}/{NAME}", file), (f"{place}/{rows.name}", rows)))


@contextmanager
def _taken_away(cloud: Cloud, workspace: Holder, path: str) -> Iterator[None]:
    """The rows are deleted once the job has ended, well or badly, so that no other job finds them."""
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    try:
        yield
    finally:
        try:
            with suppress(ResourceNotFoundError):
                open_datastore(cloud, workspace, STORE).delete_blob(path)
        except AzureError as error:
            raise AmlopsError(f"the evaluation's rows lie still at {STORE}/{path}; delete them: {error}") from None


def _result(cloud: Cloud, workspace: Holder, job: str) -> Mapping[str, Any]:
    place = run_artifacts(job, f"outputs/{RESULT}")
    with tempfile.TemporaryDirectory(prefix="amlops-evaluation-") as folder:
        container = open_datastore(cloud, workspace, place.datastore)
        if not download(container, place.path, Path(folder)):
            raise AmlopsError(f"the job {job} is completed, but left no outputs/{RESULT}; look into its log")
        found: Mapping[str, Any] = json.loads((Path(folder) / RESULT).read_text(encoding="utf-8"))
        return found
