"""Builds a release's image anew: the same code and model in an environment that is locked again.

Packages that its conda file leaves open, those that the named ones need above all, get the versions of now, and the
base image the digest that its tag stands for now. Where both are what they were, there is nothing to build.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from amlops.config import Environment, Repository
from amlops.config.moments import stamp
from amlops.errors import AmlopsError
from amlops.manifests import replaced

from .cloud import Cloud
from .identity import release_id
from .make import compile_deployment, deployment_manifests, keep_release, newest_release, publisher_of
from .provenance import provenance
from .release import Release
from .render import references

NOTHING_TO_BUILD = "packages and base image are what they were, there is nothing to build anew"


def rebuild_release(
    repo: Repository,
    deployment: str,
    environment: Environment,
    cloud: Cloud,
    *,
    now: datetime | None = None,
    say: Callable[[str], None],
) -> Release | None:
    """Publishes the environment and locks the release; None where nothing changed. Raises ConfigError, AmlopsError.

    The release's commit is the one whose manifests were locked, its job the one that trained the model.
    """
    before = newest_release(repo, deployment, environment.name)
    if before is None:
        message = f"no release of {deployment} runs in {environment.name}; make the first one"
        raise AmlopsError(f"{message} by `amlops release {deployment}`", exit_code=2)
    manifests = deployment_manifests(repo, deployment)
    _, compiled = compile_deployment(repo, manifests)
    old, wanted = before.asset("environment"), references(compiled).get("environment")
    if old is None or wanted is None:
        raise AmlopsError(f"{deployment} has no environment of its own, so there is nothing to build", exit_code=2)
    made = provenance(repo, deployment, list(manifests), compiler=compiled.compiler, job=before.provenance.job)
    if made.manifests != before.provenance.manifests:
        message = f"the manifests of {deployment} are not those of release {before.id} any more"
        raise AmlopsError(f"{message}; release it, which builds its image anew too", exit_code=2)
    new = publisher_of(repo, deployment, environment, cloud, say).environment(wanted, compiled, old, anew=True)
    if new.digest == old.digest:
        return None
    body = dict(replaced(before.deployment_body, {old.id: new.id}))
    assets = tuple(new if asset is old else asset for asset in before.assets)
    id = release_id(deployment, before.endpoint, body, assets)
    created = stamp(now or datetime.now(UTC))
    release = replace(before, id=id, created=created, deployment_body=body, assets=assets, provenance=made)
    return keep_release(repo, environment.name, release, say)
