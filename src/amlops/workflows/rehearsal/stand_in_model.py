"""The model of a stand-in: what the training of the release's own commit makes, kept by what it was made of.

A training that ran once on this machine, for whatever environment, is not run again for the next rehearsal.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.manifests.digests import file_digest, named_digest
from amlops.releases.blobs import download, upload
from amlops.releases.datastore import open_datastore, open_uri
from amlops.releases.make import workspace_of
from amlops.releases.models import WorkspaceModel, find_model
from amlops.releases.upload import Placed

from ..session import Session

_FACTS = "model.json"
_STORE = "workspaceblobstore"
_ANYWHERE = "/subscriptions/0/resourceGroups/0/providers/Microsoft.MachineLearningServices/workspaces/0"


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Files as a version of the registry holds them, their digest as a release has it, and ARM's facts of a model.
    `name` is the one that the training registers."""

    name: str
    content: Placed
    digest: str
    facts: Mapping[str, Any]


def trained_model(session: Session, origin: Repository, deployment: str) -> TrainedModel:
    """Of the deployment's training as `origin` has it. Raises AmlopsError with the log's tail where that fails."""
    from amlops.training.plan import plan_training

    plan = plan_training(origin, deployment, session.environment, _ANYWHERE)
    properties = {key: value for key, value in plan.body["properties"].items() if key != "computeId"}
    made_of = [deployment, properties, [asset.digest for asset in plan.assets]]
    key = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:32]
    folder = session.repo.cache / "stand-ins" / key
    if not (folder / _FACTS).is_file():
        _make(session, origin, deployment, folder)
    facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    files = tuple((name, folder / "files" / name) for name in facts["files"])
    digest = named_digest((name, file_digest(file)) for name, file in files)
    return TrainedModel(plan.models[0], Placed(facts["target"], files), digest, facts["facts"])


def registered(session: Session, deployment: str) -> WorkspaceModel:
    """The model of the deployment's training as the session's files have it, in the session's workspace.

    Raises AmlopsError, with the log's tail for a job that failed.
    """
    model = trained_model(session, session.repo, deployment)
    workspace, version = workspace_of(session.environment, session.azure), model.digest[:16]

    if workspace.get("models", model.name, version) is None:
        place = f"stand-ins/{model.digest}"
        store = open_datastore(session.azure, workspace, _STORE)
        upload(store, ((f"{place}/{name}", file) for name, file in model.content.files))
        uri = f"azureml://datastores/{_STORE}/paths/{place}/{model.content.target}"
        workspace.put("models", model.name, version, {"properties": {"modelUri": uri, **model.facts}})
    return find_model(workspace, model.name, version)


def _make(session: Session, origin: Repository, deployment: str, folder: Path) -> None:
    """Trains, and keeps the model: under another name until it is whole."""
    from amlops.training import train

    hint = session.progress.hint
    with session.progress.step(f"training {deployment}"):
        model = train(origin, deployment, session.environment, session.azure, say=hint, on_line=hint)
    container, path = open_uri(session.azure, workspace_of(session.environment, session.azure), model.uri)
    target = path.rsplit("/", 1)[-1] or model.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        below = draft / "files" / target
        content = download(container, path, below)
        if not content:
            raise AmlopsError(f"the model {model} has no files at {model.uri}")
        if len(content) == 1 and content[0][0] == target:  # the model is one file, which lies bare
            (below / target).rename(draft / "file")
            shutil.rmtree(draft / "files")
            (draft / "files").mkdir()
            (draft / "file").rename(draft / "files" / target)
            names = [target]
        else:
            names = [f"{target}/{name}" for name, _ in content]
        facts = {"modelType": model.type, "flavors": dict(model.flavors), "description": model.description}
        given = {key: value for key, value in facts.items() if value}
        text = json.dumps({"target": target, "files": names, "facts": given})
        (draft / _FACTS).write_text(text, encoding="utf-8")
        try:
            draft.replace(folder)
        except OSError:
            if not (folder / _FACTS).is_file():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
