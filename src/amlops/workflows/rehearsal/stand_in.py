"""Stands in what a release names: code, environment and model under the same ids, in a registry that never saw them.

Code and environment are made from the commit that the release came from, the model by that commit's training. Where
that gives the same content, the version is the release's own, and no stand-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlops.config import Names, Repository, load_about
from amlops.errors import AmlopsError
from amlops.releases import Asset, Release
from amlops.releases.holder import Holder
from amlops.releases.make import compile_deployment, deployment_manifests, registry_of, workspace_of
from amlops.releases.publish import Publisher
from amlops.releases.render import references
from amlops.releases.upload import ensure_version

from ..session import Session
from .stand_in_model import trained_model
from .throwaway import Rehearsal

_CONTENT = {
    "codes": ("codeUri",),
    "models": ("modelUri", "modelType", "flavors"),
    "environments": ("image", "condaFile", "osType"),
}
"""What a version is made of, besides tags and descriptions, by ARM's collection."""


class NoStandIn(AmlopsError):
    """A release can't be served here; `str()` says why."""


def stand_in(rehearsal: Rehearsal, session: Session, release: Release) -> tuple[str, ...]:
    """Puts the release's assets into the registry of the rehearsal, as far as they are not there; tells which are only
    stand-ins. Raises NoStandIn where one can't be made."""
    registry = registry_of(session.environment, session.azure)
    missing = [asset for asset in release.assets if not _there(registry, asset)]
    if not missing:
        return ()
    elsewhere = [asset.id for asset in missing if asset.registry != registry.name]
    if elsewhere:
        known = Names(session.environment).registry
        raise NoStandIn(f"release {release.id} names {elsewhere[0]}, which is not of the registry {known}")
    commit = release.provenance.commit
    origin = rehearsal.origin(commit, release.deployment) if commit else None
    notes = []
    if origin is None:
        origin = session.repo
        notes.append(f"release {release.id}: made from the files at hand, as the clone lacks the commit it came from")
    with session.progress.step(f"standing in release {release.id} of {release.deployment}"):
        try:
            made = _publish(session, origin, release, missing)
        except NoStandIn:
            raise
        except AmlopsError as error:
            raise NoStandIn(f"release {release.id} can't be made again: {error}") from error
        notes += _alias(registry, missing, made)
    return tuple(notes)


def _there(registry: Holder, asset: Asset) -> bool:
    return asset.registry == registry.name and not registry.lacks(asset)


def _publish(session: Session, origin: Repository, release: Release, missing: list[Asset]) -> dict[str, Asset]:
    """The same kinds of assets, published under the names that their own content gives them."""
    deployment, azure = release.deployment, session.azure
    manifests = deployment_manifests(origin, deployment)
    _, compiled = compile_deployment(origin, manifests)
    wanted = references(compiled)
    publisher = Publisher(
        cloud=azure,
        workspace=workspace_of(session.environment, azure),
        registry=registry_of(session.environment, azure),
        deployment=deployment,
        folder=manifests[1].parent,
        cache=session.repo.cache,
        say=session.progress.hint,
    )
    made: dict[str, Asset] = {}
    for asset in missing:
        if asset.kind not in wanted:
            raise NoStandIn(f"release {release.id} has a {asset.kind}, and the manifests that it came from name none")
        if asset.kind == "code":
            made["code"] = publisher.code(wanted["code"], compiled)
        elif asset.kind == "environment":
            made["environment"] = publisher.environment(wanted["environment"], compiled)
        elif load_about(origin, deployment).training is None:
            made["model"] = publisher.model(wanted["model"], compiled, None)[0]
        else:
            made["model"] = _trained(session, origin, deployment, asset)
    return made


def _trained(session: Session, origin: Repository, deployment: str, asset: Asset) -> Asset:
    """The model of the training, under the id that the release names."""
    model = trained_model(session, origin, deployment)
    registry = registry_of(session.environment, session.azure)

    def body(uri: str) -> dict[str, Any]:
        return {"modelUri": uri, **model.facts}

    ensure_version(session.azure, registry, "models", asset.name, asset.version, model.content, body)
    return Asset("model", asset.id, f"sha256:{model.digest}", asset.source)


def _alias(registry: Holder, missing: list[Asset], made: dict[str, Asset]) -> Iterator[str]:
    """Gives each version the id that the release names, with the content that was made."""
    for asset in missing:
        found = made[asset.kind]
        if found.digest != asset.digest:
            yield f"{asset.kind} {asset.name}:{asset.version}: made anew for the rehearsal, content differs"
        if found.id == asset.id:
            continue
        if not found.id.startswith(f"azureml://registries/{registry.name}/"):
            raise NoStandIn(f"{asset.id} would be {found.id}, which is of another registry")
        source = registry.get(found.collection, found.name, found.version)
        if source is None:
            raise NoStandIn(f"{found.id} was published and is not there")
        registry.put(asset.collection, asset.name, asset.version, {"properties": _content(found.collection, source)})


def _content(collection: str, found: dict[str, Any]) -> dict[str, Any]:
    properties = found["properties"]
    return {key: properties[key] for key in _CONTENT[collection] if properties.get(key)}
