"""A deployment's files: its code and model out of blob storage, its interpreter out of its environment's conda file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..arm.errors import ArmError, bad_request
from ..environments import EnvironmentBuildFailed
from ..jobs import places, references
from ..storage.blob_places import BlobPlace
from ..storage.blobs import BlobsError
from .spec import Spec

if TYPE_CHECKING:
    from ..workshop import Workshop


@dataclass(frozen=True, slots=True)
class Artifacts:
    """What a server is started from."""

    code: Path  # the folder that the scoring script's path is relative to
    model: Path | None  # AZUREML_MODEL_DIR
    python: Path


async def fetch(cloud: Workshop, spec: Spec, folder: Path, log: Path) -> Artifacts:
    """Bring everything to `folder`, once: it is made under another name and moved there when it is whole.

    What happens stands in `log`. Raises ArmError 400 as Azure words it.
    """
    python = await _interpreter(cloud, spec, log)
    for name in spec.without:
        _say(log, f"properties.{name} is set: the local Azure does nothing for it")
    if not folder.exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with _reported(log, "code"):
            await _bring(cloud, _place(cloud, spec, spec.code, "codes"), part / "code", log)
        if spec.model:
            with _reported(log, "model"):
                await _bring_model(cloud, _place(cloud, spec, spec.model, "models"), part / "model", log)
        part.rename(folder)
    if not (folder / "code" / spec.script).is_file():
        raise bad_request(
            "BadArgument",
            f"The scoring script '{spec.script}' is not in the code asset '{spec.code}'.",
            target="properties.codeConfiguration.scoringScript",
        )
    return Artifacts(folder / "code", folder / "model" if spec.model else None, python)


async def _interpreter(cloud: Workshop, spec: Spec, log: Path) -> Path:
    environment = references.version(cloud.store, spec.workspace, spec.environment, "environments").properties
    try:
        return await cloud.environments.interpreter(environment.get("condaFile"), environment.get("image"), log)
    except EnvironmentBuildFailed as error:
        raise ArmError(
            400,
            "ImageBuildFailure",
            f"The environment '{spec.environment}' could not be built:\n{error.tail}",
            target="properties.environmentId",
        ) from error


def _place(cloud: Workshop, spec: Spec, reference: str, collection: str) -> BlobPlace:
    """Where the content of an asset version lies; a job's outputs are a place too."""
    version = references.version(cloud.store, spec.workspace, reference, collection)
    uri = references.content(version)
    return places.locate(cloud, spec.workspace, uri) if references.of_job(uri) else cloud.blobs.resolve(uri, version.id)


async def _bring(cloud: Workshop, place: BlobPlace, to: Path, log: Path) -> None:
    count = await cloud.blobs.download_tree(place.account, place.container, place.path, to)
    at = cloud.blobs.url(place.account, place.container, place.path)
    if count == 0:
        raise bad_request("BadArgument", f"there is nothing at {at}")
    _say(log, f"{at}: {count} files")


async def _bring_model(cloud: Workshop, place: BlobPlace, to: Path, log: Path) -> None:
    """A model that is a folder lies in AZUREML_MODEL_DIR as that folder, by its name; one that is a file as the file.

    Source: concept-online-deployment-model-specification.
    """
    path = place.path.strip("/")
    is_folder = await cloud.blobs.paths(place.account, place.container, f"{path}/" if path else "", at_most=1)
    await _bring(cloud, place, to / path.rsplit("/", 1)[-1] if path and is_folder else to, log)


@contextmanager
def _reported(log: Path, what: str) -> Iterator[None]:
    try:
        yield
    except (ArmError, BlobsError) as error:
        message = error.message if isinstance(error, ArmError) else str(error)
        _say(log, f"{what}: {message}")
        raise bad_request("BadArgument", f"Unable to download user {what}: {message}") from error


def _say(log: Path, line: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(f"{line}\n")
