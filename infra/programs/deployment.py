"""The stack `<env>.<deployment>`: the endpoint and the deployments of the releases that the stage names."""

from __future__ import annotations

from dataclasses import replace

import pulumi

from amlops.config import Environment, Names, Repository, load_about
from amlops.releases import Release, load_release, load_stage
from components.cloud import Cloud
from components.deployment import Deployment
from components.endpoint import Endpoint
from components.live import live_deployment, live_endpoint
from components.place import Place


def run(repo: Repository, environment: Environment, deployment: str, stack: str) -> None:
    about = load_about(repo, deployment)
    if environment.name not in about.environments:
        raise pulumi.RunError(f"deployments/{deployment}/about.yaml does not name the environment {environment.name}")
    stage = load_stage(repo, deployment, environment.name)
    releases = [load_release(repo, deployment, environment.name, release) for release in stage.running]
    if not releases:
        return
    names, cloud = Names(environment), Cloud(environment)
    place = Place(environment, names, stack, names.resource_group)
    name = names.endpoint(deployment)
    where = {"resource_group": names.resource_group, "workspace": names.workspace, "endpoint": name}
    tags = {"team": about.team, "deployment": deployment}
    identity = f"Microsoft.ManagedIdentity/userAssignedIdentities/{names.endpoint_identity}"
    endpoint = Endpoint(
        name,
        releases[0].endpoint,
        place,
        identity=cloud.resource(names.resource_group, identity),
        live=live_endpoint(**where),
        tags=tags,
    )
    serving = environment.platform.serving
    for release in releases:
        wanted = _instances(release, environment)
        live = live_deployment(**where, deployment=release.deployment_name)
        served = Deployment(
            release.deployment_name,
            release.deployment_body,
            place,
            endpoint=endpoint,
            capacity=max(wanted if live.capacity is None else live.capacity, serving.least_instances),
            tags={**live.tags, **tags, "release": release.id},
        )
        if serving.autoscale is not None:
            from components.autoscale import Autoscale  # the SDK's monitor module costs half a second

            Autoscale(
                f"autoscale-{release.id}",
                names.autoscale(deployment, release.id),
                serving.autoscale,
                replace(place, resource_group=names.team_resource_group(about.team)),
                least=serving.least_instances,
                target=cloud.resource(
                    names.resource_group,
                    f"Microsoft.MachineLearningServices/workspaces/{names.workspace}/onlineEndpoints/{name}"
                    f"/deployments/{release.deployment_name}",
                ),
                tags={**tags, "release": release.id},
                after=served.deployment,
            )
    pulumi.export("endpoint", endpoint.name)
    pulumi.export("scoringUri", endpoint.endpoint.properties.apply(lambda properties: properties.scoring_uri))


def _instances(release: Release, environment: Environment) -> int:
    """Raises RunError over the environment's limit."""
    wanted = int((release.deployment_body.get("sku") or {}).get("capacity") or 1)
    limit = environment.platform.limits.instances_per_deployment
    if wanted > limit:
        raise pulumi.RunError(
            f"release {release.id} of {release.deployment} asks for {wanted} instances; "
            f"limits.instances_per_deployment of {environment.name} is {limit}; lower instance_count or raise the limit"
        )
    return wanted
