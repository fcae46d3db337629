"""What a deployment is to the company: the type behind `deployments/<name>/about.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .closed import Closed
from .evaluation import Evaluation
from .fields import Key
from .gates import OwnGates
from .retraining import Retraining
from .rollout import Rollout

RelativeFile = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]
"""A file below the deployment's folder, with slashes."""


class About(Closed):
    """A whole file."""

    description: str
    """What the deployment predicts, in a sentence."""
    team: Key
    """A team of every environment that this runs in."""
    environments: Annotated[tuple[Key, ...], Field(strict=False, min_length=1)]
    """Where it may run, in the order of promotion."""
    endpoint: RelativeFile = "endpoint.yml"
    """Azure ML CLI v2 YAML of the online endpoint."""
    deployment: RelativeFile = "deployment.yml"
    """Azure ML CLI v2 YAML of the online deployment."""
    training: RelativeFile | None = None
    """Azure ML CLI v2 YAML of the job that registers the model; absent where the model comes from elsewhere."""
    sample_request: RelativeFile
    """A JSON body that the model answers; the smoke test sends it."""
    rollout: Rollout = Rollout()
    """How a candidate takes over the traffic."""
    retraining: Retraining = Field(default_factory=Retraining)
    """When it is trained again though nothing in git changed; absent: never."""
    evaluation: Evaluation | None = None
    """How the platform measures releases; absent where it can't, so that gates on metrics keep every release out."""
    gates: OwnGates = Field(default_factory=OwnGates)
    retired: Annotated[str, Field(min_length=10)] | None = None
    """Why it isn't run any more, written by `amlops retire`: nothing is trained, released or promoted."""
