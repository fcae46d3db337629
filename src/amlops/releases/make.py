"""Makes a release: compile, publish, lock, and for the local environment move the stage. In this order, each whole.

Killed at any point and run again it ends the same: what is published is found by content, the lock file has the name of
its content, and the stage is written last.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from amlops.config import LOCAL, ConfigError, Environment, Names, Repository, load_about, read_document
from amlops.config.moments import stamp
from amlops.manifests import Compiled, Context, Manifest, compile_manifests

from .cloud import Cloud
from .holder import Holder
from .loader import load_release, load_stage
from .models import WorkspaceModel
from .provenance import provenance
from .publish import Publisher
from .release import Asset, Release
from .render import references, render
from .writer import write_release, write_stage


def make_release(
    repo: Repository,
    deployment: str,
    environment: Environment,
    cloud: Cloud,
    *,
    model: WorkspaceModel | None = None,
    now: datetime | None = None,
    say: Callable[[str], None],
) -> Release:
    """Publishes and locks what the deployment's manifests say now. Raises ConfigError and AmlopsError.

    `environment` is the one whose workspace holds the model and whose registry is published to. `model` is what
    training just registered; it answers `@latest`. `now` is the time that the release gets, this machine's where it is
    left out. `say` gets one line for each thing that was published or written.
    """
    manifests = deployment_manifests(repo, deployment)
    endpoint, compiled = compile_deployment(repo, manifests)
    publisher = publisher_of(repo, deployment, environment, cloud, say)
    assets: list[Asset] = []
    wanted = references(compiled)
    if "code" in wanted:
        assets.append(publisher.code(wanted["code"], compiled))
    if "environment" in wanted:
        before = newest_release(repo, deployment, environment.name)
        known = before.asset("environment") if before is not None else None
        assets.append(publisher.environment(wanted["environment"], compiled, known))
    source = None
    if "model" in wanted:
        asset, source = publisher.model(wanted["model"], compiled, model)
        assets.append(asset)
    made = provenance(repo, deployment, list(manifests), compiler=compiled.compiler, job=source.job if source else None)
    created = stamp(now or datetime.now(UTC))
    return keep_release(repo, environment.name, render(deployment, endpoint, compiled, assets, made, created), say)


def newest_release(repo: Repository, deployment: str, environment: str) -> Release | None:
    """The one that comes next in an environment, is being rolled out there, or runs there. Raises ConfigError."""
    stage = load_stage(repo, deployment, environment)
    id = stage.next or stage.candidate or stage.current
    return None if id is None else load_release(repo, deployment, environment, id)


def keep_release(repo: Repository, environment: str, made: Release, say: Callable[[str], None]) -> Release:
    """Writes the release, and for the local environment moves the stage to it. Gives it as its file has it."""
    release = _known(repo, environment, made)
    path = write_release(repo, environment, release)
    say(f"release {release.id} in {repo.shown(path)}")
    if environment == LOCAL:
        stage = load_stage(repo, release.deployment, LOCAL)
        if stage.current != release.id:
            write_stage(repo, release.deployment, LOCAL, stage.moved_to(release.id))
    return release


def deployment_manifests(repo: Repository, deployment: str) -> tuple[Path, Path]:
    """The files of endpoint and deployment, as about.yaml names them. Raises ConfigError."""
    about = load_about(repo, deployment, manifests=True)
    folder = repo.deployment(deployment)
    return folder / about.endpoint, folder / about.deployment


def deployment_files(repo: Repository, deployment: str) -> tuple[Manifest, Manifest]:
    """Endpoint and deployment, to be compiled together with others. Raises ConfigError."""
    return _files(deployment_manifests(repo, deployment))


def _files(manifests: tuple[Path, Path]) -> tuple[Manifest, Manifest]:
    return Manifest(manifests[0], "online-endpoint"), Manifest(manifests[1], "online-deployment")


def compile_deployment(repo: Repository, manifests: tuple[Path, Path]) -> tuple[Compiled, Compiled]:
    """Endpoint and deployment, compiled together. Raises ConfigError, also where they name different endpoints."""
    endpoint, compiled = compile_manifests(_files(manifests), context=Context(repo))
    if compiled.main.segments[0] != endpoint.main.name:
        document = read_document(manifests[1], root=repo.root)
        message = (
            f'"{compiled.main.segments[0]}" is invalid as endpoint_name; {manifests[0].name} declares '
            f'"{endpoint.main.name}"; make them the same'
        )
        raise ConfigError([document.problem(("endpoint_name",), message, "endpoint-name")])
    return endpoint, compiled


def publisher_of(
    repo: Repository, deployment: str, environment: Environment, cloud: Cloud, say: Callable[[str], None]
) -> Publisher:
    """Who publishes the deployment's assets. Raises ConfigError."""
    return Publisher(
        cloud=cloud,
        workspace=workspace_of(environment, cloud),
        registry=registry_of(environment, cloud),
        deployment=deployment,
        folder=deployment_manifests(repo, deployment)[1].parent,
        cache=repo.cache,
        say=say,
    )


def workspace_of(environment: Environment, cloud: Cloud) -> Holder:
    """The environment's workspace."""
    names = Names(environment)
    client = cloud.machine_learning(environment.subscription_id)
    return Holder(client, names.resource_group, names.workspace, is_registry=False)


def registry_of(environment: Environment, cloud: Cloud) -> Holder:
    """The ML registry that the environment reads."""
    names = Names(environment)
    client = cloud.machine_learning(environment.shares.subscription_id)
    return Holder(client, names.registry_resource_group, names.registry, is_registry=True)


def _known(repo: Repository, environment: str, made: Release) -> Release:
    """The release as its file has it, where that says the same."""
    path = repo.releases_dir(made.deployment, environment) / f"{made.id}.yaml"
    if not path.is_file():
        return made
    try:
        known = load_release(repo, made.deployment, environment, made.id)
    except ConfigError:
        return made
    return known if known.says_the_same_as(made) else made
